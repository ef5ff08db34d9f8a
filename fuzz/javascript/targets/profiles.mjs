// The page's credentials parser. The results for AWS CLI files are compared with botocore's.

import assert from "node:assert/strict";
import fc from "fast-check";

import { readProfiles } from "../../../www/js/credentials-parser.js";
import { merge, resolve } from "../../../www/js/profiles.js";
import { parseWithBotocore } from "../botocore.mjs";
import { fuzz, inAnotherProcess } from "../run.mjs";
import {
  comment,
  credentials,
  formatConfig,
  formatCredentials,
  formats,
  join,
  json,
  mixed,
  pieces,
  profileFiles,
  shells,
  wrapped,
} from "../texts.mjs";

/** Maximum CPU time for one text, in milliseconds. Unlike elapsed time, it does not depend on other processes. */
const TIME_LIMIT = 1000;

const properties = [
  fc.property(pieces, (pieces) => {
    const text = join(pieces);
    const before = process.cpuUsage();
    const profiles = readProfiles(text);
    for (const name of profiles?.keys() ?? []) assertUsable(resolve(profiles, name));
    const { user, system } = process.cpuUsage(before);
    assert.ok(user + system < TIME_LIMIT * 1000, "parsing takes too long");
  }),
  fc.property(credentials, fc.constantFrom(...Object.keys(formats)), (expected, format) => {
    const { credentials: parsed } = resolve(readProfiles(formats[format](expected)), "default");
    const sessionToken = format.endsWith("without a token") ? undefined : expected.sessionToken;
    assert.deepEqual(parsed, { ...expected, sessionToken });
  }),
  fc.property(credentials, credentials, fc.constantFrom(...shells), comment, (expected, others, format, comment) => {
    const text = `${formats[format](expected)}\n${comment(formats[format](others))}`;
    assert.deepEqual(resolve(readProfiles(text), "default").credentials, { ...expected });
  }),
  fc.property(mixed, ({ text, expected, placeholder }) => {
    const profiles = readProfiles(text);
    // The right credentials or none, but never wrong ones.
    const found = [...(profiles?.keys() ?? [])].flatMap((name) => resolve(profiles, name).credentials ?? []);
    assert.deepEqual(found, placeholder ? [] : [{ ...expected }], text);
  }),
  fc.property(wrapped, ({ text, expected }) => {
    const profiles = readProfiles(text);
    // A part of a key is worse than none. Without its end, a session token may be missing.
    for (const name of profiles?.keys() ?? []) {
      const { credentials: found } = resolve(profiles, name);
      if (found)
        assert.deepEqual(found, { ...expected, sessionToken: found.sessionToken && expected.sessionToken }, text);
    }
  }),
  fc.property(json, (text) => {
    for (const [name] of readProfiles(text) ?? []) assertUsable(resolve(readProfiles(text), name));
  }),
];

await fuzz(properties, (settings) => assertSameAsBotocore(fc.sample(profileFiles, settings)));

/**
 * Asserts that a profile resolves to either credentials or a problem.
 *
 * @param {import("../../../www/js/profiles.js").ResolvedProfile} resolved
 */
function assertUsable({ credentials, problem, roles, expiration }) {
  assert.ok(Array.isArray(roles) && new Date(expiration ?? 0).toISOString());
  assert.ok(
    problem
      ? !credentials
      : Object.values(credentials).every((value) => value === undefined || typeof value === "string"),
  );
  assert.ok(problem || (credentials.accessKeyId && credentials.secretAccessKey));
}

/** Asserts that the page parses pairs of files as botocore does, except those that botocore rejects. */
function assertSameAsBotocore(files) {
  const written = files.map(({ config, credentials }) => ({
    config: formatConfig(config),
    credentials: formatCredentials(credentials),
  }));
  const expected = inAnotherProcess(() => parseWithBotocore(written));
  for (const [index, files] of written.entries()) {
    if (!expected[index]) continue;
    for (const profile of Object.values(expected[index])) profile.settings = withoutCredentials(profile.settings);
    expected[index] = withoutQuotes(expected[index]);
    const parsed = ["config", "credentials"].map((name) => ({
      name,
      profiles: readProfiles(files[name]) ?? new Map(),
    }));
    // The result must not depend on the order of the files.
    for (const order of [parsed, parsed.toReversed()]) {
      assert.deepEqual(comparable(merge(order)), expected[index], JSON.stringify(files));
    }
  }
}

/** Converts profiles to the form that botocore.mjs returns. */
function comparable(profiles) {
  const all = [...profiles].map(([name, profile]) => {
    const { aws_access_key_id: id, aws_secret_access_key: secret, aws_session_token: token = null } = profile;
    return [
      name,
      {
        settings: withoutCredentials(profile),
        credentials: id && secret ? [id, secret, token] : null,
        chain: chainOf(profiles, name),
      },
    ];
  });
  return Object.fromEntries(all);
}

/**
 * Returns the source access key ID of a profile with roles, and the roles. For the page, a role profile without a
 * source is its own source. For botocore it is an error, so here such a profile gets a source that does not exist.
 */
function chainOf(profiles, name) {
  const sourced = new Map(
    [...profiles].map(([name, profile]) => [name, { source_profile: "none of them", ...profile }]),
  );
  const { problem, credentials, roles } = resolve(sourced, name);
  if (problem || !roles.length) return null;
  return { accessKeyId: credentials.accessKeyId, roles: roles.map(({ RoleArn }) => RoleArn) };
}

/** Removes quotes around values, as the page does. botocore treats them as part of the value. */
function withoutQuotes(profiles) {
  const unquote = (_, value) => (typeof value === "string" ? value.replace(/^(["'])(.+)\1$/, "$2") : value);
  return JSON.parse(JSON.stringify(profiles, unquote));
}

/** Removes the credentials and nested settings (`s3`), which the page ignores. */
function withoutCredentials({
  aws_access_key_id,
  aws_secret_access_key,
  aws_session_token,
  expiration,
  s3,
  ...settings
}) {
  return settings;
}
