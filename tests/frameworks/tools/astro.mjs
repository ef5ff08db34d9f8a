// Astro, rendered on Node by its standalone server.

import { opens, requests } from "../run.mjs";
import { NODE_22, probeModule } from "../tool.mjs";

const VERSIONS = {
  6: { astro: "6.4.8", "@astrojs/node": "10.1.4" },
  7: { astro: "7.3.5", "@astrojs/node": "11.1.6" },
};

const files = {
  "astro.config.mjs": `import node from "@astrojs/node";
import { defineConfig } from "astro/config";
export default defineConfig({ output: "server", adapter: node({ mode: "standalone" }) });
`,
  "src/probe.js": probeModule(),
  "src/pages/index.astro": `<html><head><title>x</title></head><body>
<script>
  import { probe } from "../probe.js";
  probe().then((result) => (globalThis.result = result), (error) => (globalThis.result = String(error) + error.hint));
</script>
</body></html>
`,
  "src/pages/server.astro": `---
import { probe } from "../probe.js";
const result = await probe();
---
<html><head><title>x</title></head><body><script is:inline define:vars={{ result }}>globalThis.result = result;</script></body></html>
`,
  "src/pages/api.js": `import { probe } from "../probe.js";
export const GET = async () => Response.json(await probe());
`,
};

const dev = ["astro", "dev", "--host", "127.0.0.1", "--port", "$PORT"];
const start = ["env", "HOST=127.0.0.1", "PORT=$PORT", "node", "dist/server/entry.mjs"];

const onNode = Object.entries(VERSIONS).map(([major, packages]) => ({
  name: `astro-${major}`,
  packages: { ...NODE_22, ...packages },
  files,
  checks: {
    "dev, page": { run: opens(dev) },
    "dev, endpoint": { run: requests(dev, "/api") },
    page: { build: [["astro", "build"]], run: opens(start) },
    "server component": { run: opens(start, "/server") },
    endpoint: { run: requests(start, "/api") },
  },
}));

/** Its development server and its preview run the routes in workerd. */
const onCloudflare = {
  name: "astro-cloudflare",
  packages: { ...NODE_22, astro: "7.3.5", "@astrojs/cloudflare": "14.3.3", wrangler: "4.164.0" },
  files: {
    "astro.config.mjs": `import cloudflare from "@astrojs/cloudflare";
import { defineConfig } from "astro/config";
export default defineConfig({ output: "server", adapter: cloudflare() });
`,
    "src/probe.js": files["src/probe.js"],
    "src/pages/api.js": files["src/pages/api.js"],
    "src/pages/index.astro": files["src/pages/server.astro"],
  },
  checks: {
    "dev, endpoint": { run: requests(dev, "/api") },
    endpoint: {
      build: [["astro", "build"]],
      run: requests(["astro", "preview", "--host", "127.0.0.1", "--port", "$PORT"], "/api"),
    },
  },
};

/** @type {import("../tool.mjs").Tool[]} */
export const tools = [...onNode, onCloudflare];
