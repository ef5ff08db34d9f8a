// The issuers' JSON Web Key Sets, cached in the isolate.

import { createRemoteJWKSet, customFetch, type FetchImplementation } from "jose";

import { SingleFlight } from "./single-flight.js";

export type KeySet = ReturnType<typeof createRemoteJWKSet>;

/**
 * Minimum time in milliseconds between two fetches of a JWKS for unknown `kid`s: short enough for new keys to be accepted
 * soon, long enough that forged tokens do not burden the issuer.
 */
const COOL_DOWN = 5_000;

/** Each key set is refetched by `jose` after ten minutes, and when a token has an unknown `kid`. */
const keySets = new Map<string, KeySet>();
const discoveries = new SingleFlight<KeySet>();

/** Returns an issuer's key set, from `jwksUri` or the URL in its discovery document. */
export async function keySetOf(issuer: string, jwksUri: string | undefined): Promise<KeySet> {
  return keySets.get(issuer) ?? discoveries.run(issuer, () => discoverKeySet(issuer, jwksUri));
}

async function discoverKeySet(issuer: string, jwksUri: string | undefined): Promise<KeySet> {
  const url = new URL(jwksUri ?? (await discoverJwksUri(issuer)));
  const keySet = createRemoteJWKSet(url, { cooldownDuration: COOL_DOWN, [customFetch]: sharedFetch() });
  keySets.set(issuer, keySet);
  return keySet;
}

/** Source: OpenID Connect Discovery 1.0, section 4. */
async function discoverJwksUri(issuer: string): Promise<string> {
  const url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const response = await fetch(url, { redirect: "manual", signal: AbortSignal.timeout(5_000) });
  const document = response.ok ? await response.json<{ issuer?: unknown; jwks_uri?: unknown }>() : {};
  if (document.issuer !== issuer || typeof document.jwks_uri !== "string") {
    throw new TypeError("not the issuer's discovery document");
  }
  return document.jwks_uri;
}

/**
 * A `fetch` with at most one request in flight: on Workers, `jose` does not share its own. It shares the text, since a
 * response's body belongs to the request that fetched it.
 */
function sharedFetch(): FetchImplementation {
  const fetches = new SingleFlight<string>();
  return async (url, options) => new Response(await fetches.run("jwks", () => fetchText(url, options)));
}

async function fetchText(...request: Parameters<FetchImplementation>): Promise<string> {
  const response = await fetch(...request);
  if (!response.ok) throw new TypeError(`the JWKS request failed with status ${response.status}`);
  return response.text();
}
