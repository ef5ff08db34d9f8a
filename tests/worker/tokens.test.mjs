// Tokens that look valid but are not, and issuers that fail: faults that an attempt to attack the Worker found.

import assert from "node:assert/strict";
import { generateKeyPairSync, sign } from "node:crypto";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";

import { configurationFor } from "./configurations.mjs";
import { SignJWT, startIssuer } from "./issuer.mjs";
import { startWorker } from "./running-worker.mjs";
import { issuer, sts } from "./services.mjs";

let worker;

before(async () => {
  const number = { audience: "numbers", claims: { number: ["9007199254740992"] } };
  const configuration = configurationFor(issuer.issuer, sts);
  configuration.grants.push({ ...configuration.grants[0], ...number });
  worker = await startWorker({ configuration });
});
after(async () => {
  await worker?.close();
});

/** Sends a token to a Worker. Returns the status, and the error's code and message. */
async function send(token, of = worker) {
  const response = await of.get("/api/identity", { authorization: `Bearer ${token}` });
  const { title, detail } = await response.json();
  return { status: response.status, title, detail, retryAfter: response.headers.get("retry-after") };
}

async function rejects(token, title, of) {
  const response = await send(token, of);
  assert.deepEqual([response.status, response.title], [401, title], response.detail);
  return response;
}

/** Signs this payload, which may be text that `JSON.stringify` cannot produce. */
async function signed(payload, header = {}) {
  const { privateKey, kid } = issuer.key;
  const template = await new SignJWT({}).setProtectedHeader({ alg: "RS256", kid, ...header }).sign(privateKey);
  const [protectedHeader] = template.split(".");
  return signedParts(protectedHeader, Buffer.from(payload).toString("base64url"));
}

/** Signs these two parts of a token as they are. */
function signedParts(header, payload) {
  const signature = sign("sha256", Buffer.from(`${header}.${payload}`), issuer.key.privateKey);
  return `${header}.${payload}.${signature.toString("base64url")}`;
}

const now = () => Math.floor(Date.now() / 1000);

test("a token of another type, for example a logout token, is rejected", async () => {
  const claims = JSON.stringify({ iss: issuer.issuer, aud: "sts-web", sub: "alice", exp: now() + 600 });
  for (const typ of ["logout+jwt", "secevent+jwt", "application/logout+jwt", "dpop+jwt"]) {
    await rejects(await signed(claims, { typ }), "TokenTypeNotAllowed");
  }
  for (const typ of ["JWT", "jwt", "at+jwt", "application/at+jwt"]) {
    assert.equal((await send(await signed(claims, { typ }))).status, 200, typ);
  }
  // Many issuers set no such type, but their logout tokens and other security events have this claim.
  const events = { "http://schemas.openid.net/event/backchannel-logout": {} };
  for (const typ of [undefined, "JWT"]) {
    await rejects(await signed(JSON.stringify({ ...JSON.parse(claims), events }), { typ }), "TokenTypeNotAllowed");
  }
  // A custom claim may have the same name.
  assert.equal((await send(await issuer.token({ events: ["concert"] }))).status, 200);
});

test("a token that was issued to another client is rejected, unless a grant names that client", async () => {
  await rejects(await issuer.token({ azp: "another-client" }), "AuthorizedPartyUnknown");
  await rejects(
    await issuer.token({ azp: "another-client", aud: ["sts-web", "another-client"] }),
    "AuthorizedPartyUnknown",
  );
  assert.equal((await send(await issuer.token({ azp: "sts-web" }))).status, 200);
  const named = await startWorker({ configuration: configurationFor(issuer.issuer, sts, { claims: { azp: "cli" } }) });
  try {
    assert.equal((await send(await issuer.token({ azp: "cli" }), named)).status, 200);
    assert.equal((await send(await issuer.token({ azp: "another-client" }), named)).title, "NoGrant");
  } finally {
    await named.close();
  }
});

test("a subject that is not a string is rejected", async () => {
  for (const sub of [123, true, [], ["alice"], {}, null]) await rejects(await issuer.token({ sub }), "TokenInvalid");
});

// A token that two parsers read differently can be one caller's here and another caller's elsewhere.

const claimsOfAlice = () => JSON.stringify({ iss: issuer.issuer, aud: "sts-web", sub: "alice", exp: now() + 600 });

