// What npm users get: the packed tarball, installed into small programs that sign, call the sandbox and parse.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, mkdir, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const pkg = fileURLToPath(new URL("../../pkg/", import.meta.url));
const require = createRequire(join(pkg, "package.json"));
const sandbox = JSON.parse(process.env.STS_WEB_SANDBOX ?? "{}");
const arn = "arn:aws:sts::123456789012:assumed-role/test-role/s3-access-example";

/** The program, the same everywhere: from keys to a role, and who that is. */
const story = (from) => `
import { STS } from ${JSON.stringify(from)};
export async function story({ endpoint, region, accessKeyId, secretAccessKey, roleArn, roleSessionName }) {
  const user = new STS({ endpoint, region, credentials: { accessKeyId, secretAccessKey } });
  const { Credentials } = await user.assumeRole({ RoleArn: roleArn, RoleSessionName: roleSessionName });
  const { AccessKeyId, SecretAccessKey, SessionToken } = Credentials;
  const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
  const { Arn } = await new STS({ endpoint, region, credentials }).getCallerIdentity();
  return Arn;
}
`;
const prints = (from) => `${story(from)}\nconsole.log(await story(${JSON.stringify(sandbox)}));\n`;

let folder;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "sts-web-"));
  const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", folder], { cwd: pkg });
  const [{ filename }] = JSON.parse(stdout);
  const installed = join(folder, "node_modules/sts-web");
  await mkdir(installed, { recursive: true });
  await run("tar", ["-xzf", join(folder, filename), "-C", installed, "--strip-components=1"]);
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
});
after(() => rm(folder, { recursive: true, force: true }));

async function program(name, text) {
  const file = join(folder, name);
  await writeFile(file, text);
  return file;
}

test("the tarball holds one wasm, and nothing of the sources", async () => {
  const files = (await readdir(join(folder, "node_modules/sts-web"), { recursive: true })).map(String);
  assert.equal(files.filter((file) => file.endsWith(".wasm")).length, 1);
  assert.ok(files.includes("README.md") && files.includes("dist/index.d.ts"));
  assert.ok(!files.some((file) => file.startsWith("src") || file.includes("test")), files.join("\n"));
});

test("importing it does nothing yet", async () => {
  const file = await program("import.mjs", `
    globalThis.fetch = WebAssembly.compile = WebAssembly.instantiate = () => { throw Error("too early") };
    await import("sts-web");
    console.log("quiet");`);
  assert.equal((await run("node", [file])).stdout.trim(), "quiet");
});

test("Node", async () => {
  assert.equal((await run("node", [await program("node.mjs", prints("sts-web"))])).stdout.trim(), arn);
});

test("Node, with the wasm inline", async () => {
  assert.equal((await run("node", [await program("inline.mjs", prints("sts-web/inline"))])).stdout.trim(), arn);
});

// npm cannot lock Deno's package for all platforms (`npm ci` refuses its own lock file), so it is tested where it is.
const deno = await run("deno", ["--version"]).catch(() => undefined);
test("Deno", { skip: !deno && "deno is not on the PATH" }, async () => {
  const file = await program("deno.mjs", prints("sts-web"));
  const allowed = ["run", "--allow-net=127.0.0.1", "--allow-read", "--node-modules-dir=manual", file];
  assert.equal((await run("deno", allowed, { cwd: folder })).stdout.trim(), arn);
});

test("Bun", async () => {
  const bun = require.resolve("@oven/bun-linux-x64/bin/bun", { paths: [require.resolve("bun/package.json")] });
  assert.equal((await run(bun, ["run", await program("bun.mjs", prints("sts-web"))])).stdout.trim(), arn);
});

test("workerd, with the bundle that Wrangler's conditions give", async () => {
  const { build } = require("esbuild");
  const { Miniflare } = require("miniflare");
  const entry = await program("worker.mjs", `${story("sts-web")}
    export default { fetch: async (request, env) => new Response(await story(JSON.parse(env.SANDBOX))) };`);
  const wasmAsModule = {
    name: "wasm-as-module",
    setup: (build) => build.onResolve({ filter: /\.wasm$/ }, () => ({ path: "./sts.wasm", external: true })),
  };
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    plugins: [wasmAsModule],
  });
  const wasm = await readFile(join(folder, "node_modules/sts-web/dist/sts.wasm"));
  const miniflare = new Miniflare({
    modules: [
      { type: "ESModule", path: "worker.mjs", contents: outputFiles[0].text },
      { type: "CompiledWasm", path: "sts.wasm", contents: wasm },
    ],
    compatibilityDate: "2026-07-01",
    bindings: { SANDBOX: JSON.stringify(sandbox) },
  });
  try {
    const response = await miniflare.dispatchFetch("http://worker/");
    assert.equal(await response.text(), arn);
  } finally {
    await miniflare.dispose();
  }
});

/** Serves a folder on loopback while `work` runs. */
async function served(root, work) {
  const types = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };
  const server = createServer(async (request, response) => {
    const path = new URL(request.url, "http://x").pathname;
    try {
      const content = await readFile(join(root, path === "/" ? "index.html" : path));
      response.writeHead(200, { "content-type": types[extname(path) || ".html"] ?? "application/octet-stream" });
      response.end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await work(`http://127.0.0.1:${server.address().port}/`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

async function inChromium(url) {
  const { launch } = await import("../browser/chromium.mjs");
  const browser = await launch();
  try {
    const page = await browser.newPage();
    await page.goto(url);
    await page.waitForFunction("window.answer", { timeout: 20_000 });
    return await page.evaluate("window.answer");
  } finally {
    await browser.close();
  }
}

const tell = `.then((arn) => (globalThis.answer = arn), (error) => (globalThis.answer = String(error)))`;

test("a plain page, without a bundler", async () => {
  await program("plain.mjs", `${story("./node_modules/sts-web/dist/entry/browser.js")}\nstory(${JSON.stringify(sandbox)})${tell};`);
  await program("index.html", '<!doctype html><script type="module" src="./plain.mjs"></script>');
  assert.equal(await served(folder, inChromium), arn);
});

test("a web worker", async () => {
  await program("web-worker.mjs", `${story("./node_modules/sts-web/dist/entry/browser.js")}
    story(${JSON.stringify(sandbox)}).then((arn) => postMessage(arn), (error) => postMessage(String(error)));`);
  await program("start.mjs", `const worker = new Worker("./web-worker.mjs", { type: "module" });
    worker.onmessage = (event) => (globalThis.answer = event.data);`);
  await program("index.html", '<!doctype html><script type="module" src="./start.mjs"></script>');
  assert.equal(await served(folder, inChromium), arn);
});

test("Vite's build", async () => {
  const { build } = await import(require.resolve("vite"));
  const root = join(folder, "vite");
  await mkdir(root, { recursive: true });
  await writeFile(join(root, "main.mjs"), `${story("sts-web")}\nstory(${JSON.stringify(sandbox)})${tell};`);
  await writeFile(join(root, "index.html"), '<!doctype html><script type="module" src="./main.mjs"></script>');
  await build({ root, logLevel: "error", configFile: false });
  const files = (await readdir(join(root, "dist"), { recursive: true })).map(String);
  assert.equal(files.filter((file) => file.endsWith(".wasm")).length, 1, files.join("\n"));
  assert.equal(await served(join(root, "dist"), inChromium), arn);
});
