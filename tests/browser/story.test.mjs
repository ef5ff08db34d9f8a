// The story, through the page's own controls, in a real Chromium against the sandbox.

import assert from "node:assert/strict";
import { after, afterEach, before, beforeEach, test } from "node:test";

import { launch, open, press, sandbox, text, type, useSandbox, value } from "./chromium.mjs";

let browser;
let tab;
let page;

before(async () => {
  browser = await launch();
});
after(() => browser.close());
beforeEach(async () => {
  tab = await open(browser);
  page = tab.page;
});
afterEach(() => tab.close());

async function assume() {
  await useSandbox(page);
  await press(page, "#assume");
  assert.equal(await text(page, "#news-title"), "You have the role");
}

/** The role's keys, once they are asked for. */
async function roleKeys() {
  await page.click("#reveal-card");
  const { Credentials } = JSON.parse(await text(page, "#answer"));
  return Credentials;
}

test("from the sandbox's keys to a role, and back to who am I", async () => {
  await useSandbox(page);
  await press(page, "#who-am-i");
  assert.match(await text(page, "#in-words"), /^You are the IAM user test-user in account 123456789012/);

  await press(page, "#assume");
  assert.match(await text(page, "#countdown"), /^(1 h|59 min \d+ s)$/);
  assert.match(
    await page.$eval("#switch-role", (link) => link.href),
    /switchrole\?account=123456789012&roleName=test-role/,
  );
  await page.click("#use-keys");
  assert.equal(await text(page, "#path"), "test-user → test-role");

  await press(page, "#who-am-i");
  assert.match(await text(page, "#in-words"), /assumed-role\/test-role\/s3-access-example/);
  assert.deepEqual(await page.evaluate("window.violations"), []);
});

test("secrets are hidden until they are asked for", async () => {
  await assume();
  const shown = () =>
    page.$eval("main", (main) => main.innerText + [...main.querySelectorAll("pre, dd")].map((one) => one.textContent));
  const hidden = await shown();
  const { SecretAccessKey, SessionToken } = await roleKeys();
  for (const secret of [SecretAccessKey, SessionToken]) {
    assert.ok(secret.length > 20);
    assert.ok(!hidden.includes(secret));
    assert.ok((await shown()).includes(secret));
  }
  await page.click("#reveal-card");
  assert.equal(await shown(), hidden);
});

test("a chain: each link can be returned to, renewed and forgotten", async () => {
  await assume();
  await page.click("#use-keys");
  await type(page, "#role-arn", sandbox.chainedRoleArn);
  await press(page, "#assume");
  await page.click("#use-keys");
  await press(page, "#who-am-i");
  assert.match(await text(page, "#in-words"), /assumed-role\/chained-role/);
  assert.match(await text(page, "#path"), /→ test-role → chained-role$/);

  // Back to the user, whose name is known once asked.
  await page.click("#links li:first-child .use");
  await press(page, "#who-am-i");
  assert.equal(await text(page, "#path"), "test-user");

  const before = await value(page, "#access-key-id");
  await page.click("#links li:nth-child(2) .use");
  const old = await value(page, "#access-key-id");
  await page.click("#links li:nth-child(2) .renew");
  await page.waitForFunction((old) => document.getElementById("access-key-id").value !== old, {}, old);
  await press(page, "#who-am-i");
  assert.match(await text(page, "#in-words"), /assumed-role\/test-role/);
  assert.notEqual(await value(page, "#access-key-id"), before);

  // A link that is forgotten is so everywhere, and the keyboard stays in the list.
  const token = await value(page, "#session-token");
  await page.click("#reveal-sent");
  assert.ok((await page.evaluate("document.documentElement.outerHTML")).includes(token));
  await page.focus("#links li:nth-child(2) .forget-one");
  await page.keyboard.press("Enter");
  assert.equal(await value(page, "#secret-access-key"), "");
  assert.ok(!(await page.evaluate("document.documentElement.outerHTML")).includes(token));
  assert.equal(await text(page, "#said"), "test-role is forgotten.");
  assert.ok(await page.evaluate(() => document.getElementById("links").contains(document.activeElement)));

  // What came from a forgotten link goes on.
  await page.click("#links li:first-child .forget-one");
  assert.equal(await page.$$eval("#links li", (links) => links.length), 1);
  await page.click("#links li:first-child .use");
  assert.equal(await text(page, "#path"), "chained-role");
  assert.equal(await page.$("#links li:first-child .renew"), null);
});

