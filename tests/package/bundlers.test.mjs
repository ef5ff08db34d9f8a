// The packed package through each bundler: it finds the wasm, and the page signs, calls the sandbox and parses.

import assert from "node:assert/strict";
import { copyFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { before, test } from "node:test";

import { arn, folder, inChromium, program, require, sandbox, served, story, tell } from "./packed.mjs";

const page = (script) => `<!doctype html><script type="module" src="./${script}"></script>`;
let main;

before(async () => {
  main = await program("app/main.mjs", `${story("sts-web")}\nstory(${JSON.stringify(sandbox)})${tell};`);
  await program("app/index.html", page("main.mjs"));
});

/** The one wasm file that a bundler wrote. */
async function oneWasm(out) {
  const files = (await readdir(out, { recursive: true })).map(String).filter((file) => file.endsWith(".wasm"));
  assert.equal(files.length, 1, files.join("\n"));
}

test("Vite's build", async () => {
  const { build } = await import(require.resolve("vite"));
  await build({ root: join(folder, "app"), logLevel: "error", configFile: false });
  await oneWasm(join(folder, "app/dist"));
  assert.equal(await served(join(folder, "app/dist"), inChromium), arn);
});

test("Vite's development server", async () => {
  const { createServer } = await import(require.resolve("vite"));
  const server = await createServer({
    root: join(folder, "app"),
    logLevel: "error",
    configFile: false,
    // Vite's optimiser moves a package's JavaScript away from its wasm, so it leaves this one alone.
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
  const options = { mode: "production", entry: main, context: folder, output: { path: out, filename: "main.js" } };
  const stats = await new Promise((resolve, reject) =>
    webpack(options, (error, stats) => (error ? reject(error) : resolve(stats))),
  );
  assert.ok(!stats.hasErrors(), stats.toString());
  await oneWasm(out);
  await program("webpack/index.html", page("main.js"));
  assert.equal(await served(out, inChromium), arn);
});

test("Rollup, with its plugin for files beside modules", async () => {
  const { rollup } = require("@rollup/wasm-node");
  const { nodeResolve } = require("@rollup/plugin-node-resolve");
  const { importMetaAssets } = require("@web/rollup-plugin-import-meta-assets");
  const bundle = await rollup({ input: main, plugins: [nodeResolve({ browser: true }), importMetaAssets()] });
  const out = join(folder, "rollup");
  await bundle.write({ dir: out, format: "es", entryFileNames: "main.js" });
  await bundle.close();
  await oneWasm(out);
  await program("rollup/index.html", page("main.js"));
  assert.equal(await served(out, inChromium), arn);
});

test("esbuild, which moves no files: the wasm is copied to where the bundle looks for it", async () => {
  const out = join(folder, "esbuild");
  const options = { entryPoints: [main], bundle: true, format: "esm", outfile: join(out, "js/main.js") };
  await require("esbuild").build(options);
  await copyFile(join(folder, "node_modules/sts-web/dist/sts.wasm"), join(out, "sts.wasm"));
  await program("esbuild/index.html", page("js/main.js"));
  assert.equal(await served(out, inChromium), arn);
});

test("esbuild, with the wasm inline", async () => {
  const out = join(folder, "inline");
  const inline = await program(
    "app/inline.mjs",
    `${story("sts-web/inline")}\nstory(${JSON.stringify(sandbox)})${tell};`,
  );
  await require("esbuild").build({ entryPoints: [inline], bundle: true, format: "esm", outfile: join(out, "main.js") });
  await program("inline/index.html", page("main.js"));
  assert.equal(await served(out, inChromium), arn);
});
