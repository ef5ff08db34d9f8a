// The trust policy check on random policies: properties that all of them have, and MiniStack as an oracle where it
// evaluates policies as the IAM User Guide describes.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Signer, STS } from "../../pkg/dist/entry/node.js";
import { explainTrustPolicy } from "../../pkg/dist/trust-policy/index.js";
import { matchesString, readPattern } from "../../pkg/dist/trust-policy/pattern.js";
import { numbers, oneOf } from "./random.mjs";

/**
 * Also accepts invalid input.
 *
 * @type {(policy?: any, context?: any) => import("../../pkg/dist/trust-policy/index.js").TrustPolicyExplanation}
 */
const check = explainTrustPolicy;

const ACCOUNT = "123456789012";
const CALLER = "trust-policy-caller";
const USER = `arn:aws:iam::${ACCOUNT}:user/${CALLER}`;
const ROLE = `arn:aws:iam::${ACCOUNT}:role/${CALLER}`;
const SESSION = `arn:aws:sts::${ACCOUNT}:assumed-role/${CALLER}/s1`;

/*
 * These lists omit what MiniStack 1.5 evaluates differently from IAM: principals in another case or with wildcards, ARN
 * operators, aws:PrincipalArn, variables, MFA, sts:SourceIdentity and sts:SetSourceIdentity, sts:TransitiveTagKeys,
 * aws:SourceIp, unknown operators, and IfExists combined with ForAnyValue.
 */
const PRINCIPALS = [
  "*",
  { AWS: "*" },
  { AWS: ACCOUNT },
  { AWS: `arn:aws:iam::${ACCOUNT}:root` },
  { AWS: USER },
  { AWS: ROLE },
  { AWS: SESSION },
  { AWS: [USER, SESSION] },
  { AWS: "210987654321" },
  { AWS: ["arn:aws:iam::210987654321:root", `${USER}2`] },
  { AWS: `${SESSION}2` },
  { Service: "ec2.amazonaws.com" },
  { Service: "ec2.amazonaws.com", AWS: USER },
];
const ACTIONS = [
  { Action: "sts:AssumeRole" },
  { Action: ["sts:AssumeRole", "sts:TagSession"] },
  { Action: "sts:*" },
  { Action: "STS:assumerole" },
  { Action: "sts:Assume?ole" },
  { Action: "sts:TagSession" },
  { Action: ["sts:AssumeRoleWithSAML"] },
];
const CONDITIONS = [
  ["StringEquals", "sts:ExternalId", "ext-7"],
  ["StringNotEquals", "sts:ExternalId", "ext-7"],
  ["StringEqualsIgnoreCase", "sts:externalid", "Ext-7"],
  ["StringNotEqualsIgnoreCase", "sts:ExternalId", ["EXT-7", "x1"]],
  ["StringEqualsIfExists", "sts:ExternalId", ["a1", "ext-7"]],
  ["StringLike", "sts:ExternalId", "ext-?"],
  ["StringNotLike", "sts:ExternalId", ["ext*", "z*"]],
  ["Null", "sts:ExternalId", "true"],
  ["Null", "sts:ExternalId", "false"],
  ["StringLike", "sts:RoleSessionName", ["d*o", "x"]],
  ["StringNotEquals", "sts:RoleSessionName", "demo"],
  ["StringEquals", "aws:PrincipalAccount", ACCOUNT],
  ["StringEquals", "aws:PrincipalType", "User"],
  ["StringEquals", "aws:username", CALLER],
  ["StringNotLike", "aws:username", "trust*"],
  ["StringEquals", "aws:RequestTag/team", "red"],
  ["StringNotEquals", "aws:RequestTag/team", ["red", "green"]],
  ["StringEqualsIfExists", "aws:RequestTag/team", "blue"],
  ["Null", "aws:RequestTag/team", "false"],
  ["ForAllValues:StringEquals", "aws:TagKeys", ["team"]],
  ["ForAnyValue:StringEquals", "aws:TagKeys", ["team", "x"]],
  ["ForAllValues:StringNotEquals", "aws:TagKeys", "cost"],
  ["ForAnyValue:StringLike", "aws:TagKeys", "c*"],
];
const REQUESTS = [
  { sessionName: "demo" },
  { sessionName: "other", externalId: "ext-7" },
  { sessionName: "demo", externalId: "EXT-7" },
  { sessionName: "demo", tags: { team: "red" } },
  { sessionName: "demo", externalId: "ext-7", tags: { team: "blue", cost: "1" } },
];
/** Only for the properties: conditions that remain unknown, or that MiniStack does not support. */
const FURTHER_CONDITIONS = [
  ["StringEquals", "aws:PrincipalOrgID", "o-1"],
  ["StringNotEqualsIfExists", "aws:PrincipalOrgID", "o-1"],
  ["IpAddress", "aws:SourceIp", "203.0.113.0/24"],
  ["Null", "aws:SourceVpce", "true"],
  ["Bool", "aws:MultiFactorAuthPresent", "true"],
  ["BoolIfExists", "aws:MultiFactorAuthPresent", "false"],
  ["StringEquals", "sts:RoleSessionName", "${aws:username}"],
  ["StringNotEquals", "aws:PrincipalTag/team", "${aws:RequestTag/team, 'red'}"],
  ["ArnLike", "aws:PrincipalArn", `arn:aws:iam::*:role/*`],
  ["ArnNotEquals", "aws:PrincipalArn", ROLE],
  ["StringEquals", "sts:SourceIdentity", "alice"],
  ["StringLike", "aws:userid", "A*"],
  ["ForAnyValue:StringEqualsIfExists", "aws:TagKeys", "team"],
];

