// What must hold of a run, and what it comes to.

import assert from "node:assert/strict";

import { FAULTS, LASTING, MAX_ATTEMPTS } from "./plan.mjs";
import { PLATFORMS, REQUEST_TIMEOUT } from "./run.mjs";

/** What a busy machine may add to a call, in milliseconds. */
const SLACK = 2_000;
/** As `src/retry.rs` has them: the longest wait that a server is granted, in seconds, and the tokens for retries. */
const MAX_DELAY = 20;
const CAPACITY = 500;

/** Checks a run, and gives its table: for each fault, what became of its calls. */
export function judge(platform, { ends, seen, strays, secret }) {
  assert.equal(ends.length, seen.size, "every call has ended");
  assert.equal(strays, 0, "nothing was sent where the redirect leads");
  const all = ends.map((end) => ({ ...end, platform, ...seen.get(end.session) }));
  for (const end of all) checked(end, secret);
  clocksWereWrong(all);
  withinBudget(all.filter((end) => end.call.client === LASTING));
  const of = (fault) => all.filter((end) => end.call.fault === fault);
  return Object.fromEntries(Object.keys(FAULTS).map((fault) => [fault, summed(of(fault))]));
}

function checked(end, secret) {
  const { platform, kind, attempts, call, requests, answered, keys, secrets, text = "" } = end;
  const told = `${JSON.stringify(call)} ended as ${kind} after ${attempts} attempts and ${end.milliseconds} ms: ${text}`;
  const allowed = call.client === LASTING ? ways(end) : ways(end).slice(-1);
  assert.ok(allowed.some((way) => way.kind === kind && way.attempts === attempts), `not as it must: ${told}`);
  if (kind === "right") {
    assert.ok(end.arn.endsWith(`/${call.session}`) && keys.includes(end.key), `another call's answer: ${told}`);
  }
  assert.ok(attempts <= MAX_ATTEMPTS && answered <= requests, `more than allowed: ${told}`);
  assert.equal(requests, attempts - Math.min(call.refusals, attempts), `requests that were not counted: ${told}`);
  if (call.retryAfter > 0) assert.ok(end.waited >= 1000 * call.retryAfter * (attempts - 1), `waited too little: ${told}`);
  const waited = PLATFORMS[platform].waits ? end.waited : 0;
  assert.ok(end.milliseconds <= attempts * REQUEST_TIMEOUT + waited + SLACK, `too long: ${told}`);
  for (const hidden of [secret, call.externalId, ...secrets]) assert.ok(!text.includes(hidden), `a secret is told: ${told}`);
}

/** How a call may end. The last is how it must, unless its client's budget for retries is spent. */
function ways({ platform, call, attempts }) {
  // A call with a wrong clock is corrected once, unless another call was before it.
  if (call.clockOffset) return [{ kind: "right", attempts: Math.min(attempts, 2) }];
  const [kind, again] = endOf(platform, call.fault);
  const found = [];
  for (let sent = 1; sent <= MAX_ATTEMPTS; sent += 1) {
    if (sent > call.spoiled) return [...found, { kind: "right", attempts: sent }];
    found.push({ kind, attempts: sent });
    if (!again || call.retryAfter > MAX_DELAY) break;
  }
  return found;
}

function endOf(platform, fault) {
  return FAULTS[fault][platform] ?? FAULTS[fault].ends ?? [];
}

/** Of each client with a wrong clock some call was refused. Otherwise there was nothing to correct. */
function clocksWereWrong(all) {
  const attempts = {};
  for (const end of all.filter((end) => end.call.clockOffset)) (attempts[end.call.client] ??= []).push(end.attempts);
  for (const [client, made] of Object.entries(attempts)) assert.ok(made.includes(2), `${client} was not refused`);
}

/** The retries of one client against its tokens: five each, ten after a timeout, and what successes gave back. */
function withinBudget(all) {
  let [taken, given] = [0, 0];
  for (const { platform, kind, attempts, call } of all) {
    const cost = endOf(platform, call.fault)[0] === "timeout" ? 10 : 5;
    taken += (attempts - 1) * cost;
    if (kind === "right") given += attempts > 1 ? cost : 1;
  }
  assert.ok(taken <= CAPACITY + given, `retries took ${taken} tokens, of ${CAPACITY} and ${given}`);
  const early = all.some((end) => end.attempts < ways(end).at(-1).attempts);
  if (early) assert.ok(taken > CAPACITY - 10, `a call was given up though retries had taken no more than ${taken} tokens`);
}

function summed(ends) {
  const errors = {};
  for (const { kind } of ends) if (kind !== "right") errors[kind] = (errors[kind] ?? 0) + 1;
  const attempts = ends.map((end) => end.attempts);
  return {
    calls: ends.length,
    right: ends.filter((end) => end.kind === "right").length,
    errors,
    sent: attempts.reduce((sum, more) => sum + more, 0) / ends.length,
    most: Math.max(...attempts),
    longest: Math.max(...ends.map((end) => end.milliseconds)),
  };
}
