// Rule 2: what goes out, and what is logged.

import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, test } from "node:test";

import { configured, sandbox, secrets, startIssuer, startSts, startWorker } from "./fixtures.mjs";

const FRIEND = "https://friend.example";
let issuer;
let sts;
let worker;
let authorization;

/** What AWS's sign-in endpoint is asked, and what it answers. */
const signIn = { asked: [], answer: { status: 200, body: '{"SigninToken":"the-token"}' } };

before(async () => {
  issuer = await startIssuer();
  sts = await startSts();
  const configuration = configured(issuer.issuer, sts, {}, { origins: [FRIEND] });
  const outbound = async (request) => {
    if (new URL(request.url).hostname !== "signin.aws.amazon.com") return undefined;
    signIn.asked.push({ url: request.url, form: new URLSearchParams(await request.text()) });
    return signIn.answer;
  };
  worker = await startWorker({ configuration, outbound });
  authorization = `Bearer ${await issuer.token()}`;
});
after(async () => {
  await worker?.close();
  issuer?.close();
  sts?.close();
});

/** A request with headers that `fetch` would not let be set; status, headers, text. */
function raw(method, path, headers = {}, body = "") {
  return new Promise((resolve, reject) => {
    const asked = request(worker.url + path, { method, headers, agent: false }, async (response) => {
      let text = "";
      for await (const chunk of response.setEncoding("utf8")) text += chunk;
      resolve({ status: response.statusCode, headers: response.headers, text });
    });
    asked.on("error", reject).end(body);
  });
}

test("no answer may be stored, and none is read as another type", async () => {
  const answers = [
    await worker.post("/api/credentials", { role: "reader" }, { authorization }),
    await worker.get("/api/identity", { authorization }),
    await worker.get("/api/identity"),
    await worker.get("/api/health"),
    await worker.get("/api/nothing"),
    await worker.get("/worker.json"),
  ];
  for (const { headers } of answers) {
    assert.equal(headers.get("cache-control"), "no-store");
    assert.equal(headers.get("x-content-type-options"), "nosniff");
  }
});

test("the page is served beside it, with its security headers", async () => {
  const response = await worker.get("/");
  assert.match(await response.text(), /<title>sts-web/);
  assert.match(response.headers.get("content-security-policy"), /frame-ancestors 'none'/);
  assert.equal(response.headers.get("referrer-policy"), "no-referrer");
});

test("an error is a problem of RFC 9457 with STS's code and request id", async () => {
  sts.spoil = (_, response) => {
    response.writeHead(403, { "content-type": "text/xml" });
    response.end(
      `<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>not for you</Message></Error><RequestId>the-request-id</RequestId></ErrorResponse>`,
    );
    return true;
  };
  const response = await worker.post("/api/credentials", { role: "reader", durationSeconds: 1000 }, { authorization });
  sts.spoil = undefined;
  assert.equal(response.headers.get("content-type"), "application/problem+json");
  const problem = await response.json();
  assert.equal(problem.status, response.status);
  assert.equal(problem.status, 502);
  assert.equal(problem.title, "AccessDenied");
  assert.equal(problem.detail, "STS: not for you");
  assert.equal(problem.requestId, "the-request-id");
  assert.match(problem.instance, /^urn:uuid:/);
  const line = worker.lines.at(-1);
  assert.equal(`urn:uuid:${line.id}`, problem.instance);
  assert.deepEqual([line.code, line.requestId, line.status], ["AccessDenied", "the-request-id", 502]);
});

test("wrong methods", async () => {
  for (const [method, path, allow] of [
    ["GET", "/api/credentials", "POST"],
    ["PUT", "/api/credentials", "POST"],
    ["DELETE", "/api/console", "POST"],
    ["POST", "/api/identity", "GET"],
    ["OPTIONS", "/api/identity", "GET"],
  ]) {
    const { status, headers } = await raw(method, path, { authorization });
    assert.deepEqual([status, headers.allow], [405, allow], `${method} ${path}`);
  }
});

