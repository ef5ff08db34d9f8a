// Sends one request with the platform's `fetch` and reads the whole response, within limits of time and size.

/** The platform's `fetch`, or a function with the same parameters and result. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Options of one call. */
export interface RequestOptions {
  /** Aborts the call immediately, even during the delay between two attempts. */
  abortSignal?: AbortSignal | undefined;
  /** Timeout of each attempt, in milliseconds, or 0 for none. Default: that of the client. */
  requestTimeout?: number | undefined;
}

/** Receives the outcome of a call: an error, or `null` and the output. */
// biome-ignore lint/suspicious/noExplicitAny: the type of the AWS SDK's callbacks
export type Callback<Output> = (error: any, output?: Output) => void;

/** A request that failed without a complete response. */
export class TransportError extends Error {
  readonly kind: "aborted" | "timeout" | "too-large" | "network";

  constructor(kind: TransportError["kind"], message = "") {
    super(message);
    this.kind = kind;
  }
}

/** Calls `onTimeout` after `milliseconds`, unless the returned function is called before. */
export type StartTimer = (onTimeout: () => void, milliseconds: number) => () => void;

/** Limits of one request. */
interface Limits {
  /** In milliseconds, including the time to read the body. 0 is no timeout, as in the AWS SDK. */
  timeout: number;
  signal?: AbortSignal;
  startTimer?: StartTimer;
}

/** The response headers that the wasm module reads. In a browser, those that CORS does not expose are `null`. */
const ID_HEADERS = ["x-amzn-requestid", "x-amz-request-id"];
const ERROR_HEADERS = ["date", "retry-after", ...ID_HEADERS];

/** Maximum size of a response body, about a hundred times the size of STS's responses. */
const MAX_BODY_BYTES = 1024 * 1024;

/** Maximum delay of a timer in every engine, in milliseconds: 24.8 days. A longer one would fire immediately. */
const MAX_DELAY = 2 ** 31 - 1;

/** Returns the status, headers and body of the response. */
export async function sendRequest(
  fetch: Fetch,
  url: string,
  init: RequestInit,
  limits: Limits,
): Promise<{ status: number; headers: Record<string, string | null>; body: Uint8Array }> {
  const controller = new AbortController();
  let reader: BodyReader | undefined;
  const send = async () => {
    const response = await fetch(url, { ...init, signal: controller.signal });
    reader = response.body?.getReader?.();
    // The response of a `fetch` that ignores its signal comes after the timeout.
    if (controller.signal.aborted) await reader?.cancel();
    return {
      status: response.status,
      headers: readHeaders(response),
      // A custom `fetch` may return a response without a stream, or with one of Node's, as node-fetch does.
      body: reader ? await readBody(reader) : new Uint8Array(await response.arrayBuffer()),
    };
  };
  try {
    return await withTimeout(limits, send);
  } catch (error) {
    // Only on failure: after a complete response there is nothing to abort.
    controller.abort();
    // Node can garbage-collect a request's signal once the headers have arrived, and would not abort the body.
    reader?.cancel().catch(() => {});
    throw error instanceof TransportError ? error : new TransportError("network", errorMessage(error));
  }
}

/** Resolves after `timeout` milliseconds. Rejects immediately if `signal` is aborted. */
export async function delay(timeout: number, signal?: AbortSignal): Promise<void> {
  try {
    await withTimeout({ timeout, signal });
  } catch (error) {
    if ((error as TransportError).kind === "aborted") throw error;
  }
}

/** Awaits `work`, which knows of no signal. Rejects immediately if `signal` is aborted. */
export function abortable<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  return signal ? withTimeout({ timeout: 0, signal }, work) : work();
}

const startOwnTimer: StartTimer = (onTimeout, milliseconds) => {
  const timer = setTimeout(onTimeout, milliseconds);
  return () => clearTimeout(timer);
};

/** Awaits `work`. Rejects on timeout or abort, even if `work` ignores the signal it was passed. */
async function withTimeout<T>(limits: Limits, work?: () => Promise<T>): Promise<T> {
  const { timeout, signal, startTimer = startOwnTimer } = limits;
  let stopTimer!: () => void;
  let onAbort!: () => void;
  try {
    return await new Promise<T>((resolve, reject) => {
      stopTimer = startTimer(
        () => reject(new TransportError("timeout", `${timeout} ms`)),
        Math.min(timeout || MAX_DELAY, MAX_DELAY),
      );
      onAbort = () => reject(new TransportError("aborted"));
      signal?.addEventListener("abort", onAbort);
      if (signal?.aborted) onAbort();
      else work?.().then(resolve, reject);
    });
  } finally {
    stopTimer();
    signal?.removeEventListener("abort", onAbort);
  }
}

function readHeaders({ status, headers }: Response): Record<string, string | null> {
  const names = status < 300 ? ID_HEADERS : ERROR_HEADERS;
  return Object.fromEntries(names.map((name) => [name, headers.get(name)]));
}

type BodyReader = ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;

async function readBody(reader: BodyReader): Promise<Uint8Array> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > MAX_BODY_BYTES) throw new TransportError("too-large");
    chunks.push(value);
  }
  return chunks.length === 1 ? chunks[0]! : new Uint8Array(await new Blob(chunks).arrayBuffer());
}

/** Returns the message of an error that `fetch` threw, and that of its cause, which is where Node puts the reason. */
function errorMessage(error: unknown): string {
  const { message, cause } = (error ?? {}) as { message?: string; cause?: { message?: string } };
  return [message ?? String(error), cause?.message && `(${cause.message})`].filter(Boolean).join(" ").slice(0, 200);
}
