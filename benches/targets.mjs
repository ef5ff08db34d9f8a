// The speed targets, as ratios within one run.

import { quartiles, ratio } from "./measure.mjs";

const SDK = "@aws-sdk/client-sts";
const AWS4FETCH = "aws4fetch, fast-xml-parser";

const TEXT =
  "the code that builds and parses text is compiled for size. With `opt-level = 3` for sts-web in Cargo.toml, signing and parsing both take about two thirds of the time, but the bundle is far over its budget.";
const NEW_SECRET =
  "deriving the signing key takes four more HMACs, and each client is created in the module, wiped together with the stack, and freed, all in code that is compiled for size.";
const CALL =
  "`fetch` and its `Response` take a large share. The timeout, the abort signal and the size limit on responses also take time, but are necessary.";
const FIRST_SIGNATURE =
  "sts-web loads two files in sequence: the script, and then the wasm, whose functions are compiled on their first call. The peer loads only a script. A page that preloads the wasm file loads both at the same time.";
const COLD_IMPORT = "the inlined wasm is read and scanned with the script, and then decoded.";

const TARGETS = [
  {
    title: "sign with a warm key, in Chromium: a tenth of client-sts",
    runtime: "Chromium",
    row: "sign",
    peer: SDK,
    bound: 1 / 10,
    reason: TEXT,
  },
  {
    title: "sign with a new secret, in Chromium: a fifteenth of client-sts",
    runtime: "Chromium",
    row: "signNewSecret",
    peer: SDK,
    bound: 1 / 15,
    reason: NEW_SECRET,
  },
  {
    title: "parse an AssumeRole response, in Chromium: a twentieth of client-sts",
    runtime: "Chromium",
    row: "parse",
    peer: SDK,
    bound: 1 / 20,
    reason: TEXT,
  },
  {
    title: "a whole call with `fetch` stubbed, in Chromium: an eighth of client-sts",
    runtime: "Chromium",
    row: "call",
    peer: SDK,
    bound: 1 / 8,
    reason: CALL,
  },
  {
    title: "a whole call with `fetch` stubbed, in Chromium: half of aws4fetch",
    runtime: "Chromium",
    row: "call",
    peer: AWS4FETCH,
    bound: 1 / 2,
    reason: CALL,
  },
  {
    title: "import to first signature, in a fresh page: no slower than aws4fetch with fast-xml-parser",
    runtime: "Chromium",
    row: "firstSignature",
    peer: "aws4fetch",
    bound: 1,
    reason: FIRST_SIGNATURE,
  },
  {
    title: "cold import, Node: import to first signature, at most a tenth more than with the wasm in a file",
    runtime: "Node",
    row: "coldImport",
    peer: "sts-web-file",
    bound: 1.1,
    reason: COLD_IMPORT,
  },
];

/** Returns each target with the measured ratio, and whether its median meets the target. */
export function checkTargets(runtimes) {
  return TARGETS.map(({ title, runtime, row, peer, bound, reason }) => {
    const { samples, ...whole } = runtimes.find(({ name }) => name === runtime);
    const measured = ratio(samples[row] ?? whole[row], "sts-web", peer);
    return { title, bound, reason, measured, met: measured.median <= bound };
  });
}

/** An estimate of the minimum time for the hashes and the text of a signature in wasm, in milliseconds. */
const MINIMUM = 0.006;

/** Compares the time of a signature with a warm key in Chromium with twice the minimum. */
export function checkWarmSignature(runtimes) {
  const { samples } = runtimes.find(({ name }) => name === "Chromium");
  const { median } = quartiles(samples.sign["sts-web"]);
  return { minimum: MINIMUM, median, met: median <= 2 * MINIMUM };
}

/** Returns whether linear memory is as large at the end as after the first signatures. */
export const memoryIsStable = ({ early, end }) => early === end;
