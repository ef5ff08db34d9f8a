// Credentials that are pasted, dropped or opened, and choosing one of their profiles.

import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { launch, open, paste, press, sandbox, text, type, useSandbox, value } from "./chromium.mjs";

const KEY = "AKIAIOSFODNN7EXAMPLE";
const SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const TOKEN = "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJ+token/with+all==";

let browser;

before(async () => {
  browser = await launch();
});
after(() => browser.close());

test("pasted credentials are filled in, and the next step is focused", async () => {
  const { page, close } = await open(browser);
  await useSandbox(page);
  const form = { endpoint: await value(page, "#endpoint") };
  await page.click("#forget");
  await page.type("#endpoint", form.endpoint);
  const { accessKeyId, secretAccessKey } = sandbox;
  await paste(
    page,
    "body",
    `export AWS_ACCESS_KEY_ID=${accessKeyId}\nexport AWS_SECRET_ACCESS_KEY=${secretAccessKey}\n`,
  );
  assert.equal(await page.evaluate("document.activeElement.id"), "who-am-i");
  assert.match(await text(page, "#import-status"), /filled in/);
  await press(page, "#who-am-i");
  assert.match(await text(page, "#summary"), /test-user/);

  // A role ARN is not imported, but pasted into its field.
  assert.equal(
    await page.$eval("#role-arn", (field) => {
      const clipboardData = new DataTransfer();
      clipboardData.setData("text/plain", "arn:aws:iam::123456789012:role/x");
      return field.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
    }),
    true,
  );
  await close();
});

test("an incomplete access key is not filled in, and a role without source_profile is, with what the AWS CLI wants", async () => {
  const { page, close } = await open(browser);
  const keys = (secret) => `aws_access_key_id = ${KEY}\naws_secret_access_key = ${secret}\n`;
  await paste(page, "#access-key-id", `[work]\n${keys(SECRET.slice(1))}`);
  assert.match(await text(page, "#import-status"), /^The access key of work is not used: it is not complete/);
  assert.deepEqual([await value(page, "#access-key-id"), await value(page, "#secret-access-key")], ["", ""]);
  const role = "arn:aws:iam::123456789012:role/their-role";
  await paste(page, "#access-key-id", `[work]\n${keys(SECRET)}role_arn = ${role}\n`);
  assert.match(
    await text(page, "#import-status"),
    /Credentials and role filled in from work.*source_profile =\s+work$/s,
  );
  assert.deepEqual([await value(page, "#secret-access-key"), await value(page, "#role-arn")], [SECRET, role]);
  await close();
});

test("opened and dropped files: a profile can be chosen, and its chain of roles is assumed one by one", async () => {
  const { page, close } = await open(browser);
  await useSandbox(page);
  const { accessKeyId, secretAccessKey, roleArn, chainedRoleArn } = sandbox;
  const folder = await mkdtemp(join(tmpdir(), "profiles-"));
  await writeFile(
    join(folder, "credentials"),
    `[base]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`,
  );
  const config = `[profile one]\nrole_arn = ${roleArn}\nsource_profile = base\nrole_session_name = first\n[profile two]\nrole_arn = ${chainedRoleArn}\nsource_profile = one\nrole_session_name = second\n`;
  const files = await page.$("#files");
  await files.uploadFile(join(folder, "credentials"));
  await page.waitForFunction(() => /base/.test(document.getElementById("import-status").textContent));
  await page.evaluate((config) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.items.add(new File([config], "config"));
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
  }, config);
  await page.waitForFunction(() => /3 profiles/.test(document.getElementById("import-status").textContent));
  await rm(folder, { recursive: true });

  await page.select("#profile", "two");
  assert.equal(await value(page, "#role-arn"), roleArn);
  await press(page, "#assume");
  await page.click("#use-credentials");
  assert.equal(await value(page, "#role-arn"), chainedRoleArn);
  assert.equal(await value(page, "#session-name"), "second");
  await press(page, "#assume");
  assert.match(await text(page, "#summary"), /assumed-role\/chained-role\/second/);
  await close();
});

