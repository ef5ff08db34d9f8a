// Renders RESULTS.md.

import { quartiles, ratio } from "./measure.mjs";
import { checkTargets, memoryIsStable } from "./targets.mjs";

const ROWS = {
  sign: "sign with a warm key",
  signNewSecret: "sign with a new secret each time",
  parse: "parse an AssumeRole response",
  call: "a whole call, `fetch` stubbed",
};
const LOOPBACK_ROWS = { loopback: "one at a time", loopback64: "64 in parallel" };

/** Returns the document for the measurements that bench.mjs collects. */
export function renderResults(measurements) {
  const { machine, versions, date, command, rounds, responseSize, runtimes, native, sizes, profiles } = measurements;
  return `# Benchmark results

Written by \`${command}\` on ${date}. The times depend on the machine. The ratios matter more, because contenders run side by side.

- Machine: ${machine}.
- Versions: ${versions.join(", ")}.
- Every contender signs the same AssumeRole request. Before anything is timed, every signature is verified with WebCrypto,
  according to the specification, and every parsed response (${responseSize} bytes) is compared with the expected one.
- Contenders take turns in each of ${rounds} rounds, in one process. A cell shows the median of the rounds, with the quartiles in
  parentheses. Ratios are computed round by round. "–" means that the contender lacks the feature or does not run there.
- \`client-sts\` signs with its own serializer, endpoint and signing middleware, and sends with its fetch handler, also in
  Node.
- "hashes alone" is no library, but the least work for a signature: hash-wasm and text, without options, validation or wiping.
- Signing returns a plain request object, for all contenders. The stubbed \`fetch\` creates a \`Request\`, like the real one.
- A new secret means a new client, as in a server that signs for many users. The client of sts-web is destroyed each time.

## Targets

${table(
  ["target", "at most", "this run", ""],
  checkTargets(runtimes).map(({ title, bound, measured, met }) => [
    title,
    fraction(bound),
    spread(measured, fraction),
    met ? "met" : "**missed**",
  ]),
)}

${missedTargets(checkTargets(runtimes))}

${runtimes.map(runtimeSection).join("\n\n")}

## From import to first signature

Milliseconds: in Node, in a fresh process, with the packages as npm installs them; in Chromium, from the start of a fresh page with an empty
cache, with bundles loaded over loopback.

${firstSignatureTable(runtimes.filter(({ firstSignature }) => firstSignature))}

${preloaded(runtimes.find(({ preloaded }) => preloaded).preloaded)}

${coldImport(runtimes.find(({ coldImport }) => coldImport).coldImport)}

${firstSignatureBreakdown(runtimes.find(({ breakdown }) => breakdown).breakdown)}

## Memory

The size of the module's linear memory, in bytes, after this number of signatures and parsed responses in one instance.

${table(
  ["", "early", "at the end", ""],
  runtimes.map(({ name, memory }) => [
    name,
    `${integer(memory.early)} after ${integer(memory.earlyAfter)}`,
    `${integer(memory.end)} after ${integer(memory.endAfter)}`,
    memoryIsStable(memory) ? "stable" : "**grew**",
  ]),
)}

## Size

Bytes of each entry point's bundle, including its wasm, and of the peers' bundles, with the same esbuild settings.
\`cargo xtask size --peers\` prints this table and the largest functions.

${table(
  ["", "raw", "gzip", "brotli"],
  sizes.map(({ name, sizes }) => [name, ...sizes.map(integer)]),
)}

## Profile

Percentage of CPU time in Node, according to V8's sampling profiler, with a module that keeps its function names.

${Object.entries(profiles).map(profileSection).join("\n\n")}

## Steps of a call, natively

Microseconds, measured by criterion (\`cargo bench --bench one_call\`).

${table(
  ["step", "median"],
  native.map(({ name, nanoseconds }) => [name, spread(quartiles(nanoseconds), (time) => (time / 1000).toFixed(2))]),
)}
`;
}

