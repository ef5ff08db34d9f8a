// The main workflow and the forms, through the page's controls, in Chromium against the sandbox.

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
  assert.equal(await text(page, "#outcome-title"), "Role credentials");
}

/** Reveals and returns the role credentials. */
async function revealCredentials() {
  await page.click("#reveal-result");
  const { Credentials } = JSON.parse(await text(page, "#output-json"));
  return Credentials;
}

test("assume a role with the sandbox's credentials, and verify the caller identity", async () => {
  await useSandbox(page);
  await press(page, "#who-am-i");
  assert.match(await text(page, "#summary"), /^You are the IAM user test-user in account 123456789012/);
  // Members that are in the summary are not repeated.
  assert.equal(await text(page, "#output-members"), "");

  await press(page, "#assume");
  assert.match(await text(page, "#countdown"), /^(1 h|5[89] min)/);
  await page.click("#use-credentials");
  assert.equal(await text(page, "#session-path"), "test-user → test-role");

  await press(page, "#who-am-i");
  assert.match(await text(page, "#summary"), /assumed-role\/test-role\/s3-access-example/);
  assert.deepEqual(await page.evaluate("window.violations"), []);
});

test("secrets are hidden until they are revealed", async () => {
  await assume();
  const shown = () =>
    page.$eval(
      "main",
      (main) => main.textContent + [...main.querySelectorAll("pre, dd")].map((one) => one.textContent),
    );
  const hidden = await shown();
  const { SecretAccessKey, SessionToken } = await revealCredentials();
  for (const secret of [SecretAccessKey, SessionToken]) {
    assert.ok(secret.length > 20);
    assert.ok(!hidden.includes(secret));
    assert.ok((await shown()).includes(secret));
  }
  await page.click("#reveal-result");
  // The countdown may have changed.
  const withoutTime = (/** @type {string} */ text) => text.replace(/\d+ (h|min|s)( \d+ (min|s))?/g, "");
  assert.equal(withoutTime(await shown()), withoutTime(hidden));
});

test("a role is assumed again with the credentials that may assume it", async () => {
  await assume();
  await page.click("#use-credentials");
  await press(page, "#assume");
  assert.equal(await text(page, "#outcome-title"), "Role credentials");
  // There is no link to the AWS console, because the sandbox is not AWS.
  assert.equal(await page.$("#switch-role"), null);
});

test("every session can be used again, renewed and forgotten", async () => {
  await assume();
  await page.click("#use-credentials");
  await type(page, "#role-arn", sandbox.chainedRoleArn);
  await press(page, "#assume");
  await page.click("#use-credentials");
  await press(page, "#who-am-i");
  assert.match(await text(page, "#summary"), /assumed-role\/chained-role/);
  assert.match(await text(page, "#session-path"), /→ test-role → chained-role$/);

  // Back to the user, whose name is known after GetCallerIdentity.
  await page.click("#session-list li:first-child .use");
  await press(page, "#who-am-i");
  assert.equal(await text(page, "#session-list [aria-current] .name"), "test-user");
  // A path of one step would only repeat the name.
  assert.equal(await text(page, "#session-path"), "");

  const before = await value(page, "#access-key-id");
  await page.click("#session-list li:nth-child(2) .use");
  const old = await value(page, "#access-key-id");
  await page.click("#session-list li:nth-child(2) .renew");
  await page.waitForFunction((old) => document.getElementById("access-key-id").value !== old, {}, old);
  await press(page, "#who-am-i");
  assert.match(await text(page, "#summary"), /assumed-role\/test-role/);
  assert.notEqual(await value(page, "#access-key-id"), before);

  // A forgotten session is removed everywhere, and the focus stays in the list.
  const token = await value(page, "#session-token");
  await page.click("#reveal-request");
  assert.ok((await page.evaluate("document.documentElement.outerHTML")).includes(token));
  await page.focus("#session-list li:nth-child(2) .forget");
  await page.keyboard.press("Enter");
  assert.equal(await value(page, "#secret-access-key"), "");
  assert.ok(!(await page.evaluate("document.documentElement.outerHTML")).includes(token));
  assert.equal(await text(page, "#status"), "test-role was forgotten.");
  assert.ok(await page.evaluate(() => document.getElementById("session-list").contains(document.activeElement)));

  // The sessions that it created can still be used.
  await page.click("#session-list li:first-child .forget");
  assert.equal(await page.$$eval("#session-list li", (items) => items.length), 1);
  await page.click("#session-list li:first-child .use");
  assert.equal(await text(page, "#session-list [aria-current] .name"), "chained-role");
  assert.equal(await text(page, "#session-path"), "");
  await page.click("#session-list li:first-child .renew");
  assert.match(await text(page, "#status"), /cannot renew/);
});

