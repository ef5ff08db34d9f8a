// Workers of every kind, built by esbuild, Rollup and Vite: classic and module workers, shared workers and service workers.

import { excerpt, hosts } from "../run.mjs";
import { PAGE_SCRIPT, page, probeModule } from "../tool.mjs";

const REPORT = `.then((result) => result, (error) => [String(error), error.hint].join(" "))`;

/** Posts the result to the page: a worker to its owner, a shared worker to each port, a service worker to each message. */
const WORKER = `import { probe } from "./probe.js";
probe()${REPORT}.then(postMessage);
`;
const SHARED = `import { probe } from "./probe.js";
onconnect = ({ ports: [port] }) => probe()${REPORT}.then((result) => port.postMessage(result));
`;
const SERVICE = `import { probe } from "./probe.js";
addEventListener("message", ({ source }) => probe()${REPORT}.then((result) => source.postMessage(result)));
`;

const START = {
  worker: (script, options) => `const worker = new Worker(${script}, ${options});
worker.onmessage = ({ data }) => (globalThis.result = data);
worker.onerror = ({ message }) => (globalThis.result = message);
`,
  shared: (script, options) => `const worker = new SharedWorker(${script}, ${options});
worker.port.onmessage = ({ data }) => (globalThis.result = data);
`,
  service: (script, options) => `navigator.serviceWorker.onmessage = ({ data }) => (globalThis.result = data);
const failed = (error) => (globalThis.result = String(error));
navigator.serviceWorker.register(${script}, ${options}).then(async () => {
  const { active } = await navigator.serviceWorker.ready;
  active.postMessage("probe");
}, failed);
`,
};

const esbuild = (entry, out, ...options) => ["esbuild", entry, "--bundle", `--outfile=${out}/worker.js`, ...options];

/** A folder with a page that starts the worker in \`worker.js\`. */
const folder = (name, kind, options = "{}") => ({
  [`${name}/index.html`]: page("start.js"),
  [`${name}/start.js`]: START[kind]('"worker.js"', options),
});

const PWA = {
  pwa: { vite: "7.3.8", "vite-plugin-pwa": "1.2.0", "workbox-precaching": "7.4.1" },
  "pwa-2": {
    vite: "8.3.8",
    "vite-plugin-pwa": "2.0.0",
    "workbox-build": "7.4.1",
    "workbox-precaching": "7.4.1",
    "workbox-window": "7.4.1",
  },
};

/** Calls `probe` once the service worker controls the page. */
const CONTROLLED = `await navigator.serviceWorker.ready;
if (navigator.serviceWorker.controller) await import("./page.js");
else location.reload();
`;

const injectManifest = (options) => `import { VitePWA } from "vite-plugin-pwa";
const injected = ${JSON.stringify(options)};
export default {
  plugins: [VitePWA({ strategies: "injectManifest", srcDir: "src", filename: "sw.js", injectRegister: false, ...injected })],
};
`;

/** A service worker that precaches the page. The plugin builds a module, but registers it as a classic script. */
const PRECACHES = `import { precacheAndRoute } from "workbox-precaching";
${SERVICE}precacheAndRoute(self.__WB_MANIFEST);
`;

const pwa = (packages) => ({
  packages,
  files: {
    "index.html": page("/start.js"),
    "start.js": START.service('"sw.js"', "{}"),
    "src/sw.js": PRECACHES,
    "src/probe.js": probeModule("sts-web/inline"),
    "vite.config.js": injectManifest({}),
    "plain/index.html": page("/start.js"),
    "plain/start.js": START.service('"sw.js"', "{}"),
    "plain/src/sw.js": PRECACHES,
    "plain/src/probe.js": probeModule(),
    "plain/vite.config.js": injectManifest({}),
    "generated/index.html": page("/start.js"),
    "generated/start.js": CONTROLLED,
    "generated/page.js": PAGE_SCRIPT,
    "generated/probe.js": probeModule(),
    "generated/vite.config.js": `import { VitePWA } from "vite-plugin-pwa";
export default { plugins: [VitePWA()] };
`,
  },
  checks: {
    generateSW: { build: [["vite", "build", "generated"]], run: hosts("generated/dist") },
    "injectManifest, sts-web/inline": { build: [["vite", "build"]], run: hosts("dist") },
    // The browser's error names no cause: the README does.
    "injectManifest, without a setting: the registration fails": {
      build: [["vite", "build", "plain"]],
      run: excerpt(hosts("plain/dist"), /script evaluation failed/),
      expected: "script evaluation failed",
    },
  },
});

