// Concurrent calls share one in-flight promise.

/**
 * Wraps `run` so that calls made while one is in flight wait for it. The next call after it settles runs again.
 *
 * In an edge worker, the call in flight may never settle: when the request that started it has been responded to, the
 * platform cancels its I/O. So other requests wait for it for `maxWait()` milliseconds at most, and then run again.
 */
export function singleFlight<T>(
  run: () => Promise<T>,
  maxWait: () => number | undefined = () => undefined,
): () => Promise<T> {
  let inFlight: Promise<T> | undefined;
  const start = () => {
    const started = run().finally(() => {
      if (inFlight === started) inFlight = undefined;
    });
    inFlight = started;
    return started;
  };
  const join = async (joined: Promise<T>): Promise<T> => {
    if (await settles(joined, maxWait())) return joined;
    return inFlight && inFlight !== joined ? join(inFlight) : start();
  };
  return () => (inFlight ? join(inFlight) : start());
}

/** Returns whether `promise` settles within `milliseconds`, if they are defined. */
async function settles(promise: Promise<unknown>, milliseconds: number | undefined): Promise<boolean> {
  if (milliseconds === undefined) return true;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const settled = await new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, milliseconds, false);
    const settle = () => resolve(true);
    promise.then(settle, settle);
  });
  // Not in `settle`, which runs in the request that started the call.
  clearTimeout(timer);
  return settled;
}
