// `sts-web/aws4fetch` and aws4fetch itself, side by side: the same fields, headers and URLs for the same input. The
// tests at the end are the differences that COMING-FROM.md lists.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { test } from "node:test";

import * as ours from "../../pkg/dist/aws4fetch.js";
import { numbers, oneOf } from "./random.mjs";

const require = createRequire(new URL("../../pkg/package.json", import.meta.url));
/** @type {typeof ours} */
const theirs = require("aws4fetch");

const keys = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" };
const datetime = "20150830T123600Z";

const HOSTS = [
  "examplebucket.s3.amazonaws.com",
  "examplebucket.s3.eu-west-1.amazonaws.com",
  "s3.dualstack.us-west-2.amazonaws.com",
  "sts.us-gov-west-1.amazonaws.com",
  "b-1.iot.us-east-1.amazonaws.com",
  "monitoring.eu-central-1.amazonaws.com:8443",
  "12345678.r2.cloudflarestorage.com",
  "s3.us-west-001.backblazeb2.com",
  "autoscaling.eu-west-1.amazonaws.com",
];
const PATHS = [
  "/",
  "/mqtt",
  "/a+b",
  "/a b/ü/'(x)*!",
  "/a%2Fb%20c",
  "/100%",
  "/%zz",
  "//two//slashes",
  "/./a/../b",
  "/~u-n.r_e$&,;=@:",
  "/[x]|^`{}",
];
const QUERIES = [
  "",
  "?",
  "?a=1&a=2&b",
  "?z=1&A=2&a=3&=x",
  "?q=a+b%20c&r='()*!~",
  "?X-Amz-Expires=60",
  "?ü=ä&%zz=%",
  "?list-type=2&prefix=a/b",
];
const HEADERS = [
  undefined,
  {},
  { "content-type": "text/plain", range: "bytes=0-9", connection: "close", "user-agent": "test" },
  { "x-amz-meta-note": "  two   spaces\tand a tab ", host: "app.example", expect: "100-continue" },
  { "X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD" },
  { "X-Amz-Target": "AnyScaleFrontendService.DescribeScalingPolicies" },
  { "x-amz-date": "replaced", authorization: "replaced", "x-amz-security-token": "kept or replaced" },
  new Headers([
    ["x-a", "1"],
    ["x-a", "2"],
  ]),
];
const BODIES = [
  undefined,
  null,
  "",
  "hello ü",
  new Uint8Array([1, 2, 3]),
  new Uint16Array([1, 2, 3]).subarray(1),
  new ArrayBuffer(0),
  new URLSearchParams("a=b"),
  new Blob(["x"]),
];
const METHODS = [undefined, "GET", "PUT", "post", "DELETE", "patch"];
/** Options that are set in some of the generated requests. */
const OPTIONS = {
  sessionToken: "session/token+=",
  service: "execute-api",
  region: "eu-north-1",
  signQuery: true,
  appendSessionToken: true,
  allHeaders: true,
  singleEncode: true,
};

/** Returns a random request and its options. */
function randomCase(random) {
  const options = Object.entries(OPTIONS).filter(() => random(3) === 0);
  return {
    url: `https://${oneOf(random, HOSTS)}${oneOf(random, PATHS)}${oneOf(random, QUERIES)}`,
    method: oneOf(random, METHODS),
    headers: oneOf(random, HEADERS),
    body: oneOf(random, BODIES),
    options: Object.fromEntries(options),
  };
}

/** Returns every public field and result of a signer, or what it throws. */
async function observeSigner({ AwsV4Signer }, { options, ...request }) {
  const signer = new AwsV4Signer({ ...keys, datetime, ...request, ...options });
  const { cache, headers, url, ...fields } = signer;
  const methods = ["hexBodyHash", "canonicalString", "stringToSign", "signature", "authHeader"];
  const results = await Promise.allSettled(methods.map((name) => signer[name]()));
  const signed = await signer.sign().catch(() => undefined);
  return {
    fields,
    before: [...headers.keys()],
    results: results.map((result) => (result.status === "fulfilled" ? result.value : result.status)),
    url: signed?.url.href,
    headers: signed && [...signed.headers],
    sameObjects: signed && [signed.url === url, signed.headers === headers, signed.body === request.body],
    keys: signed && [...cache].map(([name, key]) => [name, Buffer.from(key).toString("hex")]),
  };
}

