// Credentials under load and during outages: fetched once, stored encrypted, and served while STS fails.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";

import { configurationFor } from "./configurations.mjs";
import { startIssuer } from "./issuer.mjs";
import { startWorker } from "./running-worker.mjs";
import { issuer, sts } from "./services.mjs";

const HOUR = 3_600_000;
let worker;

before(async () => {
  worker = await startWorker({ configuration: configurationFor(issuer.issuer, sts, {}, { keysPerHour: 5 }) });
});
afterEach(() => {
  sts.intercept = undefined;
  sts.lifetime = undefined;
});
after(async () => {
  await worker?.close();
});

/**
 * Requests credentials as the caller `sub`. Returns the status, the headers and the fields of the response.
 * @param {string} sub
 * @param {Record<string, any>} [options] Fields of the request, and `of`: the Worker, by default the shared one.
 */
async function requestCredentials(sub, { of = worker, ...more } = {}) {
  const authorization = `Bearer ${await issuer.token({ sub })}`;
  const response = await of.post("/api/credentials", { role: "reader", ...more }, { authorization });
  return { status: response.status, headers: response.headers, ...(await response.json()) };
}

/** Returns the number of AssumeRole calls so far. */
const stsCalls = () => sts.callsOf("AssumeRole").length;

/** Requests a new connection each time: the Worker may have closed one that is reused. */
const OWN_CONNECTION = { connection: "close" };

test("a thousand concurrent requests for one role call STS once and get the same credentials", async () => {
  const ownWorker = await startWorker({ configuration: configurationFor(issuer.issuer, sts), longTimeouts: true });
  try {
    const before = stsCalls();
    const headers = { authorization: `Bearer ${await issuer.token({ sub: "crowd" })}`, ...OWN_CONNECTION };
    const call = async () => (await ownWorker.post("/api/credentials", { role: "reader" }, headers)).json();
    const responses = await Promise.all(Array.from({ length: 1000 }, call));
    assert.equal(new Set(responses.map(({ AccessKeyId }) => AccessKeyId)).size, 1);
    assert.match(responses[0].AccessKeyId, /^ASIA/);
    assert.equal(stsCalls() - before, 1);
  } finally {
    await ownWorker.close();
  }
});

test("a thousand concurrent requests in two isolates call STS once, and each isolate then has the credentials cached", async () => {
  const both = await startWorker({
    configuration: configurationFor(issuer.issuer, sts, {}, { keysPerHour: 2 }),
    twoIsolates: true,
    longTimeouts: true,
  });
  try {
    const headers = { authorization: `Bearer ${await issuer.token({ sub: "everywhere" })}`, ...OWN_CONNECTION };
    const postWith = (/** @type {"post" | "postToSecond"} */ method) => async (durationSeconds) =>
      (await both[method]("/api/credentials", { role: "reader", durationSeconds }, headers)).json();
    const [here, there] = [postWith("post"), postWith("postToSecond")];
    const before = stsCalls();
    const responses = await Promise.all(Array.from({ length: 1000 }, (_, index) => (index % 2 ? here : there)(900)));
    assert.equal(new Set(responses.map(({ AccessKeyId }) => AccessKeyId)).size, 1);
    assert.match(responses[0].AccessKeyId, /^ASIA/);
    assert.equal(stsCalls() - before, 1);

    // If one isolate fetched credentials, the other gets them from the object, and then from its own cache.
    const { AccessKeyId } = await here(901);
    for (const from of ["object", "isolate"]) {
      assert.equal((await there(901)).AccessKeyId, AccessKeyId);
      await both.logEntry((entry) => entry.from === from);
    }
    assert.equal(stsCalls() - before, 2);
    // Calls of STS are counted for both together.
    assert.deepEqual([(await here(902)).title, (await there(902)).title], ["TooManyKeys", "TooManyKeys"]);
  } finally {
    await both.close();
  }
});

