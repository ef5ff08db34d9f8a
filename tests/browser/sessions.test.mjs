// The links of a chain: what is renewed, forgotten or gone on from stays what it says it is, whatever else is under way.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch, open, paste, pinClock, press, text, type, value } from "./chromium.mjs";

const KEYS = "AKIAIOSFODNN7EXAMPLE wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const OTHERS = "AKIAI44QH8DHBEXAMPLE je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY";
const ROLE = "arn:aws:iam::123456789012:role/team/dev";
const MFA = "arn:aws:iam::123456789012:mfa/me";

let browser;

before(async () => {
  browser = await launch();
});
after(() => browser.close());

/**
 * A page with keys in it, where AWS gives any role, with keys that count: `secret-1`, `token-1`. `calls` are the forms that
 * came; `spoil`, asked first, may give another answer.
 */
/** @param {Record<string, any>} [options] */
async function granting({ keys = KEYS, ...options } = {}) {
  const aws = { calls: [], spoil: undefined };
  const answer = async (request) => {
    const form = new URLSearchParams(request.postData() ?? "");
    aws.calls.push(form);
    const spoiled = await aws.spoil?.(form);
    return spoiled ?? granted(form, request.headers()["x-amz-date"], aws.calls.length);
  };
  const tab = await open(browser, { answer, ...options });
  await paste(tab.page, "#access-key-id", keys);
  return Object.assign(aws, tab);
}

