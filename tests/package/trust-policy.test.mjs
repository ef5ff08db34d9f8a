// The trust policy check: the shared cases, each rule, invalid input, warnings, attacks, and AWS's access-denied
// messages.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { explainRefusal, explainTrustPolicy } from "../../pkg/dist/trust-policy/index.js";

/**
 * Also accepts invalid input.
 *
 * @type {(policy?: any, context?: any) => import("../../pkg/dist/trust-policy/index.js").TrustPolicyExplanation}
 */
const check = explainTrustPolicy;

const ACCOUNT = "123456789012";
const OTHER = "210987654321";
const TARGET = `arn:aws:iam::${ACCOUNT}:role/Target`;
const ROOT = { AWS: `arn:aws:iam::${ACCOUNT}:root` };
const ALICE = `arn:aws:iam::${ACCOUNT}:user/alice`;
/** @type {any} */
const alice = { arn: ALICE, userId: "AIDAEXAMPLEALICE00001", credentials: "long-term", tags: { team: "red" } };
const carol = { arn: `arn:aws:iam::${OTHER}:user/carol`, credentials: "long-term" };
const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/Caller/s1`;
const session = { arn: SESSION, userId: "AROAEXAMPLECALLER0001:s1", mfa: false };
const GITHUB = "token.actions.githubusercontent.com";
const PROVIDER = `arn:aws:iam::${ACCOUNT}:oidc-provider/${GITHUB}`;
const claims = { aud: "sts.amazonaws.com", sub: "repo:octo/app:ref:refs/heads/main", repository: "octo/app" };
const workflow = { kind: "web-identity", issuer: `https://${GITHUB}`, claims };
const SAML = `arn:aws:iam::${ACCOUNT}:saml-provider/Okta`;
const employee = { kind: "saml", provider: SAML, claims: { aud: "https://signin.aws.amazon.com/saml", sub: "alice" } };

/** Returns an Allow for the whole account, with the changes in `more`. */
const allow = (more) => ({ Effect: "Allow", Principal: ROOT, Action: "sts:AssumeRole", ...more });
const deny = (more) => ({ ...allow({ Principal: { AWS: "*" } }), Effect: "Deny", ...more });
const policy = (...statements) => ({ Version: "2012-10-17", Statement: statements });
/** @type {(operator: string, key: string, value: any) => any} */
const when = (operator, key, value) => allow({ Condition: { [operator]: { [key]: value } } });
const withTags = [allow(), allow({ Action: "sts:TagSession" })];

/**
 * Explains alice's request for a session called demo; the second argument changes it.
 *
 * @type {(document: any, context?: any) => import("../../pkg/dist/trust-policy/index.js").TrustPolicyExplanation}
 */
const explain = (document, { caller = alice, request, ...more } = {}) =>
  check(document, {
    caller,
    roleArn: TARGET,
    action:
      { "web-identity": "sts:AssumeRoleWithWebIdentity", saml: "sts:AssumeRoleWithSAML" }[caller.kind] ??
      "sts:AssumeRole",
    request: { sessionName: "demo", ...request },
    ...more,
  });
const verdict = (statements, context) => explain(policy(...[statements].flat()), context).verdict;
const codes = (statements, context) =>
  explain(policy(...[statements].flat()), context).warnings.map(({ code }) => code);

for (const { id, name, policy, context, expect } of JSON.parse(
  readFileSync(new URL("../vectors/trust-policies.json", import.meta.url), "utf8"),
)) {
  test(`case ${id}: ${name}`, () => {
    const result = check(policy, context);
    assert.equal(result.verdict, expect.verdict, result.reason);
    if (result.verdict !== "unknown") assert.equal(result.needsIdentityPolicy, expect.needsIdentityPolicy);
    assert.match(result.reason, /^[A-Z].*\.$/);
    for (const statement of result.statements) assert.match(statement.reason, /^\S.*\.$/);
  });
}

/** Each row: the rule, the verdict, the statements, and what differs from alice's call. */
function rules(about, rows) {
  for (const [rule, expected, statements, context] of rows) {
    test(`${about}: ${rule}`, () => {
      const result = explain(policy(...[statements].flat()), context);
      assert.deepEqual(result.violations, []);
      assert.equal(result.verdict, expected, result.reason);
    });
  }
}

const named = (AWS) => allow({ Principal: { AWS } });

rules("principals", [
  ["an account ID stands for the account's root", "allowed", named(ACCOUNT)],
  ["another account's ID does not match", "denied", named(OTHER)],
  ["one of a list is enough", "allowed", named([OTHER, ALICE])],
  ['"*" is everyone, of any account', "allowed", allow({ Principal: "*" }), { caller: carol }],
  ["a user's path is part of its ARN", "denied", named(`arn:aws:iam::${ACCOUNT}:user/staff/alice`)],
  ["no wildcard inside an ARN", "denied", named(`arn:aws:iam::${ACCOUNT}:user/*`)],
  ["a role's ARN matches its sessions", "allowed", named(`arn:aws:iam::${ACCOUNT}:role/Caller`), { caller: session }],
  ["a role's name is case-sensitive", "denied", named(`arn:aws:iam::${ACCOUNT}:role/caller`), { caller: session }],
  [
    "a role of that name in another account does not match",
    "denied",
    named(`arn:aws:iam::${OTHER}:role/Caller`),
    { caller: session },
  ],
  ["a session's ARN matches that session", "allowed", named(SESSION), { caller: session }],
  [
    "a role's path must be right if it is known",
    "denied",
    named(`arn:aws:iam::${ACCOUNT}:role/svc/Caller`),
    { caller: { ...session, roleArn: `arn:aws:iam::${ACCOUNT}:role/Caller` } },
  ],
  ["a deleted role matches no one", "denied", named("AROAEXAMPLEDELETED001"), { caller: session }],
  ["a deleted user with the caller's own id is unclear", "unknown", named("AIDAEXAMPLEALICE00001")],
  [
    "a service principal never matches a caller with credentials",
    "denied",
    allow({ Principal: { Service: "ec2.amazonaws.com" } }),
  ],
  ["nor does a federated principal", "denied", allow({ Principal: { Federated: PROVIDER } })],
  ["another partition is another account", "denied", named(`arn:aws-cn:iam::${ACCOUNT}:root`)],
  [
    "roles are not assumed across partitions",
    "denied",
    named("*"),
    { caller: { ...alice, arn: `arn:aws-cn:iam::${ACCOUNT}:user/alice` } },
  ],
  [
    "an account's root cannot assume roles",
    "denied",
    named("*"),
    { caller: { arn: ROOT.AWS, credentials: "long-term" } },
  ],
  [
    "nor can a federation session",
    "denied",
    named("*"),
    { caller: { arn: `arn:aws:sts::${ACCOUNT}:federated-user/alice` } },
  ],
  ["a wildcard inside a denied ARN is unclear", "unknown", [allow(), deny({ Principal: { AWS: `${ALICE}*` } })]],
]);

