// What a Worker with a mistake in its configuration says: which field, and what it should be. And nothing of any value.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";

import { configured, secrets, startIssuer, startSts, startWorker, withComments } from "./fixtures.mjs";

let issuer;
let sts;

before(async () => {
  issuer = await startIssuer();
  sts = await startSts();
});
after(() => {
  issuer?.close();
  sts?.close();
});

async function health(configuration, bindings, limit) {
  const worker = await startWorker({ configuration, bindings, limit });
  try {
    const response = await worker.get("/api/health");
    const other = await worker.get("/api/identity");
    return { status: response.status, ...(await response.json()), other: await other.json(), logged: worker.logged };
  } finally {
    await worker.close();
  }
}

/** A configuration that is right, but for what is given. What is `undefined` is not there. */
const good = (more, rest) => JSON.parse(JSON.stringify(configured(issuer.issuer, sts, more, rest)));
const machine = (more) =>
  good({ issuer: undefined, audience: undefined, subject: "m", sharedSecret: "MACHINE_SECRET", ...more });

test("a good configuration is ready, given as an object or as its JSON", async () => {
  assert.equal((await health(good())).ready, true);
  assert.equal((await health(JSON.stringify(good()))).ready, true);
});

test("the README's configuration is right", async () => {
  const readme = await readFile(new URL("../../worker/README.md", import.meta.url), "utf8");
  const [, text] = readme.match(/```jsonc\n([^]*?)```/);
  const bindings = { NIGHTLY_BUILD_SECRET: "n".repeat(32), SIGN_IN_SECRET: "s" };
  assert.equal((await health({ ...withComments(text), endpoint: sts.endpoint }, bindings)).ready, true);
});

test("a mistake is named by its field, with what to do; only to those who ask for the health", async () => {
  const mistakes = [
    ["not json", {}, "CONFIGURATION must be an object in JSON"],
    [good({}, { region: undefined }), {}, "CONFIGURATION.region is missing"],
    [good({}, { grants: [] }), {}, "CONFIGURATION.grants must be a list with something in it"],
    [
      good({}, { origins: ["https://a.example/path"] }),
      {},
      "CONFIGURATION.origins[0] must be an origin, as https://example.org, with nothing after it",
    ],
    [good({}, { keysPerHour: 0 }), {}, "CONFIGURATION.keysPerHour must be a whole number from 1 to 10000"],
    [good({}, { orgins: [] }), {}, "CONFIGURATION.orgins is not a field that is known"],
    [good({ issuer: "http://issuer.example" }), {}, "CONFIGURATION.grants[0].issuer must begin with https://"],
    [good({ issuer: undefined }), {}, "CONFIGURATION.grants[0].issuer or sharedSecret must be there, and not both"],
    [good({ audience: undefined }), {}, "CONFIGURATION.grants[0].audience is missing"],
    [good({ algorithms: ["none"] }), {}, /^CONFIGURATION.grants\[0\].algorithms has none; it may have RS256,/],
    [good({ algorithms: ["HS256"] }), {}, /^CONFIGURATION.grants\[0\].algorithms has HS256/],
    [good({ roles: {} }), {}, "CONFIGURATION.grants[0].roles must have a role"],
    [good({ roles: { reader: "test-role" } }), {}, "CONFIGURATION.grants[0].roles.reader must be the ARN of a role"],
    [
      good({ maxDurationSeconds: 60 }),
      {},
      "CONFIGURATION.grants[0].maxDurationSeconds must be a whole number from 900 to 43200",
    ],
    [good({ sessionPolicy: "{" }), {}, "CONFIGURATION.grants[0].sessionPolicy must be a policy in JSON"],
    [good({ claims: { sub: 7 } }), {}, "CONFIGURATION.grants[0].claims.sub must be a text"],
    [
      machine({ sharedSecret: "NO_SUCH" }),
      {},
      "CONFIGURATION.grants[0].sharedSecret must be the name of a secret that the Worker has: npx wrangler secret put NAME",
    ],
    // Nothing that limits is ever silently left out.
    [machine({ claims: { ref: "main" } }), {}, "CONFIGURATION.grants[0].claims is not a field that is known"],
    [machine({ tags: { ref: "ref" } }), {}, "CONFIGURATION.grants[0].tags is not a field that is known"],
    [
      machine({ jwksUri: "https://issuer.example/keys" }),
      {},
      "CONFIGURATION.grants[0].jwksUri is not a field that is known",
    ],
    [machine({ algorithms: ["RS256"] }), {}, "CONFIGURATION.grants[0].algorithms is not a field that is known"],
    [good({ claims: null }), {}, "CONFIGURATION.grants[0].claims must be an object"],
    [good({ sessionPolicy: null }), {}, "CONFIGURATION.grants[0].sessionPolicy must be a policy in JSON"],
    [
      good({}, { signIn: { issuer: issuer.issuer, clientId: "page" } }),
      {},
      "CONFIGURATION.signIn lets people in for whom there is no grant; one must have its issuer, and its clientId as the audience",
    ],
    [
      good(),
      { AWS_SECRET_ACCESS_KEY: "" },
      "AWS_SECRET_ACCESS_KEY is a secret that is missing: npx wrangler secret put AWS_SECRET_ACCESS_KEY",
    ],
    [good(), { STORAGE_KEY: "dG9vIHNob3J0" }, "STORAGE_KEY must be 32 bytes in base64: openssl rand -base64 32"],
  ];
  for (const [configuration, bindings, words] of mistakes) {
    const { status, title, detail, other, logged } = await health(configuration, bindings);
    assert.deepEqual([status, title], [503, "Misconfigured"], String(words));
    assert.match(detail, words instanceof RegExp ? words : new RegExp(`^${words.replace(/[[\].]/g, "\\$&")}$`));
    assert.equal(other.detail, "the Worker's configuration has a mistake; /api/health says which");
    assert.ok(logged.some((line) => line.includes(detail)));
  }
});

