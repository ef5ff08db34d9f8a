// Concurrent calls share one in-flight promise.

/**
 * Wraps `run` so that calls made while one is in flight return its promise. The next call after it settles runs again.
 */
export function singleFlight<T>(run: () => Promise<T>): () => Promise<T> {
  let inFlight: Promise<T> | undefined;
  return () => {
    inFlight ??= run().finally(() => {
      inFlight = undefined;
    });
    return inFlight;
  };
}