test("the keys go nowhere but into memory", async () => {
  await assume();
  const secrets = [sandbox.secretAccessKey, (await roleKeys()).SecretAccessKey];
  const kept = await page.evaluate(() =>
    JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href]),
  );
  for (const secret of secrets) {
    assert.ok(secret.length > 20);
    for (const place of [kept, ...tab.said, ...tab.asked]) assert.ok(!place.includes(secret), place.slice(0, 200));
  }
  assert.deepEqual(tab.said, []);
  assert.deepEqual(await page.evaluate("indexedDB.databases().then((all) => all.length)"), 0);
});

test("a wrong secret is told with its code, what to do and the request id", async () => {
  await useSandbox(page);
  await type(page, "#secret-access-key", "not-the-secret");
  await press(page, "#who-am-i");
  assert.match(await text(page, "#failure-facts"), /^SignatureDoesNotMatch · HTTP 403 · request id \S+$/);
  assert.match(await text(page, "#failure-hint"), /secret access key does not belong/);
  assert.equal(await page.evaluate("document.activeElement.id"), "news-title");
});

test("a wrong external id is refused, the way on leads to its field, and the right one is not", async () => {
  await useSandbox(page);
  await type(page, "#role-arn", sandbox.externalIdRoleArn);
  await type(page, "[id='AssumeRole.ExternalId']", "another-id");
  await press(page, "#assume");
  assert.match(await text(page, "#failure-facts"), /^AccessDenied · HTTP 403/);
  assert.match(await text(page, "#failure-hint"), /external ID/);
  await page.click("#ways button");
  assert.equal(await page.evaluate("document.activeElement.id"), "AssumeRole.ExternalId");
  await type(page, "[id='AssumeRole.ExternalId']", sandbox.externalId);
  await press(page, "#assume");
  assert.equal(await text(page, "#news-title"), "You have the role");
});

test("expired keys are told as such", async () => {
  await useSandbox(page);
  const { STS } = await import("../../pkg/dist/entry/node.js");
  const { endpoint, region, accessKeyId, secretAccessKey, roleArn, roleSessionName } = sandbox;
  // The sandbox does not check the least duration; the library does, so it is told not to.
  const sts = new STS({ endpoint, region, credentials: { accessKeyId, secretAccessKey }, validate: false });
  const { Credentials } = await sts.assumeRole({
    RoleArn: roleArn,
    RoleSessionName: roleSessionName,
    DurationSeconds: 1,
  });
  await type(page, "#access-key-id", Credentials.AccessKeyId);
  await type(page, "#secret-access-key", Credentials.SecretAccessKey);
  await type(page, "#session-token", Credentials.SessionToken);
  while (Date.now() < Credentials.Expiration.getTime() + 1000) await new Promise((resolve) => setTimeout(resolve, 100));
  await press(page, "#who-am-i");
  assert.match(await text(page, "#failure-facts"), /^ExpiredToken/);
  assert.match(await text(page, "#failure-hint"), /new temporary credentials/);
});

test("wrong input is told as it is typed and all at once, nothing is sent, and nothing is lost", async () => {
  await useSandbox(page);
  await type(page, "#role-arn", "test-role");
  await type(page, "#session-name", "with space");
  await type(page, "#duration", "60");
  await page.waitForFunction(() => document.getElementById("duration").getAttribute("aria-invalid") === "true");
  assert.equal(
    await page.$eval(
      "#duration",
      (field) => document.getElementById(field.getAttribute("aria-describedby")).textContent,
    ),
    "DurationSeconds is 60; it must be from 900 to 43200 seconds",
  );
  const before = tab.asked.length;
  await press(page, "#assume");
  const faults = await page.$$eval("#failure-faults li", (items) => items.map((item) => item.textContent));
  assert.equal(faults.length, 3);
  assert.equal(tab.asked.slice(before).filter((url) => url.startsWith(sandbox.endpoint)).length, 0);
  assert.equal(await value(page, "#session-name"), "with space");
  await page.click("#failure-faults li:first-child button");
  assert.equal(await page.evaluate("document.activeElement.id"), "role-arn");
});

test("what is missing is named", async () => {
  await press(page, "#who-am-i");
  assert.match(await text(page, "#failure-hint"), /Provide an access key ID and its secret access key/);
  await type(page, "#access-key-id", "AKIAEXAMPLE");
  await type(page, "#secret-access-key", "a-secret");
  await press(page, "#assume");
  const faults = await page.$$eval("#failure-faults li", (items) => items.map((item) => item.textContent));
  assert.deepEqual(faults, ["RoleArn is missing; it is required", "RoleSessionName is missing; it is required"]);
});

