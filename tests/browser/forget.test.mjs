// After "Forget everything", the page's heap has no secret: a snapshot of it is searched, before and after.
//
// JavaScript cannot wipe strings: the engine frees them without overwriting them, so they may stay in the memory of the
// process until it is reused, and so may the browser's own copies of typed text and of responses.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch, open, paste, press, sandbox, text, type, value } from "./chromium.mjs";

const SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";

let browser;

before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** Returns all strings in the page's heap after a garbage collection. */
async function heap(session) {
  const chunks = [];
  const add = ({ chunk }) => chunks.push(chunk);
  session.on("HeapProfiler.addHeapSnapshotChunk", add);
  await session.send("HeapProfiler.collectGarbage");
  await session.send("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
  session.off("HeapProfiler.addHeapSnapshotChunk", add);
  return JSON.parse(chunks.join("")).strings.join("\n");
}

test("secrets are forgotten in the form, the page, the sessions, the request details and the heap", async () => {
  const { page, close } = await open(browser);
  const session = await page.createCDPSession();
  await paste(page, "body", `${sandbox.accessKeyId} ${sandbox.secretAccessKey}`);
  await type(page, "#endpoint", sandbox.endpoint);
  await type(page, "#role-arn", sandbox.externalIdRoleArn);
  await type(page, "#session-name", "to-be-forgotten");
  await type(page, "[id='AssumeRole.ExternalId']", sandbox.externalId);
  await press(page, "#assume");
  await page.click("#use-credentials");
  await page.click("#reveal-result");
  await page.click("#reveal-request");
  await page.click("[data-reveals='secret-access-key']");
  await page.evaluate(() => {
    window.files = new Set();
    const { createObjectURL, revokeObjectURL } = URL;
    URL.createObjectURL = (blob) => {
      const url = createObjectURL(blob);
      window.files.add(url);
      return url;
    };
    URL.revokeObjectURL = (url) => {
      window.files.delete(url);
      revokeObjectURL(url);
    };
  });
  await page.click("#download-export");
  assert.equal(await page.evaluate("window.files.size"), 1);
  const secrets = [
    sandbox.secretAccessKey,
    await value(page, "#secret-access-key"),
    await value(page, "#session-token"),
    sandbox.externalId,
  ];
  assert.equal(new Set(secrets).size, 4);
  const before = await heap(session);
  for (const secret of secrets) assert.ok(before.includes(secret), "the search finds secrets in use");

  await page.click("#forget");
  assert.equal(await text(page, "#status"), "Everything was forgotten.");
  const remaining = await page.evaluate(
    () =>
      document.documentElement.outerHTML +
      [...document.querySelectorAll("input, textarea")].map((field) => field.value),
  );
  const after = await heap(session);
  for (const [index, secret] of secrets.entries()) {
    assert.ok(!remaining.includes(secret), `secret ${index} is still on the page`);
    assert.ok(!after.includes(secret), `secret ${index} is still in the heap`);
  }
  assert.equal(await page.evaluate("window.files.size"), 0, "the URL of the download is revoked");
  assert.equal(
    await page.$eval("#secret-access-key", (field) => field.type),
    "password",
    "the next secret is hidden again",
  );
  assert.equal(await page.evaluate("document.activeElement.id"), "access-key-id");
  await close();
});

test("the heap has no secret of a forgotten session whose credentials were pasted as a profile", async () => {
  const { page, close } = await open(browser);
  const session = await page.createCDPSession();
  await paste(
    page,
    "body",
    `[pasted]\naws_access_key_id = ${sandbox.accessKeyId}\naws_secret_access_key = ${sandbox.secretAccessKey}`,
  );
  await type(page, "#endpoint", sandbox.endpoint);
  await press(page, "#who-am-i");
  assert.ok((await heap(session)).includes(sandbox.secretAccessKey));
  await page.click("#session-list .forget");
  await page.evaluate(() => /^/.test(""));
  assert.ok(!(await heap(session)).includes(sandbox.secretAccessKey));
  await close();
});

test("leaving the page forgets everything, even if the browser keeps the page in its back/forward cache", async () => {
  const { page, close } = await open(browser);
  await paste(page, "body", `${sandbox.accessKeyId} ${sandbox.secretAccessKey}`);
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })));
  assert.equal(await value(page, "#secret-access-key"), "");
  await close();
});

test("forgetting aborts a call in flight, and its response is not shown", async () => {
  let release;
  const released = new Promise((resolve) => (release = resolve));
  const { page, close } = await open(browser, {
    respond: async () => {
      await released;
      return { body: "<GetCallerIdentityResponse/>" };
    },
  });
  await paste(page, "body", `${sandbox.accessKeyId} ${sandbox.secretAccessKey}`);
  await page.click("#who-am-i");
  await page.click("#forget");
  await page.waitForFunction(() => !document.getElementById("who-am-i").disabled);
  release();
  assert.equal(await page.$eval("#outcome", (outcome) => outcome.hidden), true);
  await close();
});

for (const [what, selector, pasted] of [
  ["pasted credentials", "body", `${sandbox.accessKeyId} ${SECRET}`],
  ["a pasted secret", "#secret-access-key", SECRET],
]) {
  test(`forgetting while the parser is loaded leaves nothing of ${what}`, async () => {
    const { page, close } = await open(browser);
    let load;
    const loading = new Promise((resolve) => (load = resolve));
    const loaded = new Promise((resolve) => {
      page.on("request", async (request) => {
        if (!request.url().endsWith("/credentials-parser.js")) return request.continue();
        await loading;
        await request.continue();
        resolve(undefined);
      });
    });
    await page.setRequestInterception(true);
    await page.$eval(
      selector,
      (element, text) => {
        const clipboardData = new DataTransfer();
        clipboardData.setData("text/plain", text);
        element.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
      },
      pasted,
    );
    await page.click("#forget");
    load();
    await loaded;
    // The import in the page is finished before this one.
    await page.evaluate((url) => import(url).then(() => {}), new URL("js/credentials-parser.js", page.url()).href);
    assert.deepEqual(await Promise.all(["#access-key-id", "#secret-access-key"].map((id) => value(page, id))), [
      "",
      "",
    ]);
    assert.equal(await page.$$eval("#session-list > *", (sessions) => sessions.length), 0);
    await close();
  });
}

test("going back to the page, or reloading it, brings no credentials back", async () => {
  const { page, close } = await open(browser);
  const fields = ["access-key-id", "secret-access-key", "session-token", "role-arn", "endpoint"];
  const leave = async (/** @type {() => Promise<unknown>} */ navigate) => {
    await paste(
      page,
      "body",
      "ASIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY IQoJb3JpZ2luX2VjEXAMPLE==",
    );
    await page.waitForFunction(() => document.getElementById("session-token").value);
    await type(page, "#role-arn", "arn:aws:iam::123456789012:role/their-role");
    await navigate();
    assert.deepEqual(await Promise.all(fields.map((id) => value(page, `#${id}`))), ["", "", "", "", ""]);
    assert.equal(await page.$$eval("#session-list > *", (sessions) => sessions.length), 0);
  };
  const { href } = new URL(page.url());
  await leave(() => page.reload());
  await leave(async () => {
    await page.goto("about:blank");
    await page.goBack();
    assert.equal(page.url(), href);
  });
  await close();
});
