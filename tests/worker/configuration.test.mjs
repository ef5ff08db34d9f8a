// The health check names the invalid field of a configuration and says what it must be, without any value.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { checkConfiguration, parseConfiguration } from "../../worker/dist/config.js";
import { configurationFor, parseJsonc } from "./configurations.mjs";
import { startIssuer } from "./issuer.mjs";
import { secrets, startWorker } from "./running-worker.mjs";
import { issuer, sts } from "./services.mjs";
import { startSts } from "./sts.mjs";

/** Starts a Worker and calls the health check and another route. */
async function health(configuration, bindings, limit) {
  const worker = await startWorker({ configuration, bindings, limit });
  try {
    const response = await worker.get("/api/health");
    const other = await worker.get("/api/identity");
    return {
      status: response.status,
      ...(await response.json()),
      other: await other.json(),
      logLines: worker.logLines,
    };
  } finally {
    await worker.close();
  }
}

/**
 * A valid configuration, except for these fields of the grant and of the configuration. `undefined` leaves a field out.
 * @param {Record<string, unknown>} [grantFields]
 * @param {Record<string, unknown>} [fields]
 */
const valid = (grantFields, fields) =>
  JSON.parse(JSON.stringify(configurationFor(issuer.issuer, sts, grantFields, fields)));
/** The same with a shared secret in place of an issuer. */
const machine = (grantFields) =>
  valid({ issuer: undefined, audience: undefined, subject: "m", sharedSecret: "MACHINE_SECRET", ...grantFields });

/** Wraps the Worker so that its clock and its configuration are those of {@link reloaded}. */
const RELOADING = `
import worker from "./index.js";
export { CallerObject } from "./index.js";
export default {
  fetch(request, env) {
    Date.now = () => Number(request.headers.get("test-now"));
    return worker.fetch(request, { ...env, CONFIGURATION: request.headers.get("test-configuration") });
  },
};`;
const reloaded = (clock, configuration) => ({
  "test-now": String(clock.now),
  "test-configuration": JSON.stringify(configuration),
});

test("a valid configuration is accepted as an object and as a JSON string", async () => {
  assert.equal((await health(valid())).ready, true);
  assert.equal((await health(JSON.stringify(valid()))).ready, true);
});

test("a role's settings that are undefined are those of its grant", () => {
  const sessionPolicy = '{"Statement":[]}';
  const role = {
    arn: "arn:aws:iam::123456789012:role/deploy",
    maxDurationSeconds: undefined,
    sessionPolicy: undefined,
  };
  const caller = { name: "machine", sharedSecret: "MACHINE_SECRET", subject: "machine" };
  const grant = { ...caller, maxDurationSeconds: 900, sessionPolicy, roles: { deploy: role } };
  const { grants } = parseConfiguration({ region: "eu-central-1", credentials: "keys", grants: [grant] });
  const { maxDurationSeconds, sessionPolicy: policy } = grants[0].roles.deploy;
  assert.deepEqual([maxDurationSeconds, policy], [900, sessionPolicy]);
});

test("the README's configuration is valid", async () => {
  const readme = await readFile(new URL("../../worker/README.md", import.meta.url), "utf8");
  const [, text] = readme.match(/```jsonc\n([\s\S]*?)```/);
  assert.equal(parseConfiguration(parseJsonc(text)).grants.length, 4);
});

