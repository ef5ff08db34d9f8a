// What programs for aws4fetch do, with either package: they send the same requests and have the same results.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { Readable } from "node:stream";
import { afterEach, beforeEach, mock, test } from "node:test";
import { inspect } from "node:util";

import * as ours from "../../pkg/dist/aws4fetch.js";

const require = createRequire(new URL("../../pkg/package.json", import.meta.url));
/** @type {typeof ours} */
const theirs = require("aws4fetch");

const keys = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "secret" };
const r2 = { ...keys, service: "s3", region: "auto" };
const object = "https://0123456789abcdef.r2.cloudflarestorage.com/photos/2026/cat.jpg";
const form = { "content-type": "application/x-www-form-urlencoded" };

/** Requests that were sent since the test or the program started. */
let sent = [];

beforeEach(() => {
  mock.timers.enable({ apis: ["Date"], now: Date.UTC(2026, 10, 26) });
  mock.method(globalThis, "fetch", async (...args) => {
    sent.push(await observe(new Request(.../** @type {[Request]} */ (args))));
    const status = sent.length === 1 && sent[0].url.includes("throttled") ? 429 : 200;
    return new Response("<Result/>", { status });
  });
});
afterEach(() => {
  mock.reset();
  mock.timers.reset();
});

/** @param {Request} request */
async function observe(request) {
  const { method, url, headers, redirect } = request;
  return { method, url, headers: [...headers], redirect, body: await request.text() };
}

