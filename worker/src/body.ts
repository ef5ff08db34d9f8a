// The body of a request: JSON, small, and with no field that is not known.

import { Problem } from "./problem.js";

/** In bytes. A session policy may have 2 KB. */
const LONGEST = 8 * 1024;

/** The object in a request's body, or a problem that says what is wrong with it. */
export async function jsonBody(request: Request, fields: string[]): Promise<Record<string, unknown>> {
  const type = request.headers.get("content-type") ?? "";
  if (!/^application\/json *(;|$)/i.test(type)) {
    fail(415, "UnsupportedMediaType", "send JSON, with the header `Content-Type: application/json`");
  }
  const text = await textOf(request);
  const body = isObject(text) ? JSON.parse(text) : fail(400, "InvalidBody", "the body must be an object in JSON");
  const other = Object.keys(body).find((name) => !fields.includes(name));
  // A misspelt field would silently limit nothing.
  if (other !== undefined) fail(400, "InvalidBody", `the body may have ${fields.join(", ")}, and nothing else`);
  return body;
}

async function textOf({ headers, body }: Request): Promise<string> {
  // Looked at first, so that nobody sends the whole of it for nothing.
  const told = Number(headers.get("content-length"));
  return (
    (told > LONGEST ? undefined : await textWithin(body, LONGEST)) ??
    fail(413, "BodyTooLong", `the body may have ${LONGEST} bytes`)
  );
}

/** The text of a stream, or `undefined` as soon as it has more bytes than `longest`. */
export async function textWithin(
  stream: ReadableStream<Uint8Array> | null,
  longest: number,
): Promise<string | undefined> {
  const chunks = [];
  let length = 0;
  for await (const chunk of stream ?? []) {
    if ((length += chunk.length) > longest) return undefined;
    chunks.push(chunk);
  }
  return new Blob(chunks).text();
}

/** Whether a text is an object in JSON. */
export function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value);
  } catch {
    return false;
  }
}

function fail(status: number, code: string, message: string): never {
  throw new Problem(status, code, message);
}
