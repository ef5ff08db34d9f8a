// Recognizes what stands in place of credentials: placeholders, masked values, and references to other stores or to
// variables. This module does not access the page.

/** A template's placeholder, or a masked value. */
const TEMPLATE = /^(<.*>|\$[{(].*|\{\{.*|your[-_ ].*|(A[KS]IA)?([x*.•…#-])\3{7,})$/i;
const PLACEHOLDER =
  /^(\W+|[x._-]+|__.*__|@.*@|string|str|text|(the|my|insert|replace|enter|example|dummy|changeme|change|placeholder|redacted|hidden|masked|none|null|nil|undefined|true|false|todo|missing|unknown|invalid|required|not)([-_ ].*)?)$|[$%*•…<>{}()\s]|^(!|--?[a-z]|[a-z][\w+.-]*:)|\.{3}|^[\w.$-]*(access[_-]?key([_-]?id)?|secret([_-]?access)?[_-]?key|session[_-]?token)$/i;
/** A value in source code, such as `process.env.KEY`. */
const REFERENCE = /^[a-z_]\w*(\.\w+)+$/i;

/**
 * Returns whether a value is a placeholder of a template, such as `${{ secrets.KEY }}` or `<your key>`.
 *
 * @param {string} value
 */
export function isTemplate(value) {
  return TEMPLATE.test(value);
}

/**
 * Returns whether a value is a placeholder of any kind, or a reference in source code.
 *
 * @param {string} value
 */
export function isPlaceholder(value) {
  return TEMPLATE.test(value) || PLACEHOLDER.test(value) || REFERENCE.test(value);
}
