// Hides secrets in what is shown: by their names in the package's model, and by their values. Nothing here touches the
// page.

import { operations } from "../sts-web/generated/operations.js";

/** What stands for a secret. */
export const HIDDEN = "••••••••";

const NAMES = new Set(operations.flatMap(({ input, output }) => [...input, ...output].flatMap(sensitive)));

/** Whether a member of that name is a secret. */
export function isSecret(name) {
  return NAMES.has(name);
}

/** A text without these values. */
export function hideValues(text, values) {
  return values.filter(Boolean).reduce((left, value) => left.replaceAll(value, HIDDEN), text);
}

/** A form body without the values of secret parameters. */
export function hideInForm(body) {
  return body.replace(/([^&=]*)=([^&]*)/g, (pair, name, value) =>
    isSecret(name.split(".").at(-1)) && value ? `${name}=${HIDDEN}` : pair,
  );
}

/** An XML answer without the text of secret elements. */
export function hideInXml(xml) {
  return xml.replace(/(<(?:\w+:)?(\w+)[^>]*>)([^<]+)</g, (element, tag, name) =>
    isSecret(name) ? `${tag}${HIDDEN}<` : element,
  );
}

/** A copy of an output without its secrets. */
export function hideInOutput(output) {
  return JSON.parse(JSON.stringify(output, (name, value) => (isSecret(name) && value ? HIDDEN : value)));
}

function sensitive(member) {
  const inner = (member.members ?? []).flatMap(sensitive);
  return member.sensitive ? [member.name, ...inner] : inner;
}
