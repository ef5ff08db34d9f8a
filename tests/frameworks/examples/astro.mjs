import { respondsWithArn } from "../run.mjs";
import { CALLER, example, NODE_22, SANDBOX_ENVIRONMENT } from "../tool.mjs";

const start = ["env", "HOST=127.0.0.1", "PORT=$PORT", "npm", "start"];

export const tools = [
  example(
    "astro",
    {
      "a page": {
        build: [["npm", "run", "build"]],
        run: respondsWithArn(start, "/", SANDBOX_ENVIRONMENT),
        expected: CALLER,
      },
    },
    { packages: NODE_22 },
  ),
];
