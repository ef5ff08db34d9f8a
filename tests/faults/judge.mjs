// What must hold of a run, and what it comes to.

import assert from "node:assert/strict";

import { FAULTS, LASTING, MAX_ATTEMPTS } from "./plan.mjs";
import { PLATFORMS, REQUEST_TIMEOUT } from "./run.mjs";

/** What a busy machine may add to a call, in milliseconds. */
const SLACK = 2_000;
/** From when on an attempt may have timed out before the sandbox's answer was there, in milliseconds. */
const LATE = REQUEST_TIMEOUT / 2;
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
  const { platform, kind, attempts, call, requests, answered, took, keys, secrets, text = "" } = end;
  const seen = `it was seen ${requests} times and answered ${answered} times, within ${took} ms`;
  const told = `${JSON.stringify(call)} ended as ${kind} after ${attempts} attempts and ${end.milliseconds} ms; ${seen}: ${text}`;
  const { last, early } = ways(end);
  const allowed = call.client === LASTING ? [...last, ...early] : last;
  assert.ok(allowed.includes(`${kind} ${attempts}`), `not as it must: ${told}`);
  if (kind === "right") {
    assert.ok(end.arn.endsWith(`/${call.session}`) && keys.includes(end.key), `another call's answer: ${told}`);
  }
  assert.ok(attempts <= MAX_ATTEMPTS && answered <= requests, `more than allowed: ${told}`);
  assert.equal(requests, attempts - Math.min(call.refusals, attempts), `requests that were not counted: ${told}`);
  if (call.retryAfter > 0 && !late(end)) {
    assert.ok(end.waited >= 1000 * call.retryAfter * (attempts - 1), `waited too little: ${told}`);
  }
  const waited = PLATFORMS[platform].waits ? end.waited : 0;
  assert.ok(end.milliseconds <= attempts * REQUEST_TIMEOUT + waited + SLACK, `too long: ${told}`);
  for (const hidden of [secret, call.externalId, ...secrets])
    assert.ok(!text.includes(hidden), `a secret is told: ${told}`);
}

/**
 * How a call must end, as its kind and the attempts made, and how it may end early where its client's budget for retries is
 * spent. On a busy machine the sandbox itself can be late, and then an attempt may time out for that.
 */
function ways(end) {
  const { platform, call, took } = end;
  if (call.clockOffset) {
    // Corrected once, unless another call was before it; a refusal that came too late corrects nothing.
    return { last: ["right 1", "right 2", ...(late(end) ? ["right 3", "timeout 3", "service 3"] : [])], early: [] };
  }
  const [kind, again] = endOf(platform, call.fault);
  const [last, early] = [[], []];
  for (let sent = 1; sent <= MAX_ATTEMPTS; sent += 1) {
    const right = sent > call.spoiled;
    const over = right || !again || call.retryAfter > MAX_DELAY || sent === MAX_ATTEMPTS;
    (over ? last : early).push(`${right ? "right" : kind} ${sent}`);
    const tooLate = took[sent - 1 - call.refusals] > LATE;
    if (tooLate) (sent === MAX_ATTEMPTS ? last : early).push(`timeout ${sent}`);
    if (over && !tooLate) break;
  }
  return { last, early };
}

/** Whether the sandbox was late with an answer to the call. */
function late({ took }) {
  return took.some((milliseconds) => milliseconds > LATE);
}

function endOf(platform, fault) {
  return FAULTS[fault][platform] ?? FAULTS[fault].ends ?? [];
}

/** Of each client with a wrong clock some call was refused. Otherwise there was nothing to correct. */
function clocksWereWrong(all) {
  const attempts = {};
  for (const end of all.filter((end) => end.call.clockOffset)) (attempts[end.call.client] ??= []).push(end.attempts);
  for (const [client, made] of Object.entries(attempts))
    assert.ok(
      made.some((attempts) => attempts > 1),
      `${client} was not refused`,
    );
}

/** The retries of one client against its tokens: five each, ten after a timeout, and what successes gave back. */
function withinBudget(all) {
  let [least, most, given] = [0, 0, 0];
  for (const end of all) {
    const costly = endOf(end.platform, end.call.fault)[0] === "timeout";
    const [low, high] = [costly && !late(end) ? 10 : 5, costly || late(end) ? 10 : 5];
    least += (end.attempts - 1) * low;
    most += (end.attempts - 1) * high;
    if (end.kind === "right") given += end.attempts > 1 ? high : 1;
  }
  assert.ok(least <= CAPACITY + given, `retries took ${least} tokens, of ${CAPACITY} and ${given}`);
  const early = all.some((end) => !ways(end).last.includes(`${end.kind} ${end.attempts}`));
  if (early)
    assert.ok(most > CAPACITY - 10, `a call was given up though retries had taken no more than ${most} tokens`);
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
    late: ends.filter(late).length,
    longest: Math.max(...ends.map((end) => end.milliseconds)),
  };
}
