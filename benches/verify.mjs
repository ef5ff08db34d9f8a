// Verifies a request's signature by computing it again with WebCrypto, according to the specification.

/** Throws unless `request`, a `Request` or a plain object, is signed with these credentials. */
export async function verifySignature(request, { accessKeyId, secretAccessKey }, region) {
  const { method, url, body } =
    request instanceof Request
      ? { method: request.method, url: request.url, body: await request.clone().text() }
      : request;
  const headers = new Headers(request.headers);
  const { pathname, search, host } = new URL(url);
  // A browser sends both headers, but its `Request` does not contain them.
  const implicit = { host, "content-length": String(new TextEncoder().encode(body).length) };
  if (pathname !== "/" || search) throw new Error(`not an STS URL: ${url}`);

  const authorization = headers.get("authorization") ?? "";
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(
      authorization,
    );
  if (!match) throw new Error(`no signature: ${authorization}`);
  const [, id, scope, names, signature] = match;
  const time = headers.get("x-amz-date");
  const day = time.slice(0, 8);
  if (id !== accessKeyId || scope !== `${day}/${region}/sts/aws4_request`)
    throw new Error(`the credential is ${id}/${scope}`);
  const age = Date.now() - Date.parse(time.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z"));
  if (!(Math.abs(age) < 60_000)) throw new Error(`signed at ${time}`);
  for (const name of ["host", "x-amz-date"]) {
    if (!names.split(";").includes(name)) throw new Error(`${name} is not signed`);
  }

  const lines = names.split(";").map((name) => `${name}:${(headers.get(name) ?? implicit[name]).trim()}\n`);
  const canonical = `${method}\n/\n\n${lines.join("")}\n${names}\n${hex(await sha256(body))}`;
  const toSign = `AWS4-HMAC-SHA256\n${time}\n${scope}\n${hex(await sha256(canonical))}`;
  /** @type {BufferSource} */
  let key = new TextEncoder().encode(`AWS4${secretAccessKey}`);
  for (const part of [day, region, "sts", "aws4_request", toSign]) key = await hmac(key, part);
  if (hex(key) !== signature) throw new Error("the signature differs from the specification's");
}

/** Throws unless the form is the AssumeRole request for `input`. */
export function verifyForm(body, input) {
  const form = Object.fromEntries(new URLSearchParams(body));
  const members = { Action: "AssumeRole", Version: "2011-06-15", ...input };
  for (const [name, value] of Object.entries(members)) {
    if (form[name] !== String(value)) throw new Error(`${name} is ${form[name]} in the form`);
  }
}

/** Throws unless `parsed` has every member of `expected`. */
export function verifyParsed(parsed, expected) {
  for (const [name, value] of Object.entries(expected)) {
    if (parsed?.[name]?.valueOf() !== value.valueOf()) throw new Error(`${name} is ${parsed?.[name]} in the output`);
  }
}

const sha256 = (text) => crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));

async function hmac(key, text) {
  const imported = await crypto.subtle.importKey("raw", key, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  return crypto.subtle.sign("HMAC", imported, new TextEncoder().encode(text));
}

const hex = (bytes) => Array.from(new Uint8Array(bytes), (byte) => byte.toString(16).padStart(2, "0")).join("");
