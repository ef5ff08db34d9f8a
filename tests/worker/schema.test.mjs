// The JSON Schema, which editors use, agrees with the validation, and each mistake has the path of its field.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { test } from "node:test";

import { parseConfiguration } from "../../worker/dist/config.js";

const { Ajv } = createRequire(new URL("../../worker/package.json", import.meta.url))("ajv");
const schema = JSON.parse(await readFile(new URL("../../worker/dist/broker.schema.json", import.meta.url), "utf8"));
const matchesSchema = new Ajv({ strict: false, unicodeRegExp: true }).compile(schema);

const arn = "arn:aws:iam::123456789012:role/deploy";
const managedPolicy = "arn:aws:iam::aws:policy/ReadOnlyAccess";
const valid = {
  name: "deploy",
  issuer: "https://login.example",
  audience: "sts-web",
  claims: { sub: "ada" },
  roles: { deploy: arn },
};
const ec = { kty: "EC", crv: "P-256", x: "x", y: "y" };

/** A configuration with these fields of its grant, and these other ones. `undefined` leaves a field out. */
const configuration = (grant = {}, fields = {}) =>
  JSON.parse(
    JSON.stringify({
      issuer: "https://sts.example.org",
      region: "eu-central-1",
      grants: [{ ...valid, ...grant }],
      ...fields,
    }),
  );
/** A grant for a machine in place of an issuer. */
const machine = { issuer: undefined, audience: undefined, claims: undefined, sharedSecret: "SECRET", subject: "m" };

/** Returns the mistakes, or an empty string. */
function mistakesIn(input) {
  try {
    parseConfiguration(input);
    return "";
  } catch (error) {
    return error.message;
  }
}

