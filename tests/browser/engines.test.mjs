// The main workflow through the page's controls, in Chromium, Firefox and WebKit.

import assert from "node:assert/strict";
import { test } from "node:test";
import { exportCredentials } from "../../pkg/dist/entry/node.js";
import { sandbox, site } from "./chromium.mjs";
import { ENGINES } from "./engines.mjs";
import { serveInjected } from "./injection.mjs";

for (const [name, start] of Object.entries(ENGINES)) {
  test(`the main workflow in ${name}`, async (context) => {
    const page = await start(site);
    context.after(() => page.close());
    const text = (selector) => page.run((selector) => document.querySelector(selector).textContent.trim(), selector);
    const until = (condition, ...args) => waitUntil(() => page.run(condition, ...args), condition);
    const shown = (selector) => until((selector) => !document.querySelector(selector).hidden, selector);
    const press = async (selector) => {
      await page.run(() => (document.getElementById("outcome").hidden = true));
      await page.click(selector);
      await shown("#outcome");
    };
    await shown("#sandbox");
    await page.run(() => {
      window.violations = 0;
      document.addEventListener("securitypolicyviolation", () => (window.violations += 1));
    });

    // Credentials are recognized when they are dropped.
    await page.type("#endpoint", sandbox.endpoint);
    const { accessKeyId, secretAccessKey, roleArn, chainedRoleArn, region, endpoint } = sandbox;
    await page.run((text) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.setData("text/plain", text);
      document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
    }, `[work]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`);
    // The parser is loaded when it is first needed.
    await until((id) => document.getElementById("access-key-id").value === id, accessKeyId);
    await press("#who-am-i");
    assert.match(await text("#summary"), /^You are the IAM user test-user in account 123456789012/);

    // A denied request is explained.
    await page.type("#role-arn", "arn:aws:iam::123456789012:role/none");
    await page.type("#session-name", "s3-access-example");
    await press("#assume");
    assert.match(await text("#failure-details"), /^AccessDenied · HTTP 403 · request ID/);
    await until(() => document.querySelector("#failure-actions .policy") !== null);
    assert.match(await text("#failure-actions"), /"AWS": "arn:aws:iam::123456789012:user\/test-user"/);

    // Role credentials are exported in every format, and used for another role.
    await replace(page, "#role-arn", roleArn);
    await press("#assume");
    assert.equal(await text("#outcome-title"), "Role credentials");
    await page.click("#reveal-result");
    const { Credentials } = JSON.parse(await text("#output-json"));
    const credentials = { ...inSdkCase(Credentials), expiration: new Date(Credentials.Expiration) };
    for (const format of /** @type {const} */ (["sh", "fish", "powershell", "cmd", "ini", "process", "json"])) {
      await page.run((format) => {
        const select = document.getElementById("export-format");
        select.value = format;
        select.dispatchEvent(new Event("change"));
      }, format);
      const exported = await page.run(() => document.getElementById("export-text").textContent);
      assert.equal(exported, exportCredentials(credentials, format, { profile: "test-role", region, endpoint }));
    }
    await page.click("#use-credentials");
    await press("#who-am-i");
    assert.match(await text("#summary"), /assumed-role\/test-role\/s3-access-example/);
    await replace(page, "#role-arn", chainedRoleArn);
    await press("#assume");
    await page.click("#use-credentials");
    assert.equal(await text("#session-path"), "test-user → test-role → chained-role");

    // A session is renewed with the credentials of its parent.
    const old = await page.run(() => document.getElementById("access-key-id").value);
    await page.click("#session-list li:last-child .renew");
    await until((old) => document.getElementById("access-key-id").value !== old, old);
    await press("#who-am-i");
    assert.match(await text("#summary"), /assumed-role\/chained-role/);

    // A request is signed without being sent.
    await page.click("#sign-role");
    await until(() => document.activeElement.id === "request-details-title");
    assert.equal(await page.run(() => document.querySelectorAll("#signing-steps pre").length), 6);

    // Everything is forgotten.
    await page.click("#forget");
    const remaining = await page.run(
      () => document.documentElement.outerHTML + [...document.querySelectorAll("input")].map((input) => input.value),
    );
    for (const secret of [secretAccessKey, Credentials.SecretAccessKey]) assert.ok(!remaining.includes(secret));
    assert.equal(await page.run(() => window.violations), 0);
  });
}

for (const [name, start] of Object.entries(ENGINES)) {
  test(`injected scripts do not run in ${name}`, async (context) => {
    const { url, close } = await serveInjected();
    context.after(close);
    const page = await start(url);
    context.after(() => page.close());
    const loaded = () =>
      document.readyState === "complete" && document.querySelectorAll("#operation option").length > 0;
    await waitUntil(() => page.run(loaded), "the page's own script has run");
    assert.equal(await page.run(() => document.scripts.length), 3);
    assert.deepEqual(await page.run(() => window.injected ?? []), []);
  });
}

