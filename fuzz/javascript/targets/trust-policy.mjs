// The trust policy check. No input makes it throw or take a second of CPU time, and every form of a policy has the same
// explanation. Verdicts are compared with MiniStack's policy evaluator, where it evaluates as IAM does.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fc from "fast-check";

import { explainRefusal, explainTrustPolicy } from "../../../pkg/dist/trust-policy/index.js";
import { fuzz, inAnotherProcess } from "../run.mjs";

const ACCOUNT = "123456789012";
const USER = `arn:aws:iam::${ACCOUNT}:user/alice`;
const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/app/s1`;
const roleArn = `arn:aws:iam::${ACCOUNT}:role/Target`;
const action = "sts:AssumeRole";
/** Maximum CPU time for one input, in microseconds. */
const TIME_LIMIT = 1e6;

// --- Policies that MiniStack evaluates as IAM does. `tests/package/trust-policy-random.test.mjs` lists what it does not.

/** Few different characters, so that values and patterns often match. */
const text = fc.string({ unit: fc.constantFrom("a", "a", "b", "A"), minLength: 1, maxLength: 4 });
const wildcards = fc.string({ unit: fc.constantFrom("a", "b", "*", "?"), minLength: 1, maxLength: 5 });
const anyCase = (words) =>
  fc.tuple(fc.constantFrom(...words), fc.constantFrom(0, 1, 2)).map(([word, form]) => {
    if (form === 1) return word.toLowerCase();
    return form === 2 ? word.toUpperCase() : word;
  });
const oneOrMore = (item) => fc.oneof(item, fc.array(item, { minLength: 1, maxLength: 3 }));

const keys = anyCase(["sts:ExternalId", "sts:RoleSessionName", "aws:username", "aws:RequestTag/a"]);
const NEGATIONS = ["", "Not"];
const conditions = fc.oneof(
  fc.tuple(
    fc.constantFrom(...NEGATIONS).map((not) => `String${not}Equals`),
    keys,
    oneOrMore(text),
  ),
  fc.tuple(
    fc.constantFrom(...NEGATIONS).map((not) => `String${not}EqualsIgnoreCase`),
    keys,
    oneOrMore(text),
  ),
  fc.tuple(
    fc.constantFrom(...NEGATIONS).map((not) => `String${not}Like`),
    keys,
    oneOrMore(wildcards),
  ),
  fc.tuple(fc.constantFrom("StringEqualsIfExists", "StringNotLikeIfExists"), keys, oneOrMore(text)),
  fc.tuple(fc.constant("Null"), keys, fc.constantFrom("true", "false")),
  fc.tuple(
    fc.constantFrom("ForAllValues:StringEquals", "ForAnyValue:StringEquals", "ForAllValues:StringNotLike"),
    fc.constant("aws:TagKeys"),
    oneOrMore(text),
  ),
  fc.tuple(fc.constant("StringEquals"), fc.constant("aws:PrincipalType"), fc.constantFrom("User", "AssumedRole")),
  fc.tuple(fc.constant("StringLike"), fc.constant("aws:PrincipalAccount"), fc.constantFrom("1*", ACCOUNT, "2*")),
);
const principals = fc.constantFrom(
  "*",
  { AWS: "*" },
  { AWS: ACCOUNT },
  { AWS: `arn:aws:iam::${ACCOUNT}:root` },
  { AWS: USER },
  { AWS: SESSION },
  { AWS: `arn:aws:iam::${ACCOUNT}:role/app` },
  { AWS: [`${USER}2`, "210987654321"] },
  { Service: "ec2.amazonaws.com" },
);
const actions = fc.oneof(
  oneOrMore(fc.constantFrom("sts:AssumeRole", "sts:*", "STS:assumerole", "sts:Assume?ole", "sts:TagSession", "sts:A*")),
  fc.constantFrom("sts:AssumeRoleWithSAML", "sts:*Session", "sts:TagS?ssion"),
);
const statement = fc
  .record({
    Effect: fc.constantFrom("Allow", "Allow", "Deny"),
    Principal: principals,
    Action: actions,
    conditions: fc.array(conditions, { maxLength: 3 }),
  })
  .map(({ conditions, ...statement }) => {
    const Condition = {};
    for (const [operator, key, value] of conditions) Condition[operator] = { ...Condition[operator], [key]: value };
    // A key may occur only once, in whatever case.
    for (const block of Object.values(Condition)) removeDuplicates(block);
    return conditions.length > 0 ? { ...statement, Condition } : statement;
  });

function removeDuplicates(block) {
  const seen = new Set();
  for (const key of Object.keys(block)) {
    if (seen.has(key.toLowerCase())) delete block[key];
    seen.add(key.toLowerCase());
  }
}

const policies = fc
  .array(statement, { minLength: 1, maxLength: 4 })
  .map((Statement) => ({ Version: "2012-10-17", Statement }));
const requests = fc.record({
  sessionName: text.map((name) => `${name}x`),
  externalId: fc.option(
    text.map((id) => `${id}a`),
    { nil: undefined },
  ),
  tags: fc.option(fc.dictionary(fc.constantFrom("a", "b", "ab"), text, { maxKeys: 2 }), { nil: undefined }),
});
const callers = fc.constantFrom(
  { arn: USER, credentials: "long-term", type: "User", keys: { "aws:username": "alice" } },
  { arn: SESSION, type: "AssumedRole", keys: {} },
);
const cases = fc.record({ policy: policies, request: requests, caller: callers });

const SCRIPT = `
import json, sys
from ministack.core.iam_evaluator import EvalContext, evaluate_trust_policy