test("the health check, and no other route, names the invalid field and says what it must be", async () => {
  const mistakes = [
    ["not json", {}, "the configuration must be an object"],
    [valid({}, { region: undefined }), {}, "region is required"],
    [valid({}, { grants: [] }), {}, "grants must be a non-empty list"],
    [
      valid({}, { origins: ["https://a.example/path"] }),
      {},
      "origins[0] must be an origin without a path, such as https://example.org",
    ],
    [valid({}, { keysPerHour: 0 }), {}, "keysPerHour must be an integer from 1 to 10000"],
    [valid({}, { orgins: [] }), {}, "orgins is an unknown field"],
    [valid({ issuer: "http://issuer.example" }), {}, "grants[0].issuer must start with https://"],
    [valid({ issuer: undefined }), {}, "grants[0].issuer or sharedSecret is required, but not both"],
    [valid({ audience: undefined }), {}, "grants[0].audience is required"],
    [valid({ algorithms: ["none"] }), {}, /^grants\[0\].algorithms\[0\] must be one of RS256,/],
    [valid({ algorithms: ["HS256"] }), {}, /^grants\[0\].algorithms\[0\] must be one of RS256,/],
    [valid({ roles: {} }), {}, "grants[0].roles must have at least one role"],
    [valid({ roles: { reader: "test-role" } }), {}, "grants[0].roles.reader must be the ARN of a role"],
    [valid({ maxDurationSeconds: 60 }), {}, "grants[0].maxDurationSeconds must be an integer from 900 to 43200"],
    [valid({ sessionPolicy: "{" }), {}, "grants[0].sessionPolicy must be a policy in JSON"],
    [
      valid({ claims: { sub: null } }),
      {},
      "grants[0].claims.sub must be a string, an integer, true, false, { like: string }, or a non-empty list of these",
    ],
    // Limits that would have no effect are errors.
    [machine({ claims: { ref: "main" } }), {}, "grants[0].claims is only for a grant with issuer"],
    [
      machine({ tags: { ref: "ref" } }),
      {},
      "grants[0].roles.reader.tags is only for a grant with issuer: a machine has no claims",
    ],
    [machine({ jwksUri: "https://issuer.example/keys" }), {}, "grants[0].jwksUri is only for a grant with issuer"],
    [machine({ algorithms: ["RS256"] }), {}, "grants[0].algorithms is only for a grant with issuer"],
    [valid({ claims: null }), {}, "grants[0].claims must be an object"],
    [valid({ sessionPolicy: null }), {}, "grants[0].sessionPolicy must be an IAM policy, as an object or as JSON"],
    [
      valid({}, { signIn: { issuer: issuer.issuer, clientId: "page" } }),
      {},
      "signIn matches no grant; add one with its issuer, and with its clientId as the audience",
    ],
    [valid(), { STORAGE_KEY: "dG9vIHNob3J0" }, "STORAGE_KEY must be 32 bytes in base64: openssl rand -base64 32"],
  ];
  for (const [configuration, bindings, message] of mistakes) {
    const { status, title, detail, other, logLines } = await health(configuration, bindings);
    assert.deepEqual([status, title], [503, "Misconfigured"], String(message));
    assert.match(detail, message instanceof RegExp ? message : new RegExp(`^${message.replace(/[[\].]/g, "\\$&")}$`));
    assert.equal(other.detail, "the Worker's configuration is invalid; see /api/health");
    assert.ok(logLines.some((line) => line.includes(detail)));
  }
});

