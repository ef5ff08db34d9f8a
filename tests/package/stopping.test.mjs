// Calls end on abort, on timeout and at the size limit: in Node, a web worker and workerd.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, test } from "node:test";

import { folder, inChromium, inWorkerd, run, withServer, writeProgram } from "./packed.mjs";

const TIMEOUT = { timeout: 30_000 };

/** Number of open `/drip` responses. */
let drips = 0;

/**
 * `/silent` never responds, `/busy` requests a delay of ten seconds, `/drip` and `/flood` send bodies without an end.
 */
const server = createServer((request, response) => {
  response.setHeader("access-control-allow-origin", "*").setHeader("access-control-allow-headers", "*, authorization");
  response.setHeader("access-control-expose-headers", "retry-after");
  if (request.method === "OPTIONS") return response.end();
  if (request.url === "/busy/") return response.writeHead(503, { "retry-after": "10" }).end();
  if (request.url === "/silent/") return undefined;
  if (request.url === "/drips") return response.end(String(drips));
  response.writeHead(200);
  const write = () => response.write(request.url === "/drip/" ? " " : " ".repeat(65_536));
  const timer = setInterval(write, request.url === "/drip/" ? 20 : 1);
  if (request.url === "/drip/") drips += 1;
  response.on("close", () => {
    clearInterval(timer);
    if (request.url === "/drip/") drips -= 1;
  });
  return undefined;
});
await once(server.listen(0, "127.0.0.1"), "listening");
const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
const address = `http://127.0.0.1:${port}`;
after(() => {
  server.close();
  server.closeAllConnections();
});

/**
 * Returns a program that reports the outcome of each call. A call that does not end exceeds the timeout of the test.
 *
 * @param {string} from The module to import.
 */
const stoppingProgram = (from) => `
import { STS } from ${JSON.stringify(from)};
export async function stopping(server) {
  const outcomes = {};
  const call = async (name, path, settings, signal) => {
    const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
    const sts = new STS({ region: "us-east-1", endpoint: server + path, credentials, requestTimeout: 60_000, ...settings });
    await sts.getCallerIdentity({}, { abortSignal: signal }).then(
      () => (outcomes[name] = "fulfilled"),
      (error) => (outcomes[name] = error.name),
    );
  };
  const sending = new AbortController();
  await call("during the request", "/silent", {
    fetch: (url, init) => {
      const response = fetch(url, init);
      sending.abort();
      return response;
    },
  }, sending.signal);
  const waiting = new AbortController();
  await call("during the delay", "/busy", {
    fetch: async (url, init) => {
      const response = await fetch(url, init);
      setTimeout(() => waiting.abort(), 100);
      return response;
    },
  }, waiting.signal);
  await call("before the request", "/silent", {}, AbortSignal.abort());
  await call("timeout", "/drip", { requestTimeout: 300, maxAttempts: 1 });
  await call("too large", "/flood", {});
  return JSON.stringify(outcomes);
}
`;

const expected = JSON.stringify({
  "during the request": "AbortError",
  "during the delay": "AbortError",
  "before the request": "AbortError",
  timeout: "TimeoutError",
  "too large": "ResponseTooLarge",
});

test("in Node", TIMEOUT, async () => {
  const file = await writeProgram(
    "node.mjs",
    `${stoppingProgram("sts-web")}\nconsole.log(await stopping("${address}"));\nprocess.exit();`,
  );
  assert.equal((await run("node", [file])).stdout.trim(), expected);
});

test("in Node, a timeout closes the response even after a garbage collection", TIMEOUT, async () => {
  const file = await writeProgram(
    "collected.mjs",
    `
    import { setFlagsFromString } from "node:v8";
    import { runInNewContext } from "node:vm";
    import { STS } from "sts-web";
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc");
    const countDrips = async () => Number(await (await fetch("${address}/drips")).text());
    let open;
    const collecting = async (url, init) => {
      const response = await fetch(url, init);
      open = await countDrips();
      setTimeout(collect, 50);
      return response;
    };
    const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
    const settings = { region: "us-east-1", endpoint: "${address}/drip", credentials, requestTimeout: 2000, maxAttempts: 1 };
    const name = await new STS({ ...settings, fetch: collecting }).getCallerIdentity().catch((error) => error.name);
    while (await countDrips() > 0) await new Promise((resolve) => setTimeout(resolve, 20));
    console.log([open, name].join());
    process.exit();`,
  );
  assert.equal((await run("node", [file])).stdout.trim(), "1,TimeoutError");
});

test("in Node, a response after the timeout is not read", TIMEOUT, async () => {
  const file = await writeProgram(
    "late.mjs",
    `
    import { STS } from "sts-web";
    let cancelled = false;
    const body = new ReadableStream({ pull: (stream) => stream.enqueue(new Uint8Array(1)), cancel: () => (cancelled = true) }, { highWaterMark: 0 });
    // Ignores the signal and responds after the timeout.
    const late = () => new Promise((resolve) => setTimeout(resolve, 200, new Response(body)));
    const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
    const settings = { region: "us-east-1", credentials, requestTimeout: 50, maxAttempts: 1, fetch: late };
    const name = await new STS(settings).getCallerIdentity().catch((error) => error.name);
    await new Promise((resolve) => setTimeout(resolve, 300));
    console.log([name, cancelled].join());`,
  );
  assert.equal((await run("node", [file])).stdout.trim(), "TimeoutError,true");
});

test("in a web worker", TIMEOUT, async () => {
  await writeProgram(
    "web-worker.mjs",
    `${stoppingProgram("./node_modules/sts-web/dist/entry/browser.js")}
    stopping("${address}").then((outcomes) => postMessage(outcomes), (error) => postMessage(String(error)));`,
  );
  await writeProgram(
    "start.mjs",
    `const worker = new Worker("./web-worker.mjs", { type: "module" });
    worker.onmessage = (event) => (globalThis.result = event.data);`,
  );
  await writeProgram("index.html", '<!doctype html><script type="module" src="./start.mjs"></script>');
  assert.equal(await withServer(folder, inChromium), expected);
});

test("in workerd", TIMEOUT, async () => {
  const entry = await writeProgram(
    "worker.mjs",
    `${stoppingProgram("sts-web")}
    export default { fetch: async (request, env) => new Response(await stopping(JSON.parse(env.INPUT))) };`,
  );
  assert.equal(await inWorkerd(entry, address), expected);
});

test("in workerd, a request does not wait forever for another one whose I/O was canceled", TIMEOUT, async () => {
  const entry = await writeProgram(
    "canceled.mjs",
    `import { STS } from "sts-web";
    let provided = 0;
    const sts = new STS({
      region: "us-east-1",
      credentials: async () => {
        provided += 1;
        if (provided === 1) await fetch("${address}/silent/");
        return { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
      },
    });
    export default {
      fetch: async (request) => {
        const signed = sts.request("GetCallerIdentity", {});
        // workerd cancels what a request has started once it is responded to.
        if (request.url.endsWith("/first")) return new Response("without waiting");
        await signed;
        return new Response(String(provided));
      },
    };`,
  );
  assert.equal(await inWorkerd(entry, null, ["/first", "/second"]), "2");
});
