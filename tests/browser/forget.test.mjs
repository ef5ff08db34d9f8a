// After "Forget everything", the page's heap holds no key: a snapshot of it is searched, before and after.
//
// What JavaScript cannot wipe: the engine frees strings without overwriting them, so that they may lie in the process's
// memory until it is used again, and so may what the browser itself kept of what was typed and of what the network gave.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch, open, paste, press, sandbox, text, type, value } from "./chromium.mjs";

let browser;

before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** All strings of the page's heap, after its garbage was collected, as one text. */
async function heap(session) {
  const chunks = [];
  const add = ({ chunk }) => chunks.push(chunk);
  session.on("HeapProfiler.addHeapSnapshotChunk", add);
  await session.send("HeapProfiler.collectGarbage");
  await session.send("HeapProfiler.takeHeapSnapshot", { reportProgress: false });
  session.off("HeapProfiler.addHeapSnapshotChunk", add);
  return JSON.parse(chunks.join("")).strings.join("\n");
}

test("forgotten is forgotten: form, page, chain, inspector and heap", async () => {
  const { page, close } = await open(browser);
  const session = await page.createCDPSession();
  await paste(page, "body", `${sandbox.accessKeyId} ${sandbox.secretAccessKey}`);
  await type(page, "#endpoint", sandbox.endpoint);
  await type(page, "#role-arn", sandbox.externalIdRoleArn);
  await type(page, "#session-name", "to-be-forgotten");
  await type(page, "[id='AssumeRole.ExternalId']", sandbox.externalId);
  await press(page, "#assume");
  await page.click("#use-keys");
  await page.click("#reveal-card");
  await page.click("#reveal-sent");
  await page.click("[data-reveals='secret-access-key']");
  await page.evaluate(() => {
    window.files = new Set();
    const { createObjectURL, revokeObjectURL } = URL;
    URL.createObjectURL = (blob) => (window.files.add(createObjectURL(blob)), [...window.files].at(-1));
    URL.revokeObjectURL = (url) => (window.files.delete(url), revokeObjectURL(url));
  });
  await page.click("#download-exports");
  assert.equal(await page.evaluate("window.files.size"), 1);
  const secrets = [
    sandbox.secretAccessKey,
    await value(page, "#secret-access-key"),
    await value(page, "#session-token"),
    sandbox.externalId,
  ];
  assert.equal(new Set(secrets).size, 4);
  const before = await heap(session);
  for (const secret of secrets) assert.ok(before.includes(secret), "a key in use can be found: the search works");

  await page.click("#forget");
  assert.equal(await text(page, "#said"), "Everything is forgotten.");
  const left = await page.evaluate(
    () =>
      document.documentElement.outerHTML +
      [...document.querySelectorAll("input, textarea")].map((field) => field.value),
  );
  const after = await heap(session);
  for (const [index, secret] of secrets.entries()) {
    assert.ok(!left.includes(secret), `secret ${index} is still on the page`);
    assert.ok(!after.includes(secret), `secret ${index} is still in the heap`);
  }
  assert.equal(await page.evaluate("window.files.size"), 0, "the file that was downloaded is let go");
  assert.equal(
    await page.$eval("#secret-access-key", (field) => field.type),
    "password",
    "the next secret is hidden again",
  );
  assert.equal(await page.evaluate("document.activeElement.id"), "access-key-id");
  await close();
});

test("a link that is forgotten is in the heap no longer, though its keys were pasted with a profile", async () => {
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
  await page.click("#links .forget-one");
  await page.evaluate(() => /^/.test(""));
  assert.ok(!(await heap(session)).includes(sandbox.secretAccessKey));
  await close();
});

test("leaving the page forgets everything, also when the browser keeps the page for the way back", async () => {
  const { page, close } = await open(browser);
  await paste(page, "body", `${sandbox.accessKeyId} ${sandbox.secretAccessKey}`);
  await page.evaluate(() => dispatchEvent(new PageTransitionEvent("pagehide", { persisted: true })));
  assert.equal(await value(page, "#secret-access-key"), "");
  await close();
});

test("forgetting ends a call that is under way, and its answer is shown to nobody", async () => {
  let release;
  const held = new Promise((resolve) => (release = resolve));
  const { page, close } = await open(browser, {
    answer: async () => {
      await held;
      return { body: "<GetCallerIdentityResponse/>" };
    },
  });
  await paste(page, "body", `${sandbox.accessKeyId} ${sandbox.secretAccessKey}`);
  await page.click("#who-am-i");
  await page.click("#forget");
  await page.waitForFunction(() => !document.getElementById("who-am-i").disabled);
  release();
  assert.equal(await page.$eval("#news", (news) => news.hidden), true);
  await close();
});
