// How long returned credentials remain valid, and how callers and operators replace them.

import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";

import { configurationFor } from "./configurations.mjs";
import { startWorker } from "./running-worker.mjs";
import { issuer, sts } from "./services.mjs";
import { roleArn } from "./sts.mjs";

const MINUTE = 60_000;
const OPERATOR_SECRET = "o".repeat(32);
let clock;
let worker;

before(async () => {
  clock = { now: Date.now() };
  const configuration = configurationFor(issuer.issuer, sts, { maxDurationSeconds: 43_200 });
  configuration.grants.push({
    ...configuration.grants[0],
    audience: "careful",
    roles: { reader: { arn: roleArn, maxDurationSeconds: 3600, minRemainingSeconds: 3000 } },
  });
  worker = await startWorker({ configuration, clock, bindings: { OPERATOR_SECRET } });
});
afterEach(() => {
  sts.intercept = undefined;
});
after(async () => {
  await worker?.close();
});

/**
 * Requests credentials as the caller `sub`. STS returns credentials that are valid for the requested duration, by the
 * Worker's clock.
 * @param {string} sub
 * @param {Record<string, any>} [body]
 * @param {Record<string, unknown>} [claims]
 */
async function request(sub, body = {}, claims = {}) {
  const duration = (body.durationSeconds ?? 3600) * 1000;
  sts.lifetime = clock.now + duration - Date.now();
  const token = await issuer.token({ sub, exp: Math.floor(clock.now / 1000) + 600, iat: undefined, ...claims });
  const authorization = `Bearer ${token}`;
  const response = await worker.post("/api/credentials", { role: "reader", ...body }, { authorization });
  const { title, detail, AccessKeyId, Expiration } = await response.json();
  const remaining = Math.round((Date.parse(Expiration) - clock.now) / 1000);
  return { status: response.status, title, detail, AccessKeyId, remaining };
}

const calls = () => sts.callsOf("AssumeRole").length;

test("cached credentials are returned while half of their duration remains", async () => {
  const first = await request("half");
  clock.now += 30 * MINUTE - 5_000;
  const later = await request("half");
  assert.equal(later.AccessKeyId, first.AccessKeyId);
  assert.ok(later.remaining > 1800);
  clock.now += 10_000;
  const renewed = await request("half");
  assert.notEqual(renewed.AccessKeyId, first.AccessKeyId);
  assert.ok(renewed.remaining > 3500);
});

test("an AWS SDK, which may refresh 15 minutes before expiry and must at 10, gets credentials that last longer", async () => {
  for (const [durationSeconds, minimum] of [
    [900, 600],
    [1200, 800],
    [1800, 901],
    [3600, 1800],
    [43_200, 21_600],
  ]) {
    const before = calls();
    for (let minute = 0; minute < 60; minute += 1) {
      const { status, remaining } = await request(`sdk-${durationSeconds}`, { durationSeconds });
      assert.equal(status, 200);
      assert.ok(remaining >= minimum, `${remaining} of ${durationSeconds} seconds`);
      clock.now += MINUTE;
    }
    assert.ok(calls() - before <= 15, `${calls() - before} calls of STS in an hour`);
  }
});

test("a request or a role can set the minimum remaining lifetime", async () => {
  const { AccessKeyId } = await request("picky");
  clock.now += 10 * MINUTE;
  assert.equal((await request("picky", { minRemainingSeconds: 2900 })).AccessKeyId, AccessKeyId);
  const renewed = await request("picky", { minRemainingSeconds: 3100 });
  assert.notEqual(renewed.AccessKeyId, AccessKeyId);
  clock.now += 50 * MINUTE;
  assert.equal((await request("picky", { minRemainingSeconds: 0 })).AccessKeyId, renewed.AccessKeyId);

  const careful = { aud: "careful" };
  const first = await request("by-role", {}, careful);
  clock.now += 9 * MINUTE;
  assert.equal((await request("by-role", {}, careful)).AccessKeyId, first.AccessKeyId);
  clock.now += 2 * MINUTE;
  assert.notEqual((await request("by-role", {}, careful)).AccessKeyId, first.AccessKeyId);

  for (const minRemainingSeconds of [-1, 0.5, 3600, 1e9]) {
    const { status, detail } = await request("picky", { minRemainingSeconds, durationSeconds: 3600 });
    assert.equal(status, 400);
    assert.match(detail, /minRemainingSeconds must be/);
  }
  assert.equal((await request("picky", { minRemainingSeconds: "60" })).status, 400);
});

