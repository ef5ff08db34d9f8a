// Sends a request with the platform's `fetch` and reads the answer to its end: in time, and not too much of it.

/** A `fetch`, or a function that takes and gives the same. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Why there is no answer. */
export class NoAnswer extends Error {
  constructor(
    readonly kind: "aborted" | "timeout" | "large" | "network",
    words = "",
  ) {
    super(words);
  }
}

const READ = ["date", "retry-after", "x-amzn-requestid", "x-amz-request-id"];

/** STS's own answers are a hundredth of it. */
const MAX_BODY = 1024 * 1024;

/** The status, headers and body of the answer. `timeout` is in milliseconds and covers the body. */
export async function exchange(fetch: Fetch, url: string, init: RequestInit, timeout: number, signal?: AbortSignal) {
  const controller = new AbortController();
  const answer = async () => {
    const response = await fetch(url, { ...init, signal: controller.signal });
    return { status: response.status, headers: headersOf(response), body: await bodyOf(response, controller.signal) };
  };
  try {
    // A race, and not the signal alone: a fetch that minds no signal must not hold the call up.
    return await Promise.race([answer(), stopped(timeout, signal, controller.signal)]);
  } catch (error) {
    throw error instanceof NoAnswer ? error : new NoAnswer("network", wordsOf(error));
  } finally {
    controller.abort();
  }
}

/** Waits, unless the signal comes first. */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  const over = new AbortController();
  try {
    await stopped(milliseconds, signal, over.signal);
  } catch (error) {
    if ((error as NoAnswer).kind === "aborted") throw error;
  } finally {
    over.abort();
  }
}

/** Fails when the time is up or `signal` says so, and lets go of both when `over` does. */
function stopped(milliseconds: number, signal: AbortSignal | undefined, over: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const timer = setTimeout(() => reject(new NoAnswer("timeout", `${milliseconds} ms`)), milliseconds);
    const abort = () => reject(new NoAnswer("aborted"));
    signal?.addEventListener("abort", abort);
    over.addEventListener("abort", () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    });
    if (signal?.aborted) abort();
  });
}

/** The headers that anything here reads. A browser shows only those that CORS exposes. */
function headersOf(response: Response): Record<string, string | null> {
  return Object.fromEntries(READ.map((name) => [name, response.headers.get(name)]));
}

async function bodyOf(response: Response, over: AbortSignal): Promise<Uint8Array> {
  // Where a fetch gives no streams.
  if (!response.body) return new Uint8Array(await response.arrayBuffer());
  const reader = response.body.getReader();
  // Node forgets the signal of a request whose head has come, once it collects its garbage.
  over.addEventListener("abort", () => reader.cancel().catch(() => {}));
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > MAX_BODY) throw new NoAnswer("large");
    chunks.push(value);
  }
  const body = new Uint8Array(size);
  let place = 0;
  for (const chunk of chunks) {
    body.set(chunk, place);
    place += chunk.length;
  }
  return body;
}

/** The platform's words for what it threw, with the cause that Node gives. */
function wordsOf(error: unknown): string {
  const { message, cause } = error as { message?: string; cause?: { message?: string } };
  return [message ?? String(error), cause?.message && `(${cause.message})`].filter(Boolean).join(" ").slice(0, 200);
}
