// Concurrent calls of a Durable Object share one in-flight task.

/**
 * Runs at most one task per key at a time. Concurrent callers with the same key get its result or its error.
 *
 * Only for a Durable Object, whose I/O belongs to the object and not to a request. See `SharedFetch` for requests of an
 * isolate.
 */
export class SingleFlight<T> {
  readonly #inFlight = new Map<string, Promise<T>>();

  /** Returns the result of the task in flight for `key`. Otherwise starts `task`. */
  run(key: string, task: () => Promise<T>): Promise<T> {
    const current = this.#inFlight.get(key);
    if (current) return current;
    const started = task().finally(() => this.#inFlight.delete(key));
    this.#inFlight.set(key, started);
    return started;
  }
}
