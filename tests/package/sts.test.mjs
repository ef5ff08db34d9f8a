// The package as Node gets it, against the sandbox and against fetches that answer as told.

import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";

import * as sts from "../../pkg/dist/entry/node.js";

const { exportCredentials, ExpiredTokenException, Signer, STS, STSClientError, STSServiceException } = sts;
const sandbox = JSON.parse(process.env.STS_WEB_SANDBOX ?? "{}");
const { accessKeyId, secretAccessKey, roleArn, roleSessionName } = sandbox;
const { endpoint, region } = sandbox;
const role = { RoleArn: roleArn, RoleSessionName: roleSessionName };

const client = (more) => new STS({ region, endpoint, credentials: { accessKeyId, secretAccessKey }, ...more });
const answering = (status, body, headers) => async () => new Response(body, { status, headers });
const failing = (code, status = 400) =>
  answering(
    status,
    `<ErrorResponse><Error><Code>${code}</Code><Message>m</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
  );
const identity =
  "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>a</Arn><UserId>u</UserId><Account>000000000012</Account>" +
  "</GetCallerIdentityResult><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></GetCallerIdentityResponse>";

test("from keys to a role", async () => {
  const user = client();
  assert.equal((await user.getCallerIdentity()).Arn, "arn:aws:iam::123456789012:user/test-user");
  const { Credentials, AssumedRoleUser, $metadata } = await user.assumeRole({ ...role, DurationSeconds: 3600 });
  assert.ok(Credentials.Expiration instanceof Date && Credentials.Expiration > new Date());
  assert.match(AssumedRoleUser.Arn, /assumed-role\/test-role\/s3-access-example$/);
  assert.equal($metadata.httpStatusCode, 200);
  assert.equal($metadata.attempts, 1);
  const { AccessKeyId, SecretAccessKey, SessionToken } = Credentials;
  const keys = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
  const asRole = await client({ credentials: async () => keys }).getCallerIdentity({});
  assert.match(asRole.Arn, /assumed-role\/test-role/);
});

test("errors are the SDK's classes, with a hint", async () => {
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
    await assert.rejects(client({ fetch: failing(code) }).getCallerIdentity(), (error) => {
      assert.ok(error instanceof ExpiredTokenException);
      assert.equal(error.name, "ExpiredTokenException");
      assert.equal(error.Code, code);
      return true;
    });
  }
});

test("wrong input is told all at once and never sent", async () => {
  const sent = () => assert.fail("sent");
  await assert.rejects(
    client({ fetch: sent }).assumeRole({ RoleARN: roleArn, DurationSeconds: 1.5, Tags: [{ Key: 1 }] }),
    (error) => {
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
    },
  );
  const circular = {};
  circular.RoleArn = circular;
  await assert.rejects(client({ fetch: sent }).assumeRole(circular), /RoleArn is an object; it must be a string/);
});

test("request shows what would be sent, and sends nothing", async () => {
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

test("parse reads a response from elsewhere", async () => {
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
  await assert.rejects(parser.parse("GetCallerIdentity", denied), (error) => error.$metadata.requestId === "r-2");
});

test("any text crosses to the module and back whole, and what no member can be is told", async () => {
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
  const answer = `<GetCallerIdentityResponse><GetCallerIdentityResult><UserId>${text}</UserId><Account>1</Account><Arn>__proto__</Arn>
    </GetCallerIdentityResult></GetCallerIdentityResponse>`;
  assert.equal((await user.parse("GetCallerIdentity", { status: 200, body: answer })).UserId, text);
  const endless = {};
  endless.Tags = [endless];
  const checked = new STS({ region: "us-east-1", credentials: { accessKeyId: "AKID", secretAccessKey: "secret" } });
  for (const input of [
    endless,
    { Name: 5n },
    { Name: () => {} },
    { Name: "abc", DurationSeconds: 900.5 },
    { Name: "abc", DurationSeconds: true },
  ]) {
    await assert.rejects(checked.request("GetFederationToken", input), { name: "InvalidInput" });
  }
});

test("numbers and times cross from the module as they are", async () => {
  const user = new STS({ region: "us-east-1" });
  for (const [number, time] of [
    [-120, "1970-01-01T00:00:00.000Z"],
    [0, "2026-11-25T06:40:00.000Z"],
    [9_007_199_254, "9999-12-31T23:59:59.000Z"],
  ]) {
    const keys = `<AccessKeyId>a</AccessKeyId><SecretAccessKey>b</SecretAccessKey><SessionToken>c</SessionToken><Expiration>${time}</Expiration>`;
    const result = `<Credentials>${keys}</Credentials><PackedPolicySize>${number}</PackedPolicySize>`;
    const body = `<AssumeRoleResponse><AssumeRoleResult>${result}</AssumeRoleResult></AssumeRoleResponse>`;
    const { Credentials, PackedPolicySize } = await user.parse("AssumeRole", { status: 200, body });
    assert.deepEqual([PackedPolicySize, Credentials.Expiration.toISOString()], [number, time]);
  }
});

test("an abort signal stops a call at once, while it is sent and while it waits", async () => {
  const hanging = (_url, { signal }) =>
    new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
  const throttling = failing("Throttling");
  for (const fetch of [hanging, throttling]) {
    const controller = new AbortController();
    const call = client({ fetch, maxAttempts: 20 }).getCallerIdentity({}, { abortSignal: controller.signal });
    setTimeout(() => controller.abort(), 30);
    const started = performance.now();
    await assert.rejects(call, { name: "AbortError" });
    assert.ok(performance.now() - started < 2000);
  }
  const before = client({ fetch: () => assert.fail("sent") });
  await assert.rejects(before.getCallerIdentity({}, { abortSignal: AbortSignal.abort() }), { name: "AbortError" });
});

test("a wrong clock is corrected once, and remembered", async () => {
  const off = client({ systemClockOffset: 2 * 3600 * 1000 });
  assert.equal((await off.getCallerIdentity()).$metadata.attempts, 2);
  assert.ok(Math.abs(off.systemClockOffset) < 5000);
  assert.equal((await off.getCallerIdentity()).$metadata.attempts, 1);
});

test("a region is required, and its absence explained", async () => {
  await assert.rejects(
    new STS({ credentials: { accessKeyId, secretAccessKey } }).getCallerIdentity(),
    /the region is missing; set one/,
  );
  const lazy = client({ region: async () => "us-east-1" });
  assert.ok((await lazy.getCallerIdentity()).Arn);
});

test("missing and half credentials are told", async () => {
  await assert.rejects(client({ credentials: undefined }).getCallerIdentity(), { name: "CredentialsProviderError" });
  await assert.rejects(client({ credentials: { accessKeyId } }).getCallerIdentity(), {
    name: "CredentialsProviderError",
  });
});

test("a provider is asked once however many wait, and again before its keys expire", async () => {
  let asked = 0;
  let expiration = new Date(Date.now() + 3600_000);
  const credentials = async () => ({ accessKeyId: `AKIA${(asked += 1)}`, secretAccessKey: "s", expiration });
  const many = client({ credentials, fetch: answering(200, identity) });
  await Promise.all([1, 2, 3].map(() => many.getCallerIdentity()));
  assert.equal(asked, 1);
  expiration = new Date(Date.now() + 4 * 60_000);
  const soon = client({ credentials, fetch: answering(200, identity) });
  await soon.getCallerIdentity();
  await soon.getCallerIdentity();
  assert.equal(asked, 3);
});

test("a destroyed client calls nothing, and a client shows no secret", async () => {
  const user = client();
  await user.getCallerIdentity();
  assert.ok(!inspect(user, { depth: 9, showHidden: true }).includes(secretAccessKey));
  assert.ok(!JSON.stringify(user).includes(secretAccessKey));
  user.destroy();
  await assert.rejects(user.getCallerIdentity(), { name: "ClientDestroyed" });
});

test("the model is there as data, with the limits that inputs are checked against", () => {
  const { input, signed } = sts.operations.find(({ name }) => name === "AssumeRole");
  assert.ok(signed);
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

test("credentials are written for shells", async () => {
  const keys = { accessKeyId: "AKIA", secretAccessKey: "it's", expiration: new Date("2026-11-23T19:00:00Z") };
  assert.match(exportCredentials(keys, "sh"), /export AWS_SECRET_ACCESS_KEY='it'\\''s'/);
  assert.throws(() => exportCredentials(keys, "tcsh"), /the format must be/);
});

test("after destroy the module's memory holds neither secret, token nor signing key", async () => {
  const secret = "ThisSecretIsLookedForInAllTheMemory+0123";
  const token = "ThisTokenIsLookedForInAllTheMemory/" + "t".repeat(900);
  const holds = await scanner();
  const { createHmac } = await import("node:crypto");
  const hmac = (key, text) => createHmac("sha256", key).update(text).digest();
  const day = new Date().toISOString().slice(0, 10).replaceAll("-", "");
  const signingKey = ["us-east-1", "sts", "aws4_request"].reduce(hmac, hmac(`AWS4${secret}`, day));

  const user = new STS({
    region: "us-east-1",
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: secret, sessionToken: token },
    fetch: answering(200, identity),
  });
  await user.getCallerIdentity();
  // The control: while the client lives, the scan finds all three.
  for (const needle of [secret, token, signingKey]) assert.ok(holds(needle));
  user.destroy();
  for (const needle of [secret, token, token.slice(0, 40), signingKey]) assert.ok(!holds(needle));
});

test("after a call the module's memory holds nothing of its input", async () => {
  const holds = await scanner();
  const assertion = "ThisAssertionIsLookedForInAllTheMemory" + "+".repeat(4000);
  const input = {
    RoleArn: "arn:aws:iam::123456789012:role/test-role",
    PrincipalArn: "arn:aws:iam::123456789012:saml-provider/test",
    SAMLAssertion: assertion,
  };
  let seen = false;
  const fetch = async () => {
    // The control: while it is sent, the scan finds it. Only the allocator wipes what is freed later.
    seen = holds(assertion.slice(0, 38));
    return new Response("");
  };
  await assert.rejects(new STS({ region: "us-east-1", fetch }).assumeRoleWithSAML(input), STSClientError);
  assert.ok(seen);
  assert.ok(!holds(assertion.slice(0, 38)));
});

test("destroy wipes twice as much of the stack as any call reaches", async () => {
  const memory = await started();
  // The linker puts the stack first, and it grows down from the end of the first MiB; between calls nothing stands on it.
  const stack = () => Buffer.from(memory.buffer, 0x1_0000, 0xf_0000);
  stack().fill(0xaa);
  const reached = () => stack().length - stack().findIndex((byte) => byte !== 0xaa);

  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret", sessionToken: "t".repeat(2000) };
  const nested = (depth) => (depth ? [{ below: nested(depth - 1) }] : "");
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
  for (const { name } of sts.operations) {
    for (const input of inputs) await user.request(name, input).catch(() => {});
    for (const body of bodies)
      for (const status of [200, 400]) await user.parse(name, { status, body }).catch(() => {});
  }
  const signer = new Signer({ region: "us-east-1", service: "s3", credentials });
  await signer.sign("https://example.s3.amazonaws.com/a/../b?c=d&a=%20", {
    method: "PUT",
    headers: { "X-A": "b  c" },
    body: "e",
  });
  await signer.presign("https://example.s3.amazonaws.com/a?b=c", { expiresIn: 60 });
  assert.ok(reached() > 1000 && reached() < 8 * 1024, `${reached()} bytes`);

  user.destroy();
  assert.ok(reached() >= 16 * 1024, `${reached()} bytes`);
});

test("clients that were destroyed leave the module's memory as it was", async () => {
  const memory = await started();
  const many = async () => {
    // Longer than an engine waits to collect: no client of these is collected before the end.
    for (let made = 0; made < 2000; made += 1) {
      const user = new STS({
        region: "us-east-1",
        credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: `secret ${made}` },
      });
      await user.request("GetCallerIdentity", {});
      user.destroy();
    }
    return memory.buffer.byteLength;
  };
  assert.equal(await many(), await many());
});

test("a client or signer destroyed while it waits for its keys says so, and holds none", async () => {
  const secret = "ThisSecretCameTooLateAndIsLookedFor+0123";
  const holds = await scanner();
  let ended;
  const credentials = async () => {
    ended.destroy();
    return { accessKeyId: "AKIDEXAMPLE", secretAccessKey: secret };
  };
  ended = new STS({ region: "us-east-1", credentials });
  await assert.rejects(ended.request("GetCallerIdentity", {}), { name: "ClientDestroyed" });
  ended = new Signer({ region: "us-east-1", service: "s3", credentials });
  await assert.rejects(ended.sign("https://example.s3.amazonaws.com/"), { name: "ClientDestroyed" });
  assert.ok(!holds(secret));
});

test("a signer that was destroyed takes in no keys that come later, whoever asks it meanwhile", async () => {
  const secret = "ThisSecretCameToASignerThatWasDestroyed+0";
  const holds = await scanner();
  let answer;
  const credentials = () =>
    new Promise((resolve) => (answer = () => resolve({ accessKeyId: "AKIDEXAMPLE", secretAccessKey: secret })));
  const signer = new Signer({ region: "us-east-1", service: "s3", credentials });
  const first = signer.sign("https://example.s3.amazonaws.com/");
  while (!answer) await new Promise(setImmediate);
  signer.destroy();
  const second = signer.sign("https://example.s3.amazonaws.com/");
  await assert.rejects(second, { name: "ClientDestroyed" });
  answer();
  await assert.rejects(first, { name: "ClientDestroyed" });
  await assert.rejects(signer.presign("https://example.s3.amazonaws.com/"), { name: "ClientDestroyed" });
  assert.ok(!holds(secret));
});

test("a signer destroyed while it reads a body says so, and leaves nothing of it", async () => {
  const holds = await scanner();
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
  await assert.rejects(signer.sign("https://example.s3.amazonaws.com/", { method: "PUT", body, duplex: "half" }), {
    name: "ClientDestroyed",
  });
  assert.ok(!holds(text.slice(0, 33)));
});

test("a client destroyed while it starts calls nothing, also where nothing is signed", async () => {
  let sent = 0;
  const region = async () => (user.destroy(), "us-east-1");
  const user = new STS({ region, fetch: async () => ((sent += 1), new Response("")) });
  const input = {
    RoleArn: "arn:aws:iam::123456789012:role/test-role",
    RoleSessionName: "a-session",
    WebIdentityToken: "a-token",
  };
  const calls = [user.assumeRoleWithWebIdentity(input), user.assumeRoleWithWebIdentity(input)];
  for (const call of calls) await assert.rejects(call, { name: "ClientDestroyed" });
  assert.equal(sent, 0);
});

test("of two calls that wait for the start, the second does not bring back what the first destroyed", async () => {
  const holds = await scanner();
  const secret = "ThisSecretCameAfterTheClientWasWiped+0123";
  const credentials = async () => (user.destroy(), { accessKeyId: "AKIDEXAMPLE", secretAccessKey: secret });
  const user = new STS({ region: "us-east-1", credentials });
  const calls = [user.request("GetCallerIdentity", {}), user.request("GetCallerIdentity", {})];
  for (const call of calls) await assert.rejects(call, { name: "ClientDestroyed" });
  assert.equal(user.systemClockOffset, 0);
  user.destroy();
  assert.ok(!holds(secret));
});

test("a call in flight when its client is destroyed is corrected by the server's clock all the same", async () => {
  const server = Date.now() + 7_200_000;
  const times = [];
  const fetch = async (url, { headers }) => {
    times.push(Date.parse(headers["x-amz-date"].replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z")));
    user.destroy();
    if (times.length === 2) return new Response(identity);
    const skewed =
      "<ErrorResponse><Error><Code>RequestTimeTooSkewed</Code><Message>too far</Message></Error></ErrorResponse>";
    return new Response(skewed, { status: 403, headers: { date: new Date(server).toUTCString() } });
  };
  const user = new STS({
    region: "us-east-1",
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" },
    fetch,
  });
  assert.equal((await user.getCallerIdentity()).Account, "000000000012");
  assert.ok(Math.abs(times[1] - server) < 60_000);
});

/** Tells whether something stands anywhere in the module's memory. */
async function scanner() {
  const memory = await started();
  return (needle) => Buffer.from(memory.buffer).includes(needle);
}

/** The memory of the module, which is started first. */
async function started() {
  await (await import("../../pkg/dist/wasm.js")).wasm();
  return (await (await import("../../pkg/dist/generated/glue.js")).default()).memory;
}
