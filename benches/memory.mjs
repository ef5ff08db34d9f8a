// How large the module's linear memory is, after many signatures and answers in one instance.

import { STS } from "sts-web";
import init from "../pkg/dist/generated/glue.js";
import { input, keys, region } from "./fixture.mjs";
import { answer } from "./response.mjs";

const body = new TextEncoder().encode(answer);
let sts;

/** Signs and parses `n` times, and says the memory's size in bytes. */
export async function signAndParse(n) {
  sts ??= new STS({ region, credentials: keys });
  for (let i = 0; i < n; i += 1) {
    await sts.request("AssumeRole", input);
    await sts.parse("AssumeRole", { status: 200, body });
  }
  // Started long since, the module is only looked up.
  return (await init()).memory.buffer.byteLength;
}
