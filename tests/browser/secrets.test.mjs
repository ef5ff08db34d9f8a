// Secrets that are pasted or typed anywhere on the page are filled in as credentials or rejected. None is sent in a
// field, stored, or left in clear text.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { containsSecret } from "../../www/js/input-check.js";
import { launch, open, press, sandbox, site, text, type, useSandbox, value } from "./chromium.mjs";

const KEY = "AKIAIOSFODNN7EXAMPLE";
const SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const TOKEN = "IQoJb3JpZ2luX2VjEXAMPLE//////////wEaCXVzLWVhc3QtMSJ+token/with+all==";
const LINES = `export AWS_ACCESS_KEY_ID=${KEY}\nexport AWS_SECRET_ACCESS_KEY=${SECRET}\n`;
const ROLE = "arn:aws:iam::123456789012:role/x";

let browser;

before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** Opens the page in a browser with a clipboard. Everything that is sent to STS is recorded. */
async function openPage() {
  const sent = [];
  const respond = (request) => {
    sent.push(`${request.url()}\n${JSON.stringify(request.headers())}\n${request.postData()}`);
    return {
      status: 403,
      body: "<ErrorResponse><Error><Code>AccessDenied</Code><Message>No.</Message></Error></ErrorResponse>",
    };
  };
  const opened = await open(browser, { respond });
  await opened.page
    .browserContext()
    .overridePermissions(site, ["clipboard-read", "clipboard-write", "clipboard-sanitized-write"]);
  return { ...opened, sent };
}

/** Pastes a text with the keyboard, as a user does. */
async function pasteByKeyboard(page, selector, text) {
  await page.bringToFront();
  await page.evaluate((text) => navigator.clipboard.writeText(text), text);
  await page.focus(selector);
  await page.keyboard.down("Control");
  await page.keyboard.press("v");
  await page.keyboard.up("Control");
}

/** Returns everything that the page shows, has in clear text, or stores. */
function exposed(page) {
  return page.evaluate(() => {
    const fields = [...document.querySelectorAll("input, textarea, select")];
    const shown = fields.filter((field) => /** @type {HTMLInputElement} */ (field).type !== "password");
    return [
      document.documentElement.outerHTML,
      document.title,
      location.href,
      JSON.stringify({ ...localStorage, ...sessionStorage }),
      document.cookie,
      ...shown.map((field) => /** @type {HTMLInputElement} */ (field).value),
    ].join("\n");
  });
}

/** Opens all collapsed sections, so that their fields can be focused. */
async function openSections(page) {
  await page.$$eval("details", (all) => {
    for (const details of all) details.setAttribute("open", "");
  });
  // The trust policy check is loaded when it is opened.
  await page.waitForSelector("#check-policy");
}

const VALID = {
  "#access-key-id": KEY,
  "#secret-access-key": "another-secret-that-is-right",
  "#region": "us-east-1",
  "#endpoint": "",
  "#role-arn": ROLE,
  "#session-name": "me",
};

