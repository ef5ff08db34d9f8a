// Concurrent callers share one in-flight request.

import { waitUntil } from "cloudflare:workers";

/** Runs at most one task per key at a time. Concurrent callers with the same key get its result or its error. */
export class SingleFlight<T> {
  readonly #inFlight = new Map<string, Promise<T>>();

  /** Returns the result of the task in flight for `key`. Starts `task` if there is none. */
  run(key: string, task: () => Promise<T>): Promise<T> {
    const current = this.#inFlight.get(key);
    if (current) return current;
    const started = task().finally(() => this.#inFlight.delete(key));
    this.#inFlight.set(key, started);
    // Other requests may wait for the task, so it continues even if the client that started it disconnects.
    waitUntil(started.catch(() => {}));
    return started;
  }
}
