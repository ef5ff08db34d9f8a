// Contenders side by side: in every round each has a turn in every row, and another begins.

/** Milliseconds an iteration, by row and contender: one sample each round. */
export async function measure(place, rounds) {
  const plan = await place.plan();
  const samples = {};
  const iterations = {};
  for (const [row, names] of Object.entries(plan)) {
    samples[row] = Object.fromEntries(names.map((name) => [name, []]));
    iterations[row] = {};
    for (const name of names) iterations[row][name] = await calibrated(place, row, name);
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const [row, names] of Object.entries(plan)) {
      for (const name of rotated(names, round)) {
        const n = iterations[row][name];
        samples[row][name].push((await place.run(row, name, n)) / n);
      }
    }
  }
  return samples;
}

/** Milliseconds to a first signature, by contender. */
export async function measureFirst(first, contenders, rounds) {
  const samples = Object.fromEntries(contenders.map((contender) => [contender, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const contender of rotated(contenders, round)) samples[contender].push(await first(contender));
  }
  return samples;
}

/** So many iterations that they last long enough to be measured; and warm by then. */
async function calibrated(place, row, name) {
  let n = 64;
  for (;;) {
    const took = await place.run(row, name, n);
    if (took >= place.batch / 2) return Math.max(64, Math.ceil((n * place.batch) / took / 64) * 64);
    n *= 2;
  }
}

const rotated = (names, by) => names.map((_, index) => names[(index + by) % names.length]);

/** Median and quartiles. */
export function quartiles(samples) {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (share) => {
    const place = (sorted.length - 1) * share;
    const low = Math.floor(place);
    return sorted[low] + (sorted[Math.ceil(place)] - sorted[low]) * (place - low);
  };
  return { low: at(0.25), median: at(0.5), high: at(0.75) };
}

/** How many times as long the first took as the second, round by round. */
export function ratio(samples, one, other) {
  return quartiles(samples[one].map((time, round) => time / samples[other][round]));
}
