// Who is calling: by the token of an issuer, or by a machine's shared secret.

import { decodeJwt, errors, type JWTPayload, type JWTVerifyOptions, jwtVerify } from "jose";

import type { Configuration, Grant } from "./configuration.js";
import { type KeySet, keysOf } from "./issuer-keys.js";
import { Problem } from "./problem.js";
import { hashOf, sessionNameOf } from "./session-name.js";
import { tokenOfSession } from "./sign-in.js";
import type { Environment } from "./types.js";

/** A caller that has proved who it is. */
export interface Caller {
  /** The token's issuer; `shared-secret` for a machine. */
  issuer: string;
  subject: string;
  claims: JWTPayload;
  /** The grants that are for this caller; there is one at least. */
  grants: Grant[];
  /** What STS is told of the caller. */
  sessionName: string;
  /** Stands for the caller where keys are kept and requests are counted. */
  id: string;
}

/** The line of the log for a request. */
export type Line = Record<string, string | number | undefined>;

/** Clocks differ. In seconds. */
const CLOCK_TOLERANCE = 30;

/** The caller of a request, or a problem with the status 401 or 403. Whoever has proved who it is stands in `line`. */
export async function callerOf(
  request: Request,
  env: Environment,
  configuration: Configuration,
  line: Line,
): Promise<Caller> {
  const proof = await proofOf(request, env);
  if (proof === undefined) {
    throw unproved("TokenMissing", "the request has no token; send one as `Authorization: Bearer …`", "Bearer");
  }
  // A JWT has three parts.
  const caller =
    proof.split(".").length === 3
      ? await withToken(proof, configuration, line)
      : await withSecret(proof, env, configuration);
  Object.assign(line, { issuer: caller.issuer, subject: caller.subject, sessionName: caller.sessionName });
  return caller;
}

/** The header that callers set; that which Cloudflare Access sets; the page's own session. */
async function proofOf(request: Request, env: Environment): Promise<string | undefined> {
  const authorization = request.headers.get("authorization");
  if (authorization !== null) return /^Bearer +(\S+)$/i.exec(authorization)?.[1] ?? "";
  return request.headers.get("cf-access-jwt-assertion") ?? (await tokenOfSession(request, env));
}

async function withToken(token: string, configuration: Configuration, line: Line): Promise<Caller> {
  const issuer = issuerOf(token);
  const ofIssuer = configuration.grants.filter((grant) => grant.issuer === issuer);
  const [first] = ofIssuer;
  if (issuer === undefined || first === undefined) throw invalid("IssuerUnknown", "no grant is for the token's issuer");
  const claims = await verified(
    token,
    issuer,
    first,
    ofIssuer.map(({ audience }) => audience!),
  );
  // Also of one that is then refused.
  Object.assign(line, { issuer, subject: claims.sub });
  const audiences = [claims.aud ?? []].flat();
  const grants = ofIssuer.filter((grant) => audiences.includes(grant.audience!) && fits(grant, claims));
  if (grants.length === 0) throw new Problem(403, "NoGrant", "the token is good, but its claims fit no grant");
  return named({ issuer, subject: claims.sub!, claims, grants });
}

/** Read before the signature is checked, to know whose keys check it. */
function issuerOf(token: string): string | undefined {
  try {
    return decodeJwt(token).iss;
  } catch {
    throw invalid("TokenMalformed", "the token is not a JWT");
  }
}

/** The token's claims. The grants of an issuer agree on its keys and algorithms. */
async function verified(
  token: string,
  issuer: string,
  { jwksUri, algorithms }: Grant,
  audience: string[],
): Promise<JWTPayload> {
  try {
    const keys = await keysOf(issuer, jwksUri);
    const requiredClaims = ["sub", "exp", "aud"];
    const payload = await payloadOf(token, keys, {
      issuer,
      audience,
      algorithms,
      requiredClaims,
      clockTolerance: CLOCK_TOLERANCE,
    });
    if (!payload.sub) throw invalid("TokenInvalid", "the token's claim sub is empty");
    return payload;
  } catch (error) {
    throw told(error, algorithms);
  }
}

