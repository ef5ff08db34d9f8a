// Frameworks on Cloudflare Workers: Cloudflare's plugin for Vite, SvelteKit, and Next.js with OpenNext. Those on Node and
// Nuxt, Nitro and Astro have their own modules.

import { excerpt, requests } from "../run.mjs";
import { NODE_22, probeModule } from "../tool.mjs";
import { FILES as SVELTEKIT_FILES } from "./sveltekit.mjs";

const WRANGLER = "4.164.0";

const CONFIGURATION = {
  name: "program",
  compatibility_date: "2026-07-01",
  compatibility_flags: ["nodejs_compat"],
};

const ON_PORT = ["--host", "127.0.0.1", "--port", "$PORT"];
/** Runs the built program in workerd. */
const WRANGLER_DEV = ["wrangler", "dev", "--ip", "127.0.0.1", "--port", "$PORT"];

/** SvelteKit bundles development dependencies, but with the entry point for Node, which workerd cannot compile. */
const sveltekit = (name, devDependencies, check) => ({
  name,
  packages: {},
  packageJson: { type: "module", devDependencies },
  files: {
    ...SVELTEKIT_FILES,
    "vite.config.js": `import { sveltekit } from "@sveltejs/kit/vite";
export default { plugins: [sveltekit()] };
`,
    "svelte.config.js": `import adapter from "@sveltejs/adapter-cloudflare";
export default { kit: { adapter: adapter() } };
`,
    "wrangler.jsonc": JSON.stringify({
      ...CONFIGURATION,
      main: ".svelte-kit/cloudflare/_worker.js",
      assets: { binding: "ASSETS", directory: ".svelte-kit/cloudflare" },
    }),
  },
  checks: { route: { build: [["vite", "build"]], ...check } },
});

const SVELTEKIT = {
  ...NODE_22,
  "@sveltejs/adapter-cloudflare": "7.2.9",
  "@sveltejs/kit": "2.70.4",
  "@sveltejs/vite-plugin-svelte": "6.2.3",
  svelte: "5.57.3",
  vite: "7.3.8",
  wrangler: WRANGLER,
};

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
  sveltekit("sveltekit-cloudflare", SVELTEKIT, { run: requests(WRANGLER_DEV, "/api") }),
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
