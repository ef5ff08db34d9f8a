// Starts Chromium with an empty profile and opens the page in it, recording its console and its requests.

import { createRequire } from "node:module";
import { setTimeout } from "node:timers/promises";

const require = createRequire(new URL("../../pkg/package.json", import.meta.url));
const puppeteer = (await import(require.resolve("puppeteer-core"))).default;

export const site = process.env.STS_WEB_SITE;
export const sandbox = JSON.parse(process.env.STS_WEB_SANDBOX ?? "{}");

/** How long a browser, or a context in it, may take to close, in milliseconds. */
const CLOSE_TIMEOUT = 10_000;

export const CHROMIUM = {
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
  // Puppeteer waits for the first process without a limit, and Node waits for all others, which share its pipes.
  // Occasionally one of them does not exit.
  browser.close = async () => {
    await within(CLOSE_TIMEOUT, close());
    killGroup(pid);
  };
  // Chromium occasionally never confirms that it disposed of a context, for example of one whose page is navigating.
  // Such a context ends with its browser.
  const createBrowserContext = browser.createBrowserContext.bind(browser);
  browser.createBrowserContext = async () => {
    const context = await createBrowserContext();
    const closeContext = context.close.bind(context);
    context.close = () => within(CLOSE_TIMEOUT, closeContext());
    return context;
  };
  return browser;
}

/** Waits for a promise for at most so many milliseconds. */
async function within(milliseconds, promise) {
  const timer = new AbortController();
  promise.catch(() => {}); // It may still be rejected when no code waits for it any more.
  try {
    await Promise.race([promise, setTimeout(milliseconds, undefined, { signal: timer.signal })]);
  } finally {
    timer.abort();
  }
}

/** Kills all processes of a browser: Puppeteer starts each browser as a process group. */
function killGroup(pid) {
  try {
    process.kill(-pid, "SIGKILL");
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}

/**
 * Opens the page in a new browser context. `logged` collects the console messages, `requested` the URLs of all
 * requests. `respond(request)` returns the status and body of AWS STS's response; nothing is sent to AWS.
 *
 * @param {any} browser
 * @param {{ url?: string; width?: number; height?: number; dark?: boolean; respond?: Function; before?: () => void }}
 *   [options]
 */
export async function open(browser, { url = site, width = 1100, height = 900, dark = false, respond, before } = {}) {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  const logged = [];
  const requested = [];
  page.on("console", (message) => logged.push(message.text()));
  page.on("pageerror", (error) => logged.push(String(error)));
  page.on("request", (request) => requested.push(request.url()));
  await page.setViewport({ width, height });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: dark ? "dark" : "light" }]);
  await page.evaluateOnNewDocument(() => {
    window.violations = [];
    document.addEventListener("securitypolicyviolation", (event) => window.violations.push(event.violatedDirective));
  });
  if (before) await page.evaluateOnNewDocument(before);
  if (respond) await respondAsAws(page, respond);
  await page.goto(url, { waitUntil: "networkidle0" });
  return { page, logged, requested, close: () => context.close() };
}

async function respondAsAws(page, respond) {
  await page.setRequestInterception(true);
  page.on("request", async (request) => {
    if (new URL(request.url()).hostname !== "sts.us-east-1.amazonaws.com") return request.continue();
    const headers = {
      "access-control-allow-origin": "*",
      "access-control-allow-headers": request.headers()["access-control-request-headers"] ?? "*",
      "access-control-expose-headers": "date",
    };
    if (request.method() === "OPTIONS") return request.respond({ status: 200, headers });
    const { status = 200, contentType = "text/xml", date, body } = await respond(request);
    return request.respond({ status, contentType, headers: { ...headers, ...(date && { date }) }, body });
  });
}

/** For `before`: lets the test set the page's clock, by adding `window.ahead` milliseconds to it. */
export function pinClock() {
  const Real = Date;
  window.ahead = 0;
  // @ts-expect-error It is never called without `new`.
  window.Date = class extends Real {
    /** @param {[number]} args */
    constructor(...args) {
      super(...(args.length ? args : /** @type {[number]} */ ([Real.now() + window.ahead])));
    }
    static now() {
      return Real.now() + window.ahead;
    }
  };
}

/** Dispatches a paste event with credentials, and waits until they are imported. */
export function paste(page, selector, text) {
  return page.$eval(
    selector,
    async (element, text) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", text);
      const imported = new Promise((resolve) => {
        const status = document.getElementById("import-status");
        new MutationObserver(resolve).observe(status, { childList: true });
      });
      element.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
      await imported;
    },
    text,
  );
}

/** Returns the value of a field. */
export function value(page, selector) {
  return page.$eval(selector, (field) => field.value);
}

/** Fills in the sandbox's credentials and role. */
export async function useSandbox(page) {
  await page.waitForSelector("#sandbox:not([hidden])");
  await page.click("#use-sandbox");
  await page.waitForFunction(() => document.getElementById("access-key-id").value !== "");
}

/** Clicks a button and waits for its result or error. */
export async function press(page, selector) {
  await page.$eval("#outcome", (outcome) => {
    outcome.hidden = true;
  });
  await page.click(selector);
  await page.waitForSelector("#outcome:not([hidden])");
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