/** @type {import("../tool.mjs").Tool[]} */
export const tools = [
  {
    name: "workers",
    packages: { esbuild: "0.28.2" },
    files: {
      "worker.js": WORKER,
      "shared.js": SHARED,
      "service.js": SERVICE,
      "probe.js": probeModule(),
      ...folder("classic", "worker"),
      ...folder("module", "worker", '{ type: "module" }'),
      ...folder("imported", "worker"),
      "imported/worker.js": 'importScripts("bundle.js");\n',
      ...folder("shared-classic", "shared"),
      ...folder("shared-module", "shared", '{ type: "module" }'),
      ...folder("service-classic", "service"),
      ...folder("service-module", "service", '{ type: "module" }'),
    },
    checks: {
      classic: { build: [esbuild("worker.js", "classic")], run: hosts("classic") },
      module: { build: [esbuild("worker.js", "module", "--format=esm")], run: hosts("module") },
      importScripts: {
        build: [["esbuild", "worker.js", "--bundle", "--outfile=imported/bundle.js"]],
        run: hosts("imported"),
      },
      "shared, classic": { build: [esbuild("shared.js", "shared-classic")], run: hosts("shared-classic") },
      "shared, module": {
        build: [esbuild("shared.js", "shared-module", "--format=esm")],
        run: hosts("shared-module"),
      },
      "service, classic": { build: [esbuild("service.js", "service-classic")], run: hosts("service-classic") },
      "service, module": {
        build: [esbuild("service.js", "service-module", "--format=esm")],
        run: hosts("service-module"),
      },
    },
  },
  {
    name: "vite-workers",
    packages: { vite: "7.3.8" },
    files: {
      "shared/index.html": page("/start.js"),
      "shared/start.js": START.shared('new URL("./worker.js", import.meta.url)', '{ type: "module" }'),
      "shared/worker.js": SHARED,
      "shared/probe.js": probeModule(),
      "classic/index.html": page("/start.js"),
      "classic/start.js": START.worker('new URL("./worker.js", import.meta.url)', "{}"),
      "classic/worker.js": WORKER,
      "classic/probe.js": probeModule(),
    },
    checks: {
      shared: { build: [["vite", "build", "shared"]], run: hosts("shared/dist") },
      "without a type": { build: [["vite", "build", "classic"]], run: hosts("classic/dist") },
    },
  },
  ...Object.entries(PWA).map(([name, packages]) => ({ name, ...pwa(packages) })),
  {
    name: "systemjs",
    packages: { rollup: "4.68.4", "@rollup/plugin-node-resolve": "16.0.3", systemjs: "6.15.1" },
    files: {
      "index.html": `<!doctype html><html><head><title>x</title><script src="node_modules/systemjs/dist/s.min.js"></script></head>
<body><script>System.import("./dist/page.js");</script></body></html>
`,
      "page.js": PAGE_SCRIPT,
      "probe.js": probeModule(),
      "rollup.config.js": `import resolve from "@rollup/plugin-node-resolve";
export default { input: "page.js", output: { dir: "dist", format: "system" }, plugins: [resolve()] };
`,
    },
    checks: { rollup: { build: [["rollup", "-c"]], run: hosts(".") } },
  },
];