test("concurrent requests fetch the issuer's keys once, in a new isolate and again after ten minutes", async () => {
  const clock = { now: Date.now() };
  const busy = await startIssuer();
  const ownWorker = await startWorker({ configuration: configurationFor(busy.issuer, sts), clock });
  try {
    const authorization = `Bearer ${await busy.token({ exp: clock.now / 1000 + 3600 })}`;
    const call = async () => (await ownWorker.get("/worker.json", { authorization })).json();
    const callConcurrently = () => Promise.all(Array.from({ length: 40 }, call));
    for (const { caller } of await callConcurrently()) assert.equal(caller.subject, "alice");
    assert.deepEqual(busy.requests, ["/.well-known/openid-configuration", "/jwks"]);
    clock.now += 10 * 60_000;
    for (const { caller } of await callConcurrently()) assert.equal(caller.subject, "alice");
    assert.deepEqual(busy.requests.slice(2), ["/jwks"]);
  } finally {
    await ownWorker.close();
    busy.close();
  }
});

test("each caller, duration and policy gets separate credentials", async () => {
  const policy = { Version: "2012-10-17", Statement: [] };
  const all = [
    await requestCredentials("one"),
    await requestCredentials("two"),
    await requestCredentials("one", { durationSeconds: 900 }),
    await requestCredentials("one", { sessionPolicy: policy }),
  ];
  assert.equal(new Set(all.map(({ AccessKeyId }) => AccessKeyId)).size, 4);
  assert.equal((await requestCredentials("one")).AccessKeyId, all[0].AccessKeyId);
});

const failures = {
  down: ({ socket }) => socket.destroy(),
  html: respondWith(200, "<html>Sign in to the hotel's network</html>", "text/html"),
  failing: respondWith(503, ""),
  throttled: respondWith(400, errorXml("Throttling", "Rate exceeded")),
};
const denied = respondWith(403, errorXml("AccessDenied", "no more"));

/** Returns an interceptor that responds in place of the sandbox's STS. */
function respondWith(status, body, type = "text/xml") {
  return (_, response) => response.writeHead(status, { "content-type": type }).end(body);
}

function errorXml(code, message) {
  return `<ErrorResponse><Error><Code>${code}</Code><Message>${message}</Message></Error></ErrorResponse>`;
}

test("if STS is down, fails, throttles or returns HTML, the error says so and is retryable", async () => {
  const codes = {
    down: "NetworkError",
    html: "UnexpectedResponse",
    failing: "UnexpectedResponse",
    throttled: "Throttling",
  };
  for (const [name, title] of Object.entries(codes)) {
    sts.intercept = failures[name];
    const response = await requestCredentials(`none-while-${name}`);
    assert.deepEqual([response.status, response.title, response.headers.get("retry-after")], [503, title, "5"], name);
  }
});

test("valid credentials are served during an outage of STS", async () => {
  for (const [name, intercept] of Object.entries(failures)) {
    sts.intercept = undefined;
    sts.lifetime = 4 * 60_000;
    const first = await requestCredentials(`served-while-${name}`);
    sts.intercept = intercept;
    assert.equal((await requestCredentials(`served-while-${name}`)).AccessKeyId, first.AccessKeyId, name);
  }
});

test("an outage does not count against the hourly limit, and valid credentials are served after the limit is reached", async () => {
  const { ownWorker, clock } = await startWithClock();
  try {
    sts.intercept = failures.down;
    for (let count = 0; count < 8; count += 1, clock.now += 5_000)
      assert.equal((await requestCredentials("persistent", { of: ownWorker })).status, 503);
    sts.intercept = undefined;
    sts.lifetime = 4 * 60_000;
    const responses = [];
    for (let count = 0; count < 8; count += 1)
      responses.push(await requestCredentials("persistent", { of: ownWorker }));
    assert.deepEqual(
      responses.map(({ status }) => status),
      Array(8).fill(200),
    );
    assert.equal(new Set(responses.map(({ AccessKeyId }) => AccessKeyId)).size, 5);
  } finally {
    await ownWorker.close();
  }
});

