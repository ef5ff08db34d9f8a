// Responses and logs: headers, origins, errors, and no secrets in either.

import assert from "node:assert/strict";
import { request } from "node:http";
import { connect } from "node:net";
import { after, before, test } from "node:test";

import { configurationFor } from "./configurations.mjs";
import { secrets, startWorker } from "./running-worker.mjs";
import { issuer, sts } from "./services.mjs";
import { sandbox } from "./sts.mjs";

const ALLOWED_ORIGIN = "https://allowed.example";
let worker;
let authorization;

/** A stub of AWS's sign-in endpoint: the requests it received, and its response. */
const signIn = { requests: [], response: { status: 200, body: '{"SigninToken":"the-token"}' } };

before(async () => {
  const configuration = configurationFor(issuer.issuer, sts, {}, { origins: [ALLOWED_ORIGIN] });
  const outbound = async (request) => {
    if (new URL(request.url).hostname !== "signin.aws.amazon.com") return undefined;
    signIn.requests.push({ url: request.url, form: new URLSearchParams(await request.text()) });
    return signIn.response;
  };
  worker = await startWorker({ configuration, outbound });
  authorization = `Bearer ${await issuer.token()}`;
});
after(async () => {
  await worker?.close();
});

/** Sends a request with headers that `fetch` does not allow. */
function raw(method, path, headers = {}, body = "") {
  return new Promise((resolve, reject) => {
    const outgoing = request(worker.url + path, { method, headers, agent: false }, async (response) => {
      let text = "";
      for await (const chunk of response.setEncoding("utf8")) text += chunk;
      resolve({ status: response.statusCode, headers: response.headers, text });
    });
    outgoing.on("error", reject).end(body);
  });
}

test("no response may be cached, framed, embedded, run as a page or read as another content type", async () => {
  const responses = [
    await worker.post("/api/credentials", { role: "reader" }, { authorization }),
    await worker.get("/api/container?role=reader", { authorization }),
    await worker.get("/api/identity", { authorization }),
    await worker.get("/api/identity"),
    await worker.get("/api/health"),
    await worker.get("/api/nothing"),
    await worker.get("/api/sign-in"),
    await worker.get("/worker.json"),
    await worker.at("http://elsewhere.example/api/identity"),
  ];
  for (const { headers } of responses) {
    assert.equal(headers.get("cache-control"), "no-store");
    assert.equal(headers.get("content-security-policy"), "default-src 'none'; frame-ancestors 'none'");
    assert.equal(headers.get("cross-origin-resource-policy"), "same-origin");
    assert.equal(headers.get("referrer-policy"), "no-referrer");
    assert.match(headers.get("strict-transport-security"), /^max-age=63072000/);
    assert.equal(headers.get("x-content-type-options"), "nosniff");
    assert.equal(headers.get("x-frame-options"), "DENY");
  }
});

test("plain http is only for loopback: a request to any other host is rejected", async () => {
  const body = JSON.stringify({ role: "reader" });
  const init = { method: "POST", headers: { authorization, "content-type": "application/json" }, body };
  const before = sts.calls.length;
  for (const host of ["sts.example.org", "127.0.0.1.example", "localhost.example", "10.0.0.1"]) {
    const response = await worker.at(`http://${host}/api/credentials`, init);
    assert.deepEqual([response.status, (await response.json()).title], [403, "HttpsRequired"], host);
  }
  assert.equal(sts.calls.length, before);
  assert.equal((await worker.at("https://sts.example.org/api/credentials", init)).status, 200);
});

test("HEAD is GET without the body", async () => {
  for (const path of ["/api/health", "/api/identity", "/worker.json"]) {
    const { status, text } = await raw("HEAD", path, { authorization });
    assert.deepEqual([status, text], [200, ""], path);
  }
  assert.equal((await raw("HEAD", "/api/identity")).status, 401);
});

test("the page is served with its security headers", async () => {
  const response = await worker.get("/");
  assert.match(await response.text(), /<title>Assume an AWS role in your browser</);
  assert.match(response.headers.get("content-security-policy"), /frame-ancestors 'none'/);
  assert.equal(response.headers.get("referrer-policy"), "no-referrer");
});

