// The page served by the Worker: a person signs in and gets role credentials without typing an access key.

import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { after, before, test } from "node:test";

import { launch, pinClock, press, text } from "../browser/chromium.mjs";
import { configurationFor } from "./configurations.mjs";
import { startIssuer } from "./issuer.mjs";
import { freePort } from "./listen.mjs";
import { secrets, siteForSandbox, startWorker } from "./running-worker.mjs";
import { roleArn, sandbox } from "./sts.mjs";

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
    // The issuer's page loads a font that does not exist.
    if (message.type() === "error" && url.startsWith(worker.url)) errors.push(message.text());
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

  await page.click("#worker-list-buckets");
  await page.waitForSelector("#worker-buckets table");
  const rows = await page.$$eval("#worker-buckets tbody tr", (all) =>
    all.map(({ cells }) => [cells[0].textContent, !Number.isNaN(Date.parse(cells[1].textContent))]),
  );
  assert.deepEqual(rows, [
    ["example-photos", true],
    ["example-reports", true],
  ]);
  assert.deepEqual(errors, []);
  await context.close();
});

test("roles come first: one's own credentials are folded behind one line, which opens by itself when it is needed", async () => {
  const { page, context, errors } = await signIn("alice");
  const isShown = (selector) => page.$eval(selector, (element) => element.checkVisibility());
  assert.deepEqual(await Promise.all(["#worker-card", "#credentials", "#role"].map(isShown)), [true, false, true]);
  assert.equal(await text(page, "#own-credentials summary"), "Use your own credentials instead");
  // One thing: the role's name, its session, and all that it offers.
  const { role, labelledBy } = await page.$eval("#worker-card", (card) => ({
    role: card.getAttribute("role"),
    labelledBy: document.getElementById(card.getAttribute("aria-labelledby")).textContent,
  }));
  assert.deepEqual([role, labelledBy], ["group", "test-role"]);
  for (const id of ["worker-get-credentials", "worker-list-buckets", "worker-open-console", "worker-buckets"])
    assert.ok(await page.$(`#worker-card #${id}`), id);
  assert.match(await text(page, "#worker-card .metadata"), /:assumed-role\/test-role\/alice=/);
  // On a wide page, the card is in the left column, and its labels still fit on one line each.
  await page.setViewport({ width: 1280, height: 900 });
  const lines = await page.$$eval("#worker-card .actions > *", (all) =>
    all.map(({ clientHeight, ownerDocument }) => clientHeight <= ownerDocument.getElementById("forget").clientHeight),
  );
  assert.deepEqual(lines, [true, true, true]);

  // Credentials that are pasted anywhere are seen, and so is the reason why others are not.
  await page.$eval("body", (body) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", "export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE");
    body.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  });
  await page.waitForFunction(() => document.getElementById("import-status").checkVisibility());
  assert.match(await text(page, "#import-status"), /no secret access key/);
  await page.$eval("#own-credentials", (details) => details.removeAttribute("open"));
  await press(page, "#worker-get-credentials");
  await page.click("#use-credentials");
  assert.equal(await isShown("#credentials"), true);
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

/** Opens the page of a signed-in user for whom worker.json and the API return what the test wants. */
async function openWith({ caller, api = {} }) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.evaluateOnNewDocument(pinClock);
  const responses = { "/worker.json": { signIn: true, region: "us-east-1", caller }, ...api };
  await page.setRequestInterception(true);
  page.on("request", async (request) => {
    const response = responses[new URL(request.url()).pathname];
    if (response === undefined) return request.continue();
    return request.respond({ contentType: "application/json", body: JSON.stringify(response) });
  });
  await page.goto(`${worker.url}/`);
  await page.waitForSelector("#worker p");
  return { page, responses, close: () => context.close() };
}

/** @type {(sessionSeconds: number, roles?: Record<string, string>) => any} */
const callerFor = (sessionSeconds, roles = { "test-role": roleArn }) => ({ subject: "alice", roles, sessionSeconds });
const notice = (page) =>
  page.$eval("#worker-notice", (element) => (/** @type {any} */ (element).hidden ? "" : element.textContent));

