// The page served by the Worker: a person signs in and gets role credentials without typing an access key.

import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { after, before, test } from "node:test";

import { launch, press, text } from "../browser/chromium.mjs";
import {
  configurationFor,
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
  const configuration = configurationFor(issuer.issuer, { endpoint: sandbox.endpoint }, grant, { signIn });
  worker = await startWorker({ configuration, port, site });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await worker?.close();
  issuer?.close();
  if (site) await rm(site, { recursive: true, force: true });
});

/** Opens the page and signs in at the issuer under this name. */
async function signIn(name) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  const errors = [];
  page.on("console", (message) => {
    const { url = "" } = message.location();
    // The issuer's page loads a font that does not exist, and the page looks for a local sandbox.
    if (message.type() === "error" && url.startsWith(worker.url) && !url.endsWith("/sandbox.json"))
      errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(String(error)));
  await page.goto(`${worker.url}/`);
  await page.waitForSelector("#worker-sign-in");
  await page.click("#worker-sign-in");
  await page.waitForSelector("input[name=login]");
  await page.type("input[name=login]", name);
  await page.type("input[name=password]", "any");
  await page.click("button[type=submit]");
  await page.waitForSelector("#worker p");
  return { page, context, errors };
}

test("after signing in, a person gets role credentials, sees their identity and lists buckets", async () => {
  const { page, context, errors } = await signIn("alice");
  assert.equal(page.url(), `${worker.url}/`);
  assert.match(await text(page, "#worker p"), /Signed in as alice/);
  await press(page, "#worker-get-credentials");
  assert.equal(await text(page, "#outcome-title"), "Role credentials");
  assert.match(await text(page, "#summary"), /:assumed-role\/test-role\/alice=/);
  assert.match(await text(page, "#result-access-key-id"), /^ASIA/);

  await page.click("#use-credentials");
  await press(page, "#who-am-i");
  assert.match(await text(page, "#summary"), /the role test-role in account 123456789012, session alice=/);

  await press(page, "#worker-list-buckets");
  assert.match(await text(page, "#output-members"), /example-photos · 2.*example-reports · 2/);
  assert.equal(JSON.parse(await text(page, "#output-json")).Buckets[0].Name, "example-photos");
  assert.deepEqual(errors, []);
  await context.close();
});

test("sign-in and sign-out are logged with the caller", async () => {
  const { page, context } = await signIn("bob");
  const entryFor = (path) => worker.logEntry(({ route, subject }) => route === path && subject === "bob");
  const { issuer: loggedIssuer, status } = await entryFor("/api/sign-in/callback");
  assert.deepEqual([loggedIssuer, status], [issuer.issuer, 303]);
  await page.click("#worker-sign-out");
  const signOut = await entryFor("/api/sign-out");
  assert.deepEqual([signOut.issuer, signOut.status], [issuer.issuer, 204]);
  await context.close();
});

test("auto-renew gets new credentials from the Worker for the same session", async () => {
  const { page, context } = await signIn("alice");
  await press(page, "#worker-get-credentials");
  const renewal = page.waitForRequest((request) => request.url().endsWith("/api/credentials"));
  await page.click("#session-list .renew");
  await renewal;
  await page.waitForFunction(() => document.getElementById("status").textContent.includes("renewed"));
  assert.equal(await page.$$eval("#session-list li", (all) => all.length), 1);
  await context.close();
});

test("a response that arrives after everything was cleared is not shown", async () => {
  const { page, context } = await signIn("alice");
  await page.setRequestInterception(true);
  const paused = new Promise((resolve) => {
    page.on("request", (request) =>
      request.url().endsWith("/api/credentials") ? resolve(request) : request.continue(),
    );
  });
  await page.click("#worker-get-credentials");
  const request = await paused;
  await page.click("#forget");
  await request.continue().catch(() => {});
  await page.waitForFunction(() => !document.getElementById("worker-get-credentials").disabled);
  assert.deepEqual(await page.evaluate(() => ["sessions", "outcome"].map((id) => document.getElementById(id).hidden)), [
    true,
    true,
  ]);
  await context.close();
});

test("scripts cannot read the token: the browser has only the ID of the session, in an HttpOnly cookie", async () => {
  const { page, context } = await signIn("alice");
  const cookies = await context.cookies();
  const session = cookies.find(({ name }) => name === "sts-web-session");
  assert.deepEqual([session.httpOnly, session.sameSite, session.path], [true, "Strict", "/"]);
  assert.ok(!session.value.includes("eyJ"), "the token is readable");
  assert.ok(
    !cookies.some(({ name }) => name === "sts-web-sign-in"),
    "the cookie of the pending sign-in was not deleted",
  );
  assert.equal(await page.evaluate(() => document.cookie), "");
  assert.ok(!(await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))).includes("eyJ"));
  // An altered cookie is ignored.
  const altered = `sts-web-session=${session.value.slice(0, -2)}AA`;
  assert.equal((await worker.get("/api/identity", { cookie: altered })).status, 401);
  assert.equal((await worker.get("/api/identity", { cookie: `sts-web-session=${session.value}` })).status, 200);
  await context.close();
});

