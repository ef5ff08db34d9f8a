import { respondsWithArn, submitsForm } from "../run.mjs";
import { CALLER, example, SANDBOX, SANDBOX_CREDENTIALS, SANDBOX_ENVIRONMENT } from "../tool.mjs";

const environment = { ...SANDBOX_ENVIRONMENT, NEXT_PUBLIC_AWS_ENDPOINT_URL: SANDBOX.endpoint };
const start = ["npm", "start", "--", "--hostname", "127.0.0.1", "--port", "$PORT"];
const expected = CALLER;

export const tools = [
  example("nextjs", {
    "server component": {
      build: [["env", `NEXT_PUBLIC_AWS_ENDPOINT_URL=${SANDBOX.endpoint}`, "npm", "run", "build"]],
      run: respondsWithArn(start, "/", environment),
      expected,
    },
    "client component": { run: submitsForm(start, SANDBOX_CREDENTIALS, environment), expected },
    "route handler on Node": { run: respondsWithArn(start, "/api/node", environment), expected },
    "route handler on the edge": { run: respondsWithArn(start, "/api/edge", environment), expected },
  }),
];
