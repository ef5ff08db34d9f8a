// The page with scripts planted in it, as a host or somebody on the way would: served from here, the rest from the site.

import { once } from "node:events";
import { createServer } from "node:http";

import { site } from "./chromium.mjs";

/** What each of them does. */
const script = (how) => `(window.planted ??= []).push("${how}")`;

/** Serves it, with or without the page's own policy. Gives `url` and `close()`. */
export async function servePlanted({ policy = true } = {}) {
  const server = createServer(async (request, response) => {
    if (request.url === "/planted.js")
      return response.setHeader("content-type", "text/javascript").end(script("another site's"));
    const answer = await fetch(new URL(request.url, site));
    const headers = Object.fromEntries([...answer.headers].filter(([name]) => name !== "content-length"));
    const content = Buffer.from(await answer.arrayBuffer());
    response
      .writeHead(answer.status, headers)
      .end(request.url === "/" ? planted(content.toString(), server.address(), policy) : content);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url: `http://127.0.0.1:${server.address().port}/`, close };
}

/** Another name of this machine is another site. */
function planted(html, { port }, policy) {
  const plants = `<script>${script("inline")}</script><img src="none" onerror='${script("a handler")}'>
    <script src="http://localhost:${port}/planted.js"></script>`;
  const page = html.replace("</main>", () => `${plants}</main>`);
  return policy ? page : page.replace("Content-Security-Policy", "none");
}
