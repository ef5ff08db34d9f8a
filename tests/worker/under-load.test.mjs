// Rule 3: keys are fetched once, kept sealed, and still there when STS is not.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";

import { configured, startIssuer, startSts, startWorker } from "./fixtures.mjs";

const HOUR = 3_600_000;
let issuer;
let sts;
let worker;

before(async () => {
  issuer = await startIssuer();
  sts = await startSts();
  worker = await startWorker({ configuration: configured(issuer.issuer, sts, {}, { keysPerHour: 5 }) });
});
afterEach(() => {
  sts.spoil = sts.lasts = undefined;
});
after(async () => {
  await worker?.close();
  issuer?.close();
  sts?.close();
});

async function keys(sub, { of = worker, ...more } = {}) {
  const authorization = `Bearer ${await issuer.token({ sub })}`;
  const response = await of.post("/api/credentials", { role: "reader", ...more }, { authorization });
  return { status: response.status, headers: response.headers, ...(await response.json()) };
}

const asked = () => sts.of("AssumeRole").length;

test("a thousand ask at once for one role: STS is asked once, and all get the same keys", async () => {
  const before = asked();
  const authorization = `Bearer ${await issuer.token({ sub: "crowd" })}`;
  const ask = async () => (await worker.post("/api/credentials", { role: "reader" }, { authorization })).json();
  const answers = await Promise.all(Array.from({ length: 1000 }, ask));
  assert.equal(new Set(answers.map(({ AccessKeyId }) => AccessKeyId)).size, 1);
  assert.match(answers[0].AccessKeyId, /^ASIA/);
  assert.equal(asked() - before, 1);
});

test("a thousand ask at once in two isolates: the object asks STS once, and each isolate knows the keys from then on", async () => {
  const both = await startWorker({
    configuration: configured(issuer.issuer, sts, {}, { keysPerHour: 2 }),
    twins: true,
  });
  try {
    const authorization = `Bearer ${await issuer.token({ sub: "everywhere" })}`;
    const askAt = (post) => async (durationSeconds) =>
      (await post("/api/credentials", { role: "reader", durationSeconds }, { authorization })).json();
    const [here, there] = [askAt(both.post), askAt(both.postToTwin)];
    const before = asked();
    const answers = await Promise.all(Array.from({ length: 1000 }, (_, index) => (index % 2 ? here : there)(900)));
    assert.equal(new Set(answers.map(({ AccessKeyId }) => AccessKeyId)).size, 1);
    assert.match(answers[0].AccessKeyId, /^ASIA/);
    assert.equal(asked() - before, 1);

    // What one isolate had fetched, the other finds in the object, and then in its own memory.
    const { AccessKeyId } = await here(901);
    for (const from of ["object", "isolate"]) {
      assert.equal((await there(901)).AccessKeyId, AccessKeyId);
      await both.line((line) => line.from === from);
    }
    assert.equal(asked() - before, 2);
    // And the hour's calls are counted for both.
    assert.deepEqual([(await here(902)).title, (await there(902)).title], ["TooManyKeys", "TooManyKeys"]);
  } finally {
    await both.close();
  }
});

test("many callers at once, the first of an isolate or after ten minutes: the issuer is asked for its keys once", async () => {
  const clock = { now: Date.now() };
  const busy = await startIssuer();
  const mine = await startWorker({ configuration: configured(busy.issuer, sts), clock });
  try {
    const authorization = `Bearer ${await busy.token({ exp: clock.now / 1000 + 3600 })}`;
    const ask = async () => (await mine.get("/worker.json", { authorization })).json();
    const askAtOnce = () => Promise.all(Array.from({ length: 40 }, ask));
    for (const { caller } of await askAtOnce()) assert.equal(caller.subject, "alice");
    assert.deepEqual(busy.asked, ["/.well-known/openid-configuration", "/jwks"]);
    clock.now += 10 * 60_000;
    for (const { caller } of await askAtOnce()) assert.equal(caller.subject, "alice");
    assert.deepEqual(busy.asked.slice(2), ["/jwks"]);
  } finally {
    await mine.close();
    busy.close();
  }
});