function randomStatement(random, conditions) {
  const block = {};
  for (let count = random(3); count > 0; count--) {
    const [operator, key, value] = oneOf(random, conditions);
    block[operator] = { ...block[operator], [key]: value };
  }
  return {
    Effect: random(4) === 0 ? "Deny" : "Allow",
    Principal: oneOf(random, PRINCIPALS),
    ...oneOf(random, ACTIONS),
    ...(Object.keys(block).length > 0 && { Condition: block }),
  };
}

/**
 * Returns a random policy. Half of the policies allow everyone, subject to conditions, because purely random ones
 * rarely allow a caller.
 */
function randomPolicy(random, conditions) {
  const statements = Array.from({ length: 1 + random(3) }, () => randomStatement(random, conditions));
  if (random(2) === 0) Object.assign(statements[0], { Effect: "Allow", Principal: "*", Action: "sts:*" });
  return { Version: "2012-10-17", Statement: statements };
}

const callers = [
  { arn: USER, userId: "AIDAEXAMPLEALICE00001", credentials: "long-term", tags: { team: "red" } },
  { arn: USER, userId: "AIDAEXAMPLEALICE00001", credentials: "temporary", mfa: true, tags: {} },
  { arn: SESSION, userId: "AROAEXAMPLECALLER0001:s1", mfa: false, tags: { team: "blue" }, sourceIdentity: "alice" },
  { arn: SESSION, userId: "AROAEXAMPLECALLER0001:s1", mfa: false, tags: { team: "red" } },
];

function randomContext(random) {
  return {
    caller: oneOf(random, callers),
    roleArn: `arn:aws:iam::${ACCOUNT}:role/Target`,
    action: "sts:AssumeRole",
    request: {
      ...oneOf(random, REQUESTS),
      ...(random(3) === 0 && { sourceIdentity: oneOf(random, ["alice", "bob"]) }),
      ...(random(3) === 0 && { mfaCode: true }),
    },
    conditionKeys: {
      ...(random(2) === 0 && { "aws:PrincipalOrgID": oneOf(random, ["o-1", "o-2"]) }),
      ...(random(2) === 0 && { "aws:SourceIp": oneOf(random, ["203.0.113.9", "198.51.100.1"]) }),
      ...(random(2) === 0 && { "aws:SourceVpce": oneOf(random, ["vpce-1", []]) }),
    },
  };
}

const RANK = { denied: 0, unknown: 1, allowed: 2 };
const every = [...CONDITIONS, ...FURTHER_CONDITIONS];

