// `sts-web/aws-sdk` compared with @aws-sdk/client-sts: what programs, other clients, proxies, loggers and mocks expect
// of a client.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { Readable } from "node:stream";
import { test } from "node:test";

import * as ours from "../../pkg/dist/entry/node.js";

const require = createRequire(new URL("../../pkg/package.json", import.meta.url));
/** @type {any} */
const theirs = require("@aws-sdk/client-sts");
/** @type {{ mockClient(client: object): any }} Its own types require the SDK's middleware. */
const { mockClient } = require("aws-sdk-client-mock");
const { NodeHttpHandler } = require("@smithy/node-http-handler");
const { FetchHttpHandler } = require("@smithy/fetch-http-handler");
const { SignatureV4 } = require("@smithy/signature-v4");

const sandbox = JSON.parse(process.env.STS_WEB_SANDBOX ?? "{}");
const { endpoint, region, accessKeyId, secretAccessKey, roleArn } = sandbox;
const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "input-secret", sessionToken: "input-token" };
const input = { RoleArn: "arn:aws:iam::123456789012:role/test-role", RoleSessionName: "session" };
const IDENTITY =
  "<GetCallerIdentityResponse><GetCallerIdentityResult><UserId>AIDA</UserId><Account>012345678901</Account>" +
  "<Arn>arn:aws:iam::012345678901:user/me</Arn></GetCallerIdentityResult>" +
  "<ResponseMetadata><RequestId>id</RequestId></ResponseMetadata></GetCallerIdentityResponse>";
const ROLE =
  "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAEXAMPLE</AccessKeyId>" +
  "<SecretAccessKey>output-secret</SecretAccessKey><SessionToken>output-token</SessionToken>" +
  "<Expiration>2099-01-01T00:00:00Z</Expiration></Credentials><AssumedRoleUser><AssumedRoleId>AROA:session</AssumedRoleId>" +
  "<Arn>arn:aws:sts::123456789012:assumed-role/test-role/session</Arn></AssumedRoleUser></AssumeRoleResult>" +
  "<ResponseMetadata><RequestId>id</RequestId></ResponseMetadata></AssumeRoleResponse>";
const DENIED =
  "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>no</Message></Error>" +
  "<RequestId>id</RequestId></ErrorResponse>";

/** Returns a request handler that records requests, and responds with `body`. */
function recorder(body, statusCode = 200) {
  const requests = [];
  return {
    requests,
    destroyed: 0,
    /** @returns {Promise<{ response: any }>} */
    async handle(request) {
      requests.push(request);
      const content = typeof body === "function" ? body(request) : body;
      return { response: { statusCode, headers: { "x-amzn-requestid": "id" }, body: content } };
    },
    destroy() {
      this.destroyed += 1;
    },
  };
}

/** Encodes a body as bytes, because the SDK cannot read strings. */
const bytes = (text) => new TextEncoder().encode(text);

test("aws-sdk-client-mock replaces the calls of both clients", async () => {
  for (const Client of [ours.STS, ours.STSClient]) {
    const mock = mockClient(Client);
    mock.on(ours.GetCallerIdentityCommand).resolves({ Account: "mocked" });
    mock
      .on(ours.AssumeRoleCommand, { RoleSessionName: "denied" })
      .rejects(Object.assign(new Error("no"), { name: "X" }));
    const client = new Client({ region: "eu-west-1", credentials });
    assert.equal((await client.send(new ours.GetCallerIdentityCommand())).Account, "mocked");
    await assert.rejects(client.send(new ours.AssumeRoleCommand({ ...input, RoleSessionName: "denied" })), {
      name: "X",
    });
    assert.equal(mock.commandCalls(ours.AssumeRoleCommand).length, 1);
    mock.restore();
  }
});

