// What goes wrong in which call. Drawn from a seed, so that a run can be had again.

import { createHash } from "node:crypto";

const AGAIN = true;
const TWO_HOURS = 2 * 3_600_000;

/**
 * Every fault: what it is, and how an attempt ends that it hits: with which kind of error, and whether that is tried again.
 * Where `npm` is not there it is as natively. Without an end, the call ends well all the same.
 */
export const FAULTS = {
  none: { is: "no fault" },
  refused: { is: "the connection is refused", ends: ["network", AGAIN] },
  resetBefore: { is: "reset before STS got the request", ends: ["network", AGAIN] },
  resetAfter: { is: "reset after STS got it", ends: ["network", AGAIN] },
  cut: { is: "cut in the middle of the body", ends: ["network", AGAIN] },
  drip: { is: "a byte now and then, for longer than an attempt may take", ends: ["timeout", AGAIN] },
  html: { is: "502 with an HTML page that repeats the request", ends: ["response", AGAIN] },
  tooMany: { is: "429 with Retry-After", ends: ["service", AGAIN], retryAfter: [0, 1, 3600] },
  unavailable: { is: "503 with Retry-After", ends: ["service", AGAIN], retryAfter: [0, 1, 3600] },
  throttling: { is: "400 Throttling", ends: ["service", AGAIN] },
  tooLong: { is: "Content-Length says more than comes", ends: ["timeout", AGAIN] },
  tooShort: { is: "Content-Length says less than comes", ends: ["response"] },
  clockAhead: { is: "the caller's clock is two hours ahead", clockOffset: TWO_HOURS },
  clockBehind: { is: "the caller's clock is two hours behind", clockOffset: -TWO_HOURS },
  // The platform's `fetch` refuses a redirect without telling that it was one.
  redirect: { is: "307 to another port", ends: ["response"], npm: ["network", AGAIN] },
  twice: { is: "every header twice, the second Date two hours off" },
  twoLengths: { is: "two Content-Lengths that differ", ends: ["network", AGAIN] },
};

/** How often a call is sent at most. */
export const MAX_ATTEMPTS = 3;

/**
 * The calls of a run. A fault hits the first `spoiled` attempts of its call. The odd calls have a new client every 50 calls,
 * whose retry budget is enough for all of them; the even ones share one client, whose budget is not. Calls with a wrong
 * clock share a client in groups, and each that is refused a connection has its own.
 */
export function planned(platform, count, seed) {
  const names = Object.keys(FAULTS);
  const soFar = {};
  return Array.from({ length: count }, (_, index) => {
    const draw = dice(`${seed} ${index}`);
    const fault = names[draw(names.length)];
    const { ends, retryAfter = [0], clockOffset = 0 } = FAULTS[fault];
    const spoiled = ends ? 1 + draw(MAX_ATTEMPTS) : 0;
    const nth = (soFar[fault] = (soFar[fault] ?? -1) + 1);
    let client = index % 2 ? `brief-${Math.floor(index / 50)}` : LASTING;
    if (clockOffset) client = `${fault}-${Math.floor(nth / 8)}`;
    if (fault === "refused") client = `refused-${nth}`;
    return {
      session: `${platform}-${index}`,
      externalId: `the-external-id-of-${platform}-${index}`,
      client,
      clockOffset,
      refusals: fault === "refused" ? spoiled : 0,
      fault,
      spoiled,
      retryAfter: retryAfter[draw(retryAfter.length)],
    };
  });
}

/** The client that lives as long as the run. */
export const LASTING = "lasting";

/** Numbers by chance, the same for the same words. */
function dice(words) {
  const bytes = createHash("sha256").update(words).digest();
  let place = -2;
  return (sides) => bytes.readUInt16BE((place += 2)) % sides;
}
