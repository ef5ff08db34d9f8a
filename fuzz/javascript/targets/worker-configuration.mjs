// The Worker's configuration: no input makes the validation fail in another way than with all mistakes, or reveals a value. An
// accepted configuration matches its JSON Schema. Claims and their patterns are compared with regular expressions.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import Ajv from "ajv";
import fc from "fast-check";

import { mismatch } from "../../../worker/dist/authorization.js";
import { ConfigurationError, checkConfiguration, parseConfiguration } from "../../../worker/dist/config.js";
import { fuzz } from "../run.mjs";

const schema = readFileSync(new URL("../../../worker/dist/broker.schema.json", import.meta.url), "utf8");
const matchesSchema = new Ajv({ strict: false }).compile(JSON.parse(schema));

/** Part of every generated value, and of no valid one, to find values in messages. */
const MARK = "a-secret-value";
const ISSUER = "https://token.actions.githubusercontent.com";

const VALID = {
  issuer: "https://sts.example.org",
  credentials: "issuer",
  region: "eu-central-1",
  origins: ["https://app.example.org"],
  signIn: { issuer: ISSUER, clientId: "sts.example.org", scope: "openid" },
  keysPerHour: 60,
  staleKeysSeconds: 3600,
  grants: [
    {
      name: "deploy",
      issuer: ISSUER,
      audience: ["sts.example.org"],
      algorithms: ["RS256"],
      claims: { repository: "octo-org/octo-repo", ref: ["refs/heads/main", { like: "refs/tags/v*" }], run_attempt: 1 },
      subjectClaim: "sub",
      maxDurationSeconds: 3600,
      roles: {
        deploy: "arn:aws:iam::123456789012:role/deploy",
        read: {
          arn: "arn:aws:iam::123456789012:role/path/read",
          maxDurationSeconds: 900,
          minRemainingSeconds: 300,
          sessionPolicy: { Version: "2012-10-17", Statement: [] },
          policyArns: ["arn:aws:iam::aws:policy/ReadOnlyAccess"],
          tags: { team: "repository_owner" },
          transitiveTags: ["team"],
          sourceIdentity: true,
        },
      },
    },
    {
      name: "machine",
      sharedSecret: "MACHINE_SECRET",
      subject: "machine-1",
      roles: { read: "arn:aws:iam::123456789012:role/read" },
    },
  ],
};

/** Returns the paths of all values. */
const pathsOf = (value, path = []) =>
  typeof value === "object" && value !== null
    ? [path, ...Object.entries(value).flatMap(([name, member]) => pathsOf(member, [...path, name]))]
    : [path];
const PATHS = pathsOf(VALID).filter((path) => path.length > 0);

const text = fc.oneof(
  fc.string({ maxLength: 20 }).map((text) => text + MARK),
  fc.constantFrom("https://", "http://", "arn:aws:iam::123456789012:role/", "aws:", "*", "").map((text) => text + MARK),
  fc.constantFrom("", "{", "[]", "null", "{}"),
);
const replacement = fc.oneof(
  { weight: 4, arbitrary: text },
  { weight: 1, arbitrary: fc.constant(undefined) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(null, true, 0, -1, 0.5, 900, 43_201, 1e21, Number.NaN, [], {}, [null], [[]], {
      like: "",
    }),
  },
  { weight: 1, arbitrary: fc.array(text, { maxLength: 60 }) },
  { weight: 1, arbitrary: fc.dictionary(fc.constantFrom("arn", "like", "keys", "a", "toString"), text) },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }).filter((value) => !/[a-z0-9]/i.test(JSON.stringify(value))) },
);
const unknownField = fc.constantFrom("orgins", "toString", "constructor", "__proto__", "isAdmin");

/** The valid configuration, with some values replaced, and sometimes an unknown field. */
const configurations = fc
  .tuple(
    fc.array(fc.tuple(fc.constantFrom(...PATHS), replacement), { maxLength: 4 }),
    fc.option(fc.tuple(fc.constantFrom(...PATHS), unknownField), { nil: undefined, freq: 8 }),
  )
  .map(([changes, unknown]) => {
    const configuration = structuredClone(VALID);
    // A copy, since a later change may be inside of it.
    for (const [path, value] of changes) set(configuration, path, structuredClone(value));
    if (unknown) set(configuration, [...unknown[0], unknown[1]], MARK);
    return configuration;
  });

