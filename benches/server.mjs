// The loopback server: responds to POST as STS does, without delay, and serves the pages and their scripts. It runs in
// its own thread, so that it takes no time from the contender being measured.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { parentPort } from "node:worker_threads";
import { bundle } from "./bundle.mjs";
import { responseHeaders } from "./fixture.mjs";
import { responseXml } from "./response.mjs";

const CONDITIONS = ["browser", "module"];
const html = (script, head = "") =>
  `<!doctype html><meta charset="utf-8"><title>bench</title>${head}<script type="module">${script}</script>`;
const firstSignature = (contender) => `
  const { create } = await import("/js/${contender}.js");
  const script = performance.now() - started;
  await create("https://sts.eu-central-1.amazonaws.com/").sign();
  const total = performance.now() - started;
  const wasm = performance.getEntriesByType("resource").find(({ name }) => name.endsWith(".wasm"))?.duration ?? 0;
  window.firstSignature = { total, script, wasm };
`;
const START = "<script>const started = performance.now();</script>";
/** The links that pkg/README.md shows. */
const preload = (contender) => `<link rel="modulepreload" href="/js/${contender}.js">`;
const PRELOAD_WASM = `<link rel="preload" href="/sts.wasm" as="fetch" type="application/wasm" crossorigin>`;

const files = new Map([
  ["/page.html", ["text/html", html(`import "/js/page.js";`)]],
  ["/js/page.js", ["text/javascript", await bundle("runtimes/page.mjs", CONDITIONS)]],
  ["/sts.wasm", ["application/wasm", readFileSync(new URL("../pkg/dist/sts.wasm", import.meta.url))]],
]);
for (const contender of ["sts-web", "client-sts", "aws4fetch", "signature-v4"]) {
  files.set(`/js/${contender}.js`, ["text/javascript", await bundle(`contenders/${contender}.mjs`, CONDITIONS)]);
  const links = preload(contender) + (contender === "sts-web" ? PRELOAD_WASM : "");
  const page = (head) => ["text/html", html(firstSignature(contender), head)];
  files.set(`/first-signature/${contender}.html`, page(START));
  files.set(`/first-signature/${contender}-preloaded.html`, page(START + links));
}

const server = createServer((request, response) => {
  request.resume();
  if (request.method === "POST") {
    const headers = { ...responseHeaders, "content-length": responseXml.length };
    request.on("end", () => response.writeHead(200, headers).end(responseXml));
    return;
  }
  const [type, content] = files.get(new URL(request.url, "http://x").pathname) ?? [];
  response.writeHead(type ? 200 : 404, { "content-type": type ?? "text/plain" }).end(content);
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));
