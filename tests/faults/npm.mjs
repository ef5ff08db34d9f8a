// Makes the calls of a plan with the npm package, over Node's `fetch`. Reads the plan from standard input, and writes
// the outcome of each call to standard output.

import { readFileSync } from "node:fs";
import { inspect } from "node:util";

import { STS, STSClientError, STSServiceException } from "../../pkg/dist/entry/node.js";

const KINDS = { NetworkError: "network", TimeoutError: "timeout", UnexpectedResponse: "response" };

const plan = JSON.parse(readFileSync(0, "utf8"));
const clients = new Map();
const remaining = plan.calls.values();
const outcomes = [];

await Promise.all(
  Array.from({ length: plan.concurrency }, async () => {
    for (const call of remaining) outcomes.push(await make(call));
  }),
);
process.stdout.write(JSON.stringify(outcomes));

async function make(call) {
  if (!clients.has(call.client)) clients.set(call.client, newClient(call));
  const input = { RoleArn: plan.roleArn, RoleSessionName: call.session, ExternalId: call.externalId };
  const started = performance.now();
  const outcome = await clients.get(call.client).assumeRole(input).then(success, failure);
  return { session: call.session, milliseconds: performance.now() - started, ...outcome };
}

function newClient({ clockOffset, refusals }) {
  const { region, accessKeyId, secretAccessKey, endpoint, requestTimeout } = plan;
  const credentials = { accessKeyId, secretAccessKey };
  const options = refusals ? { fetch: refusingFetch(refusals) } : {};
  return new STS({ region, endpoint, credentials, requestTimeout, systemClockOffset: clockOffset, ...options });
}

/** A `fetch` whose first requests go to a port that refuses the connection. */
function refusingFetch(refusals) {
  let remaining = refusals;
  return (url, init) => {
    remaining -= 1;
    return fetch(remaining >= 0 ? plan.refusingEndpoint : url, init);
  };
}

function success({ AssumedRoleUser, Credentials, $metadata }) {
  const { attempts, totalRetryDelay } = $metadata;
  const { Arn: arn } = AssumedRoleUser;
  return { kind: "success", arn, accessKeyId: Credentials.AccessKeyId, attempts, totalRetryDelay };
}

function failure(error) {
  const text = [inspect(error), JSON.stringify(error), error.stack, error.hint].join("\n");
  const { attempts, totalRetryDelay } = error.$metadata ?? {};
  return { kind: kindOf(error) ?? `untyped ${error.name}`, text, attempts, totalRetryDelay };
}

function kindOf(error) {
  if (error instanceof STSServiceException) return "service";
  return error instanceof STSClientError ? KINDS[error.name] : undefined;
}
