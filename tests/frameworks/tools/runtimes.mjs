// Deno and Bun. `deno compile` is not tested: it downloads a program from outside of npm.

import { hosts, prints } from "../run.mjs";
import { NODE_SCRIPT, PAGE_SCRIPT, page, probeModule } from "../tool.mjs";

const files = {
  "index.html": page("dist/page.js"),
  "page.js": PAGE_SCRIPT,
  "main.js": NODE_SCRIPT,
  "probe.js": probeModule(),
};

/** npm does not run the script that links the program. */
const BUN = `node_modules/@oven/bun-${process.platform}-${process.arch}/bin/bun`;

/** @type {import("../tool.mjs").Tool[]} */
export const tools = [
  {
    name: "deno",
    packages: { deno: "2.9.6" },
    files,
    checks: {
      run: { run: prints("deno", "run", "--allow-net", "main.js") },
      bundle: {
        build: [["deno", "bundle", "main.js", "--output=dist/main.js"]],
        run: prints("deno", "run", "--allow-net", "dist/main.js"),
      },
      "bundle for browsers": {
        build: [["deno", "bundle", "--platform=browser", "page.js", "--output=dist/page.js"]],
        run: hosts("."),
      },
    },
  },
  { name: "bun", packages: { bun: "1.4.5" }, files, checks: { run: { run: prints(BUN, "main.js") } } },
];
