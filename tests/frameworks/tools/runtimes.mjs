// Deno, Bun, and a layer of AWS Lambda. `deno compile` is not tested: it downloads a program from outside of npm.

import { hosts, prints } from "../run.mjs";
import { NODE_SCRIPT, PAGE_SCRIPT, page, probeCommonJs, probeModule } from "../tool.mjs";

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
  {
    name: "lambda-layer",
    packages: {},
    packageJson: { type: "commonjs" },
    files: {
      "function/probe.js": probeCommonJs(),
      "function/main.js": 'require("./probe.js").probe().then((result) => console.log(JSON.stringify(result)));\n',
    },
    checks: {
      // AWS Lambda sets NODE_PATH, which `import` ignores.
      require: {
        build: [["sh", "-c", "mkdir -p opt/nodejs && cp -RL node_modules opt/nodejs/ && rm -r node_modules"]],
        run: prints("env", "NODE_PATH=opt/nodejs/node_modules", "node", "function/main.js"),
      },
    },
  },
];
