// The buttons that show and hide the secrets in inputs.

import { inputById } from "./dom.js";
import { t } from "./strings.js";

/** Connects the buttons, those that are added later included. */
export function initReveal() {
  document.addEventListener("click", ({ target }) => {
    const button = target instanceof Element && target.closest(".reveal");
    if (button) toggle(button);
  });
}

/** Hides every secret that is shown in an input. */
export function hideSecrets() {
  for (const button of document.querySelectorAll(".reveal[aria-pressed=true]")) toggle(button);
}

/** @param {Element} button */
function toggle(button) {
  const input = inputById(/** @type {HTMLElement} */ (button).dataset.reveals ?? "");
  const isShown = input.type === "text";
  input.type = isShown ? "password" : "text";
  button.setAttribute("aria-pressed", String(!isShown));
  // The first child is the visible label; the rest is for screen readers.
  /** @type {Text} */ (button.firstChild).data = t(isShown ? "show" : "hide");
}
