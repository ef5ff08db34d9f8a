// Sessions: using, renewing and forgetting them, also during other calls.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch, open, paste, pinClock, press, text, type, value } from "./chromium.mjs";

const CREDENTIALS = "AKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const OTHER_CREDENTIALS = "AKIAI44QH8DHBEXAMPLE je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY";
const TEMPORARY = `AWS_ACCESS_KEY_ID=ASIAIOSFODNN7EXAMPLE
AWS_SECRET_ACCESS_KEY=je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY\nAWS_SESSION_TOKEN=FwoGZXIvYXdzEXAMPLETOKEN==`;
const ROLE = "arn:aws:iam::123456789012:role/team/dev";
const MFA = "arn:aws:iam::123456789012:mfa/me";

let browser;

before(async () => {
  browser = await launch();
});
after(() => browser.close());

/**
 * Opens a page with credentials. AWS returns numbered credentials for any role: `secret-1`, `token-1`. `calls` are the
 * forms of the requests. If `override(form)` returns a response, that one is used instead.
 *
 * @param {Record<string, any>} [options]
 */
async function openWithAws({ credentials = CREDENTIALS, ...options } = {}) {
  const aws = { calls: [], override: undefined };
  const respond = async (request) => {
    const form = new URLSearchParams(request.postData() ?? "");
    aws.calls.push(form);
    const overridden = await aws.override?.(form);
    return overridden ?? roleResponse(form, request.headers()["x-amz-date"], aws.calls.length);
  };
  const tab = await open(browser, { respond, ...options });
  await paste(tab.page, "#access-key-id", credentials);
  return Object.assign(aws, tab);
}

