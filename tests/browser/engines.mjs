// Opens the page in each of the three browser engines, with the same functions for all: `run`, `click`, `type`,
// `close`.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";

import { launch } from "./chromium.mjs";

/** For each engine, a function that opens a URL. */
export const ENGINES = {
  Chromium: async (url) => withPuppeteer(await launch(), url),
  Firefox: async (url) => withPuppeteer(await launch({ browser: "firefox", executablePath: process.env.FIREFOX }), url),
  WebKit: webkit,
};

async function withPuppeteer(browser, url) {
  const page = await browser.newPage();
  await page.goto(url);
  return {
    run: (script, ...args) => page.evaluate(script, ...args),
    click: (selector) => page.click(selector),
    type: (selector, text) => page.type(selector, text),
    /** Presses a key while Control is held down. WebKit's driver has no clipboard. */
    control: async (key) => {
      await page.keyboard.down("Control");
      await page.keyboard.press(key);
      await page.keyboard.up("Control");
    },
    close: () => browser.close(),
  };
}

/** Opens a URL in WebKitGTK's MiniBrowser, on a virtual display. */
async function webkit(url) {
  const port = await freePort();
  const driver = spawn("xvfb-run", ["-a", "WebKitWebDriver", `--port=${port}`], {
    env: { ...process.env, WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1" },
    stdio: "ignore",
    // A process group, so that the display is stopped with it.
    detached: true,
  });
  const stop = async () => {
    process.kill(-driver.pid);
    await once(driver, "exit");
  };
  try {
    const session = await createSession(port);
    await session("POST", "/url", { url });
    return {
      ...commands(session),
      close: () =>
        session("DELETE", "")
          .catch(() => {})
          .then(stop),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Creates a WebDriver session (W3C, "WebDriver"), and returns a function that sends commands to it. */
async function createSession(port) {
  const send = async (method, path, body) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, body: body && JSON.stringify(body) });
    const { value } = await response.json();
    if (value?.error) throw new Error(`${value.error}: ${value.message}`);
    return value;
  };
  await untilUp(() => send("GET", "/status"));
  const options = { binary: process.env.MINIBROWSER, args: ["--automation"] };
  const capabilities = { alwaysMatch: { browserName: "MiniBrowser", "webkitgtk:browserOptions": options } };
  const { sessionId } = await send("POST", "/session", { capabilities });
  return (method, path, body) => send(method, `/session/${sessionId}${path}`, body);
}

function commands(session) {
  const element = async (selector) => {
    const found = await session("POST", "/element", { using: "css selector", value: selector });
    return `/element/${Object.values(found)[0]}`;
  };
  const run = (script, ...args) =>
    session("POST", "/execute/sync", { script: `return (${script})(...arguments)`, args });
  return {
    run,
    click: async (selector) => {
      // WebKit's driver does not always scroll to an element just below the window, and then rejects the click.
      await run((selector) => document.querySelector(selector).scrollIntoView({ block: "center" }), selector);
      await session("POST", `${await element(selector)}/click`, {});
    },
    type: async (selector, text) => session("POST", `${await element(selector)}/value`, { text }),
  };
}

async function untilUp(getStatus) {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    if (
      await getStatus().then(
        () => true,
        () => false,
      )
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("WebKitWebDriver did not start within 20 seconds");
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}