test("mistakes of those who write a configuration for the first time are reported with what to do", () => {
  const roles = { deploy: "arn:aws:iam::123456789012:role/deploy" };
  const grant = { name: "deploy", issuer: "https://login.example", audience: "sts-web", claims: { sub: "ada" }, roles };
  const secret = { name: "nightly", subject: "nightly", roles };
  const signIn = { issuer: "https://login.example", clientId: "sts-web" };
  const cyclicPolicy = { Statement: [] };
  cyclicPolicy.Statement.push(cyclicPolicy);
  /** @type {[grant: object, fields: object, message: string][]} */
  const mistakes = [
    [{ ...grant, sessionPolicy: cyclicPolicy }, {}, "grants[0].sessionPolicy must be a policy in JSON"],
    [{ ...grant, claims: ["repository"] }, {}, "grants[0].claims must be an object"],
    [{ ...grant, roles: [roles.deploy] }, {}, "grants[0].roles must be an object"],
    [{ ...grant, tags: ["team"] }, {}, "grants[0].tags must be an object"],
    [{ ...grant, tags: { Team: "a", team: "b" } }, {}, "grants[0].tags must not have keys that differ only in case"],
    [{ ...grant, sessionPolicy: {} }, {}, "grants[0].sessionPolicy must have a Statement"],
    [{ ...grant, sessionPolicy: { Version: "2026-01-01", Statement: [] } }, {}, "grants[0].sessionPolicy must have a"],
    [
      { ...grant, issuer: "https://login.example/.well-known/openid-configuration" },
      {},
      "grants[0].issuer must be the issuer as in its tokens",
    ],
    [{ ...grant, issuer: "https://sts.example.org" }, {}, "grants[0].issuer must not be this Worker"],
    [{ ...secret, sharedSecret: "9f86d081884c7d659a2feaa0c55ad015" }, {}, "grants[0].sharedSecret must be the name"],
    [{ ...secret, sharedSecret: "STORAGE_KEY" }, {}, "grants[0].sharedSecret must not be one of the Worker's own"],
    [grant, { signIn: { ...signIn, clientSecret: "GOCSPX-abc" } }, "signIn.clientSecret must be the name of a secret"],
    [grant, { signIn: { ...signIn, scope: "email groups" } }, "signIn.scope must contain openid"],
  ];
  for (const [own, fields, message] of mistakes) {
    const configuration = { issuer: "https://sts.example.org", region: "us-east-1", grants: [own], ...fields };
    assert.throws(
      () => parseConfiguration(configuration),
      (/** @type {any} */ error) => error.message.startsWith(message),
      message,
    );
  }
});

test("values that no issuer or AWS accepts are rejected, and all mistakes are reported at once", async () => {
  const configuration = valid({}, { region: "eu-middle-earth-1", endpoint: undefined, staleKeysSeconds: 60 });
  const [grant] = configuration.grants;
  const tags = Object.fromEntries(Array.from({ length: 51 }, (_, index) => [`tag-${index}`, "sub"]));
  const statement = { Effect: "Allow", Action: "s3:*", Resource: `arn:aws:s3:::${"x".repeat(5_000)}` };
  configuration.grants = [
    { ...grant, claims: { sub: [] } },
    { ...grant, algorithms: [] },
    { ...grant, tags: { "aws:x": "sub" } },
    { ...grant, tags },
    { ...grant, sessionPolicy: { Version: "2012-10-17", Statement: [statement] } },
  ];
  const { status, detail } = await health(configuration);
  assert.equal(status, 503);
  for (const expected of [
    /staleKeysSeconds must be an integer from 600 to 86400/,
    /grants\[0\].claims.sub must be .* a non-empty list/,
    /grants\[1\].algorithms must be a non-empty list/,
    /grants\[2\].tags\S* has an invalid tag key/,
    /grants\[3\].tags must have at most 50 tags/,
    /grants\[4\].sessionPolicy must have at most 2048 characters/,
  ]) {
    assert.match(detail, expected);
  }
  // Rules about several fields are checked once each field is valid.
  const shared = { issuer: "https://token.actions.githubusercontent.com", claims: { ref: "refs/heads/main" } };
  const { detail: rules } = await health(valid(shared, { region: "eu-middle-earth-1", endpoint: undefined }));
  assert.match(rules, /region must be a region of AWS/);
  assert.match(rules, /grants\[0\].issuer is shared by all its customers; require yours with one of these claims/);
});

const NAME_OF_A_SECRET = "must be the name of one of the Worker's secrets: npx wrangler secret put NAME";