/** Calls `property` with many random policies, contexts and verdicts, and checks that every verdict occurs. */
function forMany(seed, property) {
  const random = numbers(seed);
  const counts = { allowed: 0, denied: 0, unknown: 0 };
  for (let round = 0; round < 200; round++) {
    const [policy, context] = [randomPolicy(random, every), randomContext(random)];
    const { verdict, violations } = check(policy, context);
    assert.deepEqual(violations, []);
    counts[verdict]++;
    property(policy, context, verdict, random);
  }
  for (const verdict of Object.keys(counts)) assert.ok(counts[verdict] > 10, `${verdict}: ${counts[verdict]}`);
}

const shown = (policy, context) => JSON.stringify({ policy, context });

test("another Deny never allows a caller, and one that matches denies", () => {
  forMany(1, (policy, context, before, random) => {
    const after = (more) => {
      const Statement = [...policy.Statement];
      Statement.splice(random(Statement.length + 1), 0, { ...more, Effect: "Deny" });
      return check({ ...policy, Statement }, context).verdict;
    };
    const more = randomStatement(random, every);
    assert.ok(RANK[after(more)] <= RANK[before], shown({ policy, more }, context));
    assert.equal(after({ Principal: { AWS: "*" }, Action: "sts:*" }), "denied", shown(policy, context));
  });
});

test("another Allow never denies a caller", () => {
  forMany(2, (policy, context, before, random) => {
    const Statement = [...policy.Statement, { ...randomStatement(random, every), Effect: "Allow" }];
    const { verdict } = check({ ...policy, Statement }, context);
    assert.ok(RANK[verdict] >= RANK[before], shown(Statement, context));
  });
});

test("the order of statements does not matter", () => {
  forMany(3, (policy, context, verdict) => {
    const Statement = [...policy.Statement].reverse();
    assert.equal(check({ ...policy, Statement }, context).verdict, verdict, shown(policy, context));
  });
});

/** Returns copies of a context, in each of which one fact is unknown. */
function withUnknownFacts(context) {
  const without = (part, names) => names.map((name) => ({ ...context, [part]: { ...context[part], [name]: null } }));
  return [
    ...without("request", [
      "sessionName",
      "externalId",
      "mfaCode",
      "sourceIdentity",
      "tags",
      "transitiveTagKeys",
      "providedContexts",
    ]),
    ...without("caller", ["userId", "credentials", "mfa", "tags", "sourceIdentity"]),
    ...without("conditionKeys", Object.keys(context.conditionKeys)),
    { ...context, request: null },
  ];
}

test("an unknown fact makes the verdict unknown, or does not change it", () => {
  let became = 0;
  forMany(4, (policy, context, before) => {
    for (const less of withUnknownFacts(context)) {
      const after = check(policy, less).verdict;
      assert.ok(after === before || after === "unknown", `${before} became ${after}: ${shown(policy, less)}`);
      if (after !== before) became++;
    }
  });
  assert.ok(became > 50);
});

test("providing an unknown fact never changes a verdict that is certain", () => {
  forMany(5, (policy, context, before) => {
    if (before === "unknown") return;
    for (const org of [[], "o-1", "o-2"]) {
      const provided = { "aws:PrincipalOrgID": org, "aws:SourceIp": "203.0.113.1", ...context.conditionKeys };
      const after = check(policy, { ...context, conditionKeys: provided }).verdict;
      assert.equal(after, before, shown(policy, context));
    }
  });
});

test("a certain result of a pattern holds for every value of the unknown part", () => {
  const random = numbers(8);
  const some = (characters, length) => Array.from({ length: random(length) }, () => oneOf(random, characters)).join("");
  const texts = ["", "a", "b", "aa", "ab", "ba", "bb", "aab", "aba", "bab"];
  for (let round = 0; round < 5000; round++) {
    const [text, before, after] = [some("aab**?", 7), some("ab", 3), some("ab", 3)];
    const expression = new RegExp(`^${text.replaceAll("*", ".*").replaceAll("?", ".")}$`);
    const pattern = readPattern(text, { wildcards: true });
    const result = matchesString(pattern, `${before}\0${after}`);
    for (const one of texts.map((part) => before + part + after)) {
      assert.equal(matchesString(pattern, one), expression.test(one), `${text} ${one}`);
      if (result !== "unknown") assert.equal(expression.test(one), result, `${text} ${one}`);
    }
  }
});

