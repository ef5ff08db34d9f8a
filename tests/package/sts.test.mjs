// The package in Node, against the sandbox and against stubs of fetch.

import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { arrayBuffer } from "node:stream/consumers";
import { test } from "node:test";
import { inspect } from "node:util";

import * as sts from "../../pkg/dist/entry/node.js";

const { exportCredentials, ExpiredTokenException, Signer, STS, STSClientError, STSServiceException } = sts;
const sandbox = JSON.parse(process.env.STS_WEB_SANDBOX ?? "{}");
const { accessKeyId, secretAccessKey, roleArn, roleSessionName } = sandbox;
const { endpoint, region } = sandbox;
const role = { RoleArn: roleArn, RoleSessionName: roleSessionName };

/** @param {import("../../pkg/dist/index.js").STSClientConfig} [options] */
const client = (options) => new STS({ region, endpoint, credentials: { accessKeyId, secretAccessKey }, ...options });

/**
 * @param {number} status
 * @param {string} body
 */
const stub = (status, body) => async () => new Response(body, { status });

/**
 * @param {string} code
 * @param {number} [status]
 */
const errorStub = (code, status = 400) =>
  stub(
    status,
    `<ErrorResponse><Error><Code>${code}</Code><Message>m</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
  );
const identity =
  "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>a</Arn><UserId>u</UserId><Account>000000000012</Account>" +
  "</GetCallerIdentityResult><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></GetCallerIdentityResponse>";

test("a timeout longer than any timer does not end a call immediately", async () => {
  for (const requestTimeout of [Number.POSITIVE_INFINITY, 2 ** 31]) {
    const fetch = async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return new Response(identity);
    };
    assert.equal((await client({ fetch, requestTimeout, maxAttempts: 1 }).getCallerIdentity()).Arn, "a");
  }
});

test("a user assumes a role and calls STS with the role credentials", async () => {
  const user = client();
  assert.equal((await user.getCallerIdentity()).Arn, "arn:aws:iam::123456789012:user/test-user");
  const { Credentials, AssumedRoleUser, $metadata } = await user.assumeRole({ ...role, DurationSeconds: 3600 });
  assert.ok(Credentials.Expiration instanceof Date && Credentials.Expiration > new Date());
  assert.match(AssumedRoleUser.Arn, /assumed-role\/test-role\/s3-access-example$/);
  assert.equal($metadata.httpStatusCode, 200);
  assert.equal($metadata.attempts, 1);
  const { AccessKeyId, SecretAccessKey, SessionToken } = Credentials;
  const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
  const asRole = await client({ credentials: async () => credentials }).getCallerIdentity({});
  assert.match(asRole.Arn, /assumed-role\/test-role/);
});

test("errors have the SDK's classes, and a hint", async () => {
  const wrong = client({ credentials: { accessKeyId, secretAccessKey: "wrong" } });
  await assert.rejects(wrong.getCallerIdentity(), (error) => {
    assert.ok(error instanceof STSServiceException && error instanceof Error);
    assert.equal(error.name, "SignatureDoesNotMatch");
    assert.equal(error.$fault, "client");
    assert.equal(error.$metadata.httpStatusCode, 403);
    assert.ok(error.$metadata.requestId);
    assert.match(error.hint, /secret access key/);
    return true;
  });
  for (const code of ["ExpiredToken", "ExpiredTokenException"]) {
    await assert.rejects(client({ fetch: errorStub(code) }).getCallerIdentity(), (error) => {
      assert.ok(error instanceof ExpiredTokenException);
      // The SDK's users compare the name with the code that STS has returned.
      assert.deepEqual([error.name, error.Code], [code, code]);
      return true;
    });
  }
});

test("an invalid input is rejected with all its violations and never sent", async () => {
  const fetch = () => assert.fail("sent");
  /** @type {any} */
  const input = { RoleARN: roleArn, DurationSeconds: 1.5, Tags: [{ Key: 1 }] };
  await assert.rejects(client({ fetch }).assumeRole(input), (error) => {
    assert.ok(error instanceof STSClientError);
    assert.deepEqual(
      error.violations.map((violation) => violation.message),
      [
        "RoleArn is missing; it is required",
        "RoleSessionName is missing; it is required",
        "DurationSeconds is 1.5; it must be an integer",
        "Tags[0].Key is a number; it must be a string",
        "Tags[0].Value is missing; it is required",
        "RoleARN is not a member of AssumeRole; did you mean RoleArn?",
      ],
    );
    return true;
  });
  /** @type {any} */
  const circular = {};
  circular.RoleArn = circular;
  await assert.rejects(client({ fetch }).assumeRole(circular), /RoleArn is an object; it must be a string/);
});

test("request returns the signed request without sending it", async () => {
  const signer = new STS({
    region: "us-east-1",
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" },
    fetch: () => assert.fail("sent"),
  });
  const request = await signer.request("GetCallerIdentity", {}, { signingDate: new Date("2015-08-30T12:36:00Z") });
  assert.equal(request.url, "https://sts.us-east-1.amazonaws.com/");
  assert.equal(request.body, "Action=GetCallerIdentity&Version=2011-06-15");
  assert.deepEqual(Object.keys(request.headers), ["content-type", "x-amz-date", "authorization"]);
  assert.match(request.canonicalRequest, /^POST\n\/\n\ncontent-type:/);
  assert.match(request.stringToSign, /^AWS4-HMAC-SHA256\n20150830T123600Z\n20150830\/us-east-1\/sts\/aws4_request\n/);
  const unsigned = await new STS({ region: "us-east-1" }).request("AssumeRoleWithWebIdentity", {
    ...role,
    WebIdentityToken: "token",
  });
  assert.equal(unsigned.headers.authorization, undefined);
});

test("parse reads a response that was received elsewhere", async () => {
  const parser = new STS({ region: "us-east-1" });
  const output = await parser.parse("GetCallerIdentity", { status: 200, body: identity });
  assert.deepEqual(output, {
    UserId: "u",
    Account: "000000000012",
    Arn: "a",
    $metadata: { httpStatusCode: 200, requestId: "r-1" },
  });
  await assert.rejects(parser.parse("GetCallerIdentity", { status: 200, body: "<html>" }), {
    name: "UnexpectedResponse",
  });
  const bytes = new TextEncoder().encode("<Error><Code>AccessDenied</Code></Error>");
  const denied = { status: 403, headers: new Headers({ "x-amzn-requestid": "r-2" }), body: bytes };
  await assert.rejects(parser.parse("GetCallerIdentity", denied), {
    $metadata: { httpStatusCode: 403, requestId: "r-2", attempts: 0, totalRetryDelay: 0 },
  });
});

test("strings cross to the module and back unchanged, and unsupported values are rejected", async () => {
  const text = "é€🔑:e:s5:x\n";
  const user = new STS({
    region: "us-east-1",
    credentials: { accessKeyId: "AKID", secretAccessKey: "secret" },
    validate: false,
  });
  const { body } = await user.request("GetFederationToken", {
    Name: text,
    Policy: "\ud800!",
    Tags: [{ Key: "", Value: text }],
  });
  const form = new URLSearchParams(body);
  assert.deepEqual(
    ["Name", "Policy", "Tags.member.1.Key", "Tags.member.1.Value"].map((name) => form.get(name)),
    [text, "\ufffd!", "", text],
  );
  const response = `<GetCallerIdentityResponse><GetCallerIdentityResult><UserId>${text}</UserId><Account>1</Account><Arn>__proto__</Arn>
    </GetCallerIdentityResult></GetCallerIdentityResponse>`;
  assert.equal((await user.parse("GetCallerIdentity", { status: 200, body: response })).UserId, text);
  /** @type {{ Tags?: unknown[] }} */
  const circular = {};
  circular.Tags = [circular];
  const validating = new STS({ region: "us-east-1", credentials: { accessKeyId: "AKID", secretAccessKey: "secret" } });
  for (const input of [
    circular,
    { Name: 5n },
    { Name: () => {} },
    { Name: "abc", DurationSeconds: 900.5 },
    { Name: "abc", DurationSeconds: true },
  ]) {
    await assert.rejects(validating.request("GetFederationToken", input), { name: "InvalidInput" });
  }
});

test("numbers and times cross from the module unchanged", async () => {
  const user = new STS({ region: "us-east-1" });
  for (const [number, time] of [
    [-120, "1970-01-01T00:00:00.000Z"],
    [0, "2026-11-25T06:40:00.000Z"],
    [9_007_199_254, "9999-12-31T23:59:59.000Z"],
  ]) {
    const credentials = `<AccessKeyId>a</AccessKeyId><SecretAccessKey>b</SecretAccessKey><SessionToken>c</SessionToken><Expiration>${time}</Expiration>`;
    const result = `<Credentials>${credentials}</Credentials><PackedPolicySize>${number}</PackedPolicySize>`;
    const body = `<AssumeRoleResponse><AssumeRoleResult>${result}</AssumeRoleResult></AssumeRoleResponse>`;
    const { Credentials, PackedPolicySize } = await user.parse("AssumeRole", { status: 200, body });
    assert.deepEqual([PackedPolicySize, Credentials.Expiration.toISOString()], [number, time]);
  }
});

test("an abort signal ends a call immediately, during a request and during a delay", async () => {
  /** @type {(url: string, init: any) => Promise<Response>} */
  const hanging = (_url, { signal }) =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  const throttled = errorStub("Throttling");
  for (const fetch of [hanging, throttled]) {
    const controller = new AbortController();
    const call = client({ fetch, maxAttempts: 20 }).getCallerIdentity({}, { abortSignal: controller.signal });
    setTimeout(() => controller.abort(), 30);
    const started = performance.now();
    await assert.rejects(call, { name: "AbortError" });
    assert.ok(performance.now() - started < 2000);
  }
  const before = client({ fetch: () => assert.fail("sent") });
  await assert.rejects(before.getCallerIdentity({}, { abortSignal: AbortSignal.abort() }), { name: "AbortError" });
  // A provider may wait for the user, who may never respond.
  const asking = new AbortController();
  const credentials = () => {
    asking.abort();
    return new Promise(() => {});
  };
  await assert.rejects(client({ credentials }).getCallerIdentity({}, { abortSignal: asking.signal }), {
    name: "AbortError",
  });
});

test("a custom fetch may respond with Node's streams, as node-fetch does, and throw anything", async () => {
  const body = Readable.from([identity]);
  const response = { ok: true, status: 200, headers: new Headers(), body, arrayBuffer: () => arrayBuffer(body) };
  assert.equal((await client({ fetch: async () => /** @type {any} */ (response) }).getCallerIdentity()).Arn, "a");
  for (const thrown of [undefined, null, "text"]) {
    const fetch = () => Promise.reject(thrown);
    await assert.rejects(client({ fetch, maxAttempts: 1 }).getCallerIdentity(), { name: "NetworkError" });
  }
});

test("clock skew is corrected once, and later calls need no correction", async () => {
  const skewed = client({ systemClockOffset: 2 * 3600 * 1000 });
  assert.equal((await skewed.getCallerIdentity()).$metadata.attempts, 2);
  assert.ok(Math.abs(skewed.systemClockOffset) < 5000);
  assert.equal((await skewed.getCallerIdentity()).$metadata.attempts, 1);
});

test("a region is required", async () => {
  await assert.rejects(
    new STS({ credentials: { accessKeyId, secretAccessKey } }).getCallerIdentity(),
    /the region is missing; set one/,
  );
  const lazy = client({ region: async () => "us-east-1" });
  assert.ok((await lazy.getCallerIdentity()).Arn);
});

test("missing and incomplete credentials are rejected", async () => {
  await assert.rejects(client({ credentials: undefined }).getCallerIdentity(), { name: "CredentialsProviderError" });
  await assert.rejects(client({ credentials: /** @type {any} */ ({ accessKeyId }) }).getCallerIdentity(), {
    name: "CredentialsProviderError",
  });
});

test("concurrent calls share one call of the provider, and credentials are refreshed before they expire", async () => {
  let calls = 0;
  const expiration = new Date(Date.now() + 3600_000);
  const credentials = async () => {
    calls += 1;
    return { accessKeyId: `AKIA${calls}`, secretAccessKey: "s", expiration };
  };
  const fresh = client({ credentials, fetch: stub(200, identity) });
  await Promise.all([1, 2, 3].map(() => fresh.getCallerIdentity()));
  assert.equal(calls, 1);
  const stale = client({ credentials, fetch: stub(200, identity) });
  await stale.getCallerIdentity();
  // Four minutes before the expiration, by the server's clock.
  stale.systemClockOffset = 56 * 60_000;
  await stale.getCallerIdentity();
  assert.equal(calls, 3);
});

test("a destroyed client rejects calls, and printing a client shows no secret", async () => {
  const user = client();
  await user.getCallerIdentity();
  assert.ok(!inspect(user, { depth: 9, showHidden: true }).includes(secretAccessKey));
  assert.ok(!JSON.stringify(user).includes(secretAccessKey));
  user.destroy();
  await assert.rejects(user.getCallerIdentity(), { name: "ClientDestroyed" });
});

test("the model is exported as data, with the constraints that inputs are validated against", () => {
  const { input, signed } = sts.operations.find(({ name }) => name === "AssumeRole");
  assert.ok(signed);
  /** @param {string} name */
  const member = (name) => input.find((member) => member.name === name);
  const { required, min, max, unit } = member("DurationSeconds");
  assert.deepEqual({ required, min, max, unit }, { required: undefined, min: 900, max: 43_200, unit: "seconds" });
  assert.ok(member("RoleArn").required && member("TokenCode").sensitive);
  assert.deepEqual(
    member("Tags").members.map(({ name }) => name),
    ["Key", "Value"],
  );
  assert.ok(sts.operations.every(({ documentation }) => documentation.length > 20));
});

test("credentials are exported for shells", async () => {
  const credentials = { accessKeyId: "AKIA", secretAccessKey: "it's", expiration: new Date("2026-11-23T19:00:00Z") };
  assert.match(exportCredentials(credentials, "sh"), /export AWS_SECRET_ACCESS_KEY='it'\\''s'/);
  assert.throws(() => exportCredentials(credentials, /** @type {any} */ ("tcsh")), /the format must be/);
});

test("after destroy the module's memory contains no secret, token or signing key", async () => {
  const secret = "ThisSecretIsLookedForInAllTheMemory+0123";
  const token = `ThisTokenIsLookedForInAllTheMemory/${"t".repeat(900)}`;
  const memoryIncludes = await scanMemory();
  const { createHmac } = await import("node:crypto");
  /**
   * @param {import("node:crypto").BinaryLike} key
   * @param {string} text
   */
  const hmac = (key, text) => createHmac("sha256", key).update(text).digest();
  const day = new Date().toISOString().slice(0, 10).replaceAll("-", "");
  const signingKey = ["us-east-1", "sts", "aws4_request"].reduce(hmac, hmac(`AWS4${secret}`, day));

  const user = new STS({
    region: "us-east-1",
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: secret, sessionToken: token },
    fetch: stub(200, identity),
  });
  await user.getCallerIdentity();
  // Control: before destroy the scan finds all three.
  for (const needle of [secret, token, signingKey]) assert.ok(memoryIncludes(needle));
  user.destroy();
  for (const needle of [secret, token, token.slice(0, 40), signingKey]) assert.ok(!memoryIncludes(needle));
});

test("after a call the module's memory contains nothing of its input", async () => {
  const memoryIncludes = await scanMemory();
  const assertion = `ThisAssertionIsLookedForInAllTheMemory${"+".repeat(4000)}`;
  const input = {
    RoleArn: "arn:aws:iam::123456789012:role/test-role",
    PrincipalArn: "arn:aws:iam::123456789012:saml-provider/test",
    SAMLAssertion: assertion,
  };
  let found = false;
  const fetch = async () => {
    // Control: during the request the scan finds it.
    found = memoryIncludes(assertion.slice(0, 38));
    return new Response("");
  };
  await assert.rejects(new STS({ region: "us-east-1", fetch }).assumeRoleWithSAML(input), STSClientError);
  assert.ok(found);
  assert.ok(!memoryIncludes(assertion.slice(0, 38)));
});

test("destroy wipes at least twice the stack that any call uses", async () => {
  const memory = await loadMemory();
  // The linker places the stack first. It grows down from the end of the first MiB, and is empty between calls.
  const stack = () => Buffer.from(memory.buffer, 0x1_0000, 0xf_0000);
  stack().fill(0xaa);
  const used = () => stack().length - stack().findIndex((byte) => byte !== 0xaa);

  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret", sessionToken: "t".repeat(2000) };
  /**
   * @param {number} depth
   * @returns {unknown}
   */
  const nested = (depth) => (depth ? [{ child: nested(depth - 1) }] : "");
  const inputs = [
    {},
    { RoleArn: nested(8) },
    { RoleArn: "arn:aws:iam::123456789012:role/a", RoleSessionName: "me", Tags: [{ Key: "a", Value: "b" }] },
  ];
  const bodies = [
    identity,
    "<a>".repeat(100),
    "<ErrorResponse><Errors>".repeat(20),
    "<html>",
    "&#x1F600;",
    identity.replace("<Arn>", "<Arn>&#x41;&lt;"),
  ];
  const user = new STS({ region: "us-east-1", credentials, maxAttempts: 1 });
  for (const name of /** @type {sts.OperationName[]} */ (sts.operations.map((operation) => operation.name))) {
    for (const input of inputs) await user.request(name, input).catch(() => {});
    for (const body of bodies)
      for (const status of [200, 400]) await user.parse(name, { status, body }).catch(() => {});
  }
  const signer = new Signer({ region: "us-east-1", service: "s3", credentials });
  await signer.sign("https://example.s3.amazonaws.com/a%2F+b?c=d&a=%20", {
    method: "PUT",
    headers: { "X-A": "b  c" },
    body: "e",
  });
  await signer.presign("https://example.s3.amazonaws.com/a?b=c", { expiresIn: 60 });
  assert.ok(used() > 1000 && used() < 8 * 1024, `${used()} bytes`);

  user.destroy();
  assert.ok(used() >= 16 * 1024, `${used()} bytes`);
});

test("destroyed clients do not grow the module's memory", async () => {
  const memory = await loadMemory();
  const createAndDestroy = async () => {
    // Finalizers do not run before the loop ends, so only destroy frees memory.
    for (let count = 0; count < 2000; count += 1) {
      const user = new STS({
        region: "us-east-1",
        credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: `secret ${count}` },
      });
      await user.request("GetCallerIdentity", {});
      user.destroy();
    }
    return memory.buffer.byteLength;
  };
  assert.equal(await createAndDestroy(), await createAndDestroy());
});

test("a client or signer destroyed during a call of its provider rejects, and keeps no credentials", async () => {
  const secret = "ThisSecretCameTooLateAndIsLookedFor+0123";
  const memoryIncludes = await scanMemory();
  /** @type {sts.STS | sts.Signer} */
  let user;
  const credentials = async () => {
    user.destroy();
    return { accessKeyId: "AKIDEXAMPLE", secretAccessKey: secret };
  };
  user = new STS({ region: "us-east-1", credentials });
  await assert.rejects(user.request("GetCallerIdentity", {}), { name: "ClientDestroyed" });
  user = new Signer({ region: "us-east-1", service: "s3", credentials });
  await assert.rejects(user.sign("https://example.s3.amazonaws.com/"), { name: "ClientDestroyed" });
  assert.ok(!memoryIncludes(secret));
});

test("a destroyed signer ignores credentials that a provider returns later", async () => {
  const secret = "ThisSecretCameToASignerThatWasDestroyed+0";
  const memoryIncludes = await scanMemory();
  /** @type {((credentials: import("../../pkg/dist/index.js").AwsCredentialIdentity) => void) | undefined} */
  let resolve;
  const credentials = () =>
    new Promise((fulfill) => {
      resolve = fulfill;
    });
  const signer = new Signer({ region: "us-east-1", service: "s3", credentials });
  const first = signer.sign("https://example.s3.amazonaws.com/");
  while (!resolve) await new Promise(setImmediate);
  signer.destroy();
  const second = signer.sign("https://example.s3.amazonaws.com/");
  await assert.rejects(second, { name: "ClientDestroyed" });
  resolve({ accessKeyId: "AKIDEXAMPLE", secretAccessKey: secret });
  await assert.rejects(first, { name: "ClientDestroyed" });
  await assert.rejects(signer.presign("https://example.s3.amazonaws.com/"), { name: "ClientDestroyed" });
  assert.ok(!memoryIncludes(secret));
});

test("a signer destroyed while it reads a body rejects, and keeps nothing of the body", async () => {
  const memoryIncludes = await scanMemory();
  const text = "ThisBodyIsLookedForInAllTheMemory".repeat(40);
  const signer = new Signer({
    region: "us-east-1",
    service: "s3",
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" },
  });
  await signer.sign("https://example.s3.amazonaws.com/");
  const body = new ReadableStream(
    {
      pull(stream) {
        signer.destroy();
        stream.enqueue(new TextEncoder().encode(text));
        stream.close();
      },
    },
    { highWaterMark: 0 },
  );
  /** @type {RequestInit & { duplex: "half" }} */
  const init = { method: "PUT", body, duplex: "half" };
  await assert.rejects(signer.sign("https://example.s3.amazonaws.com/", init), { name: "ClientDestroyed" });
  assert.ok(!memoryIncludes(text.slice(0, 33)));
});

test("a client destroyed while it is created rejects, even for unsigned operations", async () => {
  const region = async () => {
    user.destroy();
    return "us-east-1";
  };
  const user = new STS({ region, fetch: () => assert.fail("sent") });
  const input = {
    RoleArn: "arn:aws:iam::123456789012:role/test-role",
    RoleSessionName: "a-session",
    WebIdentityToken: "a-token",
  };
  const calls = [user.assumeRoleWithWebIdentity(input), user.assumeRoleWithWebIdentity(input)];
  for (const call of calls) await assert.rejects(call, { name: "ClientDestroyed" });
});

test("a concurrent call does not restore a client that another call destroyed during its creation", async () => {
  const memoryIncludes = await scanMemory();
  const secret = "ThisSecretCameAfterTheClientWasWiped+0123";
  const credentials = async () => {
    user.destroy();
    return { accessKeyId: "AKIDEXAMPLE", secretAccessKey: secret };
  };
  const user = new STS({ region: "us-east-1", credentials });
  const calls = [user.request("GetCallerIdentity", {}), user.request("GetCallerIdentity", {})];
  for (const call of calls) await assert.rejects(call, { name: "ClientDestroyed" });
  assert.equal(user.systemClockOffset, 0);
  user.destroy();
  assert.ok(!memoryIncludes(secret));
});

test("clock skew is corrected even if the client is destroyed during the call", async () => {
  const serverTime = Date.now() + 7_200_000;
  /** @type {number[]} */
  const times = [];
  /** @type {(url: string, init: any) => Promise<Response>} */
  const fetch = async (_url, { headers }) => {
    times.push(Date.parse(headers["x-amz-date"].replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z")));
    user.destroy();
    if (times.length === 2) return new Response(identity);
    const skewed =
      "<ErrorResponse><Error><Code>RequestTimeTooSkewed</Code><Message>too far</Message></Error></ErrorResponse>";
    return new Response(skewed, { status: 403, headers: { date: new Date(serverTime).toUTCString() } });
  };
  const user = new STS({
    region: "us-east-1",
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" },
    fetch,
  });
  assert.equal((await user.getCallerIdentity()).Account, "000000000012");
  assert.ok(Math.abs(times[1] - serverTime) < 60_000);
});

/** Returns a function that searches the module's whole memory. */
async function scanMemory() {
  const memory = await loadMemory();
  /** @param {string | Buffer} needle */
  return (needle) => Buffer.from(memory.buffer).includes(needle);
}

/** Loads the module and returns its memory. */
async function loadMemory() {
  await (await import("../../pkg/dist/wasm.js")).wasm();
  return (await import("../../pkg/dist/generated/glue.js")).instantiate().memory;
}
