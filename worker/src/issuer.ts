// The Worker as an OpenID Connect issuer for AWS: its two public documents, and the tokens that it signs for STS.

import { type JSONWebKeySet, SignJWT } from "jose";

import { AUDIENCE, awsClaims, subjectOf } from "./issuer-claims.js";
import { Problem } from "./problem.js";
import { publishedKeys, signingKey } from "./signing-keys.js";
import type { Configuration, Environment, Session } from "./types.js";

/** Lifetime of a token, in seconds. A token is used immediately. */
const LIFETIME = 60;

/**
 * Returns the discovery document. It has no endpoints, since no one signs in at the Worker's issuer.
 *
 * Source: OpenID Connect Discovery 1.0, section 3.
 */
export async function discoveryDocument(env: Environment, configuration: Configuration): Promise<object> {
  const issuer = requireIssuer(configuration);
  const { keys } = await publishedKeys(env);
  return {
    issuer,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    response_types_supported: ["id_token"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: [...new Set(keys.map(({ alg }) => alg))],
    scopes_supported: ["openid"],
    claims_supported: ["iss", "sub", "aud", "iat", "exp", "jti"],
  };
}

/** Returns the public keys, for `jwks_uri`. */
export async function keySet(env: Environment, configuration: Configuration): Promise<JSONWebKeySet> {
  requireIssuer(configuration);
  return publishedKeys(env);
}

/**
 * Throws a {@link Problem} unless the request was sent to the issuer's host, rather than to a preview or workers.dev.
 */
export function requireIssuerHost(url: URL, configuration: Configuration): void {
  if (configuration.credentials === "keys" || url.origin === configuration.issuer) return;
  const message = `this Worker issues credentials only as ${configuration.issuer}, not on this host`;
  throw new Problem(421, "NotTheIssuer", message);
}

function requireIssuer({ credentials, issuer }: Configuration): string {
  if (credentials === "issuer" && issuer !== undefined) return issuer;
  throw new Problem(404, "NotAnIssuer", "this Worker is not an OpenID Connect issuer: it has AWS keys");
}

/** Signs the token with which the session's role is assumed at STS. It is valid for one minute. */
export async function signToken(
  env: Environment,
  configuration: Configuration,
  session: Session,
): Promise<{ token: string; jti: string }> {
  const { key, kid, alg } = await signingKey(env);
  const jti = crypto.randomUUID();
  const issuedAt = Math.floor(Date.now() / 1000);
  const token = await new SignJWT(awsClaims(session))
    .setProtectedHeader({ alg, kid, typ: "JWT" })
    .setIssuer(requireIssuer(configuration))
    .setAudience(AUDIENCE)
    .setSubject(await subjectOf(session.grant, session.subject))
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + LIFETIME)
    .setJti(jti)
    .sign(key);
  return { token, jti };
}