/** Mistakes in one field, which the schema also finds. @type {[grant: object, fields: object, message: string][]} */
const INVALID_FIELDS = [
  [{ issuer: ["https://login.example"] }, {}, "grants[0].issuer must be a non-empty string"],
  [{ issuer: "accounts.google.com" }, {}, "grants[0].issuer must start with https://"],
  [{ issuer: "https://login.example " }, {}, "grants[0].issuer must be the issuer as in its tokens, without spaces"],
  [{ issuer: "https://login.example/?tenant=1" }, {}, "grants[0].issuer must be the issuer as in its tokens"],
  [{ issuer: "https://login.example/{tenantid}/v2.0" }, {}, "grants[0].issuer must be the issuer as in its tokens"],
  [{ issuer: "https://ada:secret@login.example" }, {}, "grants[0].issuer must be the issuer as in its tokens"],
  [{ issuers: "https://login.example" }, {}, "grants[0].issuers is an unknown field"],
  [{ audience: [] }, {}, "grants[0].audience must be a non-empty string or a list of them"],
  [{ claims: "sub" }, {}, "grants[0].claims must be an object"],
  [{ claims: { realm_access: { roles: "x" } } }, {}, "grants[0].claims.realm_access must be a string, an integer"],
  [{ claims: { sub: { like: "a*", ignoreCase: true } } }, {}, "grants[0].claims.sub must be a string, an integer"],
  [{ claims: { sub: { like: "" } } }, {}, "grants[0].claims.sub must be a string, an integer"],
  [{ claims: { number: 1.5 } }, {}, "grants[0].claims.number must be a string, an integer"],
  [{ claims: { "": "x" } }, {}, "grants[0].claims. has an empty name"],
  [{ roles: undefined }, {}, "grants[0].roles is required"],
  [{ roles: {} }, {}, "grants[0].roles must have at least one role"],
  [{ roles: { "my role": arn } }, {}, "grants[0].roles.my role is not a valid short name of a role; use 1 to 64"],
  [{ roles: { deploy: `${arn}\n` } }, {}, "grants[0].roles.deploy must be the ARN of a role"],
  [{ roles: { deploy: "arn:aws:sts::123456789012:assumed-role/a/b" } }, {}, "grants[0].roles.deploy must be the ARN"],
  [
    { roles: { deploy: null } },
    {},
    "grants[0].roles.deploy must be the ARN of a role, or an object with the field arn",
  ],
  [{ roles: { deploy: { arn, maxDuration: 900 } } }, {}, "grants[0].roles.deploy.maxDuration is an unknown field"],
  [{ roles: { deploy: {} } }, {}, "grants[0].roles.deploy.arn is required"],
  [{ maxDurationSeconds: "3600" }, {}, "grants[0].maxDurationSeconds must be an integer from 900 to 43200"],
  [{ policyArns: Array(11).fill(managedPolicy) }, {}, "grants[0].policyArns must have at most 10 ARNs"],
  [{ policyArns: [arn] }, {}, "grants[0].policyArns[0] must be the ARN of a policy"],
  [{ tags: { "AWS:x": "sub" } }, {}, "grants[0].tags.AWS:x has an invalid tag key: use 1 to 128 letters"],
  [{ tags: { team: ["sub"] } }, {}, "grants[0].tags.team must be a non-empty string"],
  [{ transitiveTags: "team" }, {}, "grants[0].transitiveTags must be a list"],
  [{ sourceIdentity: "true" }, {}, "grants[0].sourceIdentity must be true or false"],
  [{ name: "my grant" }, {}, "grants[0].name must be 1 to 64 letters, digits and _.-"],
  [{ jwksUri: "http://login.example/jwks" }, {}, "grants[0].jwksUri must start with https://"],
  [
    { jwks: { keys: [{ ...ec, d: "d" }] } },
    {},
    "grants[0].jwks.keys[0].d belongs to a private key; use the public key",
  ],
  [{ jwks: { keys: [{ kty: "oct", k: "k" }] } }, {}, "grants[0].jwks.keys[0].kty must be RSA, EC or OKP"],
  [{ jwks: { keys: [{ ...ec, y: undefined }] } }, {}, "grants[0].jwks.keys[0].y is required"],
  [
    { jwks: { keys: [{ kty: "RSA", n: "x".repeat(171), e: "AQAB" }] } },
    {},
    "grants[0].jwks.keys[0].n must have at least 2048",
  ],
  [{ algorithms: ["HS256"] }, {}, "grants[0].algorithms[0] must be one of RS256"],
  [{ algorithms: [] }, {}, "grants[0].algorithms must be a non-empty list"],
  [
    { ...machine, sharedSecret: "STORAGE_KEY" },
    {},
    "grants[0].sharedSecret must not be one of the Worker's own secrets",
  ],
  [{}, { issuer: "https://sts.example.org/" }, "issuer must be an origin: a URL in lower case, without port, path and"],
  [{}, { issuer: "https://STS.example.org" }, "issuer must be an origin: a URL in lower case"],
  [{}, { credentials: "Keys" }, 'credentials must be "issuer" or "keys"'],
  [{}, { origins: ["*"] }, "origins[0] must be an origin without a path, such as https://example.org"],
  [{}, { keysPerHour: "60" }, "keysPerHour must be an integer from 1 to 10000"],
  [{}, { grants: { deploy: valid } }, "grants must be a non-empty list"],
  [{}, { "//": "comment" }, "// is an unknown field"],
  [{}, { signIn: { issuer: "https://login.example" } }, "signIn.clientId is required"],
];

/**
 * Mistakes that a schema cannot express: they involve several fields, or the text of a policy or a URL.
 * @type {[grant: object, fields: object, message: string][]}
 */
const INVALID_TOGETHER = [
  [
    { minRemainingSeconds: 3600 },
    {},
    "grants[0].roles.deploy.minRemainingSeconds must be less than maxDurationSeconds",
  ],
  [{ sessionPolicy: managedPolicy }, {}, "grants[0].sessionPolicy must be a policy in JSON"],
  [{ tags: { Team: "a", team: "b" } }, {}, "grants[0].tags must not have keys that differ only in case"],
  [{ transitiveTags: ["team"] }, {}, "grants[0].roles.deploy.transitiveTags must be keys of tags"],
  [{ externalId: "the-id" }, {}, "grants[0].roles.deploy.externalId is not supported by AssumeRoleWithWebIdentity"],
  [{ name: undefined }, {}, "grants[0].name is required"],
  [
    { jwksUri: "https://login.example/jwks", jwks: { keys: [ec] } },
    {},
    "grants[0].jwks and jwksUri cannot both be set",
  ],
  [{ sharedSecret: "SECRET" }, {}, "grants[0].issuer or sharedSecret is required, but not both"],
  [{ ...machine, subjectClaim: "email" }, {}, "grants[0].subjectClaim is only for a grant with issuer"],
  [{ issuer: "https://login.microsoftonline.com/consumers/v2.0" }, {}, "grants[0].issuer is shared by all customers"],
  [{}, { region: "Frankfurt" }, "region must be a region of AWS, such as eu-central-1"],
  [{}, { issuer: "https://sts.example.org:8443" }, "issuer must be an origin: a URL in lower case, without port"],
  [{}, { issuer: undefined }, 'issuer is required: the public URL of this Worker; or set credentials to "keys"'],
  [{}, { grants: [valid, valid] }, "grants[1].name must be unique"],
];

