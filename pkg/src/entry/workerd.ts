// Cloudflare's workerd: the wasm file is imported as a module, since workerd compiles no bytes.

import { initSync } from "../generated/glue.js";
import module from "../sts.wasm";
import { usePlatform } from "../wasm.js";

usePlatform({
  load: () => initSync({ module }),
  // workerd knows no other way to refuse a redirect; the answer is then the redirect, which is an error here.
  requestInit: { redirect: "manual" },
});

export * from "../index.js";
