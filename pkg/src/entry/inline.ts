// For tools that do not copy the wasm file: it is embedded in base64, which adds a third to its size. Not for workerd.

import { initSync } from "../generated/glue.js";
import { base64 } from "../generated/inline.js";
import { usePlatform } from "../wasm.js";

usePlatform({
  load: () => initSync({ module: decodeBase64(base64) }),
  requestInit: { redirect: "error" },
});

/** A loop is faster than `Uint8Array.from` here: it runs once, and `from` would call a function for each byte. */
function decodeBase64(base64: string): Uint8Array {
  const characters = atob(base64);
  const bytes = new Uint8Array(characters.length);
  for (let index = 0; index < bytes.length; index += 1) bytes[index] = characters.charCodeAt(index);
  return bytes;
}

export * from "../index.js";
