// Modern Web's development server and its test runner, which Lit recommends. Browsers import the package's own files.

import { opens } from "../run.mjs";
import { EXPECTED, NODE_22, PAGE_SCRIPT, page, probeModule } from "../tool.mjs";

/** @type {import("../tool.mjs").Tool[]} */
export const tools = [
  {
    name: "web-dev-server",
    packages: { ...NODE_22, "@web/dev-server": "1.0.0" },
    files: { "index.html": page("/page.js"), "page.js": PAGE_SCRIPT, "probe.js": probeModule() },
    checks: { page: { run: opens(["wds", "--node-resolve", "--hostname", "127.0.0.1", "--port", "$PORT"]) } },
  },
  {
    name: "web-test-runner",
    packages: { ...NODE_22, "@web/test-runner": "1.0.0", "@web/test-runner-chrome": "1.0.1" },
    files: {
      "probe.js": probeModule(),
      "probe.test.js": `import { probe } from "./probe.js";
it("probe", async () => {
  const result = JSON.stringify(await probe());
  if (result !== ${JSON.stringify(JSON.stringify(EXPECTED))}) throw new Error(result);
});
`,
      "web-test-runner.config.js": `import { chromeLauncher } from "@web/test-runner-chrome";
const launchOptions = { executablePath: process.env.CHROME, args: ["--no-sandbox", "--disable-gpu"] };
export default { browsers: [chromeLauncher({ launchOptions })], testsFinishTimeout: 180_000, browserStartTimeout: 180_000 };
`,
    },
    checks: {
      // The test compares the result itself.
      test: {
        run: async ({ execute }) => {
          const printed = await execute(["wtr", "probe.test.js", "--node-resolve"]);
          return /1 passed/.test(printed) ? EXPECTED : printed;
        },
      },
    },
  },
];
