// Runs in a page in Chromium. Called from Node, and timed by the page's own clock.

import { all } from "../contenders/all.mjs";
import * as floor from "../contenders/floor.mjs";
import { harness } from "../harness.mjs";
import { signAndParse } from "../memory.mjs";

const { plan, verify, run } = harness([...all, floor], new URL("/", location.href).href);

globalThis.bench = {
  plan,
  verify,
  signAndParse,
  run: async (row, contender, n) => {
    const started = performance.now();
    await run(row, contender, n);
    return performance.now() - started;
  },
};