rules("statements", [
  ["a Deny wins in any position", "denied", [deny(), allow()]],
  ["a Deny for another principal does not apply", "allowed", [allow(), deny({ Principal: { AWS: OTHER } })]],
  ["a Deny for another action does not apply", "allowed", [allow(), deny({ Action: "sts:AssumeRoleWithSAML" })]],
  ["without an Allow the request is denied", "denied", [deny({ Principal: { AWS: OTHER } })]],
  ["an action's case does not matter", "allowed", allow({ Action: "STS:assumeROLE" })],
  ["actions may have wildcards", "allowed", allow({ Action: ["sts:TagSession", "sts:Assume*"] })],
  ["sts:AssumeRole is not sts:AssumeRoleWithSAML", "denied", allow({ Action: "sts:AssumeRoleWithSAML" })],
  ["NotAction is every action but those", "denied", allow({ Action: undefined, NotAction: "sts:assumerole" })],
  ["NotAction allows the others", "allowed", allow({ Action: undefined, NotAction: ["sts:TagSession"] })],
  [
    "an unknown Deny is unknown",
    "unknown",
    [allow(), { ...when("StringEquals", "aws:SourceVpce", "vpce-1"), Effect: "Deny" }],
  ],
  [
    "a Deny that cannot match leaves the Allow",
    "allowed",
    [allow(), { ...when("Null", "sts:RoleSessionName", "true"), Effect: "Deny" }],
  ],
]);

const externalId = (value) => ({ request: { externalId: value } });
const equalsId = when("StringEquals", "sts:ExternalId", "ext-7");

rules("conditions", [
  ["StringEquals", "allowed", equalsId, externalId("ext-7")],
  ["a key's case does not matter", "allowed", when("StringEquals", "STS:externalID", "ext-7"), externalId("ext-7")],
  [
    "several values: any of them",
    "allowed",
    when("StringEquals", "sts:ExternalId", ["a1", "ext-7"]),
    externalId("ext-7"),
  ],
  [
    "several values, negated: none of them",
    "denied",
    when("StringNotEquals", "sts:ExternalId", ["a1", "ext-7"]),
    externalId("ext-7"),
  ],
  [
    "all keys must match",
    "denied",
    allow({ Condition: { StringEquals: { "sts:ExternalId": "ext-7", "aws:username": "bob" } } }),
    externalId("ext-7"),
  ],
  [
    "all operators must match",
    "denied",
    allow({ Condition: { StringEquals: { "sts:ExternalId": "ext-7" }, StringLike: { "aws:username": "b*" } } }),
    externalId("ext-7"),
  ],
  ["absent key, positive: false", "denied", when("StringLike", "sts:ExternalId", "*")],
  ["absent key, negated: true", "allowed", when("StringNotLike", "sts:ExternalId", "*")],
  ["absent key, IfExists: true", "allowed", when("StringEqualsIfExists", "sts:ExternalId", "ext-7")],
  [
    "present key, IfExists: compared",
    "denied",
    when("StringEqualsIfExists", "sts:ExternalId", "ext-7"),
    externalId("ext-8"),
  ],
  ["absent key, Null true", "allowed", when("Null", "sts:ExternalId", true)],
  ["present key, Null false", "allowed", when("Null", "sts:ExternalId", "false"), externalId("ext-7")],
  ["StringEqualsIgnoreCase", "allowed", when("StringEqualsIgnoreCase", "sts:ExternalId", "EXT-7"), externalId("ext-7")],
  [
    "StringEqualsIgnoreCase of letters beyond A to Z is unclear",
    "unknown",
    when("StringEqualsIgnoreCase", "aws:PrincipalTag/team", "\u00c9t\u00e9"),
    { caller: { ...alice, tags: { team: "\u00e9t\u00e9" } } },
  ],
  ["StringLike spans colons", "allowed", when("StringLike", "aws:PrincipalArn", "arn:aws:*:user/alice")],
  ["StringLike: ? is one character", "denied", when("StringLike", "aws:username", "alice?")],
  ["ArnEquals has wildcards too", "allowed", when("ArnEquals", "aws:PrincipalArn", `arn:aws:iam::*:user/al?ce`)],
  ["ArnNotLike", "denied", when("ArnNotLike", "aws:PrincipalArn", `arn:aws:iam::${ACCOUNT}:user/*`)],
  ["no key of STS is binary", "unknown", when("BinaryEquals", "aws:username", "YWxpY2U=")],
  [
    "a provided value that is not a date is unclear",
    "unknown",
    when("DateNotEquals", "aws:CurrentTime", "2026-01-01"),
    { conditionKeys: { "aws:CurrentTime": "tomorrow" } },
  ],
  [
    "an ARN operator on a value that is not an ARN is unclear",
    "unknown",
    when("ArnNotLike", "aws:username", "arn:aws:iam::*:*"),
  ],
  [
    "an ARN with an unknown variable is unknown",
    "unknown",
    when("ArnNotLike", "aws:PrincipalArn", "arn:aws:iam::1:user/${aws:PrincipalOrgID}"),
  ],
  ["a single asterisk instead of an ARN is unclear", "unknown", when("ArnLike", "aws:PrincipalArn", "*")],
  ["an unknown key is unknown", "unknown", when("IpAddress", "aws:SourceIp", "203.0.113.0/24")],
  ["an undocumented key is unknown", "unknown", when("StringNotEquals", "example:key", "x")],
  ["an unknown key, IfExists, is unknown", "unknown", when("StringEqualsIfExists", "aws:PrincipalOrgID", "o-1")],
  ["whether an unknown key is there is unknown", "unknown", when("Null", "aws:SourceVpce", "true")],
  [
    "a condition that fails decides over an unknown one",
    "denied",
    allow({ Condition: { StringEquals: { "aws:SourceVpc": "vpc-1", "sts:ExternalId": "e1" } } }),
  ],
  [
    "provided: IpAddress",
    "allowed",
    when("IpAddress", "aws:SourceIp", ["198.51.100.7", "203.0.113.0/24"]),
    { conditionKeys: { "aws:sourceip": "203.0.113.9" } },
  ],
  [
    "provided: NotIpAddress",
    "denied",
    when("NotIpAddress", "aws:SourceIp", "2001:db8::/32"),
    { conditionKeys: { "aws:SourceIp": "2001:db8:1::5" } },
  ],
  [
    "provided: an address outside the range",
    "denied",
    when("IpAddress", "aws:SourceIp", ["203.0.113.0/25", "::/0"]),
    { conditionKeys: { "aws:SourceIp": "203.0.113.128" } },
  ],
  [
    "provided: a date",
    "allowed",
    when("DateLessThan", "aws:CurrentTime", "2026-12-31T00:00:00Z"),
    { conditionKeys: { "aws:CurrentTime": "2026-11-25T10:00:00Z" } },
  ],
  [
    "provided: a number",
    "denied",
    when("NumericLessThanEquals", "sts:DurationSeconds", 3600),
    { request: { durationSeconds: 3601 } },
  ],
  [
    "provided as not in the request",
    "denied",
    when("StringEquals", "aws:SourceVpce", "vpce-1"),
    { conditionKeys: { "aws:SourceVpce": [] } },
  ],
  ["provided as unknown", "unknown", equalsId, { ...externalId("ext-7"), conditionKeys: { "sts:ExternalId": null } }],
]);

const account = (Condition) => allow({ Condition });
/** @type {(operator: string, value?: any) => any} */
const hasMfa = (operator, value = "true") => when(operator, "aws:MultiFactorAuthPresent", value);
const temporary = (more) => ({ caller: { ...alice, credentials: "temporary", ...more } });

