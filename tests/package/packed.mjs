// The packed tarball, installed as npm users install it, and the runtimes that run programs with it.

import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, extname, join } from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { launch } from "../browser/chromium.mjs";

export const run = promisify(execFile);
export const pkg = fileURLToPath(new URL("../../pkg/", import.meta.url));
export const require = createRequire(join(pkg, "package.json"));
export const sandbox = JSON.parse(process.env.STS_WEB_SANDBOX ?? "{}");

/** The temporary folder with the installed package. Removed when the tests of the file end. */
export const folder = await mkdtemp(join(tmpdir(), "sts-web-"));
after(() => rm(folder, { recursive: true, force: true }));
await install();

async function install() {
  const { stdout } = await run("npm", ["pack", "--json", "--pack-destination", folder], { cwd: pkg });
  const [{ filename }] = JSON.parse(stdout);
  const installed = join(folder, "node_modules/sts-web");
  await mkdir(installed, { recursive: true });
  await run("tar", ["-xzf", join(folder, filename), "-C", installed, "--strip-components=1"]);
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
}

/**
 * Writes a file of a program into the folder and returns its path.
 *
 * @param {string} name
 * @param {string} text
 */
export async function writeProgram(name, text) {
  const file = join(folder, name);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
  return file;
}

/** What {@link assumeRoleProgram} returns. */
export const arn = "arn:aws:sts::123456789012:assumed-role/test-role/s3-access-example";

/**
 * Returns the program that runs in every runtime: it assumes a role and returns the role's ARN.
 *
 * @param {string} from The module to import.
 */
export const assumeRoleProgram = (from) => `
import { STS } from ${JSON.stringify(from)};
export async function assumeRole({ endpoint, region, accessKeyId, secretAccessKey, roleArn, roleSessionName }) {
  const user = new STS({ endpoint, region, credentials: { accessKeyId, secretAccessKey } });
  const { Credentials } = await user.assumeRole({ RoleArn: roleArn, RoleSessionName: roleSessionName });
  const { AccessKeyId, SecretAccessKey, SessionToken } = Credentials;
  const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
  const { Arn } = await new STS({ endpoint, region, credentials }).getCallerIdentity();
  return Arn;
}
`;

/** Code to append to a promise, which sets the result that {@link inChromium} waits for. */
export const publish = `.then((result) => (globalThis.result = result), (error) => (globalThis.result = String(error)))`;

/**
 * Returns the response of a Worker, bundled with the conditions that Wrangler sets.
 *
 * @param {string} entry The path of its module.
 * @param {unknown} input The value of `env.INPUT`, in JSON.
 * @param {string[]} [paths] The requests, in sequence. The last response is returned.
 */
export async function inWorkerd(entry, input, paths = ["/"]) {
  const { build } = require("esbuild");
  const { Miniflare } = require("miniflare");
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
    bindings: { INPUT: JSON.stringify(input) },
  });
  try {
    let text = "";
    for (const path of paths) text = await (await miniflare.dispatchFetch(`http://worker${path}`)).text();
    return text;
  } finally {
    await miniflare.dispose();
  }
}

/**
 * Serves a folder on loopback while `work` runs, and returns its result.
 *
 * @template T
 * @param {string} root
 * @param {(url: string) => Promise<T>} work
 * @param {(path: string) => { status?: number; headers?: Record<string, string> }} [respond] What differs for a path.
 */
export async function withServer(root, work, respond = () => ({})) {
  /** @type {Record<string, string>} */
  const contentTypes = {
    ".html": "text/html",
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".wasm": "application/wasm",
  };
  const server = createServer(async (request, response) => {
    const path = new URL(request.url, "http://x").pathname;
    const { status = 200, headers } = respond(path);
    try {
      const content = await readFile(join(root, path === "/" ? "index.html" : path));
      const contentType = contentTypes[extname(path) || ".html"] ?? "application/octet-stream";
      response.writeHead(status, { "content-type": contentType, ...headers });
      response.end(content);
    } catch {
      response.writeHead(404).end();
    }
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  try {
    return await work(`http://127.0.0.1:${port}/`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

/**
 * Opens a page in Chromium and returns the result that it publishes.
 *
 * @param {string} url
 */
export async function inChromium(url) {
  const browser = await launch();
  try {
    const page = await browser.newPage();
    await page.goto(url);
    await page.waitForFunction("window.result", { timeout: 20_000 });
    return await page.evaluate("window.result");
  } finally {
    await browser.close();
  }
}
