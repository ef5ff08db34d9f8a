// The extension in Chromium, changed only to use the sandbox's endpoint and to be permitted to connect to it.

import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { CHROMIUM, launch } from "../../browser/chromium.mjs";
import { example, SANDBOX } from "../tool.mjs";

const TIMEOUT = 60_000;

export const tools = [
  example("mv3-extension", {
    "identifies credentials": {
      async run({ folder, execute }) {
        await useSandbox(folder);
        await execute(["npm", "run", "build"]);
        const browser = await launch({ ...CHROMIUM, pipe: true, enableExtensions: [join(folder, "dist")] });
        try {
          return await usePopup(browser);
        } finally {
          await browser.close();
        }
      },
      expected: {
        identity: ["123456789012", "arn:aws:iam::123456789012:user/test-user"],
        reopened: ["123456789012", "arn:aws:iam::123456789012:user/test-user"],
        forgotten: true,
        hint: "The secret access key does not belong to the access key ID",
        logged: [],
      },
    },
  }),
];

async function useSandbox(folder) {
  const config = `export const region = ${JSON.stringify(SANDBOX.region)};
export const endpoint = ${JSON.stringify(SANDBOX.endpoint)};
`;
  await writeFile(join(folder, "src/config.js"), config);
  const manifest = join(folder, "src/manifest.json");
  const text = await readFile(manifest, "utf8");
  await writeFile(manifest, text.replace("https://*.amazonaws.com", SANDBOX.endpoint));
}

/** Uses the popup as a person does. */
async function usePopup(browser) {
  const target = await browser.waitForTarget((one) => one.type() === "service_worker", { timeout: TIMEOUT });
  const popup = new URL("popup.html", target.url()).href;
  const logged = [];
  (await target.worker()).on("console", (message) => logged.push(message.text()));
  const open = async () => {
    const page = await browser.newPage();
    page.on("console", (message) => logged.push(message.text()));
    page.on("pageerror", (error) => logged.push(String(error)));
    await page.goto(popup);
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
