// When cached credentials are refreshed, from the table with which the Rust crate is tested as well, and the forms of
// credentials that providers return.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { cached, Signer, STS } from "../../pkg/dist/entry/node.js";

/**
 * A step of the table. Its format is described there.
 *
 * @typedef {{ at: number; source: number | string; calls: ("get" | "refresh" | "invalidate")[]; results: unknown[];
 *   requests: number }} Step
 */

/** @type {{ cases: { name: string; margin?: number; steps: Step[] }[] }} */
const table = JSON.parse(readFileSync(new URL("../vectors/cached-credentials.json", import.meta.url), "utf8"));

for (const { name, margin, steps } of table.cases) {
  test(name, async () => {
    let now = 0;
    let requests = 0;
    /** @type {Step["source"]} */
    let behavior;
    let release = () => {};
    /** @type {Promise<void>} */
    let released;
    const source = async () => {
      requests += 1;
      const request = requests;
      await released;
      if (behavior === "fails") throw new Error("down");
      const expiration = typeof behavior === "number" ? new Date(now + behavior * 1000) : undefined;
      return { accessKeyId: String(request), secretAccessKey: "s", expiration };
    };
    const options = { now: () => now, ...(margin !== undefined && { refreshMargin: margin * 1000 }) };
    const provider = cached(source, options);
    for (const step of steps) {
      now = 1e12 + step.at * 1000;
      behavior = step.source;
      released = new Promise((resolve) => {
        release = resolve;
      });
      const results = step.calls.map((call) => {
        if (call === "invalidate") return provider.invalidate() ?? null;
        return (call === "get" ? provider() : provider.refresh()).then(
          ({ accessKeyId }) => Number(accessKeyId),
          () => "error",
        );
      });
      release();
      assert.deepEqual(await Promise.all(results), step.results, JSON.stringify(step));
      assert.equal(requests, step.requests, JSON.stringify(step));
    }
  });
}

const keys = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" };
const scope = { region: "us-east-1", service: "s3" };
const signingDate = new Date("2013-05-24T00:00:00Z");

/** @param {any} credentials */
async function signature(credentials) {
  const request = await new Signer({ ...scope, credentials }).sign("https://host/", {}, { signingDate });
  return request.headers.get("authorization") + request.headers.get("x-amz-security-token");
}

test("a cached provider is not cached twice", () => {
  const provider = cached(async () => keys);
  assert.equal(cached(provider), provider);
});

test("credentials are refreshed by the server's clock", async () => {
  let requests = 0;
  const credentials = () => {
    requests += 1;
    return { ...keys, expiration: new Date(Date.now() - 3_600_000) };
  };
  const twoHoursAhead = { systemClockOffset: -7_200_000 };
  const signer = new Signer({ ...scope, credentials, ...twoHoursAhead });
  for (let use = 0; use < 3; use += 1) await signer.sign("https://host/");
  assert.equal(requests, 1, "the credentials are valid for an hour by the server's clock");
  const sts = new STS({ region: "us-east-1", credentials, ...twoHoursAhead });
  for (let use = 0; use < 3; use += 1) await sts.request("GetCallerIdentity", {});
  assert.equal(requests, 2);
});

test("an empty session token is treated as none", async () => {
  const expected = await signature(keys);
  for (const sessionToken of ["", undefined, null, "\n"]) {
    assert.equal(await signature({ ...keys, sessionToken }), expected);
  }
});

test("white space around any part is removed", async () => {
  const all = { ...keys, sessionToken: "token" };
  const expected = await signature(all);
  for (const part of Object.keys(all)) {
    for (const pasted of [`${all[part]}\n`, ` ${all[part]}`, `\t${all[part]}\r\n`]) {
      assert.equal(await signature({ ...all, [part]: pasted }), expected, part);
    }
  }
});

test("white space within any part, and a character that is not ASCII, are rejected", async () => {
  const all = { ...keys, sessionToken: "token" };
  for (const part of Object.keys(all)) {
    for (const pasted of [`${all[part]}\n${all[part]}`, `${all[part]}é`]) {
      await assert.rejects(signature({ ...all, [part]: pasted }), { name: "InvalidCredentials" }, part);
    }
  }
});

test("a provider can return credentials with or without a promise", async () => {
  assert.equal(await signature(() => keys), await signature(keys));
  assert.equal(await signature(async () => keys), await signature(keys));
});

test("a provider that throws synchronously is called again", async () => {
  let calls = 0;
  const provider = cached(() => {
    calls += 1;
    if (calls === 1) throw new Error("not signed in");
    return keys;
  });
  await assert.rejects(provider(), /not signed in/);
  assert.equal((await provider()).accessKeyId, keys.accessKeyId);
});

test("an expiration can be a date, an ISO 8601 string or a Unix time", async () => {
  const date = new Date("2026-11-25T20:00:00Z");
  for (const expiration of [date, "2026-11-25T20:00:00Z", "2026-11-25T21:00:00+01:00", 1795636800, 1795636800000]) {
    assert.deepEqual((await cached({ ...keys, expiration })()).expiration, date);
  }
  assert.equal((await cached({ ...keys, expiration: undefined })()).expiration, undefined);
});

test("invalid credentials are rejected immediately", async () => {
  const expiring = { ...keys, expiration: "soon" };
  const numeric = { ...keys, secretAccessKey: 1 };
  for (const credentials of [undefined, null, {}, "AKIA", { ...keys, accessKeyId: "" }, numeric, expiring]) {
    await assert.rejects(
      signature(() => /** @type {any} */ (credentials)),
      { name: "CredentialsProviderError" },
    );
  }
});