def decide(policy, request, caller):
    tags = request.get("tags") or {}
    keys = {"sts:externalid": request.get("externalId"), "sts:rolesessionname": request["sessionName"]}
    def allows(action):
        context = EvalContext(
            principal_arn=caller["arn"], principal_type=caller["type"], principal_account="${ACCOUNT}", action=action,
            resource_arn="${roleArn}", region="us-east-1", service_context=keys, principal_keys=caller["keys"],
            request_tags=tags, tag_keys=list(tags),
        )
        return evaluate_trust_policy(policy, caller["arn"], context)
    return [allows("sts:AssumeRole"), allows("sts:TagSession")]

print(json.dumps([decide(**case) for case in json.load(sys.stdin)]))
`;

function decideWithMiniStack(cases) {
  const python = process.env.STS_WEB_PYTHON ?? "python3";
  const input = JSON.stringify(cases);
  const { status, stdout, stderr } = spawnSync(python, ["-c", SCRIPT], { input, maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`MiniStack: ${stderr}`);
  return JSON.parse(stdout.toString());
}

/** Compares the verdict on each action. */
function compareWithMiniStack(settings) {
  const sampled = fc.sample(cases, settings);
  const decisions = inAnotherProcess(() => decideWithMiniStack(sampled));
  const counts = { allowed: 0, denied: 0, unknown: 0 };
  for (const [index, { policy, request, caller }] of sampled.entries()) {
    const { type, keys, ...rest } = caller;
    const explained = explain(policy, { caller: rest, request });
    assert.deepEqual(explained.violations, [], JSON.stringify(sampled[index]));
    const [assumeRole, tagSession] = decisions[index];
    const main = verdictOfStatements(explained.statements);
    counts[main]++;
    if (main !== "unknown") assert.equal(main === "allowed", assumeRole, JSON.stringify(sampled[index]));
    const tag = explained.furtherActions.find(({ action }) => action === "sts:TagSession");
    assert.equal(!!tag, Object.keys(request.tags ?? {}).length > 0);
    if (tag && tag.verdict !== "unknown") {
      assert.equal(tag.verdict === "allowed", tagSession, JSON.stringify(sampled[index]));
    }
  }
  assert.ok(counts.allowed > 50 && counts.denied > 50 && counts.unknown < 20, JSON.stringify(counts));
}

function verdictOfStatements(statements) {
  const applying = (effect, applies) => statements.some((one) => one.effect === effect && one.applies === applies);
  if (applying("Deny", true)) return "denied";
  if (applying("Deny", "unknown"))
    return applying("Allow", true) || applying("Allow", "unknown") ? "unknown" : "denied";
  if (applying("Allow", true)) return "allowed";
  return applying("Allow", "unknown") ? "unknown" : "denied";
}

/** @param {any} policy @param {any} context */
const explain = (policy, context) => explainTrustPolicy(policy, { roleArn, action, ...context });

// --- Any input

/** Values in the wrong places, invalid and long ones. */
const wrong = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom(null, "", "*", "${", "${aws:username", "${aws:username, 'a}", "\0", "arn:", "arn:aws:iam::*:role/*"),
  fc.constantFrom("*?".repeat(2_000), "a*".repeat(2_000), "${*}".repeat(2_000), "x".repeat(100_000)),
  fc.anything(),
);
const anyKey = fc.oneof(
  fc.constantFrom("Principal", "NotPrincipal", "Action", "NotAction", "Condition", "Effect", "Sid", "Resource"),
  fc.constantFrom("StringLike", "NumericLessThan", "DateEquals", "IpAddress", "ForAllValues:", "__proto__", "toString"),
  fc.constantFrom("AWS", "Federated", "aws:SourceIp", "aws:CurrentTime", "sts:SourceIdentity", "Statement", "Version"),
);

/** A valid policy, in which some members have other values. */
const brokenPolicies = fc
  .tuple(
    policies,
    fc.array(fc.tuple(fc.array(fc.oneof(anyKey, fc.nat(2)), { maxLength: 4 }), anyKey, wrong), { maxLength: 3 }),
  )
  .map(([policy, changes]) => {
    const copy = structuredClone(policy);
    for (const [path, name, value] of changes) {
      const parent = path.reduce(
        (parent, key) => (Object.hasOwn(Object(parent), key) ? parent[key] : parent),
        copy.Statement,
      );
      if (typeof parent === "object" && parent !== null) {
        Object.defineProperty(parent, name, { value, enumerable: true, configurable: true, writable: true });
      }
    }
    return copy;
  });
const contexts = fc.record(
  {
    caller: fc.oneof(
      callers.map(({ arn }) => ({ arn })),
      fc.record(
        { arn: fc.oneof(fc.constantFrom(USER, SESSION), wrong), mfa: wrong, tags: wrong, userId: wrong },
        { requiredKeys: ["arn"] },
      ),
      fc.record({ kind: fc.constantFrom("web-identity", "saml"), issuer: wrong, provider: wrong, claims: wrong }),
      wrong,
    ),
    request: fc.oneof(requests, wrong),
    roleArn: fc.oneof(fc.constant(roleArn), wrong),
    action: fc.oneof(fc.constantFrom(action, "sts:AssumeRoleWithWebIdentity", "sts:AssumeRoleWithSAML"), wrong),
    conditionKeys: fc.oneof(fc.dictionary(fc.constantFrom("aws:SourceIp", "aws:CurrentTime", "a"), wrong), wrong),
  },
  { requiredKeys: ["caller"] },
);

/** Asserts what is guaranteed for every input. */
function assertExplained(policy, context) {
  const before = process.cpuUsage();
  const explained = explain(policy, context);
  const { user, system } = process.cpuUsage(before);
  assert.ok(user + system < TIME_LIMIT, "the check takes too long");
  assert.ok(["allowed", "denied", "unknown"].includes(explained.verdict));
  assert.ok(explained.reason.length > 0);
  if (explained.violations.length > 0) assert.notEqual(explained.verdict, "allowed");
  for (const { path, message } of explained.violations) assert.ok(typeof path === "string" && message.length > 0);
  return explained;
}

await fuzz(
  [
    fc.property(brokenPolicies, contexts, (policy, context) => void assertExplained(policy, context)),
    fc.property(fc.oneof(fc.string(), fc.anything(), fc.json()), fc.anything(), (policy, context) => {
      const explained = explainTrustPolicy(/** @type {any} */ (policy), /** @type {any} */ (context));
      assert.notEqual(explained.verdict, "allowed");
    }),
    // All forms of a policy: as an object, as JSON, URL-encoded, as a list of one or a single statement, in get-role's output.
    fc.property(cases, ({ policy, request, caller: { arn } }) => {
      const expected = explain(policy, { caller: { arn }, request });
      const json = JSON.stringify(policy);
      const role = { Role: { Arn: roleArn, AssumeRolePolicyDocument: policy } };
      /** @type {unknown[]} */
      const forms = [json, JSON.stringify(policy, null, 2), encodeURIComponent(json), role, JSON.stringify(role)];
      if (policy.Statement.length === 1) forms.push({ ...policy, Statement: policy.Statement[0] });
      for (const form of forms) assert.deepEqual(explain(form, { caller: { arn }, request }), expected);
    }),
    // Another Deny never allows, and another Allow never denies.
    fc.property(cases, statement, fc.nat(4), ({ policy, request, caller: { arn } }, more, at) => {
      const rank = (Statement) => {
        const { verdict } = explain({ ...policy, Statement }, { caller: { arn }, request });
        return ["denied", "unknown", "allowed"].indexOf(verdict);
      };
      const before = rank(policy.Statement);
      const after = rank(policy.Statement.toSpliced(at, 0, more));
      assert.ok(more.Effect === "Deny" ? after <= before : after >= before);
    }),
    fc.property(
      fc.oneof(
        fc.string(),
        brokenPolicies.map((policy) => JSON.stringify(policy)),
      ),
      (message) => {
        explainRefusal(message);
      },
    ),
  ],
  compareWithMiniStack,
);
