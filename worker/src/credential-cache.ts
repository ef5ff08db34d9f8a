// Role credentials, from the isolate's memory or from the caller's Durable Object.

import { locationOf, Problem } from "./problem.js";
import { hashOf } from "./session-name.js";
import type {
  CredentialsResult,
  Environment,
  Freshness,
  IssuedCredentials,
  RoleCredentials,
  Session,
} from "./types.js";

/**
 * How long the isolate serves credentials without asking the Durable Object whether they were dropped, in milliseconds.
 */
const ISOLATE_LIFETIME = 60_000;
/** Maximum number of sessions in the isolate's memory. The oldest are evicted first. */
const MAX_ENTRIES = 1_000;

const cache = new Map<string, { credentials: RoleCredentials; until: number }>();

/**
 * Returns credentials for a caller's session. Concurrent requests share nothing but the caller's object, which calls STS
 * once for all of them: in workerd, a request that waits for another one's call of an object may fail, because it then
 * continues on behalf of the other one.
 */
export async function roleCredentials(
  env: Environment,
  callerId: string,
  session: Session,
  freshness: Freshness,
): Promise<IssuedCredentials> {
  // Not hashed, which would take longer than all else here. Callers do not share keys, because their session names differ.
  const key = JSON.stringify(session);
  const cached = cache.get(key);
  if (cached && cached.until > Date.now() && isFresh(cached.credentials, freshness)) {
    return { credentials: cached.credentials, from: "isolate" };
  }
  const issued = await requestFromObject(env, callerId, session, freshness);
  store(key, issued.credentials);
  return issued;
}

/** Returns whether cached credentials satisfy the requested freshness. */
export function isFresh({ expiration }: RoleCredentials, { minRemainingSeconds, refresh }: Freshness): boolean {
  return !refresh && expiration.getTime() - Date.now() > minRemainingSeconds * 1000;
}

/** Returns the key of a session in a caller's object: short, though a session may have a long policy. */
export function storageKey(session: Session): Promise<string> {
  return hashOf(Object.entries(session).sort());
}

/** Calls the Durable Object, with one retry if the connection breaks. */
async function requestFromObject(
  env: Environment,
  callerId: string,
  session: Session,
  freshness: Freshness,
): Promise<IssuedCredentials> {
  const id = env.CALLERS.idFromName(callerId);
  // A new stub for each call: Cloudflare advises against reusing one whose call failed.
  const call = (): Promise<CredentialsResult> => env.CALLERS.get(id).credentials(session, freshness);
  let result: CredentialsResult;
  try {
    result = await call().catch((error: { retryable?: boolean; overloaded?: boolean }) => {
      if (error.retryable && !error.overloaded) return call();
      throw error;
    });
  } catch (error) {
    console.error(JSON.stringify({ error: locationOf(error) }));
    const headers = { "retry-after": "5" };
    throw new Problem(503, "KeysUnavailable", "the credential store could not be reached", { headers });
  }
  if ("problem" in result) throw Problem.of(result.problem);
  return result;
}

function store(key: string, credentials: RoleCredentials): void {
  cache.delete(key);
  cache.set(key, { credentials, until: Date.now() + ISOLATE_LIFETIME });
  const [oldest] = cache.keys();
  if (cache.size > MAX_ENTRIES && oldest !== undefined) cache.delete(oldest);
}
