// Authentication of callers, by a token of an issuer or by a machine's shared secret.

import { errors, type JWTPayload, type JWTVerifyGetKey, type JWTVerifyOptions, jwtVerify } from "jose";

import { IssuerUnavailable, withOtherEnd } from "./issuer-documents.js";
import { type IssuerKeys, KeyRejected, keysOf } from "./issuer-keys.js";
import { Problem } from "./problem.js";
import { pageSession } from "./sign-in.js";
import { MalformedToken, readToken, type UnverifiedToken } from "./token.js";
import type { Caller, Configuration, Environment, Grant, PageSession } from "./types.js";

/** Tolerated clock skew in seconds. */
const CLOCK_TOLERANCE = 30;
/** Maximum lifetime of a token in seconds: 31 days, the maximum session of Cloudflare Access. */
const MAX_TOKEN_LIFETIME = 31 * 24 * 3600;
/** Minimum length of the operator's secret in characters, as for the configuration's shared secrets. */
const MIN_SECRET_LENGTH = 32;
/** Types of tokens that identify a caller (RFC 7519, RFC 9068). Others, e.g. `logout+jwt`, have another purpose. */
const TOKEN_TYPES = ["jwt", "jose", "at+jwt", "application/jwt", "application/at+jwt"];

/** Maximum number of keys that are tried for a token without `kid`, so that a forged token does not take long. */
const MAX_TRIED_KEYS = 250;

/** Where a request can have its credential. */
export interface CredentialSources {
  /**
   * Whether the Authorization header may have a token without `Bearer`, as clients of container credentials send it.
   */
  bare?: boolean;
}

/** Authenticates a request. Throws a {@link Problem} with status 401, or 503 if the issuer cannot be reached. */
export async function authenticate(
  request: Request,
  env: Environment,
  configuration: Configuration,
  sources: CredentialSources = {},
): Promise<Caller> {
  const credential = sources.bare ? bareCredential(request) : await credentialOf(request, env, configuration);
  if (credential === undefined) {
    throw unauthorized("TokenMissing", "the request has no token; send one as `Authorization: Bearer …`", "Bearer");
  }
  const isJwt = credential.split(".").length === 3;
  return isJwt ? authenticateToken(credential, configuration) : callerWithSecret(credential, env, configuration);
}

/** The credential in the Authorization header, of the page's session, or in Cloudflare Access's header. */
async function credentialOf(
  request: Request,
  env: Environment,
  configuration: Configuration,
): Promise<string | undefined> {
  const authorization = request.headers.get("authorization");
  if (authorization !== null) return bearerToken(authorization);
  // Browsers add the others to every request to this host, including those from pages of other sites.
  if (!isFromThisSite(request)) return undefined;
  return (await currentSession(request, env, configuration))?.idToken ?? accessToken(request);
}

/**
 * Returns the page's session. It counts before Access, which may only be in front of the Worker, without a grant. If the
 * session has ended, or the configuration no longer accepts its token, Access remains.
 */
export async function currentSession(
  request: Request,
  env: Environment,
  configuration: Configuration,
): Promise<PageSession | undefined> {
  try {
    const session = await pageSession(request, env);
    if (session) await authenticateToken(session.idToken, configuration);
    return session;
  } catch (error) {
    const isRejected = error instanceof Problem && error.fields.status === 401;
    if (isRejected && accessToken(request) !== undefined) return undefined;
    throw error;
  }
}

/** The token that Cloudflare Access adds to the requests of people and programs that it lets through. */
function accessToken({ headers }: Request): string | undefined {
  return headers.get("cf-access-jwt-assertion") ?? undefined;
}

function bearerToken(authorization: string): string {
  const [, token] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
  if (token !== undefined) return token;
  throw unauthorized("TokenMissing", "the Authorization header has no bearer token; send `Bearer …`", "Bearer");
}

