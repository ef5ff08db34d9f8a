// The text that the scripts display. It is in index.html, in the template "strings", so that the page can be translated
// in one file. Descriptions of fields, limits, errors and hints come from the package.

const template = /** @type {HTMLTemplateElement} */ (document.getElementById("strings"));
const strings = new Map(
  [.../** @type {HTMLCollectionOf<HTMLElement>} */ (template.content.children)].map((element) => [
    element.dataset.string,
    (element.textContent ?? "").replace(/\s+/g, " ").trim(),
  ]),
);

/**
 * Returns the text for a key, with each `{name}` replaced by `values.name`.
 *
 * @param {string} key
 * @param {Record<string, unknown>} [values]
 */
export function t(key, values = {}) {
  const text = strings.get(key);
  if (text === undefined) throw new Error(`index.html has no string "${key}"`);
  return text.replace(/\{(\w+)\}/g, (_, name) => format(values[name]));
}

/**
 * Returns the label of a member of the model: `RoleSessionName` is "Session name".
 *
 * @param {string} name
 */
export function labelOf(name) {
  return strings.get(`label-${name}`) ?? inSentenceCase(name);
}

/**
 * Returns the text of the button that adds an element to a list.
 *
 * @param {string} name of the list in the model
 */
export function addLabelOf(name) {
  return strings.get(`add-${name}`) ?? t("add");
}

/** Converts `MaxSessionDuration` to "Max session duration". ARN and ID stay in capitals. @param {string} name */
function inSentenceCase(name) {
  const words = name
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1 $2")
    .split(" ");
  return words
    .map((word, index) => {
      if (/^(arns?|id)$/i.test(word)) return word.replace(/arn|id/i, (letters) => letters.toUpperCase());
      return index === 0 || /^[A-Z]+$/.test(word) ? word : word.toLowerCase();
    })
    .join(" ");
}

/** Formats a value; numbers get thousands separators. @param {unknown} value */
function format(value) {
  return typeof value === "number" ? value.toLocaleString(document.documentElement.lang) : String(value ?? "");
}