/** Returns the tables of a runtime: the times of each contender, and the ratios to those of sts-web. */
function runtimeSection({ name, samples }) {
  const contenders = Object.keys(samples.sign);
  const cell = (row, contender) => {
    if (!samples[row][contender]) return "–";
    const time = spread(quartiles(samples[row][contender]), microseconds);
    if (contender === "sts-web") return time;
    return `${time} ×${(1 / ratio(samples[row], "sts-web", contender).median).toFixed(1)}`;
  };
  const aboveFetch = (row, contender) => {
    if (!samples[row][contender]) return "–";
    const fetchAlone = samples[row]["fetch alone"];
    return spread(quartiles(samples[row][contender].map((time, round) => time - fetchAlone[round])), microseconds);
  };
  const rawFetch = Object.entries(LOOPBACK_ROWS)
    .map(([row, title]) => `${spread(quartiles(samples[row]["fetch alone"]), microseconds)} ${title}`)
    .join(" and ");
  return `## ${name}

Microseconds. × is the time divided by that of sts-web.

${table(
  ["", ...contenders],
  Object.entries(ROWS).map(([row, title]) => [title, ...contenders.map((contender) => cell(row, contender))]),
)}

Of a whole call, the stubbed \`fetch\` alone takes ${spread(quartiles(samples.call["fetch alone"]), microseconds)}.

Calls to a loopback server: microseconds on top of a raw fetch of the same body, which takes ${rawFetch}.

${table(
  ["", ...contenders],
  Object.entries(LOOPBACK_ROWS).map(([row, title]) => [
    title,
    ...contenders.map((contender) => aboveFetch(row, contender)),
  ]),
)}`;
}

/** Returns the reason for each target that is missed. */
function missedTargets(targets) {
  const missed = targets.filter(({ met }) => !met);
  if (missed.length === 0) return "All targets are met.";
  const reasons = missed.map(({ title, reason }) => `- ${title}: ${reason}`);
  return `Reasons for the missed targets (the profile below shows the shares, in Node):\n\n${reasons.join("\n")}`;
}

function firstSignatureTable(runtimes) {
  const times = ({ firstSignature }) =>
    Object.values(firstSignature).map((samples) => spread(quartiles(samples), milliseconds));
  return table(
    ["", ...Object.keys(runtimes[0].firstSignature)],
    runtimes.map((runtime) => [runtime.name, ...times(runtime)]),
  );
}

function firstSignatureBreakdown(breakdown) {
  const median = (part) => milliseconds(quartiles(breakdown.map((times) => times[part])).median);
  const { total, script, wasm } = { total: median("total"), script: median("script"), wasm: median("wasm") };
  return `Of sts-web's ${total} ms in a page, ${script} ms pass until its script has loaded and run, and then ${wasm} ms until its wasm has loaded.`;
}

/** Returns the line `Preloaded`: the same in a page that preloads the files of sts-web, or those of both. */
function preloaded(samples) {
  const time = (contender) => spread(quartiles(samples[contender]), milliseconds);
  const factor = (peer) => spread(ratio(samples, "sts-web-preloaded", peer), fraction);
  return `In Chromium, with the links that pkg/README.md shows: ${time("sts-web-preloaded")} ms for sts-web; ${time("aws4fetch")} ms for aws4fetch, a ratio of ${factor("aws4fetch")}; ${time("aws4fetch-preloaded")} ms for aws4fetch with such a link, a ratio of ${factor("aws4fetch-preloaded")}.`;
}

/** Returns the line `Cold import, Node`: the cost of the inlined wasm. */
function coldImport(samples) {
  const [inlined, file] = Object.values(samples).map((times) => spread(quartiles(times), milliseconds));
  const [name, fileName] = Object.keys(samples);
  const factor = spread(ratio(samples, name, fileName), fraction);
  return `Cold import, Node: ${inlined} ms with the wasm inlined, ${file} ms with the wasm in a file, a ratio of ${factor}.`;
}

function profileSection([row, { parts, functions }]) {
  const percentages = (shares) => shares.map(([name, share]) => `${name.replaceAll("|", "\\|")} ${share.toFixed(1)}`);
  return `- ${row}: ${percentages(parts).join(", ")}.\n  - \`${percentages(functions).join("`\n  - `")}\``;
}

function table(head, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

const spread = ({ low, median, high }, format) => `${format(median)} (${format(low)}–${format(high)})`;
const microseconds = (time) => (time * 1000).toFixed(1);
const milliseconds = (time) => time.toFixed(1);
const fraction = (share) => (share < 1 ? `1/${(1 / share).toFixed(1)}` : share.toFixed(2));
const integer = (number) => number.toLocaleString("en-US");
