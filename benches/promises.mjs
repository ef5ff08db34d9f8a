// What the design promises, as ratios within one run.

import { ratio } from "./measure.mjs";

const SDK = "@aws-sdk/client-sts";
const AWS4FETCH = "aws4fetch, fast-xml-parser";

const PROMISES = [
  { words: "sign, warm, Chromium: a tenth of client-sts", place: "Chromium", row: "sign", peer: SDK, bound: 1 / 10 },
  { words: "sign, new secret, Chromium: a fifteenth of client-sts", place: "Chromium", row: "signAnew", peer: SDK, bound: 1 / 15 },
  { words: "parse an AssumeRole answer, Chromium: a twentieth of client-sts", place: "Chromium", row: "parse", peer: SDK, bound: 1 / 20 },
  { words: "one whole call over a stubbed fetch, Chromium: an eighth of client-sts", place: "Chromium", row: "call", peer: SDK, bound: 1 / 8 },
  { words: "one whole call over a stubbed fetch, Chromium: half of aws4fetch", place: "Chromium", row: "call", peer: AWS4FETCH, bound: 1 / 2 },
  { words: "import to first signature, fresh page: not slower than aws4fetch with fast-xml-parser", place: "Chromium", row: "first", peer: "aws4fetch", bound: 1 },
];

/** Each promise with the ratio that `places` gave, and whether it holds: by its median. */
export function judged(places) {
  return PROMISES.map(({ words, place, row, peer, bound }) => {
    const { samples, first } = places.find(({ name }) => name === place);
    const gave = ratio(row === "first" ? first : samples[row], "sts-web", peer);
    return { words, bound, gave, holds: gave.median <= bound };
  });
}

/** Linear memory is to be as large at the end as it was early on. */
export const steady = ({ early, end }) => early === end;
