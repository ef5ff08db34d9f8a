// Requests that end early: the client disconnects, or the platform drops the request's I/O. Others must not wait for it.

import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { after, before, test } from "node:test";

import { configurationFor } from "./configurations.mjs";
import { startIssuer } from "./issuer.mjs";
import { freePort } from "./listen.mjs";
import { startWorker } from "./running-worker.mjs";
import { issuer, sts } from "./services.mjs";
import { startSts } from "./sts.mjs";

/**
 * Wraps the Worker so that a request with the header `test-lost` loses its I/O, as if the platform had canceled the
 * request: nothing that it waits for ever settles, and its timers do not fire. It must be the only request meanwhile.
 */
const LOSING = `
import worker from "./index.js";
export { CallerObject } from "./index.js";
let isLost = false;
const unlessLost = (original, lost) => function (...parameters) {
  return isLost ? lost() : original.apply(this, parameters);
};
const never = () => new Promise(() => {});
globalThis.fetch = unlessLost(globalThis.fetch, never);
SubtleCrypto.prototype.importKey = unlessLost(SubtleCrypto.prototype.importKey, never);
AbortSignal.timeout = unlessLost(AbortSignal.timeout, () => new AbortController().signal);
globalThis.setTimeout = unlessLost(globalThis.setTimeout, () => 0);
export default {
  fetch(request, ...rest) {
    isLost = request.headers.has("test-lost");
    return worker.fetch(request, ...rest);
  },
};`;

/** If the Worker does not respond, the test ends. */
const LIMIT = { timeout: 60_000 };

let worker;
let issuing;

before(async () => {
  const signIn = { issuer: issuer.issuer, clientId: "page" };
  const grant = { audience: ["sts-web", "page"] };
  const configuration = configurationFor(issuer.issuer, sts, grant, { signIn });
  worker = await startWorker({ configuration, wrapper: LOSING });
  const port = await freePort();
  const fields = { credentials: "issuer", issuer: `http://127.0.0.1:${port}` };
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  issuing = await startWorker({
    configuration: configurationFor(issuer.issuer, sts, { name: "issuing" }, fields),
    bindings: { SIGNING_KEY: JSON.stringify(privateKey.export({ format: "jwk" })) },
    port,
    wrapper: LOSING,
  });
});
after(async () => {
  await worker?.close();
  await issuing?.close();
});

/** Sends a request whose I/O is lost. workerd ends it, since nothing can continue it. */
async function lose(of, path, headers = {}) {
  const { status } = await of.get(path, { ...headers, "test-lost": "yes" });
  assert.equal(status, 500);
}

/** Sends twenty requests at the same time. Returns their statuses without duplicates. */
async function statusesOf(of, path, headers = {}) {
  const responses = await Promise.all(Array.from({ length: 20 }, () => of.get(path, headers)));
  return [...new Set(responses.map(({ status }) => status))];
}

test("requests do not wait for one that was lost while it fetched the issuer's keys", LIMIT, async () => {
  const authorization = `Bearer ${await issuer.token()}`;
  await lose(worker, "/worker.json", { authorization });
  assert.deepEqual(await statusesOf(worker, "/api/identity", { authorization }), [200]);
});

test("nor while it fetched the discovery document for a sign-in", LIMIT, async () => {
  await lose(worker, "/api/sign-in");
  assert.deepEqual(await statusesOf(worker, "/api/sign-in"), [303]);
});

test("nor while it asked STS for the Worker's identity", LIMIT, async () => {
  const own = await startWorker({ configuration: configurationFor(issuer.issuer, sts), wrapper: LOSING });
  try {
    await lose(own, "/api/health");
    assert.deepEqual(await statusesOf(own, "/api/health"), [200]);
  } finally {
    await own.close();
  }
});

test("nor while it imported the signing key", LIMIT, async () => {
  await lose(issuing, "/api/health");
  assert.deepEqual(await statusesOf(issuing, "/api/health"), [200]);
});

