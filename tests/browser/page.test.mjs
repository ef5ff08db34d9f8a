// How the page looks and behaves for everybody: axe, widths, themes, motion, first paint, and its size.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { launch, open, paste, press, sandbox, site, type, useSandbox } from "./chromium.mjs";

const require = createRequire(new URL("../../pkg/package.json", import.meta.url));
const folder = new URL("../../target/site/", import.meta.url).pathname;
const scripts = new URL("../../www/js/", import.meta.url).pathname;

let browser;

before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** Everything that can be folded, unfolded; a list with a row in it. */
async function unfold(page) {
  await page.$$eval("details", (all) => all.forEach((details) => details.setAttribute("open", "")));
  await page.click("[id='AssumeRole.Tags-add']");
}

for (const dark of [false, true]) {
  test(`axe finds nothing, ${dark ? "dark" : "light"}: before, after, and after a failure`, async () => {
    const source = await readFile(require.resolve("axe-core/axe.min.js"), "utf8");
    const { page, close } = await open(browser, { dark, width: 360 });
    // The page's policy forbids injected scripts, and axe is one; it runs beside the policy, not through it.
    const session = await page.createCDPSession();
    await session.send("Runtime.evaluate", { expression: source });
    const violations = async () => {
      const run = `axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] })
        .then((result) => result.violations.map(({ id, nodes }) => id + ": " + nodes.map(({ html }) => html).join(" ")))`;
      const { result } = await session.send("Runtime.evaluate", {
        expression: run,
        awaitPromise: true,
        returnByValue: true,
      });
      return result.value;
    };
    assert.deepEqual(await violations(), []);
    await useSandbox(page);
    await press(page, "#assume");
    await unfold(page);
    assert.deepEqual(await violations(), []);
    await page.click("#use-keys");
    await press(page, "#assume");
    assert.deepEqual(await violations(), []);
    await close();
  });
}

for (const width of [320, 768, 1440]) {
  test(`${width} pixels are enough: nothing has to be scrolled sideways`, async () => {
    const { page, close } = await open(browser, { width });
    const overflows = () =>
      page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
    assert.equal(await overflows(), false);
    await useSandbox(page);
    await press(page, "#assume");
    await unfold(page);
    assert.equal(await overflows(), false);
    await page.click("#use-keys");
    await press(page, "#assume");
    assert.equal(await overflows(), false);
    await close();
  });
}

test("the first paint needs no wasm, and nothing shifts when it comes", async () => {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.evaluateOnNewDocument(() => {
    window.shifts = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) window.shifts += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
  });
  let release;
  const held = new Promise((resolve) => (release = resolve));
  await page.setRequestInterception(true);
  page.on("request", async (request) => {
    if (request.url().endsWith(".wasm")) await held;
    // Nobody but a developer is offered a sandbox.
    if (request.url().endsWith("sandbox.json")) return request.respond({ status: 404 });
    await request.continue();
  });
  await page.goto(site, { waitUntil: "load" });
  await page.waitForFunction(() => performance.getEntriesByName("first-contentful-paint").length === 1);
  assert.match(await page.$eval("main", (main) => main.innerText), /Who you are/);
  // Typed before the module is there, and not lost when it comes.
  await type(page, "#session-name", "a-session");
  assert.equal(
    await page.$eval("[id='AssumeRole.RoleSessionName-limit']", (limit) => limit.textContent),
    "2 to 64 characters",
  );
  release();
  await page.waitForFunction(() =>
    /^9 of 64/.test(document.getElementById("AssumeRole.RoleSessionName-limit").textContent),
  );
  assert.equal(await page.evaluate("window.shifts"), 0);
  await context.close();
});

test("it works on without a network, but for the calls", async () => {
  const { page, close } = await open(browser);
  await useSandbox(page);
  await page.setOfflineMode(true);
  await page.click("#sign-role");
  await page.waitForSelector("#sent:not([hidden])");
  await press(page, "#who-am-i");
  assert.match(await page.$eval("#failure-facts", (facts) => facts.textContent), /^NetworkError/);
  await page.setOfflineMode(false);
  await press(page, "#who-am-i");
  assert.match(await page.$eval("#in-words", (words) => words.textContent), /test-user/);
  await close();
});

test("a host may serve the module under any type; where it does not serve it, the page says so and tries again", async () => {
  const wasm = await readFile(join(folder, "sts.wasm"));
  let reply;
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.setRequestInterception(true);
  page.on("request", (request) => (request.url().endsWith("/sts.wasm") ? request.respond(reply) : request.continue()));
  for (const contentType of ["application/octet-stream", "application/wasm; charset=utf-8", "text/plain"]) {
    reply = { status: 200, contentType, body: wasm };
    await page.goto(site, { waitUntil: "networkidle0" });
    await useSandbox(page);
    await press(page, "#who-am-i");
    assert.match(await page.$eval("#in-words", (words) => words.textContent), /test-user/, contentType);
  }
  reply = { status: 503 };
  await page.goto(site, { waitUntil: "networkidle0" });
  await useSandbox(page);
  await press(page, "#who-am-i");
  assert.match(
    await page.$eval("#failure-message", (message) => message.textContent),
    /could not load its WebAssembly module: .*sts\.wasm was answered with 503/,
  );
  reply = { status: 200, contentType: "application/wasm", body: wasm };
  await press(page, "#who-am-i");
  assert.match(await page.$eval("#in-words", (words) => words.textContent), /test-user/);
  await context.close();
});

