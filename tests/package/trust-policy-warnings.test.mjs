// The trust policy check: what it warns of beside the verdict.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  ACCOUNT,
  ALICE,
  alice,
  allow,
  bothActions,
  byWorkflow,
  claim,
  claims,
  codes,
  equalsId,
  explain,
  externalId,
  federated,
  hasMfa,
  named,
  OTHER,
  PROVIDER,
  policy,
  SESSION,
  session,
  when,
} from "./trust-policy-examples.mjs";

/** Each row: the warning, statements that get it, and what differs from alice's call. */
for (const [code, statements, context] of [
  ["near-miss", named(ALICE.replace("alice", "Alice"))],
  ["near-miss", named(`arn:aws:iam::${ACCOUNT}:user/staff/alice`)],
  ["near-miss", named(ALICE.replace("alice", "allice"))],
  ["near-miss", named(ALICE.replace(ACCOUNT, OTHER))],
  ["near-miss", named(ALICE.replace("aws", "aws-cn"))],
  ["near-miss", named(`arn:aws:iam::${ACCOUNT}:role/alice`)],
  ["near-miss", named("AIDAEXAMPLEDELETED001")],
  ["near-miss", federated({ Principal: { Federated: `${PROVIDER}/` } }), byWorkflow],
  ["near-miss", equalsId, externalId("ext-77")],
  ["near-miss", when("StringEquals", "sts:ExternalId", "Ext-7"), externalId("ext-7")],
  ["external-id-spaces", when("StringEquals", "sts:ExternalId", "ext 8"), externalId("ext-7")],
  ["wildcard-principal", named(`arn:aws:iam::${ACCOUNT}:user/*`)],
  ["for-all-values", when("ForAllValues:StringEquals", "sts:ExternalId", "ext-7")],
  ["for-all-values", when("ForAllValues:StringEquals", "aws:TagKeys", "team")],
  ["mfa-if-exists", hasMfa("BoolIfExists")],
  ["mfa-deny", { ...hasMfa("Bool", "false"), Effect: "Deny" }],
  ["literal-wildcard", when("StringEquals", "aws:username", "al*")],
  ["session-as-principal-arn", when("ArnLike", "aws:PrincipalArn", SESSION)],
  ["open-to-everyone", named("*")],
  ["unknown-action", allow({ Action: ["sts:AssumeRole", "sts:TagSessions"] })],
  ["unknown-key", when("StringEquals", "sts:ExternalIdd", "x")],
  ["bearer-token-key", when("NumericLessThanEquals", "sts:DurationSeconds", 3600)],
  ["any-action", allow({ Action: "*" })],
  ["not-action", allow({ Action: undefined, NotAction: "sts:TagSession" })],
  ["joined-actions", bothActions({ Condition: { StringEquals: { "sts:ExternalId": "ext-7" } } })],
  ["no-subject", claim("StringEquals", "aud", "sts.amazonaws.com"), byWorkflow],
  [
    "no-subject",
    federated({
      Principal: { Federated: "accounts.google.com" },
      Condition: { StringEquals: { "accounts.google.com:oaud": "app" } },
    }),
    { caller: { kind: "web-identity", issuer: "accounts.google.com", claims: { aud: "app" } } },
  ],
]) {
  test(`warning: ${code} ${JSON.stringify(statements.Principal)} ${JSON.stringify(statements.Condition ?? "")}`, () => {
    assert.deepEqual(codes(statements, context), [code]);
  });
}

test("a near miss reports what differs", () => {
  const says = (AWS, caller = alice) => explain(policy(named(AWS)), { caller }).statements[0].reason;
  assert.match(says(ALICE.replace("alice", "Alice")), /names are case-sensitive\. The caller's is alice\.$/);
  assert.match(says(ALICE.replace("user/", "user/staff/")), /its path differs\.$/);
  assert.match(says(ALICE.replace("alice", "alic")), /its name differs by one character from alice\.$/);
  assert.match(says(ALICE.replace(ACCOUNT, OTHER)), /its account differs\.$/);
  assert.match(says(ALICE.replace("aws", "aws-cn")), /its partition differs\.$/);
  assert.match(says(ALICE.replace("user", "role")), /it is a role, but the caller is a user\.$/);
  assert.match(says(`arn:aws:iam::${ACCOUNT}:user/Caller`, session), /it is a user, but the caller is a role session/);
  assert.match(says(SESSION.replace("s1", "s2"), session), /another session of the role/);
  assert.match(says(`arn:aws:iam::${ACCOUNT}:role/CALLER`, session), /case-sensitive/);
  assert.match(says(`arn:aws:iam::${ACCOUNT}:user/bob`), /^The principal is .*bob, but the caller is .*alice\.$/);
});

test("ForAllValues is meant for keys with several values", () => {
  for (const key of [
    "saml:edupersonaffiliation",
    "SAML:eduPersonAffiliation",
    "sts:RequestContextProviders",
    "aws:PrincipalServiceNamesList",
    "aws:SourceOrgPaths",
    "aws:ResourceOrgPaths",
    "cognito-identity.amazonaws.com:amr",
  ]) {
    const condition = { "ForAllValues:StringLike": { [key]: "x" } };
    assert.match(explain(policy(allow({ Condition: condition }))).warnings[0].message, /add "Null"/, key);
    assert.deepEqual(codes(allow({ Condition: { ...condition, Null: { [key]: "false" } } })), [], key);
  }
  for (const key of ["saml:eduPersonOrgDN", "saml:sub", "sts:ExternalId"]) {
    const { warnings } = explain(policy(when("ForAllValues:StringLike", key, "x")));
    assert.match(warnings[0].message, /at most one value.*Remove the prefix/, key);
  }
});

test("a policy without mistakes has no warnings", () => {
  assert.deepEqual(codes([equalsId, allow({ Action: "sts:TagSession" })], externalId("ext-7")), []);
  assert.deepEqual(codes(claim("StringEquals", "sub", claims.sub), byWorkflow), []);
  const required = { "ForAllValues:StringEquals": { "aws:TagKeys": "team" }, Null: { "aws:TagKeys": "false" } };
  assert.deepEqual(codes(allow({ Condition: required })), []);
});
