// A page in headless Chromium.

import { launch } from "../../tests/browser/chromium.mjs";

export async function openChromium(server) {
  const browser = await launch();
  const page = await browser.newPage();
  await page.goto(`${server}page.html`);
  await page.waitForFunction("window.bench", { timeout: 20_000 });
  const breakdown = [];
  const call =
    (method) =>
    (...args) =>
      page.evaluate((method, args) => window.bench[method](...args), method, args);
  return {
    name: "Chromium",
    version: await browser.version(),
    batch: 40,
    plan: call("plan"),
    verify: call("verify"),
    signAndParse: call("signAndParse"),
    run: call("run"),
    /** Returns the milliseconds from the start of a new page, with an empty cache, to a contender's first signature. */
    firstSignature: async (contender) => {
      const context = await browser.createBrowserContext();
      const page = await context.newPage();
      await page.goto(`${server}first-signature/${contender}.html`);
      await page.waitForFunction("window.firstSignature", { timeout: 20_000 });
      const times = await page.evaluate("window.firstSignature");
      await context.close();
      if (contender === "sts-web") breakdown.push(times);
      return times.total;
    },
    /** The times of each first signature of sts-web: in total, for the script and for the wasm. */
    breakdown,
    close: () => browser.close(),
  };
}
