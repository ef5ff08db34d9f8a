// How grants work: patterns, nested claims, lists of audiences, the caller's identity, limits of roles, and the reason
// if no grant matches.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { configurationFor } from "./configurations.mjs";
import { startWorker } from "./running-worker.mjs";
import { issuer, sts } from "./services.mjs";
import { roleArn, sandbox } from "./sts.mjs";

const POLICY = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Action: "s3:List*", Resource: "*" }] };
let worker;

/** A grant with its own audience, so that the tests do not affect each other. */
const grant = (name, fields) => ({
  name,
  issuer: issuer.issuer,
  audience: name,
  roles: { [name]: roleArn },
  ...fields,
});

before(async () => {
  const configuration = configurationFor(issuer.issuer, sts);
  configuration.grants = [
    grant("pattern", { claims: { sub: { like: "repo:octo-org/*:environment:prod-?" } } }),
    grant("literal", { claims: { sub: "repo:octo-org/*" } }),
    grant("nested", {
      claims: {
        "realm_access.roles": "admin",
        "kubernetes.io.serviceaccount.name": "builder",
        "https://a.example/b": "c",
      },
    }),
    grant("audiences", { audience: ["first", "second"] }),
    grant("email", { audience: "people", subjectClaim: "email" }),
    grant("common_name", { audience: "people", subjectClaim: "common_name" }),
    grant("by-email", { audience: "mixed", subjectClaim: "email" }),
    grant("by-sub", { audience: "mixed" }),
    grant("short", { audience: "wide", roles: { role: { arn: roleArn, maxDurationSeconds: 900 } } }),
    grant("long", {
      audience: "wide",
      claims: { level: "senior" },
      roles: {
        role: { arn: roleArn, maxDurationSeconds: 3600, sessionPolicy: POLICY },
      },
    }),
    grant("limits", {
      claims: { team: ["storage"], ref: "main", secret_claim: "the-accepted-value" },
      roles: {
        limited: {
          arn: roleArn,
          externalId: sandbox.externalId,
          policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
          sourceIdentity: true,
          tags: { team: "team" },
          transitiveTags: ["team"],
        },
      },
    }),
  ];
  worker = await startWorker({ configuration });
});
after(async () => {
  await worker?.close();
});

/** Requests credentials for a role. Returns the status and the fields of the response. */
async function request(role, claims, body = {}) {
  const authorization = `Bearer ${await issuer.token({ aud: role, ...claims })}`;
  const response = await worker.post("/api/credentials", { role, ...body }, { authorization });
  return { status: response.status, ...(await response.json()) };
}

const latest = () => sts.callsOf("AssumeRole").at(-1);

test("a pattern matches the whole value, and a string without `like` is no pattern", async () => {
  for (const sub of [
    "repo:octo-org/a:environment:prod-1",
    "repo:octo-org/:environment:prod-é",
    "repo:octo-org/a:environment:prod-1:environment:prod-2",
  ]) {
    assert.equal((await request("pattern", { sub })).status, 200, sub);
  }
  for (const sub of [
    "repo:octo-org/a:environment:prod-",
    "repo:octo-org/a:environment:prod-12",
    "xrepo:octo-org/a:environment:prod-1",
    "repo:octo-organization/a:environment:prod-1",
    "repo:octo-org/a:environment:prod-1\n",
    "REPO:octo-org/a:environment:prod-1",
  ]) {
    assert.equal((await request("pattern", { sub })).title, "NoGrant", sub);
  }
  assert.equal((await request("literal", { sub: "repo:octo-org/a" })).title, "NoGrant");
  assert.equal((await request("literal", { sub: "repo:octo-org/*" })).status, 200);
});

test("a pattern with many asterisks does not hang on a long claim", async () => {
  const like = `${"*a".repeat(30)}b`;
  const configuration = configurationFor(issuer.issuer, sts, { claims: { sub: { like } } });
  const own = await startWorker({ configuration });
  try {
    const authorization = `Bearer ${await issuer.token({ sub: "a".repeat(3_000) })}`;
    const { title } = await (await own.get("/api/identity", { authorization })).json();
    assert.equal(title, "NoGrant");
  } finally {
    await own.close();
  }
});

test("nested claims are named by their path, even if names contain dots", async () => {
  const claims = {
    realm_access: { roles: ["user", "admin"] },
    "kubernetes.io": { serviceaccount: { name: "builder" } },
    "https://a.example/b": "c",
  };
  assert.equal((await request("nested", claims)).status, 200);
  for (const other of [
    { ...claims, realm_access: { roles: ["user"] } },
    { ...claims, realm_access: ["admin"] },
    { ...claims, realm_access: { roles: { admin: "admin" } } },
    { ...claims, "kubernetes.io": { serviceaccount: {} } },
    { ...claims, "kubernetes.io": null },
  ]) {
    assert.equal((await request("nested", other)).title, "NoGrant");
  }
});

