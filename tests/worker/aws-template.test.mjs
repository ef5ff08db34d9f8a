// The CloudFormation template: its trust policies accept the Worker's own tokens and no others, in every partition and
// account.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";

import { explainTrustPolicy } from "../../pkg/dist/trust-policy/index.js";
import { authorizeCaller, authorizeSession } from "../../worker/dist/authorization.js";
import { awsTemplate, parseConfiguration } from "../../worker/dist/config.js";
import { signToken } from "../../worker/dist/issuer.js";
import { generateSigningKey } from "../../worker/dist/keygen.js";

const run = promisify(execFile);
const HOST = "broker.example";
const PEOPLE = "https://idp.example";
const ACCOUNTS = ["123456789012", "012345678901"];
const PARTITIONS = { aws: "eu-central-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1" };
const { privateKey } = await generateSigningKey("RS256");
const env = /** @type {import("../../worker/dist/types.js").Environment} */ ({
  SIGNING_KEY: JSON.stringify(privateKey),
});

/** Returns the configuration of a broker with roles in two accounts of a partition. */
function configurationIn(partition) {
  const arn = (account, name) => `arn:${partition}:iam::${account}:role/${name}`;
  const [first, second] = ACCOUNTS;
  const people = { issuer: PEOPLE, audience: "sts-web", claims: { team: "blue" } };
  return {
    issuer: `https://${HOST}`,
    region: PARTITIONS[partition],
    grants: [
      {
        ...people,
        name: "deploy",
        tags: { team: "team" },
        sourceIdentity: true,
        roles: { deploy: arn(first, "broker/deploy"), shared: arn(first, "shared") },
      },
      { ...people, name: "read", roles: { shared: arn(first, "shared"), other: arn(second, "other") } },
      { name: "nightly", sharedSecret: "NIGHTLY_SECRET", subject: "build*1", roles: { build: arn(first, "build") } },
    ],
  };
}

/** Returns the claims of the token that the Worker signs for a caller's role in a grant. */
async function claimsOf(input, role, grant) {
  const configuration = parseConfiguration(input);
  const machine = grant === "nightly";
  const claims = { iss: PEOPLE, sub: "ada?*:1", aud: "sts-web", team: "blue" };
  const caller = machine
    ? { issuer: "shared-secret", subject: "build*1", claims: {}, sharedSecrets: ["NIGHTLY_SECRET"] }
    : { issuer: PEOPLE, subject: claims.sub, claims, sharedSecrets: [] };
  const grants = configuration.grants.filter(({ name }) => name === grant);
  const { session } = await authorizeSession(await authorizeCaller(caller, grants), { role });
  const { token } = await signToken(env, configuration, session);
  return JSON.parse(Buffer.from(token.split(".")[1], "base64url").toString());
}

/** Returns each role's trust policy by its ARN, with `Ref` resolved as CloudFormation does in this account. */
function trustPolicies({ Resources }, partition, account) {
  const { Provider, ...roles } = Resources;
  const provider = `arn:${partition}:iam::${account}:oidc-provider/${Provider.Properties.Url.replace("https://", "")}`;
  return Object.fromEntries(
    Object.values(roles).map(({ Properties: { Path, RoleName, AssumeRolePolicyDocument } }) => [
      `arn:${partition}:iam::${account}:role${Path}${RoleName}`,
      JSON.parse(JSON.stringify(AssumeRolePolicyDocument).replaceAll('{"Ref":"Provider"}', JSON.stringify(provider))),
    ]),
  );
}

/** Returns the trust policy check's verdict on a token. */
function verdict(policy, roleArn, claims, issuer = `https://${HOST}`) {
  const caller = { kind: /** @type {const} */ ("web-identity"), issuer, claims };
  // IAM sets this key from the token's claim; `explainTrustPolicy` does not.
  const listsRole = claims["https://aws.amazon.com/roles"].includes(roleArn);
  return explainTrustPolicy(policy, {
    caller,
    roleArn,
    action: "sts:AssumeRoleWithWebIdentity",
    request: { sessionName: "ada" },
    conditionKeys: { "sts:RoleAuthorizedByIdp": String(listsRole) },
  }).verdict;
}

