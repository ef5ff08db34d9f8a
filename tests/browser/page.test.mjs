// How the page looks and behaves for everybody: axe, widths, themes, motion, first paint, and its size.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { access, cp, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
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
  await page.$$eval("details", (all) => {
    for (const details of all) details.open = true;
  });
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

test("the minified scripts are what esbuild makes of the readable modules, by the command of www/README.md", async () => {
  const copy = await mkdtemp(join(tmpdir(), "sts-web-rebuilt-"));
  await cp(join(folder, "source"), join(copy, "source"), { recursive: true });
  const readme = await readFile(new URL("../../www/README.md", import.meta.url), "utf8");
  const [, version, options] = /npx esbuild@(\S+) ((?:.*\\\n)*.*)\n/.exec(readme);
  assert.equal(version, require("esbuild").version);
  execFileSync(
    process.execPath,
    [require.resolve("esbuild/bin/esbuild"), ...options.split(/[\s\\]+/), "--log-level=error"],
    {
      cwd: copy,
    },
  );
  const scripts = ["broker.js", "broker.js.map", "page.js", "page.js.map"];
  assert.deepEqual((await readdir(join(folder, "js"))).sort(), scripts);
  for (const name of scripts) {
    assert.ok((await readFile(join(copy, "js", name))).equals(await readFile(join(folder, "js", name))), name);
  }
  await rm(copy, { recursive: true });
});

test("the readable modules are those of the repository and the package, and the source maps name each that is loaded", async () => {
  const same = async (one, other) => assert.ok((await readFile(one)).equals(await readFile(other)), `${one}`);
  const modules = await readdir(scripts);
  assert.deepEqual(await readdir(join(folder, "source/js")), modules);
  for (const name of modules) await same(join(folder, "source/js", name), join(scripts, name));
  const published = new URL("../../pkg/dist/", import.meta.url).pathname;
  for (const name of await readdir(join(folder, "source/sts-web"), { recursive: true })) {
    if (/\.\w+$/.test(name)) await same(join(folder, "source/sts-web", name), join(published, name));
  }
  const mapped = [];
  for (const script of ["page.js", "broker.js"]) {
    const code = await readFile(join(folder, "js", script), "utf8");
    assert.ok(code.endsWith(`\n//# sourceMappingURL=${script}.map\n`), script);
    const { sources } = JSON.parse(await readFile(join(folder, "js", `${script}.map`), "utf8"));
    for (const source of sources) await access(join(folder, "js", source));
    mapped.push(...sources);
  }
  for (const name of modules) assert.ok(mapped.includes(`../source/js/${name}`), `${name} is in no source map`);
});

test("the readable modules run, too, on any static host and in any folder of it", async () => {
  const types = {
    html: "text/html",
    css: "text/css",
    js: "text/javascript",
    wasm: "application/wasm",
    svg: "image/svg+xml",
  };
  const server = createServer(async (request, response) => {
    const path = request.url.replace(/^\/a\/folder\//, "").split("?")[0] || "index.html";
    const kind = types[path.split(".").at(-1)];
    // As after `cp -r source/. .`
    const file = /^(js|sts-web)\//.test(path) ? join(folder, "source", path) : join(folder, path);
    const content = kind && (await readFile(file).catch(() => undefined));
    response.writeHead(content ? 200 : 404, { "content-type": kind ?? "text/plain" }).end(content);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const page = await browser.newPage();
  const loaded = [];
  page.on("request", (request) => loaded.push(new URL(request.url()).pathname));
  await page.goto(`http://127.0.0.1:${server.address().port}/a/folder/`, { waitUntil: "networkidle0" });
  assert.ok(loaded.includes("/a/folder/js/credentials-form.js"), "modules are loaded one by one");
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
