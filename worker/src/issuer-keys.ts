// The issuers' JSON Web Key Sets, fetched with a cool-down and cached in the isolate.

import { base64url, createLocalJWKSet, errors, type JSONWebKeySet, type JWK, type JWTVerifyGetKey } from "jose";

import { fetchJwks, IssuerUnavailable } from "./issuer-documents.js";
import { SharedFetch } from "./shared-fetch.js";
import type { Configuration, Grant } from "./types.js";

/** How long fetched keys are used before they are fetched again, in milliseconds. */
const FRESH = 10 * 60_000;
/**
 * Minimum time between two fetches, successful or not, in milliseconds: short enough that new keys are accepted soon,
 * and long enough that forged tokens do not cause many requests to the issuer.
 */
const COOL_DOWN = 5_000;
/** How long after a failed fetch requests do not wait for the next one if cached keys can be used, in milliseconds. */
const OUTAGE = 60_000;
/** Required by NIST SP 800-131A and RFC 7518, section 3.3. */
const MIN_RSA_BITS = 2048;

/** Thrown if the issuer publishes the token's key, but it must not be used. The message is the reason. */
export class KeyRejected extends Error {}

/** An issuer's keys. */
export interface IssuerKeys {
  /** Finds the key of a token. */
  keyOf: JWTVerifyGetKey;
  /** Returns the current keys, which are refetched if they are too old. The object stays the same until then. */
  current: () => Promise<object>;
}

/** Keys by the settings that they depend on, so that they are kept when a reloaded configuration has the same ones. */
const issuers = new Map<string, IssuerKeys>();
/** The same keys by the grants of the current configuration. */
const byGrant = new WeakMap<Grant, IssuerKeys>();

/**
 * Returns the keys of a grant's issuer, which all its grants share. If a refetch fails, cached keys are used until they
 * are `staleKeysSeconds` old.
 */
export function keysOf(grant: Grant, configuration: Configuration): IssuerKeys {
  const known = byGrant.get(grant);
  if (known) return known;
  const keys = keysWithSettings(settingsOf(grant, configuration), grant, configuration);
  byGrant.set(grant, keys);
  return keys;
}

function keysWithSettings(settings: string, grant: Grant, configuration: Configuration): IssuerKeys {
  const cached = issuers.get(settings);
  if (cached) return cached;
  forgetOthers(configuration);
  const { issuer, jwksUri, jwks } = grant;
  const keys = jwks ? inlineKeys(jwks) : new RemoteKeys(issuer!, jwksUri, configuration.staleKeysSeconds * 1000);
  issuers.set(settings, keys);
  return keys;
}

function settingsOf({ issuer, jwksUri, jwks, algorithms }: Grant, { staleKeysSeconds }: Configuration): string {
  return JSON.stringify([issuer, jwksUri, jwks, algorithms, staleKeysSeconds]);
}

/** Deletes the keys of issuers that the configuration no longer names. */
function forgetOthers(configuration: Configuration): void {
  const named = new Set(configuration.grants.map((grant) => settingsOf(grant, configuration)));
  for (const settings of issuers.keys()) if (!named.has(settings)) issuers.delete(settings);
}

function inlineKeys(jwks: JSONWebKeySet): IssuerKeys {
  const keyOf = usableKeys(jwks);
  return { keyOf, current: async () => keyOf };
}

/** An issuer's keys at the URL of its JWKS. */
class RemoteKeys implements IssuerKeys {
  readonly #issuer: string;
  readonly #jwksUri: string | undefined;
  #discoveredUri: string | undefined;
  /** In milliseconds. */
  readonly #maxAge: number;
  #published: { keys: JWTVerifyGetKey; fetched: number } | undefined;
  #lastFetch: { time: number; failure: string | undefined } | undefined;
  /** Returns the failure, or `undefined`. */
  readonly #fetches = new SharedFetch<string | undefined>();

  constructor(issuer: string, jwksUri: string | undefined, maxAge: number) {
    this.#issuer = issuer;
    this.#jwksUri = jwksUri;
    this.#maxAge = maxAge;
  }

