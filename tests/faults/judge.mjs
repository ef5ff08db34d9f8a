// Checks a run, and summarizes it.

import assert from "node:assert/strict";

import { FAULTS, LONG_LIVED, MAX_ATTEMPTS } from "./plan.mjs";
import { PLATFORMS, REQUEST_TIMEOUT } from "./run.mjs";

/** Milliseconds that a busy machine may add to a call. */
const TOLERANCE = 2_000;
/** Milliseconds after which a response of the sandbox is late: the attempt may have timed out because of it. */
const LATE = REQUEST_TIMEOUT / 2;
/** The same as in `src/retry.rs`: the maximum delay that a server can request, in seconds, and the tokens of a retry budget. */
const MAX_DELAY = 20;
const BUDGET = 500;

/** Checks a run. Returns its table: for each fault, how the calls ended. */
export function judge(platform, { ends, records, redirected, secret }) {
  assert.equal(ends.length, records.size, "every call has ended");
  assert.equal(redirected, 0, "no request has followed the redirect");
  const all = ends.map((end) => ({ ...end, platform, ...records.get(end.session) }));
  for (const end of all) check(end, secret);
  checkClockSkew(all);
  checkBudget(all.filter((end) => end.call.client === LONG_LIVED));
  const withFault = (fault) => all.filter((end) => end.call.fault === fault);
  return Object.fromEntries(Object.keys(FAULTS).map((fault) => [fault, summarize(withFault(fault))]));
}

function check(end, secret) {
  const { platform, kind, attempts, call, requests, responses, elapsed, keyIds, secrets, text = "" } = end;
  const proxied = `the proxy received ${requests} requests and ${responses} responses, within ${elapsed} ms`;
  const summary = `${JSON.stringify(call)} ended in ${kind} after ${attempts} attempts and ${end.milliseconds} ms; ${proxied}: ${text}`;
  const { final, overBudget } = expectedEnds(end);
  const expected = call.client === LONG_LIVED ? [...final, ...overBudget] : final;
  assert.ok(expected.includes(`${kind} ${attempts}`), `unexpected end: ${summary}`);
  if (kind === "success") {
    const own = end.arn.endsWith(`/${call.session}`) && keyIds.includes(end.accessKeyId);
    assert.ok(own, `the response of another call: ${summary}`);
  }
  assert.ok(attempts <= MAX_ATTEMPTS && responses <= requests, `too many attempts: ${summary}`);
  assert.equal(requests, attempts - Math.min(call.refusals, attempts), `requests that are not attempts: ${summary}`);
  if (call.retryAfter > 0 && !isLate(end)) {
    assert.ok(end.totalRetryDelay >= 1000 * call.retryAfter * (attempts - 1), `Retry-After ignored: ${summary}`);
  }
  const slept = PLATFORMS[platform].sleeps ? end.totalRetryDelay : 0;
  assert.ok(end.milliseconds <= attempts * REQUEST_TIMEOUT + slept + TOLERANCE, `too slow: ${summary}`);
  for (const hidden of [secret, call.externalId, ...secrets]) {
    assert.ok(!text.includes(hidden), `the error contains a secret: ${summary}`);
  }
}

/**
 * How a call can end, each as its kind and the number of attempts: `final` ends, and ends because the client is `overBudget`.
 * On a busy machine a late response of the sandbox can also time an attempt out.
 */
function expectedEnds(end) {
  const { platform, call, elapsed } = end;
  if (call.clockOffset) {
    // Corrected once, unless an earlier call has done so. An error response that arrives too late corrects nothing.
    const late = isLate(end) ? ["success 3", "timeout 3", "service 3"] : [];
    return { final: ["success 1", "success 2", ...late], overBudget: [] };
  }
  const [kind, retryable] = endOf(platform, call.fault);
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

/** Whether a response of the sandbox to this call was late. */
function isLate({ elapsed }) {
  return elapsed.some((milliseconds) => milliseconds > LATE);
}

function endOf(platform, fault) {
  return FAULTS[fault][platform] ?? FAULTS[fault].ends ?? [];
}

/** Each client with clock skew must have been rejected at least once: otherwise there was no skew to correct. */
function checkClockSkew(all) {
  const skewed = all.filter((end) => end.call.clockOffset);
  for (const client of new Set(skewed.map((end) => end.call.client))) {
    const rejected = skewed.some((end) => end.call.client === client && end.attempts > 1);
    assert.ok(rejected, `no call of ${client} was rejected`);
  }
}

/** Compares the retries of one client with its budget: a retry costs 5 tokens, or 10 after a timeout; a success refunds some. */
function checkBudget(all) {
  let [minimumCost, maximumCost, refunded] = [0, 0, 0];
  for (const end of all) {
    const timesOut = endOf(end.platform, end.call.fault)[0] === "timeout";
    const [low, high] = [timesOut && !isLate(end) ? 10 : 5, timesOut || isLate(end) ? 10 : 5];
    minimumCost += (end.attempts - 1) * low;
    maximumCost += (end.attempts - 1) * high;
    if (end.kind === "success") refunded += end.attempts > 1 ? high : 1;
  }
  const available = `${BUDGET} tokens and ${refunded} refunded`;
  assert.ok(minimumCost <= BUDGET + refunded, `retries cost ${minimumCost} tokens, of ${available}`);
  const rejected = all.some((end) => !expectedEnds(end).final.includes(`${end.kind} ${end.attempts}`));
  if (rejected) {
    const spent = maximumCost > BUDGET - 10;
    assert.ok(spent, `a retry was rejected although retries had cost no more than ${maximumCost} of ${available}`);
  }
}

function summarize(ends) {
  const errors = {};
  for (const { kind } of ends) if (kind !== "success") errors[kind] = (errors[kind] ?? 0) + 1;
  const attempts = ends.map((end) => end.attempts);
  return {
    calls: ends.length,
    successes: ends.filter((end) => end.kind === "success").length,
    errors,
    meanAttempts: attempts.reduce((sum, count) => sum + count, 0) / ends.length,
    maximumAttempts: Math.max(...attempts),
    late: ends.filter(isLate).length,
    maximumMilliseconds: Math.max(...ends.map((end) => end.milliseconds)),
  };
}
