// Frameworks on Cloudflare Workers: Cloudflare's plugin for Vite, and Next.js with OpenNext. Nuxt, Nitro and
// Astro have their own modules.

import { excerpt, requests } from "../run.mjs";
import { NODE_22, probeModule } from "../tool.mjs";

const WRANGLER = "4.164.0";

const CONFIGURATION = {
  name: "program",
  compatibility_date: "2026-07-01",
  compatibility_flags: ["nodejs_compat"],
};

const ON_PORT = ["--host", "127.0.0.1", "--port", "$PORT"];
/** Runs the built program in workerd. */
const WRANGLER_DEV = ["wrangler", "dev", "--ip", "127.0.0.1", "--port", "$PORT"];

const ROUTE = `import { probe } from "../../../probe";
export const dynamic = "force-dynamic";
export const GET = async () => Response.json(await probe().catch((error) => [String(error), error.hint]));
`;

const opennext = (nextConfig) => ({
  packages: {
    ...NODE_22,
    "@opennextjs/cloudflare": "1.20.13",
    next: "16.4.6",
    react: "19.2.0",
    "react-dom": "19.2.0",
    wrangler: WRANGLER,
  },
  packageJson: { scripts: { build: "next build" } },
  files: {
    "next.config.mjs": `export default ${JSON.stringify(nextConfig)};\n`,
    "open-next.config.ts": `import { defineCloudflareConfig } from "@opennextjs/cloudflare";
export default defineCloudflareConfig();
`,
    "wrangler.jsonc": JSON.stringify({
      ...CONFIGURATION,
      main: ".open-next/worker.js",
      assets: { binding: "ASSETS", directory: ".open-next/assets" },
    }),
    "probe.js": probeModule(),
    "app/layout.js": "export default ({ children }) => <html><body>{children}</body></html>;\n",
    "app/page.js": "export default () => null;\n",
    "app/api/node/route.js": ROUTE,
  },
});

const OPENNEXT_BUILD = [["opennextjs-cloudflare", "build"]];
const OPENNEXT_ROUTE = requests(WRANGLER_DEV, "/api/node");

/** @type {import("../tool.mjs").Tool[]} */
export const tools = [
  {
    name: "cloudflare-vite-plugin",
    packages: { ...NODE_22, "@cloudflare/vite-plugin": "1.64.0", vite: "8.3.8", wrangler: WRANGLER },
    files: {
      "vite.config.js": `import { cloudflare } from "@cloudflare/vite-plugin";
export default { plugins: [cloudflare()] };
`,
      "wrangler.jsonc": JSON.stringify({ ...CONFIGURATION, main: "worker.js" }),
      "worker.js": `import { probe } from "./probe.js";
export default { fetch: async () => Response.json(await probe()) };
`,
      "probe.js": probeModule(),
    },
    checks: {
      dev: { run: requests(["vite", "dev", ...ON_PORT], "/") },
      build: { build: [["vite", "build"]], run: requests(["vite", "preview", ...ON_PORT], "/") },
    },
  },
  {
    name: "opennext-cloudflare",
    ...opennext({ serverExternalPackages: ["sts-web"] }),
    checks: { route: { build: OPENNEXT_BUILD, run: OPENNEXT_ROUTE } },
  },
  {
    name: "opennext-cloudflare-bundled",
    ...opennext({}),
    checks: {
      "route, without the option: the error says what to do": {
        build: OPENNEXT_BUILD,
        run: excerpt(OPENNEXT_ROUTE, /serverExternalPackages/),
        expected: "serverExternalPackages",
      },
    },
  },
];