test("an error is a problem document (RFC 9457) with STS's code and request ID", async () => {
  sts.intercept = (_, response) => {
    response.writeHead(403, { "content-type": "text/xml" });
    response.end(
      `<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not for you</Message></Error><RequestId>the-request-id</RequestId></ErrorResponse>`,
    );
    return true;
  };
  const response = await worker.post("/api/credentials", { role: "reader", durationSeconds: 1000 }, { authorization });
  sts.intercept = undefined;
  assert.equal(response.headers.get("content-type"), "application/problem+json");
  const problem = await response.json();
  assert.equal(problem.status, response.status);
  assert.equal(problem.status, 502);
  assert.equal(problem.title, "AccessDenied");
  assert.equal(problem.detail, "STS: not for you");
  assert.equal(problem.requestId, "the-request-id");
  assert.match(problem.instance, /^urn:uuid:/);
  const entry = worker.logEntries.at(-1);
  assert.equal(`urn:uuid:${entry.id}`, problem.instance);
  assert.deepEqual([entry.code, entry.requestId, entry.status], ["AccessDenied", "the-request-id", 502]);
});

test("a wrong method is rejected, and the Allow header names the right one", async () => {
  for (const [method, path, allow] of [
    ["GET", "/api/credentials", "POST"],
    ["PUT", "/api/credentials", "POST"],
    ["DELETE", "/api/console", "POST"],
    ["POST", "/api/identity", "GET, HEAD"],
    ["OPTIONS", "/api/identity", "GET, HEAD"],
    ["HEAD", "/api/credentials", "POST"],
  ]) {
    const { status, headers } = await raw(method, path, { authorization });
    assert.deepEqual([status, headers.allow], [405, allow], `${method} ${path}`);
  }
});

test("content types that a form on another site can send are rejected", async () => {
  for (const type of [
    "application/x-www-form-urlencoded",
    "text/plain",
    "multipart/form-data",
    "application/jsonp",
    undefined,
  ]) {
    const { status, text } = await raw(
      "POST",
      "/api/credentials",
      { authorization, ...(type && { "content-type": type }) },
      '{"role":"reader"}',
    );
    assert.equal(status, 415, type);
    assert.equal(JSON.parse(text).title, "UnsupportedMediaType");
  }
});

test("oversized bodies are rejected, with content-length, without, and with one that the chunks contradict", async () => {
  const body = JSON.stringify({ role: "reader", sessionPolicy: "x".repeat(8 * 1024) });
  const headers = { authorization, "content-type": "application/json" };
  const announced = await raw("POST", "/api/credentials", { ...headers, "content-length": body.length }, body);
  const chunked = await raw("POST", "/api/credentials", { ...headers, "transfer-encoding": "chunked" }, body);
  const both = { "content-length": 17, "transfer-encoding": "chunked" };
  const contradicted = await raw("POST", "/api/credentials", { ...headers, ...both }, body);
  for (const { status, text } of [announced, chunked, contradicted])
    assert.deepEqual([status, JSON.parse(text).title], [413, "BodyTooLong"]);
});

test("invalid bodies are rejected", async () => {
  const bodies = [
    "",
    "{",
    "[]",
    "null",
    '"reader"',
    '{"role":1}',
    "{}",
    '{"role":""}',
    '{"role":"reader","durationSeconds":"900"}',
    '{"role":"reader","roleArn":"x"}',
    '{"role":"reader","sessionPolicy":7}',
    '{"role":"reader","sessionPolicy":"{not json"}',
    '{"role":"reader","sessionPolicy":[]}',
    '{"role":"reader","durationSeconds":900,"durationSeconds":3600}',
    '{"role":"reader","sessionPolicy":{},"\\u0073essionPolicy":{}}',
    '{"role":"reader","sessionPolicy":{"Statement":[{"Effect":"Deny"}],"Statement":[]}}',
    '{"role":"reader","sessionPolicy":{"Statement":[{"Effect":"Deny","Effec\\u0074":"Allow"}]}}',
    JSON.stringify({ role: "reader", sessionPolicy: '{"Statement":[{"Effect":"Deny","Effect":"Allow"}]}' }),
  ];
  for (const body of bodies) {
    const response = await worker.post("/api/credentials", body, { authorization });
    assert.equal(response.status, 400, body);
  }
});