function set(target, path, value) {
  const parent = path.slice(0, -1).reduce((parent, name) => parent?.[name], target);
  if (typeof parent !== "object" || parent === null) return;
  if (Array.isArray(parent) && !/^\d+$/.test(path.at(-1))) return;
  Object.defineProperty(parent, path.at(-1), { value, enumerable: true, configurable: true, writable: true });
}

/** Returns the parsed configuration, or the mistakes. */
function parsed(input) {
  try {
    return { configuration: parseConfiguration(input) };
  } catch (error) {
    assert.ok(error instanceof ConfigurationError, String(error));
    assert.ok(error.mistakes.length > 0);
    return { mistakes: error.mistakes };
  }
}

const configurationProperty = fc.property(configurations, (input) => {
  const before = JSON.stringify(input);
  const { configuration, mistakes } = parsed(input);
  assert.equal(JSON.stringify(input), before, "the input is not changed");
  for (const { path, message } of mistakes ?? []) {
    assert.ok(path.length > 0 && message.length > 0);
    assert.doesNotMatch(`${path} ${message}`, new RegExp(MARK));
  }
  const written = parsed(before);
  if (!configuration) return;
  assert.equal(JSON.stringify(written.configuration), JSON.stringify(configuration), "as JSON");
  assert.ok(matchesSchema(JSON.parse(before)), JSON.stringify(matchesSchema.errors));
  for (const warning of checkConfiguration(/** @type {any} */ (input))) {
    assert.doesNotMatch(`${warning.path} ${warning.message}`, new RegExp(MARK));
  }
});

const anyProperty = fc.property(fc.oneof(fc.anything(), fc.jsonValue(), fc.string()), (input) => void parsed(input));

/** Few different characters, so that patterns often match. */
const characters = fc.constantFrom("a", "a", "b", "*", "*", "?", ".", "\\", "\n", "😀");
const pattern = fc.string({ unit: characters, maxLength: 9 });
const claim = fc.string({ unit: fc.constantFrom("a", "a", "b", ".", "\\", "\n", "😀", "*"), maxLength: 9 });

/** Returns whether a pattern matches, by a regular expression. */
const matches = (like, value) =>
  new RegExp(`^${like.replace(/[\\.]/g, "\\$&").replace(/\*+/g, "[^]*").replaceAll("?", "[^]")}$`, "u").test(value);

const grantWith = (claims) => {
  const [grant] = parseConfiguration(VALID).grants;
  return { ...grant, claims };
};
const callerWith = (claims) => ({
  issuer: ISSUER,
  subject: "s",
  claims: { iss: ISSUER, aud: "sts.example.org", sub: "s", ...claims },
  sharedSecrets: [],
});

const patternProperty = fc.property(pattern, fc.array(claim, { minLength: 1, maxLength: 3 }), (like, values) => {
  const one = values.length === 1 ? values[0] : values;
  const accepted = mismatch(grantWith({ a: [{ like }] }), callerWith({ a: one })) === undefined;
  assert.equal(
    accepted,
    values.some((value) => matches(like, value)),
  );
  const literally = mismatch(grantWith({ a: [like] }), callerWith({ a: one })) === undefined;
  assert.equal(literally, values.includes(like));
});

/** A long pattern takes time in proportion to the product of both lengths at most. */
const slowProperty = fc.property(fc.constantFrom("a*", "*a", "?*a", "*a*b"), fc.nat(400), (part, times) => {
  const before = process.cpuUsage();
  mismatch(grantWith({ a: [{ like: part.repeat(times) }] }), callerWith({ a: "a".repeat(4_000) }));
  const { user, system } = process.cpuUsage(before);
  assert.ok(user + system < 1e6, "matching takes too long");
});

await fuzz([configurationProperty, anyProperty, patternProperty, slowProperty]);
