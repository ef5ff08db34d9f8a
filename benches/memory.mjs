// Measures the module's linear memory after many signatures and parsed responses in one instance.

import { STS } from "sts-web";
import { instantiate } from "../pkg/dist/generated/glue.js";
import { credentials, input, region } from "./fixture.mjs";
import { responseXml } from "./response.mjs";

const body = new TextEncoder().encode(responseXml);
let sts;

/** Signs and parses `n` times, and returns the size of the memory in bytes. */
export async function signAndParse(n) {
  sts ??= new STS({ region, credentials });
  for (let i = 0; i < n; i += 1) {
    await sts.request("AssumeRole", input);
    await sts.parse("AssumeRole", { status: 200, body });
  }
  // The module is loaded by now.
  return instantiate().memory.buffer.byteLength;
}
