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

/** Writes a monorepo of which one package re-exports this package, and another depends only on the former. */
const WRITES_MONOREPO = `const { mkdirSync, writeFileSync } = require("node:fs");
const { dependencies } = require("./package.json");
const files = {
  "package.json": { private: true },
  "packages/wrapper/package.json": {
    name: "wrapper", version: "1.0.0", type: "module", exports: "./index.js",
    dependencies: { "sts-web": dependencies["sts-web"] },
  },
  "packages/wrapper/index.js": 'export * from "sts-web";',
  "packages/program/package.json": {
    name: "program", version: "1.0.0", type: "module",
    dependencies: { wrapper: "workspace:*", vite: dependencies.vite },
  },
  "pnpm-workspace.yaml": { packages: ["packages/*"], hoist: false },
};
for (const [path, content] of Object.entries(files)) {
  const file = "app/" + path;
  mkdirSync(require("node:path").dirname(file), { recursive: true });
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content));
}
`;

const inProgram = (command) => inApp(`cd packages/program && ${command}`);

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
    name: "pnpm-workspace",
    packages: { ...NODE_22, pnpm: "12.21.0", vite: "8.3.8" },
    files: { ...files, "probe.js": probeModule("wrapper"), "write-monorepo.cjs": WRITES_MONOREPO },
    checks: {
      "re-exported, node": {
        build: [
          ["node", "write-monorepo.cjs"],
          ["cp", ...Object.keys(files), "app/packages/program"],
          inApp("pnpm install --no-frozen-lockfile --ignore-scripts"),
        ],
        run: prints(...inProgram("node main.js")),
      },
      "re-exported, vite dev": { run: opens(inProgram("node_modules/.bin/vite --host 127.0.0.1 --port $PORT")) },
      "re-exported, vite build": {
        build: [inProgram("node_modules/.bin/vite build")],
        run: hosts("app/packages/program/dist"),
      },
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