/** Returns the request that a client sends, or `undefined` if it throws. */
async function observeClient({ AwsClient }, { url, method, headers, body, options }) {
  const init = { method, headers, body, aws: { datetime, ...options } };
  const request = await new AwsClient(keys).sign(new URL(url), init).catch(() => undefined);
  return (
    request && {
      method: request.method,
      url: request.url,
      headers: [...request.headers],
      body: await request.text(),
    }
  );
}

test("a signer has the same fields, results and signing keys for 300 random requests", async () => {
  const random = numbers(20261125);
  let signed = 0;
  for (let index = 0; index < 300; index += 1) {
    const request = randomCase(random);
    const expected = await observeSigner(theirs, request);
    assert.deepEqual(await observeSigner(ours, request), expected, JSON.stringify(request));
    if (expected.url) signed += 1;
  }
  assert.ok(signed > 200, `${signed} of 300 can be signed`);
});

test("a client sends the same requests", async () => {
  const random = numbers(11251420);
  let signed = 0;
  for (let index = 0; index < 200; index += 1) {
    const request = randomCase(random);
    const expected = await observeClient(theirs, request);
    assert.deepEqual(await observeClient(ours, request), expected, JSON.stringify(request));
    if (expected) signed += 1;
  }
  assert.ok(signed > 100, `${signed} of 200 can be signed`);
});

test("service and region of a host are the same: aws4fetch's 68 hosts, and 520 generated ones", async () => {
  const source = await readFile(new URL("../vectors/aws4fetch/serviceTests.js", import.meta.url), "utf8");
  const urls = [...source.matchAll(/^(\S+),[\w-]+,[\w-]+$/gm)].map(([, url]) => `https://${url}`);
  assert.equal(urls.length, 68);
  const services =
    "s3 s3-fips s3-external-1 sqs iot data.iot es aoss queue kms-fips email git-codecommit bedrock-runtime".split(" ");
  const regions = "us-east-1 eu-south-2 us-gov-west-1 us-gov fips-us-gov-east-1 cn-north-1 s3 s3-accelerate".split(" ");
  for (const service of services) {
    for (const region of regions) {
      const [dualStack, suffix] = [`${service}.dualstack.${region}`, region.startsWith("cn") ? "com.cn" : "com"];
      const hosts = [service, `${service}.${region}`, `${region}.${service}`, `x-1.${service}.${region}`, dualStack];
      urls.push(...hosts.map((host) => `https://${host}.amazonaws.${suffix}/mqtt`));
    }
  }
  assert.ok(urls.length > 468);
  for (const url of urls) {
    const scope = ({ AwsV4Signer }) => new AwsV4Signer({ ...keys, url, datetime }).credentialString;
    assert.equal(scope(ours), scope(theirs), url);
  }
});

test("missing options are reported in the same way", async () => {
  for (const name of ["accessKeyId", "secretAccessKey", "url"]) {
    const options = { ...keys, url: "https://sts.amazonaws.com/", [name]: undefined };
    const message = { name: "TypeError", message: `${name} is a required option` };
    for (const { AwsV4Signer } of [ours, theirs]) assert.throws(() => new AwsV4Signer(options), message);
  }
  for (const { AwsClient } of [ours, theirs])
    assert.throws(() => new AwsClient({ ...keys, accessKeyId: null }), TypeError);
});

test("fields of a client can be changed, which affects its next request", async () => {
  for (const { AwsClient } of [ours, theirs]) {
    const client = new AwsClient(keys);
    const { accessKeyId, secretAccessKey, retries, initRetryMs } = client;
    assert.deepEqual({ accessKeyId, secretAccessKey, retries, initRetryMs }, { ...keys, retries: 10, initRetryMs: 50 });
    client.accessKeyId = "AKIDOTHER";
    client.region = "eu-central-1";
    client.sessionToken = "token";
    const { headers } = await client.sign("https://sts.amazonaws.com/");
    assert.match(headers.get("authorization"), /Credential=AKIDOTHER\/\d+\/eu-central-1\/sts\/aws4_request/);
    assert.equal(headers.get("x-amz-security-token"), "token");
  }
});

test("a cache can be shared by clients, including those of aws4fetch", async () => {
  const cache = new Map();
  const signed = [];
  for (const { AwsClient } of [ours, theirs, ours]) {
    const client = new AwsClient({ ...keys, cache });
    signed.push((await client.sign("https://sts.amazonaws.com/", { aws: { datetime } })).headers.get("authorization"));
    assert.equal(cache.size, 1);
  }
  assert.deepEqual(new Set(signed).size, 1);
  const [[name]] = cache;
  cache.set(name, new ArrayBuffer(32));
  const other = await new ours.AwsClient({ ...keys, cache }).sign("https://sts.amazonaws.com/", { aws: { datetime } });
  assert.notEqual(other.headers.get("authorization"), signed[0], "the cached key is used");
});

