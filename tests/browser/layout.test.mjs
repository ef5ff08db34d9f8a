// The layout with results: each is below or beside the form that it belongs to, and nothing is cut off.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch, open, paste, press, sandbox, text, type, useSandbox } from "./chromium.mjs";

const PASTED = `export AWS_ACCESS_KEY_ID=ASIAIOSFODNN7EXAMPLE
export AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY
export AWS_SESSION_TOKEN=${"FwoGZXIvYXdzEXAMPLETOKEN".repeat(20)}`;

let browser;

before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** Returns the position of an element on the page. */
function box(page, selector) {
  return page.$eval(selector, (element) => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    return { left, right, top: top + scrollY, bottom: bottom + scrollY };
  });
}

test("at 360 pixels, a result is between the form that it belongs to and the next", async () => {
  const { page, close } = await open(browser, { width: 360 });
  await useSandbox(page);
  await press(page, "#who-am-i");
  assert.ok((await box(page, "#outcome")).top >= (await box(page, "#who-am-i")).bottom);
  assert.ok((await box(page, "#outcome")).bottom <= (await box(page, "#role-arn")).top);
  await press(page, "#assume");
  assert.ok((await box(page, "#outcome")).top >= (await box(page, "#assume")).bottom);
  assert.ok((await box(page, "#outcome")).bottom <= (await box(page, "#request-details")).top);
  await page.click("#session-list .export");
  await page.waitForFunction(() => document.getElementById("outcome-title").textContent === "Credentials of test-user");
  assert.ok((await box(page, "#outcome")).top >= (await box(page, "#session-list")).bottom);
  assert.ok((await box(page, "#outcome")).bottom <= (await box(page, "#role-arn")).top);

  // An error is below the form as well.
  await page.$eval("#role-arn", (field) => (field.value = ""));
  await press(page, "#assume");
  assert.ok((await box(page, "#failure")).top >= (await box(page, "#assume")).bottom);
  await page.$eval("#secret-access-key", (field) => (field.value = "wrong"));
  await press(page, "#who-am-i");
  assert.ok((await box(page, "#failure")).bottom <= (await box(page, "#role-arn")).top);
  await close();
});

test("using a session does not scroll, and the focus stays", async () => {
  const { page, close } = await open(browser, { width: 360 });
  await useSandbox(page);
  await press(page, "#assume");
  await page.focus("#use-credentials");
  const before = (await box(page, "#use-credentials")).top - (await page.evaluate("scrollY"));
  await page.keyboard.press("Enter");
  const after = (await box(page, "#use-credentials")).top - (await page.evaluate("scrollY"));
  assert.equal(await page.evaluate("document.activeElement.id"), "use-credentials");
  assert.ok(Math.abs(after - before) < 1, `${before} ${after}`);
  assert.equal(await text(page, "#session-path"), `${sandbox.accessKeyId} → test-role`);
  await close();
});

test("at 1280 pixels, a result is beside the form that it belongs to", async () => {
  const { page, close } = await open(browser, { width: 1280 });
  await useSandbox(page);
  for (const [button, section] of [
    ["#who-am-i", "section:has(#credentials)"],
    ["#assume", "section:has(#role)"],
  ]) {
    await press(page, button);
    const [outcome, form] = [await box(page, "#outcome"), await box(page, section)];
    assert.ok(outcome.left > form.right, section);
    assert.ok(Math.abs(outcome.top - form.top) < 2, section);
  }
  await close();
});

for (const width of [1280, 360]) {
  test(`at ${width} pixels, nothing is cut off, and no button is alone on a second line`, async () => {
    const { page, close } = await open(browser, { width });
    // On a narrow page, buttons share a line if they fit.
    const groups = width === 1280 ? ".actions, main .heading" : "#session-list .actions";
    const check = async (/** @type {string} */ state) => {
      await page.$$eval("main details", (all) => {
        for (const details of all) details.setAttribute("open", "");
      });
      assert.deepEqual(await page.evaluate(findCutOff), [], state);
      assert.deepEqual(await page.evaluate(findLoneButtons, groups), [], state);
    };
    await check("empty");
    await useSandbox(page);
    await press(page, "#who-am-i");
    await press(page, "#assume");
    await page.click("#reveal-result");
    for (const format of await page.$$eval("#export-format option", (options) => options.map(({ value }) => value))) {
      await page.select("#export-format", format);
      await check(format);
    }
    await page.click("#use-credentials");
    await type(page, "#role-arn", sandbox.chainedRoleArn);
    await press(page, "#assume");
    await paste(page, "body", PASTED);
    await page.click("#session-list li:last-child .export");
    await page.waitForFunction(() => /^Credentials of ASIA/.test(document.getElementById("outcome-title").textContent));
    await check("four sessions");
    await page.click("#session-list li:first-child .use");
    await type(page, "#role-arn", "arn:aws:iam::123456789012:role/other");
    await press(page, "#assume");
    await check("an error");
    await close();
  });
}

/** Runs in the page: finds boxes that hide a part of their content, except inputs. */
function findCutOff() {
  return [...document.querySelectorAll("main *, header *, footer *")]
    .filter((element) => !element.matches("input, select, textarea, .visually-hidden"))
    .filter((element) => getComputedStyle(element).overflow !== "visible")
    .filter(
      ({ scrollWidth, clientWidth, scrollHeight, clientHeight }) =>
        scrollWidth > clientWidth || scrollHeight > clientHeight,
    )
    .map(({ id, className, tagName }) => `${tagName} ${id} ${className}`);
}

/** Runs in the page: finds groups of buttons whose last line has only one, and headings above their button. */
function findLoneButtons(groups) {
  return [...document.querySelectorAll(groups)].flatMap((group) => {
    const tops = [...group.querySelectorAll("button, .button, h2")]
      .filter((element) => element.checkVisibility())
      .map((element) => element.getBoundingClientRect())
      .map(({ top, bottom }) => Math.round(group.matches(".heading") ? (top + bottom) / 2 : top));
    const lines = [...new Set(tops)];
    const isAlone = lines.length > 1 && tops.filter((top) => top === lines.at(-1)).length === 1;
    return isAlone ? [group.textContent.trim().replace(/\s+/g, " ")] : [];
  });
}

test("inputs have the color of paper in the light theme, and do not look disabled", async () => {
  const { page, close } = await open(browser);
  const colors = await page.$$eval("input:not([type=checkbox], [type=file]), select, textarea", (all) => [
    ...new Set(all.map((input) => getComputedStyle(input).backgroundColor)),
  ]);
  assert.deepEqual(colors, ["rgb(255, 255, 255)"]);
  await close();
});
