// The page's exports are those of the package's `exportCredentials`.

import assert from "node:assert/strict";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { exportCredentials } from "../../pkg/dist/entry/node.js";
import { launch, open, paste, press, sandbox, site, text, type, useSandbox } from "./chromium.mjs";

/** @type {any[]} */
const FORMATS = [
  ...["sh", "fish", "powershell", "cmd", "ini", "process", "json"],
  ...["env", "docker", "github", "terraform", "javascript"],
];

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
  assert.deepEqual(formats, FORMATS);
  const { region, endpoint } = sandbox;
  for (const format of /** @type {any[]} */ (formats)) {
    const expected = exportCredentials(credentials, format, { profile: "test-role", region, endpoint });
    await page.select("#export-format", format);
    assert.equal(await page.$eval("#export-text", (exports) => exports.textContent), expected);
    await page.click("#copy-export");
    await page.waitForFunction(() => document.getElementById("status").textContent !== "");
    assert.equal(await text(page, "#status"), "Copied.");
    assert.equal(await page.evaluate("navigator.clipboard.readText()"), expected, format);
    await page.click("#download-export");
    const file = await downloaded(folder);
    assert.equal(file.content, expected, format);
    assert.ok(!["credentials", "config"].includes(file.name), file.name);
  }
  await rm(folder, { recursive: true });
  await close();
});

const TEMPORARY = {
  accessKeyId: "ASIAIOSFODNN7EXAMPLE",
  secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  sessionToken: `${"FwoGZXIvYXdzEXAMPLETOKEN".repeat(10)}==`,
  expiration: new Date("2099-11-23T19:00:00Z"),
};

test("pasted credentials are exported without any request, and every export can be pasted again", async () => {
  const { page, requested, close } = await open(browser);
  const before = requested.length;
  await paste(page, "body", exportCredentials(TEMPORARY, "sh", { region: "eu-central-1" }));
  assert.equal(await text(page, "#session-list .name"), TEMPORARY.accessKeyId);
  assert.match(await text(page, "#session-list .countdown"), /^\d+ h/);
  await page.click("#session-list .export");
  await page.waitForSelector("#outcome:not([hidden])");
  assert.equal(await text(page, "#outcome-title"), `Credentials of ${TEMPORARY.accessKeyId}`);
  await page.click("#reveal-result");
  await page.select("#export-format", "ini");
  await type(page, "#export-profile", "team-a");
  const file = await page.$eval("#export-text", (exports) => exports.textContent);
  assert.equal(file, exportCredentials(TEMPORARY, "ini", { profile: "team-a", region: "eu-central-1" }));
  await type(page, "#export-profile", "[team");
  assert.match(await text(page, "#export-text"), /the profile name must consist of/);
  assert.ok(!requested.slice(before).some((url) => /amazonaws|:\/\/sts/.test(url)), requested.join(" "));
  await close();
});

test("every export is read back with its expiration", async () => {
  const { page, close } = await open(browser);
  const expired = { ...TEMPORARY, expiration: new Date("2020-01-01T00:00:00Z") };
  for (const format of FORMATS) {
    await paste(page, "body", exportCredentials(expired, format));
    assert.match(await text(page, "#import-status"), /they expired/, format);
    assert.match(await text(page, "#session-list"), /expired/, format);
    await page.click("#forget");
  }
  await close();
});

/** Waits for a file in the folder, deletes it, and returns its content. */
async function downloaded(folder) {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const [name] = (await readdir(folder)).filter((name) => !name.endsWith(".crdownload"));
    const content = name && (await readFile(join(folder, name), "utf8"));
    if (content) {
      await rm(join(folder, name));
      return { name, content };
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return assert.fail("nothing was downloaded");
}