test("credentials are only in memory", async () => {
  await assume();
  const secrets = [sandbox.secretAccessKey, (await revealCredentials()).SecretAccessKey];
  const stored = await page.evaluate(() =>
    JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie, location.href]),
  );
  for (const secret of secrets) {
    assert.ok(secret.length > 20);
    for (const text of [stored, ...tab.logged, ...tab.requested]) assert.ok(!text.includes(secret), text.slice(0, 200));
  }
  assert.deepEqual(tab.logged, []);
  assert.deepEqual(await page.evaluate("indexedDB.databases().then((all) => all.length)"), 0);
});

test("a wrong secret access key is reported with the error code, a hint and the request ID", async () => {
  await useSandbox(page);
  await type(page, "#secret-access-key", "not-the-secret");
  await press(page, "#who-am-i");
  assert.match(await text(page, "#failure-details"), /^SignatureDoesNotMatch · HTTP 403 · request ID \S+$/);
  assert.match(await text(page, "#failure-hint"), /secret access key does not belong/);
  assert.equal(await page.evaluate("document.activeElement.id"), "outcome-title");
});

test("a wrong external ID is denied, and the suggested action leads to its field", async () => {
  await useSandbox(page);
  await type(page, "#role-arn", sandbox.externalIdRoleArn);
  await type(page, "[id='AssumeRole.ExternalId']", "another-id");
  await press(page, "#assume");
  assert.match(await text(page, "#failure-details"), /^AccessDenied · HTTP 403/);
  assert.match(await text(page, "#failure-hint"), /external ID/);
  await page.waitForSelector("#failure-actions .actions");
  await page.click("#failure-actions .actions button");
  assert.equal(await page.evaluate("document.activeElement.id"), "AssumeRole.ExternalId");
  await type(page, "[id='AssumeRole.ExternalId']", sandbox.externalId);
  await press(page, "#assume");
  assert.equal(await text(page, "#outcome-title"), "Role credentials");
});

test("expired credentials are reported as expired", async () => {
  await useSandbox(page);
  const { STS } = await import("../../pkg/dist/entry/node.js");
  const { endpoint, region, accessKeyId, secretAccessKey, roleArn, roleSessionName } = sandbox;
  // The sandbox accepts durations below the minimum if validation in the package is turned off.
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
  assert.match(await text(page, "#failure-details"), /^ExpiredToken/);
  assert.match(await text(page, "#failure-hint"), /new temporary credentials/);
});

test("invalid input is reported while typing and all at once; nothing is sent, and nothing is lost", async () => {
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
    "Duration must be a whole number of seconds from 900 to 43,200",
  );
  const before = tab.requested.length;
  await press(page, "#assume");
  const violations = await page.$$eval("#failure-violations li", (items) => items.map((item) => item.textContent));
  assert.equal(violations.length, 3);
  assert.equal(tab.requested.slice(before).filter((url) => url.startsWith(sandbox.endpoint)).length, 0);
  assert.equal(await value(page, "#session-name"), "with space");
  await page.click("#failure-violations li:first-child button");
  assert.equal(await page.evaluate("document.activeElement.id"), "role-arn");
});

test("missing input is reported", async () => {
  await press(page, "#who-am-i");
  assert.match(await text(page, "#failure-hint"), /Provide an access key ID and its secret access key/);
  await type(page, "#access-key-id", "AKIAEXAMPLE");
  await type(page, "#secret-access-key", "a-secret");
  await press(page, "#assume");
  const violations = await page.$$eval("#failure-violations li", (items) => items.map((item) => item.textContent));
  assert.deepEqual(violations, ["Role ARN is required", "Session name is required"]);
});

