// Random inputs that are the same on every run, so that a new failure is due to a change.

/**
 * Returns a generator of pseudo-random numbers (xorshift32), from 0 up to, but not including, its argument.
 *
 * @param {number} seed
 * @returns {(below: number) => number}
 */
export function numbers(seed) {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/**
 * Returns one of the elements.
 *
 * @param {(below: number) => number} random
 * @param {readonly any[]} list
 */
export const oneOf = (random, list) => list[random(list.length)];
