// Valid but unusual requests. Each is signed by `Signer`; botocore, smithy and aws4fetch then sign what is sent. Where one of
// them differs, the reason is listed, and the test verifies that it still differs.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";

import { Signer } from "../../pkg/dist/entry/node.js";
import { callBotocore, signingArguments } from "./botocore.mjs";
import { credentials, rejection } from "./verifying-server.mjs";

const require = createRequire(new URL("../../pkg/package.json", import.meta.url));
const { AwsV4Signer } = require("aws4fetch");

const SERVICES = ["s3", "execute-api"];
const SIGNING_DATE = new Date("2026-11-26T05:06:07Z");

/**
 * A request, and why other signers differ.
 *
 * @typedef {{
 *   url: string;
 *   init?: any;
 *   service?: string;
 *   region?: string;
 *   signingDate?: Date;
 *   differs?: { botocore?: string; smithy?: string; aws4fetch?: string };
 * }} Unusual
 */

/** @type {(urls: string[], differs?: Unusual["differs"], services?: string[]) => Unusual[]} */
const forEachService = (urls, differs, services = SERVICES) =>
  urls.flatMap((url) => services.map((service) => ({ url, service, differs })));

const NOT_UTF8 = "it decodes the path, which is not UTF-8";
const FIRST_VALUE = "it signs only the first value of each parameter for S3";
const NO_NAME = "it leaves out parameters without a name";

