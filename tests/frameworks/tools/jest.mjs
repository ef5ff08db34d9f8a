// Jest, which requires packages by default.

import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { probeCommonJs, probeModule } from "../tool.mjs";

const JEST = { jest: "30.5.2" };

/** Runs Jest. The test writes what `probe` returned. */
const jest = {
  run: async ({ folder, execute }) => {
    await execute(["jest"]);
    return JSON.parse(await readFile(join(folder, "result.json"), "utf8"));
  },
};

const WRITES = `
test("probe", async () => {
  require("node:fs").writeFileSync("result.json", JSON.stringify(await probe()));
});
`;

const TYPESCRIPT = `import { writeFileSync } from "node:fs";
import { probe } from "./probe";
test("probe", async () => {
  writeFileSync("result.json", JSON.stringify(await probe()));
});
`;

/** For environments without `fetch`: those of jsdom, and those of Jest before version 28. */
export const DEFINES_FETCH = `const { request } = require("node:http");
globalThis.fetch = (url, { method, headers, body }) =>
  new Promise((resolve, reject) => {
    const sent = request(url, { method, headers }, async (response) => {
      const chunks = await response.toArray();
      const arrayBuffer = async () => new Uint8Array(Buffer.concat(chunks)).buffer;
      resolve({ status: response.statusCode, headers: new Map(Object.entries(response.headers)), arrayBuffer });
    });
    sent.on("error", reject).end(body);
  });
`;

const IN_JSDOM = `/** @jest-environment jsdom */
const { probe } = require("./probe.js");
${DEFINES_FETCH}${WRITES}`;

/** @type {import("../tool.mjs").Tool[]} */
export const tools = [
  {
    name: "jest",
    suite: true,
    packages: JEST,
    packageJson: {},
    files: { "probe.js": probeCommonJs(), "probe.test.js": `const { probe } = require("./probe.js");${WRITES}` },
    checks: { node: jest },
  },
  {
    name: "jest-ts",
    suite: true,
    packages: {
      ...JEST,
      "ts-jest": "29.4.15",
      typescript: "5.9.3",
      "@types/jest": "30.0.0",
      "@types/node": "20.19.43",
    },
    packageJson: { jest: { preset: "ts-jest" } },
    files: {
      "tsconfig.json": JSON.stringify({ compilerOptions: { strict: true, esModuleInterop: true, target: "es2022" } }),
      "probe.ts": probeModule(),
      "probe.test.ts": TYPESCRIPT,
    },
    checks: { node: jest },
  },
  {
    name: "jest-jsdom",
    suite: true,
    packages: { ...JEST, "jest-environment-jsdom": "30.5.2" },
    packageJson: {},
    files: { "probe.js": probeCommonJs(), "probe.test.js": IN_JSDOM },
    checks: { jsdom: jest },
  },
];