test("a session policy may have a member several times in different objects, and quotes and braces in its strings", async () => {
  const sessionPolicy = {
    Version: "2012-10-17",
    Statement: [
      { Sid: "a", Effect: "Allow" },
      { Sid: "b", Effect: "Deny" },
    ],
  };
  const Resource = '\\"}]:{["role":';
  for (const statement of sessionPolicy.Statement) Object.assign(statement, { Action: "s3:*", Resource });
  const response = await worker.post("/api/credentials", { role: "reader", sessionPolicy }, { authorization });
  assert.equal(response.status, 200);
});

test("a body that ends early is an error of the client, not of the Worker", async () => {
  const { hostname, port } = new URL(worker.url);
  const token = await issuer.token({ sub: "interrupted" });
  const headers = [`host: ${hostname}`, "content-type: application/json", `authorization: Bearer ${token}`];
  const socket = connect(Number(port), hostname).on("error", () => {});
  socket.end(["POST /api/credentials HTTP/1.1", ...headers, "content-length: 100", "", "{"].join("\r\n"));
  const { code, status } = await worker.logEntry(({ subject }) => subject === "interrupted");
  assert.deepEqual([code, status], ["InvalidBody", 400]);
  socket.destroy();
});

/** Replaces the body by a stream of pieces without a length, as a middleware that counts the bytes of a body does. */
const IN_PIECES = `
import worker, { CallerObject } from "./index.js";
export { CallerObject };
const inPieces = (text, type) => {
  const pieces = text.match(/.{1,5}/gs).values();
  return new ReadableStream({
    type,
    pull(controller) {
      const { value, done } = pieces.next();
      if (!done) return controller.enqueue(new TextEncoder().encode(value));
      controller.close();
      controller.byobRequest?.respond(0);
    },
  });
};
const STREAMS = {
  chunks: (text) => inPieces(text),
  bytes: (text) => inPieces(text, "bytes"),
  transformed: (text) => inPieces(text).pipeThrough(new TransformStream()),
};
export default {
  async fetch(request, env) {
    const body = STREAMS[request.headers.get("test-stream")](await request.text());
    const headers = new Headers(request.headers);
    headers.delete("content-length");
    return worker.fetch(new Request(request, { body, headers }), env);
  },
};`;

test("a body that a middleware has replaced is read to its end, within the limit", async () => {
  const configuration = configurationFor(issuer.issuer, sts);
  const behind = await startWorker({ configuration, wrapper: IN_PIECES });
  try {
    for (const stream of ["chunks", "bytes", "transformed"]) {
      const post = (body) => behind.post("/api/credentials", body, { authorization, "test-stream": stream });
      assert.equal((await post({ role: "reader", durationSeconds: 900 })).status, 200, stream);
      assert.equal((await post({ role: "reader", durationSeconds: 899 })).status, 400, stream);
      assert.equal((await post({ role: "reader", sessionPolicy: "x".repeat(8 * 1024) })).status, 413, stream);
    }
  } finally {
    await behind.close();
  }
});

test("requests from other origins are rejected before STS is called, without CORS headers", async () => {
  const before = sts.calls.length;
  for (const origin of [
    "https://evil.example",
    "null",
    `${ALLOWED_ORIGIN}.evil.example`,
    "http://allowed.example",
    "https://ALLOWED.example",
  ]) {
    const { status, headers } = await raw(
      "POST",
      "/api/credentials",
      { origin, authorization, "content-type": "application/json" },
      '{"role":"reader"}',
    );
    assert.equal(status, 403, origin);
    assert.equal(headers["access-control-allow-origin"], undefined);
    const preflight = await raw("OPTIONS", "/api/credentials", { origin, "access-control-request-method": "POST" });
    assert.equal(preflight.status, 403);
    assert.equal(preflight.headers["access-control-allow-origin"], undefined);
  }
  assert.equal(sts.calls.length, before);
});

