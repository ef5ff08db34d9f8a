// The Cloudflare Worker in Rust, in workerd: what the transport over `fetch` does there.

import assert from "node:assert/strict";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";

const { Miniflare } = createRequire(new URL("../../pkg/package.json", import.meta.url))("miniflare");
const built = new URL("../../target/examples/worker/", import.meta.url);
const sandbox = JSON.parse(process.env.STS_WEB_SANDBOX);
const identity = `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/a</Arn>
  <UserId>AIDA</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`;

/** What worker-build generates: the module is instantiated once per isolate. */
const SHIM = `import wasm from "./worker.wasm";
import { fetch, initSync } from "./worker.js";
initSync({ module: wasm });
export default { fetch };`;

/** @type {(request: import("node:http").IncomingMessage, response: import("node:http").ServerResponse) => void} */
let respond;
/** @type {string[]} */
let received = [];
const server = createServer((request, response) => {
  received.push(`${request.method} ${request.url}`);
  respond(request, response);
});
/** @type {import("miniflare").ModuleDefinition[]} */
let modules;

before(async () => {
  await once(server.listen(0, "127.0.0.1"), "listening");
  const files = await readdir(built, { recursive: true });
  const scripts = files
    .filter((file) => file.endsWith(".js"))
    .map(async (path) => {
      return { type: "ESModule", path, contents: await readFile(new URL(path, built), "utf8") };
    });
  const wasm = await readFile(new URL("worker_bg.wasm", built));
  modules = [
    { type: "ESModule", path: "shim.js", contents: SHIM },
    ...(await Promise.all(scripts)),
    { type: "CompiledWasm", path: "worker.wasm", contents: wasm },
  ];
});
after(() => server.close());

/**
 * Returns the status and the body of the Worker's response.
 * @param {Record<string, string>} bindings
 */
async function whoami(bindings = {}, requests = 1) {
  const miniflare = new Miniflare({
    modules,
    compatibilityDate: "2026-07-01",
    bindings: {
      AWS_ACCESS_KEY_ID: sandbox.accessKeyId,
      AWS_SECRET_ACCESS_KEY: sandbox.secretAccessKey,
      AWS_REGION: sandbox.region,
      AWS_ENDPOINT_URL_STS: sandbox.endpoint,
      ...bindings,
    },
  });
  try {
    const responses = await Promise.all(
      Array.from({ length: requests }, () => miniflare.dispatchFetch("http://worker/")),
    );
    return await Promise.all(responses.map(async (response) => [response.status, await response.text()]));
  } finally {
    await miniflare.dispose();
  }
}

/** Has the server respond to STS, and returns what the Worker responds. */
async function whoamiAt(handler, requests) {
  received = [];
  respond = handler;
  return await whoami({ AWS_ENDPOINT_URL_STS: `http://127.0.0.1:${server.address().port}` }, requests);
}

test("the Worker's identity, from STS", async () => {
  const user = "arn:aws:iam::123456789012:user/test-user";
  assert.deepEqual(await whoami({}, 3), [
    [200, user],
    [200, user],
    [200, user],
  ]);
});

test("a wrong secret is an error that says so", async () => {
  const [[status, text]] = await whoami({ AWS_SECRET_ACCESS_KEY: "wrong" });
  assert.equal(status, 502);
  assert.match(text, /^SignatureDoesNotMatch: /);
});

test("a redirect is not followed", async () => {
  const [[status, text]] = await whoamiAt((request, response) => {
    response.writeHead(307, { location: "/elsewhere" }).end();
  });
  assert.equal(status, 502);
  assert.match(text, /^UnexpectedResponse: /);
  assert.deepEqual(received, ["POST /"]);
});

test("a transient failure is retried", async () => {
  const [[status, text]] = await whoamiAt((request, response) => {
    if (received.length === 1) response.writeHead(503).end();
    else response.end(identity);
  });
  assert.deepEqual([status, text], [200, "arn:aws:iam::123456789012:user/a"]);
  assert.deepEqual(received, ["POST /", "POST /"]);
});

test("a connection that is reset is a network error", async () => {
  const [[status, text]] = await whoamiAt((request) => request.socket.destroy());
  assert.equal(status, 502);
  assert.match(text, /^NetworkError: /);
});

test("a body over one mebibyte is not read to its end", async () => {
  const [[status, text]] = await whoamiAt((request, response) => {
    const chunk = Buffer.alloc(65_536, " ");
    const fill = () => {
      while (!response.destroyed && response.write(chunk));
    };
    response.on("drain", fill);
    fill();
  });
  assert.equal(status, 502);
  assert.match(text, /^ResponseTooLarge: /);
});