test("without its secret, a grant or the sign-in is off; the health check reports it, and the rest works", async () => {
  const configuration = valid(
    { audience: "page" },
    { signIn: { issuer: issuer.issuer, clientId: "page", clientSecret: "NO_SUCH" } },
  );
  configuration.grants.push(machine({ sharedSecret: "ALSO_MISSING" }).grants[0], machine().grants[0]);
  const worker = await startWorker({ configuration });
  try {
    const { ready, off } = await (await worker.get("/api/health")).json();
    assert.equal(ready, true);
    assert.deepEqual(off, [`grants[1].sharedSecret ${NAME_OF_A_SECRET}`, `signIn.clientSecret ${NAME_OF_A_SECRET}`]);
    const status = async (credential) => {
      const authorization = `Bearer ${credential}`;
      return (await worker.post("/api/credentials", { role: "reader" }, { authorization })).status;
    };
    assert.equal(await status(await issuer.token({ aud: "page" })), 200);
    assert.equal(await status(secrets.MACHINE_SECRET), 200);
    // A missing secret must not equal the text of a missing value.
    for (const guess of ["undefined", "null", ""]) assert.equal(await status(guess), 401);
    assert.equal((await worker.get("/api/sign-in")).status, 404);
    await worker.logEntry((entry) => JSON.stringify(entry).includes("grants[1].sharedSecret"));
  } finally {
    await worker.close();
  }
});

test("a secret in place of its name is neither returned nor logged", async () => {
  const withSecret = (clientSecret) => {
    const signIn = { issuer: issuer.issuer, clientId: "page", clientSecret };
    return health(valid({ audience: "page" }, { signIn }));
  };
  const rejected = await withSecret("GOCSPX-the-secret-itself");
  assert.match(rejected.detail, /^signIn.clientSecret must be the name of a secret in capitals/);
  assert.ok(![rejected.detail, ...rejected.logLines].some((line) => line.includes("GOCSPX")));
  // This one could be a name.
  const { off, logLines } = await withSecret("GOCSPX_THE_SECRET_ITSELF");
  assert.deepEqual(off, [`signIn.clientSecret ${NAME_OF_A_SECRET}`]);
  assert.ok(![...off, ...logLines].some((line) => line.includes("GOCSPX")));
});

test("a shared secret that cannot be sent as a bearer token is off, and neither returned nor logged", async () => {
  const message =
    "grants[0].sharedSecret names the secret MACHINE_SECRET, which must be printable ASCII without spaces, and not three parts separated by dots";
  for (const secret of [
    `${"s".repeat(32)}\n`,
    `two message ${"s".repeat(32)}`,
    `${"s".repeat(16)}.in.${"t".repeat(16)}`,
    `é${"s".repeat(32)}`,
  ]) {
    const { off, logLines } = await health(machine(), { MACHINE_SECRET: secret });
    assert.deepEqual(off, [message]);
    assert.ok(!logLines.join("\n").includes("ssss"));
  }
  for (const secret of ["s".repeat(32), `${"s".repeat(32)}.t`, `${"s".repeat(32)}.t.u.v`]) {
    const { ready, off } = await health(machine(), { MACHINE_SECRET: secret });
    assert.deepEqual([ready, off], [true, undefined]);
  }
});

test("grants with the same secret must have the same subject, even if the secret has two names", async () => {
  const configuration = machine();
  configuration.grants.push({ ...configuration.grants[0], subject: "n", sharedSecret: "SAME_VALUE" });
  const { detail } = await health(configuration, { SAME_VALUE: secrets.MACHINE_SECRET });
  assert.equal(detail, "grants[1].subject must be the same in all grants with the same secret");
});

