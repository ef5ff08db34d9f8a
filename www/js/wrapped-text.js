// Joins credentials that terminals, editors, mail programs and tables have wrapped, and finds those that are cut off. Only
// what certainly belongs together is joined: wrong credentials would be worse than none. This module does not access the
// page.

/** An access key ID of AWS. */
export const ACCESS_KEY_ID = /^A[KS]IA[A-Z0-9]{12,}$/;

/** The labels of the buttons next to the values in the AWS console and the access portal. */
const BUTTON = /^(copy|copied|hide|show|close|done|active)$/i;

/** Maximum length of a wrapped session token, in characters. */
const MAX_TOKEN = 8192;
/** Minimum width of a terminal or a mail message, in characters. Shorter lines rarely end because of their width. */
const MIN_WIDTH = 60;

/** A line that has nothing but Base64, and what may surround it: marks, the borders of a table, and a closing quote. */
const CONTINUATION = /^([\s|│┃║]*)(?:([\\↪↳…])[ \t]*)?([\w/+-]+={0,2})(["'`]?[,;]?)[ \t]*([\\↩⏎↵↲¬|│┃║=]?)$/;
/** A line that ends with a value, and the mark or the border after it. */
const VALUE_AT_END = /(?<![\w/+-])([\w/+-]+)[ \t]*([\\↩⏎↵↲¬|│┃║=]?)$/;
/** What editors show at the end of a line. A backslash may also be part of a command. */
const END_OF_LINE = /[↩⏎↵↲¬](?=\r?$)/gm;

/** What programs show in place of the rest of a line that is too long. */
const CUT = "(?:>|»|…|⋯|~|\\$|\\.{3})[\"'`]?[ \\t|│,;]*\\r?$";
/** A name whose value is part of credentials. */
const NAMED = "(?:secret|token|key(?:[ _-]?id)?)[\"']?(?:[ \\t]{0,20}[=:|│]|[ \\t])[ \\t]{0,20}";
const CUT_OFF = [
  `${NAMED}["'\`]?[\\w/+]{8,}${CUT}`,
  `(?<![\\w/+])(?:A[KS]IA[A-Z\\d]{6,}|(?:IQoJ|FwoG|FQoG|AQoD)[\\w/+]{8,})${CUT}`,
  `(?<![<\\w/+.:-])[A-Za-z\\d/+]{40,}${CUT}`,
  // A quotation mark that is not closed.
  `${NAMED}["'\`][\\w/+]{8,}={0,2}[ \\t]*\\r?$(?!\\s*["'\`])`,
  // Two terminals side by side.
  "(?<![\\w/+])[\\w/+]{16,}[│┃║][^\\n]{0,200}\\n[\\w/+]{16,}={0,2}[ \\t]*[│┃║]",
].map((pattern) => new RegExp(pattern, "im"));

/**
 * Returns whether a value of the credentials in a text is cut off.
 *
 * @param {string} text
 */
export function isCutOff(text) {
  return CUT_OFF.some((pattern) => pattern.test(text));
}

/**
 * Joins values whose lines show that they continue: by a mark, by an empty cell of a table, by their indentation, or by
 * the encoding "quoted-printable" of a message's source.
 *
 * @param {string} text
 */
export function joinMarked(text) {
  /** @type {string[]} */
  const joined = [];
  /** @type {{ start: number, width: number } | undefined} */
  let value;
  for (const line of fromMail(withoutLineEnds(text)).split("\n")) {
    const previous = joined.at(-1) ?? "";
    const continuation = /\w/.test(line) ? CONTINUATION.exec(line.trimEnd()) : null;
    const beginning = continuation && VALUE_AT_END.exec(previous.trimEnd());
    value ??= beginning ? { start: beginning.index, width: beginning[1].length } : undefined;
    if (continuation && beginning && value && isMarked(previous, beginning, continuation, value)) {
      const [, , , rest, quote, mark] = continuation;
      joined[joined.length - 1] = previous.slice(0, beginning.index) + beginning[1] + rest + quote + mark;
    } else {
      joined.push(line);
      value = undefined;
    }
  }
  return joined.join("\n").replace(END_OF_LINE, "");
}

/**
 * Joins values that a terminal or a mail program has wrapped without a mark. A session token that may continue on the next
 * line gets a mark that it is cut off.
 *
 * @param {string[]} lines
 */
export function joinUnmarked(lines) {
  /** @type {string[]} */
  const joined = [];
  // The width at which the value was wrapped.
  let wrapped = 0;
  for (const line of lines) {
    const [, continuation] = /^\s*([\w/+-]+={0,2})["'`]?[,;]?\s*$/.exec(line) ?? [];
    const previous = joined.at(-1) ?? "";
    const [value] = (continuation && /(?<![\w/+-])[\w/+-]+$/.exec(previous)) || [];
    if (!continuation || !value || !canContinue(previous, value, continuation)) {
      joined.push(line);
      wrapped = 0;
      continue;
    }
    const width = wrapped || previous.length;
    const isLong = value.length >= 16 && value.length < MAX_TOKEN && width >= MIN_WIDTH;
    const isLongRest = continuation.length >= 16 && (continuation.length !== 40 || line.length === width);
    const isBlock = isToken(previous, value) && (wrapped || isLongRest);
    if (isKey(previous, value + continuation) || isLong || isBlock) {
      joined[joined.length - 1] = previous + line.trim();
      wrapped = width;
    } else {
      if (isToken(previous, value) && continuation.length >= 4) joined[joined.length - 1] += "…";
      joined.push(line);
    }
  }
  return joined;
}

/**
 * Returns whether the lines of a value show that they belong together.
 *
 * @param {string} previous
 * @param {RegExpExecArray} beginning
 * @param {RegExpExecArray} continuation
 * @param {{ start: number, width: number }} value the position and the length of its first line
 */
function isMarked(previous, [, value, mark], [, borders, leadingMark, rest], { start, width }) {
  if (!canContinue(previous, value, rest)) return false;
  if (leadingMark || /[↩⏎↵↲¬\\]/.test(mark)) return true;
  // In quoted-printable, a line has at most 76 characters.
  if (mark === "=") return rest.length >= 16 || previous.length >= 70;
  const column = borders.search(/[|│┃║]\s*$/);
  const indentation = borders.length;
  if (column < 0) return !mark && indentation >= 4 && indentation === start && rest.length <= width;
  // The first cell of a row that continues is empty, as is the number of a line that continues.
  return /\s\s/.test(borders) && /[|│┃║]/.test(previous[column] ?? "") && /\w/.test(previous.slice(0, column));
}

/**
 * Returns whether a value may continue with what the next line has: neither is complete.
 *
 * @param {string} line with the beginning of the value
 * @param {string} value
 * @param {string} rest
 */
function canContinue(line, value, rest) {
  if (BUTTON.test(rest) || ACCESS_KEY_ID.test(rest)) return false;
  const isComplete = ACCESS_KEY_ID.test(value) ? value.length >= 20 : value.length === 40 && !isToken(line, value);
  // A word after a session token is rarely part of it. The length of Base64 is a multiple of four.
  const isWord = /^([A-Z]?[a-z]+|[A-Z]+|\d+)([A-Z][a-z]{2,}|[_-][a-z\d]+)*$/.test(rest) && !isKey(line, value + rest);
  return !isComplete && !(isWord && (value.length % 4 === 0 || (value.length + rest.length) % 4 !== 0));
}

/**
 * Returns whether a value that follows its name is a whole access key ID or secret access key.
 *
 * @param {string} line
 * @param {string} value
 */
function isKey(line, value) {
  return (/key/i.test(line) && /^A[KS]IA[A-Z\d]{16}$/.test(value)) || (/secret/i.test(line) && value.length === 40);
}

/**
 * Returns whether a line's value is a session token.
 *
 * @param {string} line
 * @param {string} value
 */
function isToken(line, value) {
  return /^(IQoJ|FwoG|FQoG)/.test(value) || /token/i.test(line.slice(0, -value.length));
}

/** Decodes "quoted-printable", the encoding of a message's source. @param {string} text */
function fromMail(text) {
  const unquoted = text.replace(/^(?:> ?)+/gm, "");
  if (!unquoted.includes("=3D")) return unquoted;
  const unwrapped = unquoted.replace(/=\r?\n/g, "");
  const isEncoded = /=3D["' ]*A[KS]IA|[\w/+](?:=3D){1,2}(?![\w/+=])/.test(unwrapped);
  return isEncoded ? unwrapped.replaceAll("=3D", "=") : unquoted;
}

/** Removes the marks with which `cat -A` and editors end every line. @param {string} text */
function withoutLineEnds(text) {
  const isMarked = text.split("\n").every((line) => /\$\s*$|^\s*$/.test(line));
  return isMarked ? text.replace(/(?:\^M)?\$(?=[ \t\r]*$)/gm, "") : text;
}
