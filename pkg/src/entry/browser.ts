// Browsers and web workers, with a bundler or without: the wasm file lies beside this one.
import init from "../generated/glue.js";
import { usePlatform } from "../wasm.js";

usePlatform({
  load: () => init({ module_or_path: new URL("../sts.wasm", import.meta.url) }),
  requestInit: { redirect: "error", credentials: "omit", cache: "no-store", referrerPolicy: "no-referrer" },
});

export * from "../index.js";