test("a token that is not in Unicode, or has a null character, is rejected", async () => {
  const claims = claimsOfAlice();
  for (const text of ["\\ud800", "\\udfff", "a\\udc00\\ud800", "alice\\u0000@example.com"]) {
    const { detail } = await rejects(await signed(claims.replace("alice", text)), "TokenMalformed");
    assert.equal(detail, "the token has text that is not valid Unicode, or has a null character");
  }
  for (const name of ["\\ud800", "sub\\u0000"]) {
    await rejects(await signed(claims.replace("{", `{"${name}":"bob",`)), "TokenMalformed");
  }
  const bytes = Buffer.from(claims.replace("alice", "al\xff"), "latin1");
  await rejects(await signed(bytes), "TokenMalformed");
  assert.equal((await send(await signed(claims.replace("alice", "\\ud83d\\ude00")))).status, 200);
});

test("a token with a byte order mark, or that is not an object, is rejected", async () => {
  for (const payload of [`\ufeff${claimsOfAlice()}`, `[${claimsOfAlice()}]`, `${claimsOfAlice()}\0`, "null", ""]) {
    await rejects(await signed(payload), "TokenMalformed");
  }
});

test("a token with a claim twice is rejected, at any depth and however the name is written", async () => {
  const claims = claimsOfAlice();
  for (const start of [
    '{"sub":"bob",',
    `{"iss":"https://other.example.org",`,
    '{"s\\u0075b":"bob",',
    '{"resource_access":{"sts":1,"sts":2},',
    '{"list":[{"a":1,"a":1}],',
  ]) {
    const { detail } = await rejects(await signed(claims.replace("{", start)), "TokenMalformed");
    assert.equal(detail, "the token has a claim or a header parameter twice");
  }
  assert.equal((await send(await signed(claims.replace("{", '{"a":{"sub":"bob"},"b":["sub","sub"],')))).status, 200);
});

test("a token with a header parameter twice, or with b64, is rejected", async () => {
  const { kid } = issuer.key;
  const payload = Buffer.from(claimsOfAlice()).toString("base64url");
  const sendWith = (header) => send(signedParts(Buffer.from(header).toString("base64url"), payload));
  for (const more of [`"alg":"none"`, `"kid":"other"`, `"typ":"logout+jwt","typ":"JWT"`, `"b64":false`, `"b64":null`]) {
    const header = `{${more},"alg":"RS256","kid":"${kid}"}`;
    const { status, title, detail } = await sendWith(header);
    assert.deepEqual([status, title], [401, "TokenMalformed"], header);
    assert.match(detail, more.includes("b64") ? /has b64/ : /twice/);
  }
  assert.equal((await sendWith(`{"alg":"RS256","kid":"${kid}","b64":true}`)).status, 200);
});

test("a token in another base64 than JWTs have is rejected, even if its signature matches", async () => {
  const { kid } = issuer.key;
  const [header, payload] = [JSON.stringify({ alg: "RS256", kid }), claimsOfAlice()].map((text) => {
    // Padded with spaces, so that there are unused bits at the end.
    return Buffer.from(text.padEnd(text.length + (4 - (text.length % 3)))).toString("base64url");
  });
  const valid = signedParts(header, payload);
  assert.equal((await send(valid)).status, 200);
  for (const change of [(part) => `${part}==`, withUnusedBits]) {
    for (const token of [signedParts(change(header), payload), signedParts(header, change(payload))]) {
      await rejects(token, "TokenMalformed");
    }
    const signature = valid.split(".")[2];
    const { detail } = await rejects(`${header}.${payload}.${change(signature)}`, "TokenMalformed");
    assert.equal(detail, "the token is not in base64url without padding, spaces and unused bits");
  }
});

/** Sets a bit at the end of base64url text that no byte contains. */
function withUnusedBits(text) {
  const digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  return text.slice(0, -1) + digits[digits.indexOf(text.at(-1)) + 1];
}

test("an exponent in a number changes nothing: 1e3 is the time 1000", async () => {
  const exp = now() + 600;
  const withExp = (text) => signed(claimsOfAlice().replace(/"exp":\d+/, `"exp":${text}`));
  assert.equal((await send(await withExp(`${exp / 1000}e3`))).status, 200);
  await rejects(await withExp("1e3"), "TokenExpired");
  await rejects(await withExp("1e400"), "TokenLifetimeTooLong");
});

