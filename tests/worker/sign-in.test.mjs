// The page's sign-in and its session, request by request. `page.test.mjs` does the same in a browser.

import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";

import { configurationFor } from "./configurations.mjs";
import { startIssuer } from "./issuer.mjs";
import { startWorker } from "./running-worker.mjs";
import { issuer, sts } from "./services.mjs";

const HOUR = 3_600_000;
const OPERATOR_SECRET = "o".repeat(32);
let clock;
let worker;
/** The issuer's response to a request for tokens. */
let tokenResponse;
let tokenRequests;

before(async () => {
  clock = { now: Date.now() };
  worker = await startWorker({ ...settings(), clock });
});
afterEach(() => {
  tokenResponse = undefined;
  issuer.intercept = undefined;
});
after(async () => {
  await worker?.close();
});

function settings() {
  const signIn = {
    issuer: issuer.issuer,
    clientId: "page",
    clientSecret: "PAGE_SECRET",
    scope: "openid offline_access",
  };
  return {
    configuration: configurationFor(issuer.issuer, sts, { audience: "page" }, { signIn }),
    bindings: { OPERATOR_SECRET },
  };
}

const seconds = () => Math.floor(clock.now / 1000);
const callback = (parameters) =>
  `/api/sign-in/callback?${new URLSearchParams({ iss: issuer.issuer, code: "the-code", ...parameters })}`;
const failedWith = (code) => [303, `/?sign-in=${code}`];
const destination = ({ status, headers }) => [status, headers.get("location")];

/** Handles requests for tokens with `tokenResponse`. */
function interceptTokens() {
  tokenRequests = [];
  issuer.intercept = (request, response) => {
    if (request.url !== "/token") return false;
    (async () => {
      let body = "";
      for await (const chunk of request.setEncoding("utf8")) body += chunk;
      const form = new URLSearchParams(body);
      tokenRequests.push(form);
      const { status = 200, ...json } = await tokenResponse(form, request.headers);
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(json));
    })();
    return true;
  };
}

/** Begins a sign-in. Returns the parameters of the issuer's URL and the cookie. */
async function begin(of = worker, headers = {}) {
  const response = await of.get("/api/sign-in", headers);
  assert.equal(response.status, 303);
  const { searchParams } = new URL(response.headers.get("location"));
  return {
    state: searchParams.get("state"),
    nonce: searchParams.get("nonce"),
    cookie: response.headers.get("set-cookie").split(";")[0],
  };
}

/**
 * Signs in. Returns the session's cookie.
 * @param {Record<string, unknown>} [claims]
 * @param {Record<string, any>} [options] The Worker, the `lifetime` of the token in seconds, and more members of the
 *   issuer's response.
 */
async function signIn(claims = {}, { of = worker, lifetime = 600, ...more } = {}) {
  interceptTokens();
  const { state, nonce, cookie } = await begin(of);
  const idToken = () => issuer.token({ aud: "page", nonce, iat: seconds(), exp: seconds() + lifetime, ...claims });
  tokenResponse = async () => ({ access_token: "a", token_type: "Bearer", id_token: await idToken(), ...more });
  const response = await of.get(callback({ state }), { cookie });
  assert.deepEqual(destination(response), [303, "/"]);
  return response.headers.getSetCookie()[0].split(";")[0];
}

/** Starts a Worker for `use`. Its objects have what those of earlier ones have stored in the folder `persist`. */
async function deployed(configuration, persist, use) {
  const { bindings } = settings();
  const own = await startWorker({ configuration, bindings, persist, clock });
  try {
    return await use(own);
  } finally {
    await own.close();
  }
}

/** Requests the identity with a session's cookie. Returns the status, and the caller or the error's code. */
async function identity(cookie, headers = {}) {
  const response = await worker.get("/api/identity", { cookie, ...headers });
  const { caller, title, detail } = await response.json();
  return { status: response.status, subject: caller?.subject, title, detail };
}

test("three hundred sign-ins fetch the issuer's discovery document once, and an address can begin 120 in a minute", async () => {
  const own = await startWorker({ ...settings(), limit: 120 });
  const before = issuer.requests.length;
  try {
    const locations = [];
    for (let count = 0; count < 300; count += 1)
      locations.push((await own.get("/api/sign-in")).headers.get("location"));
    const begun = locations.filter((location) => location.startsWith(issuer.issuer)).length;
    // During the test a new minute may begin, with a new count.
    assert.ok(begun >= 120 && begun <= 240, `${begun} sign-ins`);
    assert.equal(locations.filter((location) => location === "/?sign-in=TooManyRequests").length, 300 - begun);
    assert.deepEqual(issuer.requests.slice(before), ["/.well-known/openid-configuration"]);
  } finally {
    await own.close();
  }
});

