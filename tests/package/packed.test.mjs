// The packed package in each runtime: it assumes a role in the sandbox.

import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import {
  arn,
  assumeRoleProgram,
  folder,
  inChromium,
  inWorkerd,
  pkg,
  publish,
  require,
  run,
  sandbox,
  withServer,
  writeProgram,
} from "./packed.mjs";

const worker = join(pkg, "../worker");

/** @param {string} from */
const printingProgram = (from) =>
  `${assumeRoleProgram(from)}\nconsole.log(await assumeRole(${JSON.stringify(sandbox)}));\n`;

test("the tarball contains one wasm file and no sources", async () => {
  const files = (await readdir(join(folder, "node_modules/sts-web"), { recursive: true })).map(String);
  assert.equal(files.filter((file) => file.endsWith(".wasm")).length, 1);
  assert.ok(files.includes("README.md") && files.includes("dist/index.d.ts"));
  assert.ok(!files.some((file) => file.startsWith("src") || file.includes("test")), files.join("\n"));
});

test("publint and attw report no problems", async () => {
  /** @param {string} path */
  const bin = (path) => join(pkg, "node_modules", path);
  /** @param {{ stdout: string }} error */
  const fail = ({ stdout }) => assert.fail(stdout);
  /** @type {(folder: string) => Promise<unknown>} */
  const publint = (folder) => run("node", [bin("publint/src/cli.js"), folder, "--strict"]).catch(fail);
  /** @type {(folder: string, ...options: string[]) => Promise<unknown>} */
  const attw = (folder, ...options) =>
    run("node", [bin("@arethetypeswrong/cli/dist/index.js"), "--pack", folder, ...options]).catch(fail);
  // The wasm file and the JSON schema have no types to check.
  await publint(pkg);
  await attw(pkg, "--exclude-entrypoints", "sts.wasm");
  // Wrangler and the Worker's command line load ECMAScript modules.
  await publint(worker);
  await attw(worker, "--profile", "esm-only", "--exclude-entrypoints", "broker.schema.json");
  // It has a command and no module to import.
  await publint(join(worker, "create"));
});

test("importing the package loads nothing", async () => {
  const file = await writeProgram(
    "import.mjs",
    `
    globalThis.fetch = WebAssembly.compile = WebAssembly.instantiate = () => { throw Error("too early") };
    await import("sts-web");
    console.log("quiet");`,
  );
  assert.equal((await run("node", [file])).stdout.trim(), "quiet");
});

test("Node", async () => {
  assert.equal((await run("node", [await writeProgram("node.mjs", printingProgram("sts-web"))])).stdout.trim(), arn);
});

test("sts-web/aws-sdk, the alias for the AWS SDK's package, has the same exports", async () => {
  const file = await writeProgram(
    "alias.mjs",
    `import * as stsWeb from "sts-web";
    import * as alias from "sts-web/aws-sdk";
    console.log(alias.STSClient === stsWeb.STSClient && typeof alias.AssumeRoleCommand);`,
  );
  assert.equal((await run("node", [file])).stdout.trim(), "function");
});

test("Node, with the inlined wasm", async () => {
  assert.equal(
    (await run("node", [await writeProgram("inline.mjs", printingProgram("sts-web/inline"))])).stdout.trim(),
    arn,
  );
});

/**
 * Installs Deno, pinned. It cannot be in the lock file: `npm ci` rejects the one that npm writes for Deno's package.
 */
async function installDeno() {
  const name = `@deno/${process.platform}-${process.arch}${process.platform === "linux" ? "-glibc" : ""}`;
  const prefix = join(folder, "deno");
  await run("npm", ["install", "--prefix", prefix, "--no-save", "--ignore-scripts", `${name}@2.9.6`]);
  return join(prefix, "node_modules", name, process.platform === "win32" ? "deno.exe" : "deno");
}