test("limits stand beside the field, and go along with what is typed", async () => {
  const limit = (id) => page.$eval(`[id='${id}-limit']`, (limit) => limit.textContent);
  assert.equal(await limit("AssumeRole.RoleSessionName"), "2 to 64 characters");
  await type(page, "#session-name", "abcde");
  await type(page, "#duration", "5400");
  await page.waitForFunction(
    () => document.getElementById("AssumeRole.DurationSeconds-limit").textContent === "1 h 30 min",
  );
  assert.equal(await limit("AssumeRole.RoleSessionName"), "5 of 64 characters");
  const policy = "[id='AssumeRole.Policy']";
  /** @type {[string, RegExp][]} */
  const cases = [
    ["{", /^This is not JSON: /],
    ["{}", /needs Version and Statement/],
    ['{"Version":"2012-10-17","Statement":[{"Principal":"*"}]}', /no Principal/],
    ['{"Version":"2012-10-17","Statement":[]}', /It is JSON/],
  ];
  for (const [entered, told] of cases) {
    await type(page, policy, entered);
    await page.waitForFunction(
      (source) => new RegExp(source).test(document.getElementById("AssumeRole.Policy-limit").textContent),
      {},
      told.source,
    );
  }
});

/** Tags in the role form: each a key, a value, and whether it stays in further roles. */
async function enterTags(tags) {
  await page.$eval("[id='AssumeRole.Tags']", (list) => list.closest("details").setAttribute("open", ""));
  for (const [index, [key, tag, stays]] of tags.entries()) {
    const id = `AssumeRole.Tags.${index + 1}`;
    await page.click("[id='AssumeRole.Tags-add']");
    await type(page, `[id='${id}.Key']`, key);
    await type(page, `[id='${id}.Value']`, tag);
    if (stays) await page.click(`[id='${id}.stays']`);
  }
}

/** What stands beside a field, which its description names; and which fields are marked. */
const beside = (id) =>
  page.$eval(`[id='${id}']`, (field) => document.getElementById(field.getAttribute("aria-describedby")).textContent);
const marked = () => page.$$eval("[aria-invalid=true]", (all) => all.map(({ id }) => id));

test("limits stand beside the inputs of a list, too, and go along with what is typed", async () => {
  for (const [id, limit] of [
    ["Tags.1.Key", "1 to 128 characters"],
    ["Tags.1.Value", "0 to 256 characters"],
    ["PolicyArns.1.arn", "20 to 2048 characters"],
    ["ProvidedContexts.1.ProviderArn", "20 to 2048 characters"],
    ["ProvidedContexts.1.ContextAssertion", "4 to 2048 characters"],
  ]) {
    const add = `[id='AssumeRole.${id.split(".")[0]}-add']`;
    await page.$eval(add, (button) => button.closest("details").setAttribute("open", ""));
    if (!(await page.$(`[id='AssumeRole.${id}']`))) await page.click(add);
    assert.equal(await beside(`AssumeRole.${id}`), limit);
  }
  await type(page, "[id='AssumeRole.Tags.1.Key']", "Team");
  await page.waitForFunction(
    () => document.getElementById("AssumeRole.Tags.1.Key-limit").textContent === "4 of 128 characters",
  );
  await page.select("#operation", "GetWebIdentityToken");
  await page.$eval("[id='GetWebIdentityToken.Audience-add']", (button) => button.click());
  assert.equal(await beside("GetWebIdentityToken.Audience.1.Audience"), "1 to 1000 characters");
});

test("a fault in a list is told at its input as it is typed, and its link leads there", async () => {
  await useSandbox(page);
  // The first row is empty, and not sent; faults count without it.
  await enterTags([
    ["", ""],
    ["Team", "Blue"],
    ["Cost", "a#b"],
    ["x".repeat(129), "Red"],
  ]);
  await page.waitForFunction(() => document.querySelectorAll("[aria-invalid=true]").length === 2);
  assert.deepEqual(await marked(), ["AssumeRole.Tags.3.Value", "AssumeRole.Tags.4.Key"]);
  assert.match(await beside("AssumeRole.Tags.3.Value"), /has an invalid character "#" at position 2/);

  await press(page, "#assume");
  assert.deepEqual(await marked(), ["AssumeRole.Tags.3.Value", "AssumeRole.Tags.4.Key"]);
  await page.click("#failure-faults li:last-child button");
  assert.equal(await page.evaluate("document.activeElement.id"), "AssumeRole.Tags.4.Key");
  await page.click("#failure-faults li:first-child button");
  assert.equal(await page.evaluate("document.activeElement.id"), "AssumeRole.Tags.3.Value");

  // Mended: nothing is marked any more, and the limit is back.
  await type(page, "[id='AssumeRole.Tags.3.Value']", "ab");
  await type(page, "[id='AssumeRole.Tags.4.Key']", "Owner");
  await page.waitForFunction(() => !document.querySelector("[aria-invalid=true]"));
  assert.equal(await beside("AssumeRole.Tags.3.Value"), "2 of 256 characters");
});

