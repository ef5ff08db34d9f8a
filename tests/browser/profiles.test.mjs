// The AWS CLI's files `config` and `credentials`, parsed by www/js/credentials-parser.js and resolved by www/js/profiles.js
// without a page.

import assert from "node:assert/strict";
import { test } from "node:test";

import { parseWithBotocore } from "../../fuzz/javascript/botocore.mjs";
import { readProfiles } from "../../www/js/credentials-parser.js";
import { merge, resolve } from "../../www/js/profiles.js";

const KEY = "AKIAIOSFODNN7EXAMPLE";
const SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const TOKEN = "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJ+token/with+all==";

const CONFIG = `# my profiles
[default]
region = eu-central-1
output = json

[profile "my laptop"]
region=eu-west-1   ; near
s3 =
  max_concurrent_requests = 20
  aws_access_key_id = NOT-THIS

[profile dev]
role_arn = arn:aws:iam::123456789012:role/dev
source_profile = default
mfa_serial = arn:aws:iam::123456789012:mfa/me
external_id = their-id
duration_seconds = 7200
role_session_name = me-at-dev

[profile deep]
role_arn = arn:aws:iam::210987654321:role/deep
source_profile = dev
region = us-west-2

[profile self]
role_arn = arn:aws:iam::123456789012:role/self
source_profile = self

[profile a]
role_arn = arn:aws:iam::123456789012:role/a
source_profile = b
[profile b]
role_arn = arn:aws:iam::123456789012:role/b
source_profile = a
[profile login]
sso_session = corp
[sso-session corp]
sso_region = us-east-1
region = not-a-profile
[profile tool]
credential_process = /bin/keys
[profile pod]
role_arn = arn:aws:iam::123456789012:role/pod
web_identity_token_file = /var/token
[profile host]
role_arn = arn:aws:iam::123456789012:role/host
credential_source = Ec2InstanceMetadata
[profile lost]
role_arn = arn:aws:iam::123456789012:role/lost
source_profile = nobody
`;
const CREDENTIALS = `[default]
aws_access_key_id = ${KEY}
aws_secret_access_key = ${SECRET}
region = ap-south-1

[self]
aws_access_key_id = AKIASELF
aws_secret_access_key = self-secret

[my laptop]
aws_access_key_id = AKIALAPTOP
aws_secret_access_key = laptop-secret
`;

/** Merges both files, `credentials` first: browsers may provide them in any order. */
function both() {
  return merge([
    { name: "credentials", profiles: readProfiles(CREDENTIALS) },
    { name: "config", profiles: readProfiles(CONFIG) },
  ]);
}

test("profiles: a role with its source profile, MFA device, external ID, region and duration", () => {
  const { credentials, region, roles } = resolve(both(), "dev");
  assert.deepEqual(credentials, { accessKeyId: KEY, secretAccessKey: SECRET, sessionToken: undefined });
  assert.equal(region, "ap-south-1");
  assert.deepEqual(roles, [
    {
      RoleArn: "arn:aws:iam::123456789012:role/dev",
      RoleSessionName: "me-at-dev",
      DurationSeconds: 7200,
      ExternalId: "their-id",
      SerialNumber: "arn:aws:iam::123456789012:mfa/me",
    },
  ]);
});

test("profiles: a role's source profile may have a role, or be the profile itself", () => {
  const deep = resolve(both(), "deep");
  assert.deepEqual(
    deep.roles.map(({ RoleArn }) => RoleArn),
    ["arn:aws:iam::123456789012:role/dev", "arn:aws:iam::210987654321:role/deep"],
  );
  assert.equal(deep.region, "us-west-2");
  const self = resolve(both(), "self");
  assert.equal(self.credentials.accessKeyId, "AKIASELF");
  assert.equal(self.roles.length, 1);
});

test("profiles: a profile that a page cannot use has a problem with the reason", () => {
  const problems = ["a", "login", "tool", "pod", "host", "lost"].map((name) => resolve(both(), name).problem);
  assert.deepEqual(problems, [
    "profile-loop",
    "profile-sign-in",
    "profile-process",
    "profile-web-identity",
    "profile-source",
    "profile-missing",
  ]);
});

