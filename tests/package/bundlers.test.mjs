// The packed package with each bundler: the bundle finds the wasm file, and the page assumes a role in the sandbox.

import assert from "node:assert/strict";
import { copyFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { before, test } from "node:test";

import {
  arn,
  assumeRoleProgram,
  folder,
  inChromium,
  publish,
  require,
  sandbox,
  withServer,
  writeProgram,
} from "./packed.mjs";

/** @param {string} script */
const page = (script) => `<!doctype html><script type="module" src="./${script}"></script>`;
/** @type {string} */
let main;

before(async () => {
  main = await writeProgram(
    "app/main.mjs",
    `${assumeRoleProgram("sts-web")}\nassumeRole(${JSON.stringify(sandbox)})${publish};`,
  );
  await writeProgram("app/index.html", page("main.mjs"));
});

/**
 * Verifies that the bundler wrote one wasm file.
 *
 * @param {string} out
 */
async function assertOneWasm(out) {
  const files = (await readdir(out, { recursive: true })).map(String).filter((file) => file.endsWith(".wasm"));
  assert.equal(files.length, 1, files.join("\n"));
}

test("Vite's build", async () => {
  const { build } = await import(require.resolve("vite"));
  await build({ root: join(folder, "app"), logLevel: "error", configFile: false });
  await assertOneWasm(join(folder, "app/dist"));
  assert.equal(await withServer(join(folder, "app/dist"), inChromium), arn);
});

test("Vite's development server", async () => {
  const { createServer } = await import(require.resolve("vite"));
  const server = await createServer({
    root: join(folder, "app"),
    logLevel: "error",
    configFile: false,
    // Vite's optimizer would move the package's JavaScript away from its wasm file.
    optimizeDeps: { exclude: ["sts-web"] },
    server: { host: "127.0.0.1", port: 0, fs: { allow: [folder] } },
  });
  try {
    await server.listen();
    assert.equal(await inChromium(server.resolvedUrls.local[0]), arn);
  } finally {
    await server.close();
  }
});

test("webpack", async () => {
  const webpack = require("webpack");
  const out = join(folder, "webpack");
  /** @type {any} */
  const options = { mode: "production", entry: main, context: folder, output: { path: out, filename: "main.js" } };
  const stats = await new Promise((resolve, reject) =>
    webpack(options, (error, stats) => (error ? reject(error) : resolve(stats))),
  );
  assert.ok(!stats.hasErrors(), stats.toString());
  await assertOneWasm(out);
  await writeProgram("webpack/index.html", page("main.js"));
  assert.equal(await withServer(out, inChromium), arn);
});

test("Rollup, with its plugin for assets", async () => {
  const { rollup } = require("@rollup/wasm-node");
  const { nodeResolve } = require("@rollup/plugin-node-resolve");
  const { importMetaAssets } = require("@web/rollup-plugin-import-meta-assets");
  const bundle = await rollup({ input: main, plugins: [nodeResolve({ browser: true }), importMetaAssets()] });
  const out = join(folder, "rollup");
  await bundle.write({ dir: out, format: "es", entryFileNames: "main.js" });
  await bundle.close();
  await assertOneWasm(out);
  await writeProgram("rollup/index.html", page("main.js"));
  assert.equal(await withServer(out, inChromium), arn);
});

test("esbuild, which copies no assets: the wasm file is copied to where the bundle expects it", async () => {
  const out = join(folder, "esbuild");
  const options = { entryPoints: [main], bundle: true, format: "esm", outfile: join(out, "js/main.js") };
  await require("esbuild").build(options);
  await copyFile(join(folder, "node_modules/sts-web/dist/sts.wasm"), join(out, "sts.wasm"));
  await writeProgram("esbuild/index.html", page("js/main.js"));
  assert.equal(await withServer(out, inChromium), arn);
});

test("esbuild, with the inlined wasm", async () => {
  const out = join(folder, "inline");
  const inline = await writeProgram(
    "app/inline.mjs",
    `${assumeRoleProgram("sts-web/inline")}\nassumeRole(${JSON.stringify(sandbox)})${publish};`,
  );
  await require("esbuild").build({ entryPoints: [inline], bundle: true, format: "esm", outfile: join(out, "main.js") });
  await writeProgram("inline/index.html", page("main.js"));
  assert.equal(await withServer(out, inChromium), arn);
});
