// TanStack Start, with its server functions and routes.

import { opens, requests } from "../run.mjs";
import { NODE_22, probeModule, SETS_RESULT } from "../tool.mjs";

const ON_PORT = ["--host", "127.0.0.1", "--port", "$PORT"];

/** A component that calls `probe` in the browser. */
const HOME = `function Home() {
  useEffect(() => {
    ${SETS_RESULT}
  }, []);
  return null;
}
`;

/** @type {import("../tool.mjs").Tool} */
const tanstackStart = {
  name: "tanstack-start",
  packages: {
    ...NODE_22,
    "@tanstack/react-start": "1.169.5",
    "@tanstack/react-router": "1.170.46",
    "@vitejs/plugin-react": "6.3.0",
    react: "19.3.1",
    "react-dom": "19.3.1",
    vite: "8.3.8",
  },
  files: {
    "vite.config.js": `import { tanstackStart } from "@tanstack/react-start/plugin/vite";
import react from "@vitejs/plugin-react";
export default { plugins: [tanstackStart(), react()] };
`,
    "tsconfig.json":
      '{ "compilerOptions": { "jsx": "react-jsx", "module": "esnext", "moduleResolution": "bundler" } }\n',
    "src/probe.js": probeModule(),
    "src/router.tsx": `import { createRouter } from "@tanstack/react-router";
import { routeTree } from "./routeTree.gen";
export const getRouter = () => createRouter({ routeTree });
`,
    "src/routes/__root.tsx": `import { createRootRoute, HeadContent, Outlet, Scripts } from "@tanstack/react-router";
const Root = () => <html><head><HeadContent /></head><body><Outlet /><Scripts /></body></html>;
export const Route = createRootRoute({ component: Root });
`,
    "src/routes/index.tsx": `import { createFileRoute } from "@tanstack/react-router";
import { useEffect } from "react";
import { probe } from "../probe.js";
export const Route = createFileRoute("/")({ component: Home });
${HOME}`,
    "src/routes/server.tsx": `import { createFileRoute } from "@tanstack/react-router";
import { createServerFn } from "@tanstack/react-start";
import { useEffect } from "react";
import { probe } from "../probe.js";
const load = createServerFn().handler(() => probe());
export const Route = createFileRoute("/server")({ loader: () => load(), component: Server });
function Server() {
  const result = Route.useLoaderData();
  useEffect(() => { globalThis.result = result; });
  return <p>{result.arn}</p>;
}
`,
    "src/routes/api.ts": `import { createFileRoute } from "@tanstack/react-router";
import { probe } from "../probe.js";
const GET = async () => Response.json(await probe());
export const Route = createFileRoute("/api")({ server: { handlers: { GET } } });
`,
  },
  checks: {
    "dev, page": { run: opens(["vite", "dev", ...ON_PORT]) },
    "dev, route": { run: requests(["vite", "dev", ...ON_PORT], "/api") },
    page: { build: [["vite", "build"]], run: opens(["vite", "preview", ...ON_PORT]) },
    "server function": { run: opens(["vite", "preview", ...ON_PORT], "/server") },
    route: { run: requests(["vite", "preview", ...ON_PORT], "/api") },
  },
};

export const tools = [tanstackStart];
