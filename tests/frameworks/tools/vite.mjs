// Vite. Nuxt, Astro and SvelteKit build on it.

import { hosts, opens, prints } from "../run.mjs";
import { NODE_SCRIPT, PAGE_SCRIPT, page, probeModule } from "../tool.mjs";

const VERSIONS = { 5: "5.4.21", 6: "6.4.6", 7: "7.3.8", 8: "8.3.8" };

const WORKER = `import { probe } from "./probe.js";
probe().then(postMessage, (error) => postMessage([String(error), error.hint].join(" ")));
`;

const STARTS_WORKER = `const worker = new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
worker.onmessage = ({ data }) => (globalThis.result = data);
`;

/** @type {import("../tool.mjs").Tool[]} */
export const tools = Object.entries(VERSIONS).map(([major, vite]) => ({
  name: `vite-${major}`,
  suite: true,
  packages: { vite },
  files: {
    "index.html": page("/src/main.js"),
    "src/main.js": PAGE_SCRIPT,
    "src/probe.js": probeModule(),
    "worker/index.html": page("/src/start.js"),
    "worker/src/start.js": STARTS_WORKER,
    "worker/src/worker.js": WORKER,
    "worker/src/probe.js": probeModule(),
  },
  checks: {
    dev: { run: opens(["vite", "--host", "127.0.0.1", "--port", "$PORT", "--strictPort"]) },
    build: { build: [["vite", "build"]], run: hosts("dist") },
    "wrong MIME type": { run: hosts("dist", { contentTypes: { ".wasm": "text/plain" } }) },
    "web worker": { build: [["vite", "build", "worker"]], run: hosts("worker/dist") },
    "base path": { build: [["vite", "build", "--base", "/app/"]], run: hosts("dist", { base: "/app/" }) },
  },
}));

tools.push({
  name: "vite-node-and-library",
  packages: { vite: "7.3.8" },
  files: {
    "main.js": NODE_SCRIPT,
    "page.js": PAGE_SCRIPT,
    "probe.js": probeModule(),
    "ssr.config.js": 'export default { ssr: { noExternal: true }, build: { ssr: "main.js", outDir: "ssr" } };',
    "library.config.js": `export default {
  build: { lib: { entry: "probe.js", formats: ["es", "umd"], name: "library", fileName: "library" }, outDir: "library" },
};
`,
    "library/index.html": page("page.js"),
    "library/page.js": PAGE_SCRIPT.replace("./probe.js", "./library.js"),
    "umd/index.html": `<!doctype html><html><head><title>x</title><script src="library.umd.cjs"></script></head><body><script>
library.probe().then((result) => (globalThis.result = result), (error) => (globalThis.result = String(error)));
</script></body></html>
`,
  },
  checks: {
    "ssr, noExternal": { build: [["vite", "build", "--config=ssr.config.js"]], run: prints("node", "ssr/main.js") },
    "library, es": {
      build: [["vite", "build", "--config=library.config.js", "--emptyOutDir=false"]],
      run: hosts("library"),
    },
    "library, umd": {
      build: [["sh", "-c", "cp library/* umd/ || true"]],
      run: hosts("umd", { contentTypes: { ".cjs": "text/javascript" } }),
    },
  },
});

tools.push({
  name: "vite-options",
  packages: { vite: "8.3.8", "@vitejs/plugin-legacy": "8.2.3", terser: "5.51.4" },
  files: {
    "index.html": page("/page.js"),
    "page.js": PAGE_SCRIPT,
    "probe.js": probeModule(),
    "legacy.config.js": `import legacy from "@vitejs/plugin-legacy";
export default { plugins: [legacy({ renderModernChunks: false })] };
`,
  },
  checks: {
    "relative base": { build: [["vite", "build", "--base=./"]], run: hosts("dist", { base: "/app/" }) },
    // The wasm is in the JavaScript, as a data: URL.
    assetsInlineLimit: { build: [["vite", "build", "--assetsInlineLimit=1000000"]], run: hosts("dist") },
    "plugin-legacy": { build: [["vite", "build", "--config=legacy.config.js"]], run: hosts("dist") },
  },
});
