import { example, SANDBOX, SANDBOX_ENVIRONMENT } from "../tool.mjs";

/** Calls the handler as Lambda does, once for each path, and prints the responses. */
const INVOKE = `const { handler } = require("./index.cjs");
Promise.all(process.argv.slice(1).map((rawPath) => handler({ rawPath }))).then((all) => console.log(JSON.stringify(all)));
`;

export const tools = [
  example(
    "lambda",
    {
      "redirects to a download": {
        // Only the bundle is deployed.
        build: [
          ["npm", "run", "build"],
          ["rm", "-rf", "../deployed-lambda"],
          ["cp", "-r", "dist", "../deployed-lambda"],
        ],
        async run({ execute }) {
          const environment = {
            ...SANDBOX_ENVIRONMENT,
            ROLE_ARN: SANDBOX.roleArn,
            BUCKET_URL: `${SANDBOX.endpoint}/example-reports`,
          };
          const invoke = [
            "sh",
            "-c",
            'cd ../deployed-lambda && node -e "$0" "$@"',
            INVOKE,
            "/hello.txt",
            "/missing.txt",
          ];
          const redirects = JSON.parse(await execute(invoke, environment));
          return Promise.all(redirects.map(follow));
        },
        expected: ["303 no-store: 200 hello\n", "303 no-store: 404"],
      },
    },
    { suite: true },
  ),
];

async function follow({ statusCode, headers }) {
  const response = await fetch(headers.location);
  const content = response.ok ? ` ${await response.text()}` : "";
  return `${statusCode} ${headers["cache-control"]}: ${response.status}${content}`;
}
