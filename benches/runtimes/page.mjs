// What Chromium's page runs: it is called from outside, and tells the time by its own clock.

import { all } from "../contenders/all.mjs";
import { signAndParse } from "../memory.mjs";
import { work } from "../work.mjs";

const { plan, verify, run } = work(all, new URL("/", location.href).href);

globalThis.bench = {
  plan,
  verify,
  signAndParse,
  run: async (row, name, n) => {
    const started = performance.now();
    await run(row, name, n);
    return performance.now() - started;
  },
};