test("while STS fails, a caller's requests cause at most one call in five seconds", async () => {
  const { ownWorker, clock } = await startWithClock();
  /** Sends twelve requests with different durations. Returns the responses and the number of calls to STS. */
  const sendTwelve = async (of) => {
    const before = stsCalls();
    const responses = await Promise.all(
      Array.from({ length: 12 }, (_, index) => requestCredentials("stubborn", { of, durationSeconds: 900 + index })),
    );
    return { responses, sent: stsCalls() - before };
  };
  try {
    sts.lifetime = 4 * 60_000;
    const { AccessKeyId } = await requestCredentials("stubborn", { of: ownWorker });
    sts.lifetime = undefined;
    sts.intercept = failures.throttled;
    // A call and its retry.
    const before = stsCalls();
    assert.equal((await requestCredentials("stubborn", { of: ownWorker, durationSeconds: 900 })).title, "Throttling");
    assert.equal(stsCalls() - before, 2);
    clock.now += 3_000;
    const duringCoolDown = await sendTwelve(ownWorker);
    assert.equal(duringCoolDown.sent, 0);
    for (const { status, title, headers } of duringCoolDown.responses)
      assert.deepEqual([status, title, headers.get("retry-after")], [503, "Throttling", "2"]);
    assert.equal((await requestCredentials("stubborn", { of: ownWorker })).AccessKeyId, AccessKeyId);
    // Afterwards one request calls STS, and the others get the same failure.
    clock.now += 2_000;
    assert.equal((await sendTwelve(ownWorker)).sent, 2);
    // Other callers are not affected.
    assert.equal((await requestCredentials("patient-one", { of: ownWorker })).title, "Throttling");
    sts.intercept = undefined;
    clock.now += 5_000;
    assert.equal((await requestCredentials("stubborn", { of: ownWorker, durationSeconds: 900 })).status, 200);
    assert.equal((await requestCredentials("stubborn", { of: ownWorker, durationSeconds: 901 })).status, 200);
  } finally {
    await ownWorker.close();
  }
});

/** A clock that shows at least a minute before the end of an hour, since calls are counted by the hour. */
function clockWithinHour() {
  const endOfHour = (Math.floor(Date.now() / HOUR) + 1) * HOUR;
  // Not back: the Worker rejects tokens that are issued in its future.
  return { now: endOfHour - Date.now() > 60_000 ? Date.now() : endOfHour };
}

/** Starts a Worker with such a clock. Returns both. */
async function startWithClock() {
  const clock = clockWithinHour();
  const ownWorker = await startWorker({
    configuration: configurationFor(issuer.issuer, sts, {}, { keysPerHour: 5 }),
    clock,
  });
  return { ownWorker, clock };
}

/** Requests credentials. Returns the response and the time it took by the Worker's timers, in milliseconds. */
async function timedRequest(sub) {
  // With the issuer's keys, so that the timeouts of fetching them do not count.
  const { kid, publicKey } = issuer.key;
  const jwks = { keys: [{ ...publicKey.export({ format: "jwk" }), kid, alg: "RS256" }] };
  const configuration = configurationFor(issuer.issuer, sts, { jwks });
  const fastWorker = await startWorker({ configuration, fastTimers: true });
  try {
    const response = await requestCredentials(sub, { of: fastWorker });
    return { ...response, elapsed: Number(response.headers.get("test-elapsed")) };
  } finally {
    await fastWorker.close();
  }
}

test("if STS requests a long delay, the request fails within ten seconds", async () => {
  sts.intercept = (_, response) => response.writeHead(503, { "retry-after": "20" }).end();
  const { status, title, detail, elapsed } = await timedRequest("hurried");
  // The Worker aborts the call, which is an outage of STS for the caller.
  assert.deepEqual([status, title, detail], [503, "TimeoutError", "STS did not respond in time"]);
  assert.ok(elapsed < 10_000, `${elapsed} ms`);
});

