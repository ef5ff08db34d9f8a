// Authentication: who is calling, by an issuer's token or a machine's shared secret.

import { decodeJwt, errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from "jose";

import { type KeySet, keySetOf } from "./issuer-keys.js";
import { Problem } from "./problem.js";
import { hashOf, sessionNameFor } from "./session-name.js";
import { sessionToken } from "./sign-in.js";
import type { Caller, Configuration, Environment, Grant } from "./types.js";

/** Tolerated clock skew in seconds. */
const CLOCK_TOLERANCE = 30;

/** Authenticates a request. Throws a {@link Problem} with status 401, or 503 if the issuer cannot be reached. */
export async function authenticate(request: Request, env: Environment, configuration: Configuration): Promise<Caller> {
  const credential = await credentialOf(request, env);
  if (credential === undefined) {
    throw unauthorized("TokenMissing", "the request has no token; send one as `Authorization: Bearer …`", "Bearer");
  }
  const isJwt = credential.split(".").length === 3;
  return isJwt ? callerWithToken(credential, configuration) : callerWithSecret(credential, env, configuration);
}

/** The credential in the Authorization header, in Cloudflare Access's header, or in the page's session cookie. */
async function credentialOf(request: Request, env: Environment): Promise<string | undefined> {
  const authorization = request.headers.get("authorization");
  if (authorization !== null) return /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? "";
  return request.headers.get("cf-access-jwt-assertion") ?? (await sessionToken(request, env));
}

// --- Tokens

async function callerWithToken(token: string, configuration: Configuration): Promise<Caller> {
  const issuer = unverifiedIssuer(token);
  const grants = configuration.grants.filter((grant) => grant.issuer === issuer);
  const [first] = grants;
  if (issuer === undefined || first === undefined) throw invalidToken("IssuerUnknown", UNKNOWN_ISSUER);
  const audiences = grants.flatMap(({ audience }) => audience);
  const claims = await verify(token, issuer, first, audiences);
  return identified({ issuer, subject: claims.sub!, claims, sharedSecrets: [] });
}

/** The issuer, read before verification to choose the key set that verifies the signature. */
function unverifiedIssuer(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    throw invalidToken("TokenMalformed", "the token is not a JWT");
  }
}

/** Verifies a token and returns its claims. All grants of an issuer have the same `jwksUri` and `algorithms`. */
async function verify(
  token: string,
  issuer: string,
  { jwksUri, algorithms }: Grant,
  audience: string[],
): Promise<JWTPayload> {
  const requiredClaims = ["sub", "exp", "aud"];
  const options = { issuer, audience, algorithms, requiredClaims, clockTolerance: CLOCK_TOLERANCE };
  try {
    const payload = await verifiedPayload(token, await keySetOf(issuer, jwksUri), options);
    if (!payload.sub) throw invalidToken("TokenInvalid", "the token's sub claim is empty");
    return payload;
  } catch (error) {
    throw verificationProblem(error, algorithms);
  }
}

async function verifiedPayload(token: string, keySet: KeySet, options: JWTVerifyOptions): Promise<JWTPayload> {
  try {
    return (await jwtVerify(token, keySet, options)).payload;
  } catch (error) {
    if (error instanceof errors.JWKSMultipleMatchingKeys) return verifiedWithAnyKey(token, error, options);
    throw error;
  }
}

/** For a token without `kid` whose issuer has several keys. */
async function verifiedWithAnyKey(
  token: string,
  keys: errors.JWKSMultipleMatchingKeys,
  options: JWTVerifyOptions,
): Promise<JWTPayload> {
  for await (const key of keys) {
    try {
      return (await jwtVerify(token, key, options)).payload;
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
    }
  }
  throw new errors.JWSSignatureVerificationFailed();
}

function verificationProblem(error: unknown, algorithms: string[]): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof errors.JWTExpired) {
    return invalidToken("TokenExpired", "the token has expired; get a new one from its issuer");
  }
  if (error instanceof errors.JWTClaimValidationFailed) return claimProblem(error);
  if (error instanceof errors.JOSEAlgNotAllowed) {
    return invalidToken("AlgorithmNotAllowed", `the token must be signed with ${algorithms.join(" or ")}`);
  }
  if (error instanceof errors.JWKSNoMatchingKey) {
    return invalidToken("KeyUnknown", "the token's key is not in the issuer's JWKS; it may have been rotated out");
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) {
    return invalidToken("SignatureInvalid", "the token's signature does not match");
  }
  if (MALFORMED.some((malformed) => error instanceof malformed)) {
    return invalidToken("TokenInvalid", "the token is malformed or uses an unsupported feature");
  }
  return new Problem(503, "IssuerUnreachable", "the token could not be verified: fetching the issuer's keys failed", {
    headers: { "retry-after": "5" },
  });
}

const MALFORMED = [errors.JWTInvalid, errors.JWSInvalid, errors.JOSENotSupported];

function claimProblem({ claim, reason }: errors.JWTClaimValidationFailed): Problem {
  const [code, message] = CLAIM_PROBLEMS[claim] ?? ["TokenInvalid", `the token's ${claim} claim is invalid`];
  return invalidToken(code, reason === "missing" ? `the token has no ${claim} claim` : message);
}

const UNKNOWN_ISSUER = "the token's issuer is not in any grant";

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
  return identified({ issuer: "shared-secret", subject: first.subject!, claims: {}, sharedSecrets });
}

/** Compares the hash with that of every secret, each in constant time, so that timing reveals nothing. */
async function matchingGrants(secret: string, env: Environment, grants: Grant[]): Promise<Grant[]> {
  const hash = await sha256(secret);
  const matching = [];
  for (const grant of grants) {
    if (grant.sharedSecret === undefined) continue;
    if (crypto.subtle.timingSafeEqual(hash, await sha256(String(env[grant.sharedSecret])))) matching.push(grant);
  }
  return matching;
}

function sha256(text: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
}

// --- Shared by both

async function identified(caller: Omit<Caller, "sessionName" | "id">): Promise<Caller> {
  const id = await hashOf([caller.issuer, caller.subject]);
  return { ...caller, id, sessionName: sessionNameFor(caller.subject, id) };
}

function invalidToken(code: string, message: string): Problem {
  return unauthorized(code, message, 'Bearer error="invalid_token"');
}

function unauthorized(code: string, message: string, challenge: string): Problem {
  return new Problem(401, code, message, { headers: { "www-authenticate": challenge } });
}
