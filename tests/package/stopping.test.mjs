// A call stops when it is told to, and when it has gone on for too long or too much: in Node, a web worker and workerd.

import assert from "node:assert/strict";
import { createServer } from "node:http";
import { after, test } from "node:test";

import { folder, inChromium, inWorkerd, program, run, served } from "./packed.mjs";

const TIMEOUT = { timeout: 30_000 };

/** How many answers of `/drip` go on. */
let drips = 0;

/** `/silent` never answers, `/busy` asks to be left alone for ten seconds, `/drip` and `/flood` never end. */
const server = createServer((request, response) => {
  response.setHeader("access-control-allow-origin", "*").setHeader("access-control-allow-headers", "*, authorization");
  response.setHeader("access-control-expose-headers", "retry-after");
  if (request.method === "OPTIONS") return response.end();
  if (request.url === "/busy") return response.writeHead(503, { "retry-after": "10" }).end();
  if (request.url === "/silent") return undefined;
  if (request.url === "/drips") return response.end(String(drips));
  response.writeHead(200);
  const more = () => response.write(request.url === "/drip" ? " " : " ".repeat(65_536));
  const timer = setInterval(more, request.url === "/drip" ? 20 : 1);
  if (request.url === "/drip") drips += 1;
  response.on("close", () => {
    clearInterval(timer);
    if (request.url === "/drip") drips -= 1;
  });
  return undefined;
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
const given = `http://127.0.0.1:${server.address().port}`;
after(() => {
  server.close();
  server.closeAllConnections();
});

/** The program: how each call ends, by name. Were one not stopped, the whole would take longer than a test may. */
const stopping = (from) => `
import { STS } from ${JSON.stringify(from)};
export async function stopping(server) {
  const ends = {};
  const call = async (name, path, settings, signal) => {
    const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
    const sts = new STS({ region: "us-east-1", endpoint: server + path, credentials, requestTimeout: 60_000, ...settings });
    await sts.getCallerIdentity({}, { abortSignal: signal }).then(
      () => (ends[name] = "answered"),
      (error) => (ends[name] = error.name),
    );
  };
  const sending = new AbortController();
  await call("while it is sent", "/silent", {
    fetch: (url, init) => {
      const answer = fetch(url, init);
      sending.abort();
      return answer;
    },
  }, sending.signal);
  const waiting = new AbortController();
  await call("while it waits", "/busy", {
    fetch: async (url, init) => {
      const answer = await fetch(url, init);
      setTimeout(() => waiting.abort(), 100);
      return answer;
    },
  }, waiting.signal);
  await call("before", "/silent", {}, AbortSignal.abort());
  await call("too slow", "/drip", { requestTimeout: 300, maxAttempts: 1 });
  await call("too much", "/flood", {});
  return JSON.stringify(ends);
}
`;

const ends = JSON.stringify({
  "while it is sent": "AbortError",
  "while it waits": "AbortError",
  before: "AbortError",
  "too slow": "TimeoutError",
  "too much": "ResponseTooLarge",
});

test("in Node", TIMEOUT, async () => {
  const file = await program(
    "node.mjs",
    `${stopping("sts-web")}\nconsole.log(await stopping("${given}"));\nprocess.exit();`,
  );
  assert.equal((await run("node", [file])).stdout.trim(), ends);
});

test("in Node, nothing goes on of a call that took too long, whatever was collected meanwhile", TIMEOUT, async () => {
  const file = await program(
    "collected.mjs",
    `
    import { setFlagsFromString } from "node:v8";
    import { runInNewContext } from "node:vm";
    import { STS } from "sts-web";
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc");
    const counted = [];
    const drips = async () => counted.push(await (await fetch("${given}/drips")).text());
    const collecting = async (url, init) => {
      const response = await fetch(url, init);
      setTimeout(collect, 50);
      setTimeout(drips, 100);
      return response;
    };
    const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
    const settings = { region: "us-east-1", endpoint: "${given}/drip", credentials, requestTimeout: 300, maxAttempts: 1 };
    await new STS({ ...settings, fetch: collecting }).getCallerIdentity().catch((error) => counted.push(error.name));
    await new Promise((resolve) => setTimeout(resolve, 300));
    await drips();
    console.log(counted.join());
    process.exit();`,
  );
  assert.equal((await run("node", [file])).stdout.trim(), "1,TimeoutError,0");
});

test("in Node, an answer that comes after its call was given up is not read", TIMEOUT, async () => {
  const file = await program(
    "late.mjs",
    `
    import { STS } from "sts-web";
    let cancelled = false;
    const body = new ReadableStream({ pull: (stream) => stream.enqueue(new Uint8Array(1)), cancel: () => (cancelled = true) }, { highWaterMark: 0 });
    // Minds no signal, and has its answer later than the call can wait.
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
  await program(
    "web-worker.mjs",
    `${stopping("./node_modules/sts-web/dist/entry/browser.js")}
    stopping("${given}").then((ends) => postMessage(ends), (error) => postMessage(String(error)));`,
  );
  await program(
    "start.mjs",
    `const worker = new Worker("./web-worker.mjs", { type: "module" });
    worker.onmessage = (event) => (globalThis.answer = event.data);`,
  );
  await program("index.html", '<!doctype html><script type="module" src="./start.mjs"></script>');
  assert.equal(await served(folder, inChromium), ends);
});

test("in workerd", TIMEOUT, async () => {
  const entry = await program(
    "worker.mjs",
    `${stopping("sts-web")}
    export default { fetch: async (request, env) => new Response(await stopping(JSON.parse(env.GIVEN))) };`,
  );
  assert.equal(await inWorkerd(entry, given), ends);
});
