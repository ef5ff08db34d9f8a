// Measures contenders side by side: in every round, each contender runs once in each row, and the order rotates from
// round to round.

/** Returns the milliseconds per iteration, by row and contender: one sample per round. */
export async function measure(runtime, rounds) {
  const plan = await runtime.plan();
  const samples = {};
  const iterations = {};
  for (const [row, contenders] of Object.entries(plan)) {
    samples[row] = Object.fromEntries(contenders.map((contender) => [contender, []]));
    iterations[row] = {};
    for (const contender of contenders) iterations[row][contender] = await calibrate(runtime, row, contender);
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const [row, contenders] of Object.entries(plan)) {
      for (const contender of rotate(contenders, round)) {
        const n = iterations[row][contender];
        samples[row][contender].push((await runtime.run(row, contender, n)) / n);
      }
    }
  }
  return samples;
}

/** Returns the milliseconds to the first signature, by contender: one sample per round. */
export async function measureFirstSignature(firstSignature, contenders, rounds) {
  const samples = Object.fromEntries(contenders.map((contender) => [contender, []]));
  for (let round = 0; round < rounds; round += 1) {
    for (const contender of rotate(contenders, round)) samples[contender].push(await firstSignature(contender));
  }
  return samples;
}

/** Returns the number of iterations that take about `runtime.batch` milliseconds. Also warms up the contender. */
async function calibrate(runtime, row, contender) {
  let n = 64;
  for (;;) {
    const elapsed = await runtime.run(row, contender, n);
    if (elapsed >= runtime.batch / 2) return Math.max(64, Math.ceil((n * runtime.batch) / elapsed / 64) * 64);
    n *= 2;
  }
}

const rotate = (names, by) => names.map((_, index) => names[(index + by) % names.length]);

/** Returns the median and the quartiles, interpolated between samples. */
export function quartiles(samples) {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (fraction) => {
    const position = (sorted.length - 1) * fraction;
    const index = Math.floor(position);
    return sorted[index] + (sorted[Math.ceil(position)] - sorted[index]) * (position - index);
  };
  return { low: at(0.25), median: at(0.5), high: at(0.75) };
}

/** Returns the quartiles of the ratio of the times of contenders `one` and `other`, computed round by round. */
export function ratio(samples, one, other) {
  return quartiles(samples[one].map((time, round) => time / samples[other][round]));
}