test("a configured origin may send requests and read responses, with a token and without cookies", async () => {
  const preflight = await raw("OPTIONS", "/api/credentials", {
    origin: ALLOWED_ORIGIN,
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization,content-type",
  });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers["access-control-allow-origin"], ALLOWED_ORIGIN);
  assert.equal(preflight.headers["access-control-allow-headers"], "authorization, content-type");
  const { status, headers } = await raw(
    "POST",
    "/api/credentials",
    { origin: ALLOWED_ORIGIN, authorization, "content-type": "application/json" },
    '{"role":"reader"}',
  );
  assert.equal(status, 200);
  assert.equal(headers["access-control-allow-origin"], ALLOWED_ORIGIN);
  assert.equal(headers["access-control-allow-credentials"], undefined);
  assert.equal(headers["access-control-expose-headers"], "retry-after, www-authenticate");
  assert.match(headers.vary, /origin/);
});

test("buckets are listed page by page", async () => {
  const first = await (await worker.get("/api/buckets?role=reader&maxBuckets=1", { authorization })).json();
  assert.deepEqual(
    first.buckets.map(({ name }) => name),
    ["example-photos"],
  );
  const token = encodeURIComponent(first.continuationToken);
  const second = await (
    await worker.get(`/api/buckets?role=reader&maxBuckets=1&continuationToken=${token}`, { authorization })
  ).json();
  assert.deepEqual(
    second.buckets.map(({ name }) => name),
    ["example-reports"],
  );
  const all = await (await worker.get("/api/buckets?role=reader", { authorization })).json();
  assert.deepEqual([all.buckets.length, all.continuationToken], [2, undefined]);
  for (const query of [
    "",
    "?role=",
    "?role=reader&maxBuckets=0",
    "?role=reader&maxBuckets=x",
    "?role=reader&maxBuckets=0x1",
  ]) {
    assert.equal((await worker.get(`/api/buckets${query}`, { authorization })).status, 400, query);
  }
  assert.equal((await worker.get("/api/buckets?role=reader")).status, 401);
});

test("a console link does not contain the credentials: they are sent in the body of the request to AWS", async () => {
  const response = await worker.post(
    "/api/console",
    { role: "reader", destination: "https://console.aws.amazon.com/s3/home" },
    { authorization },
  );
  const { url, expiresInSeconds } = await response.json();
  const { searchParams, origin, pathname } = new URL(url);
  assert.equal(origin + pathname, "https://signin.aws.amazon.com/federation");
  assert.equal(searchParams.get("SigninToken"), "the-token");
  assert.equal(searchParams.get("Destination"), "https://console.aws.amazon.com/s3/home");
  assert.equal(expiresInSeconds, 900);
  const { url: endpoint, form } = signIn.requests.at(-1);
  assert.equal(endpoint, "https://signin.aws.amazon.com/federation");
  const session = JSON.parse(form.get("Session"));
  assert.match(session.sessionId, /^ASIA/);
  assert.ok(!url.includes(session.sessionKey) && !url.includes(encodeURIComponent(session.sessionToken)));

  const elsewhere = await worker.post(
    "/api/console",
    { role: "reader", destination: "https://evil.example/" },
    { authorization },
  );
  assert.deepEqual([elsewhere.status, (await elsewhere.json()).title], [400, "InvalidConsoleLink"]);
  signIn.response = { status: 400, body: "no" };
  const unavailable = await worker.post("/api/console", { role: "reader" }, { authorization });
  assert.deepEqual([unavailable.status, (await unavailable.json()).title], [503, "NoSigninToken"]);
  // If the request fails, here because the response is too long, the message is the Worker's, not the one for pages.
  signIn.response = { status: 200, body: " ".repeat(16 * 1024 * 1024) };
  const unreachable = await worker.post("/api/console", { role: "reader" }, { authorization });
  assert.equal((await unreachable.json()).detail, "AWS's sign-in endpoint could not be reached");
});

