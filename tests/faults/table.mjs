// `cargo xtask faults [SEED]`: writes tests/FAULTS.md.

import { writeFile } from "node:fs/promises";

import { judge } from "./judge.mjs";
import { FAULTS } from "./plan.mjs";
import { AT_ONCE, REQUEST_TIMEOUT, run } from "./run.mjs";

const CALLS = 10_000;
const seed = process.argv[2] ?? String(Math.floor(Math.random() * 1e9));
const TITLES = { native: "Natively, over reqwest", npm: "In wasm: the npm package in Node, over its `fetch`" };

let document = `# Under faults

Written by \`cargo xtask faults\`. Each call is an AssumeRole with a name of its own, through a proxy that does to it what is
in the first column, to the first attempt, the first two or all three. ${AT_ONCE} calls are in flight at any time, over shared
connections. An attempt may take ${REQUEST_TIMEOUT / 1000} seconds. STS is the sandbox (MiniStack).

All of this held, or there would be no table: every call ended in its own answer or in the kind of error that its fault
leads to; none took longer than its attempts and waits may; each was sent three times at most, and a client's retries stayed
within its budget; the redirect's target got nothing; no error told a secret.

Half of the calls share a client whose retry budget does not last for so many faults: that is why faults that would pass end
in errors, too. The others have clients that retry as often as they may. \`cargo xtask faults ${seed}\` has the same faults
again. Natively waits between attempts take no time; in Node they are real.
`;
for (const [platform, title] of Object.entries(TITLES)) {
  console.log(`${platform}: ${CALLS} calls, seed ${seed}`);
  const rows = judge(platform, await run(platform, CALLS, seed));
  const late = Object.values(rows).reduce((sum, row) => sum + row.late, 0);
  const busy = `The sandbox itself took more than half of an attempt's time in ${late} of the calls; those may have timed out for that.`;
  document += `\n## ${title}\n\n${table(rows)}\n${busy}\n`;
}
await writeFile(new URL("../FAULTS.md", import.meta.url), document);
console.log("written: tests/FAULTS.md");

function table(rows) {
  const lines = Object.entries(rows).map(([fault, { calls, right, errors, sent, most, longest }]) => {
    const kinds =
      Object.entries(errors)
        .map(([kind, count]) => `${kind} ${count}`)
        .join(", ") || "–";
    return [
      FAULTS[fault].is,
      calls,
      right,
      kinds,
      `${sent.toFixed(2)}, at most ${most}`,
      `${(longest / 1000).toFixed(1)} s`,
    ];
  });
  const head = ["fault", "calls", "right answers", "errors by kind", "sent per call", "longest call"];
  return [head, ["---", "--:", "--:", "---", "---", "--:"], ...lines]
    .map((line) => `| ${line.join(" | ")} |\n`)
    .join("");
}
