// Keys and profiles in any text, for so many seconds of the processor: `node profiles.mjs SECONDS`. Prints how many texts
// it tried. fast-check makes them and, where one fails, makes it smaller; the oracle for files is botocore.

import assert from "node:assert/strict";
import fc from "fast-check";

import { merge, readProfiles, resolve } from "../../www/js/credentials-parser.js";
import { readByBotocore } from "./botocore.mjs";
import {
  asConfig,
  asCredentials,
  commentedOut,
  forms,
  joined,
  json,
  keys,
  pieces,
  profileFiles,
  shells,
} from "./texts.mjs";

const RUNS = 500;
/** Milliseconds that a text may take. */
const PATIENCE = 1000;

const properties = [
  fc.property(pieces, (pieces) => {
    const text = joined(pieces);
    const started = performance.now();
    const profiles = readProfiles(text);
    for (const name of profiles?.keys() ?? []) usable(resolve(profiles, name));
    assert.ok(performance.now() - started < PATIENCE, "it takes too long");
  }),
  fc.property(keys, fc.constantFrom(...Object.keys(forms)), (given, form) => {
    const { credentials } = resolve(readProfiles(forms[form](given)), "default");
    assert.deepEqual(credentials, {
      ...given,
      sessionToken: form.endsWith("without a token") ? undefined : given.sessionToken,
    });
  }),
  fc.property(keys, keys, fc.constantFrom(...shells), commentedOut, (given, others, form, comment) => {
    const { credentials } = resolve(readProfiles(`${forms[form](given)}\n${comment(forms[form](others))}`), "default");
    assert.deepEqual(credentials, { ...given });
  }),
  fc.property(json, (text) => {
    for (const [name] of readProfiles(text) ?? []) usable(resolve(readProfiles(text), name));
  }),
];

// Another one for each round.
let seed = Number(process.env.STS_WEB_SEED ?? Math.floor(Math.random() * 2 ** 31));
let tried = 0;
const patient = Number(process.argv[2]) * 1e6;
let waited = 0;
const used = () => process.cpuUsage().user + process.cpuUsage().system + waited * 1000;
do {
  for (const property of properties) fc.assert(property, { seed, numRuns: RUNS });
  asBotocore(fc.sample(profileFiles, { seed, numRuns: RUNS }));
  seed += 1;
  tried += RUNS * (properties.length + 1);
} while (used() < patient);
console.log(tried);

/** There are keys or a problem, never both. */
function usable({ credentials, problem, roles, expiration = 0 }) {
  assert.ok(Array.isArray(roles) && new Date(expiration).toISOString());
  assert.ok(
    problem ? !credentials : Object.values(credentials).every((one) => one === undefined || typeof one === "string"),
  );
  assert.ok(problem || (credentials.accessKeyId && credentials.secretAccessKey));
}

/** What is in both files is what botocore reads, where it reads them at all. */
function asBotocore(files) {
  const written = files.map(({ config, credentials }) => ({
    config: asConfig(config),
    credentials: asCredentials(credentials),
  }));
  const started = performance.now();
  const theirs = readByBotocore(written);
  waited += performance.now() - started;
  for (const [index, files] of written.entries()) {
    if (!theirs[index]) continue;
    for (const profile of Object.values(theirs[index])) profile.settings = withoutKeys(profile.settings);
    const read = ["config", "credentials"].map((name) => ({ name, profiles: readProfiles(files[name]) ?? new Map() }));
    // Whichever is read first.
    for (const order of [read, read.toReversed()]) {
      assert.deepEqual(comparable(merge(order)), theirs[index], JSON.stringify(files));
    }
  }
}

/** Profiles as botocore.mjs gives them. */
function comparable(profiles) {
  const all = [...profiles].map(([name, profile]) => {
    const { aws_access_key_id: id, aws_secret_access_key: secret, aws_session_token: token = null } = profile;
    return [
      name,
      {
        settings: withoutKeys(profile),
        keys: id && secret ? [id, secret, token] : null,
        chain: chainOf(profiles, name),
      },
    ];
  });
  return Object.fromEntries(all);
}

/** What a profile with roles begins with, and the roles. One that names no source is its own for the page, a fault for botocore. */
function chainOf(profiles, name) {
  const sourced = new Map(
    [...profiles].map(([name, profile]) => [name, { source_profile: "none of them", ...profile }]),
  );
  const { problem, credentials, roles } = resolve(sourced, name);
  if (problem || !roles.length) return null;
  return { key: credentials.accessKeyId, roles: roles.map(({ RoleArn }) => RoleArn) };
}

/** Nor has the page a use for settings that are nested. */
function withoutKeys({ aws_access_key_id, aws_secret_access_key, aws_session_token, expiration, s3, ...settings }) {
  return settings;
}
