// Makes a thousand calls with a random fault each, in Rust and with the npm package, and checks them with judge.mjs.

import { test } from "node:test";

import { judge } from "./judge.mjs";
import { PLATFORMS, run } from "./run.mjs";

const seed = process.env.STS_WEB_SEED;

for (const platform of Object.keys(PLATFORMS)) {
  test(`${platform}: every call ends as expected, in time and within the retry budget (STS_WEB_SEED=${seed})`, {
    timeout: 300_000,
  }, async () => {
    judge(platform, await run(platform, 1_000, seed));
  });
}
