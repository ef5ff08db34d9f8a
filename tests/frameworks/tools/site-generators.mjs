// Generators of static sites, which also run a page's code while they build it.

import { hosts, opens } from "../run.mjs";
import { probeModule, SETS_RESULT } from "../tool.mjs";

const REACT_PAGE = `import React, { useEffect } from "react";
import { probe } from "../probe.js";
export default function Home() {
  useEffect(() => {
    ${SETS_RESULT}
  }, []);
  return <p>probe is a {typeof probe}</p>;
}
`;

const DOCUSAURUS = "3.10.2";

/** @type {import("../tool.mjs").Tool[]} */
export const tools = [
  {
    name: "vitepress",
    packages: { vitepress: "1.6.4", vue: "3.5.45" },
    files: {
      "index.md": `# x

<script setup>
import { onMounted } from "vue";
import { probe } from "./probe.js";
onMounted(() => {
  ${SETS_RESULT}
});
</script>
`,
      "probe.js": probeModule(),
    },
    checks: {
      build: { build: [["vitepress", "build"]], run: hosts(".vitepress/dist") },
      dev: { run: opens(["vitepress", "dev", "--host", "127.0.0.1", "--port", "$PORT"]) },
    },
  },
  {
    name: "docusaurus",
    packages: {
      "@docusaurus/core": DOCUSAURUS,
      "@docusaurus/preset-classic": DOCUSAURUS,
      "@mdx-js/react": "3.1.1",
      react: "19.3.1",
      "react-dom": "19.3.1",
    },
    packageJson: {},
    files: {
      "docusaurus.config.js": `module.exports = {
  title: "x",
  url: "https://docs.example.com",
  baseUrl: "/",
  presets: [["classic", { docs: false, blog: false }]],
};
`,
      "src/pages/index.js": REACT_PAGE,
      "src/probe.js": probeModule(),
    },
    checks: {
      build: { build: [["docusaurus", "build"]], run: hosts("build") },
      start: { run: opens(["docusaurus", "start", "--no-open", "--host", "127.0.0.1", "--port", "$PORT"]) },
    },
  },
];
