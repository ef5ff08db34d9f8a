// Cloudflare's workerd imports the wasm file as a module, because it does not compile WebAssembly at run time.

import module from "../sts.wasm";
import { usePlatform } from "../wasm.js";

usePlatform({
  load: () => module,
  // workerd does not support `error`. With `manual` the response is the redirect itself, which the wasm module rejects.
  requestInit: { redirect: "manual" },
  maxWait: 2_000,
});

export * from "../index.js";
