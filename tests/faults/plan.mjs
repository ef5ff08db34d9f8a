// Plans the fault of each call. Random numbers come from a seed, so that a run can be repeated.

import { createHash } from "node:crypto";

const RETRYABLE = true;
const TWO_HOURS = 2 * 3_600_000;

/**
 * Every fault. `description` is its row in the table. `error` is the result of an attempt with the fault: the kind of
 * error, and whether it is retryable; `npm` replaces it for the npm package. A fault without `error` does not make an
 * attempt fail.
 */
export const FAULTS = {
  none: { description: "no fault" },
  refused: { description: "connection refused", error: ["network", RETRYABLE] },
  resetBefore: { description: "reset before STS receives the request", error: ["network", RETRYABLE] },
  resetAfter: { description: "reset after STS receives the request", error: ["network", RETRYABLE] },
  truncated: { description: "closed in the middle of the body", error: ["network", RETRYABLE] },
  slow: { description: "a byte every 50 ms, until the attempt times out", error: ["timeout", RETRYABLE] },
  html: { description: "502 with an HTML page that repeats the request", error: ["response", RETRYABLE] },
  tooMany: { description: "429 with Retry-After", error: ["service", RETRYABLE], retryAfter: [0, 1, 3600] },
  unavailable: { description: "503 with Retry-After", error: ["service", RETRYABLE], retryAfter: [0, 1, 3600] },
  throttling: { description: "400 Throttling", error: ["service", RETRYABLE] },
  lengthTooLarge: { description: "Content-Length larger than the body", error: ["timeout", RETRYABLE] },
  lengthTooSmall: { description: "Content-Length smaller than the body", error: ["response"] },
  clockAhead: { description: "the caller's clock is two hours ahead", clockOffset: TWO_HOURS },
  clockBehind: { description: "the caller's clock is two hours behind", clockOffset: -TWO_HOURS },
  // The platform's `fetch` reports a redirect as a network error.
  redirect: { description: "307 to another port", error: ["response"], npm: ["network", RETRYABLE] },
  duplicateHeaders: { description: "every header twice, the second Date two hours off" },
  twoLengths: { description: "two different Content-Lengths", error: ["network", RETRYABLE] },
};

/** The maximum number of attempts per call. */
export const MAX_ATTEMPTS = 3;

/**
 * Plans the calls of a run. A fault is injected into the first `faultyAttempts` attempts of its call. Calls with odd
 * numbers share a client in groups of 50, whose retry budget is sufficient. All calls with even numbers share one
 * client, whose budget is too small. Calls with clock skew share a client in groups of eight, and each call whose
 * connection is refused has its own.
 */
export function planCalls(platform, count, seed) {
  const names = Object.keys(FAULTS);
  const counts = Object.fromEntries(names.map((name) => [name, 0]));
  return Array.from({ length: count }, (_, index) => {
    const draw = generator(`${seed} ${index}`);
    const fault = names[draw(names.length)];
    const { error, retryAfter = [0], clockOffset = 0 } = FAULTS[fault];
    const faultyAttempts = error ? 1 + draw(MAX_ATTEMPTS) : 0;
    const nth = counts[fault];
    counts[fault] += 1;
    let client = index % 2 ? `short-lived-${Math.floor(index / 50)}` : LONG_LIVED;
    if (clockOffset) client = `${fault}-${Math.floor(nth / 8)}`;
    if (fault === "refused") client = `refused-${nth}`;
    return {
      session: `${platform}-${index}`,
      externalId: `the-external-id-of-${platform}-${index}`,
      client,
      clockOffset,
      refusals: fault === "refused" ? faultyAttempts : 0,
      fault,
      faultyAttempts,
      retryAfter: retryAfter[draw(retryAfter.length)],
    };
  });
}

/** The client that is used during the whole run. */
export const LONG_LIVED = "long-lived";

/** Returns a function that returns pseudo-random integers from 0 to `sides - 1`, the same for the same seed. */
function generator(seed) {
  const bytes = createHash("sha256").update(seed).digest();
  let offset = 0;
  return (sides) => {
    const number = bytes.readUInt16BE(offset);
    offset += 2;
    return number % sides;
  };
}
