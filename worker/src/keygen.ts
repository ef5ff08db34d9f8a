// Generates a key that signs the Worker's tokens.

import { exportJWK, generateKeyPair, type JWK } from "jose";

import { published } from "./signing-keys.js";

/** The algorithms that IAM accepts. */
export const ALGORITHMS = ["RS256", "RS384", "RS512", "ES256", "ES384", "ES512"];

/** Returns a new private key as a JWK, and its key ID in the Worker's JWKS. */
export async function generateSigningKey(algorithm = "RS256"): Promise<{ privateKey: JWK; kid: string }> {
  const { privateKey } = await generateKeyPair(algorithm, { extractable: true, modulusLength: 2048 });
  const jwk = { ...(await exportJWK(privateKey)), alg: algorithm };
  return { privateKey: jwk, kid: (await published(jwk)).kid };
}
