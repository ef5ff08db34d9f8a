// In workerd, as `wrangler dev` runs it.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { respondsWithArn } from "../run.mjs";
import { CALLER, example, NODE_22, SANDBOX } from "../tool.mjs";

const VARIABLES = {
  NUXT_AWS_REGION: SANDBOX.region,
  NUXT_AWS_ENDPOINT: SANDBOX.endpoint,
  NUXT_AWS_ACCESS_KEY_ID: SANDBOX.accessKeyId,
  NUXT_AWS_SECRET_ACCESS_KEY: SANDBOX.secretAccessKey,
};

const preview = (path) => ({
  run: async (context) => {
    const lines = Object.entries(VARIABLES).map(([name, value]) => `${name}=${value}\n`);
    await writeFile(join(context.folder, ".dev.vars"), lines.join(""));
    const command = ["npm", "run", "preview", "--", "--ip", "127.0.0.1", "--port", "$PORT"];
    return respondsWithArn(command, path, { WRANGLER_SEND_METRICS: "false" })(context);
  },
  expected: CALLER,
});

export const tools = [
  example(
    "nuxt-cloudflare",
    { "server route": { build: [["npm", "run", "build"]], ...preview("/api/caller") }, page: preview("/") },
    { packages: NODE_22 },
  ),
];