test("another site cannot use the session", async () => {
  const { context } = await signIn("alice");
  const elsewhere = await context.newPage();
  await elsewhere.goto(`${issuer.issuer}/.well-known/openid-configuration`);
  const result = await elsewhere.evaluate(async (url) => {
    /** @type {RequestInit} */
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

test("a person without a grant is told so, and can sign out", async () => {
  const { page, context } = await signIn("mallory");
  assert.match(await text(page, "#worker p"), /no role is assigned to you/);
  await page.click("#worker-sign-out");
  await page.waitForSelector("#worker-sign-in");
  assert.equal((await context.cookies()).filter(({ name }) => name === "sts-web-session").length, 0);
  await context.close();
});

test("after a failed sign-in, the page shows the reason, once", async () => {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.goto(`${worker.url}/api/sign-in/callback?code=abc&state=bookmarked`);
  await page.waitForSelector("#worker-failure");
  assert.match(await text(page, "#worker-failure"), /took too long, or was started in another browser/);
  assert.ok(await page.$("#worker-sign-in"));
  assert.equal(page.url(), `${worker.url}/`);
  for (const code of ["SignInCancelled", "SignInFailed", "IssuerUnreachable", "TooManyRequests", "<b>unknown</b>"]) {
    await page.goto(`${worker.url}/?sign-in=${encodeURIComponent(code)}`);
    await page.waitForSelector("#worker-failure");
    assert.equal(await page.$$eval("#worker-failure *", (all) => all.length), 0);
  }
  await page.reload();
  await page.waitForSelector("#worker-sign-in");
  assert.equal(await page.$("#worker-failure"), null);
  await context.close();
});

test("when the session has ended, the page says so, and after a sign-in in another tab it still has its credentials", async () => {
  const { page, context } = await signIn("alice");
  await press(page, "#worker-get-credentials");
  assert.equal(await page.$eval("#worker-notice", (notice) => /** @type {HTMLElement} */ (notice).hidden), true);
  await context.deleteCookie(...(await context.cookies()).filter(({ name }) => name === "sts-web-session"));
  await press(page, "#worker-get-credentials");
  await page.waitForSelector("#worker-notice:not([hidden])");
  assert.match(await text(page, "#worker-notice"), /Your sign-in has ended. Nothing here is lost/);
  const known = new Set(browser.targets());
  const opened = browser.waitForTarget((target) => target.type() === "page" && !known.has(target));
  await page.click("#worker-sign-in-again");
  const tab = await (await opened).page();
  await tab.waitForSelector("#worker-role");
  await page.bringToFront();
  await page.waitForSelector("#worker-notice[hidden]");
  assert.equal(await page.$$eval("#sessions li", (all) => all.length), 1);
  await press(page, "#worker-get-credentials");
  assert.equal(await page.$("#worker-notice:not([hidden])"), null);
  await context.close();
});

test("five minutes before the session ends, the page says so", async () => {
  const { page, context } = await signIn("alice");
  await page.setRequestInterception(true);
  page.on("request", async (request) => {
    if (!request.url().endsWith("/worker.json")) return request.continue();
    const caller = { subject: "alice", roles: { "test-role": roleArn }, sessionSeconds: 299 };
    return request.respond({ contentType: "application/json", body: JSON.stringify({ signIn: true, caller }) });
  });
  await page.reload();
  await page.waitForSelector("#worker-notice:not([hidden])");
  assert.match(await text(page, "#worker-notice"), /Your sign-in ends in 5 minutes/);
  await context.close();
});

test("a sign-in that was started elsewhere, or has another state, is rejected", async () => {
  const callback = "/api/sign-in/callback?code=abc&state=of-another";
  assert.equal(locationOf(await worker.get(callback)), "/?sign-in=SignInNotBegun");
  const started = await worker.get("/api/sign-in");
  assert.equal(started.status, 303);
  const authorization = new URL(started.headers.get("location"));
  assert.equal(authorization.searchParams.get("code_challenge_method"), "S256");
  const cookie = started.headers.get("set-cookie");
  assert.match(cookie, /; HttpOnly; SameSite=Lax/);
  for (const name of ["state", "nonce"]) assert.ok(!cookie.includes(authorization.searchParams.get(name)));
  const otherState = await worker.get(callback, { cookie: cookie.split(";")[0] });
  assert.equal(locationOf(otherState), "/?sign-in=SignInFailed");
  const wrongCode = `/api/sign-in/callback?code=abc&state=${authorization.searchParams.get("state")}&iss=${encodeURIComponent(issuer.issuer)}`;
  const invalidCode = await worker.get(wrongCode, { cookie: cookie.split(";")[0] });
  assert.equal(locationOf(invalidCode), "/?sign-in=SignInFailed");
  assert.ok(!worker.logLines.join().includes(secrets.PAGE_SECRET));
});

test("if the issuer does not respond to the code, the sign-in fails within ten seconds", async () => {
  const started = await worker.get("/api/sign-in");
  const state = new URL(started.headers.get("location")).searchParams.get("state");
  const callback = `${worker.url}/api/sign-in/callback?code=abc&state=${state}&iss=${encodeURIComponent(issuer.issuer)}`;
  const headers = { cookie: started.headers.get("set-cookie").split(";")[0] };
  issuer.intercept = ({ url }) => url === "/token";
  try {
    const response = await fetch(callback, { headers, redirect: "manual", signal: AbortSignal.timeout(10_000) });
    assert.equal(locationOf(response), "/?sign-in=IssuerUnreachable");
  } finally {
    issuer.intercept = undefined;
  }
});

function locationOf({ status, headers }) {
  assert.equal(status, 303);
  return headers.get("location");
}
