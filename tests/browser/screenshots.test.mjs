// Compares the page with a result to the pictures in `screenshots`: three widths, light and dark.
//
// STS_WEB_SCREENSHOTS=write updates the pictures, and those in `docs`. Machines have different fonts, so the test loads
// its own.

import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";

import { launch, open, paste, press, type } from "./chromium.mjs";

const require = createRequire(new URL("../../pkg/package.json", import.meta.url));
const screenshots = new URL("screenshots/", import.meta.url);
const writing = process.env.STS_WEB_SCREENSHOTS === "write";
/** The maximum fraction of pixels that differ visibly. */
const TOLERANCE = 0.005;

let browser;

before(async () => {
  browser = await launch();
  await mkdir(screenshots, { recursive: true });
});
after(() => browser.close());

/** Stops the clock of the page. */
function stopClock() {
  const Real = Date;
  const now = Real.UTC(2026, 0, 2, 3, 4, 5);
  // @ts-expect-error It is never called without `new`.
  window.Date = class extends Real {
    /** @param {[number]} args */
    constructor(...args) {
      super(...(args.length ? args : /** @type {[number]} */ ([now])));
    }
    static now() {
      return now;
    }
  };
}

const RESPONSE = `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId>
  <SecretAccessKey>secret</SecretAccessKey><SessionToken>token</SessionToken><Expiration>2026-01-02T04:04:05Z</Expiration>
  </Credentials><AssumedRoleUser><AssumedRoleId>AROAEXAMPLE:s3-access-example</AssumedRoleId>
  <Arn>arn:aws:sts::123456789012:assumed-role/test-role/s3-access-example</Arn></AssumedRoleUser></AssumeRoleResult>
  </AssumeRoleResponse>`;

async function openWithResult(width, dark) {
  const { page, close } = await open(browser, { width, dark, before: stopClock, respond: () => ({ body: RESPONSE }) });
  // At a quarter of the size, changes of the layout are visible, but differences in font smoothing are not.
  await page.setViewport({ width, height: 900, deviceScaleFactor: 0.25 });
  await page.emulateTimezone("UTC");
  await loadFonts(page);
  await page.$eval("#sandbox", (sandbox) => (sandbox.hidden = true));
  await paste(page, "#access-key-id", "AKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
  await type(page, "#role-arn", "arn:aws:iam::123456789012:role/test-role");
  await type(page, "#session-name", "s3-access-example");
  await press(page, "#assume");
  await page.evaluate(() => document.activeElement.blur());
  return { page, close };
}

/** Loads the fonts of the pictures as bytes, because the page's policy blocks fonts from other hosts. */
async function loadFonts(page) {
  for (const [name, font] of [
    ["--sans", "dejavu-sans"],
    ["--mono", "dejavu-mono"],
  ]) {
    for (const weight of [400, 700]) {
      const file = require.resolve(`@fontsource/${font}/files/${font}-latin-${weight}-normal.woff2`);
      await page.evaluate(
        async (name, font, weight, base64) => {
          const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
          document.fonts.add(await new FontFace(font, bytes, { weight }).load());
          document.documentElement.style.setProperty(name, font);
        },
        name,
        font,
        String(weight),
        await readFile(file, "base64"),
      );
    }
  }
}

for (const width of [320, 768, 1440]) {
  for (const dark of [false, true]) {
    const name = `${width}-${dark ? "dark" : "light"}`;
    test(`the page matches its screenshot: ${name}`, async (context) => {
      const { page, close } = await openWithResult(width, dark);
      context.after(close);
      const screenshot = Buffer.from(await page.screenshot({ fullPage: true }));
      if (writing) await writeFile(new URL(`${name}.png`, screenshots), screenshot);
      const differing = await difference(screenshot, await readFile(new URL(`${name}.png`, screenshots)));
      assert.ok(
        differing <= TOLERANCE,
        `${(differing * 100).toFixed(2)} % of the pixels differ; if that is intended, update the pictures`,
      );
    });
  }
}

if (writing) {
  for (const dark of [false, true]) {
    const name = `page-${dark ? "dark" : "light"}.png`;
    test(`the picture for the README is written: ${name}`, async (context) => {
      const { page, close } = await openWithResult(1280, dark);
      context.after(close);
      await page.setViewport({ width: 1280, height: 1750 });
      await page.evaluate(() => scrollTo(0, 0));
      await writeFile(new URL(`../../docs/${name}`, import.meta.url), await page.screenshot());
    });
  }
}

/** Returns the fraction of pixels that differ visibly between two pictures; 1 if their sizes differ. */
async function difference(one, other) {
  const page = await browser.newPage();
  const fraction = await page.evaluate(
    async (...pictures) => {
      const [left, right] = await Promise.all(
        pictures.map(async (base64) => {
          const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
          const bitmap = await createImageBitmap(new Blob([bytes], { type: "image/png" }));
          const context = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
          context.drawImage(bitmap, 0, 0);
          return context.getImageData(0, 0, bitmap.width, bitmap.height);
        }),
      );
      if (left.width !== right.width || left.height !== right.height) return 1;
      let differing = 0;
      for (let at = 0; at < left.data.length; at += 4) {
        if ([0, 1, 2].some((channel) => Math.abs(left.data[at + channel] - right.data[at + channel]) > 48))
          differing += 1;
      }
      return differing / (left.data.length / 4);
    },
    one.toString("base64"),
    other.toString("base64"),
  );
  await page.close();
  return fraction;
}
