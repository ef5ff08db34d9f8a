// Test runners, with the loaders that people use for TypeScript. Vitest and Jest have their own modules. ts-node is not
// included: version 10.9.2, the latest, starts no program on Node 20.20.

import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";

import { NODE_22, probeModule } from "../tool.mjs";

/** A test that writes what `probe` returned, since each runner prints something else. */
const test = (imports, name) => `import { writeFileSync } from "node:fs";
${imports}
${name}("probe", async () => {
  writeFileSync("result.json", JSON.stringify(await probe()));
});
`;

const writesResult = (command, environment) => ({
  run: async ({ folder, execute }) => {
    const result = join(folder, "result.json");
    await rm(result, { force: true });
    await execute(command, environment);
    return JSON.parse(await readFile(result, "utf8"));
  },
});

const NODE_TEST = 'import { test } from "node:test";';
/** With a type to remove. */
const TYPED = `${NODE_TEST}
import { probe } from "./probe.ts";
const name: string = "typed";
console.log(name);`;

/** npm does not run the script that links the program. */
const BUN = `node_modules/@oven/bun-${process.platform}-${process.arch}/bin/bun`;

/** @type {import("../tool.mjs").Tool[]} */
export const tools = [
  {
    name: "mocha",
    packages: { mocha: "12.0.3" },
    files: { "test/probe.js": probeModule(), "test/probe.spec.js": test('import { probe } from "./probe.js";', "it") },
    checks: { spec: writesResult(["mocha", "test/*.spec.js"]) },
  },
  {
    name: "node-test",
    packages: { tsx: "4.23.15", "@swc-node/register": "1.12.1", "@swc/core": "1.16.22", typescript: "5.9.3" },
    files: {
      "tsconfig.json":
        '{ "compilerOptions": { "module": "nodenext", "allowImportingTsExtensions": true, "noEmit": true } }',
      "probe.ts": probeModule(),
      "probe.test.ts": test(TYPED, "test"),
    },
    checks: {
      tsx: writesResult(["node", "--import", "tsx", "--test", "probe.test.ts"]),
      "swc-node": writesResult(["node", "--import", "@swc-node/register/esm-register", "--test", "probe.test.ts"]),
    },
  },
  {
    name: "node-test-types",
    packages: NODE_22,
    files: { "probe.ts": probeModule(), "probe.test.ts": test(TYPED, "test") },
    checks: {
      "strip types": writesResult(["node", "--experimental-strip-types", "--test", "probe.test.ts"]),
    },
  },
  {
    name: "bun-test",
    packages: { bun: "1.4.5" },
    files: {
      "probe.ts": probeModule(),
      "probe.test.ts": test('import { test } from "bun:test";\nimport { probe } from "./probe";', "test"),
    },
    checks: { test: writesResult([BUN, "test"]) },
  },
];
