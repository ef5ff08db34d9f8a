// `Signer` compared with botocore's signers: the same headers and URLs for random requests at the same date.

import assert from "node:assert/strict";
import { test } from "node:test";

import { Signer, STS } from "../../pkg/dist/entry/node.js";
import { callBotocore, signingArguments } from "./botocore.mjs";
import { numbers, oneOf } from "./random.mjs";

const KEYS = [
  { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" },
  { accessKeyId: "ASIDEXAMPLE", secretAccessKey: "a secret", sessionToken: "IQoJb3JpZ2lu/+==" },
];
/** Services, and the botocore signers of their requests and URLs. */
const SERVICES = [
  { service: "s3", signer: "S3SigV4Auth", querySigner: "S3SigV4QueryAuth" },
  { service: "s3-outposts", signer: "S3SigV4Auth", querySigner: "S3SigV4QueryAuth" },
  { service: "s3-object-lambda", signer: "S3SigV4Auth", querySigner: "S3SigV4QueryAuth" },
  { service: "execute-api", signer: "SigV4Auth", querySigner: "SigV4QueryAuth" },
  { service: "sts", signer: "SigV4Auth", querySigner: "SigV4QueryAuth" },
  { service: "aoss", signer: "SigV4Auth", querySigner: "SigV4QueryAuth" },
];
const HOSTS = ["examplebucket.s3.eu-west-1.amazonaws.com", "api.example:8443", "127.0.0.1:4566", "UPPER.example"];
const NAMES = [
  "",
  "a",
  "a+b",
  "a b",
  "!'()*",
  "^|`{}[]",
  '"<>',
  "~.-_",
  "=&:@,;$",
  "é/日本/😀",
  "a//b/",
  "//",
  "%2B%2f",
  "%25",
  "%zz",
  "100%",
];
const QUERIES = [
  "",
  "acl",
  "b=2&a=1&a=0&c=",
  "list-type=2&prefix=a/b&delimiter=/",
  "x=y+z%20&w='()*!~",
  "é=日本&A=1&a=2",
  "q=a=b=&&r",
  "%7e=%c3%a1",
];
const HEADERS = [
  {},
  { "content-type": "application/json", "x-amz-target": "DynamoDB_20120810.ListTables" },
  { "X-Amz-Meta-Note": "  two   spaces\tand a tab ", "x-amz-meta-a": "", "cache-control": "max-age=0, no-store" },
  { range: "bytes=0-9", "if-match": '"etag"', "x-amz-acl": "private" },
  // botocore does not sign these either.
  { "user-agent": "test", "x-amzn-trace-id": "Root=1-67891233-abcdef012345678912345678", accept: "text/*" },
];
const BODIES = ["", "hello", "é".repeat(1000)];
const METHODS = ["GET", "PUT", "POST", "DELETE", "HEAD", "PATCH"];

/** Returns a random request and the options to sign it with. */
function randomRequest(random, services, keys) {
  const method = oneOf(random, METHODS);
  const query = oneOf(random, QUERIES);
  const body = ["GET", "HEAD"].includes(method) ? "" : oneOf(random, BODIES);
  return {
    ...oneOf(random, services),
    url: `https://${oneOf(random, HOSTS)}/${oneOf(random, NAMES)}${query && `?${query}`}`,
    init: { method, headers: oneOf(random, HEADERS), ...(body && { body }) },
    credentials: oneOf(random, keys),
    region: oneOf(random, ["us-east-1", "eu-central-2", "auto"]),
    signingDate: new Date(Date.UTC(2015 + random(20), random(12), 1 + random(28), random(24), random(60), random(60))),
    expiresIn: 1 + random(604_800),
  };
}

/** Returns the arguments of botocore's signer. */
const toCall = (options, request) => ({ ...signingArguments(options), ...request });

const signerOf = ({ credentials, region, service, options }) =>
  new Signer({ credentials, region, service, ...options });
const hex = (bytes) => Buffer.from(bytes).toString("hex");

/** Signs random requests with both, in headers. botocore gets the URL that is sent. */
async function compareHeaders(seed, services, count, keys = KEYS) {
  const random = numbers(seed);
  const [calls, own] = [[], []];
  for (let index = 0; index < count; index += 1) {
    const request = randomRequest(random, services, keys);
    const { url, init, signingDate } = request;
    const signed = await signerOf(request).sign(url, init, { signingDate });
    const { authorization, "x-amz-date": date, ...headers } = Object.fromEntries(signed.headers);
    own.push({ ...headers, authorization, "x-amz-date": date });
    // botocore adds the token by itself, but takes the payload hash from the caller if the service requires the header.
    delete headers["x-amz-security-token"];
    delete headers["x-amz-s3session-token"];
    const body = hex(await signed.arrayBuffer());
    calls.push(toCall(request, { method: signed.method, url: signed.url, headers: Object.entries(headers), body }));
  }
  const theirs = callBotocore(calls).map(({ headers }) => headers);
  for (const [index, headers] of theirs.entries()) assert.deepEqual(own[index], headers, JSON.stringify(calls[index]));
  assert.equal(theirs.length, count);
}

/**
 * Presigns random requests with both. The queries are compared decoded, because botocore encodes them in its own way,
 * and only if no name occurs twice, because botocore keeps only one of them.
 */
async function comparePresigned(seed, services, count, keys = KEYS) {
  const random = numbers(seed);
  const [calls, own] = [[], []];
  while (calls.length < count) {
    const { querySigner: signer, ...request } = randomRequest(random, services, keys);
    const { url, init, signingDate, expiresIn: expires } = request;
    const { method, headers } = init;
    const names = [...new URL(url).searchParams.keys()];
    if (new Set(names).size < names.length) continue;
    const presigned = await signerOf(request).presign(url, { method, headers, signingDate, expiresIn: expires });
    own.push({ path: presigned.pathname, query: [...presigned.searchParams] });
    // botocore gets the path that is sent, and the caller's original query.
    const sent = `${presigned.origin}${presigned.pathname}${new URL(url).search}`;
    const headersOf = Object.entries(headers).map(([name, value]) => [name, value.trim()]);
    calls.push(toCall({ ...request, signer }, { method, url: sent, headers: headersOf, body: "", expires }));
  }
  for (const [index, { url }] of callBotocore(calls).entries()) {
    const { pathname, searchParams } = new URL(url);
    assert.deepEqual(own[index], { path: pathname, query: [...searchParams] }, JSON.stringify(calls[index]));
  }
}

test("requests are signed as by botocore", () => compareHeaders(1126, SERVICES, 400));

test("URLs are presigned as by botocore", () => comparePresigned(2611, SERVICES, 400));

test("requests and URLs of S3's sessions are signed as by botocore", async () => {
  const session = { signer: "S3ExpressAuth", querySigner: "S3ExpressQueryAuth", options: { s3Session: true } };
  const services = [{ service: "s3express", ...session }];
  const { sessionToken } = KEYS[1];
  const signer = new Signer({ credentials: KEYS[1], region: "us-east-1", service: "s3express", s3Session: true });
  const host = "https://bucket--use1-az4--x-s3.s3express-use1-az4.us-east-1.amazonaws.com";
  const { headers } = await signer.sign(`${host}/key`, {
    headers: { "x-amz-security-token": "of an earlier signature" },
  });
  assert.equal(headers.get("x-amz-s3session-token"), sessionToken);
  assert.equal(headers.get("x-amz-security-token"), null);
  const presigned = await signer.presign(await signer.presign(`${host}/key`));
  assert.deepEqual(presigned.searchParams.getAll("X-Amz-S3session-Token"), [sessionToken]);
  await compareHeaders(3, services, 60, [KEYS[1]]);
  await comparePresigned(4, services, 60, [KEYS[1]]);
});

test("pseudo-regions for FIPS endpoints are those of botocore's endpoint resolver", async () => {
  const regions = "us-west-2 eu-west-1 us-gov-west-1 us-gov-east-1 cn-north-1 ap-south-1 mx-central-1".split(" ");
  const names = regions.flatMap((region) => [`fips-${region}`, `${region}-fips`]);
  const cases = names.flatMap((region) => [false, true].map((dualstack) => ({ region, fips: false, dualstack })));
  const expected = callBotocore(cases.map((inputs) => ({ function: "endpoint", ...inputs })));
  for (const [index, { region, dualstack }] of cases.entries()) {
    const sent = [];
    const handle = async (request) => {
      sent.push(request);
      return { response: { statusCode: 500, headers: {}, body: "" } };
    };
    const requestHandler = { handle };
    const sts = new STS({
      region,
      credentials: KEYS[0],
      useDualstackEndpoint: dualstack,
      requestHandler,
      maxAttempts: 1,
    });
    await assert.rejects(sts.getCallerIdentity());
    const [{ protocol, hostname, path, headers }] = sent;
    const [, signed] = /Credential=[^/]+\/\d+\/([^/]+)/.exec(headers.authorization);
    assert.deepEqual(
      { url: `${protocol}//${hostname}${path}`, region: signed },
      expected[index],
      JSON.stringify(cases[index]),
    );
  }
});
