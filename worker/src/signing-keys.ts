// The keys of the Worker's own tokens: the current key signs, the next and the former one are only published.

import { CompactSign, calculateJwkThumbprint, compactVerify, importJWK, type JSONWebKeySet, type JWK } from "jose";

import type { Mistake } from "./configuration-rules.js";
import { jsonObject } from "./json.js";
import { Problem } from "./problem.js";
import type { Environment } from "./types.js";

/** A private key and the header fields of the tokens that it signs. */
export interface SigningKey {
  key: CryptoKey;
  kid: string;
  alg: string;
}

/** Names of the secrets. The first one signs. */
const SLOTS = ["SIGNING_KEY", "NEXT_SIGNING_KEY", "FORMER_SIGNING_KEY"] as const;

/** The algorithms that IAM accepts from an OIDC provider: for an EC key by its curve, for an RSA key from its `alg`. */
const EC_ALGORITHMS: Record<string, string> = { "P-256": "ES256", "P-384": "ES384", "P-521": "ES512" };
const RSA_ALGORITHMS = ["RS256", "RS384", "RS512"];
/** Length of a 2,048-bit modulus in base64url. NIST SP 800-131A requires that size; IAM documents no minimum. */
const MIN_MODULUS_LENGTH = 342;

/** The key that signs, and its text. Not a promise, which never settles if the request that created it is canceled. */
let imported: { text: string; key: SigningKey } | undefined;

/** Returns the key that signs. Throws a {@link Problem} if the secret is not a valid key. */
export async function signingKey(env: Environment): Promise<SigningKey> {
  const text = env.SIGNING_KEY!;
  if (imported?.text !== text) imported = { text, key: await importSigningKey(JSON.parse(text)) };
  return imported.key;
}

async function importSigningKey(jwk: JWK): Promise<SigningKey> {
  const { kid, alg, ...publicKey } = await published(jwk);
  try {
    const key = (await importJWK(jwk, alg)) as CryptoKey;
    // A damaged key can be imported and used for signing, but its signatures are invalid.
    await compactVerify(await new CompactSign(new Uint8Array(1)).setProtectedHeader({ alg }).sign(key), publicKey);
    return { key, kid, alg };
  } catch {
    throw new Problem(503, "Misconfigured", "SIGNING_KEY is not a valid key; generate one: npx sts-web-worker keygen");
  }
}

/** Returns the public keys of all slots. */
export async function publishedKeys(env: Environment): Promise<JSONWebKeySet> {
  const keys = await Promise.all(configuredKeys(env).map(published));
  return { keys: keys.filter((key, index) => keys.findIndex(({ kid }) => kid === key.kid) === index) };
}

/** Returns the public fields of a key that IAM needs. Others are private, or make IAM reject the key. */
export async function published(jwk: JWK): Promise<JWK & { kid: string; alg: string }> {
  const { kty, n, e, crv, x, y } = jwk;
  const key = kty === "RSA" ? { kty, n: n!, e: e! } : { kty: kty!, crv: crv!, x: x!, y: y! };
  // RFC 7638, "JSON Web Key (JWK) Thumbprint".
  return { ...key, kid: await calculateJwkThumbprint(key), use: "sig", alg: algorithmOf(jwk)! };
}

function configuredKeys(env: Environment): JWK[] {
  return SLOTS.flatMap((slot) => (env[slot] ? [JSON.parse(env[slot])] : []));
}

function algorithmOf({ kty, crv, alg }: JWK): string | undefined {
  if (kty === "RSA") return alg === undefined ? "RS256" : RSA_ALGORITHMS.find((one) => one === alg);
  return kty === "EC" ? EC_ALGORITHMS[crv ?? ""] : undefined;
}

/** Returns the mistakes in the secrets that are set. */
export function mistakesInSigningKeys(env: Environment): Mistake[] {
  return SLOTS.flatMap((path) => {
    const message = env[path] ? mistakeInKey(env[path], path === "SIGNING_KEY") : undefined;
    return message === undefined ? [] : [{ path, message: `${message}; generate one: npx sts-web-worker keygen` }];
  });
}

function mistakeInKey(text: unknown, signs: boolean): string | undefined {
  const jwk: JWK | undefined = typeof text === "string" ? jsonObject(text) : undefined;
  if (jwk === undefined) return "must be a JWK in JSON";
  if (algorithmOf(jwk) === undefined)
    return "must be an RSA key for RS256, RS384 or RS512, or an EC key for ES256, ES384 or ES512";
  if (signs && typeof jwk.d !== "string") return "must be a private key";
  const numbers = jwk.kty === "RSA" ? [jwk.n, jwk.e] : [jwk.x, jwk.y];
  if (numbers.some((number) => typeof number !== "string" || !/^[\w-]+$/.test(number))) return "is not a complete JWK";
  if (jwk.kty === "RSA" && jwk.n!.length < MIN_MODULUS_LENGTH) return "must have at least 2048 bits";
  return undefined;
}