test("if the issuer's discovery document fails once, the sign-in continues; if it fails twice, the page says so", async () => {
  for (const [failures, expected] of /** @type {[number, RegExp][]} */ ([
    [1, new RegExp(`^${issuer.issuer}/auth\\?`)],
    [2, /^\/\?sign-in=IssuerUnreachable$/],
  ])) {
    let left = failures;
    issuer.intercept = (_, response) => left-- > 0 && response.writeHead(503).end();
    const own = await startWorker(settings());
    try {
      assert.match((await own.get("/api/sign-in")).headers.get("location"), expected);
    } finally {
      await own.close();
    }
  }
});

test("if nobody can sign in at the issuer, the page says so, and the log has the reason", async () => {
  for (const endpoint of [undefined, "http://login.example/authorize", "javascript:alert(1)", 7]) {
    issuer.intercept = (_, response) =>
      response.end(JSON.stringify({ issuer: issuer.issuer, authorization_endpoint: endpoint }));
    const own = await startWorker(settings());
    try {
      assert.equal((await own.get("/api/sign-in")).headers.get("location"), "/?sign-in=IssuerUnreachable");
      const reason = "the discovery document's authorization_endpoint does not start with https://";
      await own.logEntry(({ signIn }) => signIn === reason);
    } finally {
      await own.close();
    }
  }
});

test("a state can be used once: with a replayed cookie, no further code is sent to the issuer", async () => {
  interceptTokens();
  tokenResponse = () => ({ status: 400, error: "invalid_grant" });
  const { state, cookie } = await begin();
  assert.deepEqual(destination(await worker.get(callback({ state }), { cookie })), failedWith("SignInFailed"));
  for (let count = 0; count < 20; count += 1) {
    const response = await worker.get(callback({ state, code: `guess-${count}` }), { cookie });
    assert.deepEqual(destination(response), failedWith("SignInNotBegun"));
  }
  assert.equal(tokenRequests.length, 1);
});

test("whatever fails at the issuer, the browser is redirected to the page, with the error's code", async () => {
  interceptTokens();
  const { state, cookie } = await begin();
  const canceled = `/api/sign-in/callback?${new URLSearchParams({ iss: issuer.issuer, error: "access_denied", state })}`;
  assert.deepEqual(destination(await worker.get(canceled, { cookie })), failedWith("SignInCancelled"));
  // A bookmarked callback, and the first of two tabs.
  assert.deepEqual(destination(await worker.get(callback({ state }))), failedWith("SignInNotBegun"));
  const second = await begin();
  assert.deepEqual(
    destination(await worker.get(callback({ state }), { cookie: second.cookie })),
    failedWith("SignInFailed"),
  );
  tokenResponse = () => ({ status: 500 });
  assert.deepEqual(
    destination(await worker.get(callback(second), { cookie: second.cookie })),
    failedWith("SignInFailed"),
  );
  await worker.logEntry(({ route, code }) => route === "/api/sign-in/callback" && code === "SignInCancelled");

  const own = await startWorker(settings());
  try {
    issuer.intercept = ({ socket }) => socket.destroy();
    assert.deepEqual(destination(await own.get("/api/sign-in")), failedWith("IssuerUnreachable"));
  } finally {
    await own.close();
  }
});

test("the client secret is sent in the way that the issuer accepts: in the header by default, or in the body", async () => {
  const discovery = await (await fetch(`${issuer.issuer}/.well-known/openid-configuration`)).json();
  const PAGE_SECRET = "GOCSPX-a_b.c~d/e+f%g:h";
  // Also for issuers that do not decode it, whose secrets have at most the first of these characters.
  const header = `Basic ${btoa("page:GOCSPX-a_b.c~d%2Fe%2Bf%25g%3Ah")}`;
  for (const [methods, authorization, secret] of /** @type {[unknown, string | undefined, string | null][]} */ ([
    [["client_secret_post"], undefined, PAGE_SECRET],
    [["private_key_jwt", "client_secret_post"], undefined, PAGE_SECRET],
    [["client_secret_basic", "client_secret_post"], header, null],
    [["client_secret_basic"], header, null],
    [["private_key_jwt"], header, null],
    [undefined, header, null],
    ["client_secret_post", header, null],
  ])) {
    interceptTokens();
    const tokens = issuer.intercept;
    issuer.intercept = (request, response) => {
      if (request.url !== "/.well-known/openid-configuration") return tokens(request, response);
      response.end(JSON.stringify({ ...discovery, token_endpoint_auth_methods_supported: methods }));
      return true;
    };
    const own = await startWorker({ ...settings(), bindings: { PAGE_SECRET }, clock });
    try {
      const { state, nonce, cookie } = await begin(own);
      /** @type {unknown[]} */
      let sent = [];
      tokenResponse = async (form, headers) => {
        sent = [headers.authorization, form.get("client_secret")];
        const id_token = await issuer.token({ aud: "page", nonce, iat: seconds(), exp: seconds() + 600 });
        return { access_token: "a", token_type: "Bearer", id_token };
      };
      assert.deepEqual(destination(await own.get(callback({ state }), { cookie })), [303, "/"]);
      assert.deepEqual(sent, [authorization, secret], String(methods));
    } finally {
      await own.close();
    }
  }
});

