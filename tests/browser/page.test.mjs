// Accessibility, layout, loading, security headers, and the files of the page.

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

import { operations } from "../../pkg/dist/entry/node.js";
import { launch, open, paste, press, sandbox, site, type, useSandbox } from "./chromium.mjs";

const require = createRequire(new URL("../../pkg/package.json", import.meta.url));
const folder = new URL("../../target/site/", import.meta.url).pathname;
const scripts = new URL("../../www/js/", import.meta.url).pathname;
const modules = await readdir(scripts);
/** The minified scripts: the one of every visit, and those that are loaded when they are needed. */
const minified = [
  "access-denied.js",
  "broker.js",
  "credentials-parser.js",
  "error-advice.js",
  "exports.js",
  "page.js",
  "trust-policy-check.js",
];

let browser;

before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** Opens all collapsed sections, and adds a row to a list. */
async function openSections(page) {
  await page.$$eval("details", (all) => {
    for (const details of all) details.setAttribute("open", "");
  });
  await page.click("[id='AssumeRole.Tags-add']");
  // The trust policy check is loaded when it is opened.
  await page.waitForSelector("#check-policy");
}

for (const dark of [false, true]) {
  test(`axe finds no violations, ${dark ? "dark" : "light"}: before a call, with a result, and with an error`, async () => {
    const source = await readFile(require.resolve("axe-core/axe.min.js"), "utf8");
    const { page, close } = await open(browser, { dark, width: 360 });
    // The page's policy blocks injected scripts. DevTools run axe regardless of the policy.
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
    await openSections(page);
    assert.deepEqual(await violations(), []);
    await page.click("#session-list .export");
    await page.waitForFunction(() => /^Credentials of/.test(document.getElementById("outcome-title").textContent));
    await page.select("#export-format", "ini");
    assert.deepEqual(await violations(), []);
    await page.$eval("#session-name", (field) => (field.value = ""));
    await press(page, "#assume");
    assert.equal(await page.$eval("#failure", (failure) => failure.hidden), false);
    assert.deepEqual(await violations(), []);

    // A refusal, and the trust policy that explains it.
    await type(page, "#session-name", "me");
    await type(page, "#role-arn", "arn:aws:iam::123456789012:role/none");
    await press(page, "#assume");
    await page.waitForSelector("#failure-actions .policy");
    await type(page, "#check-caller", "arn:aws:iam::123456789012:user/test-user");
    await page.$eval("#check-policy", (field) => {
      const conditions = {
        StringEquals: { "sts:ExternalId": "ext-7" },
        IpAddress: { "aws:SourceIp": "203.0.113.0/24" },
      };
      const statement = {
        Sid: "One",
        Effect: "Allow",
        Principal: "*",
        Action: "sts:AssumeRole",
        Condition: conditions,
      };
      /** @type {any} */ (field).value = JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
      field.dispatchEvent(new InputEvent("input", { bubbles: true }));
    });
    await page.$$eval("main details", (all) => {
      for (const details of all) details.setAttribute("open", "");
    });
    assert.equal(await page.$$eval("#check-findings .statement", (all) => all.length), 1);
    assert.deepEqual(await violations(), []);
    await close();
  });
}

for (const width of [320, 768, 1440]) {
  test(`there is no horizontal scrolling at a width of ${width} pixels`, async () => {
    const { page, close } = await open(browser, { width });
    const overflows = () =>
      page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth);
    assert.equal(await overflows(), false);
    await useSandbox(page);
    await press(page, "#assume");
    await openSections(page);
    assert.equal(await overflows(), false);
    await page.click("#use-credentials");
    await type(page, "#role-arn", "arn:aws:iam::123456789012:role/other");
    await press(page, "#assume");
    assert.equal(await overflows(), false);
    await close();
  });
}

test("the first paint does not wait for the WebAssembly module, and nothing shifts when it has loaded", async () => {
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.evaluateOnNewDocument(() => {
    window.shifts = 0;
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) window.shifts += entry.value;
    }).observe({ type: "layout-shift", buffered: true });
  });
  let release;
  const released = new Promise((resolve) => (release = resolve));
  await page.setRequestInterception(true);
  page.on("request", async (request) => {
    if (request.url().endsWith(".wasm")) await released;
    await request.continue();
  });
  await page.goto(site, { waitUntil: "load" });
  await page.waitForFunction(() => performance.getEntriesByName("first-contentful-paint").length === 1);
  assert.match(await page.$eval("main", (main) => main.textContent), /Your credentials/);
  // Text that is typed before the module has loaded is not lost, and is validated then.
  await type(page, "#session-name", "a session");
  assert.equal(await page.$("[aria-invalid=true]"), null);
  assert.equal(await page.evaluate("window.shifts"), 0);
  release();
  await page.waitForFunction(() =>
    /invalid character/.test(document.getElementById("AssumeRole.RoleSessionName-limit").textContent),
  );
  assert.equal(await page.$eval("#session-name", (field) => field.value), "a session");
  await context.close();
});

