// What the page gives people to take along is what the package's `exportCredentials` gives.

import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { exportCredentials } from "../../pkg/dist/entry/node.js";
import { launch, open, press, site, text, useSandbox } from "./chromium.mjs";

let browser;

before(async () => {
  browser = await launch();
});
after(() => browser.close());

test("shown, copied and downloaded, every form is the package's", async () => {
  const { page, close } = await open(browser);
  await page
    .browserContext()
    .overridePermissions(site, ["clipboard-read", "clipboard-write", "clipboard-sanitized-write"]);
  const folder = await mkdtemp(join(tmpdir(), "exports-"));
  const session = await page.createCDPSession();
  await session.send("Browser.setDownloadBehavior", {
    behavior: "allow",
    downloadPath: folder,
    browserContextId: page.browserContext().id,
  });
  await useSandbox(page);
  await press(page, "#assume");
  await page.click("#reveal-card");
  const { Credentials } = JSON.parse(await text(page, "#answer"));
  const credentials = {
    accessKeyId: Credentials.AccessKeyId,
    secretAccessKey: Credentials.SecretAccessKey,
    sessionToken: Credentials.SessionToken,
    expiration: new Date(Credentials.Expiration),
  };
  const formats = await page.$$eval("#format option", (options) => options.map(({ value }) => value));
  assert.deepEqual(formats, ["sh", "fish", "powershell", "cmd", "ini", "process", "json"]);
  for (const format of /** @type {any[]} */ (formats)) {
    const expected = exportCredentials(credentials, format, { profile: "test-role" });
    await page.select("#format", format);
    assert.equal(await page.$eval("#exports", (exports) => exports.textContent), expected);
    await page.click("#copy-exports");
    await page.waitForFunction(() => document.getElementById("said").textContent !== "");
    assert.equal(await text(page, "#said"), "Copied.");
    assert.equal(await page.evaluate("navigator.clipboard.readText()"), expected, format);
    await page.click("#download-exports");
    assert.equal(await downloaded(folder), expected, format);
  }
  await rm(folder, { recursive: true });
  await close();
});

/** The one file that arrives in the folder, which is then empty again. */
async function downloaded(folder) {
  for (let tries = 0; tries < 100; tries += 1) {
    const [name] = (await readdir(folder)).filter((name) => !name.endsWith(".crdownload"));
    const content = name && (await readFile(join(folder, name), "utf8"));
    if (content) {
      await rm(join(folder, name));
      return content;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return assert.fail("nothing was downloaded");
}