test("Deno", async () => {
  const deno = await installDeno();
  const file = await writeProgram("deno.mjs", printingProgram("sts-web"));
  const allowed = ["run", "--allow-net=127.0.0.1", "--node-modules-dir=manual", file];
  assert.equal((await run(deno, allowed, { cwd: folder })).stdout.trim(), arn);
});

test("Bun", async () => {
  const bun = require.resolve("@oven/bun-linux-x64/bin/bun", { paths: [require.resolve("bun/package.json")] });
  assert.equal((await run(bun, ["run", await writeProgram("bun.mjs", printingProgram("sts-web"))])).stdout.trim(), arn);
});

test("workerd, bundled with Wrangler's conditions", async () => {
  const entry = await writeProgram(
    "worker.mjs",
    `${assumeRoleProgram("sts-web")}
    export default { fetch: async (request, env) => new Response(await assumeRole(JSON.parse(env.INPUT))) };`,
  );
  assert.equal(await inWorkerd(entry, sandbox), arn);
});

test("a plain page, without a bundler", async () => {
  await writeProgram(
    "plain.mjs",
    `${assumeRoleProgram("./node_modules/sts-web/dist/entry/browser.js")}\nassumeRole(${JSON.stringify(sandbox)})${publish};`,
  );
  await writeProgram("index.html", '<!doctype html><script type="module" src="./plain.mjs"></script>');
  assert.equal(await withServer(folder, inChromium), arn);
});

test("a web worker", async () => {
  await writeProgram(
    "web-worker.mjs",
    `${assumeRoleProgram("./node_modules/sts-web/dist/entry/browser.js")}
    assumeRole(${JSON.stringify(sandbox)}).then((arn) => postMessage(arn), (error) => postMessage(String(error)));`,
  );
  await writeProgram(
    "start.mjs",
    `const worker = new Worker("./web-worker.mjs", { type: "module" });
    worker.onmessage = (event) => (globalThis.result = event.data);`,
  );
  await writeProgram("index.html", '<!doctype html><script type="module" src="./start.mjs"></script>');
  assert.equal(await withServer(folder, inChromium), arn);
});

test("a service worker", async () => {
  await writeProgram(
    "service-worker.mjs",
    `${assumeRoleProgram("./node_modules/sts-web/dist/entry/browser.js")}
    addEventListener("message", (event) => event.waitUntil(
      assumeRole(event.data).then((arn) => event.source.postMessage(arn), (error) => event.source.postMessage(String(error)))));`,
  );
  await writeProgram(
    "start.mjs",
    `navigator.serviceWorker.onmessage = (event) => (globalThis.result = event.data);
    const { installing } = await navigator.serviceWorker.register("./service-worker.mjs", { type: "module" });
    installing.postMessage(${JSON.stringify(sandbox)});`,
  );
  await writeProgram("index.html", '<!doctype html><script type="module" src="./start.mjs"></script>');
  assert.equal(await withServer(folder, inChromium), arn);
});

test("two copies of the package work on one page", async () => {
  await writeProgram("copy/package.json", '{ "type": "module" }');
  await run("cp", ["-r", join(folder, "node_modules/sts-web"), join(folder, "copy")]);
  await writeProgram("first.mjs", assumeRoleProgram("./node_modules/sts-web/dist/entry/browser.js"));
  await writeProgram("second.mjs", assumeRoleProgram("./copy/sts-web/dist/entry/browser.js"));
  await writeProgram(
    "both.mjs",
    `import { assumeRole as first } from "./first.mjs";
    import { assumeRole as second } from "./second.mjs";
    const input = ${JSON.stringify(sandbox)};
    Promise.all([first(input), second(input), first(input)]).then((arns) => arns.join())${publish};`,
  );
  await writeProgram("index.html", '<!doctype html><script type="module" src="./both.mjs"></script>');
  assert.equal(await withServer(folder, inChromium), [arn, arn, arn].join());
});