test("a folder that is dropped is reported, and does not keep the files beside it from being read", async () => {
  const folder = await mkdtemp(join(tmpdir(), "aws-"));
  const files = ["sso", "credentials"].map((name) => join(folder, name));
  await mkdir(files[0]);
  await writeFile(files[1], `[default]\naws_access_key_id = ${KEY}\naws_secret_access_key = ${SECRET}\n`);
  const { page, logged, close } = await open(browser);
  const session = await page.createCDPSession();
  const dropFromDisk = async (paths) => {
    const data = { items: [], files: paths, dragOperationsMask: 1 };
    for (const type of ["dragEnter", "dragOver", "drop"])
      await session.send("Input.dispatchDragEvent", { type, x: 300, y: 300, data });
    await page.waitForFunction(() => document.getElementById("import-status").textContent);
  };
  await dropFromDisk(files.slice(0, 1));
  assert.equal(await text(page, "#import-status"), "No credentials recognized.");
  await page.click("#forget");
  await dropFromDisk(files);
  assert.equal(await text(page, "#import-status"), "Credentials filled in from default.");
  assert.equal(await value(page, "#secret-access-key"), SECRET);
  assert.deepEqual(logged, []);
  await rm(folder, { recursive: true });
  await close();
});

/** Drops files on the page, one after the other. */
async function drop(page, files) {
  for (const [name, text] of Object.entries(files)) {
    await page.evaluate(
      (name, text) => {
        document.getElementById("import-status").textContent = "";
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([text], name));
        document.body.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
      },
      name,
      text,
    );
    await page.waitForFunction(() => document.getElementById("import-status").textContent);
  }
}

/** Returns the values of fields. */
async function filled(page, ...selectors) {
  const values = [];
  for (const selector of selectors) values.push(await value(page, selector));
  return values;
}

const keysOf = (name) => `aws_access_key_id = AKIA${name}\naws_secret_access_key = secret-of-${name}\n`;
const roleOf = (name, source) => `role_arn = arn:aws:iam::123456789012:role/${name}\nsource_profile = ${source}\n`;

test("the file credentials takes precedence over config, in whichever order they are dropped", async () => {
  const config = `[default]\nregion = eu-west-1\n${keysOf("CONFIG")}[profile other]\nregion = eu-west-2\n`;
  const credentials = `[default]\nregion = eu-central-1\n${keysOf("CREDENTIALS")}[third]\nregion = eu-west-3\n`;
  for (const files of [
    { config, credentials },
    { credentials, config },
  ]) {
    const { page, close } = await open(browser);
    await drop(page, files);
    await page.select("#profile", "default");
    assert.deepEqual(await filled(page, "#access-key-id", "#region"), ["AKIACREDENTIALS", "eu-central-1"]);
    await close();
  }
});

test("pasted credentials are filled in after a file was imported, and the file's default profile does not change", async () => {
  const { page, close } = await open(browser);
  await drop(page, { config: `[default]\n${roleOf("dev", "base")}[profile base]\n${keysOf("BASE")}` });
  await page.select("#profile", "default");
  await paste(page, "body", `${KEY} ${SECRET}`);
  assert.deepEqual(await filled(page, "#access-key-id", "#secret-access-key", "#role-arn"), [KEY, SECRET, ""]);
  assert.equal(await text(page, "#import-status"), "Credentials filled in from pasted text.");
  await page.select("#profile", "default");
  assert.deepEqual(await filled(page, "#access-key-id", "#role-arn"), [
    "AKIABASE",
    "arn:aws:iam::123456789012:role/dev",
  ]);
  // Credentials that are pasted next replace these.
  await paste(
    page,
    "body",
    `AWS_ACCESS_KEY_ID=AKIANEXT\nAWS_SECRET_ACCESS_KEY=next\nAWS_SESSION_TOKEN=${TOKEN}\nAWS_REGION=eu-north-1`,
  );
  await paste(page, "body", `${KEY} ${SECRET}`);
  assert.deepEqual(await filled(page, "#access-key-id", "#session-token", "#region", "#role-arn"), [
    KEY,
    "",
    "us-east-1",
    "",
  ]);
  assert.equal(await page.$$eval("#profile option", (options) => options.length), 3);
  await close();
});

test("choosing another profile removes the values of the previous one, and keeps typed values", async () => {
  const { page, close } = await open(browser);
  await drop(page, {
    config:
      `[profile china]\nregion = cn-north-1\nendpoint_url = https://sts.cn-north-1.amazonaws.com.cn\n${keysOf("CHINA")}` +
      `[profile dev]\nregion = eu-west-1\n${roleOf("dev", "plain")}external_id = theirs\nmfa_serial = arn:aws:iam::123456789012:mfa/me\n` +
      `[profile far]\nregion = eu-west-2\n${roleOf("far", "dev")}[profile plain]\n${keysOf("PLAIN")}`,
  });
  const fields = [
    "#access-key-id",
    "#region",
    "#endpoint",
    "#role-arn",
    "#session-name",
    "[id='AssumeRole.ExternalId']",
    "[id='AssumeRole.SerialNumber']",
  ];
  const plain = ["AKIAPLAIN", "us-east-1", "", "", "", "", ""];
  for (const former of ["china", "dev", "far"]) {
    await page.select("#profile", former);
    await page.select("#profile", "plain");
    assert.deepEqual(await filled(page, ...fields), plain, former);
  }
  await type(page, "#region", "ap-south-1");
  await type(page, "#endpoint", "https://sts.example.org");
  await type(page, "#duration", "900");
  await page.select("#profile", "plain");
  assert.deepEqual(await filled(page, "#region", "#endpoint", "#duration"), [
    "ap-south-1",
    "https://sts.example.org",
    "900",
  ]);
  await page.select("#profile", "dev");
  await type(page, "#role-arn", "arn:aws:iam::123456789012:role/typed");
  await page.select("#profile", "plain");
  assert.deepEqual(await filled(page, "#role-arn", "#session-name"), ["arn:aws:iam::123456789012:role/typed", ""]);
  await close();
});