test("the end of the session is told in time, also after the machine has slept, and signing in again ends the notice", async () => {
  const { page, responses, close } = await openWith({ caller: callerFor(8 * 3600) });
  assert.equal(await notice(page), "");
  // Timers stand still while a machine sleeps, and the time of day does not.
  await page.evaluate("window.ahead = 7.95 * 3_600_000");
  await page.waitForSelector("#worker-notice:not([hidden])");
  assert.match(await notice(page), /Your sign-in ends in 5 minutes/);
  // Also where the notice is out of view.
  assert.match(await text(page, "#status"), /Your sign-in ends in 5 minutes/);
  await page.evaluate("window.ahead = 9 * 3_600_000");
  await page.waitForFunction(() => /has ended/.test(document.getElementById("worker-notice").textContent));

  // Signed in again, as another user with another role.
  responses["/worker.json"].caller = { ...callerFor(3600, { "other-role": `${roleArn}-2` }), subject: "bob" };
  await page.evaluate(() => dispatchEvent(new Event("focus")));
  await page.waitForSelector("#worker-notice[hidden]");
  assert.match(await text(page, "#worker p"), /Signed in as bob/);
  assert.equal(await text(page, "#worker-card h3"), "other-role");
  await close();
});

test("a session of a month is not reported as ending", async () => {
  const { page, close } = await openWith({ caller: callerFor(31 * 86_400) });
  await page.evaluate("window.ahead = 30 * 86_400_000");
  await page.waitForFunction(() => document.getElementById("worker-notice") !== null);
  assert.equal(await notice(page), "");
  await close();
});

test("if the browser blocks the console's tab, the page says so, and requests no link to the console", async () => {
  const { page, close } = await openWith({ caller: callerFor(8 * 3600) });
  await page.evaluate(() => {
    window.open = () => null;
  });
  const requested = [];
  page.on("request", (request) => requested.push(new URL(request.url()).pathname));
  await press(page, "#worker-open-console");
  assert.match(await text(page, "#failure-message"), /blocked the tab/);
  assert.match(await text(page, "#failure-hint"), /Allow pop-ups/);
  assert.ok(!requested.includes("/api/console"));
  await close();
});

test("hostile responses of a Worker are text, and end", async () => {
  const markup = `<img src=x onerror="window.injected=1"><script>window.injected=1</script>`;
  const roles = { [markup]: markup, __proto__x: "a", ["__proto__"]: "b", constructor: "c" };
  const bucket = { name: markup, creationDate: markup };
  const { page, close } = await openWith({
    caller: { subject: markup, roles: JSON.parse(JSON.stringify(roles)), sessionSeconds: 3600 },
    api: {
      // The same page of buckets, again and again.
      "/api/buckets": { buckets: [bucket], continuationToken: markup },
      "/api/console": { url: "javascript:window.opener.injected=1" },
      "/api/credentials": { AccessKeyId: markup, SecretAccessKey: markup, SessionToken: markup, Expiration: markup },
    },
  });
  const names = await page.$$eval("#worker-role option", (all) => all.map(({ textContent }) => textContent));
  assert.ok(names.includes(markup));
  for (const name of names) {
    await page.select("#worker-role", name);
    assert.equal(await text(page, "#worker-card h3"), name);
  }
  await page.click("#worker-list-buckets");
  await page.waitForSelector("#worker-buckets table");
  assert.equal(await page.$$eval("#worker-buckets tbody tr", (all) => all.length), 2);
  assert.ok((await text(page, "#worker-buckets")).includes(markup));
  const tabs = (await page.browserContext().pages()).length;
  await press(page, "#worker-open-console");
  assert.match(await text(page, "#failure-message"), /console's address/);
  await waitFor(async () => (await page.browserContext().pages()).length === tabs);
  await press(page, "#worker-get-credentials");
  assert.deepEqual(
    await page.evaluate(() => [!!window.injected, document.querySelectorAll("main img, main script").length]),
    [false, 0],
  );
  await close();
});

async function waitFor(condition) {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`not true within ten seconds: ${condition}`);
}

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
