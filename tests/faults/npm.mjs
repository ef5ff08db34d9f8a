// Makes the calls of a plan with the npm package, over Node's own `fetch`: the plan on standard input, how each call ended on
// standard output.

import { readFileSync } from "node:fs";
import { inspect } from "node:util";

import { STS, STSClientError, STSServiceException } from "../../pkg/dist/entry/node.js";

const KINDS = { NetworkError: "network", TimeoutError: "timeout", UnexpectedResponse: "response" };

const plan = JSON.parse(readFileSync(0, "utf8"));
const clients = new Map();
const left = plan.calls.values();
const ends = [];

await Promise.all(
  Array.from({ length: plan.atOnce }, async () => {
    for (const call of left) ends.push(await make(call));
  }),
);
process.stdout.write(JSON.stringify(ends));

async function make(call) {
  if (!clients.has(call.client)) clients.set(call.client, client(call));
  const input = { RoleArn: plan.roleArn, RoleSessionName: call.session, ExternalId: call.externalId };
  const started = performance.now();
  const end = await clients.get(call.client).assumeRole(input).then(right, failed);
  return { session: call.session, milliseconds: performance.now() - started, ...end };
}

function client({ clockOffset, refusals }) {
  const { region, accessKeyId, secretAccessKey, endpoint, requestTimeout } = plan;
  const credentials = { accessKeyId, secretAccessKey };
  const refused = refusals ? { fetch: (url, init) => fetch(refusals-- > 0 ? plan.refused : url, init) } : {};
  return new STS({ region, endpoint, credentials, requestTimeout, systemClockOffset: clockOffset, ...refused });
}

function right({ AssumedRoleUser, Credentials, $metadata }) {
  const { attempts, totalRetryDelay } = $metadata;
  return { kind: "right", arn: AssumedRoleUser.Arn, key: Credentials.AccessKeyId, attempts, waited: totalRetryDelay };
}

function failed(error) {
  const ours = error instanceof STSClientError ? KINDS[error.name] : error instanceof STSServiceException && "service";
  const text = [inspect(error), JSON.stringify(error), error.stack, error.hint].join("\n");
  const { attempts, totalRetryDelay } = error.$metadata ?? {};
  return { kind: ours || `untyped ${error.name}`, text, attempts, waited: totalRetryDelay };
}
