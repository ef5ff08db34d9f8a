// RESULTS.md, from what was measured.

import { quartiles, ratio } from "./measure.mjs";
import { besideTheFloor, judged, steady } from "./targets.mjs";

const ROWS = {
  sign: "sign, warm key",
  signAnew: "sign, new secret each time",
  parse: "parse an AssumeRole answer",
  call: "one whole call, fetch stubbed",
};
const OVER_FETCH = { loopback: "one at a time", loopback64: "64 at once" };

/** The document. `given` is what bench.mjs collected. */
export function results({ machine, versions, date, command, rounds, answerSize, places, native, sizes, profile }) {
  return `# Results

Written by \`${command}\` on ${date}. The times are one machine's; what must hold is the ratio, side by side in one run.

- Machine: ${machine}.
- Versions: ${versions.join(", ")}.
- Every contender signs the same AssumeRole call; every signature was verified by WebCrypto from the specification, and
  every answer (${answerSize} bytes) against its fixture, before anything was timed.
- Contenders take turns within each of ${rounds} rounds of one process. A cell is the median of the rounds, with the quartiles in
  brackets; a ratio is taken round by round. "–" is what a contender does not have, or where it does not run.
- \`client-sts\` signs by its own serializer, endpoint and signing middleware, and sends by its fetch handler, in Node too.
- Signing gives a plain request for all. The stubbed \`fetch\` makes a \`Request\` of what it is given, as a real one does.
- A new secret is a new client, as for whoever signs with the keys of many; sts-web's is destroyed each time.

## What the design promises

${table(
  ["promise: at most", "bound", "this run", ""],
  judged(places).map(({ words, bound, gave, holds }) => [
    words,
    parts(bound),
    spread(gave, parts),
    holds ? "holds" : "**does not hold**",
  ]),
)}

${ofFloor(besideTheFloor(places))}

${standing(judged(places))}

${places.map(ofPlace).join("\n\n")}

## From import to first signature

Milliseconds, in a fresh process (the packages as npm installs them) and in a fresh page with an empty cache (bundles over
loopback).

${table(
  ["", ...Object.keys(places.find(({ first }) => first).first)],
  places
    .filter(({ first }) => first)
    .map(({ name, first }) => [
      name,
      ...Object.values(first).map((samples) => spread(quartiles(samples), milliseconds)),
    ]),
)}

${ofFirst(places.find(({ parts }) => parts).parts)}

## Memory

The module's linear memory, in bytes, after so many signatures and as many answers read in one instance.

${table(
  ["", "early", "at the end", ""],
  places.map(({ name, memory }) => [
    name,
    `${whole(memory.early)} after ${whole(memory.earlyAfter)}`,
    `${whole(memory.end)} after ${whole(memory.endAfter)}`,
    steady(memory) ? "holds" : "**grew**",
  ]),
)}

## Size

Bytes, of each entry point's bundle with its wasm, and of the peers', by the same settings of esbuild. \`cargo xtask size --peers\`
prints it with the largest functions.

${table(
  ["", "raw", "gzip", "brotli"],
  sizes.map(({ name, sizes }) => [name, ...sizes.map(whole)]),
)}

## Where the time goes

Percent of the time in Node, by V8's profiler, with a module that keeps its functions' names: signing with a warm key, parsing,
and a whole call over a stubbed fetch.

${Object.entries(profile).map(ofProfile).join("\n\n")}

## The way of one call, natively

Microseconds, by criterion (\`cargo bench --bench one_call\`).

${table(
  ["step", "median"],
  native.map(({ name, nanoseconds }) => [name, spread(quartiles(nanoseconds), (time) => (time / 1000).toFixed(2))]),
)}
`;
}

/** A place's tables: rows by contender, with the ratio of each to sts-web. */
function ofPlace({ name, samples }) {
  const contenders = Object.keys(samples.sign);
  const cell = (row, contender) => {
    if (!samples[row][contender]) return "–";
    const time = spread(quartiles(samples[row][contender]), microseconds);
    return contender === "sts-web"
      ? time
      : `${time} ×${(1 / ratio(samples[row], "sts-web", contender).median).toFixed(1)}`;
  };
  const above = (row, contender) => {
    if (!samples[row][contender]) return "–";
    const own = samples[row]["fetch alone"];
    return spread(quartiles(samples[row][contender].map((time, round) => time - own[round])), microseconds);
  };
  return `## ${name}

Microseconds; × is how many times as long as sts-web.

${table(
  ["", ...contenders],
  Object.entries(ROWS).map(([row, words]) => [words, ...contenders.map((contender) => cell(row, contender))]),
)}

Calls to a server on loopback, in microseconds above a raw fetch of the same body, which takes ${Object.entries(
    OVER_FETCH,
  )
    .map(([row, words]) => `${spread(quartiles(samples[row]["fetch alone"]), microseconds)} ${words}`)
    .join(" and ")}.

${table(
  ["", ...contenders],
  Object.entries(OVER_FETCH).map(([row, words]) => [words, ...contenders.map((contender) => above(row, contender))]),
)}`;
}

/** What is in the way of the promises that do not hold. */
function standing(promises) {
  const failing = promises.filter(({ holds }) => !holds);
  if (failing.length === 0) return "Every promise holds.";
  return `What stands in the way; the profile below, which is of Node, has the shares:\n\n${failing.map(({ words, why }) => `- ${words}: ${why}`).join("\n")}`;
}

function ofFloor({ floor, median, holds }) {
  const bound = `twice the design's floor of ${microseconds(floor)} µs`;
  return `A signature with a warm key takes ${microseconds(median)} µs in Chromium, through the public API: ${bound} ${holds ? "holds" : "**does not hold**"}.`;
}

function ofFirst(parts) {
  const median = (part) => milliseconds(quartiles(parts.map((first) => first[part])).median);
  return `Of sts-web's ${median("all")} ms in a page, its script takes ${median("imported")} to come and run, and its wasm ${median("wasm")} to come after that.`;
}

function ofProfile([row, { parts, functions }]) {
  const percent = (shares) => shares.map(([name, share]) => `${name.replaceAll("|", "\\|")} ${share.toFixed(1)}`);
  return `- ${row}: ${percent(parts).join(", ")}.\n  - \`${percent(functions).join("\`\n  - \`")}\``;
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

const spread = ({ low, median, high }, words) => `${words(median)} (${words(low)}–${words(high)})`;
const microseconds = (time) => (time * 1000).toFixed(1);
const milliseconds = (time) => time.toFixed(1);
const parts = (share) => (share < 1 ? `1/${(1 / share).toFixed(1)}` : share.toFixed(2));
const whole = (number) => number.toLocaleString("en-US");