test("a header without a bearer token is rejected with the format to use", async () => {
  for (const authorization of ["Basic YTpi", "Bearer", "Bearer a b", await issuer.token()]) {
    const response = await worker.get("/api/identity", { authorization });
    const { title, detail } = await response.json();
    assert.deepEqual([response.status, title], [401, "TokenMissing"]);
    assert.match(detail, /send `Bearer …`/);
  }
});

test("a token with other claims or a header of the wrong type is rejected, without an internal error", async () => {
  const valid = { iss: issuer.issuer, aud: "sts-web", sub: "alice", exp: now() + 600 };
  for (const wrong of [
    { iat: "now" },
    { iat: [] },
    { exp: "later" },
    { exp: null },
    { nbf: {} },
    { aud: {} },
    { aud: [["sts-web"]] },
    { aud: null },
    { iss: [issuer.issuer] },
    { iss: { toString: 1, valueOf: 1 } },
    { iss: [{ toString: "x" }] },
    { azp: {} },
    { azp: ["sts-web"] },
    { azp: null },
  ]) {
    const { status, title } = await send(await signed(JSON.stringify({ ...valid, ...wrong })));
    assert.equal(status, 401, `${JSON.stringify(wrong)}: ${title}`);
  }
  for (const typ of [7, null, ["JWT"], ["JWT", 1], {}])
    await rejects(await signed(JSON.stringify(valid), { typ }), "TokenTypeNotAllowed");
  for (const payload of ["null", "[]", '"text"', "7", "{", ""]) {
    assert.equal((await send(await signed(payload))).status, 401, payload);
  }
});

test("a claim or header parameter of any type is at most a rejected token, whether or not the token is signed", async () => {
  const header = { alg: "RS256", kid: issuer.key.kid };
  const claims = { iss: issuer.issuer, aud: "sts-web", sub: "alice", exp: now() + 600 };
  const encoded = (/** @type {object} */ part) => Buffer.from(JSON.stringify(part)).toString("base64url");
  const inHeader = ["alg", "kid", "typ", "crit", "jku", "x5c", "cty"];
  const inClaims = ["iss", "aud", "sub", "exp", "nbf", "iat", "azp", "jti", "events"];
  for (const name of [...inHeader, ...inClaims]) {
    for (const value of [
      { toString: 1, valueOf: 1 },
      [{ toString: 1 }],
      [[]],
      {},
      null,
      5,
      true,
      "",
      "x".repeat(3000),
    ]) {
      const parts = [
        encoded({ ...header, ...(inHeader.includes(name) && { [name]: value }) }),
        encoded({ ...claims, ...(inClaims.includes(name) && { [name]: value }) }),
      ];
      for (const token of [signedParts(...parts), `${parts.join(".")}.AAAA`]) {
        const { status, title } = await send(token);
        assert.ok(status === 401 || (status === 200 && !token.endsWith(".AAAA")), `${name}: ${status} ${title}`);
      }
    }
  }
});

test("a token that was issued in the future, or is valid for years, is rejected", async () => {
  const claims = (more) =>
    JSON.stringify({ iss: issuer.issuer, aud: "sts-web", sub: "alice", exp: now() + 600, ...more });
  await rejects(await signed(claims({ iat: now() + 365 * 24 * 3600 })), "TokenNotYetValid");
  await rejects(await signed(claims().replace(/"exp":\d+/, '"exp":1e308')), "TokenLifetimeTooLong");
  await rejects(await signed(claims({ exp: now() + 32 * 24 * 3600 })), "TokenLifetimeTooLong");
  await rejects(await signed(claims({ iat: now() - 40 * 24 * 3600 })), "TokenLifetimeTooLong");
  assert.equal((await send(await signed(claims({ exp: now() + 30 * 24 * 3600 })))).status, 200);
});

test("numbers in claims are compared exactly, however many digits they have", async () => {
  const claims = (number) =>
    `{"iss":"${issuer.issuer}","aud":"numbers","sub":"alice","exp":${now() + 600},"number":${number}}`;
  assert.equal((await send(await signed(claims("9007199254740993")))).title, "NoGrant");
  assert.equal((await send(await signed(claims("9007199254740991")))).title, "NoGrant");
  assert.equal((await send(await signed(claims("9007199254740992")))).status, 200);
  assert.equal((await send(await signed(claims('"9007199254740992"')))).status, 200);
});

