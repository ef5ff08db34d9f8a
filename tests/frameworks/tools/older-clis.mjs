// Create React App, Vue CLI and Remix 2: no longer developed, but in many projects. The first two are based on webpack.
// `remix vite:dev` is not tested: in this program, React reports an invalid hook call before the package is used.

import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { hosts, opens, requests } from "../run.mjs";
import { PAGE_SCRIPT, probeModule, SETS_RESULT } from "../tool.mjs";
import { DEFINES_FETCH } from "./jest.mjs";

const TEMPLATE = '<!doctype html><html lang="en"><head><title>x</title></head><body></body></html>\n';

const HOME = `import { useEffect } from "react";
import { probe } from "../probe.js";
export default function Home() {
  useEffect(() => {
    ${SETS_RESULT}
  }, []);
  return null;
}
`;

const REMIX = "2.17.5";
const SERVE_REMIX = ["env", "HOST=127.0.0.1", "PORT=$PORT", "remix-serve"];

/** @type {import("../tool.mjs").Tool[]} */
export const tools = [
  {
    name: "create-react-app",
    packages: { "react-scripts": "5.0.1", react: "19.3.1", "react-dom": "19.3.1" },
    // As in its template.
    packageJson: { browserslist: { production: [">0.2%", "not dead"], development: ["last 1 chrome version"] } },
    files: {
      "public/index.html": TEMPLATE,
      "src/index.js": PAGE_SCRIPT,
      "src/probe.js": probeModule(),
      "src/probe.test.js": `/** @jest-environment node */
import { probe } from "./probe.js";
${DEFINES_FETCH}
test("probe", async () => {
  require("node:fs").writeFileSync("result.json", JSON.stringify(await probe()));
});
`,
    },
    checks: {
      build: { build: [["react-scripts", "build"]], run: hosts("build") },
      start: { run: opens(["env", "HOST=127.0.0.1", "PORT=$PORT", "BROWSER=none", "react-scripts", "start"]) },
      test: {
        run: async ({ folder, execute }) => {
          await execute(["react-scripts", "test"]);
          return JSON.parse(await readFile(join(folder, "result.json"), "utf8"));
        },
      },
    },
  },
  {
    name: "vue-cli",
    packages: {
      "@vue/cli-service": "5.0.9",
      "@vue/cli-plugin-babel": "5.0.9",
      "@babel/core": "7.28.5",
      "core-js": "3.51.0",
      vue: "3.5.45",
    },
    packageJson: { browserslist: ["> 1%", "last 2 versions", "not dead", "not ie 11"] },
    files: {
      "babel.config.js": `module.exports = { presets: ["@vue/cli-plugin-babel/preset"] };\n`,
      "public/index.html": TEMPLATE,
      "src/main.js": PAGE_SCRIPT,
      "src/probe.js": probeModule(),
    },
    checks: {
      build: { build: [["vue-cli-service", "build"]], run: hosts("dist") },
      serve: { run: opens(["vue-cli-service", "serve", "--host", "127.0.0.1", "--port", "$PORT"]) },
    },
  },
  {
    name: "remix",
    packages: {
      "@remix-run/dev": REMIX,
      "@remix-run/node": REMIX,
      "@remix-run/react": REMIX,
      "@remix-run/serve": REMIX,
      isbot: "4.4.0",
      react: "18.3.1",
      "react-dom": "18.3.1",
      vite: "6.4.6",
    },
    files: {
      "remix.config.js": "export default {};\n",
      "vite.config.js": `import { vitePlugin as remix } from "@remix-run/dev";
export default { plugins: [remix()] };
`,
      "app/root.jsx": `import { Outlet, Scripts } from "@remix-run/react";
export default function App() {
  return <html lang="en"><head><title>x</title></head><body><Outlet /><Scripts /></body></html>;
}
`,
      "app/routes/_index.jsx": HOME,
      // Remix replaces `fetch` and `Response` with its own.
      "app/routes/api.jsx": `import { json } from "@remix-run/node";
import { probe } from "../probe.js";
export const loader = async () => json(await probe());
`,
      "app/probe.js": probeModule(),
    },
    checks: {
      page: { build: [["remix", "vite:build"]], run: opens([...SERVE_REMIX, "build/server/index.js"]) },
      "resource route": { run: requests([...SERVE_REMIX, "build/server/index.js"], "/api") },
      "classic compiler, page": {
        build: [
          ["rm", "-rf", "build", "vite.config.js"],
          ["remix", "build"],
        ],
        run: opens([...SERVE_REMIX, "build/index.js"]),
      },
      "classic compiler, resource route": { run: requests([...SERVE_REMIX, "build/index.js"], "/api") },
    },
  },
];
