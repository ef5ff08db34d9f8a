// The story with no key typed: somebody signs in on the page, which the Worker serves, and has a role.

import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { after, before, test } from "node:test";

import { launch, press, text } from "../browser/chromium.mjs";
import {
  configured,
  freePort,
  roleArn,
  sandbox,
  secrets,
  siteForSandbox,
  startIssuer,
  startWorker,
} from "./fixtures.mjs";

let browser;
let issuer;
let site;
let worker;

before(async () => {
  const port = await freePort();
  site = await siteForSandbox();
  issuer = await startIssuer({ pages: [`http://127.0.0.1:${port}`] });
  const signIn = { issuer: issuer.issuer, clientId: "page", clientSecret: "PAGE_SECRET" };
  const grant = { audience: "page", claims: { sub: ["alice"] }, roles: { "test-role": roleArn } };
  const configuration = configured(issuer.issuer, { endpoint: sandbox.endpoint }, grant, { signIn });
  worker = await startWorker({ configuration, port, site });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await worker?.close();
  issuer?.close();
  if (site) await rm(site, { recursive: true, force: true });
});

/** The page, after signing in as somebody at the issuer's own form. */
async function signedIn(name) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  const said = [];
  page.on("console", (message) => {
    const { url = "" } = message.location();
    // The issuer's own page has a font that is not there, and on this machine the page looks for the other sandbox.
    if (message.type() === "error" && url.startsWith(worker.url) && !url.endsWith("/sandbox.json"))
      said.push(message.text());
  });
  page.on("pageerror", (error) => said.push(String(error)));
  await page.goto(`${worker.url}/`);
  await page.waitForSelector("#worker-sign-in");
  await page.click("#worker-sign-in");
  await page.waitForSelector("input[name=login]");
  await page.type("input[name=login]", name);
  await page.type("input[name=password]", "any");
  await page.click("button[type=submit]");
  await page.waitForSelector("#worker p");
  return { page, context, said };
}

test("sign in, get the role's keys, see who that is, list its buckets: no key is typed", async () => {
  const { page, context, said } = await signedIn("alice");
  assert.equal(page.url(), `${worker.url}/`);
  assert.match(await text(page, "#worker p"), /signed in as alice/);
  await press(page, "#worker-get-keys");
  assert.equal(await text(page, "#news-title"), "You have the role");
  assert.match(await text(page, "#in-words"), /:assumed-role\/test-role\/alice=/);
  assert.match(await text(page, "#key-id"), /^ASIA/);

  await page.click("#use-keys");
  await press(page, "#who-am-i");
  assert.match(await text(page, "#in-words"), /the role test-role in account 123456789012, in the session alice=/);

  await press(page, "#worker-list-buckets");
  assert.match(await text(page, "#values"), /example-photos · 2.*example-reports · 2/);
  assert.equal(JSON.parse(await text(page, "#answer")).Buckets[0].Name, "example-photos");
  assert.deepEqual(said, []);
  await context.close();
});

test("the log has who has signed in, and out", async () => {
  const { page, context } = await signedIn("bob");
  const line = (of) => worker.line(({ route, subject }) => route === of && subject === "bob");
  const { issuer: from, status } = await line("/api/sign-in/callback");
  assert.deepEqual([from, status], [issuer.issuer, 303]);
  await page.click("#worker-sign-out");
  const out = await line("/api/sign-out");
  assert.deepEqual([out.issuer, out.status], [issuer.issuer, 204]);
  await context.close();
});

test("the keys renew themselves from the Worker, and the chain shows one session", async () => {
  const { page, context } = await signedIn("alice");
  await press(page, "#worker-get-keys");
  const asked = page.waitForRequest((request) => request.url().endsWith("/api/credentials"));
  await page.click("#links .renew");
  await asked;
  await page.waitForFunction(() => document.getElementById("said").textContent.includes("renewed"));
  assert.equal(await page.$$eval("#links li", (all) => all.length), 1);
  await context.close();
});

test("what the Worker answers after everything was forgotten is shown to nobody", async () => {
  const { page, context } = await signedIn("alice");
  await page.setRequestInterception(true);
  const held = new Promise((resolve) => {
    page.on("request", (request) =>
      request.url().endsWith("/api/credentials") ? resolve(request) : request.continue(),
    );
  });
  await page.click("#worker-get-keys");
  const request = await held;
  await page.click("#forget");
  await request.continue().catch(() => {});
  await page.waitForFunction(() => !document.getElementById("worker-get-keys").disabled);
  assert.deepEqual(await page.evaluate(() => ["chain", "news"].map((id) => document.getElementById(id).hidden)), [
    true,
    true,
  ]);
  await context.close();
});