test("profiles: a profile that a page cannot use still has its region and its roles, for pasted credentials", () => {
  const files = `${CONFIG}[profile up]\nregion = eu-west-3\nrole_arn = arn:aws:iam::123456789012:role/up\nsource_profile = `;
  for (const [source, ...others] of [
    ["login"],
    ["tool"],
    ["nobody"],
    ["host", "arn:aws:iam::123456789012:role/host"],
  ]) {
    const { problem, region, roles } = resolve(readProfiles(files + source), "up");
    assert.ok(problem, source);
    assert.deepEqual(
      [region, ...roles.map(({ RoleArn }) => RoleArn)],
      ["eu-west-3", ...others, "arn:aws:iam::123456789012:role/up"],
    );
  }
});

test("profiles: the order in which the files are read does not matter", () => {
  const config = {
    name: "config",
    profiles: readProfiles(
      `[default]\nregion = eu-west-1\naws_access_key_id = AKIAOTHER\naws_secret_access_key = other\n`,
    ),
  };
  const credentials = { name: "credentials", profiles: readProfiles(CREDENTIALS) };
  for (const files of [
    [config, credentials],
    [credentials, config],
    [credentials, config, config],
  ]) {
    const { region, credentials } = resolve(merge(files), "default");
    assert.deepEqual([region, credentials.accessKeyId], ["ap-south-1", KEY]);
  }
});

test("profiles: a source profile with credentials is used with these instead of its role, as in botocore", () => {
  const keys = (id) => `aws_access_key_id = ${id}\naws_secret_access_key = secret\n`;
  const role = (name, source) => `role_arn = arn:aws:iam::123456789012:role/${name}\nsource_profile = ${source}\n`;
  const config =
    `[default]\n${keys("AKIABASE")}[profile both]\n${role("both", "default")}[profile up]\n${role("up", "both")}[profile self]\n${role("self", "self")}` +
    `[profile top]\n${role("top", "self")}[profile round]\n${role("round", "turn")}[profile turn]\n${role("turn", "round")}`;
  const credentials = `[both]\n${keys("AKIABOTH")}[self]\n${keys("AKIASELF")}[round]\n${keys("AKIAROUND")}`;
  const [theirs] = parseWithBotocore([{ config, credentials }]);
  const ours = merge([
    { name: "config", profiles: readProfiles(config) },
    { name: "credentials", profiles: readProfiles(credentials) },
  ]);
  const chains = {
    both: ["AKIABASE", "both"],
    up: ["AKIABOTH", "up"],
    self: ["AKIASELF", "self"],
    top: ["AKIASELF", "top"],
    turn: ["AKIAROUND", "turn"],
  };
  for (const [name, [accessKeyId, role]] of Object.entries(chains)) {
    const { credentials, roles } = resolve(ours, name);
    const chain = { accessKeyId: credentials.accessKeyId, roles: roles.map(({ RoleArn }) => RoleArn) };
    assert.deepEqual(chain, { accessKeyId, roles: [`arn:aws:iam::123456789012:role/${role}`] }, name);
    assert.deepEqual(chain, theirs[name].chain, name);
  }
  assert.deepEqual([resolve(ours, "round").problem, theirs.round.chain], ["profile-loop", null]);
});

