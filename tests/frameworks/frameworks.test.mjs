// The packed package with the tools that break most often and install fast. `cargo xtask frameworks` runs all.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, describe, test } from "node:test";
import { promisify } from "node:util";

import { InstallError, Matrix, tools } from "./matrix.mjs";
import { SIGNATURE } from "./tool.mjs";

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

const matrix = new Matrix();
after(() => matrix.close());

const chosen = (await tools()).filter(({ suite }) => suite);

// Two at a time: one often waits for npm while the other builds.
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