test("a grant of an issuer that many customers share must name the tenant", () => {
  const mistakes = (issuer, claims) => {
    const grant = { name: "ci", issuer, audience: "a", claims, roles: { reader: "arn:aws:iam::123456789012:role/r" } };
    try {
      parseConfiguration({ issuer: "https://sts.example.org", region: "us-east-1", grants: [grant] });
      return "";
    } catch (error) {
      return error.message;
    }
  };
  const github = "https://token.actions.githubusercontent.com";
  /** @type {[issuer: string, claims: object][]} */
  const refused = [
    [github, { ref: "refs/heads/main" }],
    [github, { sub: { like: "repo:*" } }],
    [github, { sub: { like: "repo:octo-*/repo:*" } }],
    // Any repository can have such subjects, by a template without the repository and its owner.
    [github, { sub: "environment:production" }],
    [github, { sub: { like: "ref:refs/heads/main" } }],
    [github, { sub: { like: "workflow_ref:octo-*/octo-repo/.github/workflows/deploy.yml@refs/heads/main" } }],
    [github, { sub: ["repo:octo-org/octo-repo:ref:refs/heads/main", "ref:refs/heads/main"] }],
    [github, { sub: { like: "repository_owner:octo-*" } }],
    [github, { repository_owner: { like: "octo-*" } }],
    [github, { repository: ["octo-org/octo-repo", { like: "*/octo-repo" }] }],
    [`${github}/`, {}],
    ["https://gitlab.com", { project_path: { like: "*" } }],
    ["https://accounts.google.com", { email_verified: true }],
    ["https://app.terraform.io", { sub: { like: "organization:*" } }],
    ["https://agent.buildkite.com", { build_branch: "main" }],
  ];
  for (const [issuer, claims] of refused) {
    assert.match(
      mistakes(issuer, claims),
      /^grants\[0\].issuer is shared by all its customers; require yours with one of/,
      issuer,
    );
  }
  assert.match(
    mistakes("https://login.microsoftonline.com/common/v2.0", {}),
    /use the issuer of your own organization/,
  );
  /** @type {[issuer: string, claims: object][]} */
  const accepted = [
    [github, { sub: { like: "repo:octo-org/*:environment:prod" } }],
    [github, { sub: "repo:octo-org/octo-repo:environment:production" }],
    [github, { sub: "environment:production:repository_owner:octo-org" }],
    [github, { sub: "job_workflow_ref:octo-org/octo-repo/.github/workflows/deploy.yml@refs/heads/main" }],
    [github, { sub: "workflow_ref:octo-org/octo-repo/.github/workflows/deploy.yml@refs/heads/main" }],
    [github, { workflow_ref: { like: "octo-org/octo-repo/.github/workflows/deploy.yml@*" } }],
    [github, { sub: { like: "repository_owner:octo-org" } }],
    [github, { sub: { like: "repository_owner_id:65:*" } }],
    [github, { repository_owner: "octo-org" }],
    [github, { repository: { like: "octo-org/*" } }],
    ["https://gitlab.com", { namespace_id: 7 }],
    ["https://accounts.google.com", { hd: "example.org" }],
    ["https://login.microsoftonline.com/8eaef023-2b34-4da1-9baa-8bc8c9d6a490/v2.0", {}],
    ["https://gitlab.example.org", {}],
  ];
  for (const [issuer, claims] of accepted) {
    assert.equal(mistakes(issuer, claims), "", issuer);
  }
});

