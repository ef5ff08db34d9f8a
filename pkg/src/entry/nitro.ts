// Nitro for platforms other than Node, without its option `experimental.wasm`. It would read the wasm file as JavaScript
// and report a syntax error. No module has the name below, so the build fails with an error that says what to do.

import "sts-web needs experimental.wasm: true in Nitro's options (nitro.experimental.wasm in Nuxt's)";

export * from "../index.js";