test("without a network, everything works except sending", async () => {
  const { page, close } = await open(browser);
  await useSandbox(page);
  await page.setOfflineMode(true);
  await page.click("#sign-role");
  await page.waitForSelector("#request-details:not([hidden])");
  await press(page, "#who-am-i");
  assert.match(await page.$eval("#failure-details", (details) => details.textContent), /^NetworkError/);
  await page.setOfflineMode(false);
  await press(page, "#who-am-i");
  assert.match(await page.$eval("#summary", (summary) => summary.textContent), /test-user/);
  await close();
});

test("the module is loaded with any content type; if it cannot be loaded, there is an error, and the next call retries", async () => {
  const wasm = await readFile(join(folder, "sts.wasm"));
  let moduleResponse;
  const context = await browser.createBrowserContext();
  const page = await context.newPage();
  await page.setRequestInterception(true);
  page.on("request", (request) =>
    request.url().endsWith("/sts.wasm") ? request.respond(moduleResponse) : request.continue(),
  );
  for (const contentType of ["application/octet-stream", "application/wasm; charset=utf-8", "text/plain"]) {
    moduleResponse = { status: 200, contentType, body: wasm };
    await page.goto(site, { waitUntil: "networkidle0" });
    await useSandbox(page);
    await press(page, "#who-am-i");
    assert.match(await page.$eval("#summary", (summary) => summary.textContent), /test-user/, contentType);
  }
  moduleResponse = { status: 503 };
  await page.goto(site, { waitUntil: "networkidle0" });
  await useSandbox(page);
  await press(page, "#who-am-i");
  assert.match(
    await page.$eval("#failure-message", (message) => message.textContent),
    /could not load its WebAssembly module: .*sts\.wasm returned status 503/,
  );
  moduleResponse = { status: 200, contentType: "application/wasm", body: wasm };
  await press(page, "#who-am-i");
  assert.match(await page.$eval("#summary", (summary) => summary.textContent), /test-user/);
  await context.close();
});

test("the wasm file is preloaded, and requested once", async () => {
  const { page, requested, logged, close } = await open(browser);
  const initiator = await page.evaluate(() => {
    const [wasm] = performance.getEntriesByType("resource").filter(({ name }) => name.endsWith("/sts.wasm"));
    return /** @type {PerformanceResourceTiming} */ (wasm).initiatorType;
  });
  assert.equal(initiator, "link");
  assert.equal(requested.filter((url) => url.endsWith("/sts.wasm")).length, 1);
  assert.deepEqual(logged, []);
  await close();
});