test(
  "if the client disconnects whose request fetches the issuer's keys, the fetch continues for the others",
  LIMIT,
  async () => {
    const slow = await startIssuer();
    // The clock stands still, so that the others do not fetch the keys themselves.
    const own = await startWorker({ configuration: configurationFor(slow.issuer, sts), clock: { now: Date.now() } });
    const authorization = `Bearer ${await slow.token()}`;
    let release;
    const requested = new Promise((resolve) => {
      slow.intercept = ({ url }, response) => {
        if (url !== "/jwks") return false;
        slow.intercept = undefined;
        release = async () => response.end(await (await fetch(`${slow.issuer}/jwks?copy`)).text());
        resolve(undefined);
        return true;
      };
    });
    try {
      const client = new AbortController();
      const headers = { authorization, "test-clock": String(Date.now()) };
      const first = fetch(`${own.url}/worker.json`, { headers, signal: client.signal }).catch(() => {});
      await requested;
      client.abort();
      await first;
      const others = statusesOf(own, "/api/identity", { authorization });
      await own.get("/api/health");
      await release();
      assert.deepEqual(await others, [200]);
      assert.deepEqual(slow.requests, ["/.well-known/openid-configuration", "/jwks", "/jwks?copy"]);
    } finally {
      await own.close();
      slow.close();
    }
  },
);

/** Holds the next AssumeRole call of an STS. `called` resolves once it arrives; `release` responds to it. */
function holdCall(of) {
  let release;
  const called = new Promise((resolve) => {
    of.intercept = (_, response) => {
      if (of.calls.at(-1).get("Action") !== "AssumeRole") return false;
      of.intercept = undefined;
      release = () => response.end(ASSUMED);
      resolve(undefined);
      return true;
    };
  });
  return { called, release: () => release() };
}

const expiration = new Date(Date.now() + 3_600_000).toISOString();
const ASSUMED = `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAHELD</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken><Expiration>${expiration}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`;

for (const moment of ["before it disconnects", "after it disconnects", "after STS has responded"]) {
  test(
    `a client that disconnects while STS is called costs no second call for others that come ${moment}`,
    LIMIT,
    async () => {
      const slow = await startSts();
      const configuration = configurationFor(issuer.issuer, slow, {}, { keysPerHour: 2 });
      const own = await startWorker({ configuration, longTimeouts: true });
      const headers = { authorization: `Bearer ${await issuer.token()}` };
      const others = () =>
        Promise.all(
          Array.from({ length: 20 }, async () => {
            const response = await own.post("/api/credentials", { role: "reader" }, headers);
            return [response.status, (await response.json()).AccessKeyId];
          }),
        );
      try {
        const call = holdCall(slow);
        const client = new AbortController();
        const first = fetch(`${own.url}/api/credentials`, {
          method: "POST",
          body: '{"role":"reader"}',
          headers: { ...headers, "content-type": "application/json" },
          signal: client.signal,
        }).catch(() => {});
        await call.called;
        let results = moment === "before it disconnects" && others();
        await arrived(own);
        client.abort();
        await first;
        await arrived(own);
        results ||= moment === "after it disconnects" && others();
        await arrived(own);
        call.release();
        await arrived(own);
        const all = new Set((await (results || others())).map(String));
        assert.deepEqual([...all], ["200,ASIAHELD"]);
        assert.equal(slow.callsOf("AssumeRole").length, 1);
        // Of the two calls of this hour, one is left.
        const statuses = [];
        for (const durationSeconds of [900, 901]) {
          const body = { role: "reader", durationSeconds };
          statuses.push((await own.post("/api/credentials", body, headers)).status);
        }
        assert.deepEqual(statuses, [200, 429]);
      } finally {
        await own.close();
        slow.close();
      }
    },
  );
}

/** Returns once the Worker has responded to a few requests, and so has received those that were sent before. */
async function arrived(of) {
  for (let count = 0; count < 5; count += 1) assert.equal((await of.get("/worker.json")).status, 200);
}
