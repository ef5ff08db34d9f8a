// Storybook, whose builder is Vite.

import { hosts, opens } from "../run.mjs";
import { NODE_22, probeModule } from "../tool.mjs";

const STORY = "iframe.html?id=probe--probe&viewMode=story";

/** @type {import("../tool.mjs").Tool[]} */
export const tools = [
  {
    name: "storybook",
    packages: { ...NODE_22, storybook: "10.6.0", "@storybook/html-vite": "10.6.0", vite: "8.3.8" },
    files: {
      ".storybook/main.js": `export default {
  framework: "@storybook/html-vite",
  stories: ["../*.stories.js"],
  core: { disableTelemetry: true },
};
`,
      "probe.js": probeModule(),
      "probe.stories.js": `import { probe } from "./probe.js";
export default { title: "Probe" };
export const Probe = {
  render: () => {
    probe().then((result) => (globalThis.result = result), (error) => (globalThis.result = String(error) + error.hint));
    return "x";
  },
};
`,
    },
    checks: {
      build: { build: [["storybook", "build"]], run: hosts("storybook-static", { path: STORY }) },
      dev: { run: opens(["storybook", "dev", "--ci", "--host", "127.0.0.1", "--port", "$PORT"], `/${STORY}`) },
    },
  },
];