test("aws-sdk-client-mock replaces the methods of STS, and the calls of the providers", async () => {
  const mock = mockClient(ours.STS);
  mock.on(ours.AssumeRoleCommand, input).resolvesOnce({ PackedPolicySize: 1 }).resolves({ PackedPolicySize: 2 });
  const sts = new ours.STS({ region: "eu-west-1", credentials });
  assert.equal((await sts.assumeRole(input)).PackedPolicySize, 1);
  assert.equal((await sts.assumeRole(input)).PackedPolicySize, 2);
  assert.deepEqual(
    mock.calls().map(({ args: [command] }) => [command.constructor.name, command.input]),
    [
      ["AssumeRoleCommand", input],
      ["AssumeRoleCommand", input],
    ],
  );
  mock.restore();

  const stub = mockClient(ours.STSClient);
  stub.on(ours.AssumeRoleCommand).resolves({
    Credentials: { AccessKeyId: "ASIA", SecretAccessKey: "s", SessionToken: "t", Expiration: new Date("2099-01-01") },
  });
  const { accessKeyId } = await ours.fromTemporaryCredentials({ params: input, masterCredentials: credentials })();
  assert.equal(accessKeyId, "ASIA");
  stub.restore();
});

/** Options in the forms that the SDK accepts: values, objects and functions. */
const OPTIONS = [
  {},
  { endpoint: "http://127.0.0.1:4566/base" },
  { endpoint: async () => "http://127.0.0.1:4566" },
  { endpoint: { protocol: "http:", hostname: "127.0.0.1", port: 4566, path: "/base/" } },
  { endpoint: async () => ({ protocol: "https:", hostname: "sts.example", path: "/" }) },
  { endpoint: { url: new URL("https://sts.example/base") } },
  { useFipsEndpoint: true },
  { useFipsEndpoint: async () => true },
  { useFipsEndpoint: async () => false, useDualstackEndpoint: async () => false },
  { useDualstackEndpoint: true },
  { useDualstackEndpoint: async () => true, maxAttempts: async () => 1 },
  { region: async () => "ap-south-1", maxAttempts: 7 },
  { endpoint: { url: "http://127.0.0.1:4566/sts" } },
  { region: "fips-us-west-2" },
  { region: "us-west-2-fips", useDualstackEndpoint: true },
  { region: async () => "fips-aws-global" },
  { region: "aws-fips" },
];

/** Returns what other code reads from `client.config`, and where a call is sent. */
async function observeConfig({ STSClient, GetCallerIdentityCommand }, options) {
  const requestHandler = recorder(bytes(IDENTITY));
  const client = new STSClient({ region: "eu-west-1", credentials, requestHandler, ...options });
  await client.send(new GetCallerIdentityCommand({}));
  const [{ protocol, hostname, port, path, method, headers }] = requestHandler.requests;
  const { config } = client;
  const parts = ({ protocol, hostname, port, path }) => ({ protocol, hostname, port, path });
  const resolved = await config.endpoint?.();
  return {
    sent: {
      protocol,
      hostname,
      port,
      path,
      method,
      host: headers.host,
      scope: /\/(\S+),/.exec(headers.authorization)[1],
    },
    region: await config.region(),
    useFipsEndpoint: await config.useFipsEndpoint(),
    useDualstackEndpoint: await config.useDualstackEndpoint(),
    maxAttempts: await config.maxAttempts(),
    // The SDK returns an object with `url` as it is.
    endpoint: resolved && !("url" in resolved) && !options.endpoint?.url ? parts(resolved) : undefined,
    accessKeyId: (await config.credentials()).accessKeyId,
    serviceId: config.serviceId,
    apiVersion: config.apiVersion,
    requestHandler: config.requestHandler === requestHandler,
  };
}

for (const options of OPTIONS) {
  const name = JSON.stringify(options, (_, value) => (typeof value === "function" ? String(value) : value));
  test(`the endpoint and the resolved configuration are the SDK's with ${name}`, async () => {
    assert.deepEqual(await observeConfig(ours, options), await observeConfig(theirs, options));
  });
}

