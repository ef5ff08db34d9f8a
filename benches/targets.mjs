// The speed targets, as ratios within one run.

import { quartiles, ratio } from "./measure.mjs";

const SDK = "@aws-sdk/client-sts";
const AWS4FETCH = "aws4fetch, fast-xml-parser";
const AWS4 = "aws4";
const HASHES = "hashes alone";

const TEXT =
  "all code but SHA-256, the wiping of memory and the standard library's strings is compiled for size, and the input is validated and passed to the module as text. At a higher `opt-level` for sts-web in Cargo.toml, the bundle is over its budget.";
const NEW_SECRET =
  "each client resolves its options, is created in the module, and its keys and the stack are wiped when it is destroyed. The peers wipe nothing.";
const CALL =
  "the platform's `Request`, `Response` and stream take a large share: the time of the stubbed `fetch` alone is below. The rest is signing, parsing, the limits on time and size, and the promises between them.";
const FIRST_SIGNATURE =
  "the wasm is larger than the peer's script, and its functions are compiled on their first call.";
const COLD_IMPORT = "the inlined wasm is read and scanned with the script, and then decoded.";

/** The ratio of a row's time to a peer's, round by round. */
const versus =
  (row, peer, own = "sts-web") =>
  (samples) =>
    ratio(samples[row], own, peer);

/** The time of a call above `fetch` alone, divided by the time to sign and to parse. */
const aboveFetch = ({ call, sign, parse }) =>
  quartiles(
    call["sts-web"].map(
      (time, round) => (time - call["fetch alone"][round]) / (sign["sts-web"][round] + parse["sts-web"][round]),
    ),
  );

const target = (title, runtime, bound, measure, reason) => ({ title, runtime, bound, measure, reason });

const TARGETS = [
  target("sign with a warm key, Chromium, to the hashes alone", "Chromium", 1.2, versus("sign", HASHES), TEXT),
  target("sign with a warm key, Node, to aws4", "Node", 1, versus("sign", AWS4), TEXT),
  target(
    "sign with a new secret, Chromium, to client-sts",
    "Chromium",
    1 / 16,
    versus("signNewSecret", SDK),
    NEW_SECRET,
  ),
  target(
    "sign with a new secret, Chromium, to aws4fetch",
    "Chromium",
    1 / 4,
    versus("signNewSecret", AWS4FETCH),
    NEW_SECRET,
  ),
  target("sign with a new secret, Node, to aws4", "Node", 1, versus("signNewSecret", AWS4), NEW_SECRET),
  target("parse an AssumeRole response, Chromium, to client-sts", "Chromium", 1 / 16, versus("parse", SDK), TEXT),
  target("a whole call, Chromium, to client-sts", "Chromium", 1 / 10, versus("call", SDK), CALL),
  target("a whole call, Chromium, to aws4fetch", "Chromium", 1 / 2.5, versus("call", AWS4FETCH), CALL),
  target("a whole call, Chromium, above `fetch` alone, to signing and parsing", "Chromium", 3, aboveFetch, CALL),
  target("a whole call, workerd, to aws4fetch", "workerd", 1 / 1.8, versus("call", AWS4FETCH), CALL),
  target("a whole call, Node, to client-sts", "Node", 1 / 6, versus("call", SDK), CALL),
  target(
    "import to first signature in a fresh page, with both preload links, to aws4fetch",
    "Chromium",
    1,
    versus("preloaded", "aws4fetch", "sts-web-preloaded"),
    FIRST_SIGNATURE,
  ),
  target(
    "import to first signature in a fresh Node, to the same with the wasm in a file",
    "Node",
    1.1,
    versus("coldImport", "sts-web-file"),
    COLD_IMPORT,
  ),
];

/** Returns each target with the measured ratio, and whether its median meets the target. */
export function checkTargets(runtimes) {
  return TARGETS.map(({ title, runtime, bound, measure, reason }) => {
    const { samples, ...others } = runtimes.find(({ name }) => name === runtime);
    const measured = measure({ ...samples, ...others });
    return { title, bound, reason, measured, met: measured.median <= bound };
  });
}

/** Returns whether linear memory is as large at the end as after the first signatures. */
export const memoryIsStable = ({ early, end }) => early === end;
