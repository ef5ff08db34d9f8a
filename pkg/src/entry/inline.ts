// For tools that move no files: the wasm stands in the JavaScript, a third larger. Anywhere but in workerd.

import { initSync } from "../generated/glue.js";
import { base64 } from "../generated/inline.js";
import { usePlatform } from "../wasm.js";

usePlatform({
  load: () => initSync({ module: bytesOf(base64) }),
  requestInit: { redirect: "error" },
});

/** A loop, since this runs once: `Uint8Array.from` calls a function for each byte, not yet compiled. */
function bytesOf(base64: string): Uint8Array {
  const characters = atob(base64);
  const bytes = new Uint8Array(characters.length);
  for (let place = 0; place < bytes.length; place += 1) bytes[place] = characters.charCodeAt(place);
  return bytes;
}

export * from "../index.js";
