// The documents that an issuer publishes: its discovery document and its keys. A failed request is retried once.

import { readText } from "./body.js";
import { jsonObject } from "./json.js";
import { isSecure } from "./secure-url.js";

/** Maximum time for all documents of an issuer together, and for one request, in milliseconds. */
const TIMEOUT = 8_000;
const REQUEST_TIMEOUT = 4_000;
/** Maximum delay before a retry, in milliseconds. It is random, so that isolates do not retry at the same time. */
const MAX_RETRY_DELAY = 200;
/** Maximum size of a document: enough for a hundred RSA keys with certificates. */
const MAX_BYTES = 256 * 1024;
/** Kubernetes returns its keys only to clients that accept the media type of RFC 7517, section 8.5.2. */
const ACCEPT = "application/json, application/jwk-set+json, */*;q=0.1";

/** Thrown if an issuer's documents could not be fetched. The message is the reason. */
export class IssuerUnavailable extends Error {
  constructor(
    message: string,
    /** Whether a retry may succeed. */
    readonly transient = false,
  ) {
    super(message);
  }
}

/** A discovery document. Only its issuer is validated. */
export type DiscoveryDocument = Record<string, unknown> & { issuer: string };

/**
 * Fetches an issuer's discovery document. Throws {@link IssuerUnavailable}.
 *
 * Source: OpenID Connect Discovery 1.0, section 4.
 */
export function fetchDiscovery(issuer: string): Promise<DiscoveryDocument> {
  return discoveryDocument(issuer, AbortSignal.timeout(TIMEOUT));
}

/**
 * Fetches an issuer's JWKS. Without the URL of the JWKS, it is read from the discovery document first. Returns both.
 * Throws {@link IssuerUnavailable}.
 */
export async function fetchJwks(issuer: string, jwksUri?: string): Promise<{ jwks: object; jwksUri: string }> {
  const signal = AbortSignal.timeout(TIMEOUT);
  const url = jwksUri ?? jwksUriOf(await discoveryDocument(issuer, signal));
  return { jwks: await fetchJson(url, "JWKS", signal), jwksUri: url };
}

async function discoveryDocument(issuer: string, signal: AbortSignal): Promise<DiscoveryDocument> {
  const url = `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`;
  const document = await fetchJson(url, "discovery document", signal).catch((error) => {
    if (!(error instanceof IssuerUnavailable) || error.transient) throw error;
    throw new IssuerUnavailable(`${error.message}; ${KEYS_IN_GRANT}`);
  });
  if (document["issuer"] === issuer) return { ...document, issuer };
  const isAlike = document["issuer"] === withOtherEnd(issuer);
  const reason = isAlike ? "the discovery document's issuer differs in the slash at its end" : OTHER_ISSUER;
  throw new IssuerUnavailable(`${reason}; the grant's issuer must be that of the tokens`);
}

const OTHER_ISSUER = "the discovery document is of another issuer";
/** What to do if the discovery document cannot be used. */
const KEYS_IN_GRANT = "without a public discovery document, the grant needs `jwksUri` or `jwks`";

/** Returns a URL with a slash at its end, or without if it has one: issuers differ in that, and tokens must match. */
export function withOtherEnd(url: string): string {
  return url.endsWith("/") ? url.slice(0, -1) : `${url}/`;
}

function jwksUriOf({ jwks_uri: uri }: DiscoveryDocument): string {
  if (typeof uri === "string" && URL.canParse(uri) && isSecure(new URL(uri))) return uri;
  throw new IssuerUnavailable(`the discovery document's jwks_uri does not start with https://; ${KEYS_IN_GRANT}`);
}

async function fetchJson(url: string, name: string, signal: AbortSignal): Promise<Record<string, unknown>> {
  const attempt = () => fetchOnce(url, `the request for the issuer's ${name}`, signal);
  try {
    return await attempt();
  } catch (error) {
    if (signal.aborted || !(error instanceof IssuerUnavailable && error.transient)) throw error;
    await new Promise((resolve) => setTimeout(resolve, Math.random() * MAX_RETRY_DELAY));
    return attempt();
  }
}

/** `request` begins the sentence of an error. */
async function fetchOnce(url: string, request: string, signal: AbortSignal): Promise<Record<string, unknown>> {
  const options = {
    redirect: "manual",
    headers: { accept: ACCEPT },
    signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT)]),
  } as const;
  const response = await fetch(url, options).catch(() => {
    throw new IssuerUnavailable(`${request} got no response`, true);
  });
  const { ok, status } = response;
  if (response.headers.has("location")) {
    throw new IssuerUnavailable(`${request} was redirected (status ${status}), which is not allowed`);
  }
  if (!ok) throw new IssuerUnavailable(`${request} failed with status ${status}`, status >= 500);
  const text = await readText(response.body, MAX_BYTES).catch(() => {
    throw new IssuerUnavailable(`${request} was interrupted`, true);
  });
  if (text === undefined) throw new IssuerUnavailable(`${request} returned more than ${MAX_BYTES} bytes`);
  const document = jsonObject(text);
  if (!document) throw new IssuerUnavailable(`${request} did not return a JSON object`);
  return document;
}
