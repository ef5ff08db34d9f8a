// Cloudflare's Wrangler, with and without Node's modules, its functions of Pages, and Vitest in workerd.

import { prints } from "../run.mjs";
import { EXPECTED, NODE_22, probeModule, workerdScript } from "../tool.mjs";

const CONFIGURATION = {
  name: "program",
  main: "worker.js",
  compatibility_date: "2026-07-01",
  compatibility_flags: ["nodejs_compat"],
};

const WORKER = `import { probe } from "./probe.js";
export default { fetch: async () => Response.json(await probe()) };
`;

const dryRun = (...options) => ({
  build: [["wrangler", "deploy", "--dry-run", "--outdir=dist", ...options]],
  run: prints("node", "in-workerd.mjs"),
});

const wrangler = (version, packages) => ({
  packages: { ...packages, wrangler: version, miniflare: "4.20260730.0" },
  files: {
    "wrangler.jsonc": JSON.stringify(CONFIGURATION),
    "plain.jsonc": JSON.stringify({ ...CONFIGURATION, compatibility_flags: undefined }),
    "worker.js": WORKER,
    "probe.js": probeModule(),
    "in-workerd.mjs": workerdScript("dist/worker.js", "/"),
  },
  checks: { nodejs_compat: dryRun(), "without flags": dryRun("--config=plain.jsonc") },
});

/** @type {import("../tool.mjs").Tool[]} */
export const tools = [
  { name: "wrangler", ...wrangler("4.164.0", NODE_22) },
  { name: "wrangler-3", ...wrangler("3.97.0", {}) },
  {
    name: "vitest-pool-workers",
    packages: { ...NODE_22, "@cloudflare/vitest-pool-workers": "0.23.0", vitest: "4.1.12" },
    files: {
      "wrangler.jsonc": JSON.stringify(CONFIGURATION),
      "worker.js": WORKER,
      "probe.js": probeModule(),
      "probe.test.js": `import { expect, test } from "vitest";
import { probe } from "./probe.js";

test("probe", async () => {
  expect(await probe()).toEqual(${JSON.stringify(EXPECTED)});
});
`,
      "vitest.config.js": `import { cloudflareTest } from "@cloudflare/vitest-pool-workers";
import { defineConfig } from "vitest/config";
export default defineConfig({ plugins: [cloudflareTest({ wrangler: { configPath: "./wrangler.jsonc" } })] });
`,
    },
    checks: {
      // The test runs in workerd, where it compares the result itself.
      run: {
        run: async ({ execute }) => {
          const printed = await execute(["vitest", "run"]);
          return /1 passed/.test(printed) ? EXPECTED : printed;
        },
      },
    },
  },
  {
    name: "cloudflare-pages",
    packages: { ...NODE_22, wrangler: "4.164.0", miniflare: "4.20260730.0" },
    files: {
      "functions/api/probe.js": `import { probe } from "../../probe.js";
export const onRequestGet = async () => Response.json(await probe());
`,
      "probe.js": probeModule(),
      "in-workerd.mjs": workerdScript("dist/index.js", "/api/probe"),
    },
    checks: {
      functions: {
        build: [["wrangler", "pages", "functions", "build", "--outdir=dist", "--compatibility-date=2026-07-01"]],
        run: prints("node", "in-workerd.mjs"),
      },
    },
  },
];