test("profiles: a role without source_profile is used with the profile's own credentials, which botocore rejects", () => {
  const keys = "aws_access_key_id = AKIAOWN\naws_secret_access_key = secret\n";
  const role = (name) => `[profile ${name}]\nrole_arn = arn:aws:iam::123456789012:role/${name}\n`;
  const config = `${role("own")}${keys}${role("same")}${keys}source_profile = same\n${role("up")}source_profile = own\n${role("none")}`;
  const profiles = readProfiles(config);
  const [theirs] = parseWithBotocore([{ config, credentials: "" }]);
  for (const [name, lacksSource] of Object.entries({ own: true, same: false, up: undefined })) {
    const resolved = resolve(profiles, name);
    const chain = {
      accessKeyId: resolved.credentials.accessKeyId,
      roles: [`arn:aws:iam::123456789012:role/${name}`],
    };
    assert.deepEqual([chain.accessKeyId, resolved.roles[0].RoleArn], ["AKIAOWN", chain.roles[0]], name);
    assert.equal(resolved.lacksSource, lacksSource, name);
    assert.deepEqual(theirs[name].chain, lacksSource ? null : chain, name);
  }
  assert.deepEqual([resolve(profiles, "none").problem, theirs.none.chain], ["profile-no-source", null]);
});

test("profiles: credentials are taken from a single file, as in botocore", () => {
  const half = { name: "credentials", profiles: readProfiles("aws_access_key_id = AKIAOTHER") };
  const token = { name: "credentials", profiles: readProfiles(`region = eu-west-1\naws_session_token = ${TOKEN}`) };
  const whole = { name: "config", profiles: readProfiles(`${KEY} ${SECRET}`) };
  assert.equal(resolve(merge([whole, half]), "default").problem, "profile-no-keys");
  const { credentials, region } = resolve(merge([whole, token]), "default");
  assert.deepEqual(
    [credentials, region],
    [{ accessKeyId: KEY, secretAccessKey: SECRET, sessionToken: undefined }, "eu-west-1"],
  );
});

test("a pasted part of a file is merged with the files before it", () => {
  const pasted = {
    name: "",
    profiles: readProfiles(
      `[profile new]\nrole_arn = arn:aws:iam::123456789012:role/new\nsource_profile = my laptop\n[default]\nregion = sa-east-1`,
    ),
  };
  const profiles = merge([
    { name: "credentials", profiles: readProfiles(CREDENTIALS) },
    pasted,
    { name: "config", profiles: readProfiles(CONFIG) },
  ]);
  const { credentials, region, roles } = resolve(profiles, "new");
  assert.deepEqual([credentials.accessKeyId, region, roles.length], ["AKIALAPTOP", "eu-west-1", 1]);
  const all = resolve(profiles, "default");
  assert.deepEqual([all.credentials.accessKeyId, all.region], [KEY, "sa-east-1"]);
});

test("profiles: settings of other tools and of newer versions of the AWS CLI", () => {
  const keys = `aws_access_key_id = ASIA${KEY.slice(4)}\naws_secret_access_key = ${SECRET}\n`;
  const resolved = (text) => resolve(readProfiles(`[default]\n${text}`), "default");
  // boto's name of the session token, and a token that a mail program has wrapped.
  assert.equal(resolved(`${keys}aws_security_token = ${TOKEN}`).credentials.sessionToken, TOKEN);
  const wrapped = `${TOKEN.slice(0, 30)}\n${TOKEN.slice(30, 60)}\n${TOKEN.slice(60)}\nregion = eu-west-1\ncli_pager_without_value=`;
  assert.equal(resolved(`${keys}aws_session_token = ${wrapped}`).credentials.sessionToken, TOKEN);
  assert.equal(resolved("login_session = arn:aws:iam::123456789012:user/me").problem, "profile-sign-in");
  const endpoint = `${keys}endpoint_url = http://localhost:4566\n`;
  assert.equal(resolved(endpoint).endpoint, "http://localhost:4566");
  assert.equal(resolved(`${endpoint}ignore_configured_endpoint_urls = true`).endpoint, undefined);
});

test("the files are parsed as botocore parses them", () => {
  // For botocore, a comment after a value is part of the value.
  const [theirs] = parseWithBotocore([{ config: CONFIG.replace("   ; near", ""), credentials: CREDENTIALS }]);
  const ours = both();
  assert.deepEqual([...ours.keys()].sort(), Object.keys(theirs).sort());
  for (const [name, settings] of ours) {
    // The page ignores nested settings.
    assert.deepEqual({ ...settings, s3: undefined }, { ...theirs[name].settings, s3: undefined }, name);
  }
});