test("a secret that was written where its name belongs is told to nobody", async () => {
  const clientSecret = "GOCSPX-the-secret-itself";
  const { detail, logged } = await health(
    good({}, { signIn: { issuer: issuer.issuer, clientId: "page", clientSecret } }),
  );
  assert.match(detail, /^CONFIGURATION.signIn.clientSecret must be the name of a secret/);
  assert.ok(![detail, ...logged].some((line) => line.includes(clientSecret)));
});

test("a secret that no request could prove itself with is refused, and told to nobody", async () => {
  const words =
    "CONFIGURATION.grants[0].sharedSecret names the secret MACHINE_SECRET, which must be of ASCII letters, with no space and not in three parts, as a JWT is";
  for (const secret of [
    `${"s".repeat(32)}\n`,
    `two words ${"s".repeat(32)}`,
    `${"s".repeat(16)}.in.${"t".repeat(16)}`,
    `é${"s".repeat(32)}`,
  ]) {
    const { detail, logged } = await health(machine(), { MACHINE_SECRET: secret });
    assert.equal(detail, words);
    assert.ok(!logged.join("\n").includes("ssss"));
  }
  for (const secret of ["s".repeat(32), `${"s".repeat(32)}.t`, `${"s".repeat(32)}.t.u.v`]) {
    assert.equal((await health(machine(), { MACHINE_SECRET: secret })).ready, true);
  }
});

test("grants of one secret must agree on its subject, whatever it is called", async () => {
  const [
    {
      grants: [first],
    },
    {
      grants: [other],
    },
  ] = [machine(), machine({ subject: "n", sharedSecret: "THE_SAME" })];
  const { detail } = await health(good({}, { grants: [first, other] }), { THE_SAME: secrets.MACHINE_SECRET });
  assert.equal(detail, "CONFIGURATION.grants[1].subject must be the same in all grants of one secret");
});

test("a binding that was left out is named", async () => {
  const { status, detail } = await health(good(), {}, null);
  assert.deepEqual([status, detail], [503, "RATE_LIMITER is a binding that is missing; wrangler.jsonc has it"]);
});

test("grants of one issuer must agree on its keys and algorithms", async () => {
  const configuration = good();
  configuration.grants.push({ ...configuration.grants[0], algorithms: ["ES256"] });
  assert.match(
    (await health(configuration)).detail,
    /^CONFIGURATION.grants\[1\].algorithms must be the same in all grants of /,
  );
});

test("keys that AWS refuses: not ready, with STS's code", async () => {
  const { status, title } = await health(good(), { AWS_ACCESS_KEY_ID: "AKIAUNKNOWN000000000" });
  assert.deepEqual([status, title], [502, "InvalidClientTokenId"]);
});
