// Bundles a module and its imports into one script.

import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";

const require = createRequire(new URL("../pkg/package.json", import.meta.url));

/** Returns the script. It imports the wasm file as `./sts.wasm`. */
export async function bundle(entry, conditions) {
  const wasmAsModule = {
    name: "wasm-as-module",
    setup: (build) => build.onResolve({ filter: /\.wasm$/ }, () => ({ path: "./sts.wasm", external: true })),
  };
  const { outputFiles } = await require("esbuild").build({
    entryPoints: [fileURLToPath(new URL(entry, import.meta.url))],
    bundle: true,
    minify: true,
    write: false,
    format: "esm",
    target: "es2022",
    conditions,
    mainFields: ["browser", "module", "main"],
    plugins: [wasmAsModule],
    logLevel: "error",
  });
  return outputFiles[0].text;
}