test("there are no animations and no transitions", async () => {
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

test("no input has autocomplete or spell checking, and secrets are hidden", async () => {
  const { page, close } = await open(browser);
  for (const name of await page.$$eval("#operation option", (options) => options.map(({ value }) => value))) {
    await page.$eval("#other-operations", (others) => (others.open = true));
    await page.select("#operation", name);
    const unprotected = await page.$$eval("input:not([type=checkbox], [type=file]), textarea", (all) =>
      all.filter((one) => one.autocomplete !== "off" || one.spellcheck).map(({ id }) => id),
    );
    assert.deepEqual(unprotected, []);
  }
  for (const id of ["secret-access-key", "session-token", "AssumeRole.ExternalId"]) {
    assert.equal(await page.$eval(`[id='${id}']`, (field) => field.type), "password");
  }
  await close();
});

test("index.html has every string that the scripts use, and no other", async () => {
  const html = await readFile(join(folder, "index.html"), "utf8");
  const keys = [...html.matchAll(/data-string="([\w-]+)"/g)].map(([, key]) => key);
  const code = (await Promise.all(modules.map((name) => readFile(join(scripts, name), "utf8")))).join("\n");
  const members = new Set(operations.flatMap(({ input, output }) => [...input, ...output].flatMap(memberNames)));
  const isUsed = (key) => {
    const [, member] = /^(?:label|add)-(\w+)$/.exec(key) ?? [];
    if (member) return members.has(member);
    return code.includes(`"${key.replace(/-description$/, "")}"`) || key.startsWith("identity-");
  };
  assert.equal(new Set(keys).size, keys.length, "no key appears twice");
  assert.deepEqual(
    keys.filter((key) => !isUsed(key)),
    [],
    "strings that no script uses",
  );
  const used = [...code.matchAll(/(?:\bt\(|problem: )"([\w-]+)"/g)].map(([, key]) => key);
  assert.deepEqual(
    used.filter((key) => !keys.includes(key)),
    [],
    "strings that are missing",
  );
});

/**
 * Returns the name of a member and of those nested in it.
 *
 * @param {any} member
 */
function memberNames({ name, members = [] }) {
  return [name, ...members.flatMap(memberNames)];
}

test("the overview in index.html names every module, and SHA256SUMS has the hash of every file", async () => {
  const html = await readFile(join(folder, "index.html"), "utf8");
  const overview = html.slice(0, html.indexOf("-->"));
  for (const name of modules) assert.ok(overview.includes(`  js/${name} `), `${name} is not in the overview`);
  const lines = (await readFile(join(folder, "SHA256SUMS"), "utf8")).trim().split("\n");
  const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  // All files except SHA256SUMS itself and worker.json, which a Worker generates.
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

test("the command in www/README.md builds the minified scripts from the readable modules", async () => {
  const copy = await mkdtemp(join(tmpdir(), "sts-web-rebuilt-"));
  await cp(join(folder, "source"), join(copy, "source"), { recursive: true });
  const readme = await readFile(new URL("../../www/README.md", import.meta.url), "utf8");
  const [, version, options] = /npx esbuild@(\S+) ((?:.*\\\n)*.*)\n/.exec(readme);
  assert.equal(version, require("esbuild").version);
  execFileSync(
    process.execPath,
    [require.resolve("esbuild/bin/esbuild"), ...options.replaceAll("'", "").split(/[\s\\]+/), "--log-level=error"],
    {
      cwd: copy,
    },
  );
  const files = minified.flatMap((name) => [name, `${name}.map`]);
  assert.deepEqual((await readdir(join(folder, "js"))).sort(), files);
  for (const name of files) {
    assert.ok((await readFile(join(copy, "js", name))).equals(await readFile(join(folder, "js", name))), name);
  }
  await rm(copy, { recursive: true });
});

test("the readable modules are those of the repository and the package, and the source maps refer to them", async () => {
  const same = async (one, other) => assert.ok((await readFile(one)).equals(await readFile(other)), `${one}`);
  assert.deepEqual(await readdir(join(folder, "source/js")), modules);
  for (const name of modules) await same(join(folder, "source/js", name), join(scripts, name));
  const published = new URL("../../pkg/dist/", import.meta.url).pathname;
  for (const name of await readdir(join(folder, "source/sts-web"), { recursive: true })) {
    if (/\.\w+$/.test(name)) await same(join(folder, "source/sts-web", name), join(published, name));
  }
  const mapped = [];
  for (const script of minified) {
    const code = await readFile(join(folder, "js", script), "utf8");
    assert.ok(code.endsWith(`\n//# sourceMappingURL=${script}.map\n`), script);
    const { sources } = JSON.parse(await readFile(join(folder, "js", `${script}.map`), "utf8"));
    for (const source of sources) await access(join(folder, "js", source));
    mapped.push(...sources);
  }
  for (const name of modules) assert.ok(mapped.includes(`../source/js/${name}`), `${name} is in no source map`);
});

test("the readable modules work too, on any static host and in any folder, and nothing is logged", async () => {
  const types = {
    html: "text/html",
    css: "text/css",
    js: "text/javascript",
    wasm: "application/wasm",
    svg: "image/svg+xml",
    json: "application/json",
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
  // Browsers also log every request for a file that does not exist.
  const logged = [];
  page.on("console", (message) => logged.push(`${message.text()} ${message.location().url}`));
  await page.goto(`http://127.0.0.1:${server.address().port}/a/folder/`, { waitUntil: "networkidle0" });
  assert.ok(loaded.includes("/a/folder/js/credentials-form.js"), "modules are loaded one by one");
  await paste(page, "body", "AKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
  await type(page, "#role-arn", sandbox.roleArn);
  await type(page, "#session-name", "a-session");
  await page.click("#sign-role");
  await page.waitForSelector("#request-details:not([hidden])");
  assert.equal(await page.$$eval("#signing-steps pre", (steps) => steps.length), 6);
  assert.equal(await page.$eval("#sandbox", (offer) => offer.hidden), true);
  assert.deepEqual(logged, []);
  await page.close();
  server.close();
  server.closeAllConnections();
});

test("the security headers and the Content-Security-Policy", async () => {
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
  assert.ok(policy.includes(sandbox.endpoint), "the test server adds the sandbox");
});
