// Concurrent callers share one in-flight request.

import { waitUntil } from "cloudflare:workers";

/** Runs at most one task per key at a time. Callers that come while it runs get its outcome, success or failure. */
export class SingleFlight<T> {
  readonly #inFlight = new Map<string, Promise<T>>();

  /** The outcome of the task in flight under `key`, or of `task`, which is started if there is none. */
  run(key: string, task: () => Promise<T>): Promise<T> {
    const current = this.#inFlight.get(key);
    if (current) return current;
    const started = task().finally(() => this.#inFlight.delete(key));
    this.#inFlight.set(key, started);
    // Other requests wait for it, so it continues even if the client that started it disconnects.
    waitUntil(started.catch(() => {}));
    return started;
  }
}
