// The whole story with the keyboard alone on a narrow screen: each step is below the one before, so nothing scrolls back and forth.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { launch, open, text } from "./chromium.mjs";

/** How far up the next focused element may be, in CSS pixels: less than a line of buttons. */
const TOLERANCE = 60;

let browser;

before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** Opens a page of 360 by 740 pixels, in which each move of the focus is measured. */
async function openNarrow() {
  const { page, close } = await open(browser, { width: 360, height: 740 });
  await page.waitForSelector("#sandbox:not([hidden])");
  const moves = [];
  /** Runs an action, and measures both elements in the layout after it, and how far the page was scrolled. */
  const measured = async (name, action) => {
    const before = await page.evaluateHandle("document.activeElement");
    const scrolledBefore = await page.evaluate("scrollY");
    await action();
    const move = await page.evaluate((before) => {
      const top = (/** @type {Element} */ element) => element.getBoundingClientRect().top + scrollY;
      const { activeElement } = document;
      const { top: inView, bottom } = activeElement.getBoundingClientRect();
      return {
        to: activeElement.id || activeElement.textContent.trim().slice(0, 40),
        down: before === document.body || !before.checkVisibility() ? 0 : top(activeElement) - top(before),
        isInView: bottom > 0 && inView < innerHeight,
        scrollY,
      };
    }, before);
    moves.push({ name, ...move, scrolled: move.scrollY - scrolledBefore });
  };
  const press = (key) => measured(key, () => page.keyboard.press(key));
  const tabTo = async (/** @type {string} */ id) => {
    for (let presses = 0; presses < 80; presses += 1) {
      if ((await page.evaluate("document.activeElement.id")) === id) return;
      await press("Tab");
    }
    assert.fail(`${id} cannot be reached by going forward`);
  };
  const enter = (/** @type {Function} */ until) =>
    measured("Enter", async () => {
      await page.keyboard.press("Enter");
      await until();
    });
  return { page, close, moves, tabTo, press, enter };
}

/** Every element that was focused is in view, and none is above the one before. */
function assertForward(moves) {
  for (const move of moves) {
    assert.ok(move.isInView, `not in view: ${JSON.stringify(move)}`);
    assert.ok(move.down >= -TOLERANCE, `the focus went up: ${JSON.stringify(move)}`);
  }
}

const outcome = (page, title) => () =>
  page.waitForFunction(
    (title) =>
      document.activeElement.id === "outcome-title" && document.getElementById("outcome-title").textContent === title,
    {},
    title,
  );

test("from credentials to a role's exported credentials, everything is further down", async () => {
  const { page, close, moves, tabTo, enter } = await openNarrow();
  await tabTo("use-sandbox");
  await enter(() => page.waitForFunction(() => document.activeElement.id === "who-am-i"));
  await enter(outcome(page, "Caller identity"));
  await tabTo("assume");
  await enter(outcome(page, "Role credentials"));
  await tabTo("copy-export");
  assertForward(moves);
  assert.ok(moves.length > 20, `${moves.length} moves`);
  await close();
});

test("from a refusal to the trust policy check, everything is further down", async () => {
  const { page, close, moves, tabTo, enter, press } = await openNarrow();
  await tabTo("use-sandbox");
  await enter(() => page.waitForFunction(() => document.activeElement.id === "who-am-i"));
  await tabTo("role-arn");
  await page.keyboard.down("Control");
  await page.keyboard.press("a");
  await page.keyboard.up("Control");
  await page.keyboard.type("arn:aws:iam::123456789012:role/none");
  await tabTo("assume");
  await enter(outcome(page, "Request failed"));
  await page.waitForSelector("#failure-actions .actions");
  for (let presses = 0; presses < 20; presses += 1) {
    if (/trust policy$/.test(await page.evaluate("document.activeElement.textContent"))) break;
    await press("Tab");
  }
  await enter(() => page.waitForFunction(() => document.activeElement.id === "check-policy"));
  await page.keyboard.type('{"Version": "2012-10-17", "Statement": []}');
  assert.match(await text(page, "#check-findings"), /no statement/);
  assertForward(moves);
  await close();
});
