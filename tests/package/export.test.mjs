// The package's exports equal the crate's, byte for byte: both are tested against one file.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

import { exportCredentials, STSClientError } from "../../pkg/dist/entry/node.js";

const cases = JSON.parse(await readFile(new URL("../vectors/exports.json", import.meta.url), "utf8"));

for (const { name, profile, region, endpoint, expiration, forms, ...members } of cases) {
  test(`every format of ${name}`, () => {
    const credentials = { ...members, expiration: expiration && new Date(expiration) };
    for (const [format, expected] of Object.entries(forms)) {
      assert.deepEqual(
        exportOrError(credentials, /** @type {any} */ (format), { profile, region, endpoint }),
        expected,
        format,
      );
    }
  });
}

test("an unknown format, a line too long for cmd and an invalid expiration are rejected", () => {
  const credentials = { accessKeyId: "AKIA", secretAccessKey: "secret" };
  for (const format of ["tcsh", "constructor"]) {
    assert.throws(
      () => exportCredentials(credentials, /** @type {any} */ (format)),
      /the format must be sh, fish.* or javascript/,
    );
  }
  const long = { ...credentials, sessionToken: "x".repeat(8191) };
  assert.throws(() => exportCredentials(long, "cmd"), /AWS_SESSION_TOKEN exceeds the maximum line length of cmd/);
  assert.throws(() => exportCredentials({ ...credentials, expiration: new Date(NaN) }, "sh"), STSClientError);
});

test("credentials are accepted as STS returns them, and with an expiration that went through JSON", () => {
  const { sts, sdk } = {
    sts: { AccessKeyId: "ASIA", SecretAccessKey: "secret", SessionToken: "token", Expiration: new Date(1795460400000) },
    sdk: { accessKeyId: "ASIA", secretAccessKey: "secret", sessionToken: "token", expiration: new Date(1795460400000) },
  };
  for (const format of /** @type {const} */ (["sh", "ini", "json", "env", "javascript"])) {
    const expected = exportCredentials(sdk, format);
    assert.equal(exportCredentials(sts, format), expected);
    assert.equal(exportCredentials(JSON.parse(JSON.stringify(sts)), format), expected);
  }
});

test("node --env-file reads the .env file", async () => {
  const folder = await mkdtemp(join(tmpdir(), "env-"));
  const file = join(folder, ".env");
  for (const secretAccessKey of ["wJalr/K7+E=", '${a} $b "c" `d` # e', "a=b!c%d", "é → 日本 😀", "=", "export x=y"]) {
    const expiration = new Date(1795460400000);
    const settings = { region: "eu-central-1", endpoint: "http://localhost:4566" };
    await writeFile(file, exportCredentials({ accessKeyId: "ASIA", secretAccessKey, expiration }, "env", settings));
    const script = "console.log(JSON.stringify(process.env))";
    const printed = execFileSync(process.execPath, [`--env-file=${file}`, "-e", script], { env: {}, encoding: "utf8" });
    const variables = JSON.parse(printed);
    assert.equal(variables.AWS_SECRET_ACCESS_KEY, secretAccessKey);
    assert.equal(variables.AWS_CREDENTIAL_EXPIRATION, "2026-11-23T19:00:00+00:00");
    assert.equal(variables.AWS_DEFAULT_REGION, settings.region);
    assert.equal(variables.AWS_ENDPOINT_URL, settings.endpoint);
  }
  await rm(folder, { recursive: true });
});

test("values that are not credentials are rejected in every format", () => {
  const formats = /** @type {any[]} */ (Object.keys(cases[0].forms));
  const noCredentials = /** @type {any[]} */ ([
    undefined,
    null,
    {},
    "AKIA",
    { accessKeyId: "AKIA" },
    { AccessKeyId: "AKIA", SecretAccessKey: "" },
    { accessKeyId: 1, secretAccessKey: 2 },
    { Credentials: { AccessKeyId: "AKIA", SecretAccessKey: "secret" } },
  ]);
  for (const format of formats) {
    for (const credentials of noCredentials) {
      assert.throws(() => exportCredentials(credentials, format), /must have an access key ID and a secret access key/);
    }
  }
  const options = { region: "eu\ncentral", endpoint: "no URL" };
  const credentials = { accessKeyId: "AKIA", secretAccessKey: "secret" };
  for (const [name, value] of Object.entries(options)) {
    assert.throws(() => exportCredentials(credentials, "sh", { [name]: value }), new RegExp(`the ${name} must`));
  }
});

/**
 * @param {import("../../pkg/dist/index.js").AwsCredentialIdentity} credentials
 * @param {import("../../pkg/dist/index.js").ExportFormat} format
 * @param {import("../../pkg/dist/index.js").ExportOptions} options
 */
function exportOrError(credentials, format, options) {
  try {
    return exportCredentials(credentials, format, options);
  } catch (error) {
    return { error: error.message };
  }
}
