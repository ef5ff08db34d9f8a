// Browsers and web workers, with or without a bundler. The wasm file is served from the folder above this module.

import { initSync } from "../generated/glue.js";
import { usePlatform } from "../wasm.js";

usePlatform({
  load: async () => initSync({ module: await compile(await fetch(new URL("../sts.wasm", import.meta.url))) }),
  requestInit: { redirect: "error", credentials: "omit", cache: "no-store", referrerPolicy: "no-referrer" },
});

/** Compiles while downloading if the content type is `application/wasm`, which browsers require for it. */
async function compile(response: Response): Promise<WebAssembly.Module> {
  if (!response.ok) throw new Error(`${response.url} returned status ${response.status}`);
  if (response.headers.get("content-type") === "application/wasm") return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
}

export * from "../index.js";
