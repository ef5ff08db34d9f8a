// Rule 1: a caller proves who it is, and gets what its grants say and nothing else.

import assert from "node:assert/strict";
import { createSecretKey, generateKeyPairSync } from "node:crypto";
import { after, before, test } from "node:test";

import { STS } from "../../pkg/dist/entry/node.js";
import {
  audience,
  configured,
  roleArn,
  SignJWT,
  sandbox,
  secrets,
  startIssuer,
  startSts,
  startWorker,
} from "./fixtures.mjs";

let issuer;
let sts;
let worker;

before(async () => {
  issuer = await startIssuer();
  sts = await startSts();
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
  };
  const machine = { sharedSecret: "MACHINE_SECRET", subject: "nightly-build", roles: { reader: roleArn } };
  const first = { roles: { reader: roleArn }, claims: { sub: ["alice", "bob", "program"] } };
  const configuration = configured(issuer.issuer, sts, first);
  configuration.grants.push(writers, tagged, machine);
  worker = await startWorker({ configuration });
});
after(async () => {
  await worker?.close();
  issuer?.close();
  sts?.close();
});

/** Asks for keys of a role with a token; gives status and answer. */
async function keys(token, body = { role: "reader" }) {
  const response = await worker.post(
    "/api/credentials",
    body,
    token === undefined ? {} : { authorization: `Bearer ${token}` },
  );
  return { status: response.status, headers: response.headers, ...(await response.json()) };
}

async function refused(token, status, title, body) {
  const before = sts.calls.length;
  const answer = await keys(token, body);
  assert.deepEqual([answer.status, answer.title], [status, title], answer.detail);
  assert.equal(answer.AccessKeyId, undefined);
  assert.equal(sts.calls.length, before, "STS was asked");
  if (token) assert.ok(!JSON.stringify(answer).includes(token), "the token is in the answer");
  return answer;
}

test("a token of the issuer itself gets the role's keys, and they work", async () => {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration, Version } = await keys(await issuer.programsToken());
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

test("a token is taken where Cloudflare Access puts it, too", async () => {
  const response = await worker.get("/api/identity", { "cf-access-jwt-assertion": await issuer.token() });
  const { worker: self, caller } = await response.json();
  assert.equal(self.arn, "arn:aws:iam::123456789012:user/worker");
  assert.equal(caller.subject, "alice");
  assert.deepEqual(caller.roles, ["reader"]);
});

test("no token", async () => {
  const { headers, detail } = await refused(undefined, 401, "TokenMissing");
  assert.equal(headers.get("www-authenticate"), "Bearer");
  assert.match(detail, /Authorization: Bearer/);
  const basic = await worker.post("/api/credentials", { role: "reader" }, { authorization: "Basic YTpi" });
  assert.equal(basic.status, 401);
});

test("a wrong issuer, a wrong audience, and no audience", async () => {
  await refused(await issuer.token({ iss: "https://other.example" }), 401, "IssuerUnknown");
  await refused(await issuer.token({ aud: "another" }), 401, "AudienceUnknown");
  await refused(await issuer.token({ aud: undefined }), 401, "AudienceUnknown");
  await refused(await issuer.token({ iss: undefined }), 401, "IssuerUnknown");
});

test("an expired token, one without an end, one not valid yet, and one without a subject", async () => {
  const now = Math.floor(Date.now() / 1000);
  await refused(await issuer.token({ exp: now - 60 }), 401, "TokenExpired");
  await refused(await issuer.token({ exp: undefined }), 401, "TokenInvalid");
  await refused(await issuer.token({ nbf: now + 120 }), 401, "TokenNotYetValid");
  await refused(await issuer.token({ sub: undefined }), 401, "TokenInvalid");
  await refused(await issuer.token({ sub: "" }), 401, "TokenInvalid");
});

test("alg none, in every spelling, is no signature", async () => {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const claims = { iss: issuer.issuer, aud: audience, sub: "alice", exp: Math.floor(Date.now() / 1000) + 600 };
  for (const alg of ["none", "None", "NONE", "nOnE"]) {
    for (const signature of ["", "AAAA"]) {
      const answer = await keys(`${part({ alg, kid: issuer.key.kid })}.${part(claims)}.${signature}`);
      assert.deepEqual([answer.status, answer.title], [401, "AlgorithmNotAllowed"]);
    }
  }
});

test("HS256 with the issuer's public key as the secret", async () => {
  const pem = issuer.key.publicKey.export({ type: "spki", format: "pem" });
  const token = await issuer.token({}, { alg: "HS256", privateKey: createSecretKey(Buffer.from(pem)) });
  await refused(token, 401, "AlgorithmNotAllowed");
});

test("an algorithm that is good, but not on the list", async () => {
  await refused(await issuer.token({}, { alg: "PS256" }), 401, "AlgorithmNotAllowed");
});

test("a signature by somebody else's key, and a payload that was altered", async () => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  await refused(await issuer.token({}, { privateKey }), 401, "SignatureInvalid");
  const [header, , signature] = (await issuer.token()).split(".");
  const [, payload] = (await issuer.token({ sub: "bob" })).split(".");
  await refused(`${header}.${payload}.${signature}`, 401, "SignatureInvalid");
  await refused("a.b.c", 401, "TokenMalformed");
});

