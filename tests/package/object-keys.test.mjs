// Object keys with every kind of character on two S3 servers: put, get, head, list, presigned get and delete.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Signer } from "../../pkg/dist/entry/node.js";
import { startMoto } from "../sandbox/moto.mjs";
import { startSeaweedFs } from "../sandbox/seaweedfs.mjs";

const sandbox = JSON.parse(process.env.STS_WEB_SANDBOX ?? "{}");

/** Every printable ASCII character in three positions, and characters that occur in real keys. */
const keys = [
  ...Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index)).flatMap((character) => [
    `a${character}b`,
    `folder${character}/x`,
    `twice${character}${character}end`,
  ]),
  ..."é ü ß ñ Ω Ж א ع ก 日本語 한국어 😀 👩‍💻 é \u00a0x \u200bx ﬁ ‰ € ∞"
    .split(" ")
    .flatMap((text) => [text, `photos/${text}.jpg`]),
  ..."%20 %2B %2F %25 %zz %E9 100% a%b 50%25 a%2Bb".split(" ").map((text) => `percent ${text}`),
  "report (1) final+v2 [draft] {x}.pdf",
  "a=b&c=d;e,f",
  "it's",
  "2026-11-25T19:00:00+01:00.log",
  "user@example.com/$HOME/~x",
  "..a/b..",
  ".hidden",
  "a".repeat(200),
].filter((key, index, all) => !/(^|\/)\.{1,2}(\/|$)/.test(key) && !key.includes("//") && all.indexOf(key) === index);

/** Percent-encodes only the characters that are special in a URL, as a caller would. */
const inUrl = (key) => key.replace(/[%?#\\]/g, encodeURIComponent);

/**
 * @param {string} endpoint
 * @param {import("../../pkg/dist/index.js").CredentialsInput} credentials
 * @param {object} [server]
 * @param {(key: string) => boolean} [server.listsKey] Whether the server lists a key as it was put.
 * @param {boolean} [server.takesPresigned] Whether the server accepts presigned URLs.
 */
async function verify(endpoint, credentials, { listsKey = () => true, takesPresigned = true } = {}) {
  const signer = new Signer({ credentials, region: "us-east-1", service: "s3" });
  const bucket = `${endpoint}/object-keys`;
  const send = async (url, init) => {
    const response = await signer.fetch(url, init);
    const text = await response.text();
    assert.ok(response.ok, `${init?.method ?? "GET"} ${url}: ${response.status} ${text}`);
    return text;
  };
  await send(bucket, { method: "PUT" });
  const useObject = async (key) => {
    const url = `${bucket}/${inUrl(key)}`;
    await send(url, { method: "PUT", body: key });
    assert.equal(await send(url), key);
    await send(url, { method: "HEAD" });
    if (takesPresigned) assert.equal(await (await fetch(await signer.presign(url))).text(), key, `presigned: ${url}`);
    const listed = await send(`${bucket}?list-type=2&encoding-type=url&prefix=${encodeURIComponent(key)}`);
    assert.ok(!listsKey(key) || listed.includes("<Contents>"), key);
    await send(url, { method: "DELETE" });
    assert.equal((await signer.fetch(url)).status, 404, `deleted: ${url}`);
  };
  for (let start = 0; start < keys.length; start += 16) await Promise.all(keys.slice(start, start + 16).map(useObject));
  await send(bucket, { method: "DELETE" });
}

test("there are about 350 keys", () => assert.ok(keys.length > 300, String(keys.length)));

test("MiniStack accepts every request for every key", async () => {
  await verify(sandbox.endpoint, { accessKeyId: "test", secretAccessKey: "test" });
});

test("SeaweedFS accepts every request for every key", async () => {
  const url = "http://127.0.0.1:9/";
  const server = await startSeaweedFs({ issuer: url, jwksUri: url, audience: "a", roles: {} });
  try {
    const admin = { accessKeyId: "admin", secretAccessKey: "admin-secret" };
    // SeaweedFS looks for a prefix with a backslash in another folder.
    await verify(server.endpoint, admin, { listsKey: (key) => !key.includes("\\") });
  } finally {
    await server.close();
  }
});

test("moto, which enforces IAM, accepts every request for every key", async () => {
  const server = await startMoto();
  try {
    const credentials = { ...server.credentials, secretAccessKey: "wrong" };
    const stranger = new Signer({ credentials, region: "us-east-1", service: "s3" });
    assert.equal((await stranger.fetch(`${server.endpoint}/object-keys`, { method: "PUT" })).status, 403);
    // While it enforces IAM, moto looks for signatures in headers only, and responds to presigned URLs with a status of 500.
    await verify(server.endpoint, server.credentials, { takesPresigned: false });
  } finally {
    server.close();
  }
});
