// The requests of `Signer`, verified by a server that calculates the signature from the received request.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, test } from "node:test";
import { promisify } from "node:util";

import { Signer } from "../../pkg/dist/entry/node.js";
import { credentials, rejection, startServer } from "./verifying-server.mjs";

const run = promisify(execFile);
const server = await startServer();
after(() => server.close());
const key = `${server.endpoint}/key`;

/** @param {Partial<import("../../pkg/dist/index.js").SignerConfig>} [options] */
const signer = (options) => new Signer({ credentials, region: "us-east-1", service: "s3", ...options });

/**
 * Sends a request and returns what the server received, once it has accepted the signature.
 *
 * @param {string} service
 * @param {string} path
 * @param {RequestInit & { duplex?: "half" }} [init]
 * @param {Partial<import("../../pkg/dist/index.js").SignerConfig>} [options]
 */
async function accepted(service, path, init, options) {
  const response = await signer({ service, ...options }).fetch(`${server.endpoint}${path}`, init);
  assert.equal(response.status, 200, `${service} ${path}: ${await response.text()}`);
  return server.received.at(-1);
}

const unsafe = [
  "a+b",
  "a b",
  "!'()*",
  "^",
  "|",
  "[]",
  "{}",
  '"<>`',
  "~.-_",
  "=&:@,;$",
  "é",
  "日本",
  "😀",
  "a//b",
  "%2B",
  "%2f",
  "%25",
];

test("S3 object keys with any character are sent in the encoding that is signed", async () => {
  for (const name of unsafe) {
    for (const service of ["s3", "s3express", "s3-outposts", "s3-object-lambda"]) {
      const { url } = await accepted(service, `/${name}`);
      assert.match(url, /^\/(%[0-9A-F]{2}|[\w.~/-])*$/, name);
    }
  }
});

