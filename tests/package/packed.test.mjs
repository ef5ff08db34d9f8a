// The packed package on each platform: it signs, calls the sandbox and parses.

import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";

import {
  arn,
  folder,
  inChromium,
  inWorkerd,
  pkg,
  program,
  require,
  run,
  sandbox,
  served,
  story,
  tell,
} from "./packed.mjs";

const prints = (from) => `${story(from)}\nconsole.log(await story(${JSON.stringify(sandbox)}));\n`;

test("the tarball holds one wasm, and nothing of the sources", async () => {
  const files = (await readdir(join(folder, "node_modules/sts-web"), { recursive: true })).map(String);
  assert.equal(files.filter((file) => file.endsWith(".wasm")).length, 1);
  assert.ok(files.includes("README.md") && files.includes("dist/index.d.ts"));
  assert.ok(!files.some((file) => file.startsWith("src") || file.includes("test")), files.join("\n"));
});

test("publint and attw find nothing", async () => {
  const bin = (path) => join(pkg, "node_modules", path);
  const failed = ({ stdout }) => assert.fail(stdout);
  await run("node", [bin("publint/src/cli.js"), pkg, "--strict"]).catch(failed);
  // The wasm file has no types to be wrong.
  const options = ["--pack", pkg, "--profile", "esm-only", "--exclude-entrypoints", "sts.wasm"];
  await run("node", [bin("@arethetypeswrong/cli/dist/index.js"), ...options]).catch(failed);
});

test("importing it does nothing yet", async () => {
  const file = await program(
    "import.mjs",
    `
    globalThis.fetch = WebAssembly.compile = WebAssembly.instantiate = () => { throw Error("too early") };
    await import("sts-web");
    console.log("quiet");`,
  );
  assert.equal((await run("node", [file])).stdout.trim(), "quiet");
});

test("Node", async () => {
  assert.equal((await run("node", [await program("node.mjs", prints("sts-web"))])).stdout.trim(), arn);
});

test("sts-web/aws-sdk, for an alias in the SDK's place, is the same package", async () => {
  const file = await program(
    "alias.mjs",
    `import * as stsWeb from "sts-web";
    import * as alias from "sts-web/aws-sdk";
    console.log(alias.STSClient === stsWeb.STSClient && typeof alias.AssumeRoleCommand);`,
  );
  assert.equal((await run("node", [file])).stdout.trim(), "function");
});

test("Node, with the wasm inline", async () => {
  assert.equal((await run("node", [await program("inline.mjs", prints("sts-web/inline"))])).stdout.trim(), arn);
});

/** npm cannot lock Deno's package (`npm ci` refuses its own lock file), so the binary is installed here, pinned too. */
async function installDeno() {
  const name = `@deno/${process.platform}-${process.arch}${process.platform === "linux" ? "-glibc" : ""}`;
  const place = join(folder, "deno");
  await run("npm", ["install", "--prefix", place, "--no-save", "--ignore-scripts", `${name}@2.9.6`]);
  return join(place, "node_modules", name, process.platform === "win32" ? "deno.exe" : "deno");
}

test("Deno", async () => {
  const deno = await installDeno();
  const file = await program("deno.mjs", prints("sts-web"));
  const allowed = ["run", "--allow-net=127.0.0.1", "--allow-read", "--node-modules-dir=manual", file];
  assert.equal((await run(deno, allowed, { cwd: folder })).stdout.trim(), arn);
});

test("Bun", async () => {
  const bun = require.resolve("@oven/bun-linux-x64/bin/bun", { paths: [require.resolve("bun/package.json")] });
  assert.equal((await run(bun, ["run", await program("bun.mjs", prints("sts-web"))])).stdout.trim(), arn);
});

test("workerd, with the bundle that Wrangler's conditions give", async () => {
  const entry = await program(
    "worker.mjs",
    `${story("sts-web")}
    export default { fetch: async (request, env) => new Response(await story(JSON.parse(env.GIVEN))) };`,
  );
  assert.equal(await inWorkerd(entry, sandbox), arn);
});

test("a plain page, without a bundler", async () => {
  await program(
    "plain.mjs",
    `${story("./node_modules/sts-web/dist/entry/browser.js")}\nstory(${JSON.stringify(sandbox)})${tell};`,
  );
  await program("index.html", '<!doctype html><script type="module" src="./plain.mjs"></script>');
  assert.equal(await served(folder, inChromium), arn);
});

test("a web worker", async () => {
  await program(
    "web-worker.mjs",
    `${story("./node_modules/sts-web/dist/entry/browser.js")}
    story(${JSON.stringify(sandbox)}).then((arn) => postMessage(arn), (error) => postMessage(String(error)));`,
  );
  await program(
    "start.mjs",
    `const worker = new Worker("./web-worker.mjs", { type: "module" });
    worker.onmessage = (event) => (globalThis.answer = event.data);`,
  );
  await program("index.html", '<!doctype html><script type="module" src="./start.mjs"></script>');
  assert.equal(await served(folder, inChromium), arn);
});

test("a service worker", async () => {
  await program(
    "service-worker.mjs",
    `${story("./node_modules/sts-web/dist/entry/browser.js")}
    addEventListener("message", (event) => event.waitUntil(
      story(event.data).then((arn) => event.source.postMessage(arn), (error) => event.source.postMessage(String(error)))));`,
  );
  await program(
    "start.mjs",
    `navigator.serviceWorker.onmessage = (event) => (globalThis.answer = event.data);
    const { installing } = await navigator.serviceWorker.register("./service-worker.mjs", { type: "module" });
    installing.postMessage(${JSON.stringify(sandbox)});`,
  );
  await program("index.html", '<!doctype html><script type="module" src="./start.mjs"></script>');
  assert.equal(await served(folder, inChromium), arn);
});

test("two copies on one page do no harm", async () => {
  await program("copy/package.json", '{ "type": "module" }');
  await run("cp", ["-r", join(folder, "node_modules/sts-web"), join(folder, "copy")]);
  await program("first.mjs", story("./node_modules/sts-web/dist/entry/browser.js"));
  await program("second.mjs", story("./copy/sts-web/dist/entry/browser.js"));
  await program(
    "both.mjs",
    `import { story as first } from "./first.mjs";
    import { story as second } from "./second.mjs";
    const given = ${JSON.stringify(sandbox)};
    Promise.all([first(given), second(given), first(given)]).then((arns) => arns.join())${tell};`,
  );
  await program("index.html", '<!doctype html><script type="module" src="./both.mjs"></script>');
  assert.equal(await served(folder, inChromium), [arn, arn, arn].join());
});