test("valid but risky settings get a warning, and a careful configuration gets none", () => {
  const roles = { reader: "arn:aws:iam::123456789012:role/r" };
  const github = { name: "ci", issuer: "https://token.actions.githubusercontent.com", audience: "sts", roles };
  const careful = { ...github, claims: { repository: "octo-org/octo-repo", ref: "refs/heads/main" } };
  const warnings = (grant, fields = {}) =>
    checkConfiguration({ issuer: "https://sts.example.org", region: "us-east-1", grants: [grant], ...fields }).map(
      ({ path, message }) => `${path} ${message}`,
    );
  assert.deepEqual(warnings(careful), []);
  for (const ref of ["refs/tags/v1", { like: "refs/tags/v*" }, { like: "*/main" }]) {
    assert.deepEqual(warnings({ ...careful, claims: { ...careful.claims, ref } }), []);
  }
  const githubIssuers = [
    "https://token.actions.githubusercontent.com/octo-enterprise",
    "https://token.actions.octo.ghe.com",
    "https://github.example/_services/token",
  ];
  const workflow = "octo-org/octo-repo/.github/workflows/deploy.yml@refs/heads/main";
  for (const claims of [
    { job_workflow_ref: workflow, repository_owner: "octo-org" },
    { sub: `repo:octo-org/octo-repo:job_workflow_ref:${workflow}` },
    { workflow_ref: workflow },
    { repository: "octo-org/octo-repo", ref_type: "tag" },
    { repository: "octo-org/octo-repo", ref_protected: true },
    { sub: `workflow_ref:${workflow}` },
  ]) {
    assert.deepEqual(warnings({ ...github, claims }), []);
  }
  const gitlab = (claims) => ({
    ...github,
    issuer: "https://gitlab.example",
    claims: { project_path: "octo-group/octo-project", ...claims },
  });
  for (const claims of [
    { ref: "main" },
    { ref_protected: true },
    { environment: "production" },
    { ref_type: "tag" },
    { deployment_tier: "production" },
    { ci_config_ref_uri: "gitlab.example/octo-group/octo-project//.gitlab-ci.yml@refs/heads/main" },
  ]) {
    assert.deepEqual(warnings(gitlab(claims)), []);
  }
  const people = { ...github, claims: { groups: "engineers", email_verified: true }, subjectClaim: "email" };
  assert.deepEqual(warnings({ ...people, issuer: "https://login.example" }), []);
  // Cloudflare Access: its tokens do not have email_verified, so that no one could sign in with it.
  for (const issuer of [
    "https://octo.cloudflareaccess.com",
    "https://octo.cloudflareaccess.com/cdn-cgi/access/sso/oidc/0123456789abcdef",
  ]) {
    assert.deepEqual(warnings({ ...people, issuer, claims: { email: "ada@example.org" } }), []);
  }
  const login = { ...github, issuer: "https://login.example", claims: { groups: "engineers" } };
  /** @type {[grant: object, fields: object, warning: RegExp][]} */
  const unwise = [
    [{ ...login, claims: {} }, {}, /^grants\[0\].claims is missing: anyone/],
    [{ ...github, claims: { repository: "octo-org/octo-repo" } }, {}, /^grants\[0\].claims accepts every branch/],
    [
      { ...careful, claims: { ...careful.claims, repository: "octo-repo" } },
      {},
      /^grants\[0\].claims.repository matches no repository without its owner/,
    ],
    [
      { ...careful, claims: { ...careful.claims, ref: "main" } },
      {},
      /^grants\[0\].claims.ref matches no branch or tag/,
    ],
    [
      { ...careful, claims: { ...careful.claims, ref: { like: "release/*" } } },
      {},
      /^grants\[0\].claims.ref matches no branch or tag/,
    ],
    [{ ...github, claims: { job_workflow_ref: workflow } }, {}, /^grants\[0\].claims accepts each repository that/],
    [{ ...github, claims: { sub: `job_workflow_ref:${workflow}` } }, {}, /^grants\[0\].claims accepts each repository/],
    [gitlab({}), {}, /^grants\[0\].claims accepts every branch/],
    [gitlab({ ref_type: ["branch", "tag"] }), {}, /^grants\[0\].claims accepts every branch/],
    [gitlab({ ref: "refs/heads/main" }), {}, /^grants\[0\].claims.ref matches no branch or tag/],
    [{ ...login, claims: { sub: "team-*" } }, {}, /^grants\[0\].claims.sub is compared literally/],
    [{ ...login, claims: { sub: { like: "*" } } }, {}, /^grants\[0\].claims.sub accepts any value/],
    [
      { ...login, claims: { ref: { like: "^refs/.*$" } } },
      {},
      /^grants\[0\].claims.ref looks like a regular expression/,
    ],
    [{ ...careful, audience: "sts.*" }, {}, /^grants\[0\].audience is compared literally/],
    [{ ...login, claims: { email: "ada@example.org" } }, {}, /^grants\[0\].claims.email may be unverified/],
    [{ ...login, subjectClaim: "email" }, {}, /^grants\[0\].subjectClaim may be unverified/],
    [{ ...login, tags: { user: "email" } }, {}, /^grants\[0\].tags may be unverified/],
    [{ ...login, roles: { r: { arn: roles.reader, tags: { u: "email" } } } }, {}, /\.tags may be unverified/],
    [careful, { credentials: "keys" }, /^credentials is "keys"/],
    [careful, { origins: ["http://app.example"] }, /^origins\[0\] does not use https/],
  ];
  for (const audience of [
    "sts.amazonaws.com",
    "api://AzureADTokenExchange",
    "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/p",
    "https://github.com/octo-org",
    "https://gitlab.com",
    "https://kubernetes.default.svc.cluster.local",
    "pypi",
    "account",
  ])
    unwise.push([{ ...careful, audience }, {}, /^grants\[0\].audience is that of another service/]);
  for (const issuer of githubIssuers)
    unwise.push([{ ...github, issuer, claims: { repository: "o/r" } }, {}, /^grants\[0\].claims accepts every branch/]);
  for (const [grant, fields, warning] of unwise) {
    const found = warnings(grant, fields);
    assert.equal(found.length, 1, found.join("; "));
    assert.match(found[0], warning);
  }
});

