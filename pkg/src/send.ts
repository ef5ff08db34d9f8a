// Sends one request with the platform's `fetch` and reads the whole response, within limits of time and size.

/** The platform's `fetch`, or a function with the same parameters and result. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Options of one call. */
export interface RequestOptions {
  /** Aborts the call immediately, even during the delay between two attempts. */
  abortSignal?: AbortSignal;
}

/** A request that failed without a complete response. */
export class TransportError extends Error {
  readonly kind: "aborted" | "timeout" | "too-large" | "network";

  constructor(kind: TransportError["kind"], message = "") {
    super(message);
    this.kind = kind;
  }
}

/** The response headers that the wasm module reads. In a browser, those that CORS does not expose are `null`. */
const RESPONSE_HEADERS = ["date", "retry-after", "x-amzn-requestid", "x-amz-request-id"];

/** Maximum size of a response body, about a hundred times the size of STS's responses. */
const MAX_BODY_BYTES = 1024 * 1024;

/** Returns the status, headers and body of the response. `timeout` is in milliseconds and includes reading the body. */
export async function sendRequest(fetch: Fetch, url: string, init: RequestInit, timeout: number, signal?: AbortSignal) {
  const controller = new AbortController();
  const send = async () => {
    const response = await fetch(url, { ...init, signal: controller.signal });
    return {
      status: response.status,
      headers: readHeaders(response),
      body: await readBody(response, controller.signal),
    };
  };
  try {
    return await withTimeout(timeout, signal, send);
  } catch (error) {
    // Only on failure: after a complete response there is nothing to abort.
    controller.abort();
    throw error instanceof TransportError ? error : new TransportError("network", errorMessage(error));
  }
}

/** Resolves after `milliseconds`. Rejects immediately if `signal` is aborted. */
export async function delay(milliseconds: number, signal?: AbortSignal): Promise<void> {
  try {
    await withTimeout(milliseconds, signal);
  } catch (error) {
    if ((error as TransportError).kind === "aborted") throw error;
  }
}

/** Awaits `work`. Rejects on timeout or abort, even if `work` ignores the signal it was passed. */
async function withTimeout<T>(milliseconds: number, signal?: AbortSignal, work?: () => Promise<T>): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let onAbort!: () => void;
  try {
    return await new Promise<T>((resolve, reject) => {
      timer = setTimeout(() => reject(new TransportError("timeout", `${milliseconds} ms`)), milliseconds);
      onAbort = () => reject(new TransportError("aborted"));
      signal?.addEventListener("abort", onAbort);
      if (signal?.aborted) onAbort();
      else work?.().then(resolve, reject);
    });
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

function readHeaders(response: Response): Record<string, string | null> {
  return Object.fromEntries(RESPONSE_HEADERS.map((name) => [name, response.headers.get(name)]));
}

async function readBody(response: Response, signal: AbortSignal): Promise<Uint8Array> {
  // A custom `fetch` may return a response without a stream.
  if (!response.body) return new Uint8Array(await response.arrayBuffer());
  const reader = response.body.getReader();
  if (signal.aborted) await reader.cancel();
  // Node can garbage-collect a request's signal once the headers have arrived, and would not abort the body.
  signal.addEventListener("abort", () => reader.cancel().catch(() => {}));
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > MAX_BODY_BYTES) throw new TransportError("too-large");
    chunks.push(value);
  }
  return chunks.length === 1 ? chunks[0]! : concatenate(chunks, size);
}

function concatenate(chunks: Uint8Array[], size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

/** Returns the message of an error that `fetch` threw, and that of its cause, which is where Node puts the reason. */
function errorMessage(error: unknown): string {
  const { message, cause } = error as { message?: string; cause?: { message?: string } };
  return [message ?? String(error), cause?.message && `(${cause.message})`].filter(Boolean).join(" ").slice(0, 200);
}
