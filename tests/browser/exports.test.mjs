// The page's exports are those of the package's `exportCredentials`.

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

test("every format is shown, copied and downloaded as the package exports it", async () => {
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
  await page.click("#reveal-result");
  const { Credentials } = JSON.parse(await text(page, "#output-json"));
  const credentials = {
    accessKeyId: Credentials.AccessKeyId,
    secretAccessKey: Credentials.SecretAccessKey,
    sessionToken: Credentials.SessionToken,
    expiration: new Date(Credentials.Expiration),
  };
  const formats = await page.$$eval("#export-format option", (options) => options.map(({ value }) => value));
  assert.deepEqual(formats, ["sh", "fish", "powershell", "cmd", "ini", "process", "json"]);
  for (const format of /** @type {any[]} */ (formats)) {
    const expected = exportCredentials(credentials, format, { profile: "test-role" });
    await page.select("#export-format", format);
    assert.equal(await page.$eval("#export-text", (exports) => exports.textContent), expected);
    await page.click("#copy-export");
    await page.waitForFunction(() => document.getElementById("status").textContent !== "");
    assert.equal(await text(page, "#status"), "Copied.");
    assert.equal(await page.evaluate("navigator.clipboard.readText()"), expected, format);
    await page.click("#download-export");
    assert.equal(await downloaded(folder), expected, format);
  }
  await rm(folder, { recursive: true });
  await close();
});

/** Waits for a file in the folder, deletes it, and returns its content. */
async function downloaded(folder) {
  for (let attempt = 0; attempt < 100; attempt += 1) {
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