const sandbox = JSON.parse(process.env.STS_WEB_SANDBOX ?? "{}");
const { endpoint, region } = sandbox;

/** Calls IAM as the sandbox's root. */
async function iam(Action, parameters) {
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const signer = new Signer({ credentials, region, service: "iam" });
  const body = new URLSearchParams({ Action, Version: "2010-05-08", ...parameters }).toString();
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const response = await signer.fetch(endpoint, { method: "POST", headers, body });
  const text = await response.text();
  assert.ok(response.ok, `${Action}: ${text}`);
  return (name) => new RegExp(`<${name}>([^<]*)</${name}>`).exec(text)?.[1];
}

/** Creates a user and a role session. Their identity policies allow all STS actions, which MiniStack requires. */
async function createCallers() {
  const may = { Version: "2012-10-17", Statement: { Effect: "Allow", Action: "sts:*", Resource: "*" } };
  const trust = {
    Version: "2012-10-17",
    Statement: { Effect: "Allow", Principal: { AWS: USER }, Action: "sts:AssumeRole" },
  };
  await iam("CreateUser", { UserName: CALLER });
  const policy = { PolicyName: "all", PolicyDocument: JSON.stringify(may) };
  await iam("PutUserPolicy", { UserName: CALLER, ...policy });
  const key = await iam("CreateAccessKey", { UserName: CALLER });
  await iam("CreateRole", { RoleName: CALLER, AssumeRolePolicyDocument: JSON.stringify(trust) });
  await iam("PutRolePolicy", { RoleName: CALLER, ...policy });
  const credentials = { accessKeyId: key("AccessKeyId"), secretAccessKey: key("SecretAccessKey") };
  const user = new STS({ endpoint, region, credentials });
  const { Credentials } = await user.assumeRole({ RoleArn: ROLE, RoleSessionName: "s1" });
  const { AccessKeyId, SecretAccessKey, SessionToken } = Credentials;
  const temporary = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
  const session = new STS({ endpoint, region, credentials: temporary });
  return [
    { client: user, caller: { arn: USER, credentials: "long-term" } },
    { client: session, caller: { arn: SESSION } },
  ];
}

test("MiniStack decides the same on random policies", { skip: !endpoint && "no sandbox" }, async () => {
  const random = numbers(6);
  const callers = await createCallers();
  const RoleName = "trust-policy-target";
  const roleArn = `arn:aws:iam::${ACCOUNT}:role/${RoleName}`;
  await iam("CreateRole", { RoleName, AssumeRolePolicyDocument: JSON.stringify(randomPolicy(random, CONDITIONS)) });
  const counts = { allowed: 0, denied: 0, unknown: 0 };
  for (let round = 0; round < 75; round++) {
    const policy = randomPolicy(random, CONDITIONS);
    await iam("UpdateAssumeRolePolicy", { RoleName, PolicyDocument: JSON.stringify(policy) });
    for (const { client, caller } of callers) {
      const request = oneOf(random, REQUESTS);
      const context = { caller, roleArn, action: "sts:AssumeRole", request };
      const { verdict, reason } = check(policy, context);
      counts[verdict]++;
      // How an external ID or session name is evaluated for sts:TagSession is not documented; MiniStack evaluates them.
      if (verdict === "unknown") continue;
      const decided = await decision(client, roleArn, request);
      assert.equal(decided, verdict, `${reason}\n${shown(policy, context)}`);
    }
  }
  assert.ok(counts.allowed > 20 && counts.denied > 50 && counts.unknown < 15, JSON.stringify(counts));
});

async function decision(client, RoleArn, { sessionName, externalId, tags }) {
  const Tags = tags && Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  const input = {
    RoleArn,
    RoleSessionName: sessionName,
    ...(externalId && { ExternalId: externalId }),
    ...(tags && { Tags }),
  };
  try {
    await client.assumeRole(input);
    return "allowed";
  } catch (error) {
    assert.equal(error.name, "AccessDenied", error.message);
    return "denied";
  }
}

