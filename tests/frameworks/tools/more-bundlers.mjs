// More bundlers: Rspack, Rolldown, Farm and ncc.

import { hosts, prints } from "../run.mjs";
import { NODE_SCRIPT, PAGE_SCRIPT, page, probeModule } from "../tool.mjs";

const files = {
  "index.html": page("/dist/main.js"),
  "page.js": PAGE_SCRIPT,
  "main.js": NODE_SCRIPT,
  "probe.js": probeModule(),
};

const RSPACK = {
  "rspack-1": { "@rspack/core": "1.6.0", "@rspack/cli": "1.6.0" },
  "rspack-2": { "@rspack/core": "2.3.3", "@rspack/cli": "2.2.8" },
};

/** @type {import("../tool.mjs").Tool[]} */
export const tools = [
  ...Object.entries(RSPACK).map(([name, packages]) => ({
    name,
    packages,
    files,
    checks: {
      production: { build: [["rspack", "build", "--mode=production", "--entry=./page.js"]], run: hosts(".") },
      development: { build: [["rspack", "build", "--mode=development", "--entry=./page.js"]], run: hosts(".") },
    },
  })),
  {
    name: "rolldown",
    packages: { rolldown: "1.3.2" },
    files,
    checks: {
      browser: { build: [["rolldown", "page.js", "-d", "dist", "--entry-file-names=main.js"]], run: hosts(".") },
      node: {
        build: [["rolldown", "main.js", "-d", "node", "--platform=node"]],
        run: prints("node", "node/main.js"),
      },
    },
  },
  {
    name: "farm",
    packages: { "@farmfe/core": "1.7.11", "@farmfe/cli": "1.0.5" },
    files: { ...files, "index.html": page("./page.js") },
    // `farm start` is not tested: in this version it responds to every page with 404, even without this package.
    checks: { build: { build: [["farm", "build"]], run: hosts("dist") } },
  },
  {
    name: "ncc",
    packages: { "@vercel/ncc": "0.45.0" },
    files,
    checks: { node: { build: [["ncc", "build", "main.js", "-o", "dist"]], run: prints("node", "dist/index.js") } },
  },
];