test("a token that brings its own key or the address of one", async () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const jwk = publicKey.export({ format: "jwk" });
  const claims = { iss: issuer.issuer, aud: audience, sub: "alice", exp: Math.floor(Date.now() / 1000) + 600 };
  for (const more of [{ jwk }, { jku: "http://127.0.0.1:1/keys" }, { x5u: "http://127.0.0.1:1/cert" }]) {
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: "RS256", kid: issuer.key.kid, ...more })
      .sign(privateKey);
    await refused(token, 401, "SignatureInvalid");
  }
});

test("a key that was rotated away is good no longer, and the new one is", async () => {
  const rotating = await startIssuer();
  const configuration = configured(rotating.issuer, sts);
  const ask = async (token) => {
    // Another isolate each time, as at Cloudflare's other locations: it knows the issuer's keys of now.
    const fresh = await startWorker({ configuration });
    try {
      return (await fresh.get("/api/identity", { authorization: `Bearer ${token}` })).status;
    } finally {
      await fresh.close();
    }
  };
  const old = await rotating.token();
  assert.equal(await ask(old), 200);
  rotating.rotate();
  assert.equal(await ask(old), 401);
  assert.equal(await ask(await rotating.token()), 200);
  rotating.close();
  const answer = await (await startAndAsk(configuration, old)).json();
  assert.deepEqual([answer.status, answer.title], [503, "IssuerUnreachable"]);
});

test("within one isolate, a key that was withdrawn is good for ten minutes at most, and a new one within five seconds", async () => {
  const clock = { now: Date.now() };
  const rotating = await startIssuer();
  const mine = await startWorker({ configuration: configured(rotating.issuer, sts), clock });
  const token = () => rotating.token({ exp: Math.floor(clock.now / 1000) + 3600 });
  const ask = async (token) =>
    (await (await mine.get("/api/identity", { authorization: `Bearer ${token}` })).json()).title ?? "good";
  try {
    const first = await token();
    assert.equal(await ask(first), "good");
    rotating.rotate();
    clock.now += 10 * 60_000 - 1;
    assert.equal(await ask(first), "good");
    clock.now += 1;
    assert.equal(await ask(first), "KeyUnknown");

    const second = await token();
    assert.equal(await ask(second), "good");
    rotating.rotate();
    const third = await token();
    // Whatever a token names, the issuer is asked once in five seconds.
    const { length } = rotating.asked;
    clock.now += 4_999;
    assert.equal(await ask(third), "KeyUnknown");
    assert.equal(rotating.asked.length, length);
    clock.now += 1;
    assert.deepEqual([await ask(third), await ask(second)], ["good", "KeyUnknown"]);
    assert.equal(rotating.asked.length, length + 1);
  } finally {
    await mine.close();
    rotating.close();
  }
});

test("a token that does not say by which key it is signed is checked with each of the issuer's", async () => {
  const two = await startIssuer();
  const { privateKey: first } = two.key;
  two.rotate({ beside: true });
  const { privateKey: stranger } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const mine = await startWorker({ configuration: configured(two.issuer, sts) });
  const ask = async (privateKey, claims) => {
    const token = await two.token(claims, { privateKey, kid: null });
    const response = await mine.get("/api/identity", { authorization: `Bearer ${token}` });
    return [response.status, (await response.json()).title];
  };
  try {
    for (const key of [first, two.key.privateKey]) {
      assert.deepEqual(await ask(key), [200, undefined]);
      assert.deepEqual(await ask(key, { exp: 1 }), [401, "TokenExpired"]);
    }
    assert.deepEqual(await ask(stranger), [401, "SignatureInvalid"]);
  } finally {
    await mine.close();
    two.close();
  }
});

test("an issuer that could not be reached is asked again by the next caller", async () => {
  const late = await startIssuer();
  late.spoil = ({ socket }) => (socket.destroy(), true);
  const mine = await startWorker({ configuration: configured(late.issuer, sts) });
  try {
    const authorization = `Bearer ${await late.token()}`;
    assert.equal((await mine.get("/api/identity", { authorization })).status, 503);
    late.spoil = undefined;
    assert.equal((await mine.get("/api/identity", { authorization })).status, 200);
  } finally {
    await mine.close();
    late.close();
  }
});