test("a configuration from a binding is read again after a minute; if the new one has mistakes, the old one stays", async () => {
  const clock = { now: Date.now() };
  const worker = await startWorker({ wrapper: RELOADING });
  const regionAfter = async (seconds, region) => {
    clock.now += seconds * 1000;
    return (await (await worker.get("/worker.json", reloaded(clock, valid({}, { region })))).json()).region;
  };
  try {
    assert.equal(await regionAfter(0, "eu-central-1"), "eu-central-1");
    assert.equal(await regionAfter(59, "eu-west-1"), "eu-central-1");
    assert.equal(await regionAfter(2, "eu-west-1"), "eu-west-1");
    assert.equal(await regionAfter(61, 7), "eu-west-1");
    await worker.logEntry(({ configuration }) => configuration === "region must be a non-empty string");
    assert.equal(await regionAfter(61, "eu-north-1"), "eu-north-1");
  } finally {
    await worker.close();
  }
});

test("a reloaded configuration keeps what was fetched from its issuers, and forgets that of others", async () => {
  const [kept, other] = [await startIssuer(), await startIssuer()];
  const clock = { now: Date.now() };
  const worker = await startWorker({ wrapper: RELOADING });
  /** Sends a token of each of these issuers, and starts a sign-in at the last one, with a configuration of all of them. */
  const useIssuers = async (...issuers) => {
    clock.now += 61_000;
    const grants = issuers.flatMap((own) => configurationFor(own.issuer, sts).grants);
    const signIn = { issuer: issuers.at(-1).issuer, clientId: "sts-web" };
    for (const own of issuers) {
      const headers = reloaded(clock, valid({}, { grants, signIn }));
      const authorization = `Bearer ${await own.token()}`;
      const { caller } = await (await worker.get("/worker.json", { ...headers, authorization })).json();
      assert.equal(caller.subject, "alice");
      assert.equal((await worker.get("/api/sign-in", headers)).status, 303);
    }
  };
  try {
    await useIssuers(kept, other);
    await useIssuers(kept, issuer);
    await useIssuers(kept, other);
    const [discovery, jwks] = ["/.well-known/openid-configuration", "/jwks"];
    assert.deepEqual(kept.requests, [discovery, jwks]);
    // For the sign-in, and for the keys.
    assert.deepEqual(other.requests, [discovery, discovery, jwks, discovery, discovery, jwks]);
  } finally {
    await worker.close();
    kept.close();
    other.close();
  }
});

