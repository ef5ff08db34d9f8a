// Playwright's component tests, which it bundles with Vite.

import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { probeModule } from "../tool.mjs";

/** @type {import("../tool.mjs").Tool[]} */
export const tools = [
  {
    name: "playwright-ct",
    packages: { "@playwright/experimental-ct-react": "1.62.1", react: "18.3.1", "react-dom": "18.3.1" },
    files: {
      "playwright/index.html": `<!doctype html><html lang="en"><head><title>x</title></head>
<body><div id="root"></div><script type="module" src="./index.js"></script></body></html>
`,
      "playwright/index.js": "",
      // Playwright's own Chromium is not on npm.
      "playwright-ct.config.js": `import { defineConfig } from "@playwright/experimental-ct-react";
const launchOptions = { executablePath: process.env.CHROME, args: ["--no-sandbox", "--disable-gpu"] };
export default defineConfig({ testDir: ".", timeout: 180_000, use: { launchOptions } });
`,
      "caller.jsx": `import { useEffect, useState } from "react";
import { probe } from "./probe.js";
export function Caller() {
  const [result, setResult] = useState("");
  useEffect(() => {
    probe().then(JSON.stringify, (error) => JSON.stringify(String(error) + error.hint)).then(setResult);
  }, []);
  return <output>{result}</output>;
}
`,
      "caller.spec.jsx": `import { writeFileSync } from "node:fs";
import { expect, test } from "@playwright/experimental-ct-react";
import { Caller } from "./caller.jsx";
test("probe", async ({ mount }) => {
  const component = await mount(<Caller />);
  await expect(component).not.toBeEmpty({ timeout: 180_000 });
  writeFileSync("result.json", await component.textContent());
});
`,
      "probe.js": probeModule(),
    },
    checks: {
      mount: {
        run: async ({ folder, execute }) => {
          await execute(["playwright", "test", "-c", "playwright-ct.config.js"]);
          return JSON.parse(await readFile(join(folder, "result.json"), "utf8"));
        },
      },
    },
  },
];
