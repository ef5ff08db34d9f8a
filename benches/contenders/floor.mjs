// Not a contender: the least work for a signature, with another implementation of SHA-256 in WebAssembly. It has no options,
// validates nothing and wipes nothing.

import { createHMAC, createSHA256 } from "hash-wasm";

import { contentType, credentials, form, region } from "../fixture.mjs";

export const name = "hashes alone";

const sha256 = await createSHA256();
const hash = (text) => sha256.init().update(text).digest();

/** Returns a function that computes the HMAC of a text. */
async function hmacWith(key) {
  const hmac = await createHMAC(createSHA256(), key);
  return (text, format) => hmac.init().update(text).digest(format);
}

async function derive(secretAccessKey, day) {
  /** @type {string | Uint8Array} */
  let key = `AWS4${secretAccessKey}`;
  for (const part of [day, region, "sts", "aws4_request"]) key = (await hmacWith(key))(part, "binary");
  return hmacWith(key);
}

export function create(endpoint) {
  const { host } = new URL(endpoint);
  const { accessKeyId, secretAccessKey } = credentials;
  const keys = {};
  const sign = async () => {
    const time = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
    const day = time.slice(0, 8);
    keys[day] ??= await derive(secretAccessKey, day);
    const scope = `${day}/${region}/sts/aws4_request`;
    const body = form();
    const names = "content-type;host;x-amz-date";
    const canonical = `POST\n/\n\ncontent-type:${contentType}\nhost:${host}\nx-amz-date:${time}\n\n${names}\n${hash(body)}`;
    const signature = keys[day](`AWS4-HMAC-SHA256\n${time}\n${scope}\n${hash(canonical)}`);
    const authorization = `AWS4-HMAC-SHA256 Credential=${accessKeyId}/${scope}, SignedHeaders=${names}, Signature=${signature}`;
    const headers = { "content-type": contentType, "x-amz-date": time, authorization };
    return { method: "POST", url: endpoint, headers, body };
  };
  return { sign };
}
