// Request handlers of the AWS SDK, such as its `NodeHttpHandler`, in place of `fetch`.

import { clientError } from "./errors.js";
import type { Fetch } from "./send.js";

/** Sends requests. The AWS SDK's request handlers have this type. */
export interface RequestHandler {
  handle(request: HttpRequest, options?: { abortSignal?: AbortSignal }): Promise<{ response: HttpResponse }>;
  /** Called when the client is destroyed. */
  destroy?(): void;
}

/** A request as request handlers receive it. */
export interface HttpRequest {
  method: string;
  protocol: string;
  hostname: string;
  port?: number;
  path: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  // biome-ignore lint/suspicious/noExplicitAny: the type of the AWS SDK's `HttpRequest`
  body?: any;
  clone(): HttpRequest;
}

/** A response as request handlers return it. The body is a string, bytes, a `Blob`, a stream or a Node `Readable`. */
export interface HttpResponse {
  statusCode: number;
  headers: Record<string, string>;
  // biome-ignore lint/suspicious/noExplicitAny: the type of the AWS SDK's `HttpResponse`
  body?: any;
}

/** Throws if a request handler is an object of options, from which the AWS SDK would create a handler. */
export function requireHandle(handler: RequestHandler): void {
  if (typeof handler.handle === "function") return;
  const message = "requestHandler has no method handle: pass new NodeHttpHandler(options)";
  throw clientError("InvalidOption", message);
}

/** Returns a `fetch` that sends requests with a handler. */
export function fetchWith(handler: RequestHandler): Fetch {
  return async (url, init) => {
    const { response } = await handler.handle(toHttpRequest(url, init), { abortSignal: init.signal! });
    // Those of HTTP/2 include `:status`.
    const { statusCode, headers: { ":status": _, ...headers } = {}, body } = response;
    const received = new Response(isReadable(body) ? (ReadableStream as unknown as FromIterable).from(body) : body, {
      headers,
    });
    // The constructor of `Response` rejects statuses below 200, and 204, 205 and 304 with a body.
    return Object.defineProperty(received, "status", { value: statusCode });
  };
}

/** Platforms with Node's `Readable` have this function; TypeScript's library does not know it yet. */
interface FromIterable {
  from(chunks: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array>;
}

function toHttpRequest(url: string, init: RequestInit): HttpRequest {
  const { protocol, hostname, port, pathname, host } = new URL(url);
  const body = init.body as string;
  // A form-encoded body is ASCII.
  const headers = { host, "content-length": String(body.length), ...(init.headers as Record<string, string>) };
  return {
    method: init.method!,
    protocol,
    hostname,
    ...(port && { port: Number(port) }),
    path: pathname,
    query: {},
    headers,
    body,
    clone() {
      return { ...this, headers: { ...this.headers } };
    },
  };
}

/** Whether a body is a Node `Readable`, which `Response` does not accept everywhere. */
function isReadable(body: unknown): body is AsyncIterable<Uint8Array> {
  return typeof body === "object" && body !== null && Symbol.asyncIterator in body && !("getReader" in body);
}