// --- Issuers

/**
 * Starts an issuer and a Worker that trusts it. `jwks` replaces the issuer's JWKS: an object, or a function that
 * writes the response.
 */
async function withIssuer(jwks, run, options = {}) {
  const own = await startIssuer();
  const ownWorker = await startWorker({ configuration: configurationFor(own.issuer, sts), ...options });
  own.intercept = (request, response) => {
    if (request.url !== "/jwks" || jwks === undefined) return false;
    if (typeof jwks === "function") jwks(response, request);
    else response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(jwks));
    return true;
  };
  try {
    return await run(own, ownWorker);
  } finally {
    await ownWorker.close();
    own.close();
  }
}

const publicJwk = ({ publicKey, kid }, more = {}) => ({
  ...publicKey.export({ format: "jwk" }),
  kid,
  use: "sig",
  ...more,
});

test("a JWKS over plain http, which anyone on the network path can replace, is not fetched", async () => {
  const own = await startIssuer();
  const fetched = [];
  own.intercept = (request, response) => {
    if (request.url !== "/.well-known/openid-configuration") return false;
    response.end(JSON.stringify({ issuer: own.issuer, jwks_uri: "http://keys.example/jwks" }));
    return true;
  };
  const outbound = async ({ url }) =>
    fetched.push(url) && { status: 200, body: JSON.stringify({ keys: [publicJwk(own.key)] }) };
  const ownWorker = await startWorker({ configuration: configurationFor(own.issuer, sts), outbound });
  try {
    const { status, detail } = await send(await own.token(), ownWorker);
    assert.equal(status, 503);
    assert.match(detail, /jwks_uri does not start with https/);
    assert.deepEqual(fetched, []);
  } finally {
    await ownWorker.close();
    own.close();
  }
});

test("a key that must not be used is rejected with the reason, and does not affect the others", async () => {
  const weak = generateKeyPairSync("rsa", { modulusLength: 1024 });
  const exposed = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const broken = { kty: "RSA", kid: "broken", n: "!", e: "AQAB" };
  const good = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const keys = [
    null,
    "key",
    publicJwk({ publicKey: weak.publicKey, kid: "weak" }),
    { ...exposed.privateKey.export({ format: "jwk" }), kid: "exposed" },
    broken,
    publicJwk({ publicKey: good.publicKey, kid: "good" }),
  ];
  await withIssuer({ keys }, async (own, ownWorker) => {
    const sign = (privateKey, kid) => own.token({}, { privateKey, kid });
    assert.equal((await send(await sign(good.privateKey, "good"), ownWorker)).status, 200);
    // Node and jose do not sign with a short key: the signature does not matter, since the key is rejected first.
    /** @type {[kid: string, privateKey: import("node:crypto").KeyObject, reason: RegExp][]} */
    const rejected = [
      ["weak", good.privateKey, /has 1024 bits/],
      ["exposed", exposed.privateKey, /is a private key/],
      ["broken", good.privateKey, /cannot be read/],
    ];
    for (const [kid, privateKey, reason] of rejected) {
      const { detail } = await rejects(await sign(privateKey, kid), "KeyRejected", ownWorker);
      assert.match(detail, reason);
    }
  });
});

test("an endless or invalid JWKS is reported with the reason", async () => {
  /** @type {[jwks: unknown, reason: RegExp][]} */
  const invalid = [
    [
      (response) => {
        const chunk = Buffer.alloc(64 * 1024, " ");
        const write = () => {
          while (!response.destroyed && response.write(chunk));
        };
        response.on("drain", write).writeHead(200);
        write();
      },
      /returned more than 262144 bytes/,
    ],
    [(response) => response.end("<html>"), /did not return a JSON object/],
    [{ keys: "none" }, /no list of keys/],
    [(response) => response.writeHead(302, { location: "https://elsewhere.example/" }).end(), /status 302/],
  ];
  for (const [jwks, reason] of invalid) {
    await withIssuer(jwks, async (own, ownWorker) => {
      const { status, title, detail } = await send(await own.token(), ownWorker);
      assert.deepEqual([status, title], [503, "IssuerUnreachable"]);
      assert.match(detail, reason);
    });
  }
});

