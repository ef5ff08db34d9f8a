// Credentials and credential providers.

import { clientError } from "./errors.js";
import type { Client } from "./generated/glue.js";
import { singleFlight } from "./single-flight.js";
import { maxWait } from "./wasm.js";
import { encode } from "./wire.js";

/** AWS credentials as providers return them, in the shape that the AWS SDK uses. */
export interface AwsCredentialIdentity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Session token. Required for temporary credentials. */
  readonly sessionToken?: string;
  /** When the credentials expire. {@link cached} describes when a provider is called again. */
  readonly expiration?: Date;
  /** ID of the account of a role, with which some clients of the AWS SDK choose their endpoint. */
  readonly accountId?: string;
}

/** Returns current credentials. The AWS SDK's credential providers have this type too. */
export type CredentialProvider = () => Promise<AwsCredentialIdentity>;

/** Credentials as other programs write them: the expiration may also be an ISO 8601 string or a Unix time. */
export interface CredentialsInput {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Required for temporary credentials. */
  readonly sessionToken?: string | undefined;
  /** A number is in seconds since 1970, or in milliseconds if it is 100 billion or more. */
  readonly expiration?: Date | string | number | undefined;
  readonly accountId?: string | undefined;
}

/** Credentials, or a function that returns them, directly or as a promise. */
export type CredentialSource = CredentialsInput | (() => CredentialsInput | Promise<CredentialsInput>);

/** A provider with a cache. */
export interface CachedProvider extends CredentialProvider {
  /** Requests new credentials, or waits for the request that is in flight. If it fails, the cached ones are kept. */
  refresh: CredentialProvider;
  /** Removes the credentials from the cache, e.g. after the server has rejected them. */
  invalidate(): void;
}

/** Options of a cache. */
export interface CacheOptions {
  /**
   * How long before their expiration credentials are refreshed, in milliseconds. Never more than a quarter of their
   * lifetime. Default: 300,000 (five minutes).
   */
  refreshMargin?: number | undefined;
  /** Current time by the server's clock, in milliseconds since 1970. Default: `Date.now`. */
  now?: (() => number) | undefined;
}

/** Delay before the next attempt to refresh credentials after a failure, in milliseconds. */
const FAILURE_COOLDOWN = 10_000;

/**
 * Caches the credentials of `source` and refreshes them before they expire: five minutes earlier, or a quarter of their
 * lifetime if that is less. During a refresh, other callers get the cached credentials. If a refresh fails, the cached
 * credentials are served until they expire, and the refresh is retried after ten seconds at the earliest.
 *
 * In edge workers, a request waits two seconds at most for a refresh that another one has started, whose I/O the platform
 * may have canceled, and then starts its own.
 *
 * @example
 * ```ts
 * const credentials = cached(async () => (await fetch("/credentials")).json());
 * const s3 = new Signer({ region: "eu-central-1", service: "s3", credentials });
 * const response = await s3.fetch("https://s3.eu-central-1.amazonaws.com/");
 * if (response.status === 403) credentials.invalidate();
 * ```
 */
export function cached(source: CredentialSource, options: CacheOptions = {}): CachedProvider {
  const { refreshMargin = 300_000, now = Date.now } = options;
  if (isCached(source)) return source;
  const request = typeof source === "function" ? source : () => source;
  let credentials: AwsCredentialIdentity | undefined;
  let margin = 0;
  /** Until then, cached credentials are not refreshed early: a refresh is in flight, or has failed. */
  let cooldownUntil = 0;

  /** Milliseconds until the cached credentials expire. */
  const remaining = () => (credentials ? (credentials.expiration?.getTime() ?? Infinity) - now() : 0);

  const refresh = singleFlight(async () => {
    cooldownUntil = now() + (maxWait() ?? Infinity);
    try {
      credentials = normalized(await request());
      margin = Math.min(refreshMargin, Math.max(0, remaining()) / 4);
      cooldownUntil = 0;
      return credentials;
    } catch (error) {
      cooldownUntil = now() + FAILURE_COOLDOWN;
      throw error;
    }
  }, maxWait);
  const get = async () => {
    const current = credentials;
    const time = remaining();
    if (!current || time <= 0) return refresh();
    if (time > margin || now() < cooldownUntil) return current;
    return refresh().catch(() => current);
  };
  const invalidate = () => {
    credentials = undefined;
  };
  return Object.assign(get, { refresh, invalidate });
}

function isCached(source: CredentialSource): source is CachedProvider {
  return typeof source === "function" && "invalidate" in source;
}

/** Validates the credentials that a provider returned, and converts their expiration to a date. */
function normalized(credentials: CredentialsInput): AwsCredentialIdentity {
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = credentials ?? {};
  const isText = (part: unknown) => typeof part === "string";
  if (!accessKeyId || !secretAccessKey || ![accessKeyId, secretAccessKey, sessionToken ?? ""].every(isText)) {
    throw invalid("the credentials have no accessKeyId or no secretAccessKey, or a part that is not a string");
  }
  if (expiration == null) return credentials as AwsCredentialIdentity;
  const date = toDate(expiration);
  if (Number.isNaN(date.getTime())) throw invalid("the expiration of the credentials is not a time");
  // Named, since they may be getters of a class.
  return { ...credentials, accessKeyId, secretAccessKey, sessionToken, expiration: date };
}

/** Returns the time of an expiration as other programs write it. */
export function toDate(expiration: Date | string | number): Date {
  return new Date(typeof expiration === "number" && expiration < 1e11 ? expiration * 1000 : expiration);
}

function invalid(message: string) {
  return clientError("CredentialsProviderError", message);
}

/**
 * Gets credentials from `provider` and passes them to the wasm client, unless they are `previous`. Returns them, encoded.
 *
 * `getClient` is called once the provider has returned, because the client may be destroyed in the meantime.
 */
export async function updateCredentials(
  provider: CredentialProvider | undefined,
  previous: string | undefined,
  getClient: () => Client | undefined,
): Promise<string | undefined> {
  if (!provider) return undefined;
  const { accessKeyId, secretAccessKey, sessionToken } = await provider();
  // Not compared as objects, since a program may change the object that it has passed.
  const encoded = encode({ accessKeyId, secretAccessKey, sessionToken });
  if (encoded !== previous) getClient()?.setCredentials(encoded);
  return encoded;
}
