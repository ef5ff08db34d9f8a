// Checks the outcome of each call of a run, and summarizes them.

import assert from "node:assert/strict";

import { FAULTS, LONG_LIVED, MAX_ATTEMPTS } from "./plan.mjs";
import { PLATFORMS, REQUEST_TIMEOUT } from "./run.mjs";

/** How much longer a call may take on a busy machine, in milliseconds. */
const TOLERANCE = 2_000;
/** When a response of the sandbox is late, in milliseconds. A late response may have made its attempt time out. */
const LATE = REQUEST_TIMEOUT / 2;
/** As in `src/raw/retry.rs`: the maximum delay that a server can request, in seconds, and the tokens of a retry budget. */
const MAX_DELAY = 20;
const BUDGET = 500;

/** Checks a run. Returns the summary of each fault. */
export function judge(platform, { outcomes, records, redirected, secret }) {
  assert.equal(outcomes.length, records.size, "every call has ended");
  assert.equal(redirected, 0, "no request has followed the redirect");
  const all = outcomes.map((outcome) => ({ ...outcome, platform, ...records.get(outcome.session) }));
  for (const outcome of all) check(outcome, secret);
  checkClockSkew(all);
  checkBudget(all.filter((outcome) => outcome.call.client === LONG_LIVED));
  const withFault = (fault) => all.filter((outcome) => outcome.call.fault === fault);
  return Object.fromEntries(Object.keys(FAULTS).map((fault) => [fault, summarize(withFault(fault))]));
}

function check(outcome, secret) {
  const { platform, kind, attempts, call, requests, responses, elapsed, keyIds, secrets, text = "" } = outcome;
  const proxied = `the proxy received ${requests} requests and ${responses} responses, within ${elapsed} ms`;
  const summary = `${JSON.stringify(call)} ended in ${kind} after ${attempts} attempts and ${outcome.milliseconds} ms; ${proxied}: ${text}`;
  const { final, overBudget } = expectedOutcomes(outcome);
  const expected = call.client === LONG_LIVED ? [...final, ...overBudget] : final;
  assert.ok(expected.includes(`${kind} ${attempts}`), `unexpected outcome: ${summary}`);
  if (kind === "success") {
    const own = outcome.arn.endsWith(`/${call.session}`) && keyIds.includes(outcome.accessKeyId);
    assert.ok(own, `the response of another call: ${summary}`);
  }
  assert.ok(attempts <= MAX_ATTEMPTS && responses <= requests, `too many attempts: ${summary}`);
  assert.equal(requests, attempts - Math.min(call.refusals, attempts), `requests that are not attempts: ${summary}`);
  if (call.retryAfter > 0 && !isLate(outcome)) {
    assert.ok(outcome.totalRetryDelay >= 1000 * call.retryAfter * (attempts - 1), `Retry-After ignored: ${summary}`);
  }
  const slept = PLATFORMS[platform].sleeps ? outcome.totalRetryDelay : 0;
  assert.ok(outcome.milliseconds <= attempts * REQUEST_TIMEOUT + slept + TOLERANCE, `too slow: ${summary}`);
  for (const hidden of [secret, call.externalId, ...secrets]) {
    assert.ok(!text.includes(hidden), `the error contains a secret: ${summary}`);
  }
}

/**
 * Returns the possible outcomes of a call, as the kind and the number of attempts: `final` ones, and those of a call
 * that was not retried because the client was `overBudget`. On a busy machine, an attempt can also time out because of
 * the sandbox.
 */
function expectedOutcomes(outcome) {
  const { platform, call, elapsed } = outcome;
  if (call.clockOffset) {
    // The clock is corrected once, unless an earlier call corrected it. A response that arrives too late corrects
    // nothing.
    const late = isLate(outcome) ? ["success 3", "timeout 3", "service 3"] : [];
    return { final: ["success 1", "success 2", ...late], overBudget: [] };
  }
  const [kind, retryable] = errorOf(platform, call.fault);
  const [final, overBudget] = [[], []];
  for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
    const success = attempt > call.faultyAttempts;
    const last = success || !retryable || call.retryAfter > MAX_DELAY || attempt === MAX_ATTEMPTS;
    (last ? final : overBudget).push(`${success ? "success" : kind} ${attempt}`);
    const late = elapsed[attempt - 1 - call.refusals] > LATE;
    if (late) (attempt === MAX_ATTEMPTS ? final : overBudget).push(`timeout ${attempt}`);
    if (last && !late) break;
  }
  return { final, overBudget };
}

/** Returns whether a response of the sandbox to this call was late. */
function isLate({ elapsed }) {
  return elapsed.some((milliseconds) => milliseconds > LATE);
}

function errorOf(platform, fault) {
  return FAULTS[fault][platform] ?? FAULTS[fault].error ?? [];
}

/** Checks that each client with clock skew was rejected at least once: otherwise there was no skew to correct. */
function checkClockSkew(all) {
  const skewed = all.filter((outcome) => outcome.call.clockOffset);
  for (const client of new Set(skewed.map((outcome) => outcome.call.client))) {
    const rejected = skewed.some((outcome) => outcome.call.client === client && outcome.attempts > 1);
    assert.ok(rejected, `no call of ${client} was rejected`);
  }
}

/**
 * Compares the retries of one client with its budget: a retry costs 5 tokens, or 10 after a timeout; a success refunds
 * some.
 */
function checkBudget(all) {
  let [minimumCost, maximumCost, refunded] = [0, 0, 0];
  for (const outcome of all) {
    const timesOut = errorOf(outcome.platform, outcome.call.fault)[0] === "timeout";
    const [low, high] = [timesOut && !isLate(outcome) ? 10 : 5, timesOut || isLate(outcome) ? 10 : 5];
    minimumCost += (outcome.attempts - 1) * low;
    maximumCost += (outcome.attempts - 1) * high;
    if (outcome.kind === "success") refunded += outcome.attempts > 1 ? high : 1;
  }
  const available = `${BUDGET} tokens and ${refunded} refunded`;
  assert.ok(minimumCost <= BUDGET + refunded, `retries cost ${minimumCost} tokens, of ${available}`);
  const rejected = all.some(
    (outcome) => !expectedOutcomes(outcome).final.includes(`${outcome.kind} ${outcome.attempts}`),
  );
  if (rejected) {
    const spent = maximumCost > BUDGET - 10;
    assert.ok(spent, `a retry was rejected although retries had cost no more than ${maximumCost} of ${available}`);
  }
}

function summarize(outcomes) {
  const errors = {};
  for (const { kind } of outcomes) if (kind !== "success") errors[kind] = (errors[kind] ?? 0) + 1;
  const attempts = outcomes.map((outcome) => outcome.attempts);
  return {
    calls: outcomes.length,
    successes: outcomes.filter((outcome) => outcome.kind === "success").length,
    errors,
    meanAttempts: attempts.reduce((sum, count) => sum + count, 0) / outcomes.length,
    maximumAttempts: Math.max(...attempts),
    late: outcomes.filter(isLate).length,
    maximumMilliseconds: Math.max(...outcomes.map((outcome) => outcome.milliseconds)),
  };
}
