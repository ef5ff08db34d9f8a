// Browsers and web workers, without a bundler, or with one that may lose the wasm file: esbuild, Angular, or Vite's
// development server, whose optimizer moves this module but not the file.

import { usePlatform } from "../wasm.js";
import { startTimer } from "./shared-timer.js";
import { compileFile, requestInit } from "./wasm-file.js";

usePlatform({
  load: async () => {
    try {
      return await compileFile();
    } catch (cause) {
      // Loaded only if the file cannot be, because it is larger.
      const { compileAfter } = await import("../inlined.js").catch(() => {
        throw cause;
      });
      return compileAfter(cause);
    }
  },
  requestInit,
  startTimer,
});

export * from "../index.js";