test("a missing region and missing credentials are errors when they are read", async () => {
  const { config } = new ours.STSClient();
  await assert.rejects(config.region(), { name: "RegionMissing" });
  await assert.rejects(config.credentials(), { name: "CredentialsProviderError" });
  const destroyed = new ours.STSClient({ region, credentials });
  destroyed.destroy();
  await assert.rejects(destroyed.config.credentials(), { name: "ClientDestroyed" });
  assert.doesNotMatch(require("node:util").inspect(new ours.STS({ region, credentials }), { depth: 9 }), /input-/);
});

test("members that are getters or inherited are sent, as by the SDK", async () => {
  class Scoped {
    RoleArn = input.RoleArn;
    get RoleSessionName() {
      return "session";
    }
    get Policy() {
      return "{}";
    }
    describe() {
      return "a method is no member";
    }
  }
  class Tagged extends Scoped {
    Tags = [Object.create({ Key: "team", Value: "storage" })];
  }
  for (const value of [new Scoped(), new Tagged(), Object.create(input), Object.assign(Object.create(null), input)]) {
    const [sent, expected] = await Promise.all(
      [ours, theirs].map(async ({ STSClient, AssumeRoleCommand }) => {
        const requestHandler = recorder(bytes(ROLE));
        const client = new STSClient({ region: "eu-west-1", credentials, requestHandler });
        await client.send(new AssumeRoleCommand(value));
        return Object.fromEntries(new URLSearchParams(requestHandler.requests[0].body));
      }),
    );
    assert.deepEqual(sent, expected);
  }
});

test("maxAttempts may be text or a fraction, as in the SDK, and anything else is an error", async () => {
  for (const maxAttempts of /** @type {any[]} */ (["3", 2.5, Number.POSITIVE_INFINITY])) {
    for (const { STSClient, GetCallerIdentityCommand } of [ours, theirs]) {
      let attempts = 0;
      const requestHandler = {
        async handle() {
          attempts += 1;
          const body = bytes(attempts < 3 ? "" : IDENTITY);
          return { response: { statusCode: attempts < 3 ? 500 : 200, headers: { "retry-after": "0" }, body } };
        },
      };
      const client = new STSClient({ region: "eu-west-1", credentials, requestHandler, maxAttempts });
      assert.equal((await client.send(new GetCallerIdentityCommand({}))).Account, "012345678901");
      assert.equal(attempts, 3);
    }
  }
  for (const maxAttempts of /** @type {any[]} */ (["three", Number.NaN, 0, -1])) {
    const sts = new ours.STS({ region: "eu-west-1", credentials, maxAttempts });
    await assert.rejects(sts.getCallerIdentity(), { name: "InvalidOption", message: /maxAttempts/ });
  }
  for (const maxAttempts of /** @type {any[]} */ ([undefined, null, () => undefined, async () => null])) {
    assert.equal(await new ours.STS({ region, credentials, maxAttempts }).config.maxAttempts(), 3);
  }
});

test("a handler's response headers correct the clock, and set the delay of a retry", async () => {
  const skewed = "<ErrorResponse><Error><Code>RequestTimeTooSkewed</Code><Message>m</Message></Error></ErrorResponse>";
  for (const { STSClient, GetCallerIdentityCommand } of [ours, theirs]) {
    let attempts = 0;
    const requestHandler = {
      async handle() {
        attempts += 1;
        const headers = { date: new Date(Date.now() + 7_200_000).toUTCString() };
        const [statusCode, body] = attempts === 1 ? [403, skewed] : [200, IDENTITY];
        return { response: { statusCode, headers, body: bytes(body) } };
      },
    };
    const client = new STSClient({ region: "eu-west-1", credentials, requestHandler });
    await client.send(new GetCallerIdentityCommand({}));
    assert.equal(attempts, 2);
  }
  const controller = new AbortController();
  const throttled = {
    async handle() {
      // The delay has begun soon afterwards.
      setTimeout(() => controller.abort(), 50);
      return { response: { statusCode: 503, headers: { "retry-after": "15" }, body: "" } };
    },
  };
  const sts = new ours.STS({ region: "eu-west-1", credentials, requestHandler: throttled, maxAttempts: 9 });
  await assert.rejects(sts.getCallerIdentity({}, { abortSignal: controller.signal }), { name: "AbortError" });
});