rules("the caller", [
  ["aws:username is the user's", "allowed", when("StringEquals", "aws:username", "alice")],
  ["aws:username is for users only", "denied", when("StringLike", "aws:username", "*"), { caller: session }],
  ["aws:PrincipalTag, its key in any case", "allowed", when("StringEquals", "aws:PrincipalTag/TEAM", "red")],
  ["a tag that the caller does not have", "denied", when("StringEquals", "aws:PrincipalTag/cost", "1")],
  [
    "tags that are not provided are unknown",
    "unknown",
    when("StringEquals", "aws:PrincipalTag/team", "red"),
    { caller: session },
  ],
  [
    "aws:PrincipalArn of a session is not the session's ARN",
    "denied",
    when("ArnLike", "aws:PrincipalArn", SESSION),
    { caller: session },
  ],
  [
    "every path matches a wildcard",
    "allowed",
    when("ArnLike", "aws:PrincipalArn", `arn:aws:iam::${ACCOUNT}:role/*`),
    { caller: session },
  ],
  [
    "no path makes another account match",
    "denied",
    when("ArnLike", "aws:PrincipalArn", `arn:aws:iam::${OTHER}:role/*`),
    { caller: session },
  ],
  [
    "no path makes another name match",
    "denied",
    when("ArnLike", "aws:PrincipalArn", `arn:aws:iam::${ACCOUNT}:role/*/Other`),
    { caller: session },
  ],
  [
    "some paths match: unknown",
    "unknown",
    when("ArnLike", "aws:PrincipalArn", `arn:aws:iam::${ACCOUNT}:role/svc/*`),
    { caller: session },
  ],
  [
    "aws:PrincipalAccount and aws:PrincipalType",
    "allowed",
    account({ StringEquals: { "aws:PrincipalAccount": ACCOUNT, "aws:PrincipalType": "AssumedRole" } }),
    { caller: session },
  ],
  ["aws:SourceAccount is for services", "denied", when("StringEquals", "aws:SourceAccount", ACCOUNT)],
  ["MFA of temporary credentials", "allowed", hasMfa("Bool"), temporary({ mfa: true })],
  ["temporary credentials without MFA", "denied", hasMfa("Bool"), temporary({ mfa: false })],
  ["MFA that is not provided is unknown", "unknown", hasMfa("Bool"), temporary()],
  [
    "MFA, whether or not a code is sent",
    "allowed",
    hasMfa("Bool"),
    { ...temporary({ mfa: true }), request: { mfaCode: null } },
  ],
  [
    "no MFA, unless a code is sent",
    "unknown",
    hasMfa("Bool"),
    { ...temporary({ mfa: false }), request: { mfaCode: null } },
  ],
  ["BoolIfExists lets long-term keys in", "allowed", hasMfa("BoolIfExists")],
  [
    "a Deny with BoolIfExists false denies them",
    "denied",
    [allow(), { ...hasMfa("BoolIfExists", false), Effect: "Deny" }],
  ],
  [
    "when MFA was used is unknown",
    "unknown",
    when("NumericLessThan", "aws:MultiFactorAuthAge", 60),
    temporary({ mfa: true }),
  ],
]);

const tagged = (tags) => ({ request: { tags } });
const bothActions = (more) => allow({ Action: ["sts:AssumeRole", "sts:TagSession"], ...more });

rules("tags and source identity", [
  ["sts:TagSession in a separate statement", "allowed", withTags, tagged({ team: "red" })],
  ["sts:TagSession in the same statement", "allowed", bothActions(), tagged({ team: "red" })],
  ["sts:TagSession denied", "denied", [...withTags, deny({ Action: "sts:TagSession" })], tagged({ team: "red" })],
  ["no tags need no sts:TagSession", "allowed", [allow(), deny({ Action: "sts:TagSession" })]],
  ["tags that are not known may need it", "unknown", allow(), tagged(null)],
  [
    "aws:RequestTag",
    "allowed",
    bothActions({ Condition: { StringEquals: { "aws:RequestTag/Team": "red" } } }),
    tagged({ team: "red" }),
  ],
  ["aws:RequestTag without tags", "denied", when("StringEquals", "aws:RequestTag/team", "red")],
  [
    "ForAllValues: one key too many",
    "denied",
    bothActions({ Condition: { "ForAllValues:StringEquals": { "aws:TagKeys": "team" } } }),
    tagged({ team: "red", cost: "1" }),
  ],
  [
    "ForAnyValue: one of the keys",
    "allowed",
    bothActions({ Condition: { "ForAnyValue:StringEquals": { "aws:TagKeys": "team" } } }),
    tagged({ team: "red", cost: "1" }),
  ],
  ["ForAnyValue without keys: false", "denied", when("ForAnyValue:StringLike", "aws:TagKeys", "*")],
  [
    "several values without a set operator are unclear",
    "unknown",
    bothActions({ Condition: { StringEquals: { "aws:TagKeys": "team" } } }),
    tagged({ team: "red", cost: "1" }),
  ],
  [
    "sts:SetSourceIdentity allowed",
    "allowed",
    allow({ Action: ["sts:AssumeRole", "sts:SetSourceIdentity"] }),
    { request: { sourceIdentity: "alice" } },
  ],
  [
    "sts:SourceIdentity is the request's",
    "allowed",
    allow({ Action: "sts:*", Condition: { StringEquals: { "sts:SourceIdentity": "${aws:username}" } } }),
    { request: { sourceIdentity: "alice" } },
  ],
  [
    "a session's own source identity needs sts:SetSourceIdentity",
    "denied",
    allow(),
    { caller: { ...session, sourceIdentity: "bob" } },
  ],
  [
    "a session may carry a source identity",
    "unknown",
    when("StringEquals", "sts:SourceIdentity", "bob"),
    { caller: session },
  ],
  [
    "sts:RoleSessionName joined with sts:TagSession is unclear",
    "unknown",
    bothActions({ Condition: { StringEquals: { "sts:RoleSessionName": "demo" } } }),
    tagged({ team: "red" }),
  ],
  [
    "sts:ExternalId in a separate statement",
    "allowed",
    [equalsId, allow({ Action: "sts:TagSession" })],
    { request: { tags: { a: "b" }, externalId: "ext-7" } },
  ],
  [
    "sts:TransitiveTagKeys",
    "allowed",
    allow({ Action: "sts:*", Condition: { "ForAllValues:StringEquals": { "sts:TransitiveTagKeys": ["team"] } } }),
    { request: { tags: { team: "red" }, transitiveTagKeys: ["team"] } },
  ],
]);

const nameIs = (value, operator = "StringEquals") => when(operator, "sts:RoleSessionName", value);
const called = (sessionName) => ({ request: { sessionName } });

rules("variables", [
  ["a tag", "allowed", nameIs("${aws:PrincipalTag/team}-1"), called("red-1")],
  ["without a value: nothing equals it", "denied", nameIs("${aws:username}"), { caller: session, ...called("alice") }],
  [
    "without a value: a negated operator is true",
    "allowed",
    nameIs("${aws:username}", "StringNotEquals"),
    { caller: session },
  ],
  ["a default", "allowed", nameIs("${aws:username, 'demo'}"), { caller: session }],
  ["a default is not needed", "denied", nameIs("${aws:username, 'demo'}")],
  ["an unknown value is unknown", "unknown", nameIs("${aws:PrincipalOrgID}")],
  ["${*} is an asterisk", "denied", nameIs("d${*}", "StringLike")],
  ["${*} beside a wildcard", "denied", nameIs("${*}*", "StringLike")],
  ["an ARN whose path is unknown", "unknown", nameIs("${aws:PrincipalArn}"), { caller: session }],
  [
    "a key with several values is unclear",
    "unknown",
    [allow({ Action: "sts:TagSession" }), nameIs("${aws:TagKeys}")],
    { request: { tags: { demo: "1" } } },
  ],
  [
    "in ARN operators",
    "allowed",
    when("ArnEquals", "aws:PrincipalArn", "arn:aws:iam::${aws:PrincipalAccount}:user/${aws:username}"),
  ],
]);

