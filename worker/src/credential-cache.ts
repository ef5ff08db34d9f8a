// Role keys for a caller: from this isolate's memory, else from the caller's Durable Object.

import type { Caller } from "./authentication.js";
import { granted, type Wish } from "./authorization.js";
import { type KeysAnswer, lastLong, placeOf, type RoleKeys } from "./caller-object.js";
import { Problem, whereOf } from "./problem.js";
import type { Environment } from "./types.js";

/** Keys, and for the log where they came from. */
export interface KeysGiven {
  keys: RoleKeys;
  from: "isolate" | "object" | "sts";
  requestId?: string | undefined;
}

/** More sessions than this are not kept in one isolate's memory; the oldest go first. */
const MOST_HELD = 1_000;

const held = new Map<string, RoleKeys>();
const flights = new Map<string, Promise<KeysGiven>>();

/** The keys that a caller asks for, or a problem that says why not. However many ask at once, they are fetched once. */
export async function roleKeys(
  env: Environment,
  context: ExecutionContext,
  caller: Caller,
  wish: Wish,
): Promise<KeysGiven> {
  const session = granted(caller, wish);
  // The session's name is the caller's alone.
  const place = await placeOf(session);
  const known = held.get(place);
  if (known && lastLong(known)) return { keys: known, from: "isolate" };
  let flight = flights.get(place);
  if (!flight) {
    const id = env.CALLERS.idFromName(caller.id);
    // A new stub each time: one whose call failed may be broken for good.
    flight = asked(() => env.CALLERS.get(id).keys(session))
      .then((given) => (hold(place, given.keys), given))
      .finally(() => flights.delete(place));
    flights.set(place, flight);
    // Others wait for it, so it goes on when the one who began it goes away.
    context.waitUntil(flight.catch(() => {}));
  }
  return flight;
}

/** What the object says. It is asked twice where the way to it was broken. */
async function asked(ask: () => Promise<KeysAnswer>): Promise<KeysGiven> {
  const answer = await ask()
    .catch((error: { retryable?: boolean; overloaded?: boolean }) => {
      if (error.retryable && !error.overloaded) return ask();
      throw error;
    })
    .catch((error: unknown) => {
      console.error(JSON.stringify({ error: whereOf(error) }));
      const headers = { "retry-after": "5" };
      throw new Problem(503, "KeysUnavailable", "the place that keeps the role's keys could not be reached", {
        headers,
      });
    });
  if ("problem" in answer) throw Problem.of(answer.problem);
  return answer;
}

function hold(place: string, keys: RoleKeys): void {
  held.delete(place);
  held.set(place, keys);
  const [oldest] = held.keys();
  if (held.size > MOST_HELD && oldest !== undefined) held.delete(oldest);
}
