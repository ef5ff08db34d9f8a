// The list "Sessions": a tree of the sessions and those that they created, with actions for each.

import { identityOf } from "./arn.js";
import { showCountdown } from "./countdown.js";
import { byId, make, makeButton } from "./dom.js";
import { canRenew, distinctName, nameOf, pathTo, sessions } from "./sessions.js";
import { t } from "./strings.js";

/** @typedef {import("./sessions.js").Session} Session */
/** @typedef {Record<"export" | "use" | "renew" | "forget", (session: Session) => void>} Actions */

const MAX_INDENTATION = 4;

/**
 * Draws the list.
 *
 * @param {Session | undefined} current the session whose credentials are in the form
 * @param {Actions} actions
 */
export function showSessionList(current, actions) {
  const list = byId("session-list");
  byId("sessions").hidden = sessions.length === 0;
  const path = pathTo(current);
  // A path of one step would only repeat the name in the list.
  byId("session-path").textContent = path.length > 1 ? path.map(nameOf).join(" → ") : "";
  const controls = () => [.../** @type {NodeListOf<HTMLElement>} */ (list.querySelectorAll("button, input"))];
  const focused = controls().indexOf(/** @type {HTMLElement} */ (document.activeElement));
  list.replaceChildren(...createdBy(undefined).map((entry) => listItem(entry, current, actions)));
  // Redrawing removes the focused element, so the focus moves to the one in its position.
  if (focused >= 0) (controls()[focused] ?? controls().at(-1) ?? byId("access-key-id")).focus();
}

/**
 * Returns the sessions that a session created, each followed by the sessions that it created in turn.
 *
 * @param {Session | undefined} parent
 * @returns {{ session: Session, depth: number }[]}
 */
function createdBy(parent, depth = 0) {
  return sessions
    .filter((session) => session.parent === parent)
    .flatMap((session) => [{ session, depth }, ...createdBy(session, depth + 1)]);
}

/**
 * @param {{ session: Session, depth: number }} entry
 * @param {Session | undefined} current
 * @param {Actions} actions
 */
function listItem({ session, depth }, current, actions) {
  const name = distinctName(session);
  const button = (/** @type {keyof Actions} */ action, /** @type {string} */ label = action) => {
    const element = makeButton(t(label), () => actions[action](session), action);
    element.append(make("span", { className: "visually-hidden" }, ` ${name}`));
    return element;
  };
  const item = make(
    "li",
    {},
    make("span", { className: "name", title: session.arn ?? "" }, depth > 0 ? "→ " : "", name),
    make("span", { className: "account" }, session.arn ? identityOf(session.arn).account : ""),
  );
  item.dataset.depth = String(Math.min(depth, MAX_INDENTATION));
  if (session.expiration) item.append(countdown(session));
  if (canRenew(session)) item.append(autoRenewCheckbox(session, name));
  const isCurrent = session === current;
  if (isCurrent) item.setAttribute("aria-current", "true");
  const use = button("use", isCurrent ? "in-use" : "use");
  item.append(make("div", { className: "actions" }, button("export"), use, button("renew"), button("forget")));
  return item;
}

/** @param {Session} session */
function countdown(session) {
  const element = make("span", { className: "countdown" });
  showCountdown(element, session);
  return element;
}

/**
 * @param {Session} session
 * @param {string} name
 */
function autoRenewCheckbox(session, name) {
  const checkbox = make("input", { type: "checkbox", checked: session.autoRenew });
  checkbox.setAttribute("aria-label", `${t("auto-renew")}: ${name}`);
  checkbox.addEventListener("change", () => {
    session.autoRenew = checkbox.checked;
  });
  return make("label", { className: "checkbox" }, checkbox, t("auto-renew"));
}