const federated = (more) =>
  allow({ Principal: { Federated: PROVIDER }, Action: "sts:AssumeRoleWithWebIdentity", ...more });
const claim = (operator, name, value) => federated({ Condition: { [operator]: { [`${GITHUB}:${name}`]: value } } });
const byWorkflow = { caller: workflow };
const samlAllow = (more) => allow({ Principal: { Federated: SAML }, Action: "sts:AssumeRoleWithSAML", ...more });

rules("web identity and SAML", [
  ["the provider and its claims", "allowed", claim("StringLike", "sub", "repo:octo/app:*"), byWorkflow],
  ["the audience", "denied", claim("StringEquals", "aud", "https://github.com/octo"), byWorkflow],
  ["a claim that the token does not have", "denied", claim("StringEquals", "amr", "x"), byWorkflow],
  ["a claim that IAM may leave out", "unknown", claim("StringEquals", "repository", "octo/app"), byWorkflow],
  [
    "claims that are not provided",
    "unknown",
    claim("StringEquals", "aud", "sts.amazonaws.com"),
    { caller: { ...workflow, claims: null } },
  ],
  [
    "another issuer's keys are absent",
    "denied",
    federated({ Condition: { StringEquals: { "accounts.google.com:sub": claims.sub } } }),
    byWorkflow,
  ],
  [
    "another provider",
    "denied",
    federated({ Principal: { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/gitlab.com` } }),
    byWorkflow,
  ],
  [
    "a provider of another account",
    "denied",
    federated({ Principal: { Federated: PROVIDER.replace(ACCOUNT, OTHER) } }),
    byWorkflow,
  ],
  ["an account is not a provider", "denied", federated({ Principal: ROOT }), byWorkflow],
  ['whether "*" includes tokens is unclear', "unknown", federated({ Principal: "*" }), byWorkflow],
  ["a Deny for everyone includes tokens", "denied", [federated(), deny({ Action: "sts:*" })], byWorkflow],
  ["sts:AssumeRole is another action", "denied", federated({ Action: "sts:AssumeRole" }), byWorkflow],
  [
    "an external ID is always absent",
    "denied",
    federated({ Condition: { StringEquals: { "sts:ExternalId": "e1" } } }),
    byWorkflow,
  ],
  [
    "an azp besides the aud is unclear",
    "unknown",
    claim("StringEquals", "aud", "a"),
    { caller: { ...workflow, claims: { aud: "a", azp: "b" } } },
  ],
  [
    "Google's azp is the aud",
    "allowed",
    federated({
      Principal: { Federated: "accounts.google.com" },
      Condition: { StringEquals: { "accounts.google.com:aud": "app" } },
    }),
    { caller: { kind: "web-identity", issuer: "https://accounts.google.com", claims: { aud: "server", azp: "app" } } },
  ],
  [
    "tags in a token need sts:TagSession",
    "denied",
    federated(),
    {
      caller: {
        ...workflow,
        claims: { ...claims, "https://aws.amazon.com/tags": { principal_tags: { team: ["red"] } } },
      },
    },
  ],
  [
    "a source identity in a token needs sts:SetSourceIdentity",
    "denied",
    federated(),
    { caller: { ...workflow, claims: { ...claims, "https://aws.amazon.com/source_identity": "bob" } } },
  ],
  [
    "SAML",
    "allowed",
    samlAllow({ Condition: { StringEquals: { "SAML:aud": "https://signin.aws.amazon.com/saml" } } }),
    { caller: employee },
  ],
  [
    "a SAML attribute that is not provided",
    "unknown",
    samlAllow({ Condition: { StringEquals: { "saml:sub_type": "persistent" } } }),
    { caller: employee },
  ],
  ["another SAML provider", "denied", samlAllow({ Principal: { Federated: `${SAML}2` } }), { caller: employee }],
]);

test("an identity policy is needed unless the trust policy names the caller, in its own account", () => {
  const needs = (statements, context) => explain(policy(...[statements].flat()), context).needsIdentityPolicy;
  assert.equal(needs(named("*")), false);
  assert.equal(needs(named([ACCOUNT, ALICE])), false);
  assert.equal(needs([named(ACCOUNT), named(ALICE)]), false);
  assert.equal(needs(named(ACCOUNT)), true);
  assert.equal(needs(named("*"), { caller: carol }), true);
  assert.equal(needs([named(ALICE), allow({ Action: "sts:TagSession" })], tagged({ a: "b" })), true);
  assert.equal(needs(federated(), byWorkflow), false);
  const perhaps = { ...when("StringEquals", "aws:PrincipalOrgID", "o-1"), Principal: { AWS: ALICE } };
  assert.equal(needs([named(ACCOUNT), perhaps]), "unknown");
  assert.equal(needs(named(OTHER)), undefined);
  assert.equal(needs(named(alice.userId)), "unknown");
});

test("a role's own session is allowed by the role's ARN, or by its account with an identity policy", () => {
  const caller = { ...session, arn: `arn:aws:sts::${ACCOUNT}:assumed-role/Target/s1` };
  assert.deepEqual(codes(named(ALICE), { caller }), ["self-trust"]);
  assert.equal(verdict(named(TARGET), { caller }), "allowed");
  const { verdict: byAccount, needsIdentityPolicy } = explain(policy(allow()), { caller });
  assert.deepEqual([byAccount, needsIdentityPolicy], ["allowed", true]);
});

test("a result has every statement, its parts, and what the check could not see", () => {
  const { statements, notSeen, reason } = explain(
    policy({ ...equalsId, Sid: "Ext" }, deny({ Principal: { AWS: OTHER } })),
  );
  assert.deepEqual(statements[0], {
    number: 1,
    sid: "Ext",
    effect: "Allow",
    applies: false,
    reason: "sts:ExternalId is not in the request, which does not satisfy StringEquals.",
    principal: {
      matches: true,
      reason: "The principal is the caller's account, which lets the account's policies decide.",
    },
    action: { matches: true, reason: "Action includes sts:AssumeRole." },
    conditions: [
      {
        operator: "StringEquals",
        key: "sts:ExternalId",
        values: ["ext-7"],
        verdict: false,
        reason: "sts:ExternalId is not in the request, which does not satisfy StringEquals.",
      },
    ],
  });
  assert.equal(statements[1].applies, false);
  assert.match(reason, /^No statement allows sts:AssumeRole\. Statement 1: sts:ExternalId is not in the request/);
  const seen = notSeen.map(({ about }) => about);
  for (const about of [
    "identity-policy",
    "permissions-boundary",
    "service-control-policy",
    "vpc-endpoint-policy",
    "propagation",
  ]) {
    assert.ok(seen.includes(about), about);
  }
  assert.ok(!JSON.stringify(explain(policy(allow()))).includes("can assume it"));
});

test("the action that tags require is also explained statement by statement", () => {
  const { furtherActions } = explain(policy(allow()), tagged({ a: "b" }));
  assert.deepEqual(
    furtherActions.map(({ action, verdict, statements }) => [action, verdict, statements[0].action.matches]),
    [["sts:TagSession", "denied", false]],
  );
});

test("a policy may be text, an object, URL-encoded or the output of get-role", () => {
  const document = policy(named(ALICE));
  const text = JSON.stringify(document, null, 2);
  const getRole = { Role: { RoleName: "Target", Arn: TARGET, AssumeRolePolicyDocument: document } };
  const encoded = { Role: { ...getRole.Role, AssumeRolePolicyDocument: encodeURIComponent(text) } };
  const inputs = [
    document,
    text,
    `\uFEFF\n${text}\n`,
    encodeURIComponent(text),
    JSON.stringify(text),
    getRole,
    encoded,
  ];
  for (const input of [...inputs, getRole.Role, JSON.stringify(getRole), JSON.stringify(encoded)]) {
    assert.equal(explain(input).verdict, "allowed", JSON.stringify(input));
  }
  assert.equal(explain(getRole, { roleArn: undefined }).verdict, "allowed");
  const other = explain(getRole, { roleArn: `${TARGET}2` });
  assert.match(other.violations[0].message, /The policy belongs to .*Target, but the role to assume is .*Target2\./);
});

/** Each row: a text that is not JSON, and what is expected where. @type {[string, string][]} */
const NOT_JSON = [
  ['{"a": 1 "b": 2}', 'A comma or "}" is expected at line 1, column 9.'],
  ['{\n  "a": [1,\n  2\n}', 'A comma or "]" is expected at line 4, column 1.'],
  ['{\r\n"a" 1}', "A colon is expected at line 2, column 5."],
  ["{'a': 1}", 'A name in double quotes or "}" is expected at line 1, column 2.'],
  ['{"a": 1,}', "A name in double quotes is expected at line 1, column 9."],
  ["[1, ]", "A value is expected at line 1, column 5."],
  ["[,]", 'A value or "]" is expected at line 1, column 2.'],
  ['{"a": "x\ny"}', "A value is expected at line 1, column 7."],
  ['{"a": 01}', 'A comma or "}" is expected at line 1, column 8.'],
  ['{"a": {}}}', "The end of the text is expected at line 1, column 10."],
  ['{"a": ["b"', 'A comma or "]" is expected at line 1, column 11, where the text ends.'],
  ["{", 'A name in double quotes or "}" is expected at line 1, column 2, where the text ends.'],
  ["\n\n  {1}", 'A name in double quotes or "}" is expected at line 3, column 4.'],
  ["// a comment", "A value is expected at line 1, column 1."],
];

test("a text that is not JSON gets its first wrong place, and is not quoted", () => {
  for (const [text, expected] of NOT_JSON) {
    assert.throws(() => JSON.parse(text), SyntaxError, text);
    assert.equal(check(text).violations[0].message, `The policy is not valid JSON. ${expected}`, text);
  }
});

/** Each row: the mistake, the policy, and the message of the first violation. @type {[string, any, RegExp][]} */
const INVALID = [
  ["no text", "", /empty/],
  ["no JSON", "{ Version: 1 }", /not valid JSON/],
  ["the AWS CLI's YAML", "Role:\n  Arn: arn:aws:iam::123456789012:role/test-role\n", /--output json/],
  ["the policy alone in YAML", "Statement:\n- Action: sts:AssumeRole\n  Effect: Allow\n", /--output json/],
  [
    "the AWS CLI's text",
    "ROLE\tarn:aws:iam::123456789012:role/test-role\t2026-11-26\nSTATEMENT\tAllow\n",
    /--output json/,
  ],
  ["the AWS CLI's table", "---------\n| GetRole |\n+-------+\n", /--output json/],
  ["a broken URL encoding", "%7B%2", /URL-encoded/],
  ["null", "null", /The policy is null/],
  ["a list", "[]", /a list/],
  ["no statement", {}, /The statement is missing/],
  ["an empty list of statements", policy(), /no statement/],
  ["a null statement", { Statement: [null] }, /Statement is null|statement is null/],
  ["a list as a statement", { Statement: [[allow()]] }, /is a list/],
  ["a wrong version", { ...policy(allow()), Version: "2012-10-18" }, /2012-10-17/],
  ["a version that is a number", { ...policy(allow()), Version: 2012 }, /2012-10-17/],
  ["a name in lower case", policy({ ...allow(), effect: "Allow" }), /did you mean Effect/],
  ["an unknown element", policy({ ...allow(), Comment: "x" }), /not an element/],
  ["an effect in lower case", policy(allow({ Effect: "allow" })), /"Allow" or "Deny"/],
  ["no effect", policy(allow({ Effect: undefined })), /"Allow" or "Deny"/],
  ["a Resource", policy(allow({ Resource: "*" })), /no Resource/],
  ["no Principal", policy(allow({ Principal: undefined })), /Principal is missing/],
  ["an empty Principal", policy(allow({ Principal: {} })), /must be one of/],
  ["an empty list of principals", policy(named([])), /empty/],
  ["a list as Principal", policy(allow({ Principal: [ALICE] })), /a list/],
  ["an ARN as Principal", policy(allow({ Principal: ALICE })), /must be one of/],
  ["an unknown kind of principal", policy(allow({ Principal: { aws: "*" } })), /did you mean AWS/],
  ["an empty principal", policy(named("")), /not a principal/],
  ["a group as principal", policy(named(`arn:aws:iam::${ACCOUNT}:group/admins`)), /not a principal/],
  ["an account ID of 11 digits", policy(named("12345678901")), /not a principal/],
  ["a principal that is a number", policy(named(210987654321)), /must be a string/],
  ["nested lists", policy(named([[ALICE]])), /must be a string/],
  [
    "NotPrincipal with Allow",
    policy({ ...allow({ Principal: undefined }), NotPrincipal: { AWS: OTHER } }),
    /NotPrincipal/,
  ],
  [
    "NotPrincipal with Deny",
    policy(allow(), { ...deny({ Principal: undefined }), NotPrincipal: ROOT }),
    /NotPrincipal/,
  ],
  ["NotPrincipal beside Principal", policy({ ...allow(), NotPrincipal: { AWS: OTHER } }), /NotPrincipal/],
  ["no action", policy(allow({ Action: undefined })), /missing/],
  ["an empty list of actions", policy(allow({ Action: [] })), /empty/],
  ["an empty action", policy(allow({ Action: "" })), /not an action/],
  ["another service's action", policy(allow({ Action: ["sts:AssumeRole", "s3:GetObject"] })), /not an action of STS/],
  ["a wildcard in the service", policy(allow({ Action: "s*:AssumeRole" })), /not an action of STS/],
  ["Action and NotAction", policy(allow({ NotAction: "sts:TagSession" })), /not both/],
  ["a list as Condition", policy(allow({ Condition: [] })), /Condition is a list/],
  ["null as Condition", policy(allow({ Condition: null })), /Condition is null/],
  ["an unknown operator", policy(when("StringMatches", "aws:username", "alice")), /not a condition operator/],
  ["an operator in lower case", policy(when("stringEquals", "aws:username", "alice")), /write StringEquals/],
  ["NullIfExists", policy(when("NullIfExists", "aws:username", "true")), /Null/],
  ["ForAllValues:Null", policy(when("ForAllValues:Null", "aws:TagKeys", "true")), /Null/],
  ["an operator without keys", policy(allow({ Condition: { StringEquals: {} } })), /no condition key/],
  ["an operator with a text", policy(allow({ Condition: { StringEquals: "x" } })), /must have/],
  ["a key without its service", policy(when("StringEquals", "ExternalId", "ext-7")), /not a condition key/],
  [
    "one key in two cases",
    policy(allow({ Condition: { StringNotEquals: { "aws:username": "x", "AWS:username": "y" } } })),
    /twice/,
  ],
  ["a null value", policy(when("StringEquals", "aws:username", null)), /null/],
  ["an empty list of values", policy(when("StringNotEquals", "aws:username", [])), /empty/],
  ["an object as value", policy(when("StringEquals", "aws:username", {})), /an object/],
  ["a number that JSON cannot represent", policy(when("StringEquals", "aws:username", 1e21)), /in quotes/],
  ["an invalid boolean", policy(when("Bool", "aws:SecureTransport", "yes")), /neither "true" nor "false"/],
  ["an invalid number", policy(when("NumericLessThan", "sts:DurationSeconds", "1h")), /not a number/],
  ["an invalid date", policy(when("DateLessThan", "aws:CurrentTime", "tomorrow")), /not a date/],
  ["CIDR /99", policy(when("IpAddress", "aws:SourceIp", "10.0.0.0/99")), /not an IP address/],
  ["CIDR /129", policy(when("NotIpAddress", "aws:SourceIp", "::/129")), /not an IP address/],
  ["an octet of 256", policy(when("NotIpAddress", "aws:SourceIp", "10.0.0.256")), /not an IP address/],
];

for (const [what, document, message] of INVALID) {
  test(`invalid: ${what}`, () => {
    const { verdict, violations, reason } = explain(document);
    assert.equal(verdict, "unknown");
    assert.match(violations[0].message, message);
    assert.match(reason, /^This cannot be evaluated yet\./);
    assert.match(violations[0].message, /^.*[.?]$/);
  });
}

test("one invalid statement makes the whole policy invalid", () => {
  assert.equal(explain({ Statement: [allow(), null] }).verdict, "unknown");
});

test("names that appear twice are reported, because JSON.parse loses one", () => {
  const twice = (text) =>
    explain(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow",${text}}]}`).violations[0]?.message;
  const rest = `"Principal":{"AWS":"*"},"Action":"sts:AssumeRole"`;
  assert.match(twice(`"Effect":"Deny",${rest}`), /"Effect" appears twice/);
  assert.match(twice(`"\\u0045ffect":"Deny",${rest}`), /"Effect" appears twice/);
  const conditions = `"StringEquals":{"sts:ExternalId":"a"},"StringEquals":{"aws:username":"alice"}`;
  assert.match(twice(`${rest},"Condition":{${conditions}}`), /"StringEquals" appears twice/);
  assert.equal(twice(`"Sid":"\\"Effect\\":",${rest}`), undefined);
});

test("a context that contradicts itself is reported", () => {
  const message = (context) => explain(policy(named("*")), context).violations[0]?.message;
  assert.match(message({ roleArn: ALICE }), /a user's ARN; only a role can be assumed/);
  assert.match(message({ roleArn: SESSION }), /a role session/);
  assert.match(message({ roleArn: "Target" }), /not a role's/);
  assert.match(message({ caller: { ...alice, kind: "assumed-role" } }), /of the kind user/);
  assert.match(message({ caller: { ...session, credentials: "long-term" } }), /long-term/);
  assert.match(message({ caller: { ...session, roleArn: `arn:aws:iam::${ACCOUNT}:role/Other` } }), /not the role of/);
  assert.match(message({ caller: { arn: "alice" } }), /GetCallerIdentity/);
  assert.match(message({ caller: { arn: TARGET } }), /a role session/);
  assert.match(message({ action: "sts:AssumeRoleWithSAML" }), /sends sts:AssumeRole\./);
  assert.match(message({ caller: { ...workflow, provider: SAML } }), /must end in oidc-provider/);
  assert.match(message({ caller: { ...employee, provider: "Okta" } }), /saml-provider\/Name/);
  const nobody = { caller: null, roleArn: TARGET, action: "sts:AssumeRole", request: {} };
  assert.match(check(policy(named("*")), nobody).violations[0].message, /The caller is missing/);
  assert.equal(check(policy(named("*"))).verdict, "unknown");
  assert.equal(check(policy(named("*")), null).verdict, "unknown");
});

test("inputs that STS itself rejects are never allowed", () => {
  for (const [member, value] of Object.entries({
    externalId: "ext 7",
    sessionName: "a",
    sourceIdentity: "aws:x",
    tags: { team: "red", TEAM: "blue" },
  })) {
    const { verdict, violations } = explain(policy(allow({ Action: "sts:*" })), { request: { [member]: value } });
    assert.equal(verdict, "denied", member);
    assert.equal(violations[0].path, `context.request.${member}`);
  }
});

test("without a request all of its inputs are unknown", () => {
  for (const request of [undefined, null]) {
    const context = { caller: alice, roleArn: TARGET, action: "sts:AssumeRole", request };
    assert.equal(check(policy(equalsId), context).verdict, "unknown");
    assert.equal(check(policy(named(ALICE)), context).verdict, "unknown");
    assert.equal(check(policy(allow({ Action: "sts:*" })), context).verdict, "allowed");
  }
});

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
  ["any-action", allow({ Action: "*" })],
  ["not-action", allow({ Action: undefined, NotAction: "sts:TagSession" })],
  ["joined-actions", bothActions({ Condition: { StringEquals: { "sts:ExternalId": "ext-7" } } })],
  ["no-subject", claim("StringEquals", "aud", "sts.amazonaws.com"), byWorkflow],
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

test("the reason of a list names the principal that matches, or none", () => {
  const says = (AWS) => explain(policy(named(AWS))).statements[0].principal.reason;
  assert.match(says([OTHER, ACCOUNT, ALICE]), /^The principal is this user\.$/);
  assert.match(says([OTHER, ACCOUNT]), /^The principal is the caller's account,/);
  assert.match(says([OTHER, "333333333333"]), /^None of the principals is the caller or its account\.$/);
  assert.match(says([OTHER, ALICE.replace("alice", "Alice")]), /^None of the principals .* case-sensitive/);
  assert.match(says([OTHER]), /^The principal is account 210987654321;/);
});

test("a policy without mistakes has no warnings", () => {
  assert.deepEqual(codes([equalsId, allow({ Action: "sts:TagSession" })], externalId("ext-7")), []);
  assert.deepEqual(codes(claim("StringEquals", "sub", claims.sub), byWorkflow), []);
  const required = { "ForAllValues:StringEquals": { "aws:TagKeys": "team" }, Null: { "aws:TagKeys": "false" } };
  assert.deepEqual(codes(allow({ Condition: required })), []);
});

/** Each row: an attempt that AWS would deny, the policy, and what differs from alice's call. */
for (const [attack, document, context] of [
  ["a wildcard beside the account", policy(named(`${ACCOUNT}*`))],
  ["two asterisks", policy(named("**"))],
  ["a question mark", policy(named("?"))],
  ["a wildcard as account", policy(named("arn:aws:iam::*:root"))],
  ["a wildcard as partition", policy(named(`arn:*:iam::${ACCOUNT}:root`))],
  ["a root in upper case", policy(named(`arn:aws:iam::${ACCOUNT}:ROOT`))],
  ["a user called root", policy(named(`arn:aws:iam::${ACCOUNT}:user/root`))],
  ["an ARN in upper case", policy(named(ALICE.toUpperCase()))],
  ["an ARN with a space after it", policy(named(`${ALICE} `))],
  ["an ARN with a line break after it", policy(named(`${ALICE}\n`))],
  ["an ARN with a Cyrillic a", policy(named(ALICE.replace("alice", "\u0430lice")))],
  ["an ARN with a zero-width space", policy(named(`${ALICE}\u200b`))],
  [
    "an account in full-width digits",
    policy(named("\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19\uff10\uff11\uff12")),
  ],
  ["an ARN of another service", policy(named(ALICE.replace(":iam:", ":sts:")))],
  ["a variable in a principal", policy(named("arn:aws:iam::${aws:PrincipalAccount}:root"))],
  ["a variable as a user's name", policy(named(`arn:aws:iam::${ACCOUNT}:user/\${aws:username}`))],
  ["an account as a number", policy(named(Number(ACCOUNT)))],
  ["a list in a list", policy(named([[ACCOUNT]]))],
  ["a canonical user", policy(named(OTHER), allow({ Principal: { CanonicalUser: "*" } }))],
  ["an account as Service", policy(allow({ Principal: { Service: ACCOUNT } }))],
  ["a principal in lower case", policy(allow({ Principal: { aws: ACCOUNT } }))],
  ["everyone by another name", policy(allow({ Principal: { "*": "*" } }))],
  ["an action with a space", policy(allow({ Action: "sts:AssumeRole " }))],
  ["an action with a look-alike", policy(allow({ Action: "sts:A\u017f\u017fumeRole" }))],
  ["NotAction in another case", policy(allow({ Action: undefined, NotAction: "STS:ASSUMEROLE" }))],
  ["NotAction with a wildcard", policy(allow({ Action: undefined, NotAction: "sts:A*" }))],
  ["an effect with a space", policy(allow({ Effect: "Allow " }))],
  ["an effect in a list", policy(allow({ Effect: ["Allow"] }))],
  ["a statement that is a string", policy(JSON.stringify(allow()))],
  ["two statements with one Sid", policy(allow({ Sid: "A" }), allow({ Sid: "A" }))],
  [
    "a number that JSON rewrites",
    `{"Statement":${JSON.stringify(when("StringEquals", "sts:ExternalId", 100)).replace("100", "1e2")}}`,
    externalId("100"),
  ],
  ["StringEquals with a wildcard", policy(when("StringEquals", "aws:username", "*"))],
  ["a condition on an empty string", policy(when("StringEquals", "sts:ExternalId", ""))],
  ["an empty external ID", policy(when("StringEquals", "sts:ExternalId", "")), externalId("")],
  ["StringLike * on an absent key", policy(when("StringLike", "sts:ExternalId", "*"))],
  ["Bool on an absent key", policy(hasMfa("Bool", ["true", "false"]))],
  ["MFA as a number", policy(hasMfa("Bool", 1))],
  ["an MFA code that is not a boolean", policy(hasMfa("BoolIfExists")), { request: { mfaCode: "123456" } }],
  ["MFA with a role's session", policy(hasMfa("Bool")), { caller: session, request: { mfaCode: true } }],
  [
    "a Kelvin sign for a k",
    policy(when("StringEqualsIgnoreCase", "aws:PrincipalTag/team", "\u212aid")),
    { caller: { ...alice, tags: { team: "kid" } } },
  ],
  ["a Kelvin sign in a key", policy(when("Null", "aws:To\u212aenIssueTime", "true"))],
  ["a dotless i in an operator", policy(when("Str\u0131ngEquals", "aws:username", "alice"))],
  ["an asterisk for ARN operators", policy(when("ArnLike", "aws:PrincipalArn", "*"))],
  [
    "an ARN with too few parts, denied",
    policy(allow(), { ...when("ArnNotLike", "aws:PrincipalArn", "arn:aws:*"), Effect: "Deny" }),
  ],
  [
    "an ARN without its path",
    policy(when("ArnEquals", "aws:PrincipalArn", `arn:aws:iam::${ACCOUNT}:role/Caller`)),
    { caller: session },
  ],
  [
    "a wildcard in a variable's value",
    policy(nameIs("${aws:RequestTag/x}", "StringLike"), allow({ Action: "sts:TagSession" })),
    tagged({ x: "*" }),
  ],
  [
    "a variable in a variable's value",
    policy(when("StringEquals", "sts:ExternalId", "${aws:PrincipalTag/x}")),
    { ...externalId("alice"), caller: { ...alice, tags: { x: "${aws:username}" } } },
  ],
  ["a variable with spaces", policy(when("StringEquals", "sts:RoleSessionName", "${ aws:username }")), called("alice")],
  ["a variable without its end", policy(when("StringNotEquals", "sts:RoleSessionName", "${aws:username"))],
  ["a variable in lower version", { ...policy(nameIs("${aws:username}")), Version: "2008-10-17" }, called("alice")],
  ["a list of tags", policy(allow()), { request: { tags: [{ Key: "team", Value: "red" }] } }],
  ["a tag that is not a string", policy(bothActions()), tagged({ team: 1 })],
  [
    "empty tags beside those of the token",
    policy(federated()),
    {
      caller: { ...workflow, claims: { "https://aws.amazon.com/tags": { principal_tags: { a: ["b"] } } } },
      request: { tags: {} },
    },
  ],
  [
    "tags in a SAML assertion",
    policy(samlAllow()),
    { caller: { ...employee, claims: { "https://aws.amazon.com/SAML/Attributes/PrincipalTag:team": "red" } } },
  ],
  ["a condition key that contradicts the request", policy(equalsId), { conditionKeys: { "sts:externalid": "ext-7" } }],
  [
    "a condition key that contradicts the caller",
    policy(when("StringEquals", "aws:username", "bob")),
    { conditionKeys: { "aws:username": "bob" } },
  ],
  [
    "a condition key of another type",
    policy(when("StringEquals", "aws:SourceVpc", "x")),
    { conditionKeys: { "aws:SourceVpc": { x: 1 } } },
  ],
  [
    "an address that is a range",
    policy(when("IpAddress", "aws:SourceIp", "10.0.0.0/8")),
    { conditionKeys: { "aws:SourceIp": "10.0.0.0/0" } },
  ],
  ["an address in octal", policy(when("IpAddress", "aws:SourceIp", "010.0.0.0/8"))],
  [
    "another source identity than the session's",
    policy(allow({ Action: "sts:*" })),
    { caller: { ...session, sourceIdentity: "bob" }, request: { sourceIdentity: "alice" } },
  ],
  [
    "a made-up provider",
    policy(federated({ Principal: { Federated: "evil.example" } })),
    { caller: { kind: "web-identity", issuer: "https://evil.example", provider: "evil.example", claims: {} } },
  ],
  [
    "a provider of another service",
    policy(federated({ Principal: { Federated: PROVIDER.replace(":iam:", ":s3:") } })),
    { caller: { ...workflow, provider: PROVIDER.replace(":iam:", ":s3:") } },
  ],
  [
    "a provider of another partition",
    policy(federated({ Principal: { Federated: PROVIDER.replace("aws", "aws-cn") } })),
    { caller: { ...workflow, provider: PROVIDER.replace("aws", "aws-cn") } },
  ],
  [
    "a provider that ends like the token's",
    policy(federated({ Principal: { Federated: `${PROVIDER}/x` } })),
    byWorkflow,
  ],
  ["any provider", policy(federated({ Principal: { Federated: "*" } })), byWorkflow],
  [
    "an audience of several",
    policy(claim("StringEquals", "aud", "a")),
    { caller: { ...workflow, claims: { aud: ["a", "b"] } } },
  ],
  [
    "a claim that is an object",
    policy(claim("StringLike", "sub", "*")),
    { caller: { ...workflow, claims: { sub: {} } } },
  ],
  ["a role ARN with a wildcard", policy(named("*")), { roleArn: `arn:aws:iam::${ACCOUNT}:role/*` }],
  ["an unknown kind of caller", policy(named("*")), { caller: { ...alice, kind: "service" } }],
  ["a policy beside the role's", { Role: { Arn: `${TARGET}2`, AssumeRolePolicyDocument: policy(named("*")) } }],
  [
    "a policy in too many layers",
    [1, 2, 3, 4, 5, 6].reduce((text) => JSON.stringify(text), JSON.stringify(policy(named("*")))),
  ],
  ["__proto__ as an element", `{"__proto__":{"Statement":${JSON.stringify(named("*"))}}}`],
  [
    "__proto__ as an operator",
    `{"Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Condition":{"__proto__":{"a:b":"c"}}}}`,
  ],
]) {
  test(`attack: ${attack}`, () => {
    const { verdict, reason } = explain(document, context);
    assert.notEqual(verdict, "allowed", reason);
  });
}

test("values that cannot be converted to a string are violations, not exceptions", () => {
  const policy = { Version: "2012-10-17", Statement: [{ Effect: "Allow", Principal: ROOT, Action: "sts:AssumeRole" }] };
  const saml = { kind: "saml", provider: SAML };
  for (const value of [Object.create(null), { toString: 0 }, Symbol("a"), [Object.create(null)]]) {
    const callers = [
      ...["kind", "credentials", "arn", "roleArn"].map((member) => ({ ...alice, [member]: value })),
      ...["issuer", "provider"].map((member) => ({ ...workflow, [member]: value })),
      { ...workflow, claims: { "https://aws.amazon.com/tags": { principal_tags: { a: value } } } },
      { ...workflow, claims: { "https://aws.amazon.com/source_identity": value } },
      { ...saml, provider: value },
    ];
    for (const caller of callers) {
      const { verdict, reason } = check(policy, { caller, roleArn: TARGET, action: "sts:AssumeRole", request: {} });
      assert.ok(verdict !== "allowed" && reason.length > 0, String(Object.keys(caller)));
    }
    assert.notEqual(check(policy, { caller: alice, roleArn: value, action: value }).verdict, "allowed");
  }
});

test("no input makes the check throw or run for long", () => {
  const cyclic = {};
  cyclic.Statement = cyclic;
  const long = policy(when("StringLike", "aws:PrincipalTag/a", "*a".repeat(4000)));
  const caller = { ...alice, tags: { a: "a".repeat(255) } };
  const inputs = [
    undefined,
    null,
    1,
    1n,
    () => {},
    Symbol("x"),
    cyclic,
    "[".repeat(90_000),
    "x".repeat(200_000),
    new Date(),
  ];
  for (const input of [...inputs, long]) {
    const start = performance.now();
    assert.notEqual(explain(input, { caller }).verdict, "allowed");
    assert.ok(performance.now() - start < 2000);
  }
});

test("the trust policy check imports only its own files, and nothing else imports it", () => {
  const dist = new URL("../../pkg/dist/", import.meta.url);
  const scripts = (folder) => readdirSync(new URL(folder, dist)).filter((file) => file.endsWith(".js"));
  const imports = (file) => {
    const text = readFileSync(new URL(file, dist), "utf8");
    return [...text.matchAll(/^(?:import|export) (?:.* from )?"([^"]*)";$/gm)].map(([, from]) => from);
  };
  assert.ok(imports("trust-policy/index.js").length > 5);
  for (const from of scripts("trust-policy/").flatMap((file) => imports(`trust-policy/${file}`))) {
    assert.match(from, /^\.\/[a-z-]+\.js$/);
  }
  for (const from of scripts(".").flatMap(imports)) assert.ok(!from.includes("trust-policy"), from);
});

test("no message repeats a text that is not a policy", () => {
  const secret = "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
  assert.ok(!JSON.stringify(explain(secret)).includes("wJalr"));
});

const USER = "arn:aws:iam::123456789012:user/alice";
const start = `User: ${USER} is not authorized to perform: sts:AssumeRole on resource: ${TARGET}`;

for (const [tail, denial, kind] of [
  ["because no identity-based policy allows the sts:AssumeRole action", "implicit", "identity-based policy"],
  ["because no resource-based policy allows the sts:AssumeRole action", "implicit", "resource-based policy"],
  ["because no role trust policy allows the sts:AssumeRole action", "implicit", "role trust policy"],
  ["because no permissions boundary allows the sts:AssumeRole action", "implicit", "permissions boundary"],
  ["because no session policy allows the sts:AssumeRole action", "implicit", "session policy"],
  ["because no VPC endpoint policy allows the sts:AssumeRole action", "implicit", "VPC endpoint policy"],
  ["Because no Service Control Policy allows the sts:AssumeRole action.", "implicit", "service control policy"],
  ["with an explicit deny in an identity-based policy", "explicit", "identity-based policy"],
  ["with an explicit deny in the role trust policy", "explicit", "role trust policy"],
  [
    "with an explicit deny in a service control policy: arn:aws:organizations::1:policy/p",
    "explicit",
    "service control policy",
  ],
  ["with an explicit deny in a resource control policy", "explicit", "resource control policy"],
  ["with an explicit deny in a sessions policy", "explicit", "session policy"],
  ["WITH AN EXPLICIT DENY IN A VPC ENDPOINT POLICY (Service: Sts)", "explicit", "VPC endpoint policy"],
  ["with an explicit deny", "explicit", undefined],
  ["because no spell allows the sts:AssumeRole action", "implicit", undefined],
  ["", undefined, undefined],
]) {
  test(`an access-denied message: …${tail}`, () => {
    const refusal = explainRefusal(`An error occurred (AccessDenied) when calling AssumeRole: ${start} ${tail}`);
    const { action, caller, resource, denial: found, policy: named, reason } = refusal;
    assert.deepEqual([action, caller, resource], ["sts:AssumeRole", USER, TARGET]);
    assert.deepEqual([found, named], [denial, kind]);
    assert.match(reason, /^[A-Z].*\.$/);
  });
}

test("the policy's ARN in an access-denied message is where to look, and a quoted resource has no quotes", () => {
  const policy = "arn:aws:organizations::210987654321:policy/o-zmj0qsgu0z/service_control_policy/p-6v4y751d";
  const denied = `User: ${USER} is not authorized to perform: sts:AssumeRole on resource: "${TARGET}" with an explicit deny in`;
  for (const [tail, kind] of [
    [`a service control policy: ${policy}`, "service control policy"],
    [
      `a service control policy: ${policy}. Encoded authorization failure message: OIau77IwNA-R`,
      "service control policy",
    ],
    [`an identity-based policy ${policy}.`, "identity-based policy"],
  ]) {
    const refusal = explainRefusal(`${denied} ${tail}`);
    assert.deepEqual([refusal.resource, refusal.policy, refusal.policyArn], [TARGET, kind, policy], tail);
    assert.ok(refusal.reason.endsWith(`Change the Deny that matches in ${policy}.`), refusal.reason);
  }
  assert.equal(explainRefusal(`${denied} a session policy`).policyArn, undefined);
});

test("the action in an access-denied message is the missing permission, even if the message has no other details", () => {
  const tags = explainRefusal(`User: ${USER} is not authorized to perform: sts:TagSession on resource: ${TARGET}`);
  assert.match(tags.reason, /sends session tags, so sts:TagSession must be allowed too/);
  const identity = explainRefusal(`User: ${USER} is not authorized to perform: sts:SetSourceIdentity`);
  assert.match(identity.reason, /source identity/);
  assert.equal(identity.resource, undefined);
});

test("short access-denied messages have only an action, and other messages are not explained", () => {
  const short = explainRefusal("Not authorized to perform sts:AssumeRoleWithWebIdentity");
  assert.equal(short.action, "sts:AssumeRoleWithWebIdentity");
  assert.equal(short.denial, undefined);
  assert.match(short.reason, /The message is the same if the role does not exist/);
  assert.equal(explainRefusal("Roles may not be assumed by root accounts."), undefined);
  assert.equal(explainRefusal(""), undefined);
});