function roleResponse(form, date, count) {
  if (form.get("Action") === "GetCallerIdentity") {
    return {
      body: "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/me</Arn><UserId>AIDAEXAMPLE</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>",
    };
  }
  const end = new Date(date.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z")).getTime() + 3_600_000;
  return {
    body: `<AssumeRoleResponse><AssumeRoleResult><AssumedRoleUser><AssumedRoleId>AROAEXAMPLE:a</AssumedRoleId>
      <Arn>arn:aws:sts::123456789012:assumed-role/${form.get("RoleArn").split("/").at(-1)}/${form.get("RoleSessionName")}</Arn></AssumedRoleUser>
      <Credentials><AccessKeyId>ASIAEXAMPLE${count}</AccessKeyId><SecretAccessKey>secret-${count}</SecretAccessKey>
      <SessionToken>token-${count}</SessionToken><Expiration>${new Date(end).toISOString()}</Expiration></Credentials>
      </AssumeRoleResult></AssumeRoleResponse>`,
  };
}

const DENIED = {
  status: 403,
  body: "<ErrorResponse><Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error></ErrorResponse>",
};

async function assume(page, arn = ROLE) {
  await type(page, "#role-arn", arn);
  await type(page, "#session-name", "a-session");
  await press(page, "#assume");
}

const sessionNames = (page) =>
  page.$$eval("#session-list .name", (names) => names.map((name) => name.textContent.replace("→ ", "")));

/** Like `openWithAws`, with role credentials in the form. */
async function openInRole(options) {
  const aws = await openWithAws(options);
  await assume(aws.page);
  await aws.page.click("#use-credentials");
  return aws;
}

/** Delays AWS's responses until the returned function is called. */
function delayResponses(aws) {
  let release;
  const released = new Promise((resolve) => (release = resolve));
  aws.override = () => released;
  return release;
}

test("sessions of the same role have their session names in the list and in the status", async () => {
  const { page, close } = await openWithAws();
  await assume(page);
  assert.deepEqual(await sessionNames(page), ["AKIAIOSFODNN7EXAMPLE", "dev"]);
  await type(page, "#session-name", "another");
  await press(page, "#assume");
  assert.deepEqual(await sessionNames(page), ["AKIAIOSFODNN7EXAMPLE", "dev/a-session", "dev/another"]);
  await page.click("#session-list li:nth-child(3) .use");
  assert.equal(await text(page, "#status"), "Now using the credentials of dev/another.");
  await page.click("#session-list li:nth-child(3) .forget");
  assert.equal(await text(page, "#status"), "dev/another was forgotten.");
  await close();
});

test("every session can be exported, used, renewed and forgotten, also one that was pasted", async () => {
  const { page, calls, close } = await openWithAws({ before: pinClock });
  await press(page, "#who-am-i");
  await assume(page);
  await paste(page, "body", `${TEMPORARY}\nAWS_CREDENTIAL_EXPIRATION=2099-01-01T00:00:00Z`);
  const sessions = await page.$$eval("#session-list li", (items) =>
    items.map((item) => ({
      name: item.querySelector(".name").textContent,
      account: item.querySelector(".account").textContent,
      hasCountdown: /^\d+ (h|min)/.test(item.querySelector(".countdown")?.textContent),
      actions: [...item.querySelectorAll(".actions button")].map(({ className }) => className),
    })),
  );
  const actions = ["export", "use", "renew", "forget"];
  assert.deepEqual(sessions, [
    { name: "me", account: "123456789012", hasCountdown: false, actions },
    { name: "→ dev", account: "123456789012", hasCountdown: true, actions },
    { name: "ASIAIOSFODNN7EXAMPLE", account: "", hasCountdown: true, actions },
  ]);
  const renew = async (/** @type {number} */ position) => {
    await page.click(`#session-list li:nth-child(${position}) .renew`);
    await page.waitForFunction(() => document.getElementById("status").textContent !== "");
    return text(page, "#status");
  };
  assert.equal(await renew(2), "dev was renewed.");
  assert.match(await renew(1), /^me does not expire/);
  assert.match(await renew(3), /^This page cannot renew ASIAIOSFODNN7EXAMPLE: it was entered/);
  assert.equal(calls.length, 3);
  await close();
});

test("nothing is lost by looking at the caller identity, and every session's credentials can be shown again", async () => {
  const { page, close } = await openWithAws();
  await assume(page);
  await page.click("#use-credentials");
  await press(page, "#who-am-i");
  assert.equal(await page.$eval("#credentials-card", (card) => card.hidden), true);
  for (const [position, id] of [
    [2, "ASIAEXAMPLE1"],
    [1, "AKIAIOSFODNN7EXAMPLE"],
  ]) {
    await page.click(`#session-list li:nth-child(${position}) .export`);
    await page.waitForFunction((id) => document.getElementById("result-access-key-id").textContent === id, {}, id);
    assert.ok((await text(page, "#export-text")).includes(`AWS_ACCESS_KEY_ID='${id}'`));
  }
  // Long-term credentials have no session token.
  assert.equal(await page.$eval("#result-session-token", (token) => token.checkVisibility()), false);
  assert.ok((await text(page, "#export-text")).includes("unset AWS_SESSION_TOKEN"));
  await close();
});

test("a role is assumed again by the session that assumed it, because it does not trust itself", async () => {
  const { page, calls, close } = await openInRole();
  await assume(page);
  assert.equal(await text(page, "#result-access-key-id"), "ASIAEXAMPLE2");
  // The session of the role is listed under the user, not under the role.
  const items = await page.$$eval("#session-list li", (all) => all.map(({ dataset }) => dataset.depth));
  assert.deepEqual(items, ["0", "1", "1"]);
  assert.equal(await value(page, "#access-key-id"), "ASIAEXAMPLE1");
  // Other roles are assumed with the credentials in the form.
  await assume(page, "arn:aws:iam::123456789012:role/next");
  const depths = await page.$$eval("#session-list li", (all) => all.map(({ dataset }) => dataset.depth));
  assert.deepEqual(depths, ["0", "1", "2", "1"]);
  assert.equal(calls.length, 3);
  await close();
});

test("forgetting a session also forgets the credentials that it had before it was renewed", async () => {
  const { page, close } = await openWithAws();
  await assume(page);
  await page.click("#session-list li:nth-child(2) .renew");
  await page.waitForFunction(() => document.querySelectorAll("#request option").length === 2);
  const records = await page.$$eval("#request option", (options) =>
    options.map(({ record }) => JSON.stringify(record)),
  );
  assert.ok(records[0].includes("token-2") && records[1].includes("token-1"));
  await page.click("#session-list li:nth-child(2) .forget");
  assert.deepEqual(await sessionNames(page), ["AKIAIOSFODNN7EXAMPLE"]);
  assert.equal(await page.$$eval("#request option", (options) => options.length), 0);
  await close();
});

test("a session that is forgotten during a call is not listed again after the response", async () => {
  const aws = await openInRole();
  const { page, close } = aws;
  const release = delayResponses(aws);
  await page.click("#who-am-i");
  await page.click("#session-list li:nth-child(2) .forget");
  release();
  await page.waitForFunction(() => !document.getElementById("who-am-i").disabled);
  assert.deepEqual(await sessionNames(page), ["AKIAIOSFODNN7EXAMPLE"]);
  assert.equal(await page.$eval("#outcome", (outcome) => outcome.hidden), true);
  await close();
});

test("credentials that are filled in during a renewal are kept, and a forgotten session is not renewed", async () => {
  /** @type {[Function, string, string[]][]} */
  const cases = [
    [
      (page) => paste(page, "#access-key-id", OTHER_CREDENTIALS),
      OTHER_CREDENTIALS.split(" ")[0],
      ["AKIAIOSFODNN7EXAMPLE", "dev", "AKIAI44QH8DHBEXAMPLE"],
    ],
    [(page) => page.click("#session-list li:nth-child(2) .forget"), "", ["AKIAIOSFODNN7EXAMPLE"]],
  ];
  for (const [meanwhile, inForm, remaining] of cases) {
    const aws = await openInRole();
    const { page, close } = aws;
    const release = delayResponses(aws);
    await page.click("#session-list li:nth-child(2) .renew");
    await meanwhile(page);
    release();
    await page.waitForNetworkIdle();
    assert.equal(await value(page, "#access-key-id"), inForm);
    assert.deepEqual(await sessionNames(page), remaining);
    assert.equal(await page.$eval("#failure", (failure) => failure.hidden), true);
    const records = await page.$$eval("#request option", (options) =>
      JSON.stringify(options.map(({ record }) => record)),
    );
    assert.equal(records.includes("token-2"), remaining.includes("dev"), "in the request details");
    await close();
  }
});

test("a session is forgotten even if the form is invalid, and no action for an error refers to it", async () => {
  const aws = await openInRole();
  const { page, calls, close } = aws;
  aws.override = () => ({
    status: 400,
    body: "<ErrorResponse><Error><Code>ExpiredToken</Code><Message>over</Message></Error></ErrorResponse>",
  });
  await press(page, "#who-am-i");
  assert.match(await text(page, "#failure-actions"), /Renew these credentials/);
  await page.$eval("#endpoint", (field) => (field.value = "no URL"));
  await page.click("#session-list li:nth-child(2) .forget");
  assert.equal(await value(page, "#secret-access-key"), "");
  assert.equal(await text(page, "#failure-actions"), "");
  assert.equal(calls.length, 2);
  await close();
});

test("requests signed by a forgotten session are removed, even after another call was started", async () => {
  const { page, close } = await openWithAws();
  await press(page, "#who-am-i");
  await page.click("#reveal-request");
  await page.$eval("#secret-access-key", (field) => (field.value = ""));
  await page.$eval("#role-arn", (field) => (field.value = ""));
  await page.click("#sign-role");
  await page.waitForSelector("#failure:not([hidden])");
  await page.click("#session-list .forget");
  assert.deepEqual([await text(page, "#signing-steps"), await text(page, "#curl")], ["", ""]);
  await close();
});

test("an expired parent is renewed with its session, even if the form has its credentials", async () => {
  const { page, close } = await openInRole({ before: pinClock });
  await assume(page, "arn:aws:iam::123456789012:role/next");
  assert.equal(await value(page, "#session-token"), "token-1");
  await page.evaluate("window.ahead = 61 * 60000");
  await page.click("#session-list li:nth-child(3) .renew");
  await page.waitForFunction(() => document.getElementById("session-token").value === "token-3");
  assert.equal(await page.$eval("#session-list li[aria-current] .name", (name) => name.textContent), "→ dev");
  await close();
});

test("a session created with an MFA code is renewed in place, with the same input and a new code", async () => {
  const { page, calls, close } = await openWithAws();
  await type(page, "[id='AssumeRole.SerialNumber']", MFA);
  await type(page, "[id='AssumeRole.TokenCode']", "123456");
  await page.$eval("[id='AssumeRole.Tags']", (tags) => tags.closest("details").setAttribute("open", ""));
  await page.click("[id='AssumeRole.Tags-add']");
  await type(page, "[id='AssumeRole.Tags.1.Key']", "team");
  await type(page, "[id='AssumeRole.Tags.1.Value']", "red");
  await page.click("[id='AssumeRole.Tags.1.transitive']");
  await assume(page);
  // An MFA code works only once.
  assert.equal(await value(page, "[id='AssumeRole.TokenCode']"), "");

  // In the meantime, the form is edited for another role.
  await type(page, "[id='AssumeRole.ExternalId']", "of-another-role");
  await page.click("#session-list li:nth-child(2) .renew");
  assert.equal(await page.evaluate("document.activeElement.id"), "AssumeRole.TokenCode");
  await page.keyboard.type("654321");
  await press(page, "#assume");
  assert.deepEqual(await sessionNames(page), ["AKIAIOSFODNN7EXAMPLE", "dev"]);
  assert.equal(await text(page, "#result-access-key-id"), "ASIAEXAMPLE2");
  const [first, second] = calls.map((form) => ({ ...Object.fromEntries(form), TokenCode: undefined }));
  assert.deepEqual(second, first);
  assert.equal(second["TransitiveTagKeys.member.1"], "team");
  await close();
});

test("a profile's second role is filled in after the first, without any input of the first", async () => {
  const [id, secret] = CREDENTIALS.split(" ");
  const { page, calls, close } = await openWithAws({
    credentials: `[base]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n[profile one]\nrole_arn = ${ROLE}\nsource_profile = base
mfa_serial = ${MFA}\n[profile two]\nrole_arn = arn:aws:iam::210987654321:role/two\nsource_profile = one\nexternal_id = theirs`,
  });
  await page.select("#profile", "two");
  await type(page, "[id='AssumeRole.TokenCode']", "123456");
  await press(page, "#assume");
  // Going back and forth fills in the same role.
  for (const item of ["li:nth-child(2)", "li:first-child", "li:nth-child(2)"])
    await page.click(`#session-list ${item} .use`);
  await press(page, "#assume");
  // The profile's last role, and a role of another profile, leave the form unchanged.
  await page.click("#use-credentials");
  assert.equal(await value(page, "#role-arn"), "arn:aws:iam::210987654321:role/two");
  const { RoleArn, SerialNumber, TokenCode, ExternalId } = Object.fromEntries(calls.at(-1));
  assert.deepEqual(
    [RoleArn, SerialNumber, TokenCode, ExternalId],
    ["arn:aws:iam::210987654321:role/two", undefined, undefined, "theirs"],
  );
  await close();
});

test("a renewal with a transient error is retried until the session expires, and a denied one is not", async () => {
  const aws = await openWithAws({ before: pinClock });
  const { page, logged, close } = aws;
  const autoRenews = () => page.$eval("#session-list li:nth-child(2) input", (box) => box.checked);
  await assume(page);
  await page.click("#session-list li:nth-child(2) input");
  const untilCalls = async (count) => {
    while (aws.calls.length < count) await new Promise((resolve) => setTimeout(resolve, 50));
  };
  aws.override = () => ({ status: 500, body: "" });
  await page.evaluate("window.ahead = 56 * 60000");
  // Like every call, it has three attempts.
  await untilCalls(4);
  await page.waitForFunction(
    () => !document.querySelector("#request option") || document.querySelectorAll("#request option").length === 1,
  );
  assert.equal(await autoRenews(), true);
  aws.override = undefined;
  await page.evaluate("window.ahead = 58.5 * 60000");
  await page.waitForFunction(() => document.getElementById("result-access-key-id").textContent !== "ASIAEXAMPLE1");
  assert.equal(await autoRenews(), true);

  aws.override = () => DENIED;
  await page.evaluate("window.ahead = 115 * 60000");
  await page.waitForSelector("#failure:not([hidden])");
  assert.equal(await autoRenews(), false, "auto-renew is off");
  assert.deepEqual(
    logged.filter((line) => !line.includes("Failed to load resource")),
    [],
  );
  await close();
});

test("a session whose parent was forgotten is no longer auto-renewed", async () => {
  const { page, logged, calls, close } = await openWithAws({ before: pinClock });
  await assume(page);
  await page.click("#session-list li:nth-child(2) input");
  await page.click("#session-list li:first-child .forget");
  await page.evaluate("window.ahead = 58 * 60000");
  await page.waitForFunction(() => document.getElementById("countdown").dataset.state === "expiring");
  await new Promise((resolve) => setTimeout(resolve, 1500));
  assert.deepEqual([logged, calls.length], [[], 1]);
  await close();
});

test("sessions are forgotten one after the other with the keyboard, and an orphan says why it cannot be renewed", async () => {
  const { page, close } = await openWithAws();
  await assume(page);
  await paste(page, "#access-key-id", "AKIAI44QH8DHBEXAMPLE je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY");
  const focused = () => page.evaluate(() => document.activeElement.textContent);
  await page.focus("#session-list li:nth-child(1) .forget");
  await page.keyboard.press("Enter");
  // The session that it created is in its position now.
  assert.match(await focused(), /^Forget dev/);
  await page.keyboard.down("Shift");
  await page.keyboard.press("Tab");
  await page.keyboard.up("Shift");
  await page.keyboard.press("Enter");
  assert.match(await text(page, "#status"), /^This page cannot renew dev: .* what created it was forgotten/);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  assert.deepEqual(await sessionNames(page), ["AKIAI44QH8DHBEXAMPLE"]);
  assert.equal(await focused(), "Forget AKIAI44QH8DHBEXAMPLE");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate("document.activeElement.id"), "access-key-id");
  await close();
});

