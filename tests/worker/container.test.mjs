// Container credentials: AWS SDKs and the AWS CLI fetch and refresh them by themselves.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { configurationFor } from "./configurations.mjs";
import { secrets, startWorker } from "./running-worker.mjs";
import { issuer, sts } from "./services.mjs";
import { sandbox } from "./sts.mjs";

const run = promisify(execFile);
/** Has the AWS SDK for JavaScript among its dependencies. */
const packageFolder = fileURLToPath(new URL("../../pkg", import.meta.url));
const python = process.env.STS_WEB_PYTHON;
let folder;
let worker;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "sts-web-container-"));
  const machine = { ...configurationFor(issuer.issuer, sts).grants[0], issuer: undefined, audience: undefined };
  const configuration = configurationFor(issuer.issuer, sts);
  configuration.grants.push({ ...machine, sharedSecret: "MACHINE_SECRET", subject: "nightly" });
  // Without the undefined fields.
  worker = await startWorker({ configuration: JSON.parse(JSON.stringify(configuration)) });
});
afterEach(() => {
  sts.intercept = undefined;
  sts.lifetime = undefined;
});
after(async () => {
  await worker?.close();
  if (folder) await rm(folder, { recursive: true, force: true });
});

/** The environment of a program in a container, without any other credentials. */
function environment(more) {
  return {
    PATH: `${dirname(python)}:${process.env.PATH}`,
    HOME: folder,
    AWS_REGION: sandbox.region,
    AWS_DEFAULT_REGION: sandbox.region,
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${worker.url}/api/container?role=reader`,
    ...more,
  };
}

/** Gets container credentials. Returns the status and the fields of the response. */
async function get(query, authorization, headers = {}) {
  const response = await worker.get(`/api/container${query}`, { ...(authorization && { authorization }), ...headers });
  return { status: response.status, ...(await response.json()) };
}

const calls = () => sts.callsOf("AssumeRole").length;

test("botocore signs with container credentials and refreshes them by itself", async () => {
  const file = join(folder, "token");
  await writeFile(file, `Bearer ${await issuer.token({ sub: "botocore" })}`);
  // botocore must refresh credentials that expire in less than ten minutes, so it does so at every call.
  sts.lifetime = 9 * 60_000;
  const script = `
import botocore.session, sys
client = botocore.session.get_session().create_client("sts", endpoint_url=sys.argv[1])
for _ in range(4):
    print(client.get_caller_identity()["Arn"], client._request_signer._credentials.get_frozen_credentials().access_key)`;
  const before = calls();
  const env = environment({ AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file });
  const { stdout } = await run(python, ["-c", script, sandbox.endpoint], { env });
  const lines = stdout.trim().split("\n");
  assert.equal(lines.length, 4);
  for (const line of lines) assert.match(line, /:assumed-role\/test-role\/botocore=[\w-]+ ASIA/);
  assert.equal(new Set(lines.map((line) => line.split(" ")[1])).size, 4);
  assert.ok(calls() - before >= 4);
});

test("botocore does not refresh credentials that are valid for long enough", async () => {
  const script = `
import botocore.session, sys
client = botocore.session.get_session().create_client("sts", endpoint_url=sys.argv[1])
for _ in range(200): client.get_caller_identity()`;
  const requests = () => worker.logEntries.filter(({ route }) => route === "/api/container").length;
  const before = requests();
  const env = environment({ AWS_CONTAINER_AUTHORIZATION_TOKEN: await issuer.token({ sub: "steady" }) });
  await run(python, ["-c", script, sandbox.endpoint], { env });
  await worker.logEntry(({ subject, route }) => subject === "steady" && route === "/api/container");
  assert.equal(requests() - before, 1);
});

test("the AWS CLI works with container credentials, also after three refreshes", async () => {
  const env = environment({ AWS_CONTAINER_AUTHORIZATION_TOKEN: `Bearer ${await issuer.token({ sub: "cli" })}` });
  sts.lifetime = 9 * 60_000;
  const before = calls();
  for (let count = 0; count < 4; count += 1) {
    const parameters = [
      "-m",
      "awscli",
      "sts",
      "get-caller-identity",
      "--endpoint-url",
      sandbox.endpoint,
      "--output",
      "json",
    ];
    const { stdout } = await run(python, parameters, { env });
    assert.match(JSON.parse(stdout).Arn, /:assumed-role\/test-role\/cli=/);
  }
  assert.ok(calls() - before >= 4);
});

test("the AWS SDK for JavaScript refreshes container credentials by itself", async () => {
  // The SDK may refresh in the background, and use the former credentials until then.
  const script = `
import { GetCallerIdentityCommand, STSClient } from "@aws-sdk/client-sts";
const client = new STSClient({ endpoint: process.argv[1], maxAttempts: 1 });
const keys = new Set();
for (let count = 0; count < 100 && keys.size < 3; count += 1) {
  const { Arn } = await client.send(new GetCallerIdentityCommand({}));
  keys.add((await client.config.credentials()).accessKeyId);
  console.log(Arn, keys.size);
}`;
  const file = join(folder, "token-of-javascript");
  await writeFile(file, `Bearer ${await issuer.token({ sub: "javascript" })}`);
  // The SDK refreshes credentials that expire in less than five minutes.
  sts.lifetime = 4 * 60_000;
  const parameters = ["--input-type=module", "--eval", script, sandbox.endpoint];
  const env = environment({ AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: file });
  const { stdout } = await run(process.execPath, parameters, { cwd: packageFolder, env });
  assert.match(stdout, /:assumed-role\/test-role\/javascript=[\w-]+ 3\n$/);
});

test("the response has the format of container credentials, and lasts at least 20 minutes", async () => {
  const { status, AccessKeyId, SecretAccessKey, Token, Expiration, ...rest } = await get(
    "?role=reader",
    `Bearer ${await issuer.token()}`,
  );
  assert.equal(status, 200);
  assert.match(AccessKeyId, /^ASIA/);
  assert.ok(SecretAccessKey && Token);
  assert.match(Expiration, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
  assert.ok(Date.parse(Expiration) > Date.now() + 20 * 60_000);
  assert.deepEqual(rest, {});
});

test("the token may come without Bearer, with spaces around it, or with a newline at its end", async () => {
  const token = await issuer.token({ sub: "bare" });
  for (const value of [token, `Bearer ${token}`, `bearer   ${token}`, `  ${token}\t`, secrets.MACHINE_SECRET]) {
    assert.equal((await get("?role=reader", value)).status, 200);
  }
  // A client that sends a file's content unchanged also sends the newline at its end.
  const { hostname, port } = new URL(worker.url);
  const socket = connect(Number(port), hostname);
  socket.end(
    `GET /api/container?role=reader HTTP/1.1\r\nHost: ${hostname}\r\nAuthorization: Bearer ${token}\n\r\n\r\n`,
  );
  let response = "";
  for await (const chunk of socket.setEncoding("utf8")) response += chunk;
  assert.match(response, /^HTTP\/1.1 200/);
});

test("an error has Code and Message, which AWS SDKs show, and the members of a problem document", async () => {
  for (const [query, authorization, status, code] of [
    ["?role=reader", undefined, 401, "TokenMissing"],
    ["?role=reader", "Bearer nonsense", 401, "SecretUnknown"],
    ["", `Bearer ${await issuer.token()}`, 400, "RoleMissing"],
    ["?role=writer", `Bearer ${await issuer.token()}`, 403, "RoleNotGranted"],
    ["?role=reader&durationSeconds=0x384", `Bearer ${await issuer.token()}`, 400, "DurationNotGranted"],
    ["?role=reader&durationSeconds=x", `Bearer ${await issuer.token()}`, 400, "DurationNotGranted"],
  ]) {
    const problem = await get(query, authorization);
    assert.deepEqual([problem.status, problem.title, problem.Code], [status, code, code]);
    assert.equal(problem.Message, problem.detail);
  }
  const { stderr } = await run(
    python,
    ["-m", "awscli", "sts", "get-caller-identity", "--endpoint-url", sandbox.endpoint],
    { env: environment({ AWS_CONTAINER_AUTHORIZATION_TOKEN: "nonsense" }) },
  ).catch((error) => error);
  assert.match(stderr, /401|SecretUnknown/);
});

test("only the Authorization header is accepted, not credentials that a browser sends by itself", async () => {
  const token = await issuer.token();
  const { status, title } = await get("?role=reader", undefined, { "cf-access-jwt-assertion": token });
  assert.deepEqual([status, title], [401, "TokenMissing"]);
});

test("a token with another scheme, with quotes or with Bearer twice is rejected with the format to use", async () => {
  const token = await issuer.token();
  for (const value of [`Token ${token}`, `Bearer Bearer ${token}`, `"${token}"`, `Basic ${btoa(`a:${token}`)}`]) {
    const { status, Code, Message } = await get("?role=reader", value);
    assert.deepEqual([status, Code], [401, "TokenMissing"]);
    assert.match(Message, /must have the token alone, or after `Bearer`, without quotes/);
  }
  // The variable with the token is empty.
  const { Message } = await get("?role=reader", "Bearer ");
  assert.match(Message, /the request has no token/);
});

test("a limit that the URL does not support, or a parameter that is repeated or misspelled, is rejected instead of ignored", async () => {
  const authorization = `Bearer ${await issuer.token()}`;
  for (const query of ["sessionPolicy=%7B%7D", "duration=900", "refresh=true", "role=other", "Role=reader"]) {
    const { status, Code, Message } = await get(`?role=reader&${query}`, authorization);
    assert.deepEqual([status, Code], [400, "InvalidParameter"], query);
    assert.match(Message, /allowed are role, durationSeconds, minRemainingSeconds/);
  }
  const response = await worker.get("/api/buckets?role=reader&max-buckets=1", { authorization });
  assert.equal((await response.json()).title, "InvalidParameter");
});

test("a URL with the role in its path gets the right one, in the format that AWS SDKs show", async () => {
  for (const path of ["/reader", "/?role=reader"]) {
    const { status, Code, Message } = await get(path, `Bearer ${await issuer.token()}`);
    assert.deepEqual([status, Code, Message], [404, "NotFound", "no such route; use /api/container?role=NAME"]);
  }
});
