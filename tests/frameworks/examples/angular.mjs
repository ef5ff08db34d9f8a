import { hostsForm, submitsForm } from "../run.mjs";
import { CALLER, example, NODE_22, SANDBOX, SANDBOX_CREDENTIALS } from "../tool.mjs";

const fields = { ...SANDBOX_CREDENTIALS, endpoint: SANDBOX.endpoint };

export const tools = [
  example(
    "angular",
    {
      build: {
        build: [["npm", "run", "build"]],
        run: hostsForm("dist/app/browser", fields),
        expected: CALLER,
      },
      serve: {
        run: submitsForm(["npm", "start", "--", "--host", "127.0.0.1", "--port", "$PORT"], fields),
        expected: CALLER,
      },
    },
    { packages: NODE_22 },
  ),
];
