// The story, through the page's own controls, in a real Chromium against the sandbox.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFile } from "node:fs/promises";
import { after, afterEach, before, beforeEach, test } from "node:test";

import { launch, open, press, sandbox, text, type } from "./chromium.mjs";

const require = createRequire(new URL("../../pkg/package.json", import.meta.url));

let browser;
let tab;
let page;

before(async () => {
  browser = await launch();
});
after(() => browser.close());
beforeEach(async () => {
  tab = await open(browser);
  page = tab.page;
});
afterEach(() => tab.close());

async function assume() {
  await page.waitForSelector("#sandbox:not([hidden])");
  await page.click("#use-sandbox");
  await press(page, "#assume");
}

test("from the sandbox's keys to a role, and back to who am I", async () => {
  await page.waitForSelector("#sandbox:not([hidden])");
  await page.click("#use-sandbox");
  await press(page, "#who-am-i");
  assert.match(await text(page, "#in-words"), /^arn:aws:iam::123456789012:user\/test-user, in account 123456789012/);

  await press(page, "#assume");
  const answer = JSON.parse(await text(page, "#answer"));
  assert.deepEqual(Object.keys(answer.Credentials), ["AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"]);
  assert.match(answer.Credentials.Expiration, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00$/);
  const exports = await text(page, "#exports");
  for (const [name, value] of [
    ["AWS_ACCESS_KEY_ID", answer.Credentials.AccessKeyId],
    ["AWS_SECRET_ACCESS_KEY", answer.Credentials.SecretAccessKey],
    ["AWS_SESSION_TOKEN", answer.Credentials.SessionToken],
  ]) {
    assert.ok(exports.includes(`export ${name}='${value}'`) || exports.includes(`export ${name}=${value}`), exports);
  }

  await page.click("#use-keys");
  await press(page, "#who-am-i");
  assert.match(await text(page, "#in-words"), /assumed-role\/test-role\/s3-access-example/);
  assert.deepEqual(await page.evaluate("window.violations"), []);
});

test("the keys go nowhere but into memory", async () => {
  await assume();
  const secrets = [sandbox.secretAccessKey, JSON.parse(await text(page, "#answer")).Credentials.SecretAccessKey];
  const kept = await page.evaluate(() =>
    JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href]),
  );
  for (const secret of secrets) {
    assert.ok(secret.length > 20);
    for (const place of [kept, ...tab.said, ...tab.asked]) assert.ok(!place.includes(secret), place.slice(0, 200));
  }
  assert.deepEqual(tab.said, []);
  assert.deepEqual(await page.evaluate("indexedDB.databases().then((all) => all.length)"), 0);
});

test("a wrong secret is told with its code, what to do and the request id", async () => {
  await page.waitForSelector("#sandbox:not([hidden])");
  await page.click("#use-sandbox");
  await type(page, "#secret-access-key", "not-the-secret");
  await press(page, "#who-am-i");
  assert.match(await text(page, "#error-facts"), /^SignatureDoesNotMatch · HTTP 403 · request id \S+$/);
  assert.match(await text(page, "#error-hint"), /secret access key does not belong/);
  assert.equal(await page.evaluate("document.activeElement.id"), "news-title");
});

test("a wrong external id is refused, and the right one is not", async () => {
  await page.waitForSelector("#sandbox:not([hidden])");
  await page.click("#use-sandbox");
  await type(page, "#role-arn", sandbox.externalIdRoleArn);
  await type(page, "#external-id", "another-id");
  await press(page, "#assume");
  assert.match(await text(page, "#error-facts"), /^AccessDenied · HTTP 403/);
  assert.match(await text(page, "#error-hint"), /external id/);
  await type(page, "#external-id", sandbox.externalId);
  await press(page, "#assume");
  assert.equal(await text(page, "#news-title"), "You have the role");
});

test("expired keys are told as such", async () => {
  await page.waitForSelector("#sandbox:not([hidden])");
  await page.click("#use-sandbox");
  const { STS } = await import("../../pkg/dist/entry/node.js");
  const { endpoint, region, accessKeyId, secretAccessKey, roleArn, roleSessionName } = sandbox;
  // The sandbox does not check the least duration; the library does, so it is told not to.
  const sts = new STS({ endpoint, region, credentials: { accessKeyId, secretAccessKey }, validate: false });
  const { Credentials } = await sts.assumeRole({ RoleArn: roleArn, RoleSessionName: roleSessionName, DurationSeconds: 1 });
  await type(page, "#access-key-id", Credentials.AccessKeyId);
  await type(page, "#secret-access-key", Credentials.SecretAccessKey);
  await type(page, "#session-token", Credentials.SessionToken);
  while (Date.now() < Credentials.Expiration.getTime() + 1000) await new Promise((resolve) => setTimeout(resolve, 100));
  await press(page, "#who-am-i");
  assert.match(await text(page, "#error-facts"), /^ExpiredToken/);
  assert.match(await text(page, "#error-hint"), /new temporary keys/);
});

