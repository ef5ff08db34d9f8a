// The loopback server: responds to POST as STS does, without delay, and serves the pages and their scripts. It runs in
// its own thread, so that it takes no time from the contender being measured.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { parentPort } from "node:worker_threads";
import { bundle } from "./bundle.mjs";
import { responseHeaders } from "./fixture.mjs";
import { responseXml } from "./response.mjs";

const CONDITIONS = ["browser"];
const html = (script) =>
  `<!doctype html><meta charset="utf-8"><title>bench</title><script type="module">${script}</script>`;
const firstSignature = `
  const contender = location.search.slice(1);
  const started = performance.now();
  const { create } = await import("/js/" + contender + ".js");
  const script = performance.now() - started;
  await create("https://sts.eu-central-1.amazonaws.com/").sign();
  const total = performance.now() - started;
  const wasm = performance.getEntriesByType("resource").find(({ name }) => name.endsWith(".wasm"))?.duration ?? 0;
  window.firstSignature = { total, script, wasm };
`;
const files = new Map([
  ["/page.html", ["text/html", html(`import "/js/page.js";`)]],
  ["/first-signature.html", ["text/html", html(firstSignature)]],
  ["/js/page.js", ["text/javascript", await bundle("runtimes/page.mjs", CONDITIONS)]],
  ["/sts.wasm", ["application/wasm", readFileSync(new URL("../pkg/dist/sts.wasm", import.meta.url))]],
]);
for (const contender of ["sts-web", "client-sts", "aws4fetch", "signature-v4"]) {
  files.set(`/js/${contender}.js`, ["text/javascript", await bundle(`contenders/${contender}.mjs`, CONDITIONS)]);
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
