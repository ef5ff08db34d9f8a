// The Worker without AWS keys: it signs a token for each session, and an STS that fetches its public keys verifies it.

import assert from "node:assert/strict";
import { generateKeyPairSync, randomUUID } from "node:crypto";
import { once } from "node:events";
import { request } from "node:http";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";

import { STS } from "../../pkg/dist/entry/node.js";
import { startSeaweedFs } from "../sandbox/seaweedfs.mjs";
import { configurationFor } from "./configurations.mjs";
import { SignJWT, startIssuer } from "./issuer.mjs";
import { freePort } from "./listen.mjs";
import { secrets, startWorker } from "./running-worker.mjs";
import { createRole, sandbox, startSts } from "./sts.mjs";

const fromPackage = createRequire(new URL("../../pkg/package.json", import.meta.url));
const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, ...noKeys } = secrets;

/** @param {"rsa" | "ec"} [type] */
function newKey(type = "rsa", options = { modulusLength: 2048, namedCurve: "P-256" }) {
  const { privateKey } = generateKeyPairSync(/** @type {"rsa"} */ (type), options);
  return {
    privateKey,
    jwk: privateKey.export({ format: "jwk" }),
    text: JSON.stringify(privateKey.export({ format: "jwk" })),
  };
}

const signing = newKey();
const next = newKey();
let idp;
let url;
let seaweed;
let sts;
let worker;

before(async () => {
  idp = await startIssuer();
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  seaweed = await startSeaweedFs({
    issuer: url,
    jwksUri: `${url}/.well-known/jwks.json`,
    audience: "sts.amazonaws.com",
    roles: { deploy: { StringLike: { "oidc:sub": "grant:deploy:*" } } },
  });
  sts = await startSts(seaweed.endpoint);
  worker = await start({ SIGNING_KEY: signing.text }, { port });
});
after(async () => {
  await worker?.close();
  await seaweed?.close();
  idp?.close();
  sts?.close();
});

/**
 * Starts a Worker that is an issuer, with a grant for the deploy role of SeaweedFS.
 * @param {Record<string, unknown>} keys
 */
function start(keys, { port = undefined, grant = {}, endpoint = sts.endpoint, issuer = url, fields = {} } = {}) {
  const deploy = { name: "deploy", roles: { deploy: seaweed.roleArn("deploy") }, ...grant };
  const other = { name: "other", issuer: idp.issuer, audience: "other", roles: { other: seaweed.roleArn("deploy") } };
  const configuration = configurationFor(idp.issuer, { endpoint }, deploy, {
    credentials: "issuer",
    issuer,
    ...fields,
  });
  configuration.grants.push(other);
  // Bindings that are `null` are not set.
  const bindings = { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "", ...noKeys, ...keys };
  return startWorker({ configuration, port, bindings });
}

/**
 * Requests credentials, by default as a new caller, so that none are cached.
 * @param {{ post: (path: string, body: unknown, headers?: Record<string, string>) => Promise<Response> }} from
 * @param {string} [role]
 * @param {Record<string, unknown>} [claims]
 */
async function credentialsFrom(from, role = "deploy", claims = {}) {
  const authorization = `Bearer ${await idp.token({ sub: randomUUID(), ...claims })}`;
  const response = await from.post("/api/credentials", { role }, { authorization });
  return { status: response.status, headers: response.headers, ...(await response.json()) };
}

const decode = (part) => JSON.parse(Buffer.from(part, "base64url").toString());
const lastToken = () => sts.callsOf("AssumeRoleWithWebIdentity").at(-1).get("WebIdentityToken");

/** Sends a token directly to SeaweedFS. */
function assumeWith(token) {
  const client = new STS({ region: "us-east-1", endpoint: seaweed.endpoint });
  return client.assumeRoleWithWebIdentity({
    RoleArn: seaweed.roleArn("deploy"),
    RoleSessionName: "test",
    WebIdentityToken: token,
  });
}

/** Signs a token as the Worker does, with these changes. */
async function forge(changes = {}, key = signing, kid = undefined) {
  const { keys } = await (await worker.get("/.well-known/jwks.json")).json();
  const now = Math.floor(Date.now() / 1000);
  const claims = { iss: url, aud: "sts.amazonaws.com", sub: "grant:deploy:eve", iat: now, exp: now + 60, ...changes };
  return new SignJWT(claims).setProtectedHeader({ alg: "RS256", kid: kid ?? keys[0].kid }).sign(key.privateKey);
}