const ISSUER = "token.actions.githubusercontent.com";
const TOKEN_PRINCIPALS = [
  { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/${ISSUER}` },
  {
    Federated: [`arn:aws:iam::${ACCOUNT}:oidc-provider/gitlab.com`, `arn:aws:iam::${ACCOUNT}:oidc-provider/${ISSUER}`],
  },
  { Federated: "accounts.google.com" },
  { AWS: ACCOUNT },
];
const TOKEN_CONDITIONS = [
  ["StringEquals", `${ISSUER}:aud`, "sts.amazonaws.com"],
  ["StringEquals", `${ISSUER}:aud`, ["app", "other"]],
  ["StringLike", `${ISSUER}:sub`, "repo:octo/app:*"],
  ["StringLike", `${ISSUER}:sub`, ["repo:octo/*:ref:refs/heads/main", "x"]],
  ["StringNotLike", `${ISSUER}:sub`, "*:pull_request"],
  ["StringEquals", `${ISSUER}:sub`, "repo:octo/app:*"],
  ["StringEqualsIfExists", "accounts.google.com:sub", "1"],
  ["Null", `${ISSUER}:amr`, "true"],
  ["ForAnyValue:StringEquals", `${ISSUER}:amr`, ["mfa"]],
  ["ForAllValues:StringLike", `${ISSUER}:amr`, ["m*", "pwd"]],
];
const TOKENS = [
  { aud: "sts.amazonaws.com", sub: "repo:octo/app:ref:refs/heads/main" },
  { aud: "app", sub: "repo:octo/app:pull_request", amr: ["mfa", "pwd"] },
  { aud: "sts.amazonaws.com", sub: "repo:octo/other:ref:refs/heads/main", amr: ["otp"] },
];

test("MiniStack decides the same on tokens", { skip: !endpoint && "no sandbox" }, async () => {
  const random = numbers(7);
  const RoleName = "trust-policy-token-target";
  const roleArn = `arn:aws:iam::${ACCOUNT}:role/${RoleName}`;
  const action = "sts:AssumeRoleWithWebIdentity";
  const randomTokenPolicy = () => ({
    Version: "2012-10-17",
    Statement: randomPolicy(random, TOKEN_CONDITIONS).Statement.map((statement) => ({
      ...statement,
      Principal: oneOf(random, TOKEN_PRINCIPALS),
      Action: oneOf(random, [action, action, "sts:*", "sts:AssumeRole"]),
    })),
  });
  await iam("CreateRole", { RoleName, AssumeRolePolicyDocument: JSON.stringify(randomTokenPolicy()) });
  const client = new STS({ endpoint, region, credentials: { accessKeyId: "unused", secretAccessKey: "unused" } });
  const counts = { allowed: 0, denied: 0, unknown: 0 };
  for (let round = 0; round < 75; round++) {
    const policy = randomTokenPolicy();
    await iam("UpdateAssumeRolePolicy", { RoleName, PolicyDocument: JSON.stringify(policy) });
    const claims = { iss: `https://${ISSUER}`, ...oneOf(random, TOKENS) };
    const caller = { kind: "web-identity", issuer: claims.iss, claims };
    const { verdict, reason } = check(policy, { caller, roleArn, action, request: { sessionName: "demo" } });
    counts[verdict]++;
    const WebIdentityToken = ["{}", JSON.stringify(claims), ""].map((part) => Buffer.from(part).toString("base64url"));
    const decided = await client
      .assumeRoleWithWebIdentity({
        RoleArn: roleArn,
        RoleSessionName: "demo",
        WebIdentityToken: WebIdentityToken.join("."),
      })
      .then(
        () => "allowed",
        (error) => (error.name === "AccessDenied" ? "denied" : error),
      );
    assert.equal(decided, verdict, `${reason}\n${shown(policy, claims)}`);
  }
  assert.ok(counts.allowed > 10 && counts.denied > 20 && counts.unknown === 0, JSON.stringify(counts));
});
