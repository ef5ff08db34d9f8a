// Vitest, which loads packages with Node, or with Vite's optimizer.

import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";

import { NODE_22, probeModule } from "../tool.mjs";

const test = (environment) => `// @vitest-environment ${environment}
import { writeFileSync } from "node:fs";
import { test } from "vitest";
import { probe } from "./probe.js";

test("probe", async () => {
  writeFileSync("result.json", JSON.stringify(await probe()));
});
`;

/** Runs Vitest. The test writes what `probe` returned. */
const vitest = (...parameters) => ({
  run: async ({ folder, execute }) => {
    const result = join(folder, "result.json");
    await rm(result, { force: true });
    await execute(["vitest", "run", ...parameters]);
    return JSON.parse(await readFile(result, "utf8"));
  },
});

/** @type {import("../tool.mjs").Tool[]} */
export const tools = [
  {
    name: "vitest",
    packages: { ...NODE_22, vitest: "5.1.1", vite: "8.3.8", jsdom: "31.0.1", "happy-dom": "21.0.4" },
    files: {
      "probe.js": probeModule(),
      "node.test.js": test("node"),
      "jsdom.test.js": test("jsdom"),
      "happy-dom.test.js": test("happy-dom"),
      "vitest.optimizer.config.js": `import { defineConfig } from "vitest/config";
const optimizer = { enabled: true, include: ["sts-web"] };
export default defineConfig({ test: { deps: { optimizer: { ssr: optimizer, client: optimizer } } } });
`,
    },
    checks: {
      node: vitest("node.test.js"),
      jsdom: vitest("jsdom.test.js"),
      "happy-dom": vitest("happy-dom.test.js"),
      "optimizer, node": vitest("--config=vitest.optimizer.config.js", "node.test.js"),
      "optimizer, jsdom": vitest("--config=vitest.optimizer.config.js", "jsdom.test.js"),
    },
  },
];
