// `cargo xtask faults [SEED]`: writes tests/FAULTS.md.

import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";

import { growth, LONGEST_REQUEST, MAX_GROWTH, soak } from "../worker/soak.mjs";
import { judge } from "./judge.mjs";
import { FAULTS } from "./plan.mjs";
import { CONCURRENCY, REQUEST_TIMEOUT, run } from "./run.mjs";

const CALLS = 10_000;
const SOAK = { seconds: 600, perSecond: 500, callers: 300 };
const seed = process.argv[2] ?? String(Math.floor(Math.random() * 1e9));
const TITLES = { native: "Native, over reqwest", npm: "WebAssembly: the npm package in Node, over `fetch`" };

let document = `# Fault injection

Written by \`cargo xtask faults\`. Each call is an AssumeRole request with a unique session name. It goes through a proxy that
injects the fault in the first column into the first attempt, the first two, or all three. ${CONCURRENCY} calls run concurrently, over
shared connections. An attempt times out after ${REQUEST_TIMEOUT / 1000} seconds. STS is the sandbox (MiniStack).

The table is written only if every check passes. Every call returned its own response, or the kind of error that its fault
causes. No call took longer than its attempts and delays allow. No call made more than three attempts, and no client exceeded
its retry budget. No request followed the redirect. No error contained a secret.

Half of the calls share a client whose retry budget is too small for so many faults, so some of them fail although the fault
is transient. The others have clients with a sufficient budget. \`cargo xtask faults ${seed}\` injects the same faults again.
The native client skips the delays between attempts; the client in Node does not.
`;
for (const [platform, title] of Object.entries(TITLES)) {
  console.log(`${platform}: ${CALLS} calls, seed ${seed}`);
  const rows = judge(platform, await run(platform, CALLS, seed));
  const late = Object.values(rows).reduce((sum, row) => sum + row.late, 0);
  document += `
## ${title}

${table(rows)}
In ${late} calls, the sandbox took more than half of an attempt's timeout, so it may have caused timeouts.
`;
}
console.log(`the Worker: ${SOAK.seconds} seconds`);
document += soakSection(await soak(SOAK));
await writeFile(new URL("../FAULTS.md", import.meta.url), document);
console.log("wrote tests/FAULTS.md");

function table(rows) {
  const head = ["fault", "calls", "successes", "errors by kind", "attempts per call", "slowest call"];
  return [head, ["---", "--:", "--:", "---", "---", "--:"], ...Object.entries(rows).map(cells)]
    .map((row) => `| ${row.join(" | ")} |\n`)
    .join("");
}

function cells([fault, { calls, successes, errors, meanAttempts, maximumAttempts, maximumMilliseconds }]) {
  const kinds = Object.entries(errors).map(([kind, count]) => `${kind} ${count}`);
  return [
    FAULTS[fault].description,
    calls,
    successes,
    kinds.join(", ") || "–",
    `${meanAttempts.toFixed(2)}, at most ${maximumAttempts}`,
    `${(maximumMilliseconds / 1000).toFixed(1)} s`,
  ];
}

/** Verifies the outcome of a soak, and renders it. A slow machine does not fail it, but the section shows its rate. */
function soakSection(outcome) {
  const { requests, statuses, injected, slowest, wrong, rate, memory } = outcome;
  assert.deepEqual(wrong, []);
  assert.ok(growth(outcome) < MAX_GROWTH, JSON.stringify(memory));
  const isFast = rate > 0.95 * SOAK.perSecond;
  if (isFast) assert.ok(slowest < LONGEST_REQUEST, `a request took ${slowest} ms`);
  console.log(`${requests} requests, ${rate.toFixed(0)} per second of the ${SOAK.perSecond} intended`);
  const lines = (counts) =>
    Object.entries(counts)
      .sort()
      .map(([name, count]) => `| ${name} | ${count} |\n`)
      .join("");
  const size = ({ heap, wasm, resident }) =>
    `${[heap, wasm, resident].map((bytes) => (bytes / 2 ** 20).toFixed(1)).join(" | ")} |`;
  return `
## The Worker in workerd

${SOAK.seconds} seconds, from ${SOAK.callers} callers with credentials that live for 30 seconds. The machine sent ${rate.toFixed(0)} requests per second;
the intended rate was ${SOAK.perSecond}. The issuer begins to sign with a new key every 20 seconds. The issuer, STS and the Durable
Objects fail at random. The section is written only if no caller got credentials of another caller or expired ones, and the
memory of the Worker's isolate did not grow. ${isFast ? `No request took longer than the Worker's timeouts allow (${LONGEST_REQUEST / 1000} seconds).` : "On a machine this slow, the time of a request is not checked."}

| responses | ${requests} requests |
| --- | --: |
${lines(statuses)}
| injected faults | |
| --- | --: |
${lines(injected)}
The slowest request took ${(slowest / 1000).toFixed(1)} s.

| memory in MiB | JavaScript heap after a collection | WebAssembly | workerd's process |
| --- | --: | --: | --: |
| after ${SOAK.seconds / 10} seconds | ${size(memory.early)}
| at the end | ${size(memory.late)}

The process also grows with a Worker that only returns a response.
`;
}