test("a grant accepts each of its audiences", async () => {
  for (const aud of ["first", "second", ["other", "second"]]) {
    assert.equal((await request("audiences", { aud })).status, 200);
  }
  assert.equal((await request("audiences", { aud: "third" })).title, "AudienceUnknown");
});

test("subjectClaim identifies the caller: people by email, Cloudflare Access's service tokens by common_name", async () => {
  const person = await request("email", { aud: "people", email: "ada@example.org" });
  assert.equal(person.status, 200);
  assert.match(latest().get("RoleSessionName"), /^ada@example.org=/);
  const service = await request("common_name", { aud: "people", sub: "", common_name: "0123.access" });
  assert.equal(service.status, 200);
  assert.match(latest().get("RoleSessionName"), /^0123.access=/);
  // Callers with the same text in different claims are different callers.
  await request("common_name", { aud: "people", sub: "", common_name: "ada@example.org" });
  const name = latest().get("RoleSessionName");
  await request("email", { aud: "people", email: "ada@example.org" }, { refresh: true });
  assert.notEqual(latest().get("RoleSessionName"), name);
  const neither = await request("email", { aud: "people" });
  assert.equal(neither.title, "NoGrant");
  assert.match(neither.detail, /email requires the claim email, which the token does not have/);
});

test("each grant that matches names the caller by its own claim, so that no two callers share a session", async () => {
  const ada = { aud: "mixed", sub: "00u1", email: "ada@example.org" };
  const names = [];
  for (const [role, claims, subject] of [
    ["by-sub", ada, "00u1"],
    ["by-email", ada, "ada@example.org"],
    // Someone else, whose `sub` is Ada's email address.
    ["by-sub", { aud: "mixed", sub: "ada@example.org" }, "ada@example.org"],
  ]) {
    const { status, AccessKeyId } = await request(role, claims);
    assert.equal(status, 200);
    const name = latest().get("RoleSessionName");
    assert.equal(name.split("=")[0], subject);
    await worker.logEntry((entry) => entry.accessKeyId === AccessKeyId && entry.sessionName === name);
    names.push(name);
  }
  assert.equal(new Set(names).size, 3);
});

test("if several grants have a role, the one with the longest duration that allows the request applies", async () => {
  const junior = { aud: "wide" };
  const senior = { aud: "wide", level: "senior" };
  assert.equal((await request("role", junior, { durationSeconds: 1800 })).title, "DurationNotGranted");
  const wide = await request("role", senior, { durationSeconds: 3600 });
  assert.equal(wide.status, 200, wide.detail);
  assert.equal(latest().get("DurationSeconds"), "3600");
  assert.ok(latest().get("Policy"));
  const sessionPolicy = { Version: "2012-10-17", Statement: [{ Effect: "Deny", Action: "*", Resource: "*" }] };
  assert.equal((await request("role", senior, { durationSeconds: 900, sessionPolicy })).status, 200);
  assert.deepEqual(JSON.parse(latest().get("Policy")), sessionPolicy);
  assert.equal((await request("role", senior, { durationSeconds: 3600, sessionPolicy })).title, "PolicyIsFixed");
});

test("a role's own limits: external ID, managed policies, transitive tags; a source identity only if configured", async () => {
  const { status } = await request("limited", {
    aud: "limits",
    team: "storage",
    ref: "main",
    secret_claim: "the-accepted-value",
  });
  assert.equal(status, 200);
  const form = latest();
  assert.equal(form.get("ExternalId"), sandbox.externalId);
  assert.equal(form.get("PolicyArns.member.1.arn"), "arn:aws:iam::aws:policy/ReadOnlyAccess");
  assert.equal(form.get("TransitiveTagKeys.member.1"), "team");
  assert.equal(form.get("SourceIdentity"), form.get("RoleSessionName"));
  await request("audiences", { aud: "first", sub: "no-source-identity" });
  assert.equal(latest().get("SourceIdentity"), null);
});

test("a rejection names the claim of each grant that does not match, but no accepted value", async () => {
  const { status, title, detail } = await request("limited", {
    aud: "limits",
    team: "storage",
    ref: "main",
    secret_claim: "mine",
  });
  assert.deepEqual([status, title], [403, "NoGrant"]);
  assert.match(detail, /limits requires another value of the claim secret_claim/);
  assert.ok(!detail.includes("the-accepted-value"));
  assert.ok(!detail.includes("pattern"), "a grant for another audience");
  const missing = await request("limited", { aud: "limits", ref: "main" });
  assert.match(missing.detail, /limits requires the claim team, which the token does not have/);
  // The log has the reason, too.
  await worker.logEntry(({ reason }) => String(reason).includes("limits requires the claim team"));
});