test("a limit is shown only when a value is near it, and a duration in units", async () => {
  const limits = () => page.$$eval(".limit", (all) => all.map(({ textContent }) => textContent).join(""));
  assert.equal(await limits(), "");
  await useSandbox(page);
  assert.equal(await limits(), "");
  await type(page, "#duration", "5400");
  await page.waitForFunction(
    () => document.getElementById("AssumeRole.DurationSeconds-limit").textContent === "1 h 30 min",
  );
  await type(page, "#session-name", "a".repeat(52));
  await page.waitForFunction(
    () => document.getElementById("AssumeRole.RoleSessionName-limit").textContent === "52 of 64 characters",
  );
  await page.keyboard.press("Backspace");
  await page.waitForFunction(() => document.getElementById("AssumeRole.RoleSessionName-limit").textContent === "");
  await type(page, "#session-name", "a");
  await page.waitForFunction(() =>
    /from 2 to 64/.test(document.getElementById("AssumeRole.RoleSessionName-limit").textContent),
  );
  const policy = "[id='AssumeRole.Policy']";
  /** @type {[string, RegExp][]} */
  const cases = [
    ["{", /^Not valid JSON: /],
    ["{}", /requires Version and Statement/],
    ['{"Version":"2012-10-17","Statement":[{"Principal":"*"}]}', /cannot have a Principal/],
    ['{"Version":"2012-10-17","Statement":[]}', /Valid JSON/],
  ];
  for (const [entered, expected] of cases) {
    await type(page, policy, entered);
    await page.waitForFunction(
      (source) => new RegExp(source).test(document.getElementById("AssumeRole.Policy-limit").textContent),
      {},
      expected.source,
    );
  }
});

/** Enters tags in the role form: for each a key, a value, and whether it is transitive. */
async function enterTags(tags) {
  await page.$eval("[id='AssumeRole.Tags']", (list) => list.closest("details").setAttribute("open", ""));
  for (const [index, [key, tag, isTransitive]] of tags.entries()) {
    const id = `AssumeRole.Tags.${index + 1}`;
    await page.click("[id='AssumeRole.Tags-add']");
    await type(page, `[id='${id}.Key']`, key);
    await type(page, `[id='${id}.Value']`, tag);
    if (isTransitive) await page.click(`[id='${id}.transitive']`);
  }
}

/** Returns the description of a field. */
const descriptionOf = (id) =>
  page.$eval(`[id='${id}']`, (field) => document.getElementById(field.getAttribute("aria-describedby")).textContent);
/** Returns the IDs of the invalid fields. */
const invalidFields = () => page.$$eval("[aria-invalid=true]", (all) => all.map(({ id }) => id));

test("a limit is also shown at the inputs of a list, and for the number of its rows", async () => {
  await page.$eval("[id='AssumeRole.Tags']", (list) => list.closest("details").setAttribute("open", ""));
  for (let row = 1; row <= 40; row += 1) await page.click("[id='AssumeRole.Tags-add']");
  assert.equal(await descriptionOf("AssumeRole.Tags.1.Key"), "");
  await type(page, "[id='AssumeRole.Tags.1.Key']", "k".repeat(103));
  await page.waitForFunction(
    () => document.getElementById("AssumeRole.Tags.1.Key-limit").textContent === "103 of 128 characters",
  );
  assert.equal(await page.$eval("[id='AssumeRole.Tags'] > .limit", (limit) => limit.textContent), "at most 50");
});

test("a violation in a list is shown at its input while typing, and its link leads there", async () => {
  await useSandbox(page);
  // The first row is empty and not sent. The numbers in messages are those of the visible rows.
  await enterTags([
    ["", ""],
    ["Team", "Blue"],
    ["Cost", "a#b"],
    ["x".repeat(129), "Red"],
  ]);
  await page.waitForFunction(() => document.querySelectorAll("[aria-invalid=true]").length === 2);
  assert.deepEqual(await invalidFields(), ["AssumeRole.Tags.3.Value", "AssumeRole.Tags.4.Key"]);
  assert.match(
    await descriptionOf("AssumeRole.Tags.3.Value"),
    /^Tag value 3 has an invalid character "#" at position 2/,
  );

  await press(page, "#assume");
  assert.deepEqual(await invalidFields(), ["AssumeRole.Tags.3.Value", "AssumeRole.Tags.4.Key"]);
  await page.click("#failure-violations li:last-child button");
  assert.equal(await page.evaluate("document.activeElement.id"), "AssumeRole.Tags.4.Key");
  await page.click("#failure-violations li:first-child button");
  assert.equal(await page.evaluate("document.activeElement.id"), "AssumeRole.Tags.3.Value");

  // Once corrected, nothing is marked, and the limit is shown again.
  await type(page, "[id='AssumeRole.Tags.3.Value']", "ab");
  await type(page, "[id='AssumeRole.Tags.4.Key']", "Owner");
  await page.waitForFunction(() => !document.querySelector("[aria-invalid=true]"));
  assert.equal(await descriptionOf("AssumeRole.Tags.3.Value"), "");
});

