// The wasm is embedded in the JavaScript, so that no bundler can lose it. Not for workerd, which cannot compile
// WebAssembly at run time.

import { compileInlined } from "../inlined.js";
import { usePlatform } from "../wasm.js";

usePlatform({ load: compileInlined, requestInit: { redirect: "error" } });

export * from "../index.js";