test("a key that stays in further roles and is wrong: every fault leads to its tag", async () => {
  await useSandbox(page);
  await enterTags([
    ["Team", "Blue", true],
    ["Cost", "7"],
    ["", "Red", true],
    ["x".repeat(129), "Green", true],
  ]);
  await press(page, "#assume");
  assert.deepEqual(await marked(), ["AssumeRole.Tags.3.Key", "AssumeRole.Tags.4.Key"]);
  const faults = await page.$$eval("#failure-faults li", (items) =>
    items.map((item) => item.textContent.split(/ is | has /)[0]),
  );
  assert.deepEqual(faults, ["Tags[2].Key", "Tags[3].Key", "TransitiveTagKeys[1]", "TransitiveTagKeys[2]"]);
  for (const [index, row] of [3, 4, 3, 4].entries()) {
    await page.click(`#failure-faults li:nth-child(${index + 1}) button`);
    assert.equal(await page.evaluate("document.activeElement.id"), `AssumeRole.Tags.${row}.Key`);
  }
  assert.deepEqual(tab.said, []);
});

test("tags, and which of them stay, are sent as they were entered", async () => {
  await useSandbox(page);
  await enterTags([
    ["Project", "Atlas"],
    ["Team", "Blue", true],
  ]);
  await page.click("#sign-role");
  await page.waitForSelector("#sent:not([hidden])");
  const sent = new URLSearchParams((await text(page, "#steps pre")).split("\n\n")[1]);
  assert.deepEqual(
    [...sent].filter(([name]) => name.includes("Tag")),
    [
      ["Tags.member.1.Key", "Project"],
      ["Tags.member.1.Value", "Atlas"],
      ["Tags.member.2.Key", "Team"],
      ["Tags.member.2.Value", "Blue"],
      ["TransitiveTagKeys.member.1", "Team"],
    ],
  );
});

test("an endpoint or region that the policy forbids is told before anything is sent", async () => {
  await type(page, "#access-key-id", "AKIAEXAMPLE");
  await type(page, "#secret-access-key", "a-secret");
  await type(page, "#endpoint", "https://sts.example.org");
  await press(page, "#who-am-i");
  assert.match(await text(page, "#failure-message"), /may not reach https:\/\/sts\.example\.org/);
  await type(page, "#endpoint", "");
  await type(page, "#region", "moon-east-1");
  await press(page, "#who-am-i");
  assert.match(await text(page, "#failure-message"), /may not reach https:\/\/sts\.moon-east-1/);
  assert.ok(!tab.asked.some((url) => /example\.org|moon/.test(url)));
});

test("a role's settings are remembered if the person says so, and never a key", async () => {
  await useSandbox(page);
  await type(page, "[id='AssumeRole.ExternalId']", "kept-by-nobody");
  await press(page, "#assume");
  assert.equal(await page.evaluate(() => localStorage.length), 0);
  await page.click("#remember");
  const stored = await page.evaluate(() => JSON.stringify({ ...localStorage }));
  for (const secret of [sandbox.secretAccessKey, sandbox.accessKeyId, "kept-by-nobody"])
    assert.ok(!stored.includes(secret));
  await page.reload({ waitUntil: "networkidle0" });
  assert.equal(await value(page, "#role-arn"), sandbox.roleArn);
  assert.equal(await value(page, "#secret-access-key"), "");
  await page.click("#forget");
  assert.equal(await page.evaluate(() => localStorage.length), 0);
});

test("the keyboard alone is enough", async () => {
  await page.waitForSelector("#sandbox:not([hidden])");
  const tabTo = async (id) => {
    for (let presses = 0; presses < 60; presses += 1) {
      if ((await page.evaluate("document.activeElement.id")) === id) return;
      await page.keyboard.press("Tab");
    }
    assert.fail(`${id} cannot be reached`);
  };
  await tabTo("use-sandbox");
  await page.keyboard.press("Enter");
  await page.waitForFunction(() => document.activeElement.id === "who-am-i");
  await tabTo("assume");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#card:not([hidden])");
  assert.equal(await page.evaluate("document.activeElement.id"), "news-title");
  await tabTo("use-keys");
  await page.keyboard.press("Enter");
  assert.equal(await page.evaluate("document.activeElement.id"), "who-am-i");
  await page.$eval("#news", (news) => (news.hidden = true));
  await page.keyboard.press("Enter");
  await page.waitForSelector("#news:not([hidden])");
  assert.match(await text(page, "#in-words"), /assumed-role\/test-role/);
  for (const id of ["sign-role", "record", "reveal-sent", "idle"]) await tabTo(id);
});