test("a sign-in with a token that the Worker does not accept fails with the reason, and starts no session", async () => {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  for (const [claims, key, code] of /** @type {[object, object, string][]} */ ([
    [{ exp: seconds() + 40 * 24 * 3600 }, {}, "TokenLifetimeTooLong"],
    [{ events: {} }, {}, "TokenTypeNotAllowed"],
    [{}, { privateKey }, "SignatureInvalid"],
    [{}, { kid: "unknown" }, "KeyUnknown"],
  ])) {
    interceptTokens();
    const { state, nonce, cookie } = await begin();
    tokenResponse = async () => {
      const id_token = await issuer.token({ aud: "page", nonce, iat: seconds(), exp: seconds() + 600, ...claims }, key);
      return { access_token: "a", token_type: "Bearer", id_token };
    };
    const response = await worker.get(callback({ state }), { cookie });
    assert.deepEqual(destination(response), failedWith(code));
    assert.deepEqual(response.headers.getSetCookie(), []);
    await worker.logEntry((entry) => entry.route === "/api/sign-in/callback" && entry.code === code);
  }
});

test("a sign-out ends the session on the server: a copy of its cookie is rejected", async () => {
  const cookie = await signIn();
  assert.equal((await identity(cookie)).subject, "alice");
  assert.equal((await worker.post("/api/sign-out", {}, { cookie })).status, 204);
  const { status, title, detail } = await identity(cookie);
  assert.deepEqual([status, title], [401, "SessionEnded"]);
  assert.match(detail, /sign in again/);
});

test("altered and forged cookies are rejected, and cookies from before a new STORAGE_KEY", async () => {
  const [name, value] = (await signIn()).split("=");
  const [start, end] = value.split(".");
  const forged = Buffer.from(JSON.stringify({ owner: "o", id: "i" })).toString("base64url");
  for (const altered of [`${start}.${end.slice(0, -2)}AA`, `${start}.`, `.${end}`, forged, `${start}.${forged}`, "x"]) {
    assert.equal((await identity(`${name}=${altered}`)).title, "SessionEnded", altered);
  }
  assert.equal((await identity(`${name}=`)).title, "TokenMissing");
  assert.equal((await identity(`${name}=${value}`)).status, 200);

  const bindings = { STORAGE_KEY: Buffer.alloc(32, 9).toString("base64") };
  const own = await startWorker({ ...settings(), bindings });
  try {
    const response = await own.get("/api/identity", { cookie: `${name}=${value}` });
    assert.equal((await response.json()).title, "SessionEnded");
  } finally {
    await own.close();
  }
});

test("a token of any size is accepted, and if Entra omits the groups, the error says so", async () => {
  const groups = Array.from({ length: 500 }, () => crypto.randomUUID());
  assert.equal((await identity(await signIn({ groups }))).subject, "alice");

  const configuration = configurationFor(issuer.issuer, sts, { claims: { groups: ["engineers"] } });
  const own = await startWorker({ configuration });
  try {
    for (const overage of [{ _claim_names: { groups: "src1" } }, { hasgroups: true }]) {
      const authorization = `Bearer ${await issuer.token(overage)}`;
      const response = await own.get("/api/identity", { authorization });
      const { title, detail } = await response.json();
      assert.deepEqual([response.status, title], [403, "NoGrant"]);
      assert.match(detail, /Entra omitted because the user is in too many groups/);
    }
  } finally {
    await own.close();
  }
});