test("a caller gets a role's credentials from an STS that verifies the Worker's signature, without any AWS key", async () => {
  const { status, ...credentials } = await credentialsFrom(worker, "deploy", {
    sub: "repo:octo-org/octo-repo:ref:main",
  });
  assert.equal(status, 200, JSON.stringify(credentials));
  const { CreateBucketCommand, ListBucketsCommand, S3Client } = fromPackage("@aws-sdk/client-s3");
  const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken } = credentials;
  const s3 = new S3Client({
    endpoint: seaweed.endpoint,
    region: "us-east-1",
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey, sessionToken },
  });
  await s3.send(new CreateBucketCommand({ Bucket: "from-the-worker" }));
  assert.deepEqual(
    (await s3.send(new ListBucketsCommand({}))).Buckets.map(({ Name }) => Name),
    ["from-the-worker"],
  );
  const [header, claims] = lastToken().split(".").slice(0, 2).map(decode);
  assert.equal(header.alg, "RS256");
  const { iat, jti, ...rest } = claims;
  assert.deepEqual(rest, {
    iss: url,
    aud: "sts.amazonaws.com",
    sub: "grant:deploy:repo:octo-org/octo-repo:ref:main",
    exp: iat + 60,
    "https://aws.amazon.com/roles": [seaweed.roleArn("deploy")],
  });
  const entry = await worker.logEntry((entry) => entry.jti === jti);
  assert.deepEqual([entry.grant, entry.from], ["deploy", "sts"]);
  assert.ok(!worker.logLines.join("\n").includes(lastToken().split(".")[2]));
  const form = sts.callsOf("AssumeRoleWithWebIdentity").at(-1);
  assert.equal(form.get("SourceIdentity") ?? form.get("ExternalId"), null);
});

test("the role's trust policy decides by grant: a token of another grant is denied", async () => {
  const { status, title } = await credentialsFrom(worker, "other", { aud: "other" });
  assert.equal(status, 502, title);
});

test("the discovery document and the keys are public and contain nothing else", async () => {
  const document = await (await worker.get("/.well-known/openid-configuration")).json();
  assert.equal(document.issuer, url);
  assert.equal(document.jwks_uri, `${url}/.well-known/jwks.json`);
  assert.deepEqual(document.id_token_signing_alg_values_supported, ["RS256"]);
  const { keys } = await (await worker.get("/.well-known/jwks.json")).json();
  assert.equal(keys.length, 1);
  const { kid, ...key } = keys[0];
  assert.deepEqual(key, { kty: "RSA", n: signing.jwk.n, e: signing.jwk.e, use: "sig", alg: "RS256" });
  // RFC 7638: SHA-256 over the required fields in lexicographic order.
  const text = JSON.stringify({ e: key.e, kty: "RSA", n: key.n });
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  assert.equal(kid, Buffer.from(hash).toString("base64url"));
});

test("a token that is altered, expired, for another audience, or signed with another key is rejected", async () => {
  await assumeWith(await forge());
  const [header, claims, signature] = (await forge()).split(".");
  const altered = Buffer.from(JSON.stringify({ ...decode(claims), sub: "grant:deploy:mallory" })).toString("base64url");
  const past = Math.floor(Date.now() / 1000) - 7200;
  const rejected = {
    altered: [header, altered, signature].join("."),
    expired: await forge({ iat: past, exp: past + 60 }),
    "another audience": await forge({ aud: "sts.example.org" }),
    "another issuer": await forge({ iss: "http://127.0.0.1:1" }),
    "another key": await forge({}, newKey()),
    "another grant": await forge({ sub: "grant:deploy2:eve" }),
  };
  for (const [name, token] of Object.entries(rejected)) {
    await assert.rejects(assumeWith(token), (/** @type {any} */ error) => error.$metadata.httpStatusCode >= 400, name);
  }
});

