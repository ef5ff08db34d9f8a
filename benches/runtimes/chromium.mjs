// Chromium without a window, and a page in it.

import { launch } from "../../tests/browser/chromium.mjs";

export async function chromium(server) {
  const browser = await launch();
  const page = await browser.newPage();
  await page.goto(`${server}page.html`);
  await page.waitForFunction("window.bench", { timeout: 20_000 });
  const parts = [];
  const call =
    (what) =>
    (...given) =>
      page.evaluate((what, given) => window.bench[what](...given), what, given);
  return {
    name: "Chromium",
    version: await browser.version(),
    batch: 40,
    plan: call("plan"),
    verify: call("verify"),
    signAndParse: call("signAndParse"),
    run: call("run"),
    /** Milliseconds from the import of a contender to its first signature, in a page and a cache of its own. */
    first: async (contender) => {
      const context = await browser.createBrowserContext();
      const page = await context.newPage();
      await page.goto(`${server}first.html?${contender}`);
      await page.waitForFunction("window.first", { timeout: 20_000 });
      const first = await page.evaluate("window.first");
      await context.close();
      if (contender === "sts-web") parts.push(first);
      return first.all;
    },
    /** What each of sts-web's own was made of. */
    parts,
    close: () => browser.close(),
  };
}