test("another caller, duration or policy has keys of its own", async () => {
  const policy = { Version: "2012-10-17", Statement: [] };
  const all = [
    await keys("one"),
    await keys("two"),
    await keys("one", { durationSeconds: 900 }),
    await keys("one", { sessionPolicy: policy }),
  ];
  assert.equal(new Set(all.map(({ AccessKeyId }) => AccessKeyId)).size, 4);
  assert.equal((await keys("one")).AccessKeyId, all[0].AccessKeyId);
});

test("keys that end within five minutes are fetched anew", async () => {
  sts.lasts = 4 * 60_000;
  const first = await keys("short");
  sts.lasts = 6 * 60_000;
  const second = await keys("short");
  assert.notEqual(first.AccessKeyId, second.AccessKeyId);
  assert.equal((await keys("short")).AccessKeyId, second.AccessKeyId);
});

const down = (request) => (request.socket.destroy(), true);
const html = (_, response) => (
  response.writeHead(200, { "content-type": "text/html" }).end("<html>Sign in to the hotel's network</html>"), true
);
const failing = (_, response) => (response.writeHead(503).end(), true);
const throttled = (_, response) => (
  response
    .writeHead(400)
    .end("<ErrorResponse><Error><Code>Throttling</Code><Message>Rate exceeded</Message></Error></ErrorResponse>"),
  true
);
const denied = (_, response) => (
  response
    .writeHead(403)
    .end("<ErrorResponse><Error><Code>AccessDenied</Code><Message>no more</Message></Error></ErrorResponse>"),
  true
);

test("STS down, failing, throttling or answering HTML: an error that says so and may be tried again", async () => {
  for (const [spoil, title] of [
    [down, "NetworkError"],
    [html, "UnexpectedResponse"],
    [failing, "UnexpectedResponse"],
    [throttled, "Throttling"],
  ]) {
    sts.spoil = spoil;
    const answer = await keys(`none-while-${spoil.name}`);
    assert.deepEqual([answer.status, answer.title, answer.headers.get("retry-after")], [503, title, "5"], spoil.name);
  }
});

test("an outage of STS serves keys that still work", async () => {
  for (const spoil of [down, html, failing, throttled]) {
    sts.spoil = undefined;
    sts.lasts = 4 * 60_000;
    const first = await keys(`served-while-${spoil.name}`);
    sts.spoil = spoil;
    assert.equal((await keys(`served-while-${spoil.name}`)).AccessKeyId, first.AccessKeyId, spoil.name);
  }
});

test("an outage uses up none of the hour's calls, however long a caller asks; and a caller who used them up is served what works", async () => {
  const { mine, clock } = await startTimed();
  try {
    sts.spoil = down;
    for (let asked = 0; asked < 8; asked += 1, clock.now += 5_000)
      assert.equal((await keys("persistent", { of: mine })).status, 503);
    sts.spoil = undefined;
    sts.lasts = 4 * 60_000;
    const answers = [];
    for (let asked = 0; asked < 8; asked += 1) answers.push(await keys("persistent", { of: mine }));
    assert.deepEqual(
      answers.map(({ status }) => status),
      Array(8).fill(200),
    );
    assert.equal(new Set(answers.map(({ AccessKeyId }) => AccessKeyId)).size, 5);
  } finally {
    await mine.close();
  }
});