test("the checkbox shows what another window has stored or removed", async () => {
  const { page, close } = await openWithAws();
  await page.click("#remember");
  await assume(page);
  const other = await page.browserContext().newPage();
  await other.goto(page.url(), { waitUntil: "networkidle0" });
  const isChecked = (expected) =>
    page.waitForFunction((expected) => document.getElementById("remember").checked === expected, {}, expected);
  // Without the mouse, since the button could move while the page is being drawn.
  await other.$eval("#forget", (button) => button.click());
  await other.waitForFunction(() => localStorage.getItem("sts-web") === null);
  await isChecked(false);
  await other.evaluate(() => localStorage.setItem("sts-web", JSON.stringify({ role: {}, region: "eu-west-1" })));
  await isChecked(true);
  await close();
});

test("the console link and the trust policy have the role's path", async () => {
  const aws = await openWithAws();
  const { page, close } = aws;
  await assume(page);
  const link = new URL(await page.$eval("#switch-role", ({ href }) => href));
  assert.equal(link.searchParams.get("roleName"), "team/dev");
  await page.click("#use-credentials");
  aws.override = () => DENIED;
  await assume(page, "arn:aws:iam::210987654321:role/theirs");
  await page.waitForSelector(".policy");
  const [trust] = await page.$$eval(".policy pre", (policies) =>
    policies.map(({ textContent }) => JSON.parse(textContent)),
  );
  assert.equal(trust.Statement[0].Principal.AWS, ROLE);
  await close();
});

