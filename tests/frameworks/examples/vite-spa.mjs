// In Chromium, a person signs in at an OpenID Connect provider and lists a bucket of SeaweedFS, which verifies the
// signatures of the ID token and of every request to S3.

import assert from "node:assert/strict";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { createRequire } from "node:module";

import { pinClock } from "../../browser/chromium.mjs";
import { FILES, REGION, withBucket } from "../bucket.mjs";
import { example } from "../tool.mjs";

const fromPackage = createRequire(new URL("../../../pkg/package.json", import.meta.url));

const CLIENT_ID = "bucket-page";
const TIMEOUT = 60_000;

export const tools = [
  example(
    "vite-spa",
    {
      production: { run: signsIn(["npm", "run", "preview"], [["npm", "run", "build"]]), expected: "signed out" },
      development: { run: signsIn(["npm", "run", "dev"]), expected: "signed out" },
    },
    { suite: true },
  ),
];

/** Starts the provider and SeaweedFS, serves the page, and uses it. */
function signsIn(command, build = []) {
  /** @param {import("../tool.mjs").Context} context */
  return async ({ execute, serve, browser }) => {
    const issuer = await startIssuer();
    const work = async (bucket) => {
      const environment = {
        VITE_ISSUER: issuer.url,
        VITE_CLIENT_ID: CLIENT_ID,
        VITE_REGION: REGION,
        VITE_ROLE_ARN: bucket.roleArn,
        VITE_BUCKET_URL: bucket.url,
        VITE_STS_ENDPOINT: bucket.endpoint,
        VITE_CONNECT_SRC: `${issuer.url} ${bucket.endpoint}`,
      };
      for (const step of build) await execute(step, environment);
      const options = ["--", "--host", "127.0.0.1", "--port", "$PORT", "--strictPort"];
      const use = async (url) => {
        issuer.register(url);
        return inNewContext(await browser(), url, (page) => usePage(page, { url, issuer, aws: bucket.endpoint }));
      };
      return serve([...command, ...options], use, environment);
    };
    try {
      return await withBucket({ issuer: issuer.url, audience: CLIENT_ID, subject: "alice" }, work);
    } finally {
      issuer.close();
    }
  };
}

/** Uses the page as a person does. */
async function usePage(page, { url, issuer, aws }) {
  const calls = recordCalls(page, { [issuer.url]: "issuer", [aws]: "AWS" });

  await page.goto(url);
  await signInAs(page, "alice");
  assert.deepEqual(await listed(page), FILES);
  assert.equal(await page.$eval("#name", (name) => name.textContent), "alice");
  assert.deepEqual(calls.splice(0), ["issuer POST /token authorization_code", "AWS POST / AssumeRoleWithWebIdentity"]);
  await assertNoTraces(page, url);
  await screenshot(page, "bucket");

  // The credentials are cached.
  await reload(page);
  assert.deepEqual(await listed(page), FILES);
  assert.deepEqual(calls.splice(0), []);

  // The ID token expires in an hour, and so do the credentials.
  await setClock(page, 57 * 60_000);
  await untilCall(page, "AssumeRoleWithWebIdentity", () => setClock(page, 0));
  await reload(page);
  assert.deepEqual(await listed(page), FILES);
  assert.deepEqual(calls.splice(0), ["issuer POST /token refresh_token", "AWS POST / AssumeRoleWithWebIdentity"]);

  await press(page, "#sign-out");
  // The provider requires a confirmation.
  await page.waitForSelector("[name=logout]", { timeout: TIMEOUT });
  await submit(page, "[name=logout]");
  await page.waitForSelector("#welcome:not([hidden])", { timeout: TIMEOUT });
  assert.deepEqual(calls.splice(0), ["issuer POST /token/revocation"]);
  await screenshot(page, "welcome");

  // The provider's session has also ended, so another person can sign in, whom the role does not trust.
  await signInAs(page, "bob");
  await assert.rejects(listed(page), /trust policy denies/);
  await screenshot(page, "error");
  return "signed out";
}

async function signInAs(page, name) {
  await press(page, "#sign-in");
  await page.waitForSelector("[name=login]", { timeout: TIMEOUT });
  await page.type("[name=login]", name);
  await page.type("[name=password]", "any");
  await submit(page, "[type=submit]");
  // Consents to a refresh token.
  await submit(page, "[type=submit]");
}

/** Asserts that there is nothing in the URL, a cookie or the storage, so no token and no credentials. */
async function assertNoTraces(page, url) {
  assert.equal(page.url(), url);
  const stored = await page.evaluate(() => [localStorage.length, sessionStorage.length, document.cookie]);
  assert.deepEqual(stored, [0, 0, ""]);
}