/** For container credentials: only the Authorization header counts, with or without `Bearer`. */
function bareCredential({ headers }: Request): string | undefined {
  const credential =
    headers
      .get("authorization")
      ?.trim()
      .replace(/^Bearer( +|$)/i, "") || undefined;
  const isDamaged = /\s/.test(credential ?? "") || /^["'].*\..*\..*["']$/.test(credential ?? "");
  if (!isDamaged) return credential;
  const message = "the Authorization header must have the token alone, or after `Bearer`, without quotes";
  throw unauthorized("TokenMissing", message, "Bearer");
}

/** Programs do not send Sec-Fetch-Site (W3C Fetch Metadata). `none` means that the user entered the URL. */
function isFromThisSite({ headers }: Request): boolean {
  return ["same-origin", "none", null].includes(headers.get("sec-fetch-site"));
}

// --- Tokens

/** A verified token, with its caller, the keys that verified it, and its expiration in seconds since 1970. */
interface Verified extends UnverifiedToken {
  caller: Caller;
  keys: object;
  expires: number;
}

/** The verified tokens by their text, so that a token is decoded and verified only once. The oldest are evicted first. */
const verified = new Map<string, Verified>();
const MAX_VERIFIED = 1_000;
/** Maximum length of a token that is kept. */
const MAX_VERIFIED_LENGTH = 4_096;

/**
 * Returns the caller of a token. Each token is verified again when it has expired or its issuer's keys have changed. Throws
 * a {@link Problem} as {@link authenticate} does.
 */
export async function authenticateToken(token: string, configuration: Configuration): Promise<Caller> {
  const known = verified.get(token);
  const { header, claims } = known ?? unverifiedToken(token);
  const { iss } = claims;
  const grants = configuration.grants.filter(({ issuer }) => issuer !== undefined && issuer === iss);
  const [first] = grants;
  if (first === undefined) throw unknownIssuer(iss, configuration);
  const keys = keysOf(first, configuration);
  const current = await currentKeys(keys, first);
  if (known?.keys === current && known.expires > Date.now() / 1000) return known.caller;
  await verify(token, keys, first, grants);
  // The signature covers the token's text, so its decoded claims are now verified.
  checkType(header, claims);
  checkTimes(claims);
  checkAuthorizedParty(claims, grants);
  const caller = { issuer: first.issuer!, subject: subjectOf(claims, grants), claims, sharedSecrets: [] };
  // If the keys were replaced in the meantime, it is unknown which of them verified the token.
  if ((await currentKeys(keys, first)) === current) {
    remember(token, { header, claims, caller, keys: current, expires: claims.exp! });
  }
  return caller;
}

async function currentKeys(keys: IssuerKeys, { algorithms }: Grant): Promise<object> {
  try {
    return await keys.current();
  } catch (error) {
    throw verificationProblem(error, algorithms);
  }
}

function remember(token: string, entry: Verified): void {
  if (token.length > MAX_VERIFIED_LENGTH) return;
  verified.delete(token);
  verified.set(token, entry);
  const [oldest] = verified.keys();
  if (verified.size > MAX_VERIFIED && oldest !== undefined) verified.delete(oldest);
}

/** Returns the contents of a token that is not verified yet. */
function unverifiedToken(token: string): UnverifiedToken {
  try {
    return readToken(token);
  } catch (error) {
    if (!(error instanceof MalformedToken)) throw error;
    throw invalidToken("TokenMalformed", error.message);
  }
}

/** Verifies signature, issuer, audience and expiration. All grants of an issuer have the same keys and `algorithms`. */
async function verify(token: string, keys: IssuerKeys, first: Grant, grants: Grant[]): Promise<void> {
  const { algorithms } = first;
  const options = {
    issuer: first.issuer!,
    audience: grants.flatMap(({ audience }) => audience),
    algorithms,
    requiredClaims: ["exp", "aud"],
    clockTolerance: CLOCK_TOLERANCE,
  };
  try {
    await verifySignature(token, keys.keyOf, options);
  } catch (error) {
    throw verificationProblem(error, algorithms);
  }
}

async function verifySignature(token: string, keys: JWTVerifyGetKey, options: JWTVerifyOptions): Promise<void> {
  try {
    await jwtVerify(token, keys, options);
  } catch (error) {
    if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
    await verifyWithAnyKey(token, error, options);
  }
}

/** For a token without `kid` whose issuer has several keys. */
async function verifyWithAnyKey(
  token: string,
  keys: errors.JWKSMultipleMatchingKeys,
  options: JWTVerifyOptions,
): Promise<void> {
  let tried = 0;
  for await (const key of keys) {
    try {
      await jwtVerify(token, key, options);
      return;
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
    }
    tried += 1;
    if (tried === MAX_TRIED_KEYS) throw tooManyKeys();
  }
  throw new errors.JWSSignatureVerificationFailed();
}

function tooManyKeys(): Problem {
  const message = `none of the issuer's first ${MAX_TRIED_KEYS} keys matches; the token needs a kid`;
  return invalidToken("KeyUnknown", message);
}

function checkType({ typ = "JWT" }: UnverifiedToken["header"], { events }: JWTPayload): void {
  if (typeof typ !== "string" || !TOKEN_TYPES.includes(typ.toLowerCase())) {
    throw invalidToken("TokenTypeNotAllowed", "the token's typ is not that of an ID token or an access token");
  }
  // The type of a logout token is only recommended (OpenID Connect Back-Channel Logout, section 2.4; RFC 8417).
  if (typeof events !== "object" || events === null || Array.isArray(events)) return;
  throw invalidToken("TokenTypeNotAllowed", "the token reports events, such as a logout, and identifies no caller");
}

function checkTimes({ iat, exp }: JWTPayload): void {
  const now = Date.now() / 1000;
  if (iat !== undefined && iat > now + CLOCK_TOLERANCE) {
    throw invalidToken("TokenNotYetValid", "the token was issued in the future");
  }
  if (exp! - Math.min(iat ?? now, now) > MAX_TOKEN_LIFETIME) {
    throw invalidToken(
      "TokenLifetimeTooLong",
      "the token is valid for more than 31 days; get one with a shorter lifetime",
    );
  }
}

/**
 * `azp` is the client that the token was issued to (OpenID Connect Core, section 2). Without this check, any client of
 * the issuer could use its users' tokens here.
 */
function checkAuthorizedParty({ azp }: JWTPayload, grants: Grant[]): void {
  if (azp === undefined || grants.some((grant) => "azp" in grant.claims || grant.audience.includes(azp as string)))
    return;
  const message = "the token was issued to another client: its azp is not an audience, and no grant's claims have azp";
  throw invalidToken("AuthorizedPartyUnknown", message);
}

/** The `sub` claim. It may be empty if a grant identifies callers by another claim. */
function subjectOf({ sub }: JWTPayload, grants: Grant[]): string {
  const isOptional = grants.some(({ subjectClaim }) => subjectClaim !== undefined);
  if (typeof sub === "string" && (sub !== "" || isOptional)) return sub;
  if (sub === undefined && isOptional) return "";
  throw invalidToken("TokenInvalid", "the token's sub claim is missing, empty or not a string");
}

function verificationProblem(error: unknown, algorithms: string[]): Problem {
  if (error instanceof errors.JWTExpired) {
    return invalidToken("TokenExpired", "the token has expired; get a new one from its issuer");
  }
  if (error instanceof errors.JWTClaimValidationFailed) return claimProblem(error);
  if (error instanceof errors.JOSEAlgNotAllowed) {
    return invalidToken(
      "AlgorithmNotAllowed",
      `the token must be signed with ${algorithms.join(" or ")}, as the grant's algorithms say`,
    );
  }
  if (error instanceof errors.JWKSNoMatchingKey) {
    return invalidToken("KeyUnknown", "the token's key is not in the issuer's JWKS; it may have been rotated out");
  }
  if (error instanceof KeyRejected) {
    return invalidToken("KeyRejected", `the issuer publishes the token's key, but it ${error.message}`);
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return invalidToken("SignatureInvalid", "the token's signature does not match");
  }
  if (error instanceof errors.JOSEError) {
    return invalidToken("TokenInvalid", "the token is malformed or uses an unsupported feature");
  }
  if (!(error instanceof IssuerUnavailable)) throw error;
  return new Problem(503, "IssuerUnreachable", `the token could not be verified: ${error.message}`, {
    headers: { "retry-after": "5" },
  });
}

function claimProblem({ claim, reason }: errors.JWTClaimValidationFailed): Problem {
  const [code, message] = CLAIM_PROBLEMS[claim] ?? ["TokenInvalid", `the token's ${claim} claim is invalid`];
  return invalidToken(code, reason === "missing" ? `the token has no ${claim} claim` : message);
}

const UNKNOWN_ISSUER = "the token's issuer is not in any grant";

/** The log has the issuer, which the configuration may lack. */
function unknownIssuer(issuer: unknown, { grants }: Configuration): Problem {
  // The token is not verified yet: the claim may be anything, even an object that `String` cannot convert.
  const text = typeof issuer === "string" ? issuer : "";
  const similar = grants.some((grant) => grant.issuer === withOtherEnd(text) || grant.issuer === `https://${text}`);
  const difference = similar ? "; the grant's issuer differs in https:// or in the slash at its end" : "";
  const { code, message, ...more } = invalidToken("IssuerUnknown", UNKNOWN_ISSUER + difference).fields;
  return new Problem(401, code, message, { ...more, reason: text });
}

const CLAIM_PROBLEMS: Record<string, [code: string, message: string]> = {
  aud: ["AudienceUnknown", "the token's audience is not in any grant of its issuer"],
  nbf: ["TokenNotYetValid", "the token is not valid yet"],
  iss: ["IssuerUnknown", UNKNOWN_ISSUER],
};

// --- Shared secrets

async function callerWithSecret(secret: string, env: Environment, configuration: Configuration): Promise<Caller> {
  const matching = await matchingGrants(secret, env, configuration.grants);
  const [first] = matching;
  if (first === undefined) {
    throw invalidToken("SecretUnknown", "the bearer credential is neither a JWT nor a known shared secret");
  }
  const sharedSecrets = matching.map(({ sharedSecret }) => sharedSecret!);
  return { issuer: "shared-secret", subject: first.subject!, claims: {}, sharedSecrets };
}

/** Compares the hashes of all secrets in constant time, so that timing reveals nothing about them. */
async function matchingGrants(secret: string, env: Environment, grants: Grant[]): Promise<Grant[]> {
  const hash = await sha256(secret);
  const matching = [];
  for (const grant of grants) {
    // A grant whose secret is missing is off.
    const value = grant.sharedSecret && env[grant.sharedSecret];
    if (typeof value !== "string" || value === "") continue;
    if (crypto.subtle.timingSafeEqual(hash, await sha256(value))) matching.push(grant);
  }
  return matching;
}

/**
 * Throws a {@link Problem} unless the request has the secret OPERATOR_SECRET. Without that secret the route does not
 * exist.
 */
export async function authenticateOperator(request: Request, env: Environment): Promise<void> {
  const secret = env.OPERATOR_SECRET;
  if (secret === undefined || secret.length < MIN_SECRET_LENGTH) throw new Problem(404, "NotFound", "no such route");
  const sent = /^Bearer +(\S+)$/i.exec(request.headers.get("authorization") ?? "")?.[1] ?? "";
  if (crypto.subtle.timingSafeEqual(await sha256(sent), await sha256(secret))) return;
  throw invalidToken("SecretUnknown", "the bearer credential is not the operator's secret");
}

function sha256(text: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
}

// --- Shared by both

function invalidToken(code: string, message: string): Problem {
  return unauthorized(code, message, 'Bearer error="invalid_token"');
}

function unauthorized(code: string, message: string, challenge: string): Problem {
  return new Problem(401, code, message, { headers: { "www-authenticate": challenge } });
}