const KEY = "AKIAIOSFODNN7EXAMPLE";
const SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const credentialsIn = () =>
  ["access-key-id", "secret-access-key", "role-arn"].map((id) => document.getElementById(id).value);

for (const name of /** @type {const} */ (["Chromium", "Firefox"])) {
  test(`credentials that are pasted into Role ARN are taken from there, in ${name}`, async (context) => {
    const page = await ENGINES[name](site);
    context.after(() => page.close());
    const lines = `export AWS_ACCESS_KEY_ID=${KEY}\nexport AWS_SECRET_ACCESS_KEY=${SECRET}\n`;
    // Copied and pasted with the keyboard, as people do.
    await page.run((lines) => {
      const source = document.body.appendChild(document.createElement("textarea"));
      source.value = lines;
      source.select();
    }, lines);
    await page.control("c");
    await page.run(() => {
      document.querySelector("body > textarea").remove();
      document.getElementById("role-arn").focus();
    });
    await page.control("v");
    await waitUntil(async () => (await page.run(credentialsIn))[0] !== "", "the credentials are filled in");
    assert.deepEqual(await page.run(credentialsIn), [KEY, SECRET, ""]);
  });

  test(`files in UTF-16 are read by their byte order mark, in ${name}`, async (context) => {
    const page = await ENGINES[name](site);
    context.after(() => page.close());
    for (const [index, bigEndian] of [false, true].entries()) {
      const key = `${KEY.slice(0, -1)}${index}`;
      const text = `\ufeff[default]\r\naws_access_key_id = ${key}\r\naws_secret_access_key = ${SECRET}\r\n`;
      const bytes = Buffer.from(text, "utf16le");
      await page.run(
        (bytes) => {
          const files = new DataTransfer();
          files.items.add(new File([new Uint8Array(bytes)], "credentials"));
          const drop = new DragEvent("drop", { dataTransfer: files, bubbles: true, cancelable: true });
          document.body.dispatchEvent(drop);
        },
        [...(bigEndian ? bytes.swap16() : bytes)],
      );
      await waitUntil(async () => (await page.run(credentialsIn))[0] === key, `${key} is filled in`);
      assert.deepEqual(await page.run(credentialsIn), [key, SECRET, ""]);
    }
  });
}

test("reloading the page or going back to it brings nothing back that was entered, in Firefox", async (context) => {
  const page = await ENGINES.Firefox(site);
  context.after(() => page.close());
  const enter = async () => {
    await page.run(() => {
      document.body.dataset.isSame = "yes";
      for (const details of document.querySelectorAll("details")) details.open = true;
    });
    await waitUntil(
      () => page.run(() => !!document.querySelector("#trust-policy-check textarea")),
      "the check is loaded",
    );
    await page.run(() => {
      for (const field of document.querySelectorAll("input:not([type=checkbox], [type=file]), textarea")) {
        field.value = "ENTERED";
        field.dispatchEvent(new Event("input", { bubbles: true }));
      }
    });
  };
  const fields = () =>
    [...document.querySelectorAll("input, textarea")].filter(({ value }) => value === "ENTERED").map(({ id }) => id);
  // While it navigates, the page cannot run anything.
  const isThere = (script) => () => page.run(script).catch(() => false);
  await enter();
  await page.run(() => location.reload());
  await waitUntil(
    isThere(() => !document.body.dataset.isSame && document.readyState === "complete"),
    "the page is reloaded",
  );
  assert.deepEqual(await page.run(fields), []);
  await enter();
  await page.run(() => location.assign("style.css"));
  await waitUntil(
    isThere(() => location.pathname.endsWith(".css")),
    "the page is left",
  );
  await page.run(() => history.back());
  await waitUntil(
    isThere(() => !!document.getElementById("status")),
    "the page is back",
  );
  assert.deepEqual(await page.run(fields), []);
  // Firefox brings back the page as it was, from its cache.
  if (await page.run(() => document.body.dataset.isSame === "yes"))
    assert.equal(await page.run(() => document.getElementById("status").textContent), "Everything was forgotten.");
});

function inSdkCase({ AccessKeyId, SecretAccessKey, SessionToken }) {
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

async function replace(page, selector, text) {
  await page.run((selector) => (document.querySelector(selector).value = ""), selector);
  await page.type(selector, text);
}

/** Waits until a condition is true, for up to ten seconds. */
async function waitUntil(condition, description) {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`not true within ten seconds: ${description}`);
}