test("a profile without credentials clears those of the previous one, and its role is kept for pasted ones", async () => {
  const { page, close } = await open(browser);
  const form = () => filled(page, "#access-key-id", "#secret-access-key", "#region", "#role-arn");
  const sso = "[profile login]\nsso_session = corp\n";
  const config = `[profile dev]\nregion = eu-west-1\n${roleOf("dev", "base")}[profile base]\n${keysOf("BASE")}${sso}[profile prod]\nregion = eu-north-1\n${roleOf("prod", "login")}`;
  const prod = "arn:aws:iam::123456789012:role/prod";
  await drop(page, { config });
  await page.select("#profile", "dev");
  await page.select("#profile", "prod");
  assert.deepEqual(await form(), ["", "", "eu-north-1", prod]);
  assert.match(await text(page, "#import-status"), /login gets its credentials when the AWS CLI signs in/);
  assert.equal(await page.$("#sessions [aria-current]"), null);
  // An incomplete access key is not used, and the role still waits for another.
  await paste(page, "body", `export AWS_ACCESS_KEY_ID=${KEY}\nexport AWS_SECRET_ACCESS_KEY=${SECRET.slice(1)}\n`);
  assert.deepEqual(await form(), ["", "", "eu-north-1", prod]);
  // Pasting again works too, for example after the credentials have expired.
  for (const secret of [SECRET, SECRET.toLowerCase()]) {
    await paste(page, "body", `export AWS_ACCESS_KEY_ID=${KEY}\nexport AWS_SECRET_ACCESS_KEY=${secret}\n`);
    assert.deepEqual(await form(), [KEY, secret, "eu-north-1", prod]);
  }
  await page.select("#profile", "base");
  assert.deepEqual(await form(), ["AKIABASE", "secret-of-BASE", "us-east-1", ""]);
  await type(page, "#access-key-id", "AKIATYPED");
  await page.select("#profile", "prod");
  assert.deepEqual(await form(), ["AKIATYPED", "secret-of-BASE", "eu-north-1", prod]);
  await close();
});

test("a file that is too large is reported, and other text can be dropped into a field", async () => {
  const { page, close } = await open(browser);
  await drop(page, { log: "a line of a log\n".repeat(400_000) });
  assert.match(await text(page, "#import-status"), /too long to search/);
  const isLeftToTheBrowser = await page.$eval("#role-arn", (field) => {
    const dataTransfer = new DataTransfer();
    dataTransfer.setData("text/plain", "arn:aws:iam::123456789012:role/x");
    return field.dispatchEvent(new DragEvent("drop", { dataTransfer, bubbles: true, cancelable: true }));
  });
  assert.equal(isLeftToTheBrowser, true);
  await close();
});

test("a session token that is cut off is reported, and one that a terminal wrapped is filled in", async () => {
  const { page, close } = await open(browser);
  const names = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"];
  const lines = [`ASIA${KEY.slice(4)}`, SECRET, TOKEN].map((one, index) => `export ${names[index]}=${one}`);
  const cut = lines.map((line) => (line.length > 70 ? `${line.slice(0, 69)}>` : line));
  await paste(page, "#session-token", cut.join("\n"));
  await page.waitForFunction(() => document.getElementById("import-status").textContent);
  assert.match(await text(page, "#import-status"), /^Nothing was filled in: .* cut off/);
  assert.deepEqual([await value(page, "#access-key-id"), await value(page, "#session-token")], ["", ""]);
  const wrapped = lines.map((line) => line.match(/.{1,70}/g)?.join("\n"));
  await paste(page, "#session-token", wrapped.join("\n"));
  await page.waitForFunction(() => document.getElementById("session-token").value);
  assert.equal(await value(page, "#session-token"), TOKEN);
  await close();
});
