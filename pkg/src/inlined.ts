// The wasm module in base64, which adds a third to its size. Its imports are kept apart from the main module's, because
// bundlers would move shared ones out of the main module into a chunk of their own.

import { base64 } from "./generated/inline.js";
import { explainInBrowser, explainOnServer, isBlocked } from "./load-error.js";

/** Compiles the inlined module. */
export function compileInlined(): WebAssembly.Module {
  try {
    return new WebAssembly.Module(decodeBase64(base64));
  } catch (cause) {
    throw explainOnServer(cause);
  }
}

/** Compiles the inlined module after the wasm file could not be loaded because of `cause`. */
export async function compileAfter(cause: unknown): Promise<WebAssembly.Module> {
  if (isBlocked(cause)) throw explainInBrowser(cause);
  try {
    // Browsers limit the size of modules that are compiled synchronously.
    return await WebAssembly.compile(decodeBase64(base64));
  } catch (cause) {
    throw explainInBrowser(cause);
  }
}

/** Prefers `Buffer`, because the `atob` of Node 20 is written in JavaScript. Browsers have no `Buffer`. */
function decodeBase64(base64: string): Uint8Array<ArrayBuffer> {
  // A property, because bundlers replace the bare name with a polyfill.
  const { Buffer } = globalThis as Partial<Pick<typeof globalThis, "Buffer">>;
  return Buffer ? Buffer.from(base64, "base64") : decodeInBrowser(base64);
}

/** A loop is faster than `Uint8Array.from` here: it runs once, and `from` would call a function for each byte. */
function decodeInBrowser(base64: string): Uint8Array<ArrayBuffer> {
  const characters = atob(base64);
  const bytes = new Uint8Array(characters.length);
  for (let index = 0; index < bytes.length; index += 1) bytes[index] = characters.charCodeAt(index);
  return bytes;
}