test("a token that was verified before is rejected once it has expired or its key was withdrawn", async () => {
  const clock = { now: Date.now() };
  const own = await startIssuer();
  const ownWorker = await startWorker({ configuration: configurationFor(own.issuer, sts), clock });
  const seconds = () => Math.floor(clock.now / 1000);
  try {
    const short = await own.token({ iat: undefined, exp: seconds() + 60 });
    const long = await own.token({ iat: undefined, exp: seconds() + 7200 });
    for (const token of [short, long, short, long]) assert.equal((await send(token, ownWorker)).status, 200);
    clock.now += 100_000;
    await rejects(short, "TokenExpired", ownWorker);
    assert.equal((await send(long, ownWorker)).status, 200);
    own.rotate();
    clock.now += 10 * 60_000;
    await rejects(long, "KeyUnknown", ownWorker);
    // Another signature over the same claims is another token.
    const [header, payload, signature] = (await own.token({ iat: undefined, exp: seconds() + 600 })).split(".");
    assert.equal((await send(`${header}.${payload}.${signature}`, ownWorker)).status, 200);
    const altered = `${signature.slice(0, 10)}${signature[10] === "A" ? "B" : "A"}${signature.slice(11)}`;
    await rejects(`${header}.${payload}.${altered}`, "SignatureInvalid", ownWorker);
  } finally {
    await ownWorker.close();
    own.close();
  }
});

test("staleKeysSeconds sets how long keys are used while the issuer fails", async () => {
  const clock = { now: Date.now() };
  const own = await startIssuer();
  const configuration = configurationFor(own.issuer, sts, {}, { staleKeysSeconds: 7200 });
  const ownWorker = await startWorker({ configuration, clock });
  const token = () => own.token({ exp: Math.floor(clock.now / 1000) + 7200 });
  try {
    assert.equal((await send(await token(), ownWorker)).status, 200);
    own.intercept = (_, response) => response.writeHead(503).end();
    clock.now += 7_199_000;
    assert.equal((await send(await token(), ownWorker)).status, 200);
    clock.now += 6_000;
    assert.equal((await send(await token(), ownWorker)).status, 503);
  } finally {
    await ownWorker.close();
    own.close();
  }
});

test("while the issuer fails, its keys still verify tokens for an hour, and it gets at most one request and its retry in five seconds", async () => {
  const clock = { now: Date.now() };
  let jwks;
  const failing = (response) => response.writeHead(500).end();
  const own = await startIssuer();
  const ownWorker = await startWorker({ configuration: configurationFor(own.issuer, sts), clock });
  own.intercept = (request, response) => {
    if (request.url !== "/jwks" || !jwks) return false;
    jwks(response);
    return true;
  };
  const fetches = () => own.requests.filter((path) => path === "/jwks").length;
  const token = (options) => own.token({ exp: Math.floor(clock.now / 1000) + 7200 }, options);
  try {
    assert.equal((await send(await token(), ownWorker)).status, 200);
    jwks = failing;
    const before = fetches();
    clock.now += 6_000;
    for (let count = 0; count < 60; count += 1) {
      const { status, retryAfter } = await send(await token({ kid: `unknown-${count}` }), ownWorker);
      assert.deepEqual([status, retryAfter], [503, "5"]);
    }
    // One request and its retry.
    assert.equal(fetches() - before, 2);
    clock.now += 20 * 60_000;
    assert.equal((await send(await token(), ownWorker)).status, 200);
    assert.equal((await send(await token(), ownWorker)).status, 200);
    assert.equal(fetches() - before, 4);
    clock.now += 40 * 60_000;
    const { status, detail } = await send(await token(), ownWorker);
    assert.equal(status, 503);
    assert.match(detail, /failed with status 500/);
    jwks = undefined;
    clock.now += 5_000;
    assert.equal((await send(await token(), ownWorker)).status, 200);
  } finally {
    await ownWorker.close();
    own.close();
  }
});

