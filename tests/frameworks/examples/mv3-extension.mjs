// The extension in Chromium, changed only to use the sandbox's endpoint and to be permitted to connect to it.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { CHROMIUM, launch } from "../../browser/chromium.mjs";
import { example, SANDBOX } from "../tool.mjs";

const TIMEOUT = 60_000;

export const tools = [
  example("mv3-extension", {
    "identifies credentials": {
      run: (context) => withExtension(context, (manifest) => manifest, usePopup),
      expected: {
        identity: ["123456789012", "arn:aws:iam::123456789012:user/test-user"],
        reopened: ["123456789012", "arn:aws:iam::123456789012:user/test-user"],
        forgotten: true,
        hint: "The secret access key does not belong to the access key ID",
        logged: [],
      },
    },
    "an error names what a policy lacks": {
      run: (context) =>
        withExtension(context, (manifest) => manifest.replace(" 'wasm-unsafe-eval'", ""), readDirective),
      expected: "'wasm-unsafe-eval'",
    },
  }),
];

/** Builds the extension with a changed manifest, and calls `use` while Chromium runs it. */
async function withExtension({ folder, execute }, change, use) {
  await useSandbox(folder, change);
  await execute(["npm", "run", "build"]);
  const browser = await launch({ ...CHROMIUM, pipe: true, enableExtensions: [join(folder, "dist")] });
  try {
    const target = await browser.waitForTarget((one) => one.type() === "service_worker", { timeout: TIMEOUT });
    return await use(browser, target);
  } finally {
    await browser.close();
  }
}

async function useSandbox(folder, change) {
  const config = `export const region = ${JSON.stringify(SANDBOX.region)};
export const endpoint = ${JSON.stringify(SANDBOX.endpoint)};
`;
  await writeFile(join(folder, "src/config.js"), config);
  const manifest = join(folder, "src/manifest.json");
  const text = await readFile(manifest, "utf8");
  await writeFile(manifest, change(text.replace("https://*.amazonaws.com", SANDBOX.endpoint)));
}

const popupOf = (target) => new URL("popup.html", target.url()).href;

/** Returns what the error says is missing in the policy. */
async function readDirective(browser, target) {
  const page = await browser.newPage();
  await page.goto(popupOf(target));
  await submit(page, SANDBOX.secretAccessKey);
  const [error] = await shown(page, "#error");
  return /'wasm-unsafe-eval'/.exec(error)?.[0] ?? error;
}

/** Uses the popup as a person does. */
async function usePopup(browser, target) {
  const logged = [];
  (await target.worker()).on("console", (message) => logged.push(message.text()));
  const open = async () => {
    const page = await browser.newPage();
    page.on("console", (message) => logged.push(message.text()));
    page.on("pageerror", (error) => logged.push(String(error)));
    await page.goto(popupOf(target));
    return page;
  };

  const page = await open();
  await submit(page, SANDBOX.secretAccessKey);
  const identity = await shown(page, "#identity dd");
  const folder = process.env.STS_WEB_SCREENSHOTS;
  if (folder) await page.screenshot({ path: `${folder}/mv3-extension.png` });
  await page.close();

  const again = await open();
  const reopened = await shown(again, "#identity dd");
  await again.click("#forget");
  await again.waitForSelector("#sign-in", { visible: true, timeout: TIMEOUT });
  const forgotten = await again.$eval("#identity", (section) => section.hidden);

  await submit(again, "wrong");
  const [error] = await shown(again, "#error");
  const hint = error.split("\n")[1]?.split(",")[0];
  return { identity, reopened, forgotten, hint, logged };
}

async function submit(page, secretAccessKey) {
  await page.waitForSelector("#sign-in", { visible: true, timeout: TIMEOUT });
  await page.type("[name=accessKeyId]", SANDBOX.accessKeyId);
  await page.type("[name=secretAccessKey]", secretAccessKey);
  await page.click("[type=submit]");
}

async function shown(page, selector) {
  await page.waitForSelector(selector, { visible: true, timeout: TIMEOUT });
  return page.$$eval(selector, (elements) => elements.map((element) => element.textContent));
}
