// What is stored or handed out and must be read by nobody but this Worker: AES-GCM, with a key for each purpose.

import { base64url } from "jose";

import type { Environment } from "./types.js";

const IV_LENGTH = 12;

/** Seals a text, so that only `unseal` with the same purpose opens it. */
export async function seal(env: Environment, purpose: string, text: string): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_LENGTH));
  const sealed = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv },
    await keyFor(env, purpose),
    new TextEncoder().encode(text),
  );
  return `${base64url.encode(iv)}.${base64url.encode(new Uint8Array(sealed))}`;
}

/** What was sealed; `undefined` if it was altered, sealed for another purpose, or with a key that is no longer here. */
export async function unseal(env: Environment, purpose: string, sealed: string): Promise<string | undefined> {
  try {
    const [iv = "", text = ""] = sealed.split(".");
    const algorithm = { name: "AES-GCM", iv: base64url.decode(iv) };
    const opened = await crypto.subtle.decrypt(algorithm, await keyFor(env, purpose), base64url.decode(text));
    return new TextDecoder().decode(opened);
  } catch {
    return undefined;
  }
}

/** A key of its own for each purpose: what is sealed for one opens for no other, and no key seals too much. */
async function keyFor(env: Environment, purpose: string): Promise<CryptoKey> {
  const secret = Uint8Array.from(atob(env.STORAGE_KEY), (letter) => letter.charCodeAt(0));
  const master = await crypto.subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const derivation = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: new TextEncoder().encode(purpose) };
  return crypto.subtle.deriveKey(derivation, master, { name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
}