test("after a reload, STS is called at its new endpoint, also by an object that has called the old one", async () => {
  const other = await startSts();
  const clock = { now: Date.now() };
  const worker = await startWorker({ wrapper: RELOADING });
  const callsAt = async (endpoint) => {
    const before = [sts.calls.length, other.calls.length];
    const headers = { authorization: `Bearer ${await issuer.token()}`, ...reloaded(clock, valid({}, { endpoint })) };
    const response = await worker.post("/api/credentials", { role: "reader", refresh: true }, headers);
    assert.equal(response.status, 200);
    clock.now += 61_000;
    return [sts.calls.length, other.calls.length].map((count, index) => count - before[index]);
  };
  try {
    assert.deepEqual(await callsAt(sts.endpoint), [1, 0]);
    assert.deepEqual(await callsAt(other.endpoint), [0, 1]);
    assert.deepEqual(await callsAt(sts.endpoint), [1, 0]);
  } finally {
    await worker.close();
    other.close();
  }
});

test("the health check names a missing binding", async () => {
  const { status, detail } = await health(valid(), {}, null);
  assert.deepEqual(
    [status, detail],
    [503, "RATE_LIMITER binding is missing; copy it from the template's wrangler.jsonc"],
  );
});

test("grants of one issuer must have the same jwksUri and algorithms", async () => {
  const configuration = valid();
  configuration.grants.push({ ...configuration.grants[0], algorithms: ["ES256"] });
  assert.match((await health(configuration)).detail, /^grants\[1\].algorithms must be the same in all grants of /);
});

test("half of a pair of AWS keys is reported by the health check: missing, or of another key", async () => {
  for (const missing of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"]) {
    const { status, title, detail } = await health(valid(), { [missing]: "" });
    assert.deepEqual([status, title], [503, "Misconfigured"]);
    assert.equal(detail, `${missing} secret is missing: npx wrangler secret put ${missing}`);
  }
  const otherId = await health(valid(), { AWS_ACCESS_KEY_ID: "AKIAUNKNOWN000000000" });
  assert.deepEqual([otherId.status, otherId.title], [502, "InvalidClientTokenId"]);
  const otherSecret = await health(valid(), { AWS_SECRET_ACCESS_KEY: "secret-of-another-key" });
  assert.deepEqual([otherSecret.status, otherSecret.title], [502, "SignatureDoesNotMatch"]);
});

test("a list in place of an object, and a name that every object has, are rejected instead of ignored", () => {
  const arn = "arn:aws:iam::123456789012:role/reader";
  const mistakes = {
    "grants[0].claims": valid({ claims: [] }),
    "grants[0].sessionPolicy": valid({ sessionPolicy: [] }),
    "grants[0].roles.reader.tags": valid({ roles: { reader: { arn, tags: [] } } }),
    "grants[0].roles.reader.sessionPolicy": valid({ roles: { reader: { arn, sessionPolicy: [null] } } }),
    "grants[0].jwks": valid({ jwks: [] }),
  };
  for (const [path, configuration] of Object.entries(mistakes)) {
    const mistake = /must (be an object|have a Statement, and Version 2012-10-17)$|jwks.keys must be a non-empty list$/;
    assert.throws(() => parseConfiguration(configuration), mistake, path);
  }
  // Without this mistake, any token of the issuer would match the grant.
  for (const name of ["constructor", "__proto__", "prototype", "toString"]) {
    const named = (value) => JSON.parse(`{ "reader": "${arn}", "${name}": "${value}" }`);
    for (const field of ["claims", "roles"]) {
      const message = `grants[0].${field}.${name} has a reserved name`;
      assert.throws(() => parseConfiguration(valid({ [field]: named(arn) })), { message });
    }
    const [grant] = valid().grants;
    const unknown = { ...grant, ...JSON.parse(`{ "${name}": true }`) };
    assert.throws(
      () => parseConfiguration(valid({}, { grants: [unknown] })),
      /is an unknown field|has a reserved name/,
    );
  }
});
