// The trust policy check: every form of a policy, invalid ones, and inputs that nobody expects.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import {
  ACCOUNT,
  ALICE,
  alice,
  allow,
  check,
  deny,
  employee,
  explain,
  named,
  OTHER,
  policy,
  ROOT,
  SAML,
  SESSION,
  session,
  TARGET,
  when,
  workflow,
} from "./trust-policy-examples.mjs";

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
  ["CloudFormation's YAML", "Resources:\n  Target:\n    Type: AWS::IAM::Role\n", /is YAML: convert it to JSON/],
  [
    "a role of CloudFormation in YAML",
    "Target:\n  Type: AWS::IAM::Role\n  Properties:\n    AssumeRolePolicyDocument:\n",
    /is YAML: convert it to JSON/,
  ],
  [
    "YAML after a comment",
    "# The role\n---\nAssumeRolePolicyDocument:\n  Statement: []\n",
    /is YAML: convert it to JSON/,
  ],
  [
    "the output of list-roles",
    { Roles: [{ Arn: TARGET, AssumeRolePolicyDocument: {} }] },
    /output of `aws iam get-role`/,
  ],
  [
    "CloudFormation's JSON",
    { Resources: { Target: { Type: "AWS::IAM::Role" } } },
    /only the role's AssumeRolePolicyDocument/,
  ],
  [
    "a role of CloudFormation in JSON",
    { Type: "AWS::IAM::Role", Properties: { AssumeRolePolicyDocument: {} } },
    /only its AssumeRolePolicyDocument/,
  ],
  ["a managed policy", { PolicyVersion: { Document: {}, VersionId: "v1" } }, /not a role's trust policy/],
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
    "# ".repeat(40_000),
    "#\n---\n".repeat(10_000),
    new Date(),
  ];
  for (const input of [...inputs, long]) {
    const before = process.cpuUsage();
    assert.notEqual(explain(input, { caller }).verdict, "allowed");
    // CPU time, so that a busy machine does not matter.
    assert.ok(process.cpuUsage(before).user < 2_000_000);
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
