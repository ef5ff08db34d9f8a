import { example, SANDBOX, SANDBOX_ENVIRONMENT } from "../tool.mjs";

const start = ["npm", "--silent", "start"];
const roles = { FIRST_ROLE_ARN: SANDBOX.roleArn, SECOND_ROLE_ARN: SANDBOX.chainedRoleArn };

export const tools = [
  example(
    "s3-client",
    {
      "lists the buckets as the second role": {
        async run({ execute }) {
          const lines = (await execute(start, { ...SANDBOX_ENVIRONMENT, ...roles })).trim().split("\n");
          return lines.map((line) => line.replace(/aws-sdk-js-\d+/, "SESSION"));
        },
        expected: ["arn:aws:sts::123456789012:assumed-role/chained-role/SESSION", "example-photos", "example-reports"],
      },
      "the second role does not trust the caller itself": {
        async run({ execute }) {
          const directly = { ...SANDBOX_ENVIRONMENT, ...roles, FIRST_ROLE_ARN: SANDBOX.chainedRoleArn };
          const failure = await execute(start, directly).then(() => "no error", String);
          return /AccessDenied/.exec(failure)?.[0] ?? failure;
        },
        expected: "AccessDenied",
      },
    },
    { suite: true },
  ),
];
