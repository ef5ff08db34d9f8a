// Metro, the bundler of React Native and Expo. In React Native itself, Hermes has no WebAssembly.

import { hosts, prints } from "../run.mjs";
import { PAGE_SCRIPT, page, probeModule } from "../tool.mjs";

/** Runs a bundle without WebAssembly, as in Hermes, and prints the error and its hint. */
const WITHOUT_WASM = `delete globalThis.WebAssembly;
globalThis.window = globalThis;
require("./native.js");
`;

const PRINTS_ERROR = `import { probe } from "./probe.js";
probe().catch(({ name, hint }) => console.log(JSON.stringify({ name, hint })));
`;

/** @type {import("../tool.mjs").Tool[]} */
export const tools = [
  {
    name: "metro",
    packages: { metro: "0.87.1", "@react-native/babel-preset": "0.88.1", "@babel/core": "7.28.5" },
    packageJson: {},
    files: {
      "babel.config.js": `module.exports = { presets: ["@react-native/babel-preset"] };\n`,
      "index.html": page("web.js").replace(' type="module"', ""),
      "page.js": PAGE_SCRIPT,
      "error.js": PRINTS_ERROR,
      "without-wasm.cjs": WITHOUT_WASM,
      "probe.js": probeModule(),
    },
    checks: {
      web: { build: [["metro", "build", "page.js", "--platform=web", "--out=web.js"]], run: hosts(".") },
      native: {
        build: [["metro", "build", "error.js", "--platform=ios", "--out=native.js"]],
        run: prints("node", "without-wasm.cjs"),
        expected: {
          name: "ModuleLoadError",
          hint: "Call AWS from a server instead. React Native and browsers in Lockdown Mode do not run WebAssembly.",
        },
      },
    },
  },
];