test("refresh gets new credentials from STS, within the hourly limit, and never the old ones if STS fails", async () => {
  const first = await request("refresher");
  const second = await request("refresher", { refresh: true });
  assert.notEqual(second.AccessKeyId, first.AccessKeyId);
  assert.equal((await request("refresher")).AccessKeyId, second.AccessKeyId);
  sts.intercept = ({ socket }) => socket.destroy();
  assert.equal((await request("refresher", { refresh: true })).status, 503);
  assert.equal((await request("refresher")).AccessKeyId, second.AccessKeyId);
  sts.intercept = undefined;
  clock.now += 6_000;
  const statuses = [];
  for (let count = 0; count < 70; count += 1) statuses.push((await request("refresher", { refresh: true })).status);
  assert.ok(statuses.filter((status) => status === 200).length <= 60);
  assert.equal(statuses.at(-1), 429);
  assert.equal((await request("refresher")).status, 200);
  assert.equal((await request("refresher", { refresh: "yes" })).status, 400);
});

test("an operator can drop a caller's credentials; isolates keep copies for at most a minute", async () => {
  const drop = (body, secret = OPERATOR_SECRET) =>
    worker.post("/api/drop", body, { authorization: `Bearer ${secret}` });
  const body = { issuer: issuer.issuer, subject: "suspect" };
  const first = await request("suspect");
  await request("suspect", { durationSeconds: 900 });
  const bystander = await request("bystander");
  for (const secret of ["x".repeat(32), ""]) assert.equal((await drop(body, secret)).status, 401);
  assert.equal((await drop({ issuer: issuer.issuer })).status, 400);
  const response = await drop(body);
  assert.deepEqual([response.status, await response.json()], [200, { credentials: 2, sessions: 0 }]);
  clock.now += MINUTE;
  assert.notEqual((await request("suspect")).AccessKeyId, first.AccessKeyId);
  assert.equal((await request("bystander")).AccessKeyId, bystander.AccessKeyId);
  // The operator's action is in the log.
  await worker.logEntry(
    ({ route, subject, status }) => route === "/api/drop" && subject === "suspect" && status === 200,
  );
});

test("without the operator's secret, or with a short one, /api/drop does not exist", async () => {
  for (const bindings of [{}, { OPERATOR_SECRET: "short" }]) {
    const ownWorker = await startWorker({ configuration: configurationFor(issuer.issuer, sts), bindings });
    try {
      const authorization = `Bearer ${bindings.OPERATOR_SECRET ?? "undefined"}`;
      assert.equal((await ownWorker.post("/api/drop", { issuer: "i", subject: "s" }, { authorization })).status, 404);
    } finally {
      await ownWorker.close();
    }
  }
});

test("256 concurrent jobs with one subject get their credentials, and failures are limited by address", async () => {
  const configuration = configurationFor(issuer.issuer, sts);
  const limited = await startWorker({ configuration, limit: 120, longTimeouts: true });
  try {
    const headers = { authorization: `Bearer ${await issuer.token({ sub: "repository" })}`, connection: "close" };
    const job = async () => (await limited.post("/api/credentials", { role: "reader" }, headers)).status;
    const statuses = await Promise.all(Array.from({ length: 256 }, job));
    assert.deepEqual([...new Set(statuses)], [200]);

    const guess = (address) =>
      limited.post("/api/credentials", {}, { authorization: "Bearer guess", "cf-connecting-ip": address });
    const guesses = [];
    // During the test a new minute may begin, with a new count.
    while (guesses.at(-1) !== 429 && guesses.length <= 240) guesses.push((await guess("192.0.2.1")).status);
    assert.deepEqual([guesses[0], guesses.at(-1)], [401, 429]);
    assert.equal((await guess("192.0.2.2")).status, 401);
    const ofTheSameAddress = { ...headers, "cf-connecting-ip": "192.0.2.1" };
    assert.equal((await limited.post("/api/credentials", { role: "reader" }, ofTheSameAddress)).status, 200);
  } finally {
    await limited.close();
  }
});

test("the addresses of an IPv6 network count as one, however they are written", async () => {
  const limited = await startWorker({ configuration: configurationFor(issuer.issuer, sts), limit: 20 });
  const guess = async (address) => (await limited.get("/api/identity", { "cf-connecting-ip": address })).status;
  try {
    const statuses = [];
    // During the test a new minute may begin, with a new count. 42 requests exceed the limit only if all three forms are one network.
    for (let count = 0; count < 14 && !statuses.includes(429); count += 1) {
      const last = count.toString(16);
      for (const address of [`2001:db8::${last}`, `2001:db8:0:0:${last}::`, `2001:db8::1:2:3:${last}`])
        statuses.push(await guess(address));
    }
    assert.deepEqual([statuses[0], statuses.at(-1)], [401, 429]);
    for (const address of ["2001:db8:0:1::1", "2001:db8:1::", "::1", "2001:db9::1"])
      assert.equal(await guess(address), 401, address);
  } finally {
    await limited.close();
  }
});
