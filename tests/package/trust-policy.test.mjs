// The trust policy check: the shared cases, each rule, and what a result has.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import {
  ACCOUNT,
  ALICE,
  account,
  alice,
  allow,
  bothActions,
  byWorkflow,
  called,
  carol,
  check,
  claim,
  claims,
  codes,
  deny,
  employee,
  equalsId,
  explain,
  externalId,
  federated,
  GITHUB,
  hasMfa,
  named,
  nameIs,
  OTHER,
  PROVIDER,
  policy,
  ROOT,
  SAML,
  SESSION,
  samlAllow,
  session,
  TARGET,
  tagged,
  temporary,
  verdict,
  when,
  withTags,
  workflow,
} from "./trust-policy-examples.mjs";

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
    when("NumericLessThanEquals", "aws:MultiFactorAuthAge", 3600),
    { ...temporary({ mfa: true }), conditionKeys: { "aws:MultiFactorAuthAge": "3601" } },
  ],
  ["a duration is only in requests for bearer tokens", "denied", when("NumericLessThan", "sts:DurationSeconds", 7200)],
  [
    "a Deny for long durations never applies",
    "allowed",
    [allow(), { ...when("NumericGreaterThan", "sts:DurationSeconds", 900), Effect: "Deny" }],
  ],
  ["sts:AWSServiceName is in those, too", "denied", when("StringLike", "sts:AWSServiceName", "*")],
  [
    "provided as not in the request",
    "denied",
    when("StringEquals", "aws:SourceVpce", "vpce-1"),
    { conditionKeys: { "aws:SourceVpce": [] } },
  ],
  ["provided as unknown", "unknown", equalsId, { ...externalId("ext-7"), conditionKeys: { "sts:ExternalId": null } }],
]);

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
  ["a role that was assumed with MFA has no MFA", "unknown", hasMfa("Bool"), { caller: { ...session, mfa: true } }],
  [
    "nor does a code with the next request change that",
    "unknown",
    hasMfa("Bool"),
    { caller: { ...session, mfa: true }, request: { mfaCode: true } },
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

const IDENTITY_CENTER = "arn:aws:iam::aws:contextProvider/IdentityCenter";
const providing = (providedContexts) => ({ request: { providedContexts } });
const withContexts = (condition) => [allow(), allow({ Action: "sts:SetContext", Condition: condition })];

rules("provided contexts", [
  ["need sts:SetContext", "denied", allow(), providing([IDENTITY_CENTER])],
  ["sts:SetContext in a separate statement", "allowed", withContexts(), providing([IDENTITY_CENTER])],
  ["sts:SetContext denied", "denied", [...withContexts(), deny({ Action: "sts:SetContext" })], providing(["x"])],
  ["none need no sts:SetContext", "allowed", allow(), providing([])],
  ["those that are not known may need it", "unknown", allow(), providing(null)],
  [
    "sts:RequestContextProviders",
    "allowed",
    withContexts({ "ForAllValues:ArnEquals": { "sts:RequestContextProviders": IDENTITY_CENTER } }),
    providing([IDENTITY_CENTER]),
  ],
  [
    "sts:RequestContextProviders of another provider",
    "denied",
    withContexts({ "ForAnyValue:ArnEquals": { "sts:RequestContextProviders": `${IDENTITY_CENTER}2` } }),
    providing([IDENTITY_CENTER]),
  ],
  [
    "sts:RequestContextProviders for sts:AssumeRole is unclear",
    "unknown",
    [
      when("ForAnyValue:ArnEquals", "sts:RequestContextProviders", IDENTITY_CENTER),
      allow({ Action: "sts:SetContext" }),
    ],
    providing([IDENTITY_CENTER]),
  ],
  ["without any, sts:RequestContext is absent", "denied", when("StringLike", "sts:RequestContext/x", "*")],
  [
    "what a context contains is unknown",
    "unknown",
    withContexts({ StringEquals: { "sts:RequestContext/identitystore:UserId": "x" } }),
    providing([IDENTITY_CENTER]),
  ],
  [
    "an external ID joined with sts:SetContext is unclear",
    "unknown",
    allow({ Action: ["sts:AssumeRole", "sts:SetContext"], Condition: equalsId.Condition }),
    { request: { providedContexts: [IDENTITY_CENTER], externalId: "ext-7" } },
  ],
]);

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

const TAGS = "https://aws.amazon.com/tags";
const withClaims = (more) => ({ caller: { ...workflow, claims: { ...claims, ...more } } });

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
  ...["cognito-identity.amazonaws.com", "cognito-identity-us-gov.amazonaws.com"].map((issuer) => [
    `${issuer} is a provider by its name`,
    "allowed",
    federated({
      Principal: { Federated: issuer },
      Condition: {
        StringEquals: { [`${issuer}:aud`]: "us-gov-west-1:pool" },
        "ForAnyValue:StringLike": { [`${issuer}:amr`]: "authenticated" },
      },
    }),
    {
      caller: {
        kind: "web-identity",
        issuer: `https://${issuer}`,
        claims: { aud: "us-gov-west-1:pool", amr: ["authenticated", "graph.facebook.com"] },
      },
    },
  ]),
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
  ...[["red"], "red"].map((value) => [
    `tags in flattened claims need sts:TagSession: ${JSON.stringify(value)}`,
    "denied",
    federated(),
    withClaims({ [`${TAGS}/principal_tags/team`]: value }),
  ]),
  [
    "aws:RequestTag of flattened claims",
    "allowed",
    federated({
      Action: "sts:*",
      Condition: { StringEquals: { "aws:RequestTag/team": "red", "sts:TransitiveTagKeys": "team" } },
    }),
    withClaims({ [`${TAGS}/principal_tags/team`]: "red", [`${TAGS}/transitive_tag_keys`]: ["team"] }),
  ],
  [
    "tags in a list of objects may need sts:TagSession",
    "unknown",
    federated(),
    withClaims({ [TAGS]: [{ principal_tags: { team: ["red"] } }] }),
  ],
  [
    "principal tags in a list may need sts:TagSession",
    "unknown",
    federated(),
    withClaims({ [TAGS]: { principal_tags: ["team"] } }),
  ],
  [
    "transitive tag keys alone may need sts:TagSession",
    "unknown",
    federated(),
    withClaims({ [TAGS]: { transitive_tag_keys: ["team"] } }),
  ],
  [
    "empty tags need no sts:TagSession",
    "allowed",
    federated(),
    withClaims({ [TAGS]: { principal_tags: {}, transitive_tag_keys: [] } }),
  ],
  [
    "transitive tag keys in an assertion may need sts:TagSession",
    "unknown",
    samlAllow(),
    { caller: { ...employee, claims: { "https://aws.amazon.com/SAML/Attributes/TransitiveTagKeys": ["team"] } } },
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
  [
    "a SAML attribute with several values",
    "allowed",
    samlAllow({ Condition: { "ForAnyValue:StringEquals": { "saml:edupersonaffiliation": "staff" } } }),
    { caller: { ...employee, claims: { eduPersonAffiliation: ["staff", "member"] } } },
  ],
  [
    "a SAML attribute that is not a condition key",
    "unknown",
    samlAllow({ Condition: { StringEquals: { "SAML:Department": "eng" } } }),
    { caller: { ...employee, claims: { Department: "eng" } } },
  ],
  [
    "an assertion that is not known may have tags and a source identity",
    "unknown",
    samlAllow(),
    { caller: { ...employee, claims: null } },
  ],
  [
    "whatever an assertion has, if the policy allows all of it",
    "allowed",
    samlAllow({ Action: "sts:*" }),
    { caller: { ...employee, claims: null } },
  ],
  ["another SAML provider", "denied", samlAllow({ Principal: { Federated: `${SAML}2` } }), { caller: employee }],
]);