/** Sets the values of fields. */
function fillIn(page, values) {
  return page.evaluate((values) => {
    for (const [selector, value] of Object.entries(values)) {
      const field = /** @type {HTMLInputElement} */ (document.querySelector(selector));
      field.value = value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  }, values);
}

/** The selectors of every input into which text can be pasted. */
async function inputs(page) {
  await openSections(page);
  const ids = await page.$$eval("input:not([type=checkbox], [type=file])", (all) => all.map(({ id }) => id));
  return ids.map((id) => `[id='${id}']`);
}

test("secrets are found in any text and any encoding, and long names are not taken for secrets", () => {
  for (const text of [
    SECRET,
    `my secret is ${SECRET}.`,
    `AWS_SECRET=${SECRET}`,
    `x?key=${SECRET}&y`,
    `https://${KEY}:${SECRET}@example.org`,
    encodeURIComponent(SECRET),
    `${SECRET.slice(0, 9)}\u200b${SECRET.slice(9)}`,
    `${ROLE},${SECRET}`,
    encodeURIComponent(TOKEN),
    "<SecretAccessKey>short",
  ]) {
    assert.ok(containsSecret(text), text);
  }
  for (const text of [
    ROLE,
    "AdministratorAccessForProductionAccount1",
    "AllowReadAccessToTheBucketForAnalytics12",
    "3f786850e387550fdab836ed7e6dc881de23001b",
    "The secret access key must not be here",
  ]) {
    assert.ok(!containsSecret(text), text);
  }
  // A known secret is found even if it is encoded or has spaces.
  const known = [SECRET];
  for (const text of [encodeURIComponent(SECRET), `${SECRET.slice(0, 9)} ${SECRET.slice(9)}`])
    assert.ok(containsSecret(text, known, true), text);
});

test("credentials that are pasted into any field are filled in, and are not in that field", async () => {
  const { page, close, sent } = await openPage();
  const selectors = await inputs(page);
  assert.ok(selectors.length > 10);
  for (const selector of selectors) {
    await page.click("#forget");
    await openSections(page);
    await pasteByKeyboard(page, selector, LINES);
    await page.waitForFunction(() => /** @type {any} */ (document.getElementById("secret-access-key")).value);
    assert.deepEqual(
      [await value(page, "#access-key-id"), await value(page, "#secret-access-key")],
      [KEY, SECRET],
      selector,
    );
    assert.ok(!(await exposed(page)).includes(SECRET), selector);
  }
  assert.deepEqual(sent, []);
  await close();
});

test("a policy can be pasted, and a secret in it is reported and not sent", async () => {
  const { page, close, sent } = await openPage();
  await pasteByKeyboard(page, "#role-arn", LINES);
  await page.waitForFunction(() => /** @type {any} */ (document.getElementById("secret-access-key")).value);
  await openSections(page);
  const policy = "[id='AssumeRole.Policy']";
  await pasteByKeyboard(page, policy, `{\n"Version": "2012-10-17",\n"Statement": [],\n"Id": "${SECRET}"\n}`);
  await page.waitForSelector(`${policy}[aria-invalid]`);
  assert.match(await text(page, "[id='AssumeRole.Policy-limit']"), /looks like a secret/);
  await type(page, "#role-arn", ROLE);
  await type(page, "#session-name", "me");
  for (const button of ["#assume", "#sign-role"]) {
    await press(page, button);
    assert.match(await text(page, "#failure-message"), /Nothing was sent/);
    assert.match(await text(page, "#failure-violations"), /Inline session policy contains what looks like a secret/);
  }
  assert.deepEqual(sent, []);
  await close();
});

test("a secret that was typed into any field is not sent, signed or stored", async () => {
  const { page, close, sent } = await openPage();
  await page.click("#remember");
  const secrets = [SECRET, TOKEN, "AWS_SECRET_ACCESS_KEY=short", `${KEY}${SECRET}`];
  const fields = {
    "#role-arn": "Role ARN",
    "#session-name": "Session name",
    "[id='AssumeRole.SerialNumber']": "MFA device ARN or serial",
    "[id='AssumeRole.SourceIdentity']": "Source identity",
    "#region": "Region",
    "#endpoint": "Endpoint",
    "#access-key-id": "Access key ID",
  };
  for (const [index, [field, label]] of Object.entries(fields).entries()) {
    const secret = secrets[index % secrets.length];
    await fillIn(page, {
      ...VALID,
      ...Object.fromEntries(
        Object.keys(fields)
          .slice(2, 4)
          .map((id) => [id, ""]),
      ),
    });
    await fillIn(page, { [field]: secret });
    for (const button of ["#assume", "#sign-role"]) {
      await press(page, button);
      assert.match(await text(page, "#failure"), new RegExp(`${label}.* contains what looks like a secret`), field);
      assert.ok(!(await text(page, "#outcome")).includes(secret));
    }
  }
  assert.deepEqual(sent, []);
  assert.equal(await page.evaluate("localStorage.length"), 0);
  assert.equal(await page.$eval("#request-details", (/** @type {HTMLElement} */ details) => details.hidden), true);
  await close();
});

test("the secret access key in use is not sent in any field, whatever its form, not even in an external ID", async () => {
  const { page, close, sent } = await openPage();
  const secret = "an unusual secret".replaceAll(" ", "-");
  await type(page, "#access-key-id", "custom");
  await type(page, "#secret-access-key", secret);
  await type(page, "#role-arn", ROLE);
  await type(page, "#session-name", "me");
  await type(page, "[id='AssumeRole.ExternalId']", secret);
  await press(page, "#assume");
  assert.match(await text(page, "#failure-violations"), /External ID contains what looks like a secret/);
  // An external ID may be random.
  await type(page, "[id='AssumeRole.ExternalId']", SECRET.replaceAll("/", "x"));
  await press(page, "#assume");
  assert.match(await text(page, "#failure-message"), /No\./);
  assert.equal(sent.length, 1);
  await close();
});

test("an invalid role ARN is reported before anything is sent", async () => {
  const { page, close, sent } = await openPage();
  await fillIn(page, VALID);
  for (const wrong of [
    "123456789012:role/name",
    "arn:aws:iam::123456789012:user/name",
    "arn:aws:sts::123456789012:assumed-role/a/b",
    "https://example.org/a/role/name",
  ]) {
    await type(page, "#role-arn", wrong);
    await press(page, "#assume");
    assert.match(await text(page, "#failure-violations"), /Role ARN must be the ARN of a role, such as/, wrong);
  }
  assert.deepEqual(sent, []);
  for (const right of ["arn:aws:iam::123456789012:role/path/name", "arn:aws-cn:iam::123456789012:role/name"]) {
    await type(page, "#role-arn", right);
    await press(page, "#assume");
    assert.match(await text(page, "#failure-message"), /No\./, right);
  }
  await close();
});

test("temporary credentials without their token are reported before sending", async () => {
  const { page, close, sent } = await openPage();
  await type(page, "#access-key-id", "ASIAIOSFODNN7EXAMPLE");
  await type(page, "#secret-access-key", SECRET);
  await press(page, "#who-am-i");
  assert.match(await text(page, "#failure-message"), /require their session token/);
  assert.deepEqual(sent, []);
  await type(page, "#session-token", TOKEN);
  await press(page, "#who-am-i");
  assert.equal(sent.length, 1);
  await close();
});

test("a paste that is not recognized leaves no secret in clear text, and the page shows why", async () => {
  const { page, close } = await openPage();
  const pasted = {
    [`secret: ${SECRET}\nid: unknown`]: /a secret, but no access key ID/,
    [`AWS_SECRET_ACCESS_KEY=${SECRET}\nAWS_REGION=eu-west-1`]: /no access key ID/,
    [`aws_access_key_id: \${{ secrets.ID }}\naws_secret_access_key: ${SECRET}`]: /placeholder/,
    [`access_key: ${KEY}\naccess_key: AKIAOTHEROTHER000000\nsecret_key: ${SECRET}`]: /several access keys/,
    [SECRET]: /looks like a secret/,
    [TOKEN]: /looks like a secret/,
  };
  for (const field of ["#access-key-id", "#role-arn", "#endpoint"]) {
    for (const [text, message] of Object.entries(pasted)) {
      await pasteByKeyboard(page, field, text);
      await page.waitForFunction(
        (source) => new RegExp(source).test(document.getElementById("import-status").textContent),
        {},
        message.source,
      );
      const everything = await exposed(page);
      for (const secret of [SECRET, TOKEN]) assert.ok(!everything.includes(secret), `${field} ${text}`);
      await page.$eval("#import-status", (status) => {
        status.textContent = "";
      });
    }
  }
  // A credentials field rejects several lines even if nothing in them is recognized.
  await pasteByKeyboard(page, "#access-key-id", "first line\nsecond line");
  await page.waitForFunction(() => document.getElementById("import-status").textContent);
  assert.equal(await value(page, "#access-key-id"), "");
  assert.equal(await text(page, "#import-status"), "No credentials recognized.");
  await close();
});

test("a secret and a token can be pasted into their own fields, even if a terminal wrapped the token", async () => {
  const { page, close } = await openPage();
  await pasteByKeyboard(page, "#secret-access-key", ` ${SECRET}\n`);
  await pasteByKeyboard(page, "#session-token", `${TOKEN.slice(0, 30)}\n${TOKEN.slice(30)}\n`);
  await page.waitForFunction(() => /** @type {any} */ (document.getElementById("session-token")).value);
  assert.equal((await value(page, "#secret-access-key")).trim(), SECRET);
  assert.equal(await value(page, "#session-token"), TOKEN);
  await close();
});

test("several pairs in one text are offered as profiles", async () => {
  const { page, close } = await openPage();
  const other = "AKIAI44QH8DHBEXAMPLE";
  await pasteByKeyboard(
    page,
    "#session-name",
    `${LINES}\n${LINES.replace(KEY, other).replace(SECRET, SECRET.replace("wJal", "xJal"))}`,
  );
  await page.waitForSelector("#profile-field:not([hidden])");
  assert.equal(await value(page, "#access-key-id"), "");
  assert.equal(await page.evaluate("document.activeElement.id"), "profile");
  await page.select("#profile", other);
  assert.deepEqual(
    [await value(page, "#access-key-id"), await value(page, "#secret-access-key")],
    [other, SECRET.replace("wJal", "xJal")],
  );
  await close();
});

test("an endpoint that is pasted with credentials is used for them", async () => {
  const { page, close } = await openPage();
  await pasteByKeyboard(
    page,
    "#region",
    "AWS_ACCESS_KEY_ID=test\nAWS_SECRET_ACCESS_KEY=test\nAWS_ENDPOINT_URL=http://localhost:4566\n",
  );
  await page.waitForFunction(() => /** @type {any} */ (document.getElementById("access-key-id")).value);
  assert.deepEqual(
    [await value(page, "#access-key-id"), await value(page, "#endpoint")],
    ["test", "http://localhost:4566"],
  );
  await close();
});

test("role settings are stored only after a successful call, as they were sent", async () => {
  const { page, close } = await open(browser);
  await useSandbox(page);
  await page.click("#remember");
  assert.equal(await page.evaluate("localStorage.length"), 0);
  await type(page, "#role-arn", "arn:aws:iam::123456789012:role/denied");
  await press(page, "#assume");
  assert.equal(await page.$eval("#failure", (failure) => failure.hidden), false);
  assert.equal(await page.evaluate("localStorage.length"), 0);
  await type(page, "#role-arn", sandbox.roleArn);
  await press(page, "#assume");
  await type(page, "#role-arn", "arn:aws:iam::123456789012:role/typed-later");
  assert.equal(JSON.parse(await page.evaluate("localStorage['sts-web']")).role.RoleArn, sandbox.roleArn);
  await close();
});

test("copying hidden secrets with the keyboard copies nothing, and shows why", async () => {
  const { page, close } = await open(browser);
  await page
    .browserContext()
    .overridePermissions(site, ["clipboard-read", "clipboard-write", "clipboard-sanitized-write"]);
  await useSandbox(page);
  await press(page, "#assume");
  await page.evaluate(() => navigator.clipboard.writeText("from before"));
  const copy = async () => {
    await page.$eval("#export-text", (box) => document.getSelection().selectAllChildren(box));
    await page.keyboard.down("Control");
    await page.keyboard.press("c");
    await page.keyboard.up("Control");
    return page.evaluate("navigator.clipboard.readText()");
  };
  assert.equal(await copy(), "from before");
  assert.match(await text(page, "#status"), /Nothing was copied, because secrets are hidden/);
  await page.click("#reveal-result");
  assert.match(await copy(), /AWS_SECRET_ACCESS_KEY=/);
  await close();
});
