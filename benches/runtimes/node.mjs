// Node: this very process, with the packages as npm installs them.

import { all } from "../contenders/all.mjs";
import * as aws4 from "../contenders/aws4.mjs";
import { signAndParse } from "../memory.mjs";
import { work } from "../work.mjs";

export function node(server) {
  const { plan, verify, run } = work([...all, aws4], server);
  return {
    name: "Node",
    version: `Node ${process.versions.node}`,
    batch: 40,
    plan,
    verify,
    signAndParse,
    run: async (row, name, n) => {
      const started = performance.now();
      await run(row, name, n);
      return performance.now() - started;
    },
    close: () => {},
  };
}
