// The timer that all requests of a page share, with the test's clock.

import assert from "node:assert/strict";
import { test } from "node:test";

import { startTimer } from "../../pkg/dist/entry/shared-timer.js";

/**
 * A clock that the test advances, and the number of timers that were set.
 * @param {import("node:test").TestContext} t
 */
function testClock(t) {
  let now = 1000;
  t.mock.timers.enable({ apis: ["setTimeout"] });
  t.mock.method(performance, "now", () => now);
  const set = t.mock.method(globalThis, "setTimeout");
  const advance = (/** @type {number} */ milliseconds) => {
    now += milliseconds;
    t.mock.timers.tick(milliseconds);
  };
  return { advance, timersSet: () => set.mock.callCount() };
}

test("each request times out at its own time", (t) => {
  const { advance } = testClock(t);
  /** @type {string[]} */
  const timedOut = [];
  startTimer(() => timedOut.push("slow"), 300);
  startTimer(() => timedOut.push("fast"), 100);
  advance(99);
  assert.deepEqual(timedOut, []);
  advance(1);
  assert.deepEqual(timedOut, ["fast"]);
  advance(200);
  assert.deepEqual(timedOut, ["fast", "slow"]);
});

test("a request that ended does not time out, and the next ones need no timer of their own", (t) => {
  const { advance, timersSet } = testClock(t);
  let timedOut = 0;
  for (let request = 0; request < 1000; request += 1) startTimer(() => (timedOut += 1), 10_000)();
  assert.equal(timersSet(), 1);
  advance(4000);
  startTimer(() => (timedOut += 1), 10_000);
  assert.equal(timersSet(), 1);
  advance(6000);
  assert.equal(timedOut, 0, "the timer of the first request fires, the last request has 4 s left");
  advance(4000);
  assert.equal(timedOut, 1);
});