/** @type {Record<string, Unusual[]>} */
const KINDS = {
  "hosts, ports and IP addresses": forEachService([
    "http://[::1]:9000/b/k",
    "http://[2001:DB8::1]/x",
    "http://[::ffff:1.2.3.4]:80/",
    "https://bücher.example/a",
    "https://xn--bcher-kva.example:443/a",
    "http://host:443/",
    "https://host:80/",
    "https://host.:8443/",
    "https://UPPER.example/A",
    "https://a_b.example/",
    "https://host:00443/x",
    "https://1.2.3/x",
    "https://0x7f.1/x",
  ]),
  regions: ["auto", "*", "aws-global", "US-EAST-1", "eusc-de-east-1", "us-isof-south-1"].map((region) => ({
    url: "https://host/key",
    region,
  })),
  "empty parts, fragments and question marks": forEachService([
    "https://h",
    "https://h?",
    "https://h/?",
    "https://h/#f?x",
    "https://h/a#b",
    "https://h/?#",
    "https://h//",
    "https://h///a",
    "https://h/a/",
    "https://h/a?b?c",
    "https://h/a?b=c?d=/e",
  ]),
  "paths with any character": [
    ...forEachService(
      [
        "%",
        "%2",
        "%zz%25%",
        "a%00b",
        "a%0Ab",
        "a;b=c/d",
        "a:b@c",
        "~a-b_c.d",
        "%7Ea",
        "+ +",
        "a%2Bb",
        "é😀",
        "%F0%9F%98%80",
        ".a/..b",
        "a/...",
        "$LATEST",
        "[x]{y}|^`",
        "a%2Fb",
      ].map((path) => `https://h/${path}`),
    ),
    ...forEachService(["https://h/%ff%fe", "https://h/%C3%28"], undefined, ["execute-api"]),
    ...forEachService(["https://h/%ff%fe", "https://h/%C3%28"], { smithy: NOT_UTF8, aws4fetch: NOT_UTF8 }, ["s3"]),
    ...forEachService(
      [
        "https://h/a\tb\nc",
        "https://h/ a ",
        "https://h/\\a\\b",
        "https://h/a/./b/../c",
        "https://h/a%2F..%2Fb",
        "https://h/..",
      ],
      undefined,
      ["execute-api"],
    ),
  ],
  "queries with any character": [
    ...forEachService(
      [
        "a",
        "a=",
        "&&a&&",
        "a=b=c",
        "a=b%3Dc",
        "a+b=c+d",
        "a%20b=c%20d",
        "a%2Bb",
        "a=%",
        "a=%zz",
        "a=%C3%A9&b=é",
        "'=!()*",
        "a=~-._",
        "a=/?:@",
        "a[]=1&a[0]=2",
        'a={}|^`<>"',
        "a=1;b=2",
        "X-Amz-Foo=1&x-amz-foo=2",
        "a=😀",
        "a=%00",
        "a=%0A",
        "a=%2520",
        "a=\\\\",
        "A=1&a=2&B=3&b=4",
      ].map((query) => `https://h/p?${query}`),
    ),
    ...forEachService(["https://h/p?=a", "https://h/p?="], { aws4fetch: NO_NAME }),
    ...forEachService(["https://h/p?a=1&a=2&a=1", "https://h/p?%61=1&a=0", "https://h/p?_=1&-=1&%5F=0"], undefined, [
      "execute-api",
    ]),
    ...forEachService(
      ["https://h/p?a=1&a=2&a=1", "https://h/p?%61=1&a=0", "https://h/p?_=1&-=1&%5F=0"],
      { aws4fetch: FIRST_VALUE },
      ["s3"],
    ),
    ...forEachService(["https://h/p?a=%e9"], { smithy: NOT_UTF8, aws4fetch: NOT_UTF8 }),
  ],
  headers: [
    ...[
      ["x-a", "a\tb"],
      ["x-a", " a  b\t\tc "],
      ["x-a", ""],
      ["x-a", "   "],
      ["x-a", "a,b, c"],
      ["x-a", '"a  b"'],
      ["x-a", "x".repeat(20_000)],
      ["X-A", "A"],
      ["x-amz-meta-a", "=?UTF-8?B?w6k=?="],
      ["content-type", ""],
      ["content-md5", "x=="],
      ["x-amz-date", "19990101T000000Z"],
      ["x-amz-security-token", "of an earlier signature"],
      ["authorization", "Bearer x"],
      ["x_y", "1"],
      ["!#$%&'*+-.^_`|~", "1"],
      ["content-encoding", "aws-chunked"],
    ].flatMap(([name, value]) =>
      SERVICES.map((service) => ({ url: "https://h/k", service, init: { headers: [[name, value]] } })),
    ),
    {
      url: "https://h/k",
      init: {
        headers: [
          ["x-a", "1"],
          ["X-A", "2"],
          ["x-a", "1"],
          ["x-b", ""],
        ],
      },
    },
    { url: "https://h/k", init: { headers: Array.from({ length: 200 }, (_, index) => [`x-amz-meta-${index}`, "a"]) } },
    // Amazon's example of a signed PutObject has both headers.
    {
      url: "https://h/k",
      init: { headers: { date: "Fri, 24 May 2013 00:00:00 GMT" } },
      differs: { botocore: "it replaces the date", smithy: "it removes the date" },
    },
  ],
  bodies: [
    "",
    "x",
    "é😀",
    "\ud800",
    new Uint8Array(),
    new Uint8Array([0, 255]),
    new ArrayBuffer(3),
    new DataView(new ArrayBuffer(4), 1, 2),
    new Uint16Array([1, 2]).subarray(1),
    new Blob(["x"], { type: "a/b" }),
    new Blob([]),
    new URLSearchParams("a=b c"),
    new Response("a\r\n").body,
    "x".repeat(1_000_000),
    new FormData(),
  ].map((body) => ({ url: "https://h/k", init: { method: "PUT", body } })),
  methods: [
    ...["get", "Head", "post", "PROPFIND", "OPTIONS"].map((method) => ({ url: "https://h/k", init: { method } })),
    // `fetch` does not change the case of these methods.
    ...["patch", "m-search"].map((method) => ({
      url: "https://h/k",
      init: { method },
      differs: { botocore: "it signs the method in upper case", aws4fetch: "it signs the method in upper case" },
    })),
  ],
  times: [
    "2026-12-31T23:59:59.999Z",
    "2027-01-01T00:00:00.000Z",
    "2028-02-29T12:00:00Z",
    "2000-02-29T00:00:00Z",
    "2100-02-28T23:59:59Z",
    "2026-11-26T05:06:07.0009Z",
    "9999-12-31T23:59:59.999Z",
    "1970-01-01T00:00:00Z",
  ].map((time) => ({ url: "https://h/k", signingDate: new Date(time) })),
};

/**
 * Signs with `Signer`, and returns what is sent.
 *
 * @param {Unusual} unusual
 */