/**
 * Sends a request to a server that returns these statuses one after the other. Returns the outcome and what was sent.
 */
async function send({ AwsClient }, statuses, options, init) {
  const original = globalThis.fetch;
  const requests = [];
  globalThis.fetch = async (request) => {
    requests.push(request);
    return new Response("x", { status: statuses[requests.length - 1] ?? 200 });
  };
  try {
    const client = new AwsClient({ ...keys, initRetryMs: 0.001, ...options });
    const outcome = await client.fetch("https://sts.amazonaws.com/", init).then(
      ({ status }) => status,
      (error) => error.constructor.name,
    );
    return { outcome, sent: await Promise.all(requests.map((request) => request.text())) };
  } finally {
    globalThis.fetch = original;
  }
}

test("requests are retried after the same statuses", async () => {
  const cases = [
    [[200], {}],
    [[404], {}],
    [[429, 500, 599, 403], {}],
    [[503, 503], { retries: 0 }],
    [[503, 503, 503], { retries: 1 }],
    [Array(20).fill(500), {}],
    [[200], { retries: -1 }],
  ];
  for (const [statuses, options] of cases) {
    const init = { method: "POST", body: "hello" };
    const expected = await send(theirs, statuses, options, init);
    assert.deepEqual(await send(ours, statuses, options, init), expected, JSON.stringify({ statuses, options }));
  }
  assert.equal((await send(theirs, Array(20).fill(500), {})).sent.length, 11);
});

test("difference: a host whose service is unknown is an error with advice, not a useless signature", async () => {
  for (const url of [
    "http://127.0.0.1:4566/",
    "https://minio.example/",
    "https://x.on.aws/",
    "https://b.backblazeb2.com/",
  ]) {
    const options = { ...keys, url, datetime };
    assert.match(await new theirs.AwsV4Signer(options).authHeader(), /\/us-east-1\/\/aws4_request/);
    const { hostname } = new URL(url);
    const error = {
      name: "InvalidOption",
      message: `the service cannot be derived from the host ${hostname}: set the option service, and region unless it is us-east-1`,
    };
    await assert.rejects(new ours.AwsV4Signer(options).sign(), error);
    await assert.rejects(new ours.AwsClient(keys).sign(url), error);
    await new ours.AwsClient(keys).sign(url, { aws: { service: "s3" } });
  }
});

test("difference: hosts of every partition and dual-stack hosts are known", async () => {
  const expected = {
    "https://sts.eusc-de-east-1.amazonaws.eu/": ["sts", "eusc-de-east-1"],
    "https://lambda.eu-west-1.api.aws/": ["lambda", "eu-west-1"],
    "https://s3.dualstack.cn-north-1.api.amazonwebservices.com.cn/": ["s3", "cn-north-1"],
    "https://kms-fips.us-iso-east-1.c2s.ic.gov/": ["kms", "us-iso-east-1"],
    "https://route53.global.api.aws/": ["route53", "us-east-1"],
    "https://iam-fips.global.api.aws/": ["iam", "us-east-1"],
    "https://iam.us-gov.api.aws/": ["iam", "us-gov-west-1"],
  };
  for (const [url, scope] of Object.entries(expected)) {
    assert.equal(new theirs.AwsV4Signer({ ...keys, url }).service, "");
    const { service, region } = new ours.AwsV4Signer({ ...keys, url });
    assert.deepEqual([service, region], scope, url);
  }
});

test("difference: the body of a Request is signed and sent with or without a Content-Type", async () => {
  const request = () => new Request("https://sts.amazonaws.com/", { method: "PUT", body: new Uint8Array([104, 105]) });
  assert.equal(await (await new theirs.AwsClient(keys).sign(request())).text(), "");
  const original = request();
  const signed = await new ours.AwsClient(keys).sign(original, { aws: { datetime } });
  const direct = await new theirs.AwsClient(keys).sign(request().url, { method: "PUT", body: "hi", aws: { datetime } });
  assert.equal(signed.headers.get("authorization"), direct.headers.get("authorization"));
  assert.equal(await signed.text(), "hi");
  assert.equal(await original.text(), "hi", "the caller's request is not consumed");

  const get = new Request("https://sts.amazonaws.com/", { headers: { "content-type": "text/plain" } });
  await assert.rejects(new theirs.AwsClient(keys).sign(get));
  assert.equal((await new ours.AwsClient(keys).sign(get)).method, "GET");
});
