// AWS CLI files in forms that few people use: the page reads them as botocore does.

import assert from "node:assert/strict";
import { test } from "node:test";

import { parseWithBotocore } from "../../fuzz/javascript/botocore.mjs";
import { readProfiles } from "../../www/js/credentials-parser.js";
import { merge, resolve } from "../../www/js/profiles.js";

const keys = (id = "AKIAONE") => `aws_access_key_id = ${id}\naws_secret_access_key = a-secret\n`;
const role = (name, source) => `role_arn = arn:aws:iam::123456789012:role/${name}\nsource_profile = ${source}\n`;

/** The files `config` and `credentials`. @type {Record<string, [string, string?]>} */
const FILES = {
  "a section that every other inherits": [
    `[DEFAULT]\nregion = eu-west-1\n${keys()}[profile a]\n[profile b]\nregion = x-1`,
  ],
  "an inherited access key with a profile's own token": ["", `[DEFAULT]\n${keys()}[a]\naws_session_token = a-token\n`],
  "the default profile twice": [`[default]\nregion = a-1\n[profile default]\nregion = b-1\n${keys()}`],
  "several spaces in a header": [`[profile   a]\nregion = x-1\n${keys()}`],
  "a comment mark in a quoted name": [`[profile "a # b"]\nregion = x-1\n${keys()}`],
  "a comment after a header": [`[profile a] ; mine\nregion = x-1\n${keys()}`],
  colons: ["[profile a]\nregion: eu-west-1\naws_access_key_id: AKIAONE\naws_secret_access_key: s:e:c\n"],
  "percent signs": ["[profile a]\nregion = x-1\naws_access_key_id = AKIAONE\naws_secret_access_key = a%b%%c(x)s\n"],
  "equals signs in values": [
    "[profile a]\nregion = x-1\naws_access_key_id = AKIAONE\naws_secret_access_key = a=b==\naws_session_token = t==\n",
  ],
  "settings in upper case": ["[profile a]\nREGION = x-1\nAWS_ACCESS_KEY_ID = AKIAONE\nAWS_SECRET_ACCESS_KEY = s\n"],
  "an ID in one file and its secret in the other": [
    "[profile a]\nregion = x-1\naws_access_key_id = AKIAONE\n",
    "[a]\naws_secret_access_key = s\n",
  ],
  tabs: ["", "\t[a]\n\taws_access_key_id\t=\tAKIAONE\n\taws_secret_access_key\t=\ta-secret\n"],
  "line ends of Windows, and none at the end": [
    "[profile a]\r\nregion = x-1\r\naws_access_key_id = AKIAONE\r\naws_secret_access_key = s",
  ],
  "an indented comment": [`[profile a]\nregion = x-1\n  # a note\n${keys()}`],
  "a comment in a nested setting": [
    `[profile a]\ns3 =\n  # a note\n  max_concurrent_requests = 1\nregion = x-1\n${keys()}`,
  ],
  "a setting without a value": [`[profile a]\nregion =\n${keys()}`],
  "a setting that is called profile": [`[profile a]\nprofile = b\nregion = x-1\n${keys()}`],
  "a role of a role of a role": [
    `[profile a]\n${role("a", "b")}[profile b]\n${role("b", "c")}[profile c]\n${role("c", "d")}[profile d]\n${keys()}`,
  ],
  "a source profile with spaces": [`[profile a]\n${role("a", "b c")}[profile "b c"]\n${keys()}`],
  "a source profile in the other file": [`[profile a]\n${role("a", "b")}`, `[b]\n${keys()}`],
  "a role in the file credentials": ["", `[a]\n${role("a", "b")}[b]\n${keys()}`],
  "a source profile whose access key is inherited": [
    `[DEFAULT]\n${keys()}[profile a]\n${role("a", "b")}[profile b]\nregion = x-1`,
  ],
  "two sources": [`[profile a]\n${role("a", "b")}credential_source = Environment\n[profile b]\n${keys()}`],
};

test("AWS CLI files in uncommon forms are read as botocore reads them", () => {
  const files = Object.values(FILES).map(([config, credentials = ""]) => ({ config, credentials }));
  const theirs = parseWithBotocore(files);
  for (const [index, name] of Object.keys(FILES).entries()) {
    const read = Object.entries(files[index]).map(([name, text]) => ({
      name,
      profiles: readProfiles(text) ?? new Map(),
    }));
    assert.deepEqual(comparable(merge(read)), withoutCredentials(theirs[index]), name);
  }
});

/** Returns profiles in the form of `parseWithBotocore`. */
function comparable(profiles) {
  const all = [...profiles].map(([name, settings]) => {
    const { aws_access_key_id: id, aws_secret_access_key: secret, aws_session_token: token = null } = settings;
    const { problem, credentials, roles } = resolve(profiles, name);
    const chain = { accessKeyId: credentials?.accessKeyId, roles: roles.map(({ RoleArn }) => RoleArn) };
    return [
      name,
      {
        settings: otherSettings(settings),
        credentials: id && secret ? [id, secret, token] : null,
        chain: problem || !roles.length ? null : chain,
      },
    ];
  });
  return Object.fromEntries(all);
}

/** Removes the access keys from the settings: they are compared by themselves. */
function withoutCredentials(profiles) {
  return Object.fromEntries(
    Object.entries(profiles).map(([name, { settings, ...rest }]) => [
      name,
      { settings: otherSettings(settings), ...rest },
    ]),
  );
}

/** The page ignores nested settings, such as `s3`. */
function otherSettings({ aws_access_key_id, aws_secret_access_key, aws_session_token, s3, ...settings }) {
  return settings;
}
