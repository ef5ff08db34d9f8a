// The workflow's script, with replacements for the runner: a server that issues tokens, and the file with variables for
// the following steps.

import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { join } from "node:path";

import { Signer } from "../../../pkg/dist/entry/node.js";
import { startIssuer } from "../../worker/issuer.mjs";
import { FILES, REGION, withBucket } from "../bucket.mjs";
import { example } from "../tool.mjs";

const AUDIENCE = "sts.amazonaws.com";
const MAIN = "repo:octo-org/octo-repo:ref:refs/heads/main";

export const tools = [
  example(
    "github-action",
    {
      "the steps that follow read the bucket": {
        run: (context) => runJob(context, MAIN),
        expected: { listed: FILES, masked: ["token", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"], shown: [] },
      },
      "another branch is refused": {
        async run(context) {
          const failure = await runJob(context, `${MAIN}-2`).then(() => "", String);
          return {
            error: /::error::.*(trust policy denies)/.exec(failure)?.[1],
            isFailure: /failed \(1\)/.test(failure),
          };
        },
        expected: { error: "trust policy denies", isFailure: true },
      },
    },
    { suite: true },
  ),
];

/** Runs the workflow's script in a job of a branch. */
async function runJob({ folder, execute }, subject) {
  const issuer = await startIssuer();
  const runner = await startRunner(issuer, subject);
  const variablesFile = join(folder, "variables");
  await writeFile(variablesFile, "");
  try {
    return await withBucket({ issuer: issuer.issuer, audience: AUDIENCE, subject: MAIN }, async (bucket) => {
      const log = await execute(await command(folder), {
        ...runner.environment,
        GITHUB_ENV: variablesFile,
        GITHUB_RUN_ID: "1",
        AWS_REGION: REGION,
        AWS_ENDPOINT_URL: bucket.endpoint,
        ROLE_ARN: bucket.roleArn,
      });
      const variables = parseVariables(await readFile(variablesFile, "utf8"));
      return { listed: await list(bucket.url, variables), ...secretsIn(log, { token: runner.token(), ...variables }) };
    });
  } finally {
    issuer.close();
    runner.close();
  }
}

/** Returns the command of the workflow that runs the script. */
async function command(folder) {
  const workflow = await readFile(join(folder, "deploy.yml"), "utf8");
  return /- run: (node .*)/.exec(workflow)[1].split(" ");
}

/** Starts a server that issues tokens to jobs. Source: GitHub documentation, "OpenID Connect reference". */
async function startRunner(issuer, subject) {
  let token;
  const server = createServer(async (request, response) => {
    const { searchParams } = new URL(request.url, "http://runner");
    if (request.headers.authorization !== "Bearer request-token") return response.writeHead(401).end();
    token = await issuer.token({ aud: searchParams.get("audience"), sub: subject });
    return response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ value: token }));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const environment = {
    GITHUB_ACTIONS: "true",
    ACTIONS_ID_TOKEN_REQUEST_URL: `http://127.0.0.1:${port}/token?api-version=2.0`,
    ACTIONS_ID_TOKEN_REQUEST_TOKEN: "request-token",
  };
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { environment, token: () => token, close };
}

/** Parses the file of `GITHUB_ENV`: `NAME<<DELIMITER`, the value's lines, `DELIMITER`. */
function parseVariables(text) {
  return Object.fromEntries(
    [...text.matchAll(/^(\w+)<<(\S+)\n(.*?)\n\2$/gms)].map(([, name, , value]) => [name, value]),
  );
}

/** Returns the names of the values that the log masks, and of those that it also shows. */
function secretsIn(log, { AWS_ACCESS_KEY_ID: _, ...secrets }) {
  const names = (isIn) => Object.keys(secrets).filter((name) => isIn(secrets[name]));
  const lines = log.split("\n");
  const shown = lines.filter((line) => !line.startsWith("::add-mask::")).join("\n");
  return {
    masked: names((value) => lines.includes(`::add-mask::${value}`)),
    shown: names((value) => shown.includes(value)),
  };
}

/** Lists the bucket with the variables of a step. */
async function list(url, variables) {
  const credentials = {
    accessKeyId: variables.AWS_ACCESS_KEY_ID,
    secretAccessKey: variables.AWS_SECRET_ACCESS_KEY,
    sessionToken: variables.AWS_SESSION_TOKEN,
  };
  const signer = new Signer({ region: REGION, service: "s3", credentials });
  const response = await signer.fetch(`${url}?list-type=2`);
  return [...(await response.text()).matchAll(/<Key>(.*?)<\/Key>/g)].map(([, key]) => key);
}