test("if STS denies access, the error is returned and cached credentials are not served", async () => {
  sts.lifetime = 4 * 60_000;
  assert.equal((await requestCredentials("fired")).status, 200);
  sts.intercept = denied;
  const response = await requestCredentials("fired");
  assert.deepEqual([response.status, response.title], [502, "AccessDenied"]);
});

test("if STS does not respond, the request fails within ten seconds", async () => {
  sts.intercept = () => true;
  const { status, title, elapsed } = await timedRequest("patient");
  assert.deepEqual([status, title], [503, "TimeoutError"]);
  assert.ok(elapsed >= 4_000 && elapsed < 10_000, `${elapsed} ms`);
});

test("a caller that exceeds the hourly limit is rejected until the hour ends", async () => {
  for (let duration = 900; duration < 905; duration += 1)
    assert.equal((await requestCredentials("greedy", { durationSeconds: duration })).status, 200);
  const response = await requestCredentials("greedy", { durationSeconds: 905 });
  assert.deepEqual([response.status, response.title], [429, "TooManyKeys"]);
  const seconds = Number(response.headers.get("retry-after"));
  assert.ok(seconds > 0 && seconds <= 3600);
  // Cached credentials are still served, and other callers are not affected.
  assert.equal((await requestCredentials("greedy", { durationSeconds: 900 })).status, 200);
  assert.equal((await requestCredentials("modest")).status, 200);
});

test("the rate limit applies to each caller separately, and not to cached credentials", async () => {
  const strict = await startWorker({ configuration: configurationFor(issuer.issuer, sts), limit: 3 });
  try {
    const identity = async (sub) => {
      const authorization = `Bearer ${await issuer.token({ sub })}`;
      return (await strict.get("/api/identity", { authorization })).status;
    };
    const all = [];
    // During the test a new minute may begin, with a new count.
    while (all.at(-1) !== 429 && all.length < 7) all.push(await identity("eager"));
    assert.deepEqual([...new Set(all.slice(0, 3)), all.at(-1)], [200, 429]);
    assert.equal(await identity("other"), 200);
    for (let count = 0; count < 5; count += 1)
      assert.equal((await requestCredentials("eager", { of: strict })).status, 200);
  } finally {
    await strict.close();
  }
});

/** Returns the names of the rows in the storage of all Durable Objects in a folder. */
function rows(folder) {
  const script = `
import glob, sqlite3, sys
for file in glob.glob(sys.argv[1] + "/**/*.sqlite", recursive=True):
    database = sqlite3.connect(file)
    if database.execute("select 1 from sqlite_master where name = '_cf_KV'").fetchone():
        for (name,) in database.execute("select key from _cf_KV"): print(name)`;
  const names = execFileSync(process.env.STS_WEB_PYTHON, ["-c", script, folder], { encoding: "utf8" });
  return names.split("\n").filter(Boolean);
}

/** Returns the names of the rows that contain credentials. */
const stored = (folder) => rows(folder).filter((name) => name.startsWith("credentials:"));

test("credentials and the count of calls share one row, and the count survives a restart and a denial", async () => {
  const persist = await mkdtemp(join(tmpdir(), "sts-web-objects-"));
  const configuration = configurationFor(issuer.issuer, sts, {}, { keysPerHour: 3 });
  const settings = { configuration, persist, clock: clockWithinHour() };
  const durations = [900, 901, 902, 903].map((durationSeconds) => ({ durationSeconds }));
  try {
    const first = await startWorker(settings);
    assert.equal((await requestCredentials("counted", { of: first, ...durations[0] })).status, 200);
    assert.deepEqual(
      rows(persist).map((name) => name.split(":")[0]),
      ["credentials"],
    );
    assert.equal((await requestCredentials("counted", { of: first, ...durations[1] })).status, 200);
    sts.intercept = denied;
    assert.equal((await requestCredentials("counted", { of: first, ...durations[2] })).status, 502);
    sts.intercept = undefined;
    await first.close();
    const second = await startWorker(settings);
    assert.equal((await requestCredentials("counted", { of: second, ...durations[3] })).title, "TooManyKeys");
    assert.equal((await requestCredentials("counted", { of: second, ...durations[0] })).status, 200);
    await second.close();
  } finally {
    await rm(persist, { recursive: true, force: true });
  }
});

