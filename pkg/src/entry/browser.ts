// Browsers and web workers, with a bundler or without: the wasm file lies beside this one.
import { initSync } from "../generated/glue.js";
import { usePlatform } from "../wasm.js";

usePlatform({
  load: async () => initSync({ module: await compiled(await fetch(new URL("../sts.wasm", import.meta.url))) }),
  requestInit: { redirect: "error", credentials: "omit", cache: "no-store", referrerPolicy: "no-referrer" },
});

/** Compiled while it comes in, which browsers do only where the server says that it is wasm. */
async function compiled(response: Response): Promise<WebAssembly.Module> {
  if (!response.ok) throw new Error(`${response.url} was answered with ${response.status}`);
  if (response.headers.get("content-type") === "application/wasm") return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
}

export * from "../index.js";
