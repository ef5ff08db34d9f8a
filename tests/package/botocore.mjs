// Calls functions of `botocore_signer.py`.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";

/**
 * Runs functions of `botocore_signer.py`, and returns their results.
 *
 * @param {{ function: string; [argument: string]: unknown }[]} calls
 */
export function callBotocore(calls) {
  const script = new URL("botocore_signer.py", import.meta.url).pathname;
  const python = process.env.STS_WEB_PYTHON ?? "python3";
  const input = JSON.stringify(calls);
  const { status, stdout, stderr } = spawnSync(python, [script], { input, maxBuffer: 1 << 28 });
  assert.equal(status, 0, String(stderr));
  return JSON.parse(String(stdout));
}

/** Returns the arguments of botocore's signers that all calls have in common. */
export const signingArguments = ({ signer, credentials, region, service, signingDate }) => ({
  function: "sign",
  signer,
  credentials: [credentials.accessKeyId, credentials.secretAccessKey, credentials.sessionToken],
  region,
  service,
  date: toPython(signingDate),
});

/** @param {Date} date */
export const toPython = (date) => date.toISOString().replace("Z", "+00:00");
