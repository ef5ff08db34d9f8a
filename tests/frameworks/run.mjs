// Ways to run a program and read the result of its `probe`.

import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join } from "node:path";

/** Timeout of a page or a route, in milliseconds. Development servers compile on the first request. */
const TIMEOUT = 180_000;

/**
 * Runs a command that prints the result as its last line.
 *
 * @param {string[]} command
 */
export const prints = (...command) => {
  /** @param {import("./tool.mjs").Context} context */
  return async ({ execute }) => JSON.parse((await execute(command)).trim().split("\n").at(-1));
};

/**
 * Starts a server and opens one of its pages in Chromium.
 *
 * @param {string[]} command `$PORT` is replaced by a free port.
 * @param {string} [path]
 */
export const opens = (command, path = "/") => {
  /** @param {import("./tool.mjs").Context} context */
  return ({ serve, browser }) => serve(command, async (url) => inChromium(await browser(), new URL(path, url).href));
};

/**
 * Starts a server and requests the result from it.
 *
 * @param {string[]} command `$PORT` is replaced by a free port.
 * @param {string} path
 */
export const requests = (command, path) => {
  /** @param {import("./tool.mjs").Context} context */
  return ({ serve }) =>
    serve(command, async (url) => {
      const response = await fetch(new URL(path, url), { signal: AbortSignal.timeout(TIMEOUT) });
      const text = await response.text();
      try {
        return JSON.parse(text);
      } catch {
        throw new Error(`HTTP ${response.status}: ${text.slice(0, 2000)}`);
      }
    });
};

/**
 * Starts a server and returns the first ARN in its response.
 *
 * @param {string[]} command `$PORT` is replaced by a free port.
 * @param {string} [path]
 * @param {import("./tool.mjs").Environment} [environment]
 */
export const respondsWithArn = (command, path = "/", environment = {}) => {
  /** @param {import("./tool.mjs").Context} context */
  return ({ serve }) =>
    serve(
      command,
      async (url) => {
        const response = await fetch(new URL(path, url), { signal: AbortSignal.timeout(TIMEOUT) });
        return firstArn(await response.text());
      },
      environment,
    );
};

/**
 * Returns the part that matches a pattern of what `run` returns or throws, for a tool that works only with a setting.
 *
 * @param {(context: import("./tool.mjs").Context) => Promise<unknown>} run
 * @param {RegExp} pattern
 */
export const excerpt = (run, pattern) => {
  /** @param {import("./tool.mjs").Context} context */
  return async (context) => {
    const result = await run(context).catch((error) => error.output ?? error.message);
    const text = typeof result === "string" ? result : JSON.stringify(result);
    return pattern.exec(text)?.[0] ?? text;
  };
};

/**
 * Runs a command.
 *
 * @param {string[]} command
 */
export const runs = (...command) => {
  /** @param {import("./tool.mjs").Context} context */
  return ({ execute }) => execute(command);
};

/** Returns the first ARN of a text, or else the text. */
const firstArn = (text) => /arn:aws:[\w:/+=,.@-]*\w/.exec(text)?.[0] ?? text;

/**
 * Starts a server, fills in the form of its page in Chromium, and returns the first ARN in the page's status.
 *
 * @param {string[]} command `$PORT` is replaced by a free port.
 * @param {Record<string, string>} fields Values by the fields' names.
 * @param {import("./tool.mjs").Environment} [environment]
 */
export const submitsForm = (command, fields, environment = {}) => {
  /** @param {import("./tool.mjs").Context} context */
  return ({ serve, browser }) => serve(command, async (url) => submit(await browser(), url, fields), environment);
};

/**
 * Like {@link submitsForm}, with a folder of built files.
 *
 * @param {string} folder
 * @param {Record<string, string>} fields
 */
export const hostsForm = (folder, fields) => {
  /** @param {import("./tool.mjs").Context} context */
  return (context) =>
    host(join(context.folder, folder), {}, async (url) => submit(await context.browser(), url, fields));
};

