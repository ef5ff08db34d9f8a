// Authentication and authorization: tokens and secrets that must be rejected, and what grants allow.

import assert from "node:assert/strict";
import { createSecretKey, generateKeyPairSync } from "node:crypto";
import { after, before, test } from "node:test";

import { STS } from "../../pkg/dist/entry/node.js";
import { configurationFor } from "./configurations.mjs";
import { audience, SignJWT, startIssuer } from "./issuer.mjs";
import { secrets, startWorker } from "./running-worker.mjs";
import { issuer, sts } from "./services.mjs";
import { roleArn, sandbox } from "./sts.mjs";

let worker;

before(async () => {
  const writers = {
    issuer: issuer.issuer,
    audience,
    claims: { groups: ["writers", "admins"], email_verified: "true" },
    roles: { writer: sandbox.chainedRoleArn, reader: roleArn },
    maxDurationSeconds: 900,
    sessionPolicy: { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "s3:List*", Resource: "*" }] },
  };
  const tagged = {
    issuer: issuer.issuer,
    audience: "tagged",
    roles: { tagged: roleArn },
    tags: { department: "department" },
    sourceIdentity: true,
  };
  const machine = { sharedSecret: "MACHINE_SECRET", subject: "nightly-build", roles: { reader: roleArn } };
  const first = { roles: { reader: roleArn }, claims: { sub: ["alice", "bob", "program"] } };
  const configuration = configurationFor(issuer.issuer, sts, first);
  configuration.grants.push(writers, tagged, machine);
  worker = await startWorker({ configuration });
});
after(async () => {
  await worker?.close();
});

/**
 * Requests credentials. Returns the status, the headers and the fields of the response.
 * @param {string | undefined} token
 * @param {unknown} [body]
 */
async function requestCredentials(token, body = { role: "reader" }) {
  const response = await worker.post(
    "/api/credentials",
    body,
    token === undefined ? {} : { authorization: `Bearer ${token}` },
  );
  return { status: response.status, headers: response.headers, ...(await response.json()) };
}

/**
 * Asserts that a request is rejected with this status and code, that STS is not called, and that the response does not
 * contain the token. Returns the response.
 * @param {string | undefined} token
 * @param {number} status
 * @param {string} title
 * @param {unknown} [body]
 */
async function rejects(token, status, title, body) {
  const before = sts.calls.length;
  const response = await requestCredentials(token, body);
  assert.deepEqual([response.status, response.title], [status, title], response.detail);
  assert.equal(response.AccessKeyId, undefined);
  assert.equal(sts.calls.length, before, "STS was called");
  if (token) assert.ok(!JSON.stringify(response).includes(token), "the response contains the token");
  return response;
}

test("a token from the issuer's token endpoint gets working role credentials", async () => {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration, Version } = await requestCredentials(
    await issuer.clientCredentialsToken(),
  );
  assert.equal(Version, 1);
  assert.ok(new Date(Expiration) > new Date());
  const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
  const { Arn } = await new STS({
    region: sandbox.region,
    endpoint: sandbox.endpoint,
    credentials,
  }).getCallerIdentity();
  assert.match(Arn, /:assumed-role\/test-role\/program=[\w-]{22}$/);
});

test("a token in Cloudflare Access's header is accepted", async () => {
  const response = await worker.get("/api/identity", { "cf-access-jwt-assertion": await issuer.token() });
  const { worker: identity, caller } = await response.json();
  assert.equal(identity.arn, "arn:aws:iam::123456789012:user/worker");
  assert.equal(caller.subject, "alice");
  assert.deepEqual(caller.roles, ["reader"]);
});

test("a request without a token is rejected", async () => {
  const { headers, detail } = await rejects(undefined, 401, "TokenMissing");
  assert.equal(headers.get("www-authenticate"), "Bearer");
  assert.match(detail, /Authorization: Bearer/);
  const basic = await worker.post("/api/credentials", { role: "reader" }, { authorization: "Basic YTpi" });
  assert.equal(basic.status, 401);
});

