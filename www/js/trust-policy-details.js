// "Check a trust policy": loads the check when it is opened.

import { byId } from "./dom.js";
import { t } from "./strings.js";

/** @typedef {import("./trust-policy-check.js").AssumeOperation} AssumeOperation */
/** @typedef {import("./trust-policy-check.js").Check} Check */
/** @typedef {import("./trust-policy-check.js").Page} Page */

/** Set once it is loaded. @type {Check | undefined} */
let check;

/**
 * Connects the element. Whatever is entered on the page is checked again.
 *
 * @param {Page} page
 * @param {(text: string) => void} showStatus
 */
export function initTrustPolicyCheck(page, showStatus) {
  const details = /** @type {HTMLDetailsElement} */ (byId("trust-policy-check"));
  details.addEventListener("toggle", async () => {
    if (!details.open) return;
    try {
      const { createCheck } = await import("./trust-policy-check.js");
      check ??= createCheck(details, page);
      details.dispatchEvent(new Event("loaded"));
    } catch {
      details.open = false;
      showStatus(t("part-not-loaded"));
    }
  });
  document.addEventListener("input", updateTrustPolicyCheck);
}

/** Checks again, if there is a policy to check. */
export function updateTrustPolicyCheck() {
  check?.update();
}

/**
 * Opens the check for a call that was refused.
 *
 * @param {AssumeOperation} operation
 * @param {string} [callerArn]
 */
export function openTrustPolicyCheck(operation, callerArn) {
  const details = byId("trust-policy-check");
  const start = () => check?.start(operation, callerArn);
  if (check) start();
  else details.addEventListener("loaded", start, { once: true });
  details.setAttribute("open", "");
}

/** Removes the policy and its explanation. */
export function clearTrustPolicyCheck() {
  const details = byId("trust-policy-check");
  check = undefined;
  details.removeAttribute("open");
  details.replaceChildren(/** @type {Element} */ (details.firstElementChild));
}
