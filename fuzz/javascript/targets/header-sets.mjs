// Sets of headers through `Signer`, in headers and in the query, compared with botocore.

import assert from "node:assert/strict";
import fc from "fast-check";

import { Signer } from "../../../pkg/dist/entry/node.js";
import { callBotocore, signingArguments } from "../../../tests/package/botocore.mjs";
import { fuzz, inAnotherProcess } from "../run.mjs";

/** Not signed by botocore, by `Signer`, or by either. They are sent, except for those that describe a connection. */
const NEVER_SIGNED =
  "user-agent x-amzn-trace-id accept-encoding cookie origin referer sec-fetch-mode sec-ch-ua connection expect te via " +
  "keep-alive upgrade proxy-authorization x-forwarded-for cf-ray cdn-loop forwarded true-client-ip x-real-ip host";
/** Names that `Signer` sets, or that botocore replaces: covered by other tests. */
const SET_BY_SIGNER = /^(authorization|date|x-amz-(date|security-token|content-sha256|s3session-token))$/;

const token = fc.string({
  unit: fc.constantFrom(..."abyzABYZ019!#$%&'*+-.^_`|~"),
  minLength: 1,
  maxLength: 10,
});
const name = fc.oneof(
  { weight: 3, arbitrary: token },
  {
    weight: 3,
    arbitrary: fc.constantFrom("x-amz-meta-a", "X-Amz-Meta-A", "x-amz-meta-a-b", "Content-Type", "Range", "x-amz-acl"),
  },
  { weight: 1, arbitrary: fc.constantFrom(...NEVER_SIGNED.split(" ")) },
);
const value = fc.string({
  unit: fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(" ", "\t", ",", '"', "a", "=", ";", ":") },
    { weight: 1, arbitrary: fc.nat(94).map((code) => String.fromCharCode(32 + code)) },
  ),
  maxLength: 20,
});
const headers = fc
  .array(fc.tuple(name, value), { maxLength: 8 })
  .map((pairs) => pairs.filter(([name]) => !SET_BY_SIGNER.test(name.toLowerCase())));

const credentials = fc.constantFrom(
  { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", sessionToken: undefined },
  { accessKeyId: "ASIDEXAMPLE", secretAccessKey: "a secret", sessionToken: "IQoJb3JpZ2lu/+==" },
);
const SERVICES = [
  { service: "s3", signer: "S3SigV4Auth", querySigner: "S3SigV4QueryAuth" },
  { service: "execute-api", signer: "SigV4Auth", querySigner: "SigV4QueryAuth" },
];
const requests = fc.record({
  service: fc.constantFrom(...SERVICES),
  credentials,
  method: fc.constantFrom("GET", "PUT", "POST", "DELETE"),
  headers,
  body: fc.string({ unit: "binary", maxLength: 20 }),
  path: fc.string({ unit: fc.constantFrom(..."ab/+%é @=~*"), maxLength: 8 }),
  date: fc.date({ min: new Date(0), max: new Date("9999-12-31T23:59:59Z"), noInvalidDate: true }),
});

/** Signs with both, and compares the signed headers and the signatures. botocore gets the request that is sent. */
async function compare(settings) {
  const calls = [];
  const own = [];
  for (const request of fc.sample(requests, settings)) {
    const { service, method, headers, body, path, date } = request;
    const url = `https://host.example/${encodeURI(path.replace(/%/g, "%25"))}`;
    const common = { ...service, credentials: request.credentials, region: "eu-west-1", signingDate: date };
    const signer = new Signer({ credentials: request.credentials, region: "eu-west-1", service: service.service });

    const init = { method, headers, ...(method !== "GET" && body && { body }) };
    const sent = await signer.sign(url, init, { signingDate: date });
    const { authorization, ...all } = Object.fromEntries(sent.headers);
    const signed = signedHeaders(/SignedHeaders=(\S+),/.exec(authorization)[1], all);
    assertSignable(signed);
    const sentBody = Buffer.from(await sent.arrayBuffer()).toString("hex");
    calls.push({ ...signingArguments(common), method, url: sent.url, headers: signed, body: sentBody });
    own.push(authorization);

    const presigned = await signer.presign(url, { method, headers, signingDate: date });
    const query = presigned.searchParams;
    const inQuery = signedHeaders(query.get("X-Amz-SignedHeaders"), Object.fromEntries(new Headers(headers)));
    assertSignable(inQuery);
    const arguments_ = signingArguments({ ...common, signer: service.querySigner });
    const { origin, pathname } = presigned;
    calls.push({ ...arguments_, method, url: origin + pathname, headers: inQuery, body: "", expires: 900 });
    own.push(query.get("X-Amz-Signature"));
  }
  for (const [index, { url, headers }] of inAnotherProcess(() => callBotocore(calls)).entries()) {
    const theirs = headers.authorization ?? new URL(url).searchParams.get("X-Amz-Signature");
    assert.equal(own[index], theirs, JSON.stringify(calls[index]));
  }
}

/** Returns the signed headers with their values, except for those that botocore sets itself. */
const signedHeaders = (names, values) =>
  names
    .split(";")
    .filter((name) => name !== "host" && !/^x-amz-(date|security-token)$/.test(name))
    .map((name) => [name, values[name] ?? ""]);

function assertSignable(headers) {
  for (const [name] of headers) assert.ok(!NEVER_SIGNED.split(" ").includes(name), name);
}

await fuzz([], compare);