test("tokens with a wrong issuer or audience, or without one, are rejected", async () => {
  await rejects(await issuer.token({ iss: "https://other.example" }), 401, "IssuerUnknown");
  await rejects(await issuer.token({ aud: "another" }), 401, "AudienceUnknown");
  await rejects(await issuer.token({ aud: undefined }), 401, "AudienceUnknown");
  await rejects(await issuer.token({ iss: undefined }), 401, "IssuerUnknown");
});

test("tokens that are expired, never expire, are not valid yet, or have no subject are rejected", async () => {
  const now = Math.floor(Date.now() / 1000);
  await rejects(await issuer.token({ exp: now - 60 }), 401, "TokenExpired");
  await rejects(await issuer.token({ exp: undefined }), 401, "TokenInvalid");
  await rejects(await issuer.token({ nbf: now + 120 }), 401, "TokenNotYetValid");
  await rejects(await issuer.token({ sub: undefined }), 401, "TokenInvalid");
  await rejects(await issuer.token({ sub: "" }), 401, "TokenInvalid");
});

test("alg none is rejected in every spelling", async () => {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = { iss: issuer.issuer, aud: audience, sub: "alice", exp: Math.floor(Date.now() / 1000) + 600 };
  for (const alg of ["none", "None", "NONE", "nOnE"]) {
    for (const signature of ["", "AAAA"]) {
      const response = await requestCredentials(`${part({ alg, kid: issuer.key.kid })}.${part(claims)}.${signature}`);
      assert.deepEqual([response.status, response.title], [401, "AlgorithmNotAllowed"]);
    }
  }
});

test("HS256 with the issuer's public key as the secret is rejected", async () => {
  const pem = issuer.key.publicKey.export({ type: "spki", format: "pem" });
  const token = await issuer.token({}, { alg: "HS256", privateKey: createSecretKey(Buffer.from(pem)) });
  await rejects(token, 401, "AlgorithmNotAllowed");
});

test("an algorithm that is not configured is rejected", async () => {
  await rejects(await issuer.token({}, { alg: "PS256" }), 401, "AlgorithmNotAllowed");
});

test("a signature by another key, an altered payload and a malformed token are rejected", async () => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  await rejects(await issuer.token({}, { privateKey }), 401, "SignatureInvalid");
  const [header, , signature] = (await issuer.token()).split(".");
  const [, payload] = (await issuer.token({ sub: "bob" })).split(".");
  await rejects(`${header}.${payload}.${signature}`, 401, "SignatureInvalid");
  await rejects("a.b.c", 401, "TokenMalformed");
});

test("keys and key URLs in a token's header are ignored", async () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const jwk = publicKey.export({ format: "jwk" });
  const claims = { iss: issuer.issuer, aud: audience, sub: "alice", exp: Math.floor(Date.now() / 1000) + 600 };
  for (const more of [{ jwk }, { jku: "http://127.0.0.1:1/keys" }, { x5u: "http://127.0.0.1:1/cert" }]) {
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: "RS256", kid: issuer.key.kid, ...more })
      .sign(privateKey);
    await rejects(token, 401, "SignatureInvalid");
  }
});

test("after a key rotation, the new key is accepted and the old one rejected", async () => {
  const rotating = await startIssuer();
  const configuration = configurationFor(rotating.issuer, sts);
  const call = async (token) => {
    // A new isolate each time, with no cached keys.
    const fresh = await startWorker({ configuration });
    try {
      return (await fresh.get("/api/identity", { authorization: `Bearer ${token}` })).status;
    } finally {
      await fresh.close();
    }
  };
  const old = await rotating.token();
  assert.equal(await call(old), 200);
  rotating.rotate();
  assert.equal(await call(old), 401);
  assert.equal(await call(await rotating.token()), 200);
  rotating.close();
  const response = await (await startAndCall(configuration, old)).json();
  assert.deepEqual([response.status, response.title], [503, "IssuerUnreachable"]);
});