const DISCOVERY = "/.well-known/openid-configuration";
const TRANSIENT_FAULTS = {
  "status 503": (_, response) => response.writeHead(503).end(),
  "connection reset": (request) => request.socket.destroy(),
  "body cut off": (request, response) => {
    response.writeHead(200, { "content-length": 1_000 }).write("{");
    setTimeout(() => request.socket.destroy(), 20);
  },
};

test("a request for an issuer's document that fails once is retried, also for a key that the issuer has just added", async () => {
  const clock = { now: Date.now() };
  for (const [name, fault] of Object.entries(TRANSIENT_FAULTS)) {
    let failing = [DISCOVERY, "/jwks"];
    await withIssuer(
      undefined,
      async (own, ownWorker) => {
        own.intercept = (request, response) => {
          if (failing[0] !== request.url) return false;
          failing.shift();
          fault(request, response);
          return true;
        };
        assert.equal((await send(await own.token(), ownWorker)).status, 200, name);
        assert.deepEqual(own.requests, [DISCOVERY, DISCOVERY, "/jwks", "/jwks"]);
        clock.now += 6_000;
        failing = ["/jwks"];
        own.rotate({ keepOld: true });
        assert.equal((await send(await own.token(), ownWorker)).status, 200, name);
        assert.deepEqual(failing, []);
      },
      { clock },
    );
  }
});

test("a request that the issuer does not respond to is retried after four seconds", async () => {
  let silent = true;
  const respondSecond = (response) => {
    if (!silent) response.end(JSON.stringify({ keys: [publicJwk(issuer.key)] }));
    silent = false;
  };
  await withIssuer(respondSecond, async (own, ownWorker) => {
    const { privateKey, kid } = issuer.key;
    assert.equal((await send(await own.token({}, { privateKey, kid }), ownWorker)).status, 200);
    assert.deepEqual(own.requests, [DISCOVERY, "/jwks", "/jwks"]);
  });
});

test("a response that a retry would not change is not requested again", async () => {
  for (const status of [301, 302, 404, 429]) {
    const headers = status === 301 ? { location: "https://elsewhere.example/" } : {};
    const jwks = (response) => response.writeHead(status, headers).end();
    await withIssuer(jwks, async (own, ownWorker) => {
      assert.match((await send(await own.token(), ownWorker)).detail, new RegExp(`status ${status}`));
      assert.deepEqual(own.requests, [DISCOVERY, "/jwks"]);
    });
  }
});

test("if the issuer does not respond, the request fails within nine seconds, and cached keys are then used without waiting", async () => {
  const silent = () => {};
  const failed = await withIssuer(
    silent,
    async (own, ownWorker) => {
      const response = await ownWorker.get("/api/identity", { authorization: `Bearer ${await own.token()}` });
      return { status: response.status, elapsed: Number(response.headers.get("test-elapsed")) };
    },
    { fastTimers: true },
  );
  assert.equal(failed.status, 503);
  assert.ok(failed.elapsed >= 4_000 && failed.elapsed < 9_000, `${failed.elapsed} ms`);

  const clock = { now: Date.now() };
  let jwks;
  const waiting = [];
  await withIssuer(
    undefined,
    async (own, ownWorker) => {
      own.intercept = (request, response) => jwks?.(request, response);
      const token = await own.token({ exp: Math.floor(clock.now / 1000) + 7200 });
      assert.equal((await send(token, ownWorker)).status, 200);
      clock.now += 10 * 60_000;
      jwks = TRANSIENT_FAULTS["status 503"];
      assert.equal((await send(token, ownWorker)).status, 200);
      clock.now += 6_000;
      jwks = ({ socket }) => waiting.push(socket);
      // The issuer has not responded to the request that these two start.
      assert.equal((await send(token, ownWorker)).status, 200);
      assert.equal((await send(token, ownWorker)).status, 200);
      // The Worker still waits for it.
      assert.ok(waiting.every(({ destroyed }) => !destroyed));
      for (const socket of waiting) socket.destroy();
    },
    { clock },
  );
});