test("wrong content types, so that no form of another site is taken", async () => {
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

test("oversized bodies, told beforehand or not", async () => {
  const body = JSON.stringify({ role: "reader", sessionPolicy: "x".repeat(8 * 1024) });
  const headers = { authorization, "content-type": "application/json" };
  const told = await raw("POST", "/api/credentials", { ...headers, "content-length": body.length }, body);
  const untold = await raw("POST", "/api/credentials", { ...headers, "transfer-encoding": "chunked" }, body);
  for (const { status, text } of [told, untold])
    assert.deepEqual([status, JSON.parse(text).title], [413, "BodyTooLong"]);
});

test("bodies that are not what they should be", async () => {
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
  ];
  for (const body of bodies) {
    const response = await worker.post("/api/credentials", body, { authorization });
    assert.equal(response.status, 400, body);
  }
});

test("a hostile origin is refused before anything is done, and may read nothing", async () => {
  const before = sts.calls.length;
  for (const origin of [
    "https://evil.example",
    "null",
    `${FRIEND}.evil.example`,
    "http://friend.example",
    "https://FRIEND.example",
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

test("an origin that is configured may ask and read, with a token and without cookies", async () => {
  const preflight = await raw("OPTIONS", "/api/credentials", {
    origin: FRIEND,
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization,content-type",
  });
  assert.equal(preflight.status, 204);
  assert.equal(preflight.headers["access-control-allow-origin"], FRIEND);
  assert.equal(preflight.headers["access-control-allow-headers"], "authorization, content-type");
  const { status, headers } = await raw(
    "POST",
    "/api/credentials",
    { origin: FRIEND, authorization, "content-type": "application/json" },
    '{"role":"reader"}',
  );
  assert.equal(status, 200);
  assert.equal(headers["access-control-allow-origin"], FRIEND);
  assert.equal(headers["access-control-allow-credentials"], undefined);
  assert.match(headers.vary, /origin/);
});

test("buckets, a page at a time", async () => {
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
  for (const query of ["", "?role=", "?role=reader&maxBuckets=0", "?role=reader&maxBuckets=x"]) {
    assert.equal((await worker.get(`/api/buckets${query}`, { authorization })).status, 400, query);
  }
  assert.equal((await worker.get("/api/buckets?role=reader")).status, 401);
});

test("a console sign-in link, with the keys in the body of the question and not in the link", async () => {
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
  const { url: asked, form } = signIn.asked.at(-1);
  assert.equal(asked, "https://signin.aws.amazon.com/federation");
  const session = JSON.parse(form.get("Session"));
  assert.match(session.sessionId, /^ASIA/);
  assert.ok(!url.includes(session.sessionKey) && !url.includes(encodeURIComponent(session.sessionToken)));

  const elsewhere = await worker.post(
    "/api/console",
    { role: "reader", destination: "https://evil.example/" },
    { authorization },
  );
  assert.deepEqual([elsewhere.status, (await elsewhere.json()).title], [400, "InvalidConsoleLink"]);
  signIn.answer = { status: 400, body: "no" };
  const refused = await worker.post("/api/console", { role: "reader" }, { authorization });
  assert.deepEqual([refused.status, (await refused.json()).title], [503, "NoSigninToken"]);
});

test("one line is logged for each call: who, which role, result, duration, request id", async () => {
  const authorization = `Bearer ${await issuer.token({ sub: "told-once" })}`;
  await worker.post("/api/credentials", { role: "reader", durationSeconds: 1234 }, { authorization });
  const { id, requestId, milliseconds, sessionName, ...rest } = await worker.line(
    ({ subject }) => subject === "told-once",
  );
  assert.equal(worker.lines.filter((line) => line.id === id || line.subject === "told-once").length, 1);
  assert.deepEqual(rest, {
    method: "POST",
    route: "/api/credentials",
    issuer: issuer.issuer,
    subject: "told-once",
    role: "reader",
    from: "sts",
    status: 200,
  });
  assert.match(id, /^[\da-f-]{36}$/);
  assert.ok(requestId.length > 0);
  assert.equal(typeof milliseconds, "number");
  assert.match(sessionName, /^told-once=/);
  // Who the Worker is, is kept for a while: then the id is that of the answer which said it.
  const identities = () =>
    worker.lines.filter(({ route, subject }) => route === "/api/identity" && subject === "told-once");
  for (const count of [1, 2]) {
    assert.equal((await worker.get("/api/identity", { authorization })).status, 200);
    await worker.line(() => identities().length === count);
    assert.equal(typeof identities().at(-1).requestId, "string");
  }
});

test("nothing that was logged or answered is a secret, nor what a caller put in the wrong place", async () => {
  const misplaced = "AKIAMISPLACED0000000/wJalrXUtnFEMI";
  const token = authorization.slice("Bearer ".length);
  const said = [];
  const say = async (response) => said.push(await response.text(), JSON.stringify([...response.headers]));
  await say(await worker.post("/api/credentials", { role: misplaced }, { authorization }));
  await say(await worker.post("/api/credentials", { [misplaced]: 1 }, { authorization }));
  for (const path of [
    `/api/${misplaced}`,
    `/api/${encodeURIComponent(misplaced)}`,
    `/api/identity/${token}`,
    `/api/nothing?${misplaced}`,
  ]) {
    const response = await worker.get(path, { authorization });
    assert.equal(response.status, 404);
    await say(response);
  }
  await say(await worker.get("/api/identity", { authorization: `Bearer ${misplaced}` }));
  await say(await worker.get("/api/identity", { authorization: `Bearer ${token}x` }));
  const keys = await (await worker.post("/api/credentials", { role: "reader" }, { authorization })).json();
  const known = [
    keys.SecretAccessKey,
    keys.SessionToken,
    token,
    secrets.AWS_SECRET_ACCESS_KEY,
    secrets.STORAGE_KEY,
    secrets.MACHINE_SECRET,
    misplaced,
    encodeURIComponent(misplaced),
    sandbox.secretAccessKey,
  ];
  const text = worker.logged.join("\n") + said.join("\n");
  assert.ok(worker.lines.length > 20);
  for (const secret of known) assert.ok(!text.includes(secret), "a secret was told");
});
