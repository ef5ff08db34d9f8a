// Cloudflare's Wrangler, with Node's modules.

import { prints } from "../run.mjs";
import { NODE_22, probeModule, workerdScript } from "../tool.mjs";

const CONFIGURATION = {
  name: "program",
  main: "worker.js",
  compatibility_date: "2026-07-01",
  compatibility_flags: ["nodejs_compat"],
};

/** @type {import("../tool.mjs").Tool[]} */
export const tools = [
  {
    name: "wrangler",
    packages: { ...NODE_22, wrangler: "4.164.0", miniflare: "4.20260730.0" },
    files: {
      "wrangler.jsonc": JSON.stringify(CONFIGURATION),
      "worker.js": `import { probe } from "./probe.js";
export default { fetch: async () => Response.json(await probe()) };
`,
      "probe.js": probeModule(),
      "in-workerd.mjs": workerdScript("dist/worker.js", "/"),
    },
    checks: {
      nodejs_compat: {
        build: [["wrangler", "deploy", "--dry-run", "--outdir=dist"]],
        run: prints("node", "in-workerd.mjs"),
      },
    },
  },
];
