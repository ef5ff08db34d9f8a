// What the design promises, as ratios within one run.

import { quartiles, ratio } from "./measure.mjs";

const SDK = "@aws-sdk/client-sts";
const AWS4FETCH = "aws4fetch, fast-xml-parser";

const TEXT =
  "text is put together and read by code that is compiled for size. With `opt-level = 3` for sts-web in Cargo.toml both take about two thirds of the time, and the bundle is far over its budget.";
const ANEW =
  "the signing key is four more HMACs, and a client is made in the module, wiped with its stack, and freed; all of it compiled for size.";
const CALL =
  "`fetch` and its `Response` take a good part, and the timer, the signal and the reading in bounded pieces are not given up.";
const FIRST =
  "two requests, one after the other, where the peer has one: the script, and then the wasm, whose functions are compiled as they are first called. A page that preloads the wasm file has both at once.";

const PROMISES = [
  {
    words: "sign, warm, Chromium: a tenth of client-sts",
    place: "Chromium",
    row: "sign",
    peer: SDK,
    bound: 1 / 10,
    why: TEXT,
  },
  {
    words: "sign, new secret, Chromium: a fifteenth of client-sts",
    place: "Chromium",
    row: "signAnew",
    peer: SDK,
    bound: 1 / 15,
    why: ANEW,
  },
  {
    words: "parse an AssumeRole answer, Chromium: a twentieth of client-sts",
    place: "Chromium",
    row: "parse",
    peer: SDK,
    bound: 1 / 20,
    why: TEXT,
  },
  {
    words: "one whole call over a stubbed fetch, Chromium: an eighth of client-sts",
    place: "Chromium",
    row: "call",
    peer: SDK,
    bound: 1 / 8,
    why: CALL,
  },
  {
    words: "one whole call over a stubbed fetch, Chromium: half of aws4fetch",
    place: "Chromium",
    row: "call",
    peer: AWS4FETCH,
    bound: 1 / 2,
    why: CALL,
  },
  {
    words: "import to first signature, fresh page: not slower than aws4fetch with fast-xml-parser",
    place: "Chromium",
    row: "first",
    peer: "aws4fetch",
    bound: 1,
    why: FIRST,
  },
];

/** Each promise with the ratio that `places` gave, and whether it holds: by its median. */
export function judged(places) {
  return PROMISES.map(({ words, place, row, peer, bound, why }) => {
    const { samples, first } = places.find(({ name }) => name === place);
    const gave = ratio(row === "first" ? first : samples[row], "sts-web", peer);
    return { words, bound, why, gave, holds: gave.median <= bound };
  });
}

/** What a signature's cryptography and text take at least in wasm, by the design, in milliseconds. */
const FLOOR = 0.006;

/** A signature with a warm key in Chromium, beside the floor. */
export function besideTheFloor(places) {
  const { samples } = places.find(({ name }) => name === "Chromium");
  const { median } = quartiles(samples.sign["sts-web"]);
  return { floor: FLOOR, median, holds: median <= 2 * FLOOR };
}

/** Linear memory is to be as large at the end as it was early on. */
export const steady = ({ early, end }) => early === end;
