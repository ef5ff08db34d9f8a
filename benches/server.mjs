// The loopback server: it answers as STS does, at once, and serves the pages and their scripts. In a thread of its own,
// so that it takes no time from who is measured.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { parentPort } from "node:worker_threads";
import { bundle } from "./bundle.mjs";
import { answerHeaders } from "./fixture.mjs";
import { answer } from "./response.mjs";

const BROWSER = ["browser"];
const html = (script) =>
  `<!doctype html><meta charset="utf-8"><title>bench</title><script type="module">${script}</script>`;
const first = `
  const contender = location.search.slice(1);
  const started = performance.now();
  const { make } = await import("/js/" + contender + ".js");
  const imported = performance.now() - started;
  await make("https://sts.eu-central-1.amazonaws.com/").sign();
  const all = performance.now() - started;
  const wasm = performance.getEntriesByType("resource").find(({ name }) => name.endsWith(".wasm"))?.duration ?? 0;
  window.first = { all, imported, wasm };
`;
const files = new Map([
  ["/page.html", ["text/html", html(`import "/js/page.js";`)]],
  ["/first.html", ["text/html", html(first)]],
  ["/js/page.js", ["text/javascript", await bundle("runtimes/page.mjs", BROWSER)]],
  ["/sts.wasm", ["application/wasm", readFileSync(new URL("../pkg/dist/sts.wasm", import.meta.url))]],
]);
for (const contender of ["sts-web", "client-sts", "aws4fetch", "signature-v4"]) {
  files.set(`/js/${contender}.js`, ["text/javascript", await bundle(`contenders/${contender}.mjs`, BROWSER)]);
}

const server = createServer((request, response) => {
  request.resume();
  if (request.method === "POST") {
    request.on("end", () => response.writeHead(200, { ...answerHeaders, "content-length": answer.length }).end(answer));
    return;
  }
  const [type, content] = files.get(new URL(request.url, "http://x").pathname) ?? [];
  response.writeHead(type ? 200 : 404, { "content-type": type ?? "text/plain" }).end(content);
});
server.keepAliveTimeout = 60_000;
server.listen(0, "127.0.0.1", () => parentPort.postMessage(server.address().port));
