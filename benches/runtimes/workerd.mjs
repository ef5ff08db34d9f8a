// workerd, in Miniflare. Its clock does not advance during a request, so the time is measured in Node.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

import { bundle } from "../bundle.mjs";

const require = createRequire(new URL("../../pkg/package.json", import.meta.url));

export async function openWorkerd(server) {
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
    (method) =>
    async (...args) => {
      const response = await miniflare.dispatchFetch("http://worker/", {
        method: "POST",
        body: JSON.stringify([method, ...args]),
      });
      const { result, error } = /** @type {{ result: unknown; error?: string }} */ (await response.json());
      if (error) throw new Error(error);
      return result;
    };
  const timed = async (work) => {
    const started = performance.now();
    await work();
    return performance.now() - started;
  };
  return {
    name: "workerd",
    version: `workerd ${require("workerd/package.json").version}, Miniflare ${require("miniflare/package.json").version}`,
    // Larger than in the other runtimes, because the round trip, which varies, is subtracted.
    batch: 200,
    plan: call("plan"),
    verify: call("verify"),
    signAndParse: call("signAndParse"),
    run: async (...args) => {
      const roundTrip = await timed(() => call("noop")());
      return Math.max(0, (await timed(() => call("run")(...args))) - roundTrip);
    },
    close: () => miniflare.dispose(),
  };
}
