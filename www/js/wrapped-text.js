// Joins credentials that terminals, editors, mail programs and tables have wrapped, and finds those that are cut off. Only
// what certainly belongs together is joined: wrong credentials would be worse than none. This module does not access the
// page.

import { TOKEN_START } from "./input-check.js";

/** An access key ID of AWS. */
export const ACCESS_KEY_ID = /^A[KS]IA[A-Z0-9]{12,}$/;

/** The labels of the buttons next to the values in the AWS console and the access portal. */
const BUTTON = /^(copy|copied|hide|show|close|done|active)$/i;

/** A session token of AWS. */
export const AWS_TOKEN = RegExp(`^${TOKEN_START}`);

/** Maximum length of a wrapped session token, in characters. */
const MAX_TOKEN = 8192;
/** Maximum length of a line that is continued, in characters: each is searched again for every line that continues it. */
const MAX_LINE = MAX_TOKEN + 1024;
/** Minimum width of a terminal or a mail message, in characters. Shorter lines rarely end because of their width. */
const MIN_WIDTH = 60;

/** Minimum length of a line that is wrapped, in characters. */
const MIN_LINE = 16;

/** A line that has nothing but Base64, and what may surround it: marks, the borders of a table, and a closing quote. */
const CONTINUATION =
  /^([\s|│┃║]*)(?:([\\↪↳…])[ \t]*)?([\w/+-]+={0,2}|={1,2})(["'`”’]?[\]})]*[,;]?)[ \t]*([\\↩⏎↵↲¬|│┃║=]?)$/;
/** A line that ends with a value, and the mark or the border after it. */
const VALUE_AT_END = /(?<![\w/+-])([\w/+-]+(?:=(?=[ \t]*[\\↩⏎↵↲¬|│┃║]))?)[ \t]*([\\↩⏎↵↲¬|│┃║=]?)$/;
/** What is before a secret access key: its name, or its access key ID. */
const BEFORE_SECRET = /secret|A[KS]IA[A-Z\d]{16}[^\w/+]+$/i;
/** A line that begins a secret access key or an access key ID. */
const BEGINS_KEY = /secret.*[=:]|key.*[=:].*A[KS]IA|A[KS]IA[A-Z\d]{16}\W/i;
/** A name at the end of a line, in place of a value. */
const NAME = /(?:^|_|access|session|secret)(?:key|token|secret|id|keyid)$/i;
/** What editors show at the end of a line. A backslash may also be part of a command. */
const END_OF_LINE = /[↩⏎↵↲¬](?=\r?$)/gm;

/** What programs show in place of the rest of a line that is too long. */
const CUT = "(?:>|»|…|⋯|~|\\$|\\.{3})[\"'`]?[ \\t|│,;]*\\r?$";
/** A name whose value is part of credentials. */
const NAMED = "(?:secret|token|key(?:[ _-]?id)?)[\"']?(?:[ \\t]{0,20}[=:|│]|[ \\t])[ \\t]{0,20}";
/** What shows that a value of at least this length is cut off. @param {number} length */
const cutOff = (length) =>
  [
    `${NAMED}["'\`]?(?:[\\w/+.-]{${length - 1},}[\\w+]=?(?=[>»…⋯~$])|[\\w/+.-]{${Math.max(length, 8)},})${CUT}`,
    `(?<![<\\w/+])(?:A[KS]IA[A-Z\\d]{6,}|${TOKEN_START}[\\w/+]*)${CUT}`,
    `(?<![<\\w/+.:-])[A-Za-z\\d/+]{40,}${CUT}`,
    // A quotation mark that is not closed.
    `${NAMED}["'\`][\\w/+.-]{${length},}={0,2}[ \\t]*\\r?$(?!\\s*["'\`])`,
    // Two terminals side by side.
    "(?<![\\w/+])[\\w/+]{16,}[│┃║][^\\n]{0,200}\\n[\\w/+]{16,}={0,2}[ \\t]*[│┃║]",
  ].map((pattern) => new RegExp(pattern, "im"));
const CUT_OFF = cutOff(1);
/** In a file, a short value may have any character at its end. */
const CUT_OFF_IN_FILE = cutOff(16);

/**
 * Returns whether a value of the credentials in a text is cut off.
 *
 * @param {string} text
 * @param {boolean} isFile whether the text has profiles
 */
export function isCutOff(text, isFile) {
  return (isFile ? CUT_OFF_IN_FILE : CUT_OFF).some((pattern) => pattern.test(text));
}

/**
 * Joins values whose lines show that they continue: by a mark, by an empty cell of a table, or by their indentation.
 *
 * @param {string} text
 */
export function joinMarked(text) {
  /** @type {string[]} */
  const joined = [];
  /** @type {{ start: number, width: number } | undefined} */
  let value;
  // A shell continues such a line without a gap.
  const continued = withoutLineEnds(text).replace(/(?<=[\w/+="])\\\n(?=[\w/+=",])/g, "");
  for (const line of continued.split("\n")) {
    const previous = joined.at(-1) ?? "";
    const canGrow = previous.length >= MIN_LINE && previous.length <= MAX_LINE;
    const continuation = canGrow && line ? CONTINUATION.exec(line.trimEnd()) : null;
    const beginning = continuation && VALUE_AT_END.exec(previous.trimEnd());
    const named = beginning ? withName(previous, beginning[0], joined.slice(-3, -1)) : previous;
    value ??= beginning ? { start: beginning.index, width: beginning[1].length } : undefined;
    if (continuation && beginning && value && isMarked(previous, named, beginning, continuation, value)) {
      const [, , , rest, quote, mark] = continuation;
      const padding = beginning[2] === "=" && rest === "=" ? "=" : "";
      joined[joined.length - 1] = previous.slice(0, beginning.index) + beginning[1] + padding + rest + quote + mark;
    } else {
      joined.push(line);
      value = undefined;
    }
  }
  return joined.join("\n").replace(END_OF_LINE, "");
}

/**
 * Joins values that a terminal or a mail program has wrapped without a mark. A value that may continue on the next line
 * gets a mark that it is cut off.
 *
 * @param {string} text
 */
export function joinUnmarked(text) {
  const lines = text.split("\n");
  if (isSingleLine(lines)) return lines.map((line) => line.replace(/\r$/, "")).join("");
  /** @type {string[]} */
  const joined = [lines[0]];
  for (let index = 1; index < lines.length; index++) {
    const { count, isCut } = continuationAt(lines, index, joined);
    if (isCut) joined.push(`${joined.pop()}…`);
    if (count) {
      const parts = lines.slice(index, index + count).map((part) => part.trim());
      joined.push(joined.pop() + parts.join(""));
      index += count - 1;
    } else joined.push(lines[index]);
  }
  return joined.join("\n");
}

/**
 * Returns how many lines from an index continue the value at the end of the line before them, and whether it is cut off: it may
 * continue, but not with certainty.
 *
 * @param {string[]} lines
 * @param {number} index
 * @param {string[]} joined the lines before it
 * @returns {{ count: number, isCut?: boolean }}
 */
function continuationAt(lines, index, joined) {
  const line = lines[index];
  const previous = joined.at(-1) ?? "";
  const rest = previous.length >= MIN_LINE ? restIn(line) : undefined;
  const value = rest && valueBefore(rest, previous);
  if (!rest || !value) return { count: 0 };
  const named = withName(previous, value, joined.slice(-3, -1));
  const ofKey = mayContinue(named, value, rest) ? linesOfKey(named, value, lines, index) : 0;
  if (ofKey || !canContinue(named, value, rest)) return { count: ofKey };
  const isNamed = isToken(named, value);
  // A secret access key may follow the session token, but rarely one with its name.
  const mayBeSecret = /^[\w/+]{40}$/.test(rest) && line.length !== previous.length;
  if (mayBeSecret) return { count: 0, isCut: isNamed && value !== previous };
  const isLong = value.length >= 16 && previous.length >= MIN_WIDTH;
  if (isLong || (isNamed && rest.length >= 16)) return { count: linesOfToken(previous, value, lines, index) };
  return { count: 0, isCut: rest.length >= 4 && (isNamed || BEGINS_KEY.test(previous)) };
}

/**
 * Returns whether a terminal has wrapped a single line, such as JSON: all lines but the last have the same length.
 *
 * @param {string[]} lines
 */
function isSingleLine(lines) {
  const [first, ...others] = lines.join("\n").trimEnd().split(/\r?\n/);
  const last = others.pop() ?? "";
  const areWrapped = others.every(({ length }) => length === first.length) && last.length <= first.length;
  // A value is wrapped, and the first line is not all of it.
  return areWrapped && others.length > 0 && /[\s:=].*[\w/+]{8}$/.test(first) && /^[\w/+]{8}/.test(others[0]);
}

/**
 * Returns the Base64 of a line that has nothing else but what may follow a value. It has dots in a JSON Web Token. A setting
 * such as `role_arn='` is none.
 *
 * @param {string} line
 */
function restIn(line) {
  return /^\s*(?![a-z]+(?:_[a-z]+)+=)([\w/+.-]+={0,2}|={1,2})["'`”’]?[\]})]*[,;]?\s*$/.exec(line)?.[1];
}

/**
 * Returns the value at the end of a line, if the next line may continue it.
 *
 * @param {string} rest of the next line
 * @param {string} line
 */
function valueBefore(rest, line) {
  if (rest === "=") return /(?<![\w/+.-])[\w/+-]+=?$/.exec(line)?.[0];
  const pattern = rest.includes(".") ? /(?<![\w.-])eyJ[\w.-]+$/ : /(?<![\w/+.-])(?:eyJ[\w.-]+|[\w/+-]+)$/;
  return pattern.exec(line.trimEnd())?.[0];
}

/**
 * Returns how many lines complete an access key ID or a secret access key, or 0.
 *
 * @param {string} line with the beginning of the value
 * @param {string} value
 * @param {string[]} lines
 * @param {number} index of the next line
 */
function linesOfKey(line, value, lines, index) {
  if (!/secret|key|A[KS]IA/i.test(line)) return 0;
  let key = value;
  for (let count = 1; key.length < 40 && index + count <= lines.length; count++) {
    const rest = restIn(lines[index + count - 1]);
    if (!rest) return 0;
    key += rest;
    if (isKey(line, value, key)) return count;
  }
  return 0;
}

/**
 * Returns how many lines continue a session token. After a line that is as long as the first, any may be its end.
 *
 * @param {string} first the line that begins it
 * @param {string} value
 * @param {string[]} lines
 * @param {number} index of the next line
 */
function linesOfToken(first, value, lines, index) {
  let length = value.length;
  let last = "";
  let count = 0;
  for (; index + count < lines.length && length < MAX_TOKEN; count++) {
    const line = lines[index + count];
    const rest = restIn(line);
    if (!rest || BUTTON.test(rest) || ACCESS_KEY_ID.test(rest)) break;
    const isFull = count === 0 || last.length === first.length;
    if ((last.endsWith("=") && rest !== "=") || (!isFull && isWord(rest) && !completes(length, rest))) break;
    length += rest.length;
    last = line.trimEnd();
  }
  return count;
}

/**
 * Returns whether the lines of a value show that they belong together.
 *
 * @param {string} previous
 * @param {string} named the same with its name
 * @param {RegExpExecArray} beginning
 * @param {RegExpExecArray} continuation
 * @param {{ start: number, width: number }} value the position and the length of its first line
 */
function isMarked(previous, named, [, value, mark], [, borders, leadingMark, rest, , end], { start, width }) {
  if (!mayContinue(named, value, rest) || (value.endsWith("=") && rest !== "=")) return false;
  // The number of a line has a border only after it.
  if (/[|│┃║]/.test(end) && !/[|│┃║]/.test(borders)) return false;
  if (leadingMark || /[↩⏎↵↲¬\\]/.test(mark)) return true;
  // In quoted-printable, a line has at most 76 characters.
  if (mark === "=" && rest !== "=")
    return rest.length >= 16 || previous.length >= 70 || isKey(named, value, value + rest);
  const column = borders.search(/[|│┃║]\s*$/);
  const indentation = borders.length;
  if (column < 0) return !mark && indentation >= 4 && indentation === start && rest.length <= width;
  // The first cell of a row that continues is empty, as is the number of a line that continues.
  return /\s\s/.test(borders) && /[|│┃║]/.test(previous[column] ?? "");
}

/**
 * Returns a line after the one before it if that has its name, as on pages.
 *
 * @param {string} line
 * @param {string} value
 * @param {string[]} before the lines before it
 */
function withName(line, value, before) {
  if (value !== line.trim()) return line;
  const name = before.filter((one) => one.trim()).at(-1) ?? "";
  return `${name} ${line}`;
}

/**
 * Returns whether neither a value nor what the next line has is known to be complete.
 *
 * @param {string} line with the beginning of the value
 * @param {string} value
 * @param {string} rest
 */
function mayContinue(line, value, rest) {
  if (BUTTON.test(rest) || ACCESS_KEY_ID.test(rest) || NAME.test(value)) return false;
  return ACCESS_KEY_ID.test(value) ? value.length < 20 : value.length !== 40 || isToken(line, value);
}

/**
 * Returns whether a value may continue with what the next line has, which is not a word.
 *
 * @param {string} line with the beginning of the value
 * @param {string} value
 * @param {string} rest
 */
function canContinue(line, value, rest) {
  if (!mayContinue(line, value, rest)) return false;
  if (!isWord(rest) || isKey(line, value, value + rest)) return true;
  return isToken(line, value) && completes(value.length, rest);
}

/** Returns whether a line may be a word, or several in one name. @param {string} line */
function isWord(line) {
  return line.length <= 24 && /^([A-Z]?[a-z]+|[A-Z]+|\d+)([A-Z][a-z]{2,}|[_-][a-z\d]+)*$/.test(line);
}

/**
 * Returns whether a session token is only whole with the next line. The length of Base64 is a multiple of four.
 *
 * @param {number} length
 * @param {string} rest
 */
function completes(length, rest) {
  return length % 4 !== 0 && (length + rest.length) % 4 === 0;
}

/**
 * Returns whether a line begins an access key ID or a secret access key after its name, and this is the whole of it.
 *
 * @param {string} line
 * @param {string} value that begins it
 * @param {string} key
 */
function isKey(line, value, key) {
  const name = line.slice(0, line.lastIndexOf(value));
  return (/key/i.test(name) && /^A[KS]IA[A-Z\d]{16}$/.test(key)) || (BEFORE_SECRET.test(name) && key.length === 40);
}

/**
 * Returns whether a line's value is a session token.
 *
 * @param {string} line
 * @param {string} value
 */
function isToken(line, value) {
  return AWS_TOKEN.test(value) || /token/i.test(line.slice(0, line.lastIndexOf(value)));
}

/** Removes the marks of a quoted message, and decodes "quoted-printable", the encoding of a message's source. @param {string} text */
export function fromMail(text) {
  const unquoted = text.replace(/^(?:> ?)+/gm, "");
  const unwrapped = unquoted.replace(/=\n/g, "");
  // Without anything to encode, there are at least the line breaks.
  const widths = (unquoted.match(/^.{20,}[^=\n]=$/gm) ?? []).map(({ length }) => length);
  const areWrapped = widths.length > 2 && widths.every((width) => width === widths[0]);
  const isEncoded = areWrapped || /=3D["' ]*A[KS]IA|[\w/+]{16}(?:=3D){1,2}(?![\w/+=])/.test(unwrapped);
  return isEncoded ? unwrapped.replaceAll("=3D", "=") : unquoted;
}

/** Removes the marks with which `cat -A` and editors end every line. @param {string} text */
function withoutLineEnds(text) {
  const lines = text.split("\n").filter((line) => line.trim());
  // Lines of the same length are cut off.
  const areWhole = lines.every((line) => /\$\s*$/.test(line)) && new Set(lines.map(({ length }) => length)).size > 1;
  return areWhole ? text.replace(/(?:\^M)?\$(?=[ \t\r]*$)/gm, "") : text;
}