test("nothing moves for those who asked for less motion, nor for others", async () => {
  const { page, close } = await open(browser);
  const moving = await page.evaluate(
    () =>
      [...document.querySelectorAll("*")].filter((element) => {
        const { transitionDuration, animationName } = getComputedStyle(element);
        return transitionDuration !== "0s" || animationName !== "none";
      }).length,
  );
  assert.equal(moving, 0);
  await close();
});

test("every input is kept from the browser's memory, and secrets are not shown", async () => {
  const { page, close } = await open(browser);
  for (const name of await page.$$eval("#operation option", (options) => options.map(({ value }) => value))) {
    await page.$eval("#others", (others) => (others.open = true));
    await page.select("#operation", name);
    const careless = await page.$$eval("input:not([type=checkbox], [type=file]), textarea", (all) =>
      all.filter((one) => one.autocomplete !== "off" || one.spellcheck).map(({ id }) => id),
    );
    assert.deepEqual(careless, []);
  }
  for (const id of ["secret-access-key", "session-token", "AssumeRole.ExternalId"]) {
    assert.equal(await page.$eval(`[id='${id}']`, (field) => field.type), "password");
  }
  await close();
});

test("every sentence of the scripts is in index.html, and none is there for nothing", async () => {
  const html = await readFile(join(folder, "index.html"), "utf8");
  const there = [...html.matchAll(/data-word="([\w-]+)"/g)].map(([, word]) => word);
  const files = await readdir(scripts);
  const code = (await Promise.all(files.map((name) => readFile(join(scripts, name), "utf8")))).join("\n");
  assert.deepEqual(
    there.filter((word, index) => there.indexOf(word) !== index),
    [],
  );
  for (const word of there)
    assert.ok(code.includes(`"${word.replace(/-about$/, "")}"`) || /^you-are-/.test(word), `${word} is said by nobody`);
  for (const [, word] of code.matchAll(/\bsay\("([\w-]+)"/g)) assert.ok(there.includes(word), `${word} is missing`);
  for (const [, word] of code.matchAll(/problem: "([\w-]+)"/g)) assert.ok(there.includes(word), `${word} is missing`);
});

test("the map in index.html names every file, and the hashes are those of the files", async () => {
  const html = await readFile(join(folder, "index.html"), "utf8");
  const map = html.slice(0, html.indexOf("-->"));
  for (const name of await readdir(scripts)) assert.ok(map.includes(`  js/${name} `), `${name} is not on the map`);
  const joined = await readFile(join(folder, "js/page.js"), "utf8");
  for (const name of await readdir(scripts)) {
    // That of the Worker's page stands by itself.
    assert.ok(joined.includes(`// js/${name}\n`) !== (name === "broker.js"), `${name} is not in the joined script`);
  }
  const lines = (await readFile(join(folder, "SHA256SUMS"), "utf8")).trim().split("\n");
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  // Not in it are the list itself, and worker.json, which a Worker answers.
  assert.equal(lines.length, files.length - 2);
  for (const line of lines) {
    const [hash, name] = line.split("  ");
    assert.equal(
      createHash("sha256")
        .update(await readFile(join(folder, name)))
        .digest("hex"),
      hash,
      name,
    );
  }
});

test("the page works file by file, too, on any static host and in any folder of it", async () => {
  const server = createServer(async (request, response) => {
    const path = request.url.replace(/^\/a\/folder\//, "").split("?")[0] || "index.html";
    const type = {
      html: "text/html",
      css: "text/css",
      js: "text/javascript",
      wasm: "application/wasm",
      svg: "image/svg+xml",
    }[path.split(".").at(-1)];
    const content =
      type && (await readFile(new URL(`../../target/page/${path}`, import.meta.url)).catch(() => undefined));
    response.writeHead(content ? 200 : 404, { "content-type": type ?? "text/plain" }).end(content);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/a/folder/`, { waitUntil: "networkidle0" });
  await paste(page, "body", "AKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
  await type(page, "#role-arn", sandbox.roleArn);
  await type(page, "#session-name", "a-session");
  await page.click("#sign-role");
  await page.waitForSelector("#sent:not([hidden])");
  assert.equal(await page.$$eval("#steps pre", (steps) => steps.length), 6);
  assert.equal(await page.$eval("#sandbox", (offer) => offer.hidden), true);
  await page.close();
  server.close();
  server.closeAllConnections();
});

test("the headers that the page is served with", async () => {
  const { headers } = await fetch(site);
  const expected = {
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "content-security-policy": /frame-ancestors 'none'/,
  };
  for (const [name, value] of Object.entries(expected)) assert.match(headers.get(name) ?? "", new RegExp(value), name);
  const policy = /Content-Security-Policy"\s+content="([^"]*)"/.exec(await (await fetch(site)).text())[1];
  for (const part of [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "style-src 'self'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ]) {
    assert.ok(policy.includes(part), part);
  }
  assert.ok(!/'unsafe-inline'|'unsafe-eval'|\*/.test(policy));
  assert.ok(policy.includes(sandbox.endpoint), "the sandbox, which is added for this test alone");
});
