// Serves the page with injected scripts, as a malicious host would. Everything else is from the site.

import { once } from "node:events";
import { createServer } from "node:http";

import { site } from "./chromium.mjs";

/** The code of an injected script. */
const script = (how) => `(window.injected ??= []).push("${how}")`;

/** Starts a server, with or without the page's Content-Security-Policy. Returns its `url` and `close()`. */
export async function serveInjected({ policy = true } = {}) {
  const server = createServer(async (request, response) => {
    if (request.url === "/injected.js")
      return response.setHeader("content-type", "text/javascript").end(script("another site's"));
    const upstream = await fetch(new URL(request.url, site));
    const headers = Object.fromEntries([...upstream.headers].filter(([name]) => name !== "content-length"));
    const content = Buffer.from(await upstream.arrayBuffer());
    response
      .writeHead(upstream.status, headers)
      .end(request.url === "/" ? inject(content.toString(), server.address(), policy) : content);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${server.address().port}/`, close };
}

/** Injects scripts. `localhost` is another origin than 127.0.0.1. */
function inject(html, { port }, policy) {
  const scripts = `<script>${script("inline")}</script><img src="none" onerror='${script("a handler")}'>
    <script src="http://localhost:${port}/injected.js"></script>`;
  const page = html.replace("</main>", () => `${scripts}</main>`);
  return policy ? page : page.replace(`http-equiv="Content-Security-Policy"`, "");
}