async function startAndAsk(configuration, token) {
  const fresh = await startWorker({ configuration });
  try {
    const response = await fresh.get("/api/identity", { authorization: `Bearer ${token}` });
    return new Response(await response.text(), response);
  } finally {
    await fresh.close();
  }
}

test("a token that fits no grant, and one for a role of another's", async () => {
  await refused(await issuer.token({ sub: "mallory" }), 403, "NoGrant");
  // The log has who it was.
  const { issuer: who, code } = await worker.line(({ subject }) => subject === "mallory");
  assert.deepEqual([who, code], [issuer.issuer, "NoGrant"]);
  await refused(await issuer.token({ sub: "mallory", groups: ["writers"] }), 403, "NoGrant");
  const answer = await refused(await issuer.token(), 403, "RoleNotGranted", { role: "writer" });
  assert.match(answer.detail, /which are: reader$/);
  assert.ok(!answer.detail.includes("writer,"));
});

test("an ARN in place of a name, even that of the caller's own role; and names that every object has", async () => {
  await refused(await issuer.token(), 400, "RoleIsAnArn", { role: roleArn });
  for (const role of ["constructor", "__proto__", "toString"])
    await refused(await issuer.token(), 403, "RoleNotGranted", { role });
});

test("claims match where one of several values is among those that are wanted", async () => {
  const writer = await issuer.token({ sub: "carol", groups: ["staff", "writers"], email_verified: true });
  const { caller } = await (await worker.get("/api/identity", { authorization: `Bearer ${writer}` })).json();
  assert.deepEqual(caller.roles, ["writer", "reader"]);
});

test("a grant's limits: the longest duration, and a policy that the caller cannot replace", async () => {
  const token = await issuer.token({ sub: "carol", groups: "admins", email_verified: "true" });
  await refused(token, 400, "DurationNotGranted", { role: "reader", durationSeconds: 901 });
  await refused(token, 400, "DurationNotGranted", { role: "reader", durationSeconds: 900.5 });
  const policy = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] };
  await refused(token, 403, "PolicyIsFixed", { role: "reader", sessionPolicy: policy });
  assert.equal((await keys(token)).status, 200);
  const form = sts.of("AssumeRole").at(-1);
  assert.equal(form.get("DurationSeconds"), "900");
  assert.equal(JSON.parse(form.get("Policy")).Statement[0].Action, "s3:List*");
});

test("a caller limits its own session further, where the grant has no policy", async () => {
  const sessionPolicy = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "s3:ListAllMyBuckets", Resource: "*" }],
  };
  assert.equal(
    (await keys(await issuer.token(), { role: "reader", durationSeconds: 1800, sessionPolicy })).status,
    200,
  );
  const form = sts.of("AssumeRole").at(-1);
  assert.equal(form.get("DurationSeconds"), "1800");
  assert.deepEqual(JSON.parse(form.get("Policy")), sessionPolicy);
});

test("tags come from claims; a claim that is missing or unfit is refused, since a tag may be what limits", async () => {
  const tagged = (department) => issuer.token({ aud: "tagged", sub: "dave", department });
  assert.equal((await keys(await tagged("R+D: é"), { role: "tagged" })).status, 200);
  const form = sts.of("AssumeRole").at(-1);
  assert.deepEqual([form.get("Tags.member.1.Key"), form.get("Tags.member.1.Value")], ["department", "R+D: é"]);
  for (const unfit of [undefined, "", "a\nb", "a*", ["a"], { a: 1 }, "x".repeat(257)]) {
    await refused(await tagged(unfit), 403, "ClaimUnfit", { role: "tagged" });
  }
});

test("every awkward subject becomes a name that STS takes, and no two the same", async () => {
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
    "a\0b",
    "-".repeat(41),
    "x".repeat(41),
    "x".repeat(42),
    "x".repeat(500),
    `${"x".repeat(499)}y`,
  ];
  const names = new Set();
  for (const sub of subjects) {
    const token = await issuer.token({ aud: "tagged", sub, department: "d" });
    assert.equal((await keys(token, { role: "tagged" })).status, 200, sub);
    const form = sts.of("AssumeRole").at(-1);
    const name = form.get("RoleSessionName");
    assert.match(name, /^[\w+=,.@-]{2,64}$/);
    assert.equal(form.get("SourceIdentity"), name);
    names.add(name);
  }
  assert.equal(names.size, subjects.length);
});

test("a machine's shared secret", async () => {
  assert.equal((await keys(secrets.MACHINE_SECRET)).status, 200);
  assert.match(sts.of("AssumeRole").at(-1).get("RoleSessionName"), /^nightly-build=/);
  await refused(`${secrets.MACHINE_SECRET.slice(0, -1)}x`, 401, "SecretUnknown");
  await refused(secrets.MACHINE_SECRET.slice(0, 32), 401, "SecretUnknown");
  await refused("undefined", 401, "SecretUnknown");
});
