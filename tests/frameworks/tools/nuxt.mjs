// Nuxt and Nitro: pages, and server routes on Node and on Cloudflare, where unwasm turns imports of wasm files into
// functions that instantiate them. Nitro 2 and 3.0.0 support wasm files only with the option `experimental.wasm`.

import { excerpt, opens, prints, requests, runs } from "../run.mjs";
import { NODE_22, probeModule, workerdScript } from "../tool.mjs";

const IN_WORKERD = workerdScript(".output/server/index.mjs", "/api/probe");

const ROUTE = `import { probe } from "../probe.js";
export default defineEventHandler(() => probe().catch((error) => [String(error.stack), error.hint, String(error.cause?.stack)]));
`;

/** The same for Nitro 3. */
const ROUTE_3 = `import { defineHandler } from "nitro/h3";
import { probe } from "../probe.js";
export default defineHandler(() => probe().catch((error) => [String(error.stack), error.hint]));
`;

const WITHOUT_OPTION = "cloudflare-module, without the option: the error says what to do";

/** Builds the program in the folder `plain`, which does not set the option. Nitro cannot find the module of this name. */
const withoutOption = (...command) => ({
  run: excerpt(runs(...command), /sts-web needs [^"\\]*/),
  expected: "sts-web needs experimental.wasm: true in Nitro's options (nitro.experimental.wasm in Nuxt's)",
});

const workerd = { run: prints("node", "in-workerd.mjs") };

/** @type {import("../tool.mjs").Tool[]} */
export const tools = [
  {
    name: "nitro",
    packages: { nitropack: "2.13.6", miniflare: "4.20260730.0" },
    files: {
      "nitro.config.ts": `export default defineNitroConfig({
  srcDir: "server",
  compatibilityDate: "2026-07-01",
  experimental: { wasm: true },
});
`,
      "server/api/probe.ts": ROUTE,
      "server/probe.js": probeModule(),
      "plain/nitro.config.ts":
        'export default defineNitroConfig({ srcDir: "server", compatibilityDate: "2026-07-01" });\n',
      "plain/server/api/probe.ts": ROUTE,
      "plain/server/probe.js": probeModule(),
      "in-workerd.mjs": IN_WORKERD,
    },
    checks: {
      node: {
        build: [["nitropack", "build"]],
        run: requests(["env", "NITRO_PORT=$PORT", "node", ".output/server/index.mjs"], "/api/probe"),
      },
      "cloudflare-module": { build: [["nitropack", "build", "--preset", "cloudflare_module"]], ...workerd },
      [WITHOUT_OPTION]: withoutOption("nitropack", "build", "plain", "--preset", "cloudflare_module"),
    },
  },
  {
    name: "nitro-3",
    packages: { ...NODE_22, nitro: "3.0.0", "@rollup/plugin-terser": "0.4.4", miniflare: "4.20260730.0" },
    files: {
      "nitro.config.ts": `import { defineNitroConfig } from "nitro/config";
export default defineNitroConfig({ srcDir: "server", compatibilityDate: "2026-07-01", experimental: { wasm: true } });
`,
      "server/api/probe.ts": ROUTE_3,
      "server/probe.js": probeModule(),
      "plain/nitro.config.ts": `import { defineNitroConfig } from "nitro/config";
export default defineNitroConfig({ srcDir: "server", compatibilityDate: "2026-07-01" });
`,
      "plain/server/api/probe.ts": ROUTE_3,
      "plain/server/probe.js": probeModule(),
      "in-workerd.mjs": IN_WORKERD,
    },
    checks: {
      node: {
        build: [["nitro", "build"]],
        run: requests(["env", "PORT=$PORT", "NITRO_PORT=$PORT", "node", ".output/server/index.mjs"], "/api/probe"),
      },
      "cloudflare-module": { build: [["nitro", "build", "--preset", "cloudflare_module"]], ...workerd },
      [WITHOUT_OPTION]: withoutOption("nitro", "build", "plain", "--preset", "cloudflare_module"),
    },
  },
  nuxt("nuxt", { nuxt: "4.5.2", vue: "3.5.45" }, "app/"),
  nuxt("nuxt-3", { nuxt: "3.21.11", vue: "3.5.45" }, ""),
];

/** `app` is the path of the folder with the program's pages. */
function nuxt(name, packages, app) {
  const program = {
    [`${app}app.vue`]: `<script setup>
import { probe } from "~/probe.js";
onMounted(() =>
  probe().then((result) => (globalThis.result = result), (error) => (globalThis.result = String(error) + error.hint)),
);
</script>
<template><p>x</p></template>
`,
    [`${app}probe.js`]: probeModule(),
    "server/api/probe.ts": ROUTE,
    "server/probe.js": probeModule(),
  };
  const plain = Object.fromEntries(Object.entries(program).map(([path, text]) => [`plain/${path}`, text]));
  return {
    name,
    packages: { ...NODE_22, ...packages, miniflare: "4.20260730.0" },
    files: {
      ...program,
      "nuxt.config.ts": `export default defineNuxtConfig({
  compatibilityDate: "2026-07-01",
  nitro: { experimental: { wasm: true } },
});
`,
      ...plain,
      "plain/nuxt.config.ts": 'export default defineNuxtConfig({ compatibilityDate: "2026-07-01" });\n',
      "in-workerd.mjs": IN_WORKERD,
    },
    checks: {
      "node, route": {
        build: [["nuxt", "build"]],
        run: requests(["env", "NITRO_PORT=$PORT", "node", ".output/server/index.mjs"], "/api/probe"),
      },
      "node, page": { run: opens(["env", "NITRO_PORT=$PORT", "node", ".output/server/index.mjs"]) },
      dev: { run: opens(["nuxt", "dev", "--host", "127.0.0.1", "--port", "$PORT"]) },
      "cloudflare-module": { build: [["nuxt", "build", "--preset=cloudflare_module"]], ...workerd },
      [WITHOUT_OPTION]: withoutOption("nuxt", "build", "plain", "--preset=cloudflare_module"),
    },
  };
}