test("a handler for HTTP/2 responds with pseudo-headers, and a mock without headers", async () => {
  for (const headers of /** @type {any[]} */ ([{ ":status": "200", date: "now" }, {}, undefined])) {
    const requestHandler = { handle: async () => ({ response: { statusCode: 200, headers, body: IDENTITY } }) };
    const sts = new ours.STS({ region: "eu-west-1", credentials, requestHandler });
    assert.equal((await sts.getCallerIdentity()).Account, "012345678901");
  }
});

test("credentials may be an instance of a class, and an object that is changed in place", async () => {
  class Keys {
    get accessKeyId() {
      return "AKIDGETTER";
    }
    get secretAccessKey() {
      return "secret";
    }
    get expiration() {
      return new Date("2099-01-01T00:00:00Z");
    }
  }
  const rotated = { accessKeyId: "AKIDFIRST", secretAccessKey: "secret" };
  for (const { STSClient, GetCallerIdentityCommand } of [ours, theirs]) {
    const signers = async (/** @type {any} */ credentials, change = () => {}) => {
      const requestHandler = recorder(bytes(IDENTITY));
      const client = new STSClient({ region: "eu-west-1", credentials, requestHandler });
      await client.send(new GetCallerIdentityCommand({}));
      change();
      await client.send(new GetCallerIdentityCommand({}));
      return requestHandler.requests.map(({ headers }) => /Credential=(\w+)/.exec(headers.authorization)[1]);
    };
    assert.deepEqual(await signers(new Keys()), ["AKIDGETTER", "AKIDGETTER"]);
    rotated.accessKeyId = "AKIDFIRST";
    const change = () => {
      rotated.accessKeyId = "AKIDSECOND";
    };
    assert.deepEqual(await signers(rotated, change), ["AKIDFIRST", "AKIDSECOND"]);
  }
});

test("a signer of the SDK signs with a client's region and credentials", async () => {
  const { region, credentials: provider } = new ours.STSClient({ region: "eu-west-1", credentials }).config;
  const sha256 = new theirs.STSClient({ region: "eu-west-1" }).config.sha256;
  const signer = new SignatureV4({ service: "sts", region, credentials: provider, sha256 });
  const url = { protocol: "https:", hostname: "sts.eu-west-1.amazonaws.com", path: "/", query: {} };
  const { headers } = await signer.sign({ ...url, method: "GET", headers: { host: url.hostname } });
  assert.match(headers.authorization, /Credential=AKIDEXAMPLE\/\d+\/eu-west-1\/sts\/aws4_request/);
});

test("the SDK's request handlers send the requests", async () => {
  for (const Handler of [NodeHttpHandler, FetchHttpHandler]) {
    const requestHandler = new Handler();
    const sts = new ours.STS({ endpoint, region, credentials: { accessKeyId, secretAccessKey }, requestHandler });
    assert.match((await sts.getCallerIdentity()).Arn, /user\/test-user$/);
    const wrong = new ours.STS({
      endpoint,
      region,
      credentials: { accessKeyId, secretAccessKey: "x" },
      requestHandler,
    });
    await assert.rejects(wrong.getCallerIdentity(), { name: "SignatureDoesNotMatch" });
    sts.destroy();
  }
});

