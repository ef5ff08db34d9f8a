// sts-web with its wasm in a file, to show the cost of the inlined wasm in Node.

import { readFile } from "node:fs/promises";
import { STS, useModule } from "sts-web/slim";

import { credentials, input, region } from "../fixture.mjs";

useModule(await readFile(new URL(import.meta.resolve("sts-web/sts.wasm"))));

export function create(endpoint) {
  const sts = new STS({ region, endpoint, credentials });
  return { sign: () => sts.request("AssumeRole", input) };
}