test("if the issuer moves its keys to another URL, the Worker finds them there", async () => {
  const clock = { now: Date.now() };
  await withIssuer(
    undefined,
    async (own, ownWorker) => {
      const token = () => own.token({ exp: Math.floor(clock.now / 1000) + 7200 });
      assert.equal((await send(await token(), ownWorker)).status, 200);
      const keys = { keys: [publicJwk(own.key)] };
      const documents = { [DISCOVERY]: { issuer: own.issuer, jwks_uri: `${own.issuer}/moved` }, "/moved": keys };
      own.intercept = ({ url }, response) => {
        response.writeHead(documents[url] ? 200 : 404).end(JSON.stringify(documents[url]));
        return true;
      };
      // The first fetch fails, and the next one starts with the discovery document.
      for (let count = 0; count < 2; count += 1) {
        clock.now += 10 * 60_000;
        assert.equal((await send(await token(), ownWorker)).status, 200);
      }
      clock.now += 3_500_000;
      assert.equal((await send(await token(), ownWorker)).status, 200);
      assert.equal(own.requests.at(-1), "/moved");
    },
    { clock },
  );
});

// --- Habits of real issuers

/** Returns an interceptor that responds with these documents, by path: an object, or a function that writes the response. */
const serving = (documents) => (request, response) => {
  const document = documents[request.url];
  if (document === undefined) return false;
  if (typeof document === "function") document(response, request);
  else response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(document));
  return true;
};

test("an algorithm other than RS256 and ES256 works if the grant has it, and else the error says where to set it", async () => {
  /** @type {[alg: string, key: import("node:crypto").KeyPairKeyObjectResult][]} */
  const algorithms = [
    ["ES384", generateKeyPairSync("ec", { namedCurve: "P-384" })],
    ["ES512", generateKeyPairSync("ec", { namedCurve: "P-521" })],
    ["EdDSA", generateKeyPairSync("ed25519")],
    ["PS256", generateKeyPairSync("rsa", { modulusLength: 2048 })],
  ];
  const grants = algorithms.map(([alg, { publicKey }]) => {
    const jwks = { keys: [{ ...publicKey.export({ format: "jwk" }), kid: "key" }] };
    const [grant] = configurationFor(`https://${alg.toLowerCase()}.example`, sts, { jwks }).grants;
    return { ...grant, algorithms: [alg] };
  });
  const [es384] = grants;
  const byDefault = { ...es384, issuer: "https://default.example", algorithms: undefined };
  const configuration = { ...configurationFor("", sts), grants: [...grants, byDefault] };
  const ownWorker = await startWorker({ configuration: JSON.parse(JSON.stringify(configuration)) });
  try {
    for (const [alg, { privateKey }] of algorithms) {
      const token = await issuer.token(
        { iss: `https://${alg.toLowerCase()}.example` },
        { alg, privateKey, kid: "key" },
      );
      assert.equal((await send(token, ownWorker)).status, 200, alg);
    }
    const [[alg, { privateKey }]] = algorithms;
    const token = await issuer.token({ iss: byDefault.issuer }, { alg, privateKey, kid: "key" });
    const { detail } = await rejects(token, "AlgorithmNotAllowed", ownWorker);
    assert.equal(detail, "the token must be signed with RS256 or ES256, as the grant's algorithms say");
  } finally {
    await ownWorker.close();
  }
});

test("Kubernetes's media type, a byte order mark, another content type and compression do not matter", async () => {
  const text = ({ key }) => JSON.stringify({ keys: [{ kty: "AKP", kid: "new" }, publicJwk(key)] });
  const responses = {
    kubernetes: (own, response, { headers }) =>
      headers.accept.includes("application/jwk-set+json")
        ? response.writeHead(200, { "content-type": "application/jwk-set+json" }).end(text(own))
        : response.writeHead(406).end(),
    "byte order mark": (own, response) => response.end(`\ufeff${text(own)}`),
    "text/plain": (own, response) => response.writeHead(200, { "content-type": "text/plain" }).end(text(own)),
    gzip: (own, response) => response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(text(own))),
  };
  for (const [name, respond] of Object.entries(responses)) {
    await withIssuer(undefined, async (own, ownWorker) => {
      own.intercept = serving({ "/jwks": (response, request) => respond(own, response, request) });
      assert.equal((await send(await own.token(), ownWorker)).status, 200, name);
    });
  }
});

