// Pages without a bundler: an import map refers to the package's files, on several kinds of static hosts.

import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { host, hosts } from "../run.mjs";
import { PAGE_SCRIPT, probeModule } from "../tool.mjs";

const INDEX = `<!doctype html><html><head><title>x</title>
<script type="importmap">{ "imports": { "sts-web": "./node_modules/sts-web/dist/entry/browser.js" } }</script>
</head><body><script type="module" src="page.js"></script></body></html>
`;

/**
 * Serves the package from another origin, and opens a page whose import map refers to it.
 *
 * @param {import("../run.mjs").HostOptions} options
 * @param {string} path The package's path on the other origin.
 */
const onAnotherOrigin = (options, path) => (/** @type {import("../tool.mjs").Context} */ context) => {
  const { folder } = context;
  const headers = { "access-control-allow-origin": "*" };
  return host(join(folder, "node_modules/sts-web"), { ...options, headers }, async (url) => {
    const index = INDEX.replace("./node_modules/sts-web/", new URL(path, url).href);
    await mkdir(join(folder, "site"), { recursive: true });
    await writeFile(join(folder, "site/index.html"), index);
    for (const name of ["page.js", "probe.js"]) await copyFile(join(folder, name), join(folder, "site", name));
    return hosts("site")(context);
  });
};

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
      "another origin": { run: onAnotherOrigin({}, "/") },
      // As unpkg and jsDelivr serve a package.
      "CDN, a version": { run: onAnotherOrigin({ base: "/sts-web@0.1.0/" }, "/sts-web@0.1.0/") },
      "CDN, redirected to the latest version": {
        run: onAnotherOrigin({ base: "/sts-web@0.1.0/", alias: "/sts-web/" }, "/sts-web/"),
      },
      "wasm file missing": { build: [["rm", "node_modules/sts-web/dist/sts.wasm"]], run: hosts(".") },
    },
  },
];
