// Sends a request with the platform's `fetch` and reads the answer to its end: in time, and not too much of it.

/** A `fetch`, or a function that takes and gives the same. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Why there is no answer. */
export class TransportError extends Error {
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
export async function sendRequest(fetch: Fetch, url: string, init: RequestInit, timeout: number, signal?: AbortSignal) {
  const controller = new AbortController();
  const answer = async () => {
    const response = await fetch(url, { ...init, signal: controller.signal });
    return { status: response.status, headers: headersOf(response), body: await bodyOf(response, controller.signal) };
  };
  try {
    return await unlessStopped(timeout, signal, answer);
  } catch (error) {
    // Only here: an answer that was read to its end leaves nothing to stop.
    controller.abort();
    throw error instanceof TransportError ? error : new TransportError("network", wordsOf(error));
  }
}

/** Waits, unless the signal comes first. */
export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  try {
    await unlessStopped(milliseconds, signal);
  } catch (error) {
    if ((error as TransportError).kind === "aborted") throw error;
  }
}

/** What `work` gives; or, when the time is up or `signal` says so, that. A `work` that minds no signal holds nothing up. */
async function unlessStopped<T>(milliseconds: number, signal?: AbortSignal, work?: () => Promise<T>): Promise<T> {
  let timer;
  let abort!: () => void;
  try {
    return await new Promise<T>((resolve, reject) => {
      timer = setTimeout(() => reject(new TransportError("timeout", `${milliseconds} ms`)), milliseconds);
      abort = () => reject(new TransportError("aborted"));
      signal?.addEventListener("abort", abort);
      if (signal?.aborted) abort();
      else work?.().then(resolve, reject);
    });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  }
}

/** The headers that anything here reads. A browser shows only those that CORS exposes. */
function headersOf(response: Response): Record<string, string | null> {
  return Object.fromEntries(READ.map((name) => [name, response.headers.get(name)]));
}

async function bodyOf(response: Response, over: AbortSignal): Promise<Uint8Array> {
  // Where a fetch gives no streams.
  if (!response.body) return new Uint8Array(await response.arrayBuffer());
  const reader = response.body.getReader();
  if (over.aborted) await reader.cancel();
  // Node forgets the signal of a request whose head has come, once it collects its garbage.
  over.addEventListener("abort", () => reader.cancel().catch(() => {}));
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > MAX_BODY) throw new TransportError("large");
    chunks.push(value);
  }
  if (chunks.length === 1) return chunks[0]!;
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
