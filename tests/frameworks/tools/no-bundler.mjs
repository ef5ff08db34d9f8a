// Pages without a bundler: an import map refers to the package's files, on several kinds of static hosts.

import { hosts } from "../run.mjs";
import { PAGE_SCRIPT, probeModule } from "../tool.mjs";

const INDEX = `<!doctype html><html><head><title>x</title>
<script type="importmap">{ "imports": { "sts-web": "./node_modules/sts-web/dist/entry/browser.js" } }</script>
</head><body><script type="module" src="page.js"></script></body></html>
`;

/** @type {import("../tool.mjs").Tool[]} */
export const tools = [
  {
    name: "no-bundler",
    packages: {},
    files: { "index.html": INDEX, "page.js": PAGE_SCRIPT, "probe.js": probeModule() },
    checks: {
      "import map": { run: hosts(".") },
      "base path": { run: hosts(".", { base: "/app/" }) },
      "wrong MIME type": { run: hosts(".", { contentTypes: { ".wasm": "text/plain" } }) },
      "Content-Security-Policy": {
        run: hosts(".", {
          // The import map is inline.
          headers: {
            "content-security-policy":
              "default-src 'self'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval'; connect-src *",
          },
        }),
      },
      "wasm file missing": { build: [["rm", "node_modules/sts-web/dist/sts.wasm"]], run: hosts(".") },
    },
  },
];