test("another site, even on the same domain, cannot use credentials that the browser sends by itself", async () => {
  const cookie = await signIn();
  const access = {
    "cf-access-jwt-assertion": await issuer.token({ aud: "page", iat: undefined, exp: seconds() + 600 }),
  };
  for (const site of ["same-site", "cross-site"]) {
    assert.equal((await identity(cookie, { "sec-fetch-site": site })).status, 401, site);
    assert.equal((await identity("", { ...access, "sec-fetch-site": site })).status, 401, site);
  }
  for (const site of ["same-origin", "none"]) {
    assert.equal((await identity(cookie, { "sec-fetch-site": site })).status, 200, site);
    assert.equal((await identity("", { ...access, "sec-fetch-site": site })).status, 200, site);
  }
});

test("behind Cloudflare Access, whose tokens may match no grant, a person can sign in on the page", async () => {
  const exp = seconds() + 12 * 3600;
  const fence = { "cf-access-jwt-assertion": await issuer.token({ iss: "https://octo.cloudflareaccess.com", exp }) };
  const granted = { "cf-access-jwt-assertion": await issuer.token({ aud: "page", sub: "ada", iat: undefined, exp }) };
  const pageCaller = async (cookie, headers) =>
    (await (await worker.get("/worker.json", { cookie, ...headers })).json()).caller;
  assert.equal((await identity("", fence)).title, "IssuerUnknown");
  assert.equal((await identity("", granted)).subject, "ada");

  const cookie = await signIn();
  for (const headers of [fence, granted]) {
    assert.equal((await identity(cookie, headers)).subject, "alice");
    const { subject, sessionSeconds } = await pageCaller(cookie, headers);
    assert.deepEqual([subject, sessionSeconds > 500], ["alice", true]);
  }
  // The browser keeps the cookie of an ended session. Access still identifies the caller.
  clock.now += 11 * 60_000;
  assert.equal((await identity(cookie)).title, "SessionEnded");
  assert.equal((await identity(cookie, granted)).subject, "ada");
  const { subject, sessionSeconds } = await pageCaller(cookie, granted);
  assert.deepEqual([subject, sessionSeconds], ["ada", undefined]);
});

test("if the Worker no longer accepts the token of a session, Cloudflare Access identifies the caller", async () => {
  const persist = await mkdtemp(join(tmpdir(), "sts-web-objects-"));
  const access = await startIssuer();
  const headers = {
    "cf-access-jwt-assertion": await access.token({ sub: "ada", iat: seconds(), exp: seconds() + 600 }),
  };
  try {
    const { configuration } = settings();
    const [grant] = configuration.grants;
    configuration.grants.push({ ...grant, name: "access", issuer: access.issuer, audience: "sts-web" });
    const cookie = await deployed(configuration, persist, (own) => signIn({}, { of: own }));
    // An outage of the issuer does not change who a person is.
    issuer.intercept = (_, response) => response.writeHead(503).end();
    await deployed(configuration, persist, async (own) => {
      const response = await own.get("/api/identity", { cookie, ...headers });
      assert.deepEqual([response.status, (await response.json()).title], [503, "IssuerUnreachable"]);
    });
    issuer.intercept = undefined;
    // The browser still has the cookie when a deployment replaces the sign-in with Access.
    configuration.grants.shift();
    delete configuration.signIn;
    await deployed(configuration, persist, async (own) => {
      const caller = async (path, more) => (await (await own.get(path, { cookie, ...more })).json()).caller;
      assert.equal((await caller("/api/identity", headers))?.subject, "ada");
      const { subject, sessionSeconds } = await caller("/worker.json", headers);
      assert.deepEqual([subject, sessionSeconds], ["ada", undefined]);
      assert.equal(await caller("/worker.json"), undefined);
    });
  } finally {
    access.close();
    await rm(persist, { recursive: true, force: true });
  }
});

test("an expired token is refreshed once for concurrent requests, with the latest refresh token, for twelve hours", async () => {
  const cookie = await signIn({}, { lifetime: 600, refresh_token: "refresh-0" });
  let serial = 0;
  tokenResponse = async (form) => {
    assert.equal(form.get("grant_type"), "refresh_token");
    assert.equal(form.get("refresh_token"), `refresh-${serial}`);
    serial += 1;
    const id_token = await issuer.token({ aud: "page", iat: seconds(), exp: seconds() + 600 });
    return { access_token: "a", token_type: "Bearer", id_token, refresh_token: `refresh-${serial}` };
  };
  const { caller } = await (await worker.get("/worker.json", { cookie })).json();
  assert.equal(caller.sessionSeconds, (12 * HOUR) / 1000);
  for (let round = 1; round <= 3; round += 1) {
    clock.now += 15 * 60_000;
    const all = await Promise.all(Array.from({ length: 20 }, () => identity(cookie)));
    assert.ok(all.every(({ status }) => status === 200));
    assert.equal(serial, round);
  }
  clock.now += 12 * HOUR;
  assert.equal((await identity(cookie)).title, "SessionEnded");
  assert.equal(serial, 3);
});

