// A real Chromium with an empty profile, and the page in it with everything it says and sends written down.

import { createRequire } from "node:module";

const require = createRequire(new URL("../../pkg/package.json", import.meta.url));
const puppeteer = (await import(require.resolve("puppeteer-core"))).default;

export const site = process.env.STS_WEB_SITE;
export const sandbox = JSON.parse(process.env.STS_WEB_SANDBOX ?? "{}");

/** How long a browser may take to end by itself, in milliseconds. */
const END = 10_000;

const CHROMIUM = {
  executablePath: process.env.CHROME,
  args: [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
  ],
};

/** @param {import("puppeteer-core").LaunchOptions} [options] */
export async function launch(options = CHROMIUM) {
  const browser = await puppeteer.launch({ headless: true, ...options });
  const { pid } = browser.process();
  const close = browser.close.bind(browser);
  // Puppeteer waits for the end of the first process as long as it takes, and Node for that of every other one, which
  // hold the pipes of the first. Now and then one of them does not end.
  browser.close = async () => {
    const late = setTimeout(() => killGroup(pid), END);
    await close();
    clearTimeout(late);
    killGroup(pid);
  };
  return browser;
}

/** Ends all processes of a browser: Puppeteer starts each browser as a group. */
function killGroup(pid) {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}

/**
 * A new page of its own context, opened at the site. `said` collects the console, `asked` every URL requested.
 * `answer(request)` is asked what STS of AWS answers, and gives status and body; nothing goes to AWS itself.
 *
 * @param {any} browser
 * @param {{ url?: string; width?: number; height?: number; dark?: boolean; answer?: Function; before?: () => void }} [options]
 */
export async function open(browser, { url = site, width = 1100, height = 900, dark = false, answer, before } = {}) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  const said = [];
  const asked = [];
  page.on("console", (message) => said.push(message.text()));
  page.on("pageerror", (error) => said.push(String(error)));
  page.on("request", (request) => asked.push(request.url()));
  await page.setViewport({ width, height });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }]);
  await page.evaluateOnNewDocument(() => {
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) => window.violations.push(event.violatedDirective));
  });
  if (before) await page.evaluateOnNewDocument(before);
  if (answer) await answerAsAws(page, answer);
  await page.goto(url, { waitUntil: "networkidle0" });
  return { page, said, asked, close: () => context.close() };
}

async function answerAsAws(page, answer) {
  await page.setRequestInterception(true);
  page.on("request", async (request) => {
    if (new URL(request.url()).hostname !== "sts.us-east-1.amazonaws.com") return request.continue();
    const headers = {
      "access-control-allow-origin": "*",
      "access-control-allow-headers": request.headers()["access-control-request-headers"] ?? "*",
      "access-control-expose-headers": "date",
    };
    if (request.method() === "OPTIONS") return request.respond({ status: 200, headers });
    const { status = 200, contentType = "text/xml", date, body } = await answer(request);
    return request.respond({ status, contentType, headers: { ...headers, ...(date && { date }) }, body });
  });
}

/** For `before`: puts the page's clock under the test's hand. `window.ahead` milliseconds are added to it. */
export function pinClock() {
  const Real = Date;
  window.ahead = 0;
  // @ts-expect-error It is never called without `new`.
  window.Date = class extends Real {
    /** @param {[number]} given */
    constructor(...given) {
      super(...(given.length ? given : /** @type {[number]} */ ([Real.now() + window.ahead])));
    }
    static now() {
      return Real.now() + window.ahead;
    }
  };
}

/** Pastes a text as a person does: the event, and what the page makes of it. */
export function paste(page, selector, text) {
  return page.$eval(
    selector,
    (element, text) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", text);
      element.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    },
    text,
  );
}

/** What a field has in it. */
export function value(page, selector) {
  return page.$eval(selector, (field) => field.value);
}

/** The sandbox's keys and role in the forms. */
export async function useSandbox(page) {
  await page.waitForSelector("#sandbox:not([hidden])");
  await page.click("#use-sandbox");
  await page.waitForFunction(() => document.getElementById("access-key-id").value !== "");
}

/** Presses a button and waits for what comes of it. */
export async function press(page, selector) {
  await page.$eval("#news", (news) => (news.hidden = true));
  await page.click(selector);
  await page.waitForSelector("#news:not([hidden])");
}

export function text(page, selector) {
  return page.$eval(selector, (element) => element.textContent.trim());
}

export async function type(page, selector, value) {
  await page.$eval(selector, (field) => {
    field.closest("details")?.setAttribute("open", "");
    field.value = "";
  });
  await page.type(selector, value);
}
