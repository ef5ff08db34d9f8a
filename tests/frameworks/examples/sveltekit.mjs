import { respondsWithArn } from "../run.mjs";
import { CALLER, example, NODE_22, SANDBOX_ENVIRONMENT } from "../tool.mjs";

const start = ["env", "HOST=127.0.0.1", "PORT=$PORT", "node", "../deployed-sveltekit/build"];

export const tools = [
  example(
    "sveltekit",
    {
      "a page without node_modules": {
        build: [
          ["npm", "run", "build"],
          ["rm", "-rf", "../deployed-sveltekit"],
          ["mkdir", "../deployed-sveltekit"],
          ["cp", "-r", "package.json", "build", "../deployed-sveltekit"],
        ],
        run: respondsWithArn(start, "/", SANDBOX_ENVIRONMENT),
        expected: CALLER,
      },
    },
    { packages: NODE_22 },
  ),
];
