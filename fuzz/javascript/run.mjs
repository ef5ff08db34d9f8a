// Runs a target: `node TARGET.mjs CPU_SECONDS [ROUNDS]`. fast-check generates the inputs and shrinks a failing one.

import fc from "fast-check";

/** Inputs of each property in a round. */
const RUNS = 500;

/** Wall-clock time that other processes took, in milliseconds. Their CPU time cannot be read. */
let elsewhere = 0;

/**
 * Checks properties on random inputs, in rounds with different seeds, until the CPU time is used or the rounds have ended.
 * Prints the number of inputs.
 *
 * @param {any[]} properties Properties of fast-check.
 * @param {(settings: { seed: number; numRuns: number }) => unknown} [compare] Compares many inputs with another program
 *   at once.
 */
export async function fuzz(properties, compare) {
  const budget = Number(process.argv[2]) * 1e6;
  let seed = Number(process.env.STS_WEB_SEED ?? Math.floor(Math.random() * 2 ** 31));
  const rounds = Number(process.argv[3] ?? Number.POSITIVE_INFINITY);
  const end = seed + rounds;
  let tried = 0;
  do {
    const settings = { seed, numRuns: RUNS };
    for (const property of properties) await fc.assert(property, settings);
    await compare?.(settings);
    tried += RUNS * (properties.length + (compare ? 1 : 0));
    seed += 1;
  } while (used() < budget && seed < end);
  console.log(tried);
}

/**
 * Counts the time of a call that runs another process.
 *
 * @template T
 * @param {() => T} call
 */
export function inAnotherProcess(call) {
  const started = performance.now();
  const result = call();
  elsewhere += performance.now() - started;
  return result;
}

/** The CPU time used so far, in microseconds. */
function used() {
  const { user, system } = process.cpuUsage();
  return user + system + elsewhere * 1000;
}
