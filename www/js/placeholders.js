// Recognizes what stands in place of credentials: placeholders, masked values, and references to other stores or to
// variables. This module does not access the page.

/** A template's placeholder, or a masked value. */
const TEMPLATE = /^(<.*>|\$[{(].*|\{\{.*|your[-_ ].*|(A[KS]IA)?([x*.•…#-])\3{7,})$/i;
/** A placeholder of any kind. Local emulators accept anything, usually `test` or `dummy`. */
const PLACEHOLDER =
  /^(\W+|[x._-]+|__.*__|@.*@|string|str|text|(the|my|insert|replace|enter|example|changeme|change|placeholder|redacted|hidden|masked|none|null|nil|undefined|true|false|todo|missing|unknown|invalid|required|not)([-_ ].*)?|dummy[-_ ].*)$|^[a-z][\w+.-]*:|\.{3}|^[\w.$-]*(access[_-]?key([_-]?id)?|secret([_-]?access)?[_-]?key|session[_-]?token)$/i;
/** What a shell or a template replaces, or an option of a command. */
const REPLACED = /[$%*•…<>{}()\s]|^(!|--?[a-z])/i;
/**
 * The same in a value where nothing is replaced: a reference that is the whole value, or what a secret hardly ever has. Other
 * secrets may have the same characters.
 */
const REPLACED_AS_WHOLE = /^(\$[\w.:>[\]"'-]+|%+(\w+%+|[a-z])|!\w+!|[([{<].*[)\]}>])$|[•…]|\*{3}|[$#%~][{(]|\{\{/i;
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
 * @param {boolean} [isLiteral] whether it is a secret where nothing is replaced, as in JSON and in single quotes
 */
export function isPlaceholder(value, isLiteral = false) {
  const isReplaced = (isLiteral ? REPLACED_AS_WHOLE : REPLACED).test(value);
  return isReplaced || TEMPLATE.test(value) || PLACEHOLDER.test(value) || REFERENCE.test(value);
}
