// The Worker while the issuer, STS and its objects fail at random. `cargo xtask faults` does the same for ten minutes.

import assert from "node:assert/strict";
import { test } from "node:test";

import { growth, MAX_GROWTH, soak } from "./soak.mjs";

test("while everything fails at random, nobody gets wrong credentials, each request gets a response, and memory does not grow", async () => {
  const outcome = await soak({ seconds: 5, perSecond: 20, callers: 10 });
  const { requests, statuses, wrong, memory } = outcome;
  assert.deepEqual(wrong, []);
  assert.ok(requests > 0 && statuses[200] > 0, JSON.stringify(statuses));
  assert.ok(memory.late.heap > 0 && memory.late.wasm > 0);
  assert.ok(growth(outcome) < MAX_GROWTH, JSON.stringify(memory));
});