  readonly keyOf: JWTVerifyGetKey = async (header, token) => {
    const keys = await this.current();
    try {
      return await keys(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      // The issuer may have added the key since the last fetch.
      const failure = await this.#fetch();
      if (failure !== undefined) throw new IssuerUnavailable(failure);
      return this.#published!.keys(header, token);
    }
  };

  /** Returns fresh keys, or the last ones if the fetch fails. */
  async current(): Promise<JWTVerifyGetKey> {
    if (this.#age() < FRESH) return this.#published!.keys;
    const fetched = this.#fetch();
    // An issuer that does not respond must not delay every request.
    const failure = this.#isFailing() && this.#age() < this.#maxAge ? undefined : await fetched;
    if (this.#age() < this.#maxAge) return this.#published!.keys;
    throw new IssuerUnavailable(failure ?? "they are too old");
  }

  /** The age of the keys in milliseconds. */
  #age(): number {
    return Date.now() - (this.#published?.fetched ?? -Infinity);
  }

  #isFailing(): boolean {
    return this.#lastFetch?.failure !== undefined && Date.now() - this.#lastFetch.time < OUTAGE;
  }

  /** Fetches the keys, except during the cool-down. Returns the failure of the last fetch, or `undefined`. */
  async #fetch(): Promise<string | undefined> {
    const { time, failure } = this.#lastFetch ?? { time: -Infinity };
    if (Date.now() - time < COOL_DOWN) return failure;
    return this.#fetches.run(async () => {
      const failure = await this.#fetchNow().catch(({ message }: Error) => message);
      this.#lastFetch = { time: Date.now(), failure };
      return failure;
    });
  }

  async #fetchNow(): Promise<undefined> {
    try {
      const { jwks, jwksUri } = await fetchJwks(this.#issuer, this.#jwksUri ?? this.#discoveredUri);
      this.#discoveredUri = jwksUri;
      this.#published = { keys: usableKeys(jwks), fetched: Date.now() };
    } catch (error) {
      // The issuer may have moved its JWKS.
      if (!(error instanceof IssuerUnavailable && error.transient)) this.#discoveredUri = undefined;
      throw error;
    }
  }
}

/** Returns the usable keys of a JWKS. A token that is signed with an unusable key is rejected with the reason. */
function usableKeys(document: object): JWTVerifyGetKey {
  const { keys } = document as { keys?: unknown };
  if (!Array.isArray(keys)) throw new IssuerUnavailable("the issuer's JWKS has no list of keys");
  const all: JWK[] = keys.filter(isObject);
  const find = createLocalJWKSet({ keys: all.filter((key) => flawOf(key) === undefined) } as JSONWebKeySet);
  return async (header, token) => {
    try {
      return await find(header, token);
    } catch (error) {
      const named = all.find(({ kid }) => kid !== undefined && kid === header?.kid);
      if (error instanceof errors.JWKSNoMatchingKey && named) {
        throw new KeyRejected(flawOf(named) ?? `is not for signatures with ${header?.alg}`);
      }
      if (error instanceof errors.JOSEError) throw error;
      throw new KeyRejected("cannot be read");
    }
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Returns why a key must not be used, as the end of a sentence, or `undefined` if it can be used. */
function flawOf({ kty, d, k, n }: JWK): string | undefined {
  if (d !== undefined) return "is a private key, which everyone can read";
  if (k !== undefined || kty === "oct") return "is a symmetric key, which everyone can read";
  if (kty !== "RSA") return undefined;
  const bits = rsaBits(n);
  if (bits === undefined) return "cannot be read";
  return bits < MIN_RSA_BITS ? `has ${bits} bits; RSA keys need at least ${MIN_RSA_BITS}` : undefined;
}

function rsaBits(modulus: unknown): number | undefined {
  if (typeof modulus !== "string") return undefined;
  try {
    const bytes = base64url.decode(modulus);
    const first = bytes.findIndex((byte) => byte !== 0);
    return first < 0 ? 0 : (bytes.length - first) * 8 - Math.clz32(bytes[first]!) + 24;
  } catch {
    return undefined;
  }
}
