// Vercel's edge-runtime, with a program that esbuild bundles.

import { requests } from "../run.mjs";
import { probeModule } from "../tool.mjs";

const WORKER = `import { probe } from "./probe.js";
const respond = () =>
  probe().then((result) => Response.json(result), (error) => Response.json([String(error.stack), error.hint]));
addEventListener("fetch", (event) => event.respondWith(respond()));
`;

/** @type {import("../tool.mjs").Tool[]} */
export const tools = [
  {
    name: "edge-runtime",
    packages: { "edge-runtime": "4.0.1", esbuild: "0.28.2" },
    files: { "worker.js": WORKER, "probe.js": probeModule() },
    checks: {
      bundled: {
        build: [["esbuild", "--bundle", "worker.js", "--outfile=dist/worker.js"]],
        run: requests(["edge-runtime", "--listen", "--host", "127.0.0.1", "--port", "$PORT", "dist/worker.js"], "/"),
      },
    },
  },
];