for (const partition of Object.keys(PARTITIONS)) {
  for (const requireRoleInToken of [false, true]) {
    const name = `${partition}, ${requireRoleInToken ? "with" : "without"} the role in the token`;
    test(`a role trusts the tokens of its grants and no others: ${name}`, async () => {
      const configuration = configurationIn(partition);
      const arns = { deploy: "broker/deploy", shared: "shared", build: "build" };
      /** @type {any} */
      const template = await awsTemplate(configuration, { account: ACCOUNTS[0], requireRoleInToken });
      const policies = trustPolicies(template, partition, ACCOUNTS[0]);
      const arnOf = (role) => `arn:${partition}:iam::${ACCOUNTS[0]}:role/${arns[role]}`;
      assert.deepEqual(Object.keys(policies).sort(), Object.keys(arns).map(arnOf).sort());
      const grants = { deploy: ["deploy"], shared: ["deploy", "read"], build: ["nightly"] };
      for (const [role, names] of Object.entries(grants)) {
        const policy = policies[arnOf(role)];
        for (const grant of names) {
          const claims = await claimsOf(configuration, role, grant);
          assert.equal(verdict(policy, arnOf(role), claims), "allowed", `${role} by ${grant}`);
          for (const wrong of [
            { ...claims, aud: "another-audience" },
            { ...claims, sub: claims.sub.replace("grant:", "grant:another-") },
            { ...claims, sub: "ada" },
            { ...claims, sub: claims.sub.replace(/^grant:[^:]+:/, "grant::") },
          ]) {
            assert.equal(verdict(policy, arnOf(role), wrong), "denied", `${role}: ${wrong.aud} ${wrong.sub}`);
          }
          assert.equal(
            verdict(policy, arnOf(role), { ...claims, iss: "https://evil.example" }, "https://evil.example"),
            "denied",
          );
          const elsewhere = { ...claims, "https://aws.amazon.com/roles": [`${arnOf(role)}-2`] };
          assert.equal(verdict(policy, arnOf(role), elsewhere) === "allowed", !requireRoleInToken);
        }
      }
      // A role does not accept the tokens for a grant that does not have it, nor another machine's.
      const deploy = await claimsOf(configuration, "deploy", "deploy");
      assert.equal(verdict(policies[arnOf("build")], arnOf("build"), deploy), "denied");
      const machine = await claimsOf(configuration, "build", "nightly");
      assert.equal(verdict(policies[arnOf("build")], arnOf("build"), { ...machine, sub: `${machine.sub}2` }), "denied");
    });
  }
}

test("a template is for one account, and has that account's roles", async () => {
  const configuration = configurationIn("aws");
  await assert.rejects(awsTemplate(configuration), {
    message: `the roles are in several accounts; choose one of ${ACCOUNTS.join(", ")} for each template`,
  });
  await assert.rejects(awsTemplate(configuration, { account: "999999999999" }), /has no role in this account/);
  const { Resources } = /** @type {any} */ (await awsTemplate(configuration, { account: ACCOUNTS[1] }));
  assert.deepEqual(Object.keys(Resources), ["Provider", "RoleOther"]);
});

test("no two roles share a resource, however similar their names are, and its ID depends on the role alone", async () => {
  const names = ["deploy", "deploy-prod", "deploy_prod", "DeployProd", "deployProd", "deploy-Prod", "deploy--prod"];
  names.push("deploy-2", "deploy2", "team/deploy-prod", "team-deploy-prod", "a/b/c", "a/b-c", "a-b-c", "-", "=", "+");
  names.push(`${"path/".repeat(100)}a`, `${"path/".repeat(100)}b`);
  const resourcesOf = async (...all) => {
    const roles = Object.fromEntries(
      all.map((name, index) => [`r${index}`, `arn:aws:iam::${ACCOUNTS[0]}:role/${name}`]),
    );
    const grant = { name: "all", issuer: PEOPLE, audience: "sts-web", claims: { team: "blue" }, roles };
    const configuration = { issuer: `https://${HOST}`, region: "eu-central-1", grants: [grant] };
    return /** @type {any} */ (await awsTemplate(configuration)).Resources;
  };
  const { Provider, ...roles } = await resourcesOf(...names);
  const pathsAndNames = Object.values(roles).map(({ Properties: { Path, RoleName } }) => `${Path}${RoleName}`.slice(1));
  assert.deepEqual(pathsAndNames, names);
  for (const [id, { Properties }] of Object.entries(roles)) {
    assert.match(id, /^Role[A-Za-z0-9]{1,251}$/);
    assert.deepEqual(Object.keys(await resourcesOf(`${Properties.Path}${Properties.RoleName}`.slice(1))), [
      "Provider",
      id,
    ]);
  }
  assert.deepEqual(Object.keys(roles).slice(0, 2), ["RoleDeploy", "RoleDeployProd"]);
});

test("cfn-lint accepts the templates of every partition and account", async () => {
  const folder = await mkdtemp(join(tmpdir(), "sts-web-template-"));
  try {
    const files = [];
    for (const partition of Object.keys(PARTITIONS)) {
      for (const account of ACCOUNTS) {
        for (const requireRoleInToken of [false, true]) {
          files.push(join(folder, `${files.length}.json`));
          const template = await awsTemplate(configurationIn(partition), { account, requireRoleInToken });
          await writeFile(files.at(-1), JSON.stringify(template));
        }
      }
    }
    // cfn-lint fails if it finds a mistake.
    const regions = ["--regions", ...Object.values(PARTITIONS)];
    await run(join(dirname(process.env.STS_WEB_PYTHON), "cfn-lint"), [...files, ...regions]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
