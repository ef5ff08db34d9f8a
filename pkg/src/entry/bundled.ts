// Browsers and web workers, with a bundler that emits the wasm file: Vite, webpack and others in production. It has no
// dynamic imports, because they split the bundle, and Vite 5 to 7 cannot build a web worker in several chunks.

import { explainInBrowser } from "../load-error.js";
import { usePlatform } from "../wasm.js";
import { startTimer } from "./shared-timer.js";
import { compileFile, requestInit } from "./wasm-file.js";

usePlatform({
  load: () =>
    compileFile().catch((cause) => {
      throw explainInBrowser(cause);
    }),
  requestInit,
  startTimer,
});

export * from "../index.js";