function granted(form, date, count) {
  if (form.get("Action") === "GetCallerIdentity") {
    return {
      body: "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/me</Arn><UserId>AIDAEXAMPLE</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>",
    };
  }
  const end = new Date(date.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z")).getTime() + 3_600_000;
  return {
    body: `<AssumeRoleResponse><AssumeRoleResult><AssumedRoleUser><AssumedRoleId>AROAEXAMPLE:a</AssumedRoleId>
      <Arn>arn:aws:sts::123456789012:assumed-role/${form.get("RoleArn").split("/").at(-1)}/a-session</Arn></AssumedRoleUser>
      <Credentials><AccessKeyId>ASIAEXAMPLE${count}</AccessKeyId><SecretAccessKey>secret-${count}</SecretAccessKey>
      <SessionToken>token-${count}</SessionToken><Expiration>${new Date(end).toISOString()}</Expiration></Credentials>
      </AssumeRoleResult></AssumeRoleResponse>`,
  };
}

const DENIED = {
  status: 403,
  body: "<ErrorResponse><Error><Code>AccessDenied</Code><Message>no more</Message></Error></ErrorResponse>",
};

async function assume(page, arn = ROLE) {
  await type(page, "#role-arn", arn);
  await type(page, "#session-name", "a-session");
  await press(page, "#assume");
}

const links = (page) => page.$$eval("#links .name", (names) => names.map((name) => name.textContent.replace("→ ", "")));

/** As `granting`, with a role's keys in the form. */
async function inRole(options) {
  const aws = await granting(options);
  await assume(aws.page);
  await aws.page.click("#use-keys");
  return aws;
}

/** Holds AWS's answers back until what it gives is called. */
function holdBack(aws) {
  let release;
  const held = new Promise((resolve) => (release = resolve));
  aws.spoil = () => held;
  return release;
}

test("a link that is forgotten takes along the keys that it had before it was renewed", async () => {
  const { page, close } = await granting();
  await assume(page);
  await page.click("#links li:nth-child(2) .renew");
  await page.waitForFunction(() => document.querySelectorAll("#record option").length === 2);
  const records = await page.$$eval("#record option", (options) => options.map(({ record }) => JSON.stringify(record)));
  assert.ok(records[0].includes("token-2") && records[1].includes("token-1"));
  await page.click("#links li:nth-child(2) .forget-one");
  assert.deepEqual(await links(page), ["AKIAIOSFODNN7EXAMPLE"]);
  assert.equal(await page.$$eval("#record option", (options) => options.length), 0);
  await close();
});

test("a link that is forgotten while it calls does not come back with the answer", async () => {
  const aws = await inRole();
  const { page, close } = aws;
  const release = holdBack(aws);
  await page.click("#who-am-i");
  await page.click("#links li:nth-child(2) .forget-one");
  release();
  await page.waitForFunction(() => !document.getElementById("who-am-i").disabled);
  assert.deepEqual(await links(page), ["AKIAIOSFODNN7EXAMPLE"]);
  assert.equal(await page.$eval("#news", (news) => news.hidden), true);
  await close();
});

test("keys that were put into the form while a link was renewed stay there, and a forgotten link gets none", async () => {
  /** @type {[Function, string, string[]][]} */
  const cases = [
    [(page) => paste(page, "#access-key-id", OTHERS), OTHERS.split(" ")[0], ["AKIAIOSFODNN7EXAMPLE", "dev"]],
    [(page) => page.click("#links li:nth-child(2) .forget-one"), "", ["AKIAIOSFODNN7EXAMPLE"]],
  ];
  for (const [meanwhile, inForm, left] of cases) {
    const aws = await inRole();
    const { page, close } = aws;
    const release = holdBack(aws);
    await page.click("#links li:nth-child(2) .renew");
    await meanwhile(page);
    release();
    await page.waitForNetworkIdle();
    assert.equal(await value(page, "#access-key-id"), inForm);
    assert.deepEqual(await links(page), left);
    assert.equal(await page.$eval("#failure", (failure) => failure.hidden), true);
    const records = await page.$$eval("#record option", (options) =>
      JSON.stringify(options.map(({ record }) => record)),
    );
    assert.equal(records.includes("token-2"), left.includes("dev"), "in what was sent");
    await close();
  }
});

test("a link is forgotten whatever else is in the form, and no way on of an error leads back to it", async () => {
  const aws = await inRole();
  const { page, calls, close } = aws;
  aws.spoil = () => ({
    status: 400,
    body: "<ErrorResponse><Error><Code>ExpiredToken</Code><Message>over</Message></Error></ErrorResponse>",
  });
  await press(page, "#who-am-i");
  assert.match(await text(page, "#ways"), /Renew these keys/);
  await page.$eval("#endpoint", (field) => (field.value = "no URL"));
  await page.click("#links li:nth-child(2) .forget-one");
  assert.equal(await value(page, "#secret-access-key"), "");
  assert.equal(await text(page, "#ways"), "");
  assert.equal(calls.length, 2);
  await close();
});

test("what was signed with a forgotten link is shown no longer, though another call was begun since", async () => {
  const { page, close } = await granting();
  await press(page, "#who-am-i");
  await page.click("#reveal-sent");
  await page.$eval("#secret-access-key", (field) => (field.value = ""));
  await page.$eval("#role-arn", (field) => (field.value = ""));
  await page.click("#sign-role");
  await page.waitForSelector("#failure:not([hidden])");
  await page.click("#links .forget-one");
  assert.deepEqual([await text(page, "#steps"), await text(page, "#curl")], ["", ""]);
  await close();
});

test("what gave a link is renewed along with it, also where it is what the form holds", async () => {
  const { page, close } = await inRole({ before: pinClock });
  await assume(page, "arn:aws:iam::123456789012:role/next");
  assert.equal(await value(page, "#session-token"), "token-1");
  await page.evaluate("window.ahead = 61 * 60000");
  await page.click("#links li:nth-child(3) .renew");
  await page.waitForFunction(() => document.getElementById("session-token").value === "token-3");
  assert.equal(await page.$eval("#links li[aria-current] .name", (name) => name.textContent), "→ dev");
  await close();
});

test("a link that was got with a code of an MFA device is renewed in its place, with all that its call had", async () => {
  const { page, calls, close } = await granting();
  await type(page, "[id='AssumeRole.SerialNumber']", MFA);
  await type(page, "[id='AssumeRole.TokenCode']", "123456");
  await page.$eval("[id='AssumeRole.Tags']", (tags) => tags.closest("details").setAttribute("open", ""));
  await page.click("[id='AssumeRole.Tags-add']");
  await type(page, "[id='AssumeRole.Tags.1.Key']", "team");
  await type(page, "[id='AssumeRole.Tags.1.Value']", "red");
  await page.click("[id='AssumeRole.Tags.1.stays']");
  await assume(page);
  // A code works once.
  assert.equal(await value(page, "[id='AssumeRole.TokenCode']"), "");

  // For another role meanwhile.
  await type(page, "[id='AssumeRole.ExternalId']", "of-another-role");
  await page.click("#links li:nth-child(2) .renew");
  assert.equal(await page.evaluate("document.activeElement.id"), "AssumeRole.TokenCode");
  await page.keyboard.type("654321");
  await press(page, "#assume");
  assert.deepEqual(await links(page), ["AKIAIOSFODNN7EXAMPLE", "dev"]);
  assert.equal(await text(page, "#key-id"), "ASIAEXAMPLE2");
  const [first, second] = calls.map((form) => ({ ...Object.fromEntries(form), TokenCode: undefined }));
  assert.deepEqual(second, first);
  assert.equal(second["TransitiveTagKeys.member.1"], "team");
  await close();
});

test("a profile's second role follows its first, and nothing of the first's call goes along", async () => {
  const [id, secret] = KEYS.split(" ");
  const { page, calls, close } = await granting({
    keys: `[base]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n[profile one]\nrole_arn = ${ROLE}\nsource_profile = base
mfa_serial = ${MFA}\n[profile two]\nrole_arn = arn:aws:iam::210987654321:role/two\nsource_profile = one\nexternal_id = theirs`,
  });
  await page.select("#profile", "two");
  await type(page, "[id='AssumeRole.TokenCode']", "123456");
  await press(page, "#assume");
  // Whoever goes back and on again is asked for the same.
  for (const link of ["li:nth-child(2)", "li:first-child", "li:nth-child(2)"]) await page.click(`#links ${link} .use`);
  await press(page, "#assume");
  // Nothing follows the last one, nor one that is not the profile's.
  await page.click("#use-keys");
  assert.equal(await value(page, "#role-arn"), "arn:aws:iam::210987654321:role/two");
  const { RoleArn, SerialNumber, TokenCode, ExternalId } = Object.fromEntries(calls.at(-1));
  assert.deepEqual(
    [RoleArn, SerialNumber, TokenCode, ExternalId],
    ["arn:aws:iam::210987654321:role/two", undefined, undefined, "theirs"],
  );
  await close();
});

test("a renewal that fails for now is tried again while there is time, and one that is refused is not", async () => {
  const aws = await granting({ before: pinClock });
  const { page, said, close } = aws;
  const renewsItself = () => page.$eval("#links li:nth-child(2) input", (box) => box.checked);
  await assume(page);
  await page.click("#links li:nth-child(2) input");
  const times = async (count) => {
    while (aws.calls.length < count) await new Promise((resolve) => setTimeout(resolve, 50));
  };
  aws.spoil = () => ({ status: 500, body: "" });
  await page.evaluate("window.ahead = 56 * 60000");
  // Three attempts, as any call has.
  await times(4);
  await page.waitForFunction(
    () => !document.querySelector("#record option") || document.querySelectorAll("#record option").length === 1,
  );
  assert.equal(await renewsItself(), true);
  aws.spoil = undefined;
  await page.evaluate("window.ahead = 58.5 * 60000");
  await page.waitForFunction(() => document.getElementById("key-id").textContent !== "ASIAEXAMPLE1");
  assert.equal(await renewsItself(), true);

  aws.spoil = () => DENIED;
  await page.evaluate("window.ahead = 115 * 60000");
  await page.waitForSelector("#failure:not([hidden])");
  assert.equal(await renewsItself(), false, "the box says what is");
  assert.deepEqual(
    said.filter((line) => !line.includes("Failed to load resource")),
    [],
  );
  await close();
});

test("what came from a forgotten link no longer renews itself", async () => {
  const { page, said, calls, close } = await granting({ before: pinClock });
  await assume(page);
  await page.click("#links li:nth-child(2) input");
  await page.click("#links li:first-child .forget-one");
  await page.evaluate("window.ahead = 58 * 60000");
  await page.waitForFunction(() => document.getElementById("countdown").dataset.state === "soon");
  await new Promise((resolve) => setTimeout(resolve, 1500));
  assert.deepEqual([said, calls.length], [[], 1]);
  await close();
});

test("a role's path is in the console's link and in the policy that trusts it", async () => {
  const aws = await granting();
  const { page, close } = aws;
  await assume(page);
  const link = new URL(await page.$eval("#switch-role", ({ href }) => href));
  assert.equal(link.searchParams.get("roleName"), "team/dev");
  await page.click("#use-keys");
  aws.spoil = () => DENIED;
  await assume(page, "arn:aws:iam::210987654321:role/theirs");
  const [trust] = await page.$$eval(".policy pre", (policies) =>
    policies.map(({ textContent }) => JSON.parse(textContent)),
  );
  assert.equal(trust.Statement[0].Principal.AWS, ROLE);
  await close();
});

test("where the console has no page for a region, the keys are there all the same", async () => {
  const { page, close } = await granting();
  await type(page, "#region", "us-iso-east-1");
  await type(page, "#endpoint", "https://sts.us-east-1.amazonaws.com");
  await assume(page);
  assert.equal(await text(page, "#key-id"), "ASIAEXAMPLE1");
  assert.equal(await page.$eval("#switch-role", (link) => link.hidden), true);
  await close();
});

test("a profile's role leaves what was typed for it, and takes along what a former profile put there", async () => {
  const [id, secret] = KEYS.split(" ");
  const { page, close } = await granting({
    keys: `[base]\naws_access_key_id = ${id}\naws_secret_access_key = ${secret}\n[profile one]\nrole_arn = ${ROLE}\nsource_profile = base
external_id = theirs\n[profile two]\nrole_arn = arn:aws:iam::210987654321:role/two\nsource_profile = base`,
  });
  await type(page, "[id='AssumeRole.Policy']", "{}");
  await page.select("#profile", "one");
  assert.equal(await value(page, "[id='AssumeRole.ExternalId']"), "theirs");
  await page.select("#profile", "two");
  const left = await Promise.all(["Policy", "ExternalId"].map((name) => value(page, `[id='AssumeRole.${name}']`)));
  assert.deepEqual(left, ["{}", ""]);
  await close();
});

test("where the browser stores nothing, everything is forgotten all the same", async () => {
  const blocked = () =>
    Object.defineProperty(window, "localStorage", {
      get: () => {
        throw new DOMException("", "SecurityError");
      },
    });
  const { page, close } = await granting({ before: blocked });
  await assume(page);
  await page.click("#reveal-card");
  await page.click("#forget");
  assert.ok(!(await page.evaluate("document.documentElement.outerHTML")).includes("secret-1"));
  assert.equal(await text(page, "#said"), "Everything is forgotten.");
  await close();
});

test("settings that are remembered are said to be, also after everything else was forgotten", async () => {
  const { page, close } = await granting({ before: pinClock });
  await page.click("#remember");
  await assume(page);
  await page.select("#idle", "5");
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