test("credentials are shown without a console link if the console does not support the region", async () => {
  const { page, close } = await openWithAws();
  await type(page, "#region", "us-iso-east-1");
  await type(page, "#endpoint", "https://sts.us-east-1.amazonaws.com");
  await assume(page);
  assert.equal(await text(page, "#result-access-key-id"), "ASIAEXAMPLE1");
  assert.equal(await page.$("#switch-role"), null);
  await close();
});

test("choosing a profile with a role keeps typed values and removes those of the previous profile", async () => {
  const [id, secret] = CREDENTIALS.split(" ");
  const { page, close } = await openWithAws({
    credentials: `[base]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n[profile one]\nrole_arn = ${ROLE}\nsource_profile = base
external_id = theirs\n[profile two]\nrole_arn = arn:aws:iam::210987654321:role/two\nsource_profile = base`,
  });
  await type(page, "[id='AssumeRole.Policy']", "{}");
  await page.select("#profile", "one");
  assert.equal(await value(page, "[id='AssumeRole.ExternalId']"), "theirs");
  await page.select("#profile", "two");
  const values = await Promise.all(["Policy", "ExternalId"].map((name) => value(page, `[id='AssumeRole.${name}']`)));
  assert.deepEqual(values, ["{}", ""]);
  await close();
});

