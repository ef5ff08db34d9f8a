// For tools that move no files: the wasm stands in the JavaScript, a third larger. Anywhere but in workerd.
import { base64 } from "../generated/inline.js";
import { initSync } from "../generated/glue.js";
import { usePlatform } from "../wasm.js";

usePlatform({
  load: () => initSync({ module: Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)) }),
  requestInit: { redirect: "error" },
});

export * from "../index.js";