/**
 * How a folder is served.
 *
 * @typedef {object} HostOptions
 * @property {string} [base] The path that the folder is served under. Default: `/`.
 * @property {string} [alias] A path that redirects to `base`, as a CDN redirects to the latest version of a package.
 * @property {Record<string, string>} [headers]
 * @property {Record<string, string>} [contentTypes] By extension.
 */

/**
 * Serves a folder of built files, and opens one of its pages in Chromium.
 *
 * @param {string} folder
 * @param {HostOptions & { path?: string }} [options] `path` is the page's, relative to `base`.
 */
export const hosts = (folder, { path = "", ...options } = {}) => {
  /** @param {import("./tool.mjs").Context} context */
  return (context) =>
    host(join(context.folder, folder), options, async (url) => inChromium(await context.browser(), url + path));
};

/**
 * Serves a folder of built files while `work` runs with its URL.
 *
 * @param {string} root
 * @param {HostOptions} options
 * @param {(url: string) => Promise<unknown>} work
 */
export async function host(root, options, work) {
  const server = createServer(respond(root, options));
  await once(server.listen(0, "127.0.0.1"), "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  try {
    return await work(`http://127.0.0.1:${port}${options.base ?? "/"}`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

const CONTENT_TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".css": "text/css",
  ".wasm": "application/wasm",
};

/**
 * Responds with the files of a folder, as a static host does.
 *
 * @param {string} root
 * @param {HostOptions} options
 */
function respond(root, { base = "/", alias, headers = {}, contentTypes = {} }) {
  return async (request, response) => {
    const { pathname } = new URL(request.url, "http://x");
    if (alias && pathname.startsWith(alias)) {
      return response.writeHead(302, { ...headers, location: base + pathname.slice(alias.length) }).end();
    }
    const path = pathname.startsWith(base) ? pathname.slice(base.length) || "index.html" : undefined;
    const content = path && (await readFile(join(root, decodeURIComponent(path))).catch(() => undefined));
    if (!content) return response.writeHead(404, { "content-type": "text/html" }).end("<!doctype html>not found");
    const contentType = { ...CONTENT_TYPES, ...contentTypes }[extname(path)] ?? "application/octet-stream";
    return response.writeHead(200, { ...headers, "content-type": contentType }).end(content);
  };
}

/** Opens a page and returns `globalThis.result` once it is set. */
async function inChromium(browser, url) {
  const context = await browser.createBrowserContext();
  const logged = [];
  try {
    const page = await context.newPage();
    page.on("console", (message) => logged.push(message.text()));
    page.on("pageerror", (error) => logged.push(String(error)));
    page.on("requestfailed", (request) => logged.push(`${request.url()} ${request.failure()?.errorText}`));
    await page.goto(url, { timeout: TIMEOUT });
    await page.waitForFunction("globalThis.result", { timeout: TIMEOUT });
    return await page.evaluate("globalThis.result");
  } catch (error) {
    throw new Error([error.message, ...logged].join("\n"));
  } finally {
    await context.close();
  }
}

/** Submits the form of a page and returns the first ARN in its status, or else the status. */
async function submit(browser, url, fields) {
  const context = await browser.createBrowserContext();
  try {
    const page = await context.newPage();
    // Until the framework has made the form work. Development servers keep a connection open.
    await page.goto(url, { timeout: TIMEOUT, waitUntil: "networkidle2" });
    for (const [name, value] of Object.entries(fields)) await page.type(`input[name=${name}]`, value);
    await page.click("button[type=submit]");
    const isDone = "/[^…]$/.test(document.querySelector('[role=status]')?.textContent)";
    await page.waitForFunction(isDone, { timeout: TIMEOUT });
    return firstArn(await page.$eval("[role=status]", (status) => status.textContent));
  } finally {
    await context.close();
  }
}