test("while STS fails, a caller who asks again and again costs it one call in five seconds", async () => {
  const { mine, clock } = await startTimed();
  /** Twelve requests, each for keys of another duration; and how often STS was sent something. */
  const twelve = async (of) => {
    const before = asked();
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) => keys("stubborn", { of, durationSeconds: 900 + index })),
    );
    return { answers, sent: asked() - before };
  };
  try {
    sts.lasts = 4 * 60_000;
    const { AccessKeyId } = await keys("stubborn", { of: mine });
    sts.lasts = undefined;
    sts.spoil = throttled;
    // The call and its second attempt.
    const before = asked();
    assert.equal((await keys("stubborn", { of: mine, durationSeconds: 900 })).title, "Throttling");
    assert.equal(asked() - before, 2);
    clock.now += 3_000;
    const meanwhile = await twelve(mine);
    assert.equal(meanwhile.sent, 0);
    for (const { status, title, headers } of meanwhile.answers)
      assert.deepEqual([status, title, headers.get("retry-after")], [503, "Throttling", "2"]);
    assert.equal((await keys("stubborn", { of: mine })).AccessKeyId, AccessKeyId);
    // Then one tries, and the others wait for what comes of it.
    clock.now += 2_000;
    assert.equal((await twelve(mine)).sent, 2);
    // Other callers are not held up.
    assert.equal((await keys("patient-one", { of: mine })).title, "Throttling");
    sts.spoil = undefined;
    clock.now += 5_000;
    assert.equal((await keys("stubborn", { of: mine, durationSeconds: 900 })).status, 200);
    assert.equal((await keys("stubborn", { of: mine, durationSeconds: 901 })).status, 200);
  } finally {
    await mine.close();
  }
});

/** A Worker with a clock of its own, on which no hour ends within a minute, since calls are counted by the hour. */
async function startTimed() {
  const endOfHour = (Math.floor(Date.now() / HOUR) + 1) * HOUR;
  const clock = { now: Math.min(Date.now(), endOfHour - 60_000) };
  const mine = await startWorker({ configuration: configured(issuer.issuer, sts, {}, { keysPerHour: 5 }), clock });
  return { mine, clock };
}

test("STS asks for more time than a caller has: it is told within ten seconds", async () => {
  sts.spoil = (_, response) => response.writeHead(503, { "retry-after": "20" }).end();
  const begun = performance.now();
  assert.equal((await keys("hurried")).status, 503);
  assert.ok(performance.now() - begun < 10_000);
});

test("a refusal of STS is no outage: it is told, and old keys are not served", async () => {
  sts.lasts = 4 * 60_000;
  assert.equal((await keys("fired")).status, 200);
  sts.spoil = denied;
  const answer = await keys("fired");
  assert.deepEqual([answer.status, answer.title], [502, "AccessDenied"]);
});

test("STS slow: whoever asks is told within ten seconds", async () => {
  sts.spoil = () => true;
  const begun = performance.now();
  const answer = await keys("patient");
  assert.deepEqual([answer.status, answer.title], [503, "TimeoutError"]);
  assert.ok(performance.now() - begun < 10_000);
});

test("a caller who wants new keys again and again is stopped, across all isolates, until the hour is over", async () => {
  for (let duration = 900; duration < 905; duration += 1)
    assert.equal((await keys("greedy", { durationSeconds: duration })).status, 200);
  const answer = await keys("greedy", { durationSeconds: 905 });
  assert.deepEqual([answer.status, answer.title], [429, "TooManyKeys"]);
  const seconds = Number(answer.headers.get("retry-after"));
  assert.ok(seconds > 0 && seconds <= 3600);
  // The keys that are there are served as before, and others are not stopped.
  assert.equal((await keys("greedy", { durationSeconds: 900 })).status, 200);
  assert.equal((await keys("modest")).status, 200);
});

test("requests of one caller are limited, and others' are not", async () => {
  const strict = await startWorker({ configuration: configured(issuer.issuer, sts), limit: 3 });
  try {
    const all = [];
    for (let count = 0; count < 5; count += 1) all.push((await keys("eager", { of: strict })).status);
    assert.deepEqual(all, [200, 200, 200, 429, 429]);
    assert.equal((await keys("other", { of: strict })).status, 200);
  } finally {
    await strict.close();
  }
});