const role = {
  arn: "arn:aws:iam::123456789012:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_0123456789abcdef",
  tags: { Größe: "size", "cost:center/1": "team" },
  transitiveTags: ["Größe"],
  sourceIdentity: true,
  policyArns: [managedPolicy, "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"],
  sessionPolicy: '{"Version":"2012-10-17","Statement":[]}',
};

/** @type {Record<string, [grant: object, fields?: object]>} */
const VALID = {
  "the fewest fields": [{ claims: undefined }],
  "lists of everything": [{ claims: { sub: ["a", { like: "b*" }, 5, true] }, audience: ["a", "b"] }],
  "a role with its own settings": [{ roles: { "Prod.Deploy_1-x": role, deploy: arn } }],
  "the longest duration": [{ maxDurationSeconds: 43_200, minRemainingSeconds: 0 }],
  "a machine": [machine],
  "AWS keys": [
    { externalId: "the-id", name: undefined },
    { credentials: "keys", issuer: undefined },
  ],
  "a realm with a space, and a port": [{ issuer: "https://keycloak.example:8443/realms/My%20Realm" }],
  "a slash at the end": [{ issuer: "https://tenant.auth0.example/" }],
  loopback: [{ issuer: "http://localhost:8080/realms/a" }, { issuer: "http://127.0.0.1:8787" }],
  "keys with certificates": [{ jwks: { keys: [{ ...ec, x5c: ["a"], "x5t#S256": "b", use: "sig", kid: "1" }] } }],
  "an Ed25519 key": [{ jwks: { keys: [{ kty: "OKP", crv: "Ed25519", x: "x" }] }, algorithms: ["EdDSA"] }],
  "nested claims": [{ claims: { "kubernetes.io.serviceaccount.name": "builder", "realm_access.roles": ["a", "b"] } }],
  China: [{ roles: { deploy: "arn:aws-cn:iam::123456789012:role/a/b" } }, { region: "cn-north-1" }],
  GovCloud: [{ roles: { deploy: "arn:aws-us-gov:iam::123456789012:role/a" } }, { region: "us-gov-west-1" }],
  "the European Sovereign Cloud": [
    { roles: { deploy: "arn:aws-eusc:iam::123456789012:role/a" } },
    { region: "eusc-de-east-1" },
  ],
  "a new region": [{}, { region: "mx-central-1" }],
  "a sign-in": [{}, { signIn: { issuer: "https://login.example", clientId: "sts-web", scope: "openid email" } }],
  "other origins": [{}, { origins: ["http://localhost:3000", "https://app.example:8443"] }],
  "another STS": [{}, { region: "us-east-1", endpoint: "http://127.0.0.1:4566", s3Endpoint: "https://s3.example/" }],
  "the URL of the schema": [{}, { $schema: "./node_modules/sts-web-worker/broker.schema.json" }],
};

test("a mistake in a field is found by the validation, with its path, and by the JSON Schema", () => {
  for (const [grant, fields, message] of INVALID_FIELDS) {
    const input = configuration(grant, fields);
    const found = mistakesIn(input);
    assert.ok(
      found.split("; ").some((mistake) => mistake.startsWith(message)) || found.startsWith(message),
      `${message}: ${found}`,
    );
    assert.equal(matchesSchema(input), false, message);
  }
  for (const input of [null, [], "text", 7]) {
    assert.equal(mistakesIn(input), "the configuration must be an object");
    assert.equal(matchesSchema(input), false);
  }
});

test("a mistake that involves several fields is found by the validation, with its path", () => {
  for (const [grant, fields, message] of INVALID_TOGETHER) {
    const input = configuration(grant, fields);
    assert.ok(mistakesIn(input).startsWith(message), `${message}: ${mistakesIn(input)}`);
    // If the schema finds one of these, it belongs to the other list.
    assert.equal(matchesSchema(input), true, message);
  }
});

test("an unusual but valid configuration is accepted by the validation and by the JSON Schema", () => {
  for (const [name, [grant, fields]] of Object.entries(VALID)) {
    const input = configuration(grant, fields);
    assert.equal(mistakesIn(input), "", name);
    assert.equal(matchesSchema(input), true, name);
  }
});