async function send({ url, init, service = "s3", region = "us-east-1", signingDate = SIGNING_DATE }) {
  const request = await new Signer({ credentials, region, service }).sign(url, init, { signingDate });
  const { authorization, ...headers } = Object.fromEntries(request.headers);
  const names = /SignedHeaders=(\S+),/.exec(authorization)[1].split(";");
  const { pathname, search, host } = new URL(request.url);
  const { method } = request;
  const body = Buffer.from(await request.arrayBuffer());
  return {
    method,
    url: request.url,
    target: pathname + search,
    headers: { ...headers, host },
    authorization,
    names,
    body,
  };
}

/** Whether other signers return the same signature for what is sent. */
async function compare(sent, options) {
  const { method, target: url, headers, authorization, body } = sent;
  const smithy = await rejection({ method, url, headers: { ...headers, authorization }, body }).catch(String);
  const aws4fetch = new AwsV4Signer({
    ...credentials,
    ...options,
    method,
    url: sent.url,
    headers: signedHeaders(sent, ["host"]),
    body: body.length ? body : undefined,
    datetime: headers["x-amz-date"],
    allHeaders: true,
  });
  return { smithy: smithy === undefined, aws4fetch: (await aws4fetch.authHeader()) === authorization };
}

const signedHeaders = ({ names, headers }, except) =>
  names.filter((name) => !except.includes(name)).map((name) => [name, headers[name] ?? ""]);

for (const [kind, requests] of Object.entries(KINDS)) {
  test(`unusual requests are signed as by botocore, smithy and aws4fetch: ${kind}`, async () => {
    const sent = await Promise.all(requests.map(send));
    const calls = requests.map(({ service = "s3", region = "us-east-1", signingDate = SIGNING_DATE }, index) => ({
      ...signingArguments({
        signer: service === "s3" ? "S3SigV4Auth" : "SigV4Auth",
        credentials,
        region,
        service,
        signingDate,
      }),
      method: sent[index].method,
      url: sent[index].url,
      headers: signedHeaders(sent[index], ["host", "x-amz-date"]),
      body: sent[index].body.toString("hex"),
    }));
    for (const [index, { headers }] of callBotocore(calls).entries()) {
      const { service = "s3", region = "us-east-1", differs = {} } = requests[index];
      const same = await compare(sent[index], { service, region });
      assert.deepEqual(
        { botocore: headers.authorization === sent[index].authorization, ...same },
        { botocore: !differs.botocore, smithy: !differs.smithy, aws4fetch: !differs.aws4fetch },
        `${service} ${sent[index].url} ${JSON.stringify(requests[index])}`.slice(0, 500),
      );
    }
  });
}

test("unusual requests that cannot be signed are errors that say why, without the input", async () => {
  const signer = new Signer({ credentials, region: "us-east-1", service: "s3" });
  const rejected = (url, init, options) => assert.rejects.bind(undefined, signer.sign(url, init, options));
  for (const value of ["é", "a\u007fb", "a\u000bb", "a\u00a0b"]) {
    const message =
      "the request cannot be signed: x-a has a value with a line break, a control character or a non-ASCII character, which must be encoded";
    await rejected("https://h/k", { headers: { "x-a": value } })({ name: "InvalidHeader", message });
  }
  for (const url of [
    "https://user:secret@h/k",
    new URL("https://secret@h/k"),
    "http:\\\\user:secret@h",
    "https:user:secret@h/k",
  ]) {
    const error = { name: "InvalidUrl", message: "invalid URL: it contains a user name or password" };
    await rejected(url)(error);
    await assert.rejects(signer.presign(url), error);
  }
  // Their errors by the platform contain the URL.
  for (const url of ["//user:secret@h/k", "/key?X-Amz-Signature=secret", "https://h:secret/", "secret"]) {
    const error = { name: "InvalidUrl", message: "invalid URL" };
    await rejected(url)(error);
    await assert.rejects(signer.presign(url), error);
  }
  await signer.sign("https://h/a:b@c");
  for (const time of ["1969-12-31T23:59:59Z", "+010000-01-01T00:00:00Z", "2026-11-26T23:59:60Z"]) {
    const error = { name: "InvalidTime", message: "the time must be in the years 1970 to 9999" };
    await rejected("https://h/k", {}, { signingDate: new Date(time) })(error);
    await assert.rejects(signer.presign("https://h/k", { signingDate: new Date(time) }), error);
  }
});
