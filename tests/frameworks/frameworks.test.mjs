// The packed package in the tools that break most often and are quick to install. `cargo xtask frameworks` runs all
// tools.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { after, describe, test } from "node:test";
import { promisify } from "node:util";

import { InstallError, Matrix, tools } from "./matrix.mjs";
import { SIGNATURE } from "./tool.mjs";

const root = new URL("../../", import.meta.url);

/** Signs the request that `probe` signs, with botocore. */
const BOTOCORE = `
import datetime, unittest.mock
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

request = AWSRequest(
    method="POST",
    url="https://sts.us-east-1.amazonaws.com/",
    headers={"content-type": "application/x-www-form-urlencoded; charset=utf-8"},
    data="Action=GetCallerIdentity&Version=2011-06-15",
)
credentials = Credentials("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")
with unittest.mock.patch("botocore.auth.get_current_datetime", return_value=datetime.datetime(2026, 1, 2, 3, 4, 5)):
    SigV4Auth(credentials, "sts", "us-east-1").add_auth(request)
print(request.headers["Authorization"].split("Signature=")[1])
`;

test("the expected signature is botocore's", async () => {
  const { stdout } = await promisify(execFile)(process.env.STS_WEB_PYTHON, ["-c", BOTOCORE]);
  assert.equal(stdout.trim(), SIGNATURE);
});

const all = await tools();

test("every npm example has a test, a README, exact versions, and a link in the documentation", async () => {
  const { version } = await manifest("pkg");
  // The others are in Rust.
  const names = (await readdir(new URL("examples/", root))).filter((name) =>
    existsSync(new URL(`examples/${name}/package.json`, root)),
  );
  assert.deepEqual(
    all.flatMap(({ name }) => (name.startsWith("example-") ? [name] : [])).sort(),
    names.map((name) => `example-${name}`).sort(),
  );
  const documentation = await readFile(new URL("pkg/README.md", root), "utf8");
  for (const name of names) {
    const readme = await readFile(new URL(`examples/${name}/README.md`, root), "utf8");
    assert.match(readme, /^# /, name);
    const { private: isPrivate, dependencies, devDependencies = {} } = await manifest(`examples/${name}`);
    assert.equal(isPrivate, true, name);
    const packages = { ...dependencies, ...devDependencies };
    assert.equal(packages["sts-web"], version, name);
    for (const pinned of Object.values(packages)) assert.match(pinned, /^\d/, name);
    assert.ok(documentation.includes(`/examples/${name})`), `pkg/README.md has no link to ${name}`);
  }
});

async function manifest(folder) {
  return JSON.parse(await readFile(new URL(`${folder}/package.json`, root), "utf8"));
}

const matrix = new Matrix();
after(() => matrix.close());

const chosen = all.filter(({ suite }) => suite);

// Two at a time, because one often waits for npm while the other builds.
describe("tools", { concurrency: 2 }, () => {
  for (const tool of chosen) {
    test(tool.name, async (context) => {
      const folder = await matrix.install(tool).catch((error) => {
        throw error instanceof InstallError
          ? new Error(`${tool.name} could not be installed: ${error.message}`)
          : error;
      });
      for (const [name, check] of Object.entries(tool.checks)) {
        await context.test(name, () => matrix.check(folder, check));
      }
      await matrix.remove(folder);
    });
  }
});
