// A server that accepts a request only if its signature is that of `@smithy/signature-v4`, calculated from what was
// received.

import { createHash, createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { createRequire } from "node:module";

const require = createRequire(new URL("../../pkg/package.json", import.meta.url));
const { SignatureV4 } = require("@smithy/signature-v4");

/** The credentials that the server accepts. */
export const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };

/** SHA-256 or HMAC, in the interface that smithy expects. */
class Sha256 {
  /** @param {any} [key] */
  constructor(key) {
    this.hash = key ? createHmac("sha256", key) : createHash("sha256");
  }
  /** @param {any} data */
  update(data) {
    this.hash.update(data);
  }
  async digest() {
    return new Uint8Array(this.hash.digest());
  }
}

/** Encodes a path as S3 does, which decodes it, with `+` as a space, and encodes the object key again. */
const s3Path = (path) =>
  path
    .split("/")
    .map((part) => encode(decodeURIComponent(part.replaceAll("+", " "))))
    .join("/");
const encode = (text) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

/**
 * A received request.
 *
 * @typedef {{ method: string; url: string; headers: Record<string, string>; body: Buffer }} Received
 */

/**
 * Returns why the signature in a request's headers is rejected, or `undefined` if it is accepted.
 *
 * @param {Received} received
 */
export async function rejection({ method, url, headers, body }) {
  const match = headers.authorization?.match(
    /Credential=\w+\/\d+\/([^/]+)\/([^/]+)\/.*SignedHeaders=(\S+), Signature=(\w+)/,
  );
  if (!match) return "no signature";
  const [, region, service, signedHeaders, signature] = match;
  const hash = headers["x-amz-content-sha256"];
  const actual = createHash("sha256").update(body).digest("hex");
  if (hash && /^[0-9a-f]{64}$/.test(hash) && hash !== actual) return "the hash is of another body";
  const names = signedHeaders.split(";");
  const isS3 = service.startsWith("s3");
  const [path, query = ""] = url.split("?");
  const parameters = {};
  for (const [name, value] of new URLSearchParams(query)) parameters[name] = [...(parameters[name] ?? []), value];
  const signer = new SignatureV4({
    service,
    region,
    credentials,
    sha256: Sha256,
    uriEscapePath: !isS3,
    applyChecksum: false,
  });
  const request = {
    method,
    protocol: "https:",
    hostname: "",
    path: isS3 ? s3Path(path) : path,
    query: parameters,
    headers: Object.fromEntries(names.map((name) => [name, headers[name] ?? ""])),
    body,
  };
  const [, ...date] = headers["x-amz-date"].match(/(....)(..)(..)T(..)(..)(..)Z/);
  const signingDate = new Date(Date.UTC(+date[0], +date[1] - 1, +date[2], +date[3], +date[4], +date[5]));
  const signed = await signer.sign(request, { signingDate, signableHeaders: new Set(names) });
  return signed.headers.authorization.endsWith(`Signature=${signature}`) ? undefined : "SignatureDoesNotMatch";
}

/**
 * Starts the server. The response to an accepted request is its content type and body; `received` collects all
 * requests.
 *
 * @param {(received: Received) => { status: number; headers?: Record<string, string>; body?: string } | undefined}
 *   [intercept]
 */
export async function startServer(intercept) {
  /** @type {Received[]} */
  const received = [];
  const server = createServer(async (request, response) => {
    const cors = {
      "access-control-allow-origin": "*",
      "access-control-allow-methods": "*",
      "access-control-allow-headers": request.headers["access-control-request-headers"] ?? "*",
    };
    if (request.method === "OPTIONS") return response.writeHead(204, cors).end();
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const { method, url } = request;
    const headers = /** @type {Record<string, string>} */ (request.headers);
    const seen = { method, url, headers, body: Buffer.concat(chunks) };
    received.push(seen);
    const intercepted = intercept?.(seen);
    if (intercepted)
      return response.writeHead(intercepted.status, { ...cors, ...intercepted.headers }).end(intercepted.body);
    const reason = await rejection(seen);
    const contentType = headers["content-type"]?.split(";")[0] ?? "-";
    response.writeHead(reason ? 403 : 200, { ...cors, "content-type": "text/plain" });
    response.end(reason ?? `${contentType} ${seen.body}`);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  return {
    endpoint: `http://127.0.0.1:${port}`,
    received,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
