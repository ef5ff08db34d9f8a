// "Forget everything after inactivity": measures the time since the last user input.

import { selectById } from "./dom.js";

const MINUTE = 60_000;

/** The time of the last user input, in milliseconds since 1970. */
let lastActivity = Date.now();

/**
 * Restarts the time with each user input.
 *
 * @param {() => void} onActivity is also called with each
 */
export function initInactivity(onActivity) {
  const restart = () => {
    lastActivity = Date.now();
    onActivity();
  };
  for (const event of ["pointerdown", "keydown", "drop", "input"])
    document.addEventListener(event, restart, { capture: true, passive: true });
}

/**
 * Calls a function once if the time that the user chose has passed.
 *
 * @param {(minutes: number) => void} forget
 */
export function checkInactivity(forget) {
  const minutes = Number(selectById("idle-timeout").value);
  if (!minutes || Date.now() - lastActivity <= minutes * MINUTE) return;
  lastActivity = Infinity;
  forget(minutes);
}
