// React Router in framework mode, with the packages of node_modules outside the server's bundle, and inside.

import { opens, requests } from "../run.mjs";
import { NODE_22, probeModule, SETS_RESULT } from "../tool.mjs";

const REACT_ROUTER = "8.4.0";

const configuration = (ssr = "") => `import { reactRouter } from "@react-router/dev/vite";
import { defineConfig } from "vite";
export default defineConfig({ plugins: [reactRouter()]${ssr} });
`;

const files = {
  "vite.config.js": configuration(),
  "vite.bundled.config.js": configuration(", ssr: { noExternal: true }"),
  "app/root.jsx": `import { Outlet, Scripts } from "react-router";
export default function App() {
  return <html><head><title>x</title></head><body><Outlet /><Scripts /></body></html>;
}
`,
  "app/routes.js": `import { index, route } from "@react-router/dev/routes";
export default [index("home.jsx"), route("server", "server.jsx"), route("api", "api.js")];
`,
  "app/home.jsx": `import { useEffect } from "react";
import { probe } from "./probe.js";
export default function Home() {
  useEffect(() => {
    ${SETS_RESULT}
  }, []);
  return null;
}
`,
  "app/server.jsx": `import { useEffect } from "react";
import { probe } from "./probe.js";
export const loader = () => probe();
export default function Server({ loaderData }) {
  useEffect(() => { globalThis.result = loaderData; });
  return <p>{loaderData.arn}</p>;
}
`,
  "app/api.js": `import { probe } from "./probe.js";
export const loader = async () => Response.json(await probe());
`,
  "app/probe.js": probeModule(),
};

const dev = ["react-router", "dev", "--host", "127.0.0.1", "--port", "$PORT", "--strictPort"];
const start = ["env", "HOST=127.0.0.1", "PORT=$PORT", "react-router-serve", "build/server/index.js"];

/** @type {import("../tool.mjs").Tool[]} */
export const tools = [
  {
    name: "react-router",
    packages: {
      ...NODE_22,
      "@react-router/dev": REACT_ROUTER,
      "@react-router/node": REACT_ROUTER,
      "@react-router/serve": REACT_ROUTER,
      "react-router": REACT_ROUTER,
      isbot: "5.2.3",
      react: "19.3.1",
      "react-dom": "19.3.1",
      vite: "8.3.8",
    },
    files,
    checks: {
      "dev, page": { run: opens(dev) },
      "dev, loader": { run: requests(dev, "/api") },
      page: { build: [["react-router", "build"]], run: opens(start) },
      loader: { run: opens(start, "/server") },
      "resource route": { run: requests(start, "/api") },
      "noExternal, loader": {
        build: [["react-router", "build", "--config", "vite.bundled.config.js"]],
        run: requests(start, "/api"),
      },
    },
  },
];
