// Node: this process, with the packages as npm installs them.

import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { all } from "../contenders/all.mjs";
import * as aws4 from "../contenders/aws4.mjs";
import * as floor from "../contenders/floor.mjs";
import { harness } from "../harness.mjs";
import { signAndParse } from "../memory.mjs";

const execute = promisify(execFile);
const script = fileURLToPath(new URL("../first-signature.mjs", import.meta.url));

export function openNode(server) {
  const { plan, verify, run } = harness([...all, aws4, floor], server);
  return {
    name: "Node",
    version: `Node ${process.versions.node}`,
    batch: 40,
    plan,
    verify,
    signAndParse,
    run: async (row, contender, n) => {
      const started = performance.now();
      await run(row, contender, n);
      return performance.now() - started;
    },
    /** Returns the milliseconds from the import of a contender to its first signature, in a new process. */
    firstSignature: async (contender) => Number((await execute(process.execPath, [script, contender])).stdout),
    close: () => {},
  };
}