/** The host of an EKS cluster's issuer, and what a GitHub workflow and a pod present. */
const EKS = "oidc.eks.eu-west-1.amazonaws.com/id/ABC";
const deployment = { caller: { ...workflow, claims: { ...claims, sub: "repo:octo/app:environment:prod" } } };
const pod = {
  kind: "web-identity",
  issuer: `https://${EKS}`,
  claims: { aud: ["sts.amazonaws.com"], sub: "system:serviceaccount:ns:sa" },
};
const signInEndpoints = ["https://signin.aws.amazon.com/saml", "https://eu-west-1.signin.aws.amazon.com/saml"];
const denyUnless = (operator, key, value) => deny({ Condition: { [operator]: { [key]: value } } });

rules("policies as people write them", [
  ["any environment of a repository", "allowed", claim("StringLike", "sub", "repo:octo/app:*"), deployment],
  [
    "a branch, but the workflow has an environment",
    "denied",
    claim("StringEquals", "sub", "repo:octo/app:ref:refs/heads/main"),
    deployment,
  ],
  [
    "a claim that IAM supports only for some issuers",
    "unknown",
    claim("StringEquals", "repository", "octo/app"),
    byWorkflow,
  ],
  [
    "a condition key with https://",
    "denied",
    federated({ Condition: { StringEquals: { [`https://${GITHUB}:aud`]: "sts.amazonaws.com" } } }),
    byWorkflow,
  ],
  [
    "a pod's service account",
    "allowed",
    federated({
      Principal: { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/${EKS}` },
      Condition: { StringEquals: { [`${EKS}:sub`]: pod.claims.sub, [`${EKS}:aud`]: "sts.amazonaws.com" } },
    }),
    { caller: pod },
  ],
  [
    "several sign-in endpoints of SAML",
    "allowed",
    samlAllow({ Condition: { StringEquals: { "SAML:aud": signInEndpoints } } }),
    { caller: employee },
  ],
  ["SAML with the action of other callers", "denied", samlAllow({ Action: "sts:AssumeRole" }), { caller: employee }],
  [
    "the roles of IAM Identity Center, whose path is not in the session's ARN",
    "unknown",
    when(
      "ArnLike",
      "aws:PrincipalArn",
      `arn:aws:iam::${ACCOUNT}:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_Admin_*`,
    ),
    { caller: { arn: `arn:aws:sts::${ACCOUNT}:assumed-role/AWSReservedSSO_Admin_0123456789abcdef/me` } },
  ],
  ["a service and a user", "allowed", allow({ Principal: { Service: "ec2.amazonaws.com", AWS: ALICE } })],
  [
    "a Deny for addresses outside of a network",
    "unknown",
    [allow(), denyUnless("NotIpAddress", "aws:SourceIp", "10.0.0.0/8")],
  ],
  ["a Deny for other accounts", "allowed", [allow(), denyUnless("StringNotEquals", "aws:PrincipalAccount", ACCOUNT)]],
  ["a Deny without the age of an MFA code", "denied", [allow(), denyUnless("Null", "aws:MultiFactorAuthAge", "true")]],
  ["a maximum age of the MFA code, without one", "denied", when("NumericLessThan", "aws:MultiFactorAuthAge", "3600")],
  ["a date, since the check has no clock", "unknown", when("DateLessThan", "aws:CurrentTime", "2020-01-01T00:00:00Z")],
  [
    "an external ID in any case",
    "allowed",
    when("StringEqualsIgnoreCase", "sts:ExternalId", "EXT-7"),
    externalId("ext-7"),
  ],
  ["a condition key in another case", "allowed", when("StringEquals", "STS:externalid", "ext-7"), externalId("ext-7")],
  ["every action but one", "allowed", { Effect: "Allow", Principal: { AWS: ALICE }, NotAction: "sts:TagSession" }],
  ["an account for which a service would act", "denied", when("StringEquals", "aws:SourceAccount", ACCOUNT)],
  ["users only", "allowed", when("StringEquals", "aws:PrincipalType", "User")],
  ["encrypted connections only", "allowed", when("Bool", "aws:SecureTransport", "true")],
  [
    "a session name that starts with the user's",
    "allowed",
    when("StringLike", "sts:RoleSessionName", "${aws:username}-*"),
    {
      request: { sessionName: "alice-1" },
    },
  ],
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
  for (const [tags, expected] of /** @type {const} */ ([
    [{ a: "b" }, true],
    [null, "unknown"],
  ])) {
    const { furtherActions } = explain(policy(allow()), tagged(tags));
    assert.deepEqual(
      furtherActions.map(({ action, needed, verdict, statements }) => {
        return [action, needed, verdict, statements[0].action.matches];
      }),
      [["sts:TagSession", expected, "denied", false]],
    );
  }
});

test("the reason is a part that decides", () => {
  const reasonOf = (statements, context) => explain(policy(...statements), context).reason;
  const ofOrganization = when("StringEquals", "aws:PrincipalOrgID", "o-1");
  const outside = { ...when("NotIpAddress", "aws:SourceIp", "203.0.113.0/24"), Effect: "Deny" };
  assert.match(reasonOf([named(ALICE), ofOrganization, outside]), /Statement 3: aws:SourceIp is not known/);
  assert.match(reasonOf([ofOrganization, outside]), /Statement 1: aws:PrincipalOrgID is not known/);
  // Whether sts:TagSession is needed is unknown, but the external ID is invalid in any case.
  assert.match(reasonOf([allow()], { request: { externalId: "a b", tags: null } }), /^STS rejects the externalId:/);
  assert.match(reasonOf([allow()], tagged({ a: "b" })), /^No statement allows sts:TagSession\./);
});

test("without a request all of its inputs are unknown", () => {
  for (const request of [undefined, null]) {
    const context = { caller: alice, roleArn: TARGET, action: "sts:AssumeRole", request };
    assert.equal(check(policy(equalsId), context).verdict, "unknown");
    assert.equal(check(policy(named(ALICE)), context).verdict, "unknown");
    assert.equal(check(policy(allow({ Action: "sts:*" })), context).verdict, "allowed");
  }
});

test("the reason of a list names the principal that matches, or none", () => {
  const says = (AWS) => explain(policy(named(AWS))).statements[0].principal.reason;
  assert.match(says([OTHER, ACCOUNT, ALICE]), /^The principal is this user\.$/);
  assert.match(says([OTHER, ACCOUNT]), /^The principal is the caller's account,/);
  assert.match(says([OTHER, "333333333333"]), /^None of the principals is the caller or its account\.$/);
  assert.match(says([OTHER, ALICE.replace("alice", "Alice")]), /^None of the principals .* case-sensitive/);
  assert.match(says([OTHER]), /^The principal is account 210987654321;/);
});
