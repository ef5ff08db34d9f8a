// The issuers' public keys. However many callers come at once, an isolate asks an issuer once.

import { waitUntil } from "cloudflare:workers";
import { createRemoteJWKSet, customFetch, type FetchImplementation } from "jose";

export type KeySet = ReturnType<typeof createRemoteJWKSet>;

/** How soon the issuer is asked again for a key that is not known: a new one is taken soon, and forgers cost the issuer little. In milliseconds. */
const COOLDOWN = 5_000;

/** As `jose` keeps them: fetched anew every ten minutes, and when a token names a key that is not known. */
const keySets = new Map<string, Promise<KeySet>>();

/** The keys of an issuer: at `jwksUri`, else where its discovery document says. */
export function keysOf(issuer: string, jwksUri: string | undefined): Promise<KeySet> {
  let keys = keySets.get(issuer);
  if (!keys) {
    keys = keySet(issuer, jwksUri);
    keySets.set(issuer, keys);
    // Others wait for it, so it goes on when the one who began it goes away; and whoever comes after a failure asks again.
    waitUntil(keys.catch(() => keySets.delete(issuer)));
  }
  return keys;
}

async function keySet(issuer: string, jwksUri: string | undefined): Promise<KeySet> {
  return createRemoteJWKSet(new URL(jwksUri ?? (await discovered(issuer))), {
    cooldownDuration: COOLDOWN,
    [customFetch]: sharedFetch(),
  });
}

/** Where an issuer's keys are: OpenID Connect Discovery 1.0, section 4. */
async function discovered(issuer: string): Promise<string> {
  const url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const response = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(5_000) });
  const document = response.ok ? await response.json<{ issuer?: unknown; jwks_uri?: unknown }>() : {};
  if (document.issuer !== issuer || typeof document.jwks_uri !== "string")
    throw new TypeError("not the issuer's document");
  return document.jwks_uri;
}

/** A `fetch` that is under way once at most: on Workers, `jose` shares none. What is shared is text, since a body is its request's own. */
function sharedFetch(): FetchImplementation {
  let flight: Promise<string> | undefined;
  return async (url, options) => {
    if (!flight) {
      flight = textOf(url, options).finally(() => (flight = undefined));
      waitUntil(flight.catch(() => {}));
    }
    return new Response(await flight);
  };
}

async function textOf(...request: Parameters<FetchImplementation>): Promise<string> {
  const response = await fetch(...request);
  if (!response.ok) throw new TypeError(`answered with the status ${response.status}`);
  return response.text();
}
