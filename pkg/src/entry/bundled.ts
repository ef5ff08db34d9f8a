// Browsers and web workers, with a bundler that emits the wasm file: Vite, webpack and others in production. Has no import
// that would split the bundle: Vite 5 to 7 do not build web workers that are split.

import { explainInBrowser } from "../load-error.js";
import { usePlatform } from "../wasm.js";
import { compileFile, requestInit } from "./wasm-file.js";

usePlatform({
  load: () =>
    compileFile().catch((cause) => {
      throw explainInBrowser(cause);
    }),
  requestInit,
});

export * from "../index.js";
