// The three engines, each driven through its own door, with the same few handles: `run` a function in the page, `click`
// and `type` as a person does.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";

import { launch } from "./chromium.mjs";

/** A function that opens a page in each engine. */
export const ENGINES = {
  Chromium: async (url) => driven(await launch(), url),
  Firefox: async (url) => driven(await launch({ browser: "firefox", executablePath: process.env.FIREFOX }), url),
  WebKit: webkit,
};

async function driven(browser, url) {
  const page = await browser.newPage();
  await page.goto(url);
  return {
    run: (what, ...given) => page.evaluate(what, ...given),
    click: (selector) => page.click(selector),
    type: (selector, text) => page.type(selector, text),
    close: () => browser.close(),
  };
}

/** WebKitGTK's MiniBrowser, on a display of its own. */
async function webkit(url) {
  const port = await freePort();
  const driver = spawn("xvfb-run", ["-a", "WebKitWebDriver", `--port=${port}`], {
    env: { ...process.env, WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS: "1" },
    stdio: "ignore",
    // A group of its own, so that the display ends with it.
    detached: true,
  });
  const end = async () => {
    process.kill(-driver.pid);
    await once(driver, "exit");
  };
  try {
    const session = await begin(port);
    await session("POST", "/url", { url });
    return {
      ...handles(session),
      close: () =>
        session("DELETE", "")
          .catch(() => {})
          .then(end),
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** A session of WebDriver (W3C, "WebDriver"), as a function that asks it. */
async function begin(port) {
  const ask = async (method, path, body) => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { method, body: body && JSON.stringify(body) });
    const { value } = await response.json();
    if (value?.error) throw new Error(`${value.error}: ${value.message}`);
    return value;
  };
  await untilUp(() => ask("GET", "/status"));
  const options = { binary: process.env.MINIBROWSER, args: ["--automation"] };
  const capabilities = { alwaysMatch: { browserName: "MiniBrowser", "webkitgtk:browserOptions": options } };
  const { sessionId } = await ask("POST", "/session", { capabilities });
  return (method, path, body) => ask(method, `/session/${sessionId}${path}`, body);
}

function handles(session) {
  const element = async (selector) => {
    const found = await session("POST", "/element", { using: "css selector", value: selector });
    return `/element/${Object.values(found)[0]}`;
  };
  return {
    run: (what, ...args) => session("POST", "/execute/sync", { script: `return (${what})(...arguments)`, args }),
    click: async (selector) => session("POST", `${await element(selector)}/click`, {}),
    type: async (selector, text) => session("POST", `${await element(selector)}/value`, { text }),
  };
}

async function untilUp(ask) {
  for (let tries = 0; tries < 200; tries += 1) {
    if (
      await ask().then(
        () => true,
        () => false,
      )
    )
      return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("WebKitWebDriver did not come up within 20 seconds");
}

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  return port;
}
