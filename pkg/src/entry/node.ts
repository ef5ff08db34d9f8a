// Node, Deno and Bun read the wasm file from disk.

import { readFile } from "node:fs/promises";
import { initSync } from "../generated/glue.js";
import { usePlatform } from "../wasm.js";

usePlatform({
  load: async () => initSync({ module: await readFile(new URL("../sts.wasm", import.meta.url)) }),
  requestInit: { redirect: "error" },
});

export * from "../index.js";