test("paths and queries of other services are sent in the encoding that is signed", async () => {
  for (const name of unsafe) {
    if (name !== "a//b") await accepted("execute-api", `/${name}`);
    for (const service of ["s3", "execute-api"]) {
      const { url } = await accepted(service, `/?prefix=${name}&acl&b=1&a=2&a=1`);
      assert.doesNotMatch(url, /[+!'()*^|[\]{}"<>`]/, name);
    }
  }
});

test("a presigned URL is in the encoding that is signed", async () => {
  const url = await signer().presign("https://b.s3.amazonaws.com/a+b/!'()*^?x=y+z", { expiresIn: 60 });
  assert.equal(url.pathname, "/a%2Bb/%21%27%28%29%2A%5E");
  assert.match(url.search, /^\?x=y%20z&X-Amz-Algorithm=/);
});

test("a page presigns a URL that is relative to its own, as it signs one", async () => {
  const page = /** @type {any} */ (globalThis);
  page.location = { href: `${server.endpoint}/folder/page` };
  try {
    const url = await signer().presign("key?acl");
    assert.equal(url.origin + url.pathname, `${server.endpoint}/folder/key`);
    assert.ok(url.searchParams.has("acl"));
  } finally {
    delete page.location;
  }
});

test("an object key that URL parsing changes is rejected", async () => {
  const dots = ["/a/../b", "/./a", "/a/..", "/%2e%2E/a", "/.%2e?x", "/a%2F..%2Fb", "/..%2fa", "/a%2f."];
  for (const path of [...dots, "/a\\b", "/a\tb", "/a\nb?c", "/a ", "/a\n", "/\ud800"]) {
    const error = { name: "InvalidUrl", message: /^parsing this URL would change the object key: / };
    await assert.rejects(signer().fetch(server.endpoint + path), error, path);
    await assert.rejects(signer().presign(server.endpoint + path), error, path);
  }
  await assert.rejects(signer().sign(new Request(`${key}/a%2F..%2Fb`)), { name: "InvalidUrl" });
  for (const path of ["/a..b", "/.a", "/...", "/a?x=/../", "/a#/../", "/a%2F..b", "/😀", "/a%20", "/ a?b= "]) {
    await signer().sign(server.endpoint + path);
  }
  // Not S3's object keys.
  for (const service of ["s3tables", "s3vectors", "execute-api"]) await accepted(service, "/a/../b");
});

test("the host is the URL's, and headers of a connection are neither signed nor sent", async () => {
  const ofConnection = {
    host: "app.example",
    connection: "close, x-custom",
    "keep-alive": "timeout=5",
    te: "trailers",
    trailer: "a",
    upgrade: "h2c",
    expect: "100-continue",
    "proxy-authorization": "Basic x",
    "cf-connecting-ip": "192.0.2.1",
    "cf-ray": "1",
    "x-forwarded-for": "192.0.2.1",
    via: "1.1 proxy",
    "transfer-encoding": "chunked",
  };
  for (const [name, value] of Object.entries(ofConnection)) {
    const { headers } = await accepted("s3", "/key", { headers: { [name]: value, range: "bytes=0-9" } });
    assert.match(headers.authorization, /SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,/, name);
    assert.notEqual(headers[name], value, name);
  }
});

test("headers that are not signed may have non-ASCII values, as those of a visitor's city do", async () => {
  for (const name of ["cf-ipcity", "x-forwarded-for", "user-agent", "cookie", "sec-ch-ua", "referer"]) {
    const { headers } = await accepted("s3", "/key", { headers: { [name]: "S\u00e3o Paulo" } });
    assert.match(headers.authorization, /SignedHeaders=host;x-amz-content-sha256;x-amz-date,/, name);
    const presigned = await signer().presign(key, { headers: { [name]: "S\u00e3o Paulo" } });
    assert.equal(presigned.searchParams.get("X-Amz-SignedHeaders"), "host");
  }
});

test("headers that a platform or a proxy changes are sent unsigned", async () => {
  for (const name of ["user-agent", "x-amzn-trace-id", "accept-encoding", "sec-fetch-mode", "referer", "cookie"]) {
    const { headers } = await accepted("s3", "/key", { headers: { [name]: "a" } });
    assert.match(headers.authorization, /SignedHeaders=host;x-amz-content-sha256;x-amz-date,/, name);
    if (name !== "sec-fetch-mode") assert.equal(headers[name], "a");
  }
});

test("the caller's content hash is kept, signed and used", async () => {
  const own = [
    "UNSIGNED-PAYLOAD",
    "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
  ];
  for (const value of own) {
    for (const service of ["s3", "aoss", "vpc-lattice-svcs", "dynamodb"]) {
      const init = { method: "PUT", body: "hello", headers: { "x-amz-content-sha256": value } };
      const { headers } = await accepted(service, "/key", init);
      assert.equal(headers["x-amz-content-sha256"], value);
      assert.match(headers.authorization, /x-amz-content-sha256/);
    }
  }
});

test("signing again replaces the earlier signature, even if the body has changed", async () => {
  const earlier = signer({ credentials: { ...credentials, sessionToken: "earlier" } });
  const signingDate = new Date("2026-01-01T00:00:00Z");
  const signed = await earlier.sign(key, { method: "PUT", body: "hello" }, { signingDate });
  for (const body of ["other", "hello"]) {
    const response = await signer().fetch(new Request(signed.clone(), { method: "PUT", body }));
    assert.equal(response.status, 200, await response.text());
    const { headers, body: received } = server.received.at(-1);
    assert.equal(String(received), body);
    assert.equal(headers["x-amz-security-token"], undefined);
  }
});

test("services that need a content hash get one, and options override the defaults of a service", async () => {
  const put = { method: "PUT", body: "hello" };
  for (const service of ["s3", "s3express", "s3-outposts", "s3-object-lambda", "aoss", "glacier"]) {
    assert.match((await accepted(service, "/key", put)).headers["x-amz-content-sha256"], /^[0-9a-f]{64}$/, service);
  }
  assert.equal((await accepted("vpc-lattice-svcs", "/key", put)).headers["x-amz-content-sha256"], "UNSIGNED-PAYLOAD");
  assert.equal((await accepted("sqs", "/key", put)).headers["x-amz-content-sha256"], undefined);
  assert.match(
    (await accepted("sqs", "/", put, { contentSha256: true })).headers["x-amz-content-sha256"],
    /^[0-9a-f]{64}$/,
  );
  const plus = await signer({ service: "sqs", singleEncode: true }).sign(`${server.endpoint}/a+b`);
  assert.equal(new URL(plus.url).pathname, "/a%2Bb");
  const unsigned = await accepted("sqs", "/", put, { unsignedPayload: true });
  assert.equal(unsigned.headers["x-amz-content-sha256"], "UNSIGNED-PAYLOAD");
});

test("a session token is signed, or appended after signing", async () => {
  const temporary = { credentials: { ...credentials, sessionToken: "token" } };
  const request = await signer(temporary).sign(key);
  assert.match(request.headers.get("authorization"), /x-amz-security-token/);
  const appended = await signer({ ...temporary, signSessionToken: false }).sign(key);
  assert.doesNotMatch(appended.headers.get("authorization"), /x-amz-security-token/);
  assert.equal(appended.headers.get("x-amz-security-token"), "token");
});

test("WebSocket URLs are presigned, and IoT's with the session token after the signature", async () => {
  const signingDate = new Date("2026-01-01T00:00:00Z");
  const temporary = { ...credentials, sessionToken: "token/+=" };
  const presign = (service, url, keys) => signer({ service, credentials: keys }).presign(url, { signingDate });
  const iot = "wss://abc-ats.iot.us-east-1.amazonaws.com/mqtt";
  const withoutToken = await presign("iotdevicegateway", iot, credentials);
  const withToken = await presign("iotdevicegateway", iot, temporary);
  assert.equal(withToken.protocol, "wss:");
  const signature = (url) => url.searchParams.get("X-Amz-Signature");
  assert.equal(signature(withToken), signature(withoutToken), "the token is not signed");
  assert.equal(withToken.searchParams.get("X-Amz-Security-Token"), "token/+=");
  for (const [service, url] of [
    [
      "transcribe",
      "wss://transcribestreaming.us-east-1.amazonaws.com:8443/stream-transcription-websocket?language-code=en-US",
    ],
    ["kinesisvideo", "wss://v-1.kinesisvideo.us-east-1.amazonaws.com/?X-Amz-ChannelARN=arn%3Aaws%3Aa"],
  ]) {
    const presigned = await presign(service, url, temporary);
    assert.equal(presigned.host, new URL(url).host);
    assert.notEqual(signature(presigned), signature(await presign(service, url, credentials)), "the token is signed");
    // The scheme is not signed.
    const overHttps = await presign(service, url.replace("wss:", "https:"), temporary);
    assert.equal(signature(presigned), signature(overHttps));
  }
});

test("a presigned URL's lifetime is checked", async () => {
  for (const expiresIn of [-900, -1, 0, 0.5, Number.NaN, Infinity, 604_801, "60"]) {
    await assert.rejects(
      signer().presign(key, { expiresIn: /** @type {any} */ (expiresIn) }),
      { name: "InvalidExpiry" },
      `${expiresIn}`,
    );
  }
  for (const expiresIn of [1, 604_800]) {
    assert.equal((await signer().presign(key, { expiresIn })).searchParams.get("X-Amz-Expires"), String(expiresIn));
  }
  const absent = /** @type {any} */ (null);
  assert.equal((await signer().presign(key, { expiresIn: absent })).searchParams.get("X-Amz-Expires"), "900");
});

test("presigning replaces an earlier signature, and accepts any form of headers and methods", async () => {
  const signingDate = new Date("2026-01-01T00:00:00Z");
  const options = { signingDate, method: "PUT", headers: { "x-amz-acl": "private" } };
  const once = String(await signer().presign(key, options));
  const temporary = { ...credentials, sessionToken: "token" };
  const other = await signer({ credentials: temporary }).presign(key, { expiresIn: 60 });
  const same = [
    signer().presign(once, options),
    signer().presign(`${key}?X-Amz-Expires=60`, options),
    signer().presign(other, options),
    signer().presign(key, { ...options, headers: new Headers({ "x-amz-acl": "private" }) }),
    signer().presign(key, { ...options, headers: [["X-Amz-Acl", "private"]] }),
    signer().presign(key, { ...options, method: "put" }),
  ];
  for (const url of await Promise.all(same)) assert.equal(String(url), once);
  assert.notEqual(String(await signer().presign(key, { ...options, method: "patch" })), once);
});

test("white space in header values is folded as in smithy and botocore", async () => {
  for (const value of ["a\tb", " a  b ", "a \t b"])
    await accepted("s3", "/key", { headers: { "x-amz-meta-a": value } });
});

test("redirects are not followed with a signature", async () => {
  const redirecting = await startServer(() => ({ status: 307, headers: { location: `${server.endpoint}/elsewhere` } }));
  try {
    const before = server.received.length;
    const url = `${redirecting.endpoint}/key`;
    await assert.rejects(signer().fetch(url));
    await assert.rejects(signer().fetch(url, { redirect: "error" }));
    for (const request of [
      signer().fetch(url, { redirect: "manual" }),
      signer().fetch(new Request(url, { redirect: "manual" })),
    ]) {
      const response = await request;
      assert.equal(response.status, 307);
      assert.equal(response.headers.get("location"), `${server.endpoint}/elsewhere`);
    }
    await assert.rejects(signer().fetch(url, { redirect: "follow" }), { name: "InvalidOption" });
    await assert.rejects(fetch(await signer().sign(url)), "nor by the platform's fetch");
    assert.equal(server.received.length, before, "no signature reached the other server");
  } finally {
    redirecting.close();
  }
});

/** Starts a server whose clock is two hours ahead. It rejects requests with the response that `report(now)` returns. */
async function startSkewed(report) {
  const ahead = 7_200_000;
  return startServer(({ headers }) => {
    const [, ...date] = headers["x-amz-date"].match(/(....)(..)(..)T(..)(..)(..)Z/);
    const signed = Date.UTC(+date[0], +date[1] - 1, +date[2], +date[3], +date[4], +date[5]);
    const now = new Date(Date.now() + ahead);
    if (Math.abs(now.getTime() - signed) < 900_000) return { status: 200, headers: { date: now.toUTCString() } };
    return { status: 403, ...report(now) };
  });
}

const reports = {
  "the Date header": (now) => ({ headers: { date: now.toUTCString() } }),
  "S3's error document": (now) => ({
    headers: { date: "" },
    body: `<Error><Code>RequestTimeTooSkewed</Code><ServerTime>${now.toISOString()}</ServerTime></Error>`,
  }),
  "the message": (now) => {
    const basic = now.toISOString().replace(/[-:]|\.\d+/g, "");
    return {
      headers: { date: "" },
      body: `{"message":"Signature expired: a is now earlier than b (${basic} - 5 min.)"}`,
    };
  },
};

for (const [name, report] of Object.entries(reports)) {
  test(`clock skew is corrected once from ${name}, and remembered`, async () => {
    const skewed = await startSkewed(report);
    try {
      const client = signer();
      const put = () => client.fetch(`${skewed.endpoint}/key`, { method: "PUT", body: "hello" });
      assert.equal((await put()).status, 200);
      assert.equal(skewed.received.length, 2);
      assert.deepEqual(
        skewed.received.map(({ body }) => String(body)),
        ["hello", "hello"],
      );
      assert.ok(Math.abs(client.systemClockOffset - 7_200_000) < 60_000);
      assert.equal((await put()).status, 200);
      assert.equal(skewed.received.length, 3, "the next request needs no correction");
      const known = signer({ systemClockOffset: 7_200_000 });
      assert.equal((await known.fetch(`${skewed.endpoint}/key`)).status, 200);
      assert.equal(skewed.received.length, 4);
    } finally {
      skewed.close();
    }
  });
}

test("clock skew is corrected even if something else reads the rejected response", async () => {
  const skewed = await startSkewed(reports["the Date header"]);
  try {
    const logging = async (request) => {
      const response = await fetch(request);
      response.body?.getReader();
      return response;
    };
    assert.equal((await signer({ fetch: logging }).fetch(`${skewed.endpoint}/key`)).status, 200);
    assert.equal(skewed.received.length, 2);
  } finally {
    skewed.close();
  }
});

test("a rejection for another reason does not change the clock, and a stream is not sent twice", async () => {
  const refusing = await startServer(() => ({ status: 403 }));
  const skewed = await startSkewed(reports["the Date header"]);
  try {
    const client = signer();
    assert.equal((await client.fetch(`${refusing.endpoint}/key`)).status, 403);
    assert.equal(client.systemClockOffset, 0);
    assert.equal(refusing.received.length, 1);
    const streaming = signer({ unsignedPayload: true });
    const body = new Blob(["hello"]).stream();
    assert.equal((await streaming.fetch(`${skewed.endpoint}/key`, { method: "PUT", body })).status, 403);
    assert.equal(skewed.received.length, 1);
    assert.notEqual(streaming.systemClockOffset, 0, "but the next request is in time");
  } finally {
    refusing.close();
    skewed.close();
  }
});

test("a body that is passed on unread is sent with its length, as S3 requires, also if the URL is encoded", async () => {
  const form = new FormData();
  form.set("a", "hello");
  const buffers = [Buffer.from("hello"), new ArrayBuffer(5)];
  for (const body of ["hello", new Blob(["hello"]), new URLSearchParams("hello"), form, ...buffers]) {
    for (const path of ["/key", "/report (1).pdf"]) {
      const { headers, body: sent } = await accepted("s3", path, { method: "PUT", body }, { unsignedPayload: true });
      assert.equal(headers["transfer-encoding"], undefined, path);
      assert.ok(sent.length >= 5);
      assert.equal(headers["content-length"], String(sent.length), path);
    }
  }
  const skewed = await startSkewed(reports["the Date header"]);
  try {
    const put = { method: "PUT", body: new Blob(["hello"]) };
    const { status } = await signer({ unsignedPayload: true }).fetch(`${skewed.endpoint}/key`, put);
    assert.deepEqual([status, skewed.received.length], [200, 2], "and it can be sent again");
  } finally {
    skewed.close();
  }
});

test("Firefox, whose requests have no streams, sends a body that is passed on unread, also if the URL is encoded", async () => {
  const { Request: original } = globalThis;
  globalThis.Request = class extends Request {
    get body() {
      return undefined;
    }
  };
  try {
    const form = new FormData();
    form.set("a", "hello");
    for (const body of ["hello", new Blob(["hello"]), form]) {
      const [url, put] = [`${server.endpoint}/a+b`, { method: "PUT", body }];
      for (const input of [url, new Request(url, put)]) {
        const request = await signer({ unsignedPayload: true }).sign(input, input === url ? put : {});
        assert.match(await request.text(), /hello/);
        assert.match(request.url, /a%2Bb$/);
      }
    }
  } finally {
    globalThis.Request = original;
  }
});

test("a request that outlives its page stays one, also if the URL is encoded", async () => {
  const init = { method: "PUT", body: "hello", keepalive: true };
  for (const path of ["/key", "/a+b"]) {
    const url = server.endpoint + path;
    const signed = [
      await signer().sign(url, init),
      await signer().sign(new Request(url, init)),
      await signer({ unsignedPayload: true }).sign(url, init),
    ];
    for (const request of signed) {
      assert.equal(request.keepalive, true);
      assert.equal((await fetch(request)).status, 200);
    }
  }
  assert.equal((await signer().sign(key)).keepalive, false);
});

test("a stream of 100 MB is passed on unread, with constant memory", async () => {
  const script = `
    import { createServer } from "node:http";
    import { Signer } from ${JSON.stringify(new URL("../../pkg/dist/entry/node.js", import.meta.url).href)};
    let received = 0;
    const server = createServer(async (request, response) => {
      for await (const chunk of request) received += chunk.length;
      response.end();
    }).listen(0, "127.0.0.1", async () => {
      const signer = new Signer({ region: "us-east-1", service: "s3", credentials: { accessKeyId: "A", secretAccessKey: "s" }, ...JSON.parse(process.argv[1]) });
      const headers = JSON.parse(process.argv[2]);
      let chunks = 0;
      const body = new ReadableStream({
        pull(controller) {
          if (chunks++ === 1600) controller.close();
          // Not zeros, for which the system allocates no memory.
          else controller.enqueue(new Uint8Array(65536).fill(1));
        },
      });
      await signer.sign("http://127.0.0.1/");
      // The peak in kilobytes.
      const before = process.resourceUsage().maxRSS;
      const { status } = await signer.fetch("http://127.0.0.1:" + server.address().port + "/key", { method: "PUT", body, headers });
      console.log(JSON.stringify({ status, received, grown: Math.round((process.resourceUsage().maxRSS - before) / 1e3) }));
      process.exit();
    });`;
  for (const [options, headers] of [
    [{ unsignedPayload: true }, {}],
    [{}, { "x-amz-content-sha256": "UNSIGNED-PAYLOAD" }],
    [{ unsignedPayload: true }, { "content-length": String(1600 * 65536) }],
  ]) {
    const inputs = [JSON.stringify(options), JSON.stringify(headers)];
    const { stdout } = await run(process.execPath, ["--input-type=module", "-e", script, "--", ...inputs]);
    const { status, received, grown } = JSON.parse(stdout);
    assert.deepEqual({ status, received }, { status: 200, received: 1600 * 65536 });
    assert.ok(grown < 80, `the memory grew by ${grown} MB`);
  }
});

test("the verifying server rejects altered requests", async () => {
  const { method, url, headers, body } = await accepted("s3", "/key", { method: "PUT", body: "hello" });
  const received = { method, url, headers, body };
  assert.equal(await rejection(received), undefined);
  assert.ok(await rejection({ ...received, url: "/other" }));
  assert.ok(await rejection({ ...received, body: Buffer.from("other") }));
  assert.ok(await rejection({ ...received, headers: { ...headers, "x-amz-date": "20260101T000000Z" } }));
});