test("on another host, the Worker issues no credentials", async () => {
  const port = new URL(url).port;
  const post = async (host) => {
    const headers = {
      host,
      authorization: `Bearer ${await idp.token({ sub: randomUUID() })}`,
      "content-type": "application/json",
    };
    const options = { host: "127.0.0.1", port, path: "/api/credentials", method: "POST", headers };
    const [response] = await once(request(options).end('{"role":"deploy"}'), "response");
    let body = "";
    for await (const chunk of response.setEncoding("utf8")) body += chunk;
    return [response.statusCode, JSON.parse(body).title];
  };
  const calls = sts.calls.length;
  for (const host of [`localhost:${port}`, "127.0.0.1"]) {
    assert.deepEqual(await post(host), [421, "NotTheIssuer"], host);
  }
  const authorization = `Bearer ${await idp.token({ sub: randomUUID() })}`;
  const preview = await worker.at("https://preview.example.workers.dev/api/container?role=deploy", {
    headers: { authorization },
  });
  assert.deepEqual([preview.status, (await preview.json()).title], [421, "NotTheIssuer"]);
  assert.equal(sts.calls.length, calls);
});

/** Returns an interceptor that responds to the first calls with an error of STS. */
const failing = (times, code, message) => {
  let left = times;
  return (_, response) => {
    if (left === 0) return false;
    left -= 1;
    const body = `<ErrorResponse><Error><Type>Sender</Type><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;
    response.writeHead(400, { "content-type": "text/xml" }).end(body);
    return true;
  };
};
const NO_KEY =
  "Couldn't retrieve verification key from your identity provider, please reference AssumeRoleWithWebIdentity documentation";

test("a call is retried if AWS could not fetch the Worker's keys, and if it still cannot, the error is an outage", async () => {
  /** @type {[times: number, code: string, message: string, status: number][]} */
  const failures = [
    [2, "InvalidIdentityToken", NO_KEY, 200],
    [1, "IDPCommunicationError", "could not communicate", 200],
    [3, "InvalidIdentityToken", NO_KEY, 503],
    [1, "InvalidIdentityToken", "Incorrect token audience", 502],
  ];
  for (const [times, code, message, status] of failures) {
    sts.intercept = failing(times, code, message);
    const calls = sts.calls.length;
    const result = await credentialsFrom(worker);
    assert.deepEqual([result.status, sts.calls.length - calls], [status, status === 200 ? times + 1 : times], message);
    if (status === 503) assert.match(result.hint, /jwks.json: it must be public/);
  }
  sts.intercept = undefined;
});

test("keys rotate without a gap: published, then signing, then former, then withdrawn", async () => {
  const { port } = new URL(url);
  const restart = async (keys) => {
    await worker.close();
    worker = await start(keys, { port: Number(port) });
  };
  const kids = async () => (await (await worker.get("/.well-known/jwks.json")).json()).keys.map(({ kid }) => kid);
  const [oldKid] = await kids();
  await restart({ SIGNING_KEY: signing.text, NEXT_SIGNING_KEY: next.text });
  const [, newKid] = await kids();
  assert.equal((await credentialsFrom(worker)).status, 200);
  assert.equal(decode(lastToken().split(".")[0]).kid, oldKid);
  await restart({ SIGNING_KEY: next.text, FORMER_SIGNING_KEY: signing.text });
  assert.equal((await credentialsFrom(worker)).status, 200);
  assert.equal(decode(lastToken().split(".")[0]).kid, newKid);
  assert.deepEqual(await kids(), [newKid, oldKid]);
  await assumeWith(await forge({}, signing, oldKid));
  await restart({ SIGNING_KEY: next.text });
  // An unknown key makes SeaweedFS fetch the keys again. AWS does so after a time that it does not document.
  await assert.rejects(assumeWith(await forge({}, newKey(), "unknown")));
  await assert.rejects(assumeWith(await forge({}, signing, oldKid)));
  assert.equal((await credentialsFrom(worker)).status, 200);
  await restart({ SIGNING_KEY: signing.text });
});

test("an EC key signs with ES256", async () => {
  const { port } = new URL(url);
  await worker.close();
  worker = await start({ SIGNING_KEY: newKey("ec").text }, { port: Number(port) });
  const { status } = await credentialsFrom(worker);
  assert.equal(status, 200);
  const { alg, kid } = decode(lastToken().split(".")[0]);
  const { keys } = await (await worker.get("/.well-known/jwks.json")).json();
  assert.deepEqual([alg, keys[0].kid, keys[0].crv, Object.keys(keys[0]).length], ["ES256", kid, "P-256", 7]);
});

test("tags, transitive tags and source identity are in the token, where STS reads them", async () => {
  // MiniStack does not verify the token's signature, but evaluates the role's trust policy.
  const ministack = await startSts();
  const port = await freePort();
  const trusted = await createRole("federated-role", {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Federated: `arn:aws:iam::123456789012:oidc-provider/127.0.0.1:${port}` },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: { StringEquals: { [`127.0.0.1:${port}:aud`]: "sts.amazonaws.com" } },
      },
    ],
  });
  const grant = {
    roles: { deploy: trusted },
    tags: { team: "team", email: "email" },
    transitiveTags: ["team"],
    sourceIdentity: true,
    policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
  };
  const tagged = await start(
    { SIGNING_KEY: signing.text },
    { endpoint: ministack.endpoint, grant, port, issuer: `http://127.0.0.1:${port}` },
  );
  try {
    const { status } = await credentialsFrom(tagged, "deploy", { sub: "ada", team: "blue", email: "a@b.c" });
    assert.equal(status, 200);
    const form = ministack.callsOf("AssumeRoleWithWebIdentity").at(-1);
    const claims = decode(form.get("WebIdentityToken").split(".")[1]);
    assert.deepEqual(claims["https://aws.amazon.com/tags"], {
      principal_tags: { team: ["blue"], email: ["a@b.c"] },
      transitive_tag_keys: ["team"],
    });
    assert.equal(claims["https://aws.amazon.com/source_identity"], form.get("RoleSessionName"));
    assert.equal(form.get("PolicyArns.member.1.arn"), "arn:aws:iam::aws:policy/ReadOnlyAccess");
    assert.ok(![...form.keys()].some((name) => /^(Tags|TransitiveTagKeys|SourceIdentity)/.test(name)));
  } finally {
    await tagged.close();
    ministack.close();
  }
});