test("a discovery document that cannot be used is reported with what to do", async () => {
  const elsewhere = { location: "https://elsewhere.example/" };
  /** @type {[document: (issuer: string) => unknown, detail: RegExp][]} */
  const documents = [
    [() => (response) => response.writeHead(404).end(), /status 404; .* the grant needs `jwksUri` or `jwks`$/],
    [() => (response) => response.writeHead(403).end(), /status 403; .* the grant needs `jwksUri` or `jwks`$/],
    [() => (response) => response.writeHead(301, elsewhere).end(), /redirected \(status 301\), which is not allowed; /],
    [(own) => ({ issuer: own, jwks_uri: "http://10.96.0.1/jwks" }), /does not start with https:\/\/; .* `jwks`$/],
    [
      (own) => ({ issuer: `${own}/` }),
      /differs in the slash at its end; the grant's issuer must be that of the tokens/,
    ],
    [() => ({ issuer: "https://login.example/{tenantid}/v2.0" }), /another issuer; the grant's issuer must be that of/],
  ];
  for (const [document, expected] of documents) {
    await withIssuer(undefined, async (own, ownWorker) => {
      own.intercept = serving({ [DISCOVERY]: document(own.issuer) });
      const { status, detail } = await send(await own.token(), ownWorker);
      assert.equal(status, 503);
      assert.match(detail, expected);
    });
  }
});

test("a token whose issuer differs in a slash or in https:// is rejected with the difference, and its issuer is in the log", async () => {
  const configuration = configurationFor("https://tenant.auth0.example/", sts);
  configuration.grants.push({ ...configuration.grants[0], issuer: "https://accounts.google.example" });
  const ownWorker = await startWorker({ configuration });
  try {
    for (const iss of ["https://tenant.auth0.example", "accounts.google.example", "https://accounts.google.example/"]) {
      const { detail } = await rejects(await issuer.token({ iss }), "IssuerUnknown", ownWorker);
      assert.match(detail, /the grant's issuer differs in https:\/\/ or in the slash at its end$/);
      await ownWorker.logEntry(({ code, reason }) => code === "IssuerUnknown" && reason === iss);
    }
    const { detail } = await rejects(await issuer.token({ iss: "https://other.example" }), "IssuerUnknown", ownWorker);
    assert.equal(detail, "the token's issuer is not in any grant");
  } finally {
    await ownWorker.close();
  }
});

test("a key that is not for this signature is rejected with the reason", async () => {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const keys = [
    publicJwk({ publicKey, kid: "encryption" }, { use: "enc" }),
    publicJwk({ publicKey, kid: "other-algorithm" }, { alg: "RS512" }),
    { kty: "AKP", kid: "post-quantum", alg: "ML-DSA-65", pub: "AAAA" },
    { kty: "RSA", kid: "certificate-only", x5c: ["MIIC"] },
  ];
  await withIssuer({ keys }, async (own, ownWorker) => {
    for (const { kid } of keys) {
      const { detail } = await rejects(await own.token({}, { privateKey, kid }), "KeyRejected", ownWorker);
      assert.match(detail, kid === "certificate-only" ? /cannot be read$/ : /is not for signatures with RS256$/);
    }
  });
});

test("a token of an issuer with two hundred keys, with one ID for several, or without IDs is verified", async () => {
  const { publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const others = Array.from({ length: 199 }, (_, index) => publicJwk({ publicKey, kid: `other-${index}` }));
  await withIssuer(undefined, async (own, ownWorker) => {
    const { kid } = own.key;
    own.intercept = serving({ "/jwks": { keys: [...others, publicJwk({ publicKey, kid }), publicJwk(own.key)] } });
    assert.equal((await send(await own.token(), ownWorker)).status, 200);
    assert.equal((await send(await own.token({}, { kid: null }), ownWorker)).status, 200);
  });
});

test("a forged token without kid is verified with at most 250 keys of its issuer", async () => {
  const { publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const forged = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { kid, ...unnamed } = publicJwk({ publicKey, kid: "" });
  const keys = (count) => ({ keys: Array.from({ length: count }, () => unnamed) });
  for (const [count, title] of /** @type {[number, string][]} */ ([
    [249, "SignatureInvalid"],
    [1_500, "KeyUnknown"],
  ])) {
    await withIssuer(keys(count), async (own, ownWorker) => {
      const options = { alg: "ES256", privateKey: forged.privateKey, kid: null };
      await rejects(await own.token({}, options), title, ownWorker);
    });
  }
});
