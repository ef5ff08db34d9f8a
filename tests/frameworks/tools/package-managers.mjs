// Package managers whose node_modules differs from npm's: pnpm's has links, and Yarn's Plug'n'Play has none. npm installs the
// package manager, which then installs the program's dependencies in the folder `app`.

import { hosts, opens, prints } from "../run.mjs";
import { NODE_22, NODE_SCRIPT, PAGE_SCRIPT, page, probeModule } from "../tool.mjs";

const files = {
  "index.html": page("/page.js"),
  "page.js": PAGE_SCRIPT,
  "main.js": NODE_SCRIPT,
  "probe.js": probeModule(),
};

const inApp = (command) => ["sh", "-c", `cd app && ${command}`];
const copy = ["sh", "-c", "mkdir app && cp index.html page.js main.js probe.js package.json app"];

/**
 * Commands that install a monorepo of which one package has the dependency.
 *
 * @param {string} linker Yarn's setting `nodeLinker`.
 */
const WORKSPACE = (linker) => [
  [
    "sh",
    "-c",
    `mkdir -p app/packages/one && cp main.js probe.js package.json app/packages/one
echo '{ "name": "monorepo", "private": true, "workspaces": ["packages/*"] }' > app/package.json
echo 'nodeLinker: ${linker}' > app/.yarnrc.yml`,
  ],
  inApp("touch yarn.lock && YARN_ENABLE_IMMUTABLE_INSTALLS=false YARN_ENABLE_TELEMETRY=0 yarn install"),
];

/** @type {import("../tool.mjs").Tool[]} */
export const tools = [
  {
    name: "pnpm",
    packages: { ...NODE_22, pnpm: "12.21.0", vite: "8.3.8" },
    files,
    checks: {
      node: {
        build: [copy, inApp("pnpm install --no-frozen-lockfile --ignore-scripts")],
        run: prints("node", "app/main.js"),
      },
      "vite dev": { run: opens(inApp("node_modules/.bin/vite --host 127.0.0.1 --port $PORT")) },
      "vite build": { build: [inApp("node_modules/.bin/vite build")], run: hosts("app/dist") },
    },
  },
  {
    name: "yarn-pnp",
    packages: { "@yarnpkg/cli-dist": "4.18.1", vite: "7.3.8" },
    files,
    checks: {
      node: {
        build: [
          copy,
          inApp("touch yarn.lock && YARN_ENABLE_IMMUTABLE_INSTALLS=false YARN_ENABLE_TELEMETRY=0 yarn install"),
        ],
        run: prints(...inApp("yarn node main.js")),
      },
      "vite dev": { run: opens(inApp("yarn vite --host 127.0.0.1 --port $PORT")) },
      "vite build": { build: [inApp("yarn vite build")], run: hosts("app/dist") },
    },
  },
  {
    name: "yarn-workspaces",
    packages: { "@yarnpkg/cli-dist": "4.18.1" },
    files,
    checks: {
      "hoisted, node": { build: WORKSPACE("node-modules"), run: prints(...inApp("node packages/one/main.js")) },
    },
  },
];
