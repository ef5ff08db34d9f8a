// The WASI program in Rust, in wasmtime.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const sandbox = JSON.parse(process.env.STS_WEB_SANDBOX);
const path = (relative) => fileURLToPath(new URL(`../../${relative}`, import.meta.url));

/** Runs the program with a secret, and returns what it prints. */
function whoami(secret) {
  const program = path("target/examples/wasm32-wasip2/debug/wasi.wasm");
  return promisify(execFile)(process.env.STS_WEB_PYTHON, [path("tests/wasi/run.py"), program], {
    env: {
      AWS_ACCESS_KEY_ID: sandbox.accessKeyId,
      AWS_SECRET_ACCESS_KEY: secret,
      AWS_REGION: sandbox.region,
      AWS_ENDPOINT_URL_STS: sandbox.endpoint,
    },
  });
}

test("a WASI program prints the caller's identity", async () => {
  const { stdout } = await whoami(sandbox.secretAccessKey);
  assert.equal(stdout, "arn:aws:iam::123456789012:user/test-user\n");
});

test("a WASI program whose call fails prints the error, and its exit code is 1", async () => {
  await assert.rejects(whoami("wrong"), ({ code, stderr }) => {
    assert.equal(code, 1);
    assert.match(stderr, /SignatureDoesNotMatch/);
    return true;
  });
});
