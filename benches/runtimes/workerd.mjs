// workerd, in Miniflare. Its clock stands still while a request is answered: the time is told from outside.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

import { bundle } from "../bundle.mjs";

const require = createRequire(new URL("../../pkg/package.json", import.meta.url));

export async function workerd(server) {
  const { Miniflare } = require("miniflare");
  const [script, wasm] = await Promise.all([
    bundle("runtimes/worker.mjs", ["workerd", "worker", "browser"]),
    readFile(new URL("../../pkg/dist/sts.wasm", import.meta.url)),
  ]);
  const miniflare = new Miniflare({
    modules: [
      { type: "ESModule", path: "worker.mjs", contents: script },
      { type: "CompiledWasm", path: "sts.wasm", contents: wasm },
    ],
    compatibilityDate: "2026-07-01",
    bindings: { SERVER: server },
  });
  const call =
    (what) =>
    async (...given) => {
      const response = await miniflare.dispatchFetch("http://worker/", {
        method: "POST",
        body: JSON.stringify([what, ...given]),
      });
      const { gave, failed } = await response.json();
      if (failed) throw new Error(failed);
      return gave;
    };
  const timed = async (work) => {
    const started = performance.now();
    await work();
    return performance.now() - started;
  };
  return {
    name: "workerd",
    version: `workerd ${require("workerd/package.json").version}, Miniflare ${require("miniflare/package.json").version}`,
    // The way there and back is taken off, and varies.
    batch: 200,
    plan: call("plan"),
    verify: call("verify"),
    signAndParse: call("signAndParse"),
    run: async (...given) => {
      const way = await timed(() => call("nothing")());
      return Math.max(0, (await timed(() => call("run")(...given))) - way);
    },
    close: () => miniflare.dispose(),
  };
}
