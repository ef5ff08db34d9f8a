// Next.js and Nitro (unwasm) import the wasm file as a module if its name ends in `?module`. Their edge runtimes do not
// compile WebAssembly at run time.

import module from "../sts.wasm?module";
import { usePlatform } from "../wasm.js";

usePlatform({ load: () => module, requestInit: { redirect: "manual" }, maxWait: 2_000 });

export * from "../index.js";