test("a request handler may return its body in any shape", async () => {
  const shapes = [
    IDENTITY,
    bytes(IDENTITY),
    bytes(IDENTITY).buffer,
    new Blob([IDENTITY]),
    new Response(IDENTITY).body,
    Readable.from([IDENTITY.slice(0, 50), IDENTITY.slice(50)].map((part) => Buffer.from(part))),
  ];
  for (const shape of shapes) {
    const requestHandler = recorder(shape);
    const sts = new ours.STS({ region: "eu-west-1", credentials, requestHandler });
    assert.equal((await sts.getCallerIdentity()).Account, "012345678901");
    sts.destroy();
    assert.equal(requestHandler.destroyed, 1);
  }
  const requestHandler = recorder(undefined, 204);
  const sts = new ours.STS({ region: "eu-west-1", credentials, requestHandler });
  await assert.rejects(sts.getCallerIdentity(), ({ name, $metadata }) => {
    assert.deepEqual([name, $metadata.httpStatusCode], ["UnexpectedResponse", 204]);
    return true;
  });
});

test("a request handler gets an abort signal and a request that it can copy", async () => {
  let received;
  const requestHandler = {
    handle: async (request, { abortSignal }) => {
      received = { request, abortSignal };
      throw new Error("proxy refused");
    },
  };
  const sts = new ours.STS({ region: "eu-west-1", credentials, requestHandler, maxAttempts: 1 });
  await assert.rejects(sts.getCallerIdentity(), { name: "NetworkError", message: /proxy refused/ });
  assert.ok(received.abortSignal instanceof AbortSignal);
  const copy = received.request.clone();
  copy.headers.host = "other";
  assert.equal(received.request.headers.host, "sts.eu-west-1.amazonaws.com");
  assert.equal(copy.body, "Action=GetCallerIdentity&Version=2011-06-15");
  assert.throws(
    () => new ours.STS({ requestHandler: /** @type {any} */ ({ requestTimeout: 1000 }) }),
    /requestHandler has no method handle: pass new NodeHttpHandler/,
  );
});

/** Returns the log entries of one call. */
async function observeLog({ STSClient, AssumeRoleCommand }, body, status) {
  const entries = [];
  const logger = Object.fromEntries(
    ["trace", "debug", "info", "warn", "error"].map((level) => [level, (content) => entries.push([level, content])]),
  );
  const client = new STSClient({
    region: "eu-west-1",
    credentials,
    requestHandler: recorder(bytes(body), status),
    logger,
  });
  const command = new AssumeRoleCommand({
    ...input,
    SerialNumber: "arn:aws:iam::123456789012:mfa/me",
    TokenCode: "123456",
  });
  await client.send(command).catch(() => {});
  for (const [, { metadata }] of entries) {
    for (const name of ["cfId", "extendedRequestId"])
      if (metadata && metadata[name] === undefined) delete metadata[name];
  }
  // The SDK's debug entries are about the configuration files that it reads.
  return entries.filter(([level]) => level !== "debug");
}