test("a token's subject suits IAM conditions: unique, at most 255 characters, without wildcards", async () => {
  const subjects = [
    "a",
    "*",
    "?",
    "a b",
    "a*b",
    'a"b',
    "${aws:username}",
    "é",
    "~",
    "a~b",
    "%2A",
    "x".repeat(255),
    `${"x".repeat(255)}y`,
  ];
  const seen = new Set();
  for (const sub of subjects) {
    await credentialsFrom(worker, "deploy", { sub });
    const claims = decode(lastToken().split(".")[1]);
    assert.match(claims.sub, /^grant:deploy:[^*?$"\\\s]{1,242}$/);
    seen.add(claims.sub);
  }
  assert.equal(seen.size, subjects.length);
});

test("the health check reports a signing key that cannot sign, without the key itself", async () => {
  for (const [key, message] of [
    ["", "SIGNING_KEY secret is missing: npx wrangler secret put SIGNING_KEY"],
    ["x", "SIGNING_KEY must be a JWK in JSON; generate one: npx sts-web-worker keygen"],
    [
      JSON.stringify({ ...signing.jwk, d: undefined }),
      "SIGNING_KEY must be a private key; generate one: npx sts-web-worker keygen",
    ],
    [
      newKey("rsa", { modulusLength: 1024, namedCurve: "" }).text,
      "SIGNING_KEY must have at least 2048 bits; generate one: npx sts-web-worker keygen",
    ],
    [
      JSON.stringify({ ...signing.jwk, dp: newKey().jwk.dp }),
      "SIGNING_KEY is not a valid key; generate one: npx sts-web-worker keygen",
    ],
  ]) {
    const port = await freePort();
    const broken = await start({ SIGNING_KEY: key }, { port, issuer: `http://127.0.0.1:${port}` });
    try {
      const response = await broken.get("/api/health");
      assert.deepEqual([response.status, (await response.json()).detail], [503, message]);
      assert.ok(!broken.logLines.join("\n").includes(signing.jwk.d));
    } finally {
      await broken.close();
    }
  }
});

test("with AWS keys, the Worker is not an issuer", async () => {
  const { endpoint } = sandbox;
  const withKeys = await startWorker({ configuration: configurationFor(idp.issuer, { endpoint }) });
  try {
    for (const path of ["/.well-known/openid-configuration", "/.well-known/jwks.json"]) {
      assert.equal((await (await withKeys.get(path)).json()).title, "NotAnIssuer");
    }
  } finally {
    await withKeys.close();
  }
});