/** The names of the keys that the Durable Objects in a folder have stored. */
function stored(folder) {
  const script = `
import glob, sqlite3, sys
for file in glob.glob(sys.argv[1] + "/**/*.sqlite", recursive=True):
    database = sqlite3.connect(file)
    if database.execute("select 1 from sqlite_master where name = '_cf_KV'").fetchone():
        for (name,) in database.execute("select key from _cf_KV"): print(name)`;
  const names = execFileSync(process.env.STS_WEB_PYTHON, ["-c", script, folder], { encoding: "utf8" });
  return names.split("\n").filter((name) => name.startsWith("keys:"));
}

test("what has expired is deleted, by the object's own alarm", async () => {
  const persist = await mkdtemp(join(tmpdir(), "sts-web-objects-"));
  const mine = await startWorker({ configuration: configured(issuer.issuer, sts), persist });
  try {
    // Also where others, that were there before, last longer.
    await keys("brief", { of: mine, durationSeconds: 901 });
    sts.lasts = 3_000;
    const { Expiration } = await keys("brief", { of: mine });
    assert.equal(stored(persist).length, 2);
    while (stored(persist).length > 1) assert.ok(Date.now() < Date.parse(Expiration) + 10_000, "still there");
    assert.ok(Date.now() > Date.parse(Expiration));
  } finally {
    await mine.close();
    await rm(persist, { recursive: true, force: true });
  }
});

/** The object breaks at its first call, and its stub with it. `retryable` is what Cloudflare says then, and workerd here does not. */
const BREAKING = `
import worker, { CallerObject as Sound } from "./index.js";
let calls = 0;
export class CallerObject extends Sound {
  async keys(session) {
    calls += 1;
    if (calls === 1) this.ctx.abort("broken");
    return super.keys(session);
  }
}
const told = (error) => {
  throw Object.assign(error, { retryable: true });
};
export default {
  fetch(request, env, context) {
    const get = (id) => {
      const stub = env.CALLERS.get(id);
      return { keys: (session) => stub.keys(session).catch(told) };
    };
    const CALLERS = { get, idFromName: (name) => env.CALLERS.idFromName(name) };
    return worker.fetch(request, { ...env, CALLERS }, context);
  },
};`;

test("an object that breaks while it is asked is asked again, and its caller does not notice", async () => {
  const mine = await startWorker({ configuration: configured(issuer.issuer, sts), front: BREAKING });
  try {
    assert.equal((await keys("unlucky", { of: mine })).status, 200);
  } finally {
    await mine.close();
  }
});

test("a Durable Object that was restarted still has its keys, and what lies on the disk shows none", async () => {
  const persist = await mkdtemp(join(tmpdir(), "sts-web-objects-"));
  const settings = { configuration: configured(issuer.issuer, sts), persist };
  const first = await startWorker(settings);
  const given = await keys("restarted", { of: first });
  await first.close();

  const before = asked();
  const second = await startWorker(settings);
  assert.equal((await keys("restarted", { of: second })).SecretAccessKey, given.SecretAccessKey);
  assert.equal(asked(), before);
  assert.equal(second.lines.at(-1).from, "object");
  await second.close();

  const onDisk = (text) => execFileSync("grep", ["-rlaF", text, persist], { encoding: "utf8" });
  for (const secret of [given.SecretAccessKey, given.SessionToken]) assert.throws(() => onDisk(secret));
  // What is not hidden is found, so the search does search.
  assert.match(onDisk("keys:"), /sqlite/);

  // With another key to open them, they are as good as gone: fetched anew.
  const third = await startWorker({ ...settings, bindings: { STORAGE_KEY: Buffer.alloc(32, 7).toString("base64") } });
  assert.notEqual((await keys("restarted", { of: third })).AccessKeyId, given.AccessKeyId);
  assert.equal(asked(), before + 1);
  await third.close();
  await rm(persist, { recursive: true, force: true });
});
