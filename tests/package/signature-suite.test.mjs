// AWS's Signature Version 4 test suite through `Signer`, in headers and in the query. For its source, see
// `tests/vectors/sigv4/README.md`.

import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

import { Signer } from "../../pkg/dist/entry/node.js";

const suite = new URL("../vectors/sigv4/", import.meta.url);

/** Requests that Fetch itself changes, and how. */
const CHANGED_BY_FETCH = {
  "get-header-key-duplicate": "joins the values of a header with a comma and a space",
  "get-header-value-order": "joins the values of a header with a comma and a space",
  "get-header-value-multiline": "rejects a header value with a line break",
  "get-relative-unnormalized": "removes dot segments",
  "get-relative-relative-unnormalized": "removes dot segments",
  "get-slash-dot-slash-unnormalized": "removes dot segments",
  "get-slash-pointless-dot-unnormalized": "removes dot segments",
  "post-x-www-form-urlencoded": "sets Content-Length",
  "post-x-www-form-urlencoded-parameters": "sets Content-Length",
  "double-encode-path": "nothing, but the case has no context: Rust's test has its parameters",
  "double-url-encode": "nothing, but the case has no context: Rust's test has its parameters",
};

const names = readdirSync(suite, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

/**
 * @param {string} name
 * @param {string} file
 */
const read = (name, file) => readFileSync(new URL(`${name}/${file}`, suite), "utf8");

/** @param {string} name */
function readCase(name) {
  const [head, body] = read(name, "request.txt").split(/\n\n/);
  const [first, ...lines] = head.split("\n").filter(Boolean);
  const [, method, target] = first.match(/^(\S+) (.*) HTTP\/1\.1$/);
  /** @type {[string, string][]} */
  const headers = lines.map((line) => /** @type {[string, string]} */ (line.match(/^([^:]+):(.*)$/).slice(1)));
  const host = headers.find(([header]) => header === "Host")[1];
  const context = JSON.parse(read(name, "context.json"));
  const { access_key_id: accessKeyId, secret_access_key: secretAccessKey, token: sessionToken } = context.credentials;
  const signer = new Signer({
    credentials: { accessKeyId, secretAccessKey, sessionToken },
    region: context.region,
    service: context.service,
    // The suite encodes paths once. The default removes double slashes.
    singleEncode: !(context.normalize && target.startsWith("//")),
    contentSha256: context.sign_body,
    signSessionToken: !context.omit_session_token,
  });
  const options = { signingDate: new Date(context.timestamp) };
  return {
    signer,
    url: new URL(`https://${host}${target}`),
    init: { method, headers: headers.filter(([header]) => header !== "Host"), ...(body && { body }) },
    options,
    expiresIn: context.expiration_in_seconds,
  };
}

test("the suite is complete, and each exception is one of its cases", () => {
  assert.equal(names.length, 40);
  for (const name of Object.keys(CHANGED_BY_FETCH)) assert.ok(names.includes(name), name);
});

for (const name of names.filter((name) => !Object.hasOwn(CHANGED_BY_FETCH, name))) {
  test(`${name}, in headers`, async () => {
    const { signer, url, init, options } = readCase(name);
    const request = await signer.sign(url, init, options);
    const expected = read(name, "header-signature.txt").trim();
    assert.equal(request.headers.get("authorization").split("Signature=")[1], expected);
  });

  test(`${name}, in the query`, async () => {
    const { signer, url, init, options, expiresIn } = readCase(name);
    const { method, headers } = init;
    const presigned = await signer.presign(url, { ...options, method, headers, expiresIn });
    assert.equal(presigned.searchParams.get("X-Amz-Signature"), read(name, "query-signature.txt").trim());
  });
}
