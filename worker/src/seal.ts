// Authenticated encryption of stored credentials and cookies: AES-GCM, with a separate key for each purpose.

import { base64url } from "jose";

import type { Environment } from "./types.js";

const IV_LENGTH = 12;

/** Encrypts a string so that only {@link unseal} with the same purpose decrypts it. */
export async function seal(env: Environment, purpose: string, text: string): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_LENGTH));
  const sealed = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv },
    await keyFor(env, purpose),
    new TextEncoder().encode(text),
  );
  return `${base64url.encode(iv)}.${base64url.encode(new Uint8Array(sealed))}`;
}

/**
 * Decrypts a sealed string. Returns `undefined` if it was altered, or sealed for another purpose or with another
 * STORAGE_KEY.
 */
export async function unseal(env: Environment, purpose: string, sealed: string): Promise<string | undefined> {
  try {
    const [iv = "", ciphertext = ""] = sealed.split(".");
    const algorithm = { name: "AES-GCM", iv: base64url.decode(iv) };
    const opened = await crypto.subtle.decrypt(algorithm, await keyFor(env, purpose), base64url.decode(ciphertext));
    return new TextDecoder().decode(opened);
  } catch {
    return undefined;
  }
}

/** Derives the key for a purpose (RFC 5869), so that a value sealed for one is useless for any other. */
async function keyFor(env: Environment, purpose: string): Promise<CryptoKey> {
  const secret = Uint8Array.from(atob(env.STORAGE_KEY), (letter) => letter.charCodeAt(0));
  const master = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const derivation = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: new TextEncoder().encode(purpose) };
  return crypto.subtle.deriveKey(derivation, master, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}
