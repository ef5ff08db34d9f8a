import { example, SANDBOX, SANDBOX_ENVIRONMENT } from "../tool.mjs";

/** Calls the handler as Lambda does, once for each query, and prints the responses. */
const INVOKE = `const { handler } = require("./index.cjs");
const events = process.argv.slice(1).map((query) => ({ queryStringParameters: JSON.parse(query) }));
Promise.all(events.map(handler)).then((all) => console.log(JSON.stringify(all)));
`;

const KEYS = ["hello.txt", "missing.txt", "?list-type=2", ""];

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
          const queries = KEYS.map((key) => JSON.stringify({ key }));
          const invoke = ["sh", "-c", 'cd ../deployed-lambda && node -e "$0" "$@"', INVOKE, ...queries];
          const responses = JSON.parse(await execute(invoke, environment));
          return Promise.all(responses.map(follow));
        },
        expected: ["303 no-store: 200 hello\n", "303 no-store: 404", "303 no-store: 404", "400"],
      },
    },
    { suite: true },
  ),
];

async function follow({ statusCode, headers }) {
  if (!headers) return String(statusCode);
  const response = await fetch(headers.location);
  const content = response.ok ? ` ${await response.text()}` : "";
  return `${statusCode} ${headers["cache-control"]}: ${response.status}${content}`;
}