/** Returns the names in the list, once it has been loaded. */
async function listed(page) {
  await page.waitForSelector("#reload:enabled, #error:not([hidden])", { timeout: TIMEOUT, visible: true });
  const error = await page.$eval("#error", (element) => !element.hidden && element.textContent);
  if (error) throw new Error(error);
  return page.$$eval("#objects td:first-child", (cells) => cells.map((cell) => cell.textContent));
}

async function reload(page) {
  await page.$eval("#objects", (rows) => rows.replaceChildren());
  await press(page, "#reload");
}

async function submit(page, selector) {
  await Promise.all([page.waitForNavigation({ timeout: TIMEOUT }), page.click(selector)]);
}

async function press(page, selector) {
  await page.waitForSelector(selector, { visible: true, timeout: TIMEOUT });
  await page.click(selector);
}

/** Sets how many milliseconds the page's clock is ahead. */
function setClock(page, ahead) {
  return page.evaluate((ahead) => {
    window.ahead = ahead;
  }, ahead);
}

/** Makes each call of an operation of STS wait for `action`. */
async function untilCall(page, operation, action) {
  await page.setRequestInterception(true);
  page.on("request", async (request) => {
    if (request.postData()?.includes(`Action=${operation}`)) await action();
    await request.continue();
  });
}

/** Records the requests that issue, use or revoke tokens. */
function recordCalls(page, servers) {
  const calls = [];
  page.on("request", (request) => {
    if (request.method() !== "POST" || request.isNavigationRequest()) return;
    const { origin, pathname } = new URL(request.url());
    const form = new URLSearchParams(request.postData());
    calls.push(
      [servers[origin], "POST", pathname, form.get("grant_type") ?? form.get("Action")].filter(Boolean).join(" "),
    );
  });
  return calls;
}

/** Opens a new browser context with a clock that can be set. Fails if the page logs anything. */
async function inNewContext(browser, url, work) {
  const context = await browser.createBrowserContext();
  const logged = [];
  try {
    const page = await context.newPage();
    page.on("console", (message) => {
      if (message.location().url?.startsWith(url) && !message.text().startsWith("[vite]")) logged.push(message.text());
    });
    page.on("pageerror", (error) => logged.push(String(error)));
    await page.evaluateOnNewDocument(pinClock);
    await page.setViewport({ width: 900, height: 620 });
    const result = await work(page);
    assert.deepEqual(logged, []);
    return result;
  } catch (error) {
    throw new Error([error.stack, ...logged].join("\n"));
  } finally {
    await context.close();
  }
}

/** Writes a screenshot if a folder for them is set. */
async function screenshot(page, name) {
  const folder = process.env.STS_WEB_SCREENSHOTS;
  if (folder) await page.screenshot({ path: `${folder}/vite-spa-${name}.png` });
}

/** Starts an identity provider, at which people sign in with any name and any password. */
async function startIssuer() {
  const { default: Provider } = await import(fromPackage.resolve("oidc-provider"));
  let handle;
  const server = createServer((request, response) => handle(request, response));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  const url = `http://127.0.0.1:${port}`;
  const register = (pageUrl) => {
    handle = new Provider(url, settings(pageUrl)).callback();
  };
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { url, register, close };
}

/** The settings of `oidc-provider`, with the page as its only client. */
function settings(pageUrl) {
  const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const jwk = { ...privateKey.export({ format: "jwk" }), kid: "key-1", use: "sig", alg: "RS256" };
  const client = {
    client_id: CLIENT_ID,
    // A public client: it has no secret.
    token_endpoint_auth_method: "none",
    redirect_uris: [pageUrl],
    post_logout_redirect_uris: [pageUrl],
    grant_types: ["authorization_code", "refresh_token"],
  };
  return {
    jwks: { keys: [jwk] },
    clients: [client],
    clientBasedCORS: (_, origin) => origin === new URL(pageUrl).origin,
    cookies: { keys: [randomBytes(16).toString("hex")] },
    ttl: { IdToken: 3600, Session: 3600, Interaction: 600, Grant: 3600, AccessToken: 600, RefreshToken: 86_400 },
    findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    features: { devInteractions: { enabled: true }, revocation: { enabled: true } },
    // No consent screen.
    async loadExistingGrant({ oidc }) {
      const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
      grant.addOIDCScope("openid profile offline_access");
      await grant.save();
      return grant;
    },
  };
}