test("in one isolate, a withdrawn key is accepted for at most ten minutes, and a new key after at most five seconds", async () => {
  const clock = { now: Date.now() };
  const rotating = await startIssuer();
  const ownWorker = await startWorker({ configuration: configurationFor(rotating.issuer, sts), clock });
  const token = () => rotating.token({ exp: Math.floor(clock.now / 1000) + 3600 });
  const call = async (token) =>
    (await (await ownWorker.get("/api/identity", { authorization: `Bearer ${token}` })).json()).title ?? "accepted";
  try {
    const first = await token();
    assert.equal(await call(first), "accepted");
    rotating.rotate();
    clock.now += 10 * 60_000 - 1;
    assert.equal(await call(first), "accepted");
    clock.now += 1;
    assert.equal(await call(first), "KeyUnknown");

    const second = await token();
    assert.equal(await call(second), "accepted");
    rotating.rotate();
    const third = await token();
    // Unknown key IDs cause at most one request to the issuer in five seconds.
    const { length } = rotating.requests;
    clock.now += 4_999;
    assert.equal(await call(third), "KeyUnknown");
    assert.equal(rotating.requests.length, length);
    clock.now += 1;
    assert.deepEqual([await call(third), await call(second)], ["accepted", "KeyUnknown"]);
    assert.equal(rotating.requests.length, length + 1);
  } finally {
    await ownWorker.close();
    rotating.close();
  }
});

test("a token without kid is verified with each of the issuer's keys", async () => {
  const issuerWithTwoKeys = await startIssuer();
  const { privateKey: first } = issuerWithTwoKeys.key;
  issuerWithTwoKeys.rotate({ keepOld: true });
  const { privateKey: unknown } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const ownWorker = await startWorker({ configuration: configurationFor(issuerWithTwoKeys.issuer, sts) });
  const call = async (privateKey, claims) => {
    const token = await issuerWithTwoKeys.token(claims, { privateKey, kid: null });
    const response = await ownWorker.get("/api/identity", { authorization: `Bearer ${token}` });
    return [response.status, (await response.json()).title];
  };
  try {
    for (const key of [first, issuerWithTwoKeys.key.privateKey]) {
      assert.deepEqual(await call(key), [200, undefined]);
      assert.deepEqual(await call(key, { exp: 1 }), [401, "TokenExpired"]);
    }
    assert.deepEqual(await call(unknown), [401, "SignatureInvalid"]);
  } finally {
    await ownWorker.close();
    issuerWithTwoKeys.close();
  }
});

test("after a failed discovery, a request five seconds later tries again", async () => {
  const clock = { now: Date.now() };
  const late = await startIssuer();
  late.intercept = ({ socket }) => socket.destroy();
  const ownWorker = await startWorker({ configuration: configurationFor(late.issuer, sts), clock });
  try {
    const authorization = `Bearer ${await late.token()}`;
    const status = async () => (await ownWorker.get("/api/identity", { authorization })).status;
    assert.equal(await status(), 503);
    late.intercept = undefined;
    clock.now += 4_999;
    assert.equal(await status(), 503);
    clock.now += 1;
    assert.equal(await status(), 200);
  } finally {
    await ownWorker.close();
    late.close();
  }
});

async function startAndCall(configuration, token) {
  const fresh = await startWorker({ configuration });
  try {
    const response = await fresh.get("/api/identity", { authorization: `Bearer ${token}` });
    return new Response(await response.text(), response);
  } finally {
    await fresh.close();
  }
}

test("a token that matches no grant, and a role of another grant, are rejected", async () => {
  await rejects(await issuer.token({ sub: "mallory" }), 403, "NoGrant");
  // The log entry identifies the caller.
  const { issuer: loggedIssuer, code } = await worker.logEntry(({ subject }) => subject === "mallory");
  assert.deepEqual([loggedIssuer, code], [issuer.issuer, "NoGrant"]);
  await rejects(await issuer.token({ sub: "mallory", groups: ["writers"] }), 403, "NoGrant");
  const response = await rejects(await issuer.token(), 403, "RoleNotGranted", { role: "writer" });
  assert.match(response.detail, /your roles are: reader$/);
  assert.ok(!response.detail.includes("writer,"));
});

test("an ARN in place of a short name, and inherited property names, are rejected", async () => {
  await rejects(await issuer.token(), 400, "RoleIsAnArn", { role: roleArn });
  for (const role of ["constructor", "__proto__", "toString"])
    await rejects(await issuer.token(), 403, "RoleNotGranted", { role });
});