test("however many requests have an expired session, its refresh token is sent to the issuer once in five seconds", async () => {
  const rejected = () => ({ status: 400, error: "invalid_grant" });
  const withoutIdToken = () => ({ access_token: "a", token_type: "Bearer", refresh_token: "next" });
  for (const refreshed of [rejected, withoutIdToken]) {
    const cookie = await signIn({}, { refresh_token: "first" });
    tokenResponse = refreshed;
    tokenRequests = [];
    clock.now += 9.5 * 60_000;
    for (let count = 0; count < 10; count += 1) assert.equal((await identity(cookie)).status, 200);
    assert.equal(tokenRequests.length, 1);
    clock.now += 60_000;
    for (let count = 0; count < 10; count += 1) {
      assert.equal((await identity(cookie)).title, "SessionEnded");
      assert.equal((await (await worker.get("/worker.json", { cookie })).json()).caller, undefined);
    }
    assert.equal(tokenRequests.length, 2);
  }
});

test("if the issuer does not refresh the token, the session ends when the token expires", async () => {
  const cookie = await signIn({}, { refresh_token: "withdrawn" });
  tokenResponse = () => ({ status: 400, error: "invalid_grant" });
  clock.now += 9.5 * 60_000;
  assert.equal((await identity(cookie)).status, 200);
  clock.now += 60_000;
  assert.equal((await identity(cookie)).title, "SessionEnded");

  const withoutRefreshToken = await signIn();
  clock.now += 11 * 60_000;
  assert.equal((await identity(withoutRefreshToken)).title, "SessionEnded");
  assert.equal((await (await worker.get("/worker.json", { cookie: withoutRefreshToken })).json()).caller, undefined);
});

test("if a grant identifies people by email, the log has their sub, too, under which their sessions can be dropped", async () => {
  const persist = await mkdtemp(join(tmpdir(), "sts-web-objects-"));
  const { configuration } = settings();
  const [grant] = configuration.grants;
  grant.subjectClaim = "email";
  const person = { sub: "00u123", email: "ada@example.org" };
  const drop = async (of, subject) => {
    const body = { issuer: issuer.issuer, subject };
    return (await of.post("/api/drop", body, { authorization: `Bearer ${OPERATOR_SECRET}` })).json();
  };
  try {
    const cookie = await deployed(configuration, persist, async (own) => {
      const cookie = await signIn(person, { of: own });
      assert.equal((await own.post("/api/credentials", { role: "reader" }, { cookie })).status, 200);
      const { subject, sub } = await own.logEntry(({ route }) => route === "/api/credentials");
      assert.deepEqual({ sub, email: subject }, person);
      // As in the service tokens of Cloudflare Access, which have no sessions.
      const service = { aud: "page", sub: "", email: "service", iat: seconds(), exp: seconds() + 600 };
      const authorization = `Bearer ${await issuer.token(service)}`;
      assert.equal((await own.get("/api/identity", { authorization })).status, 200);
      assert.equal("sub" in (await own.logEntry((entry) => entry.subject === "service")), false);
      return cookie;
    });
    // As README's "Incidents" says: the grant is narrowed before the drop, and not removed.
    grant.claims = { sub: "nobody" };
    await deployed(configuration, persist, async (own) => {
      assert.equal((await own.get("/api/identity", { cookie })).status, 403);
      assert.deepEqual(await drop(own, person.email), { credentials: 1, sessions: 0 });
      assert.deepEqual(await drop(own, person.sub), { credentials: 0, sessions: 1 });
      assert.equal((await own.get("/api/identity", { cookie })).status, 401);
    });
  } finally {
    await rm(persist, { recursive: true, force: true });
  }
});

test("an operator's drop also ends the caller's sessions", async () => {
  const cookie = await signIn({ sub: "suspect" });
  const body = { issuer: issuer.issuer, subject: "suspect" };
  const response = await worker.post("/api/drop", body, { authorization: `Bearer ${OPERATOR_SECRET}` });
  assert.deepEqual(await response.json(), { credentials: 0, sessions: 1 });
  assert.equal((await identity(cookie)).title, "SessionEnded");
});
