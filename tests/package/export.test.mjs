// The package's exports equal the crate's, byte for byte: both are tested against one file.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { exportCredentials, STSClientError } from "../../pkg/dist/entry/node.js";

const cases = JSON.parse(await readFile(new URL("../vectors/exports.json", import.meta.url), "utf8"));

for (const { name, profile, expiration, forms, ...members } of cases) {
  test(`every format of ${name}`, () => {
    const credentials = { ...members, expiration: expiration && new Date(expiration) };
    for (const [format, expected] of Object.entries(forms)) {
      assert.deepEqual(exportOrError(credentials, /** @type {any} */ (format), profile), expected, format);
    }
  });
}

test("an unknown format, a line too long for cmd and an invalid expiration are rejected", () => {
  const credentials = { accessKeyId: "AKIA", secretAccessKey: "secret" };
  for (const format of ["tcsh", "constructor"]) {
    assert.throws(
      () => exportCredentials(credentials, /** @type {any} */ (format)),
      /the format must be json, sh, fish/,
    );
  }
  const long = { ...credentials, sessionToken: "x".repeat(8191) };
  assert.throws(() => exportCredentials(long, "cmd"), /AWS_SESSION_TOKEN exceeds the maximum line length of cmd/);
  assert.throws(() => exportCredentials({ ...credentials, expiration: new Date(NaN) }, "sh"), STSClientError);
});

/**
 * @param {import("../../pkg/dist/index.js").AwsCredentialIdentity} credentials
 * @param {import("../../pkg/dist/index.js").ExportFormat} format
 * @param {string} profile
 */
function exportOrError(credentials, format, profile) {
  try {
    return exportCredentials(credentials, format, { profile });
  } catch (error) {
    return { error: error.message };
  }
}