function blockStorage() {
  Object.defineProperty(window, "localStorage", {
    get: () => {
      throw new DOMException("", "SecurityError");
    },
  });
}

function fillStorage() {
  Storage.prototype.setItem = () => {
    throw new DOMException("", "QuotaExceededError");
  };
}

for (const [state, before] of /** @type {[string, () => void][]} */ ([
  ["blocked", blockStorage],
  ["full", fillStorage],
])) {
  test(`a role is assumed even if its settings cannot be stored, because storage is ${state}`, async () => {
    const { page, close } = await openWithAws({ before });
    await page.click("#remember");
    await assume(page);
    assert.equal(await text(page, "#outcome-title"), "Role credentials");
    assert.deepEqual(await sessionNames(page), ["AKIAIOSFODNN7EXAMPLE", "dev"]);
    assert.equal(await page.$eval("#remember", (box) => box.checked), false);
    await close();
  });
}

test("a session keeps the region and the endpoint where it worked, until it works elsewhere", async () => {
  const { page, close } = await openWithAws();
  const settings = () => Promise.all(["#region", "#endpoint"].map((id) => value(page, id)));
  await press(page, "#who-am-i");
  await type(page, "#region", "eu-wst-1");
  await type(page, "#endpoint", "https://sts.example.org");
  await press(page, "#who-am-i");
  assert.match(await text(page, "#failure-message"), /cannot connect to https:..sts.example.org/);
  await page.click("#session-list .use");
  assert.deepEqual(await settings(), ["us-east-1", ""]);

  // Signed only: it may not work.
  await type(page, "#region", "eu-wst-1");
  await type(page, "#role-arn", ROLE);
  await type(page, "#session-name", "a-session");
  await page.click("#sign-role");
  await page.waitForFunction(() => /signed, not sent/.test(document.getElementById("request").textContent));
  await page.click("#session-list .use");
  assert.deepEqual(await settings(), ["us-east-1", ""]);

  await type(page, "#endpoint", "https://sts.us-east-1.amazonaws.com");
  await press(page, "#who-am-i");
  await type(page, "#endpoint", "");
  await page.click("#session-list .use");
  assert.deepEqual(await settings(), ["us-east-1", "https://sts.us-east-1.amazonaws.com"]);
  await close();
});

