// Concurrent requests of an isolate share what one of them fetches.

import { waitUntil } from "cloudflare:workers";

/** How often a request looks for the value that another one fetches, in milliseconds: the first delay, and the maximum. */
const FIRST_DELAY = 5;
const MAX_DELAY = 50;
/** How long requests wait for the one that fetches, in milliseconds. Then one of them fetches, too. */
const MAX_WAIT = 1_000;

/**
 * Fetches a value once for concurrent requests.
 *
 * They share the value, and not the promise of it: workerd may cancel a request together with its I/O, and a promise
 * that depends on this I/O never settles. So each of the others looks for the value with a timer of its own.
 */
export class SharedFetch<T> {
  /** Identifies the latest fetch, until it ends. */
  #inFlight: object | undefined;
  /** The value of the last fetch that has succeeded. Each one is a new object. */
  #fetched: { value: T } | undefined;

  /** Returns the value that another request is fetching. If there is none in flight, fetches it with `task`. */
  async run(task: () => Promise<T>): Promise<T> {
    const before = this.#fetched;
    for (let other = this.#inFlight; other !== undefined; other = this.#inFlight) {
      const hasChanged = await becomesTrue(() => this.#fetched !== before || this.#inFlight !== other);
      if (this.#fetched && this.#fetched !== before) return this.#fetched.value;
      if (!hasChanged) break;
    }
    return this.#start(task);
  }

  #start(task: () => Promise<T>): Promise<T> {
    const fetch = this.#fetch(task);
    // The fetch continues for the others if the client of this request disconnects.
    waitUntil(fetch.catch(() => {}));
    return fetch;
  }

  async #fetch(task: () => Promise<T>): Promise<T> {
    const own = {};
    this.#inFlight = own;
    try {
      const value = await task();
      this.#fetched = { value };
      return value;
    } finally {
      if (this.#inFlight === own) this.#inFlight = undefined;
    }
  }
}

/** Returns whether a condition becomes true within {@link MAX_WAIT}. */
async function becomesTrue(condition: () => boolean): Promise<boolean> {
  const end = Date.now() + MAX_WAIT;
  for (let delay = FIRST_DELAY; !condition() && Date.now() < end; delay = Math.min(2 * delay, MAX_DELAY)) {
    await scheduler.wait(delay);
  }
  return condition();
}
