// Validation messages with the labels in the form, instead of the names in the API.

import { t } from "./strings.js";

/** @typedef {import("./call.js").Violation} Violation */
/** @typedef {import("./fields.js").Field} Field */

/**
 * Returns the message for a violation: "Role ARN is required".
 *
 * @param {Field} field where the invalid value was entered
 * @param {Violation} violation
 */
export function messageFor({ label, member, read }, violation) {
  if (read() === undefined) return t("violation-required", { label });
  if (member.kind === "integer") return numberMessage(label, member);
  // The package's messages start with the member: "Tags[2].Key has a character …".
  const { member: path, message } = violation;
  return message.startsWith(path) ? label + message.slice(path.length) : message;
}

/**
 * @param {string} label
 * @param {Field["member"]} member
 */
function numberMessage(label, { min = 0, max, unit }) {
  return t(unit ? "violation-number-unit" : "violation-number", { label, min, max, unit });
}