test("each request has one log entry: caller, grant, credentials, durations, result, request ID", async () => {
  const headers = {
    authorization: `Bearer ${await issuer.token({ sub: "logged-once" })}`,
    "cf-connecting-ip": "192.0.2.7",
  };
  const { authorization } = headers;
  const response = await worker.post("/api/credentials", { role: "reader", durationSeconds: 1234 }, headers);
  const { AccessKeyId } = await response.json();
  const { id, requestId, milliseconds, sessionName, remainingSeconds, ...rest } = await worker.logEntry(
    ({ subject }) => subject === "logged-once",
  );
  assert.equal(worker.logEntries.filter((entry) => entry.id === id || entry.subject === "logged-once").length, 1);
  assert.deepEqual(rest, {
    method: "POST",
    route: "/api/credentials",
    address: "192.0.2.7",
    issuer: issuer.issuer,
    subject: "logged-once",
    role: "reader",
    grant: "0",
    requestedSeconds: 1234,
    durationSeconds: 1234,
    accessKeyId: AccessKeyId,
    from: "sts",
    status: 200,
  });
  assert.ok(remainingSeconds > 1200 && remainingSeconds <= 1234);
  assert.match(id, /^[\da-f-]{36}$/);
  assert.ok(requestId.length > 0);
  assert.equal(typeof milliseconds, "number");
  assert.match(sessionName, /^logged-once=/);
  // The cached identity is logged with the ID of the request that fetched it.
  const identities = () =>
    worker.logEntries.filter(({ route, subject }) => route === "/api/identity" && subject === "logged-once");
  for (const count of [1, 2]) {
    assert.equal((await worker.get("/api/identity", { authorization })).status, 200);
    await worker.logEntry(() => identities().length === count);
    assert.equal(typeof identities().at(-1).requestId, "string");
  }
});

test("a log entry is short, however long the token's claims are", async () => {
  const sub = `long-${"x".repeat(10_000)}`;
  await worker.get("/api/identity", { authorization: `Bearer ${await issuer.token({ sub })}` });
  const { subject } = await worker.logEntry(({ subject }) => subject?.startsWith("long-"));
  assert.equal(subject, `${sub.slice(0, 256)}…`);
});

test("no response and no log entry contains a secret, or input that may be a misplaced one", async () => {
  const misplaced = "AKIAMISPLACED0000000/wJalrXUtnFEMI";
  const token = authorization.slice("Bearer ".length);
  const responses = [];
  const record = async (response) => responses.push(await response.text(), JSON.stringify([...response.headers]));
  await record(await worker.post("/api/credentials", { role: misplaced }, { authorization }));
  await record(await worker.post("/api/credentials", { [misplaced]: 1 }, { authorization }));
  for (const path of [
    `/api/${misplaced}`,
    `/api/${encodeURIComponent(misplaced)}`,
    `/api/identity/${token}`,
    `/api/nothing?${misplaced}`,
  ]) {
    const response = await worker.get(path, { authorization });
    assert.equal(response.status, 404);
    await record(response);
  }
  await record(await worker.get("/api/identity", { authorization: `Bearer ${misplaced}` }));
  await record(await worker.get("/api/identity", { authorization: `Bearer ${token}x` }));
  const credentials = await (await worker.post("/api/credentials", { role: "reader" }, { authorization })).json();
  const secretValues = [
    credentials.SecretAccessKey,
    credentials.SessionToken,
    token,
    secrets.AWS_SECRET_ACCESS_KEY,
    secrets.STORAGE_KEY,
    secrets.MACHINE_SECRET,
    misplaced,
    encodeURIComponent(misplaced),
    sandbox.secretAccessKey,
  ];
  const text = worker.logLines.join("\n") + responses.join("\n");
  assert.ok(worker.logEntries.length > 20);
  for (const secret of secretValues) assert.ok(!text.includes(secret), "a secret leaked");
});
