// The time left until credentials expire, shown as text and color, and announced to screen readers.

import { distinctName, timeLeft } from "./sessions.js";
import { t } from "./strings.js";

/** @typedef {import("./sessions.js").Session} Session */

const MINUTE = 60_000;
/** When the countdown changes its color, in milliseconds before the expiration. */
const EXPIRES_SOON = 5 * MINUTE;
/** When the expiration is announced, in minutes before it. */
const ANNOUNCED = [0, 1, 5];

/** The session whose countdown each element shows. @type {WeakMap<Element, Session>} */
const countdowns = new WeakMap();
/** The last announcement for each session. @type {WeakMap<Session, string>} */
const announcements = new WeakMap();

/**
 * Shows the countdown of a session in an element of the class `countdown`, or clears it if there is no session or if
 * its credentials never expire.
 *
 * @param {HTMLElement} element
 * @param {Session} [session]
 */
export function showCountdown(element, session) {
  if (session?.expiration) countdowns.set(element, session);
  else countdowns.delete(element);
  update(element);
}

/** Updates every countdown on the page. Called once a second. */
export function updateCountdowns() {
  for (const element of document.querySelectorAll(".countdown")) update(/** @type {HTMLElement} */ (element));
}

/**
 * Announces, once each, that a session expires in five minutes or in one minute, and that it has expired.
 *
 * @param {Session} session
 * @param {(text: string) => void} announce
 */
export function announceExpiration(session, announce) {
  if (!session.expiration) return;
  const left = Math.max(0, Math.ceil(timeLeft(session) / MINUTE));
  const minutes = ANNOUNCED.find((threshold) => left <= threshold);
  const announcement = `${minutes} ${session.expiration.getTime()}`;
  if (minutes === undefined || announcements.get(session) === announcement) return;
  announcements.set(session, announcement);
  announce(t(minutes ? "expires-soon" : "has-expired", { name: distinctName(session), minutes }));
}

/**
 * Formats a duration with its two largest units: `59 min 12 s`.
 *
 * @param {number} seconds
 */
export function formatDuration(seconds) {
  /** @type {[number, string][]} */
  const units = [
    [Math.floor(seconds / 3600), t("hours")],
    [Math.floor(seconds / 60) % 60, t("minutes")],
    [seconds % 60, t("seconds")],
  ];
  const parts = units.filter(([count]) => count > 0).map((unit) => unit.join(" "));
  return parts.slice(0, 2).join(" ") || `0 ${t("seconds")}`;
}

/** @param {HTMLElement} element */
function update(element) {
  const session = countdowns.get(element);
  if (!session) {
    element.textContent = "";
    return;
  }
  const left = timeLeft(session);
  element.textContent = left > 0 ? formatDuration(Math.ceil(left / 1000)) : t("expired");
  // style.css has a color for each state.
  element.dataset.state = left <= 0 ? "expired" : left <= EXPIRES_SOON ? "expiring" : "active";
}
