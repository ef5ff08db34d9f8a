// The Worker while the issuer, STS and its objects fail at random. `cargo xtask faults` does the same for ten minutes.

import assert from "node:assert/strict";
import { test } from "node:test";

import { soak } from "./soak.mjs";

test("while everything fails at random, nobody gets wrong credentials, and each request gets a response", async () => {
  const { requests, statuses, wrong } = await soak({ seconds: 5, perSecond: 20, callers: 10 });
  assert.deepEqual(wrong, []);
  assert.ok(requests > 0 && statuses[200] > 0, JSON.stringify(statuses));
});
