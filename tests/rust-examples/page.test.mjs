// The page in Rust, in Chromium.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { after, before, test } from "node:test";

import { launch } from "../browser/chromium.mjs";

const sandbox = JSON.parse(process.env.STS_WEB_SANDBOX);
const source = new URL("../../examples/wasm/page/", import.meta.url);
const built = new URL("../../target/examples/page/", import.meta.url);
/** The page, and `pkg` as wasm-pack writes it. */
const files = {
  "/": { file: new URL("index.html", source), type: "text/html" },
  "/pkg/page.js": { file: new URL("page.js", built), type: "text/javascript" },
  "/pkg/page_bg.wasm": { file: new URL("page_bg.wasm", built), type: "application/wasm" },
};

const server = createServer(async (request, response) => {
  const found = files[request.url];
  if (found) response.writeHead(200, { "content-type": found.type }).end(await readFile(found.file));
  else response.writeHead(404).end();
});
let browser;

before(async () => {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  browser = await launch();
});
after(async () => {
  await browser?.close();
  server.close();
});

/** Submits the form of a new page, and returns what the page shows. */
async function whoami(secret) {
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  await page.waitForSelector("body[data-ready]");
  await page.type("[name=id]", sandbox.accessKeyId);
  await page.type("[name=secret]", secret);
  await page.type("[name=endpoint]", sandbox.endpoint);
  await page.click("button");
  await page.waitForFunction(() => document.querySelector("output").textContent !== "");
  const shown = await page.$eval("output", (output) => output.textContent);
  const left = await page.$eval("[name=secret]", (input) => input.value);
  assert.equal(left, "", "the secret is cleared");
  await page.close();
  return shown;
}

test("a page in Rust shows the caller's identity", async () => {
  assert.equal(await whoami(sandbox.secretAccessKey), "arn:aws:iam::123456789012:user/test-user");
});

test("a page in Rust shows what went wrong", async () => {
  assert.match(await whoami("wrong"), /^SignatureDoesNotMatch: /);
});
