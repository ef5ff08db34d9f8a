// The exports of the package are the crate's, byte for byte: both are held to one file.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { exportCredentials, STSClientError } from "../../pkg/dist/entry/node.js";

const cases = JSON.parse(await readFile(new URL("../vectors/exports.json", import.meta.url), "utf8"));

for (const { name, profile, expiration, forms, ...keys } of cases) {
  test(`every form of ${name}`, () => {
    const credentials = { ...keys, expiration: expiration && new Date(expiration) };
    for (const [format, expected] of Object.entries(forms)) {
      assert.deepEqual(written(credentials, format, profile), expected, format);
    }
  });
}

test("a form that is not known, a line too long for cmd and an expiration that is no time are refused", () => {
  const keys = { accessKeyId: "AKIA", secretAccessKey: "secret" };
  for (const format of ["tcsh", "constructor"]) {
    assert.throws(() => exportCredentials(keys, format), /the format must be json, sh, fish/);
  }
  const long = { ...keys, sessionToken: "x".repeat(8191) };
  assert.throws(() => exportCredentials(long, "cmd"), /AWS_SESSION_TOKEN is longer than a line of cmd may be/);
  assert.throws(() => exportCredentials({ ...keys, expiration: new Date(NaN) }, "sh"), STSClientError);
});

function written(credentials, format, profile) {
  try {
    return exportCredentials(credentials, format, { profile });
  } catch (error) {
    return { error: error.message };
  }
}