test("a claim that is a list matches if one of its values is accepted", async () => {
  const writer = await issuer.token({ sub: "carol", groups: ["staff", "writers"], email_verified: true });
  const { caller } = await (await worker.get("/api/identity", { authorization: `Bearer ${writer}` })).json();
  assert.deepEqual(caller.roles, ["writer", "reader"]);
});

test("a caller cannot exceed a grant's maximum duration or replace its session policy", async () => {
  const token = await issuer.token({ sub: "carol", groups: "admins", email_verified: "true" });
  await rejects(token, 400, "DurationNotGranted", { role: "reader", durationSeconds: 901 });
  await rejects(token, 400, "DurationNotGranted", { role: "reader", durationSeconds: 900.5 });
  const policy = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] };
  await rejects(token, 403, "PolicyIsFixed", { role: "reader", sessionPolicy: policy });
  assert.equal((await requestCredentials(token)).status, 200);
  const form = sts.callsOf("AssumeRole").at(-1);
  assert.equal(form.get("DurationSeconds"), "900");
  assert.equal(JSON.parse(form.get("Policy")).Statement[0].Action, "s3:List*");
});

test("a caller can add a session policy if the grant has none", async () => {
  const sessionPolicy = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "s3:ListAllMyBuckets", Resource: "*" }],
  };
  assert.equal(
    (await requestCredentials(await issuer.token(), { role: "reader", durationSeconds: 1800, sessionPolicy })).status,
    200,
  );
  const form = sts.callsOf("AssumeRole").at(-1);
  assert.equal(form.get("DurationSeconds"), "1800");
  assert.deepEqual(JSON.parse(form.get("Policy")), sessionPolicy);
});

test("claims become session tags; a missing or invalid one is rejected, since policies may deny by tag", async () => {
  const tagged = (department) => issuer.token({ aud: "tagged", sub: "dave", department });
  assert.equal((await requestCredentials(await tagged("R+D: é"), { role: "tagged" })).status, 200);
  const form = sts.callsOf("AssumeRole").at(-1);
  assert.deepEqual([form.get("Tags.member.1.Key"), form.get("Tags.member.1.Value")], ["department", "R+D: é"]);
  for (const invalid of [undefined, "", "a\nb", "a*", ["a"], { a: 1 }, "x".repeat(257)]) {
    await rejects(await tagged(invalid), 403, "ClaimUnfit", { role: "tagged" });
  }
});

test("every subject gets a valid and unique session name", async () => {
  const subjects = [
    "a",
    "A",
    "å",
    "😀",
    "a/b",
    "a:b",
    "a b",
    "a-b",
    "aws:x",
    "auth0|5f7c8ec7c33c6c004bbafe82",
    "*",
    "a\tb",
    "-".repeat(41),
    "x".repeat(41),
    "x".repeat(42),
    "x".repeat(500),
    `${"x".repeat(499)}y`,
  ];
  const names = new Set();
  for (const sub of subjects) {
    const token = await issuer.token({ aud: "tagged", sub, department: "d" });
    assert.equal((await requestCredentials(token, { role: "tagged" })).status, 200, sub);
    const form = sts.callsOf("AssumeRole").at(-1);
    const name = form.get("RoleSessionName");
    assert.match(name, /^[\w+=,.@-]{2,64}$/);
    assert.equal(form.get("SourceIdentity"), name);
    names.add(name);
  }
  assert.equal(names.size, subjects.length);
});

test("a shared secret is accepted, and near misses are rejected", async () => {
  assert.equal((await requestCredentials(secrets.MACHINE_SECRET)).status, 200);
  assert.match(sts.callsOf("AssumeRole").at(-1).get("RoleSessionName"), /^nightly-build=/);
  await rejects(`${secrets.MACHINE_SECRET.slice(0, -1)}x`, 401, "SecretUnknown");
  await rejects(secrets.MACHINE_SECRET.slice(0, 32), 401, "SecretUnknown");
  await rejects("undefined", 401, "SecretUnknown");
});
