// Bundlers without a framework, for browsers and for Node.

import { excerpt, hosts, prints } from "../run.mjs";
import { NODE_SCRIPT, PAGE_SCRIPT, page, probeModule } from "../tool.mjs";

const files = {
  "index.html": page("dist/main.js"),
  "page.js": PAGE_SCRIPT,
  "main.js": NODE_SCRIPT,
  "probe.js": probeModule(),
};

/** Commands that copy the bundle to a folder without node_modules, as in a deployment. */
const deploy = (file) => [
  ["rm", "-rf", "../deployed"],
  ["cp", "-r", "dist", "../deployed"],
  ["test", "-f", `../deployed/${file}`],
];

const ROLLUP = ["node", "node_modules/rollup/dist/bin/rollup"];

const esbuild = (parameters, out = "dist/main.js") => ["esbuild", "--bundle", `--outfile=${out}`, ...parameters];
const onNode = (command, file) => ({
  build: [command, ...deploy(file)],
  run: prints("node", `../deployed/${file}`),
});

/** @type {import("../tool.mjs").Tool[]} */
export const tools = [
  {
    name: "esbuild",
    suite: true,
    packages: { esbuild: "0.28.2" },
    files,
    checks: {
      iife: { build: [esbuild(["page.js"])], run: hosts(".") },
      esm: { build: [esbuild(["page.js", "--format=esm"])], run: hosts(".") },
      splitting: {
        build: [
          ["esbuild", "page.js", "--bundle", "--splitting", "--format=esm", "--outdir=dist", "--entry-names=main"],
        ],
        run: hosts("."),
      },
      neutral: { build: [esbuild(["page.js", "--platform=neutral"])], run: hosts(".") },
      "node, cjs": onNode(esbuild(["main.js", "--platform=node"], "dist/main.cjs"), "main.cjs"),
      "node, esm": onNode(esbuild(["main.js", "--platform=node", "--format=esm"], "dist/main.mjs"), "main.mjs"),
      // As AWS CDK's NodejsFunction bundles a Lambda function.
      lambda: onNode(
        esbuild(["main.js", "--target=node20", "--platform=node", "--external:@aws-sdk/*"], "dist/index.cjs"),
        "index.cjs",
      ),
    },
  },
  {
    name: "rollup",
    suite: true,
    packages: {
      rollup: "npm:@rollup/wasm-node@4.68.4",
      "@rollup/plugin-node-resolve": "16.0.3",
      "@web/rollup-plugin-import-meta-assets": "2.3.3",
    },
    files: {
      ...files,
      "rollup.config.js": `import { nodeResolve } from "@rollup/plugin-node-resolve";
export default { input: "main.js", plugins: [nodeResolve()], output: { file: "dist/main.mjs" } };\n`,
      "rollup.page.config.js": `import { nodeResolve } from "@rollup/plugin-node-resolve";
export default { input: "page.js", plugins: [nodeResolve()], output: { file: "dist/main.js" } };\n`,
      // With the plugin that the README names.
      "rollup.browser.config.js": `import { nodeResolve } from "@rollup/plugin-node-resolve";
import { importMetaAssets } from "@web/rollup-plugin-import-meta-assets";
const output = { dir: "dist", entryFileNames: "main.js" };
export default { input: "page.js", plugins: [nodeResolve({ browser: true }), importMetaAssets()], output };\n`,
    },
    checks: {
      node: onNode([...ROLLUP, "-c"], "main.mjs"),
      page: {
        build: [
          ["rm", "-rf", "dist"],
          [...ROLLUP, "-c", "rollup.page.config.js"],
        ],
        run: hosts("."),
      },
      browser: {
        build: [
          ["rm", "-rf", "dist"],
          [...ROLLUP, "-c", "rollup.browser.config.js"],
        ],
        run: hosts("."),
      },
    },
  },
  {
    name: "rollup-browser",
    packages: { rollup: "npm:@rollup/wasm-node@4.68.4", "@rollup/plugin-node-resolve": "16.0.3" },
    files: {
      ...files,
      "rollup.config.js": `import { nodeResolve } from "@rollup/plugin-node-resolve";
export default { input: "page.js", plugins: [nodeResolve({ browser: true })], output: { file: "dist/main.js" } };\n`,
    },
    checks: {
      "without a plugin: the error says what to do": {
        build: [[...ROLLUP, "-c"]],
        run: excerpt(hosts("."), /Serve sts.*/),
        expected: 'Serve sts.wasm with the bundle, or import "sts-web/inline".',
      },
    },
  },
  {
    name: "webpack",
    suite: true,
    packages: { webpack: "5.112.2", "webpack-cli": "6.0.1" },
    files,
    checks: {
      production: { build: [["webpack", "./page.js", "--mode=production"]], run: hosts(".") },
      "base path": { run: hosts(".", { base: "/app/" }) },
      "wrong MIME type": { run: hosts(".", { contentTypes: { ".wasm": "text/plain" } }) },
      development: { build: [["webpack", "./page.js", "--mode=development"]], run: hosts(".") },
      node: onNode(["webpack", "./main.js", "--mode=production", "--target=node"], "main.js"),
      "electron-main": onNode(["webpack", "./main.js", "--mode=production", "--target=electron-main"], "main.js"),
      "electron-preload": onNode(["webpack", "./main.js", "--mode=production", "--target=electron-preload"], "main.js"),
    },
  },
];