test("a role is assumed again in the region that the form has", async () => {
  const { page, calls, close } = await openInRole();
  await type(page, "#region", "eu-wst-1");
  await press(page, "#assume");
  assert.match(await text(page, "#failure-message"), /cannot connect to https:..sts.eu-wst-1.amazonaws.com/);
  assert.equal(calls.length, 1);
  await close();
});

test("everything is forgotten even if the browser blocks storage", async () => {
  const { page, close } = await openWithAws({ before: blockStorage });
  await assume(page);
  await page.click("#reveal-result");
  await page.click("#forget");
  assert.ok(!(await page.evaluate("document.documentElement.outerHTML")).includes("secret-1"));
  assert.equal(await text(page, "#status"), "Everything was forgotten.");
  await close();
});

test("the checkbox shows that settings are stored, even after everything else was forgotten", async () => {
  const { page, close } = await openWithAws({ before: pinClock });
  await page.click("#remember");
  await assume(page);
  await page.select("#idle-timeout", "5");
  await page.evaluate("window.ahead = 6 * 60000");
  await page.waitForFunction(() => document.getElementById("secret-access-key").value === "");
  assert.equal(await page.$eval("#remember", (box) => box.checked), true);
  await page.click("#forget");
  assert.deepEqual(await page.evaluate(() => [document.getElementById("remember").checked, localStorage.length]), [
    false,
    0,
  ]);
  await close();
});
