// The whole story through the page's own controls, in real Chromium, Firefox and WebKit.

import assert from "node:assert/strict";
import { test } from "node:test";
import { exportCredentials } from "../../pkg/dist/entry/node.js";
import { sandbox, site } from "./chromium.mjs";
import { ENGINES } from "./engines.mjs";
import { servePlanted } from "./injection.mjs";

for (const [name, start] of Object.entries(ENGINES)) {
  test(`the story in ${name}`, async (context) => {
    const page = await start(site);
    context.after(() => page.close());
    const text = (selector) => page.run((selector) => document.querySelector(selector).textContent.trim(), selector);
    const until = (what, ...given) => holds(() => page.run(what, ...given), what);
    const shown = (selector) => until((selector) => !document.querySelector(selector).hidden, selector);
    const press = async (selector) => {
      await page.run(() => (document.getElementById("news").hidden = true));
      await page.click(selector);
      await shown("#news");
    };
    await shown("#sandbox");
    await page.run(() => {
      window.violations = 0;
      document.addEventListener("securitypolicyviolation", () => (window.violations += 1));
    });

    // Keys in any form: what is dropped is recognised.
    await page.type("#endpoint", sandbox.endpoint);
    const { accessKeyId, secretAccessKey, roleArn, chainedRoleArn } = sandbox;
    await page.run((text) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.setData("text/plain", text);
      document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
    }, `[work]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`);
    await press("#who-am-i");
    assert.match(await text("#in-words"), /^You are the IAM user test-user in account 123456789012/);

    // Refused, in words.
    await page.type("#role-arn", "arn:aws:iam::123456789012:role/none");
    await page.type("#session-name", "s3-access-example");
    await press("#assume");
    assert.match(await text("#failure-facts"), /^AccessDenied · HTTP 403 · request id/);
    assert.match(await text("#ways"), /"AWS": "arn:aws:iam::123456789012:user\/test-user"/);

    // A role, its keys in every form, and the chain.
    await replace(page, "#role-arn", roleArn);
    await press("#assume");
    assert.equal(await text("#news-title"), "You have the role");
    await page.click("#reveal-card");
    const { Credentials } = JSON.parse(await text("#answer"));
    const credentials = { ...named(Credentials), expiration: new Date(Credentials.Expiration) };
    for (const format of /** @type {const} */ (["sh", "fish", "powershell", "cmd", "ini", "process", "json"])) {
      await page.run((format) => {
        const select = document.getElementById("format");
        select.value = format;
        select.dispatchEvent(new Event("change"));
      }, format);
      const written = await page.run(() => document.getElementById("exports").textContent);
      assert.equal(written, exportCredentials(credentials, format, { profile: "test-role" }));
    }
    await page.click("#use-keys");
    await press("#who-am-i");
    assert.match(await text("#in-words"), /assumed-role\/test-role\/s3-access-example/);
    await replace(page, "#role-arn", chainedRoleArn);
    await press("#assume");
    await page.click("#use-keys");
    assert.equal(await text("#path"), "test-user → test-role → chained-role");

    // Renewed from the link it came from.
    const old = await page.run(() => document.getElementById("access-key-id").value);
    await page.click("#links li:last-child .renew");
    await until((old) => document.getElementById("access-key-id").value !== old, old);
    await press("#who-am-i");
    assert.match(await text("#in-words"), /assumed-role\/chained-role/);

    // What was sent, and what would be.
    await page.click("#sign-role");
    await until(() => document.activeElement.id === "sent-title");
    assert.equal(await page.run(() => document.querySelectorAll("#steps pre").length), 6);

    // And nothing is left.
    await page.click("#forget");
    const left = await page.run(
      () => document.documentElement.outerHTML + [...document.querySelectorAll("input")].map((input) => input.value),
    );
    for (const secret of [secretAccessKey, Credentials.SecretAccessKey]) assert.ok(!left.includes(secret));
    assert.equal(await page.run(() => window.violations), 0);
  });
}

for (const [name, start] of Object.entries(ENGINES)) {
  test(`scripts that are planted in the page do not run in ${name}`, async (context) => {
    const { url, close } = await servePlanted();
    context.after(close);
    const page = await start(url);
    context.after(() => page.close());
    const loaded = () =>
      document.readyState === "complete" && document.querySelectorAll("#operation option").length > 0;
    await holds(() => page.run(loaded), "the page's own script has run");
    assert.equal(await page.run(() => document.scripts.length), 3);
    assert.deepEqual(await page.run(() => window.planted ?? []), []);
  });
}

function named({ AccessKeyId, SecretAccessKey, SessionToken }) {
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

async function replace(page, selector, text) {
  await page.run((selector) => (document.querySelector(selector).value = ""), selector);
  await page.type(selector, text);
}

/** Waits until it holds, for ten seconds. */
async function holds(ask, what) {
  for (let tries = 0; tries < 200; tries += 1) {
    if (await ask()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`this did not come to hold: ${what}`);
}
