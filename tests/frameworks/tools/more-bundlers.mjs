// More bundlers: Rspack, Rolldown and ncc.

import { hosts, prints } from "../run.mjs";
import { NODE_SCRIPT, PAGE_SCRIPT, page, probeModule } from "../tool.mjs";

const files = {
  "index.html": page("/dist/main.js"),
  "page.js": PAGE_SCRIPT,
  "main.js": NODE_SCRIPT,
  "probe.js": probeModule(),
};

/** @type {import("../tool.mjs").Tool[]} */
export const tools = [
  {
    name: "rspack",
    packages: { "@rspack/core": "1.6.0", "@rspack/cli": "1.6.0" },
    files,
    checks: {
      production: { build: [["rspack", "build", "--mode=production", "--entry=./page.js"]], run: hosts(".") },
      development: { build: [["rspack", "build", "--mode=development", "--entry=./page.js"]], run: hosts(".") },
    },
  },
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
    name: "ncc",
    packages: { "@vercel/ncc": "0.45.0" },
    files,
    checks: { node: { build: [["ncc", "build", "main.js", "-o", "dist"]], run: prints("node", "dist/index.js") } },
  },
];