test("an invalid transitive tag key is listed once, with a link to its tag", async () => {
  await useSandbox(page);
  await enterTags([
    ["Team", "Blue", true],
    ["Cost", "7"],
    ["", "Red", true],
    ["x".repeat(129), "Green", true],
  ]);
  await press(page, "#assume");
  assert.deepEqual(await invalidFields(), ["AssumeRole.Tags.3.Key", "AssumeRole.Tags.4.Key"]);
  const violations = await page.$$eval("#failure-violations li", (items) =>
    items.map((item) => item.textContent.split(/ is | has /)[0]),
  );
  assert.deepEqual(violations, ["Tag key 3", "Tag key 4"]);
  for (const [index, row] of [3, 4].entries()) {
    await page.click(`#failure-violations li:nth-child(${index + 1}) button`);
    assert.equal(await page.evaluate("document.activeElement.id"), `AssumeRole.Tags.${row}.Key`);
  }
  assert.deepEqual(tab.logged, []);
});

test("tags and transitive tag keys are sent as entered", async () => {
  await useSandbox(page);
  await enterTags([
    ["Project", "Atlas"],
    ["Team", "Blue", true],
  ]);
  await page.click("#sign-role");
  await page.waitForSelector("#request-details:not([hidden])");
  const sent = new URLSearchParams((await text(page, "#signing-steps pre")).split("\n\n")[1]);
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

test("an endpoint or region that the policy blocks is reported before anything is sent", async () => {
  await type(page, "#access-key-id", "AKIAEXAMPLE");
  await type(page, "#secret-access-key", "a-secret");
  await type(page, "#endpoint", "https://sts.example.org");
  await press(page, "#who-am-i");
  assert.match(await text(page, "#failure-message"), /cannot connect to https:\/\/sts\.example\.org/);
  await type(page, "#endpoint", "");
  await type(page, "#region", "moon-east-1");
  await press(page, "#who-am-i");
  assert.match(await text(page, "#failure-message"), /cannot connect to https:\/\/sts\.moon-east-1/);
  assert.ok(!tab.requested.some((url) => /example\.org|moon/.test(url)));
});

test("a role's settings are stored if the user chooses to, and credentials never are", async () => {
  await useSandbox(page);
  await type(page, "[id='AssumeRole.ExternalId']", "never-stored");
  await press(page, "#assume");
  assert.equal(await page.evaluate(() => localStorage.length), 0);
  await page.click("#remember");
  const stored = await page.evaluate(() => JSON.stringify({ ...localStorage }));
  for (const secret of [sandbox.secretAccessKey, sandbox.accessKeyId, "never-stored"])
    assert.ok(!stored.includes(secret));
  await page.reload({ waitUntil: "networkidle0" });
  assert.equal(await value(page, "#role-arn"), sandbox.roleArn);
  assert.equal(await value(page, "#secret-access-key"), "");
  await page.click("#forget");
  assert.equal(await page.evaluate(() => localStorage.length), 0);
});

test("the page can be used with the keyboard alone", async () => {
  await page.waitForSelector("#sandbox:not([hidden])");
  const tabTo = async (id) => {
    for (let presses = 0; presses < 80; presses += 1) {
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
  await page.waitForSelector("#credentials-card:not([hidden])");
  assert.equal(await page.evaluate("document.activeElement.id"), "outcome-title");
  await tabTo("use-credentials");
  await page.keyboard.press("Enter");
  await tabTo("who-am-i");
  await page.$eval("#outcome", (outcome) => {
    outcome.hidden = true;
  });
  await page.keyboard.press("Enter");
  await page.waitForSelector("#outcome:not([hidden])");
  assert.match(await text(page, "#summary"), /assumed-role\/test-role/);
  for (const id of ["sign-role", "request", "reveal-request", "idle-timeout"]) await tabTo(id);
});