test("no script sees the token: it is in a cookie that only the Worker reads, and opens", async () => {
  const { page, context } = await signedIn("alice");
  const cookies = await context.cookies();
  const session = cookies.find(({ name }) => name === "sts-web-session");
  assert.deepEqual([session.httpOnly, session.sameSite, session.path], [true, "Strict", "/"]);
  assert.ok(!session.value.includes("eyJ"), "the token lies open");
  assert.ok(!cookies.some(({ name }) => name === "sts-web-sign-in"), "the sign-in's own cookie is still there");
  assert.equal(await page.evaluate(() => document.cookie), "");
  assert.ok(!(await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))).includes("eyJ"));
  // A cookie that was altered is none.
  const altered = `sts-web-session=${session.value.slice(0, -2)}AA`;
  assert.equal((await worker.get("/api/identity", { cookie: altered })).status, 401);
  assert.equal((await worker.get("/api/identity", { cookie: `sts-web-session=${session.value}` })).status, 200);
  await context.close();
});

test("another site cannot use the session", async () => {
  const { context } = await signedIn("alice");
  const elsewhere = await context.newPage();
  await elsewhere.goto(`${issuer.issuer}/.well-known/openid-configuration`);
  const result = await elsewhere.evaluate(async (url) => {
    const init = {
      method: "POST",
      credentials: "include",
      headers: { "content-type": "application/json" },
      body: '{"role":"test-role"}',
    };
    return fetch(url, init).then(
      (response) => response.status,
      (error) => error.name,
    );
  }, `${worker.url}/api/credentials`);
  assert.equal(result, "TypeError");
  await context.close();
});

test("somebody whom no grant is for is told so, and signs out", async () => {
  const { page, context } = await signedIn("mallory");
  assert.match(await text(page, "#worker p"), /no role is yours/);
  await page.click("#worker-sign-out");
  await page.waitForSelector("#worker-sign-in");
  assert.equal((await context.cookies()).filter(({ name }) => name === "sts-web-session").length, 0);
  await context.close();
});

test("a sign-in that was begun elsewhere, or answered with another's state, is refused", async () => {
  const callback = "/api/sign-in/callback?code=abc&state=of-another";
  assert.deepEqual(await title(await worker.get(callback)), [400, "SignInNotBegun"]);
  const begun = await worker.get("/api/sign-in");
  assert.equal(begun.status, 303);
  const there = new URL(begun.headers.get("location"));
  assert.equal(there.searchParams.get("code_challenge_method"), "S256");
  const cookie = begun.headers.get("set-cookie");
  assert.match(cookie, /; HttpOnly; SameSite=Lax/);
  for (const name of ["state", "nonce"]) assert.ok(!cookie.includes(there.searchParams.get(name)));
  const refused = await worker.get(callback, { cookie: cookie.split(";")[0] });
  assert.deepEqual(await title(refused), [403, "SignInFailed"]);
  const wrongCode = `/api/sign-in/callback?code=abc&state=${there.searchParams.get("state")}&iss=${encodeURIComponent(issuer.issuer)}`;
  const answer = await worker.get(wrongCode, { cookie: cookie.split(";")[0] });
  assert.deepEqual(await title(answer), [403, "SignInFailed"]);
  assert.ok(!worker.logged.join().includes(secrets.PAGE_SECRET));
});

test("an issuer that never answers for the code: whoever signs in is told within ten seconds", async () => {
  const begun = await worker.get("/api/sign-in");
  const state = new URL(begun.headers.get("location")).searchParams.get("state");
  const callback = `${worker.url}/api/sign-in/callback?code=abc&state=${state}&iss=${encodeURIComponent(issuer.issuer)}`;
  const headers = { cookie: begun.headers.get("set-cookie").split(";")[0] };
  issuer.spoil = ({ url }) => url === "/token";
  try {
    const answer = await fetch(callback, { headers, redirect: "manual", signal: AbortSignal.timeout(10_000) });
    assert.equal(answer.headers.get("retry-after"), "5");
    assert.deepEqual(await title(answer), [503, "IssuerUnreachable"]);
  } finally {
    issuer.spoil = undefined;
  }
});

async function title(response) {
  return [response.status, (await response.json()).title];
}
