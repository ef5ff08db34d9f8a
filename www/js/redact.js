// Replaces secrets in displayed text, found by their names in the package's model or by their values. This module does
// not access the page.

import { operations } from "../sts-web/generated/operations.js";

/** @typedef {import("../sts-web/generated/operations.js").MemberModel} MemberModel */

/** Shown instead of a secret. */
export const REDACTED = "••••••••";

const SENSITIVE = new Set(operations.flatMap(({ input, output }) => [...input, ...output].flatMap(sensitiveNames)));

/**
 * Replaces these values in a text.
 *
 * @param {string} text
 * @param {(string | undefined)[]} values
 */
export function redactValues(text, values) {
  let redacted = text;
  for (const value of values) if (value) redacted = redacted.replaceAll(value, REDACTED);
  return redacted;
}

/**
 * Replaces the values of sensitive parameters in a form body.
 *
 * @param {string} body
 */
export function redactForm(body) {
  return body.replace(/([^&=]*)=([^&]*)/g, (parameter, name, value) =>
    SENSITIVE.has(name.split(".").at(-1)) && value ? `${name}=${REDACTED}` : parameter,
  );
}

/**
 * Replaces the text of sensitive elements in an XML response.
 *
 * @param {string} xml
 */
export function redactXml(xml) {
  return xml.replace(/(<(?:\w+:)?(\w+)[^>]*>)([^<]+)</g, (element, tag, name) =>
    SENSITIVE.has(name) ? `${tag}${REDACTED}<` : element,
  );
}

/**
 * Returns a copy of an output, as plain JSON data, with its secrets replaced.
 *
 * @param {object} output
 */
export function redactOutput(output) {
  return JSON.parse(JSON.stringify(output, (name, value) => (SENSITIVE.has(name) && value ? REDACTED : value)));
}

/**
 * @param {MemberModel} member
 * @returns {string[]}
 */
function sensitiveNames(member) {
  const nested = (member.members ?? []).flatMap(sensitiveNames);
  return member.sensitive ? [member.name, ...nested] : nested;
}
