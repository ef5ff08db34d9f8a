// Next.js, with Turbopack and with webpack: client and server components, a route, an edge route and middleware.

import { opens, requests } from "../run.mjs";
import { probeModule, SETS_RESULT } from "../tool.mjs";

const ROUTE = `import { probe } from "../../../probe";
export const dynamic = "force-dynamic";
export const GET = async () => Response.json(await probe().catch((error) => [String(error.stack), error.hint, String(error.cause?.stack)]));
`;

const files = {
  "probe.js": probeModule(),
  "app/layout.js": `export default function Layout({ children }) {
  return <html><body>{children}</body></html>;
}
`,
  "app/page.js": `"use client";
import { useEffect } from "react";
import { probe } from "../probe";
export default function Page() {
  useEffect(() => {
    ${SETS_RESULT}
  }, []);
  return null;
}
`,
  "app/server/page.js": `import { probe } from "../../probe";
export const dynamic = "force-dynamic";
export default async function Page() {
  const script = \`globalThis.result = \${JSON.stringify(await probe())}\`;
  return <script dangerouslySetInnerHTML={{ __html: script }} />;
}
`,
  "app/api/node/route.js": ROUTE,
  "app/api/edge/route.js": `export const runtime = "edge";\n${ROUTE.replace('export const dynamic = "force-dynamic";\n', "")}`,
  "middleware.js": `import { probe } from "./probe";
export const config = { matcher: "/middleware" };
export const middleware = async () => Response.json(await probe());
`,
};

const ADDRESS = ["--hostname", "127.0.0.1", "--port", "$PORT"];

/** The checks with one bundler, each on a development server or the build. */
const checks = (bundler) => {
  const dev = ["next", "dev", bundler, ...ADDRESS];
  const start = ["next", "start", ...ADDRESS];
  const build = [["next", "build", bundler]];
  return {
    "client component": { build, run: opens(start) },
    "server component": { run: opens(start, "/server") },
    route: { run: requests(start, "/api/node") },
    "edge route": { run: requests(start, "/api/edge") },
    middleware: { run: requests(start, "/middleware") },
    "dev, client component": { run: opens(dev) },
    "dev, edge route": { run: requests(dev, "/api/edge") },
  };
};

const packages = { next: "16.4.6", react: "19.2.0", "react-dom": "19.2.0" };

/** @type {import("../tool.mjs").Tool[]} */
export const tools = [
  { name: "next-turbopack", suite: true, packages, files, packageJson: {}, checks: checks("--turbopack") },
  { name: "next-webpack", packages, files, packageJson: {}, checks: checks("--webpack") },
  {
    name: "next-proxy",
    packages,
    packageJson: {},
    // The successor of middleware, which runs on Node. A program cannot have both.
    files: {
      "probe.js": files["probe.js"],
      "app/layout.js": files["app/layout.js"],
      "app/page.js": "export default () => null;\n",
      "proxy.js": `import { probe } from "./probe";
export const config = { matcher: "/proxy" };
export const proxy = async () => Response.json(await probe());
`,
    },
    checks: {
      proxy: { build: [["next", "build"]], run: requests(["next", "start", ...ADDRESS], "/proxy") },
      "dev, proxy": { run: requests(["next", "dev", ...ADDRESS], "/proxy") },
    },
  },
];