async function payloadOf(token: string, keys: KeySet, options: JWTVerifyOptions): Promise<JWTPayload> {
  try {
    return (await jwtVerify(token, keys, options)).payload;
  } catch (error) {
    if (error instanceof errors.JWKSMultipleMatchingKeys) return payloadWithEach(token, error, options);
    throw error;
  }
}

/** For a token that does not say by which of several keys it is signed. */
async function payloadWithEach(
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

function told(error: unknown, algorithms: string[]): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof errors.JWTExpired)
    return invalid("TokenExpired", "the token has expired; get another from its issuer");
  if (error instanceof errors.JWTClaimValidationFailed) {
    const [code, words] = CLAIMS[error.claim] ?? [
      "TokenInvalid",
      `the token's claim ${error.claim} is not as it must be`,
    ];
    return invalid(code, error.reason === "missing" ? `the token lacks the claim ${error.claim}` : words);
  }
  if (error instanceof errors.JOSEAlgNotAllowed) {
    return invalid("AlgorithmNotAllowed", `the token must be signed with ${algorithms.join(" or ")}`);
  }
  if (error instanceof errors.JWKSNoMatchingKey)
    return invalid("KeyUnknown", "the issuer has no key of the token's; it may have been rotated away");
  if (error instanceof errors.JWSSignatureVerificationFailed)
    return invalid("SignatureInvalid", "the token's signature is not its issuer's");
  if (
    error instanceof errors.JWTInvalid ||
    error instanceof errors.JWSInvalid ||
    error instanceof errors.JOSENotSupported
  ) {
    return invalid("TokenInvalid", "the token is not one that can be checked");
  }
  return new Problem(503, "IssuerUnreachable", "the token could not be checked: its issuer's keys could not be read", {
    headers: { "retry-after": "5" },
  });
}

const CLAIMS: Record<string, [code: string, words: string]> = {
  aud: ["AudienceUnknown", "the token is for another audience"],
  nbf: ["TokenNotYetValid", "the token is not valid yet"],
  iss: ["IssuerUnknown", "no grant is for the token's issuer"],
};

/** Whether each claim that a grant names has one of its values. */
function fits(grant: Grant, claims: JWTPayload): boolean {
  return Object.entries(grant.claims).every(([claim, allowed]) => {
    const values = Object.hasOwn(claims, claim) ? [claims[claim]].flat() : [];
    return values.some(
      (value) => ["string", "number", "boolean"].includes(typeof value) && allowed.includes(String(value)),
    );
  });
}

async function withSecret(given: string, env: Environment, configuration: Configuration): Promise<Caller> {
  const hash = await sha256(given);
  const grants = [];
  // All are compared, and each in the same time, whatever is given.
  for (const grant of configuration.grants) {
    if (grant.sharedSecret === undefined) continue;
    if (crypto.subtle.timingSafeEqual(hash, await sha256(String(env[grant.sharedSecret])))) grants.push(grant);
  }
  const [first] = grants;
  if (first === undefined)
    throw invalid("SecretUnknown", "what the request proves itself with is neither a token nor a secret that is known");
  return named({ issuer: "shared-secret", subject: first.subject!, claims: {}, grants });
}

function sha256(text: string): Promise<ArrayBuffer> {
  return crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
}

async function named(caller: Omit<Caller, "sessionName" | "id">): Promise<Caller> {
  const id = await hashOf([caller.issuer, caller.subject]);
  return { ...caller, id, sessionName: sessionNameOf(caller.subject, id) };
}

function invalid(code: string, message: string): Problem {
  return unproved(code, message, 'Bearer error="invalid_token"');
}

function unproved(code: string, message: string, challenge: string): Problem {
  return new Problem(401, code, message, { headers: { "www-authenticate": challenge } });
}