test("expired credentials are deleted by the object's alarm", async () => {
  const persist = await mkdtemp(join(tmpdir(), "sts-web-objects-"));
  const ownWorker = await startWorker({ configuration: configurationFor(issuer.issuer, sts), persist });
  try {
    // Credentials that were stored earlier but expire later do not delay the alarm.
    await requestCredentials("brief", { of: ownWorker, durationSeconds: 901 });
    const expirations = [];
    for (const [lifetime, durationSeconds] of [
      [5_000, 902],
      [3_000, 900],
    ]) {
      sts.lifetime = lifetime;
      const { Expiration } = await requestCredentials("brief", { of: ownWorker, durationSeconds });
      expirations.unshift(Date.parse(Expiration));
    }
    assert.equal(stored(persist).length, 3);
    // Nor does the row of the call count, which the alarm stores until the end of the hour.
    for (const [deleted, expiration] of expirations.entries()) {
      while (stored(persist).length > 2 - deleted) assert.ok(Date.now() < expiration + 10_000, "not deleted");
      assert.ok(Date.now() > expiration);
    }
  } finally {
    await ownWorker.close();
    await rm(persist, { recursive: true, force: true });
  }
});

/**
 * Aborts the object, and with it the stub, at the first call. Sets `retryable` as Cloudflare does and workerd alone
 * does not.
 */
const BREAKING = `
import worker, { CallerObject as Original } from "./index.js";
let calls = 0;
export class CallerObject extends Original {
  async credentials(...parameters) {
    calls += 1;
    if (calls === 1) this.ctx.abort("broken");
    return super.credentials(...parameters);
  }
}
const rethrow = (error) => {
  throw Object.assign(error, { retryable: true });
};
export default {
  fetch(request, env, context) {
    const get = (id) => {
      const stub = env.CALLERS.get(id);
      return { credentials: (...parameters) => stub.credentials(...parameters).catch(rethrow) };
    };
    const CALLERS = { get, idFromName: (name) => env.CALLERS.idFromName(name) };
    return worker.fetch(request, { ...env, CALLERS }, context);
  },
};`;

test("a call is retried if the Durable Object breaks", async () => {
  const ownWorker = await startWorker({ configuration: configurationFor(issuer.issuer, sts), wrapper: BREAKING });
  try {
    assert.equal((await requestCredentials("unlucky", { of: ownWorker })).status, 200);
  } finally {
    await ownWorker.close();
  }
});

test("a restarted Durable Object still has its credentials, and they are encrypted on disk", async () => {
  const persist = await mkdtemp(join(tmpdir(), "sts-web-objects-"));
  const settings = { configuration: configurationFor(issuer.issuer, sts), persist };
  const first = await startWorker(settings);
  const original = await requestCredentials("restarted", { of: first });
  await first.close();

  const before = stsCalls();
  const second = await startWorker(settings);
  assert.equal((await requestCredentials("restarted", { of: second })).SecretAccessKey, original.SecretAccessKey);
  assert.equal(stsCalls(), before);
  assert.equal(second.logEntries.at(-1).from, "object");
  await second.close();

  const onDisk = (text) => execFileSync("grep", ["-rlaF", text, persist], { encoding: "utf8" });
  for (const secret of [original.SecretAccessKey, original.SessionToken]) assert.throws(() => onDisk(secret));
  // The search finds text that is not encrypted.
  assert.match(onDisk("credentials:"), /sqlite/);

  // With another STORAGE_KEY they cannot be decrypted, and are fetched again.
  const third = await startWorker({ ...settings, bindings: { STORAGE_KEY: Buffer.alloc(32, 7).toString("base64") } });
  assert.notEqual((await requestCredentials("restarted", { of: third })).AccessKeyId, original.AccessKeyId);
  assert.equal(stsCalls(), before + 1);
  await third.close();
  await rm(persist, { recursive: true, force: true });
});