/** @type {Record<string, (aws4fetch: typeof ours) => Promise<unknown>>} */
const PROGRAMS = {
  "an upload URL, with its lifetime in the query": async ({ AwsClient }) => {
    const url = new URL(object);
    url.searchParams.set("X-Amz-Expires", "3600");
    const signed = await new AwsClient(r2).sign(new Request(url, { method: "PUT" }), { aws: { signQuery: true } });
    return observe(signed);
  },
  "an upload URL, with its lifetime in a header": async ({ AwsClient }) =>
    observe(
      await new AwsClient(r2).sign(new Request(object, { method: "PUT" }), {
        aws: { signQuery: true },
        headers: { "X-Amz-Expires": "300" },
      }),
    ),
  "an upload URL that fixes the type and the length": async ({ AwsV4Signer }) => {
    const headers = { "content-type": "image/jpeg", "content-length": "1024" };
    const options = { ...r2, url: object, method: "PUT", headers, signQuery: true, allHeaders: true };
    const { url, method } = await new AwsV4Signer(options).sign();
    return [url.href, method];
  },
  "an upload URL, with options that are for nobody": async ({ AwsClient }) => {
    const init = { method: "PUT", expiresIn: 3600, aws: { signQuery: true, expires: 60 } };
    return observe(await new AwsClient(r2).sign(object, /** @type {any} */ (init)));
  },
  "a download URL that names the file": async ({ AwsClient }) => {
    const disposition = encodeURIComponent('attachment; filename="a b(1).jpg"');
    const url = `${object}?X-Amz-Expires=60&response-content-disposition=${disposition}`;
    return (await new AwsClient(r2).sign(url, { aws: { signQuery: true } })).url.toString();
  },
  "an upload of bytes": async ({ AwsClient }) => {
    const headers = { "content-type": "image/jpeg", "content-length": "3" };
    const response = await new AwsClient(r2).fetch(object, { method: "PUT", body: new Uint8Array([1, 2, 3]), headers });
    return [response.ok, await response.text()];
  },
  "an upload of a Buffer": ({ AwsClient }) =>
    new AwsClient(r2).fetch(object, { method: "PUT", body: Buffer.from("hello") }).then(({ status }) => status),
  "an upload of a Blob": ({ AwsClient }) =>
    new AwsClient(r2).fetch(object, { method: "PUT", body: new Blob(["hello"]) }).then(({ status }) => status),
  "an upload of a form": async ({ AwsClient }) => {
    const body = new URLSearchParams({ Action: "ListUsers", Version: "2010-05-08" });
    const request = () => new AwsClient(keys).fetch("https://iam.amazonaws.com/", { method: "POST", body });
    return request().then(Object, (error) => error.constructor.name);
  },
  "an upload of a stream": async ({ AwsClient }) => {
    const init = { method: "PUT", body: new Blob(["hello"]).stream(), duplex: "half" };
    return new AwsClient({ ...r2, retries: 0 }).fetch(object, init).then(({ status }) => status);
  },
  "a copy, a deletion and a HEAD request": async ({ AwsClient }) => {
    const client = new AwsClient(r2);
    await client.fetch(object, { method: "PUT", headers: { "x-amz-copy-source": "/photos/2026/dög%20.jpg" } });
    await client.fetch(object, { method: "DELETE" });
    return (await client.fetch(object, { method: "HEAD" })).status;
  },
  "a list, with parameters": async ({ AwsClient }) => {
    const url = new URL("https://0123456789abcdef.r2.cloudflarestorage.com/photos");
    url.searchParams.set("list-type", "2");
    url.searchParams.set("prefix", "a b/ü+&=");
    url.searchParams.set("continuation-token", "1/2+3==");
    return (await new AwsClient(r2).fetch(url)).status;
  },
  "a multipart upload": async ({ AwsClient }) => {
    const client = new AwsClient(r2);
    await client.fetch(`${object}?uploads`, { method: "POST" });
    await client.fetch(`${object}?uploads=`, { method: "POST" });
    await client.fetch(`${object}?partNumber=1&uploadId=a%2Fb`, { method: "PUT", body: "part" });
    const body = "<CompleteMultipartUpload/>";
    return (await client.fetch(`${object}?uploadId=a/b`, { method: "POST", body })).status;
  },
  "a range of an object, and a condition": ({ AwsClient }) =>
    new AwsClient(r2)
      .fetch(object, { headers: { range: "bytes=0-9", "if-none-match": '"etag"' } })
      .then(({ status }) => status),
  "a proxy passes on a visitor's request": async ({ AwsClient }) => {
    const incoming = new Request("https://site.example/cat.jpg", {
      headers: { accept: "image/*", "cf-connecting-ip": "192.0.2.1", "user-agent": "visitor", "x-forwarded-for": "x" },
    });
    return (await new AwsClient(r2).fetch(object, { method: incoming.method, headers: incoming.headers })).status;
  },
  "a Lambda function is invoked": async ({ AwsClient }) => {
    const url =
      "https://lambda.us-east-1.amazonaws.com/2015-03-31/functions/arn:aws:lambda:us-east-1:1:function:f/invocations";
    const body = JSON.stringify({ text: "ü" });
    const init = { method: "POST", headers: { "X-Amz-Invocation-Type": "Event" }, body };
    return (await new AwsClient(keys).fetch(url, init)).status;
  },
  "a mail is sent with SES, with the region of the client": ({ AwsClient }) =>
    new AwsClient({ ...keys, region: "eu-west-1", service: "ses" })
      .fetch("https://email.eu-west-1.amazonaws.com/v2/email/outbound-emails", {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ Destination: { ToAddresses: ["a@example.com"] } }),
      })
      .then(({ status }) => status),
  "a table is read, with a target": ({ AwsClient }) =>
    new AwsClient(keys)
      .fetch("https://dynamodb.eu-central-1.amazonaws.com/", {
        method: "POST",
        headers: { "x-amz-target": "DynamoDB_20120810.GetItem", "content-type": "application/x-amz-json-1.0" },
        body: "{}",
      })
      .then(({ status }) => status),
  "a model of Bedrock, whose id has a colon": async ({ AwsV4Signer }) => {
    const signer = new AwsV4Signer({
      ...keys,
      url: "https://bedrock-runtime.us-east-1.amazonaws.com/model/anthropic.claude-v1:0/invoke",
      method: "POST",
      headers: /** @type {[string, string][]} */ (
        Object.entries({ "content-type": "application/json", accept: "*/*" })
      ),
      body: "{}",
      region: "us-east-1",
      service: "bedrock",
      sessionToken: "token",
    });
    const { method, url, headers, body } = await signer.sign();
    await fetch(url, { method, headers, body });
    const signed = {};
    headers.forEach((value, name) => {
      signed[name] = value;
    });
    return signed;
  },
  "a queue, with a form in the body": ({ AwsClient }) =>
    new AwsClient(keys)
      .fetch("https://sqs.us-east-1.amazonaws.com/123456789012/jobs", {
        method: "POST",
        headers: form,
        body: new URLSearchParams({ Action: "SendMessage", MessageBody: "a b+c" }).toString(),
      })
      .then(({ status }) => status),
  "roles with a web identity, without a signature of use": ({ AwsClient }) =>
    new AwsClient({ accessKeyId: "", secretAccessKey: "" })
      .fetch("https://sts.amazonaws.com/?Action=AssumeRoleWithWebIdentity&Version=2011-06-15&WebIdentityToken=a.b.c")
      .then(({ status }) => status),
  "IoT over MQTT": async ({ AwsClient }) => {
    const options = { aws: { signQuery: true, sessionToken: "token" } };
    const { url } = await new AwsClient(keys).sign("https://x-ats.iot.eu-west-1.amazonaws.com/mqtt", options);
    return url.replace("https:", "wss:");
  },
  "an abort": async ({ AwsClient }) => {
    const signed = await new AwsClient(r2).sign(object, { signal: AbortSignal.abort() });
    return signed.signal.aborted;
  },
  "redirects are the program's choice": async ({ AwsClient }) => {
    const signed = await new AwsClient(r2).sign(object, { redirect: "manual", cache: "no-store" });
    return [signed.redirect, signed.cache];
  },
  "a server on localhost": ({ AwsClient }) =>
    new AwsClient({ ...r2, region: "us-east-1" }).fetch("http://localhost:9000/b/k%20ey").then(({ status }) => status),
  "a custom domain of API Gateway": ({ AwsClient }) =>
    new AwsClient({ ...keys, service: "execute-api", region: "eu-west-1", sessionToken: "token" })
      .fetch("https://api.example.com/items/a%20b?x=1", { method: "PATCH", body: "{}" })
      .then(({ status }) => status),
  "a request that is throttled is sent again": ({ AwsClient }) =>
    new AwsClient({ ...r2, initRetryMs: 0.001 })
      .fetch(`${object}?throttled`, { method: "PUT", body: "x" })
      .then(({ status }) => status),
  "a throttled request of a program that also reads the responses": async ({ AwsClient }) => {
    const throttled = () => new Response("slow down", { status: 429 });
    const beingRead = throttled();
    beingRead.body.getReader();
    // As `node-fetch` returns it.
    const ofNode = Object.defineProperty(throttled(), "body", { value: Readable.from(["slow down"]) });
    const responses = [beingRead, ofNode];
    const { fetch } = globalThis;
    mock.method(globalThis, "fetch", async (request) => responses.shift() ?? fetch(request));
    return (await new AwsClient({ ...r2, initRetryMs: 0.001 }).fetch(object)).status;
  },
  "a signed request is sent by the program": async ({ AwsClient }) => {
    const request = await new AwsClient(r2).sign(object, { method: "PUT", body: "hello" });
    return (await fetch(request)).status;
  },
  "headers of a signed request, for another HTTP client": async ({ AwsClient }) =>
    Object.fromEntries((await new AwsClient(r2).sign(object)).headers.entries()),
  "a signer is used twice": async ({ AwsV4Signer }) => {
    const signer = new AwsV4Signer({ ...r2, url: object });
    const [first, second] = [await signer.sign(), await signer.sign()];
    return [first.url === second.url, [...first.headers], [...second.headers]];
  },
  "the steps of a signature": async ({ AwsV4Signer }) => {
    const signer = new AwsV4Signer({ ...r2, url: object, datetime: "20260101T000000Z" });
    return [await signer.canonicalString(), await signer.stringToSign(), signer.credentialString];
  },
  "a verifier of incoming requests": async ({ AwsV4Signer }) => {
    const headers = new Headers({ "x-amz-date": "20260101T000000Z", "x-amz-content-sha256": "UNSIGNED-PAYLOAD" });
    const datetime = headers.get("x-amz-date");
    const signer = new AwsV4Signer({ ...r2, url: object, method: "PUT", headers, datetime, allHeaders: true });
    return [signer.signedHeaders, await signer.signature()];
  },
  "a request with a body, as it came in": async ({ AwsClient }) => {
    const request = new Request(object, { method: "POST", body: "hello", headers: { "content-type": "text/plain" } });
    return observe(await new AwsClient(r2).sign(request));
  },
  "a request, and other options for it": async ({ AwsClient }) => {
    const request = new Request(object, { method: "POST", headers: { "x-a": "1" } });
    return observe(await new AwsClient(r2).sign(request, { method: "PUT", headers: { "x-b": "2" }, body: "new" }));
  },
  "a request with a body, and options that a wrapper leaves open": async ({ AwsClient }) => {
    const observed = [];
    for (const body of [undefined, null]) {
      for (const type of ["text/plain", "application/json"]) {
        const request = new Request(object, { method: "PUT", body: "hello", headers: { "content-type": type } });
        observed.push(await observe(await new AwsClient(r2).sign(request, { method: "PUT", body })));
      }
    }
    return observed;
  },
  "no options at all": async ({ AwsClient }) => {
    const create = /** @type {any} */ (AwsClient);
    const attempts = [() => new create(), () => new create({}), () => new create(keys).sign()];
    return Promise.all(attempts.map(async (attempt) => attempt()).map((one) => one.then(String, ({ name }) => name)));
  },
};

for (const [name, program] of Object.entries(PROGRAMS)) {
  test(name, async () => {
    const observed = [];
    for (const aws4fetch of [theirs, ours]) {
      sent = [];
      const result = await program(aws4fetch);
      observed.push({ result, sent });
    }
    const [expected, own] = observed;
    assert.deepEqual(own, expected, inspect(expected, { depth: 5 }));
  });
}