test("wrong input is told all at once, nothing is sent, and nothing is lost", async () => {
  await page.waitForSelector("#sandbox:not([hidden])");
  await page.click("#use-sandbox");
  await type(page, "#role-arn", "test-role");
  await type(page, "#session-name", "with space");
  await type(page, "#duration", "60");
  const before = tab.asked.length;
  await press(page, "#assume");
  const faults = await page.$$eval("#error-faults li", (items) => items.map((item) => item.textContent));
  assert.equal(faults.length, 3);
  assert.ok(faults.includes("DurationSeconds is 60; it must be from 900 to 43200 seconds"), faults.join("\n"));
  assert.equal(tab.asked.slice(before).filter((url) => url.startsWith(sandbox.endpoint)).length, 0);
  assert.equal(await page.$eval("#session-name", (field) => field.value), "with space");
  assert.equal(await page.$eval("#duration", (field) => field.getAttribute("aria-invalid")), "true");
});

test("an endpoint that the policy forbids is told before anything is sent", async () => {
  await type(page, "#access-key-id", "AKIAEXAMPLE");
  await type(page, "#secret-access-key", "a-secret");
  await type(page, "#endpoint", "https://sts.example.org");
  await press(page, "#who-am-i");
  assert.match(await text(page, "#error-message"), /may not reach https:\/\/sts\.example\.org/);
  assert.ok(!tab.asked.some((url) => url.includes("example.org")));
});

test("a planted inline script is refused, and a server's words are never HTML", async () => {
  await page.evaluate(() => {
    const script = document.createElement("script");
    try {
      script.textContent = "window.planted = true";
    } catch {}
    document.body.append(script);
  });
  assert.equal(await page.evaluate("window.planted"), undefined);
  await page.waitForSelector("#sandbox:not([hidden])");
  await page.click("#use-sandbox");
  await type(page, "#session-name", "<img/src=x/onerror=planted=1>");
  await press(page, "#assume");
  assert.equal(await page.evaluate("window.planted"), undefined);
  assert.equal(await page.$("#error img"), null);
});

test("forget empties the forms and takes everything off the page", async () => {
  await assume();
  const secret = JSON.parse(await text(page, "#answer")).Credentials.SecretAccessKey;
  await page.click("#use-keys");
  await page.click("#forget");
  const left = await page.evaluate(
    () => document.documentElement.outerHTML + [...document.querySelectorAll("input")].map((input) => input.value),
  );
  assert.ok(!left.includes(secret) && !left.includes(sandbox.secretAccessKey));
});

test("the keyboard alone is enough", async () => {
  await page.waitForSelector("#sandbox:not([hidden])");
  const tabTo = async (id) => {
    for (let presses = 0; presses < 40; presses += 1) {
      if ((await page.evaluate("document.activeElement.id")) === id) return;
      await page.keyboard.press("Tab");
    }
    assert.fail(`${id} cannot be reached`);
  };
  await tabTo("use-sandbox");
  await page.keyboard.press("Enter");
  await tabTo("assume");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#news:not([hidden])");
  assert.equal(await page.evaluate("document.activeElement.id"), "news-title");
  await tabTo("use-keys");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate("document.activeElement.id"), "who-am-i");
  await page.$eval("#news", (news) => (news.hidden = true));
  await page.keyboard.press("Enter");
  await page.waitForSelector("#news:not([hidden])");
  assert.match(await text(page, "#in-words"), /assumed-role\/test-role/);
});

for (const dark of [false, true]) {
  test(`axe finds nothing, ${dark ? "dark" : "light"}, before and after`, async () => {
    const source = await readFile(require.resolve("axe-core/axe.min.js"), "utf8");
    const checked = await open(browser, { dark, width: 360 });
    // The page's policy forbids injected scripts, and axe is one; it runs beside the policy, not through it.
    const session = await checked.page.createCDPSession();
    const violations = async () => {
      await session.send("Runtime.evaluate", { expression: source });
      const run = "axe.run().then((result) => result.violations.map((violation) => violation.id))";
      const { result } = await session.send("Runtime.evaluate", {
        expression: run,
        awaitPromise: true,
        returnByValue: true,
      });
      return result.value;
    };
    assert.deepEqual(await violations(), []);
    await checked.page.waitForSelector("#sandbox:not([hidden])");
    await checked.page.click("#use-sandbox");
    await press(checked.page, "#assume");
    assert.deepEqual(await violations(), []);
    const overflow = await checked.page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    assert.equal(overflow, 0);
    await checked.close();
  });
}
