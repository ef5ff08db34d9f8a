// SvelteKit. Its adapter for Node bundles development dependencies and leaves the others in node_modules.

import { opens, requests } from "../run.mjs";
import { NODE_22, probeModule } from "../tool.mjs";

const SVELTEKIT = {
  ...NODE_22,
  "@sveltejs/adapter-node": "6.0.1",
  "@sveltejs/kit": "3.2.0",
  "@sveltejs/vite-plugin-svelte": "7.3.1",
  svelte: "5.57.3",
  vite: "8.3.8",
};

export const FILES = {
  "vite.config.js": `import adapter from "@sveltejs/adapter-node";
import { sveltekit } from "@sveltejs/kit/vite";
import { defineConfig } from "vite";
export default defineConfig({ plugins: [sveltekit({ adapter: adapter() })] });
`,
  "src/app.html": `<!doctype html><html><head>%sveltekit.head%</head><body><div>%sveltekit.body%</div></body></html>\n`,
  "src/probe.js": probeModule(),
  "src/routes/+page.svelte": `<script>
  import { onMount } from "svelte";
  import { probe } from "../probe.js";
  onMount(() => {
    probe().then((result) => (globalThis.result = result), (error) => (globalThis.result = String(error) + error.hint));
  });
</script>
<p>x</p>
`,
  "src/routes/server/+page.server.js": `import { probe } from "../../probe.js";
export const load = async () => ({ result: await probe() });
`,
  "src/routes/server/+page.svelte": `<script>
  import { onMount } from "svelte";
  let { data } = $props();
  onMount(() => { globalThis.result = data.result; });
</script>
<p>{data.result.arn}</p>
`,
  "src/routes/api/+server.js": `import { probe } from "../../probe.js";
export const GET = async () => Response.json(await probe());
`,
};

const dev = ["vite", "dev", "--host", "127.0.0.1", "--port", "$PORT", "--strictPort"];
const start = ["env", "HOST=127.0.0.1", "PORT=$PORT", "node", "build/index.js"];
const build = [["vite", "build"]];

/** @type {import("../tool.mjs").Tool[]} */
export const tools = [
  {
    name: "sveltekit",
    packages: {},
    packageJson: { type: "module", devDependencies: SVELTEKIT },
    files: FILES,
    checks: {
      "dev, page": { run: opens(dev) },
      "dev, route": { run: requests(dev, "/api") },
      page: { build, run: opens(start) },
      "server load": { run: opens(start, "/server") },
      route: { run: requests(start, "/api") },
    },
  },
  {
    name: "sveltekit-dev-dependency",
    packages: {},
    packageJson: { type: "module", devDependencies: { ...SVELTEKIT, "sts-web": "*" } },
    files: FILES,
    checks: {
      page: { build, run: opens(start) },
      "server load": { run: opens(start, "/server") },
      route: { run: requests(start, "/api") },
    },
  },
];
