// More bundlers: Rspack, Rolldown, Farm, ncc, Bun's, and those for libraries.

import { hosts, opens, prints } from "../run.mjs";
import { NODE_22, NODE_SCRIPT, PAGE_SCRIPT, page, probeModule } from "../tool.mjs";

const files = {
  "index.html": page("/dist/main.js"),
  "page.html": page("./page.js"),
  "page.js": PAGE_SCRIPT,
  "main.js": NODE_SCRIPT,
  "probe.js": probeModule(),
};

const RSPACK = {
  "rspack-1": { "@rspack/core": "1.6.0", "@rspack/cli": "1.6.0" },
  "rspack-2": { "@rspack/core": "2.3.3", "@rspack/cli": "2.2.8" },
};

/** npm does not run the script that links the program. */
const BUN = `node_modules/@oven/bun-${process.platform}-${process.arch}/bin/bun`;

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
    name: "rsbuild",
    packages: { "@rsbuild/core": "2.3.2" },
    files: { "src/index.js": PAGE_SCRIPT, "src/probe.js": probeModule() },
    checks: {
      build: { build: [["rsbuild", "build"]], run: hosts("dist") },
      dev: { run: opens(["rsbuild", "dev", "--host", "127.0.0.1", "--port", "$PORT"]) },
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
  {
    name: "bun-build",
    packages: { bun: "1.4.5" },
    files,
    checks: {
      browser: { build: [[BUN, "build", "page.js", "--outfile=dist/main.js"]], run: hosts(".") },
      node: {
        build: [[BUN, "build", "main.js", "--target=node", "--outfile=node/main.mjs"]],
        run: prints("node", "node/main.mjs"),
      },
      bun: {
        build: [[BUN, "build", "main.js", "--target=bun", "--outfile=bun/main.js"]],
        run: prints(BUN, "bun/main.js"),
      },
      compile: {
        build: [[BUN, "build", "main.js", "--compile", "--outfile=compiled"]],
        run: prints("./compiled"),
      },
      html: {
        build: [
          [BUN, "build", "./page.html", "--outdir=html"],
          ["mv", "html/page.html", "html/index.html"],
        ],
        run: hosts("html"),
      },
    },
  },
  {
    name: "tsup",
    packages: { tsup: "9.0.0", typescript: "5.9.3" },
    files: { ...files, "bundled.config.js": 'export default { noExternal: ["sts-web"] };\n' },
    checks: {
      node: { build: [["tsup", "main.js", "--format=esm,cjs"]], run: prints("node", "dist/main.js") },
      bundled: {
        build: [["tsup", "main.js", "--format=esm,cjs", "--config=bundled.config.js"]],
        run: prints("node", "dist/main.cjs"),
      },
      browser: {
        build: [
          ["tsup", "--entry.main", "page.js", "--format=esm", "--platform=browser", "--config=bundled.config.js"],
        ],
        run: hosts("."),
      },
    },
  },
  {
    name: "tsdown",
    packages: { ...NODE_22, tsdown: "0.23.7", typescript: "5.9.3" },
    files: { ...files, "bundled.config.js": 'export default { deps: { alwaysBundle: ["sts-web"] } };\n' },
    checks: {
      node: { build: [["tsdown", "main.js"]], run: prints("node", "dist/main.mjs") },
      bundled: {
        build: [["tsdown", "main.js", "--config=bundled.config.js", "--format=cjs"]],
        run: prints("node", "dist/main.cjs"),
      },
    },
  },
  {
    name: "unbuild",
    packages: { unbuild: "3.6.1" },
    packageJson: { type: "module", main: "dist/main.mjs" },
    files: { ...files, "src/main.js": NODE_SCRIPT, "src/probe.js": probeModule() },
    checks: { node: { build: [["unbuild"]], run: prints("node", "dist/main.mjs") } },
  },
];