test("a logger gets the SDK's entries, with every secret hidden", async () => {
  const hide = { Credentials: { SessionToken: "***SensitiveInformation***" }, TokenCode: "***SensitiveInformation***" };
  const [[level, entry]] = await observeLog(theirs, ROLE, 200);
  const own = await observeLog(ours, ROLE, 200);
  assert.equal(own.length, 1);
  // The SDK hides the secret access key, but neither the session token nor the code.
  entry.input.TokenCode = hide.TokenCode;
  entry.output.Credentials.SessionToken = hide.Credentials.SessionToken;
  assert.deepEqual(own, [[level, entry]]);
  assert.doesNotMatch(JSON.stringify(own), /output-secret|output-token|123456"|input-/);

  const [[failedLevel, failed]] = await observeLog(theirs, DENIED, 403);
  const [[ownLevel, { error, ...ownFailed }]] = await observeLog(ours, DENIED, 403);
  const { error: theirError, ...rest } = failed;
  rest.input.TokenCode = hide.TokenCode;
  assert.deepEqual([ownLevel, ownFailed], [failedLevel, rest]);
  assert.equal(error.name, theirError.name);
});

test("tokens and assertions are hidden in a log", async () => {
  const entries = [];
  const logger = { error: (entry) => entries.push(entry) };
  const sts = new ours.STS({ region: "eu-west-1", credentials, requestHandler: recorder(DENIED, 403), logger });
  const role = { RoleArn: input.RoleArn, RoleSessionName: "s" };
  await sts.assumeRoleWithWebIdentity({ ...role, WebIdentityToken: "secret-1" }).catch(() => {});
  await sts
    .assumeRoleWithSAML({
      RoleArn: input.RoleArn,
      PrincipalArn: "arn:aws:iam::123456789012:saml-provider/x",
      SAMLAssertion: "secret-2",
    })
    .catch(() => {});
  await sts.decodeAuthorizationMessage({ EncodedMessage: "message" }).catch(() => {});
  /** @type {any} */
  const cyclic = { ...input };
  cyclic.Tags = [cyclic];
  await sts.assumeRole(cyclic).catch(() => {});
  assert.equal(entries.length, 4);
  assert.doesNotMatch(JSON.stringify(entries), /secret-/);
});

test("the same inputs have the same members on the wire, empty lists included", async () => {
  const inputs = [
    { ...input, Tags: [], PolicyArns: [], TransitiveTagKeys: ["a"] },
    { ...input, Tags: [{ Key: "a b", Value: "" }], PolicyArns: [{ arn: "arn:aws:iam::aws:policy/ReadOnlyAccess" }] },
  ];
  for (const members of inputs) {
    const bodies = [];
    for (const { STSClient, AssumeRoleCommand } of [ours, theirs]) {
      const requestHandler = recorder(bytes(ROLE));
      await new STSClient({ region: "eu-west-1", credentials, requestHandler }).send(new AssumeRoleCommand(members));
      bodies.push([...new URLSearchParams(requestHandler.requests[0].body)].sort());
    }
    assert.deepEqual(bodies[0], bodies[1]);
  }
});

test("what the SDK exports is exported, except for the names that COMING-FROM.md lists", () => {
  const missing = Object.keys(theirs).filter((name) => !(name in ours));
  const schemas = missing.filter((name) => name !== "$Command" && name.endsWith("$"));
  assert.ok(schemas.length > 30, "the schemas, such as `AssumeRole$`");
  assert.deepEqual(
    missing.filter((name) => !schemas.includes(name)),
    ["__Client", "decorateDefaultCredentialProvider", "errorTypeRegistries"],
  );
  assert.deepEqual(ours.WebIdentityTokenSubjectModeType, theirs.WebIdentityTokenSubjectModeType);
  assert.ok(new ours.AssumeRoleCommand(input) instanceof ours.$Command);
});

test("middleware is an error that names the alternatives", () => {
  const error = { name: "NotSupported", message: /use fetch, requestHandler or logger/ };
  assert.throws(() => new ours.STS({ region }).middlewareStack, error);
  assert.throws(() => new ours.GetCallerIdentityCommand().middlewareStack, error);
});

/** Returns a handler for STS and S3, and the hosts that it was called for. */
function fakeAws() {
  const handler = recorder(({ hostname }) => {
    if (hostname.startsWith("sts")) return bytes(ROLE);
    return bytes(
      "<ListAllMyBucketsResult><Buckets><Bucket><Name>one</Name></Bucket></Buckets></ListAllMyBucketsResult>",
    );
  });
  return { handler, hosts: () => handler.requests.map(({ hostname }) => hostname) };
}

test("role credentials in another client are requested in its region, through its request handler", async () => {
  const { ListBucketsCommand, S3Client } = require("@aws-sdk/client-s3");
  const regions = ["eu-central-1", async () => "ap-south-1"];
  for (const region of regions) {
    const { handler, hosts } = fakeAws();
    const provider = ours.fromTemporaryCredentials({ params: { RoleArn: roleArn }, masterCredentials: credentials });
    const s3 = new S3Client({ region, credentials: provider, requestHandler: handler });
    assert.equal((await s3.send(new ListBucketsCommand({}))).Buckets[0].Name, "one");
    const name = typeof region === "function" ? await region() : region;
    assert.deepEqual(hosts(), [`sts.${name}.amazonaws.com`, `s3.${name}.amazonaws.com`]);
    assert.match(handler.requests[0].body, /&RoleSessionName=aws-sdk-js-\d+$/);
    assert.match(handler.requests[1].headers.authorization, /Credential=ASIAEXAMPLE/);
  }
});

test("the options of a provider take precedence over the caller's, and have the SDK's defaults", async () => {
  const { handler, hosts } = fakeAws();
  const caller = {
    region: async () => "eu-west-1",
    requestHandler: handler,
    credentialDefaultProvider: () => async () => ({ ...credentials, accessKeyId: "AKIDDEFAULT" }),
  };
  const assume = (clientConfig, callerClientConfig) =>
    ours.fromTemporaryCredentials({ params: { RoleArn: input.RoleArn }, clientConfig })({ callerClientConfig });
  await assume({ region: "us-west-2" }, caller);
  await assume({ credentials }, caller);
  await assume({ credentials, requestHandler: handler }, undefined);
  assert.deepEqual(hosts(), [
    "sts.us-west-2.amazonaws.com",
    "sts.eu-west-1.amazonaws.com",
    "sts.us-east-1.amazonaws.com",
  ]);
  const signers = handler.requests.map(({ headers }) => /Credential=(\w+)/.exec(headers.authorization)[1]);
  assert.deepEqual(signers, ["AKIDDEFAULT", "AKIDEXAMPLE", "AKIDEXAMPLE"]);
});

test("a caller's request handler for HTTP/2 is not used, because STS does not support HTTP/2", async () => {
  const { handler } = fakeAws();
  const http2 = { ...handler, metadata: { handlerProtocol: "h2" } };
  const provider = ours.fromTemporaryCredentials({
    params: { RoleArn: input.RoleArn },
    clientConfig: { endpoint: "http://127.0.0.1:1", credentials, maxAttempts: 1 },
  });
  await assert.rejects(provider({ callerClientConfig: { requestHandler: http2 } }), { name: "NetworkError" });
  assert.equal(handler.requests.length, 0);
});

test("a missing MFA code ends a chain of providers", async () => {
  const provider = ours.fromTemporaryCredentials({
    params: { ...input, SerialNumber: "arn:aws:iam::123456789012:mfa/me" },
  });
  await assert.rejects(provider(), { name: "CredentialsProviderError", tryNextLink: false });
});

test("fromWebToken trims the token, and calls STS in the caller's region", async () => {
  const handler = recorder(ROLE.replaceAll("AssumeRoleRe", "AssumeRoleWithWebIdentityRe"));
  const provider = ours.fromWebToken({ roleArn: input.RoleArn, webIdentityToken: async () => "token\n" });
  await provider({ callerClientConfig: { region: "eu-north-1", requestHandler: handler } });
  const [{ hostname, body }] = handler.requests;
  assert.equal(hostname, "sts.eu-north-1.amazonaws.com");
  assert.match(body, /RoleSessionName=aws-sdk-js-session-\d+&WebIdentityToken=token$/);
});

test("role assumers assume roles for the SDK's providers of configuration files", async () => {
  const requestHandler = recorder(ROLE);
  const assumeRole = ours.getDefaultRoleAssumer({ requestHandler });
  assert.equal((await assumeRole(credentials, input)).sessionToken, "output-token");
  await assumeRole({ ...credentials, accessKeyId: "AKIDSECOND" }, input);
  assert.match(requestHandler.requests[1].headers.authorization, /AKIDSECOND\/\d+\/us-east-1/);
  const withToken = ours.getDefaultRoleAssumerWithWebIdentity({
    requestHandler: recorder(ROLE.replaceAll("AssumeRoleRe", "AssumeRoleWithWebIdentityRe")),
  });
  assert.equal((await withToken({ ...input, WebIdentityToken: "token" })).accessKeyId, "ASIAEXAMPLE");
});
