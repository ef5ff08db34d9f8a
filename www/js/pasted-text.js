// Reverts what programs do to text on its way here: word processors, chat programs, mail, terminals, web pages and
// comparisons of files. This module does not access the page.

import { fromMail, joinMarked, joinUnmarked } from "./wrapped-text.js";

/**
 * Characters that are not displayed, and that no credentials have: the colors of a terminal, and marks of the byte order,
 * of the direction and of possible line breaks.
 */
const INVISIBLE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: An escape character starts a color.
  /\u001b\[[\d;]*[A-Za-z]|[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g;

/**
 * Returns the text that people see and mean: without invisible characters and the lines that a comparison of files shows as
 * removed, and with the values joined that were wrapped.
 *
 * @param {string} text
 */
export function visibleText(text) {
  const visible = text
    .replace(INVISIBLE, "")
    .replace(/\r\n?/g, "\n")
    .replace(/\n{3,}/g, "\n\n");
  const marked = joinMarked(fromMail(visible));
  return joinUnmarked(withoutRemovedLines(marked.split("\n")).join("\n"));
}

/**
 * Removes the lines that a comparison of files shows as removed, and the marks of those that it shows as added. The marks
 * are in the same column. A line of Base64 can also start with a plus sign.
 *
 * @param {string[]} lines
 */
function withoutRemovedLines(lines) {
  const columns = new Set(
    lines.map(
      (line) =>
        /^([ \t]*)\+(?!-|[\w/+]*={0,2}["'`]?[\]}),;]*\\?$)(?=.*(?:[:\]]|=[ \t]*[^=\s]|[^\s+][ \t]+\S))/.exec(line)?.[1]
          .length,
    ),
  );
  columns.delete(undefined);
  if (!columns.size) return lines;
  const isMarked = (/** @type {string} */ line, /** @type {string} */ mark) =>
    line.trimStart().startsWith(mark) && columns.has(line.length - line.trimStart().length);
  return lines
    .filter((line) => !isMarked(line, "-"))
    .map((line) => (isMarked(line, "+") ? line.replace("+", " ") : line));
}

/**
 * Returns a text as it was before programs changed it, without its comments.
 *
 * @param {string} text
 */
export function cleanText(text) {
  return withoutComments(plainText(text));
}

/**
 * Reverts the changes to characters, such as curly quotes and percent-encoding.
 *
 * @param {string} text
 */
function plainText(text) {
  /** @type {Record<string, string>} */
  const entities = { quot: '"', apos: "'", amp: "&", lt: "<", gt: ">" };
  return (
    text
      .replace(/[\u00a0\u2007\u202f\u3000]/g, " ")
      .replace(/[“”„‟]/g, '"')
      .replace(/[‘’‚‛]/g, "'")
      .replace(/&(quot|apos|amp|lt|gt);/g, (_, name) => entities[name])
      .replace(/&#(x?)([\da-f]{1,4});|\\u([\da-f]{4})/gi, (_, x, code, escaped) =>
        String.fromCharCode(Number.parseInt(escaped ?? code, escaped || x ? 16 : 10)),
      )
      // Only the characters of values and those around them: `%41` may be part of a value.
      .replace(/%(?:25)*(0[ad]|2[0-9a-f]|3[abd-f]|7[bd])/gi, (_, code) =>
        String.fromCharCode(Number.parseInt(code, 16)),
      )
      .replace(/(?<!\\)\\+\//g, "/")
      // A wrapped token whose line breaks became spaces.
      .replace(
        /(?<=token\W{1,9})[\w/+]{40,}(?: [\w/+]{16,})*(?: [\w/+]{16,}={0,2}| [\w/+]+={1,2})(?=["'`\s]|$)/gi,
        (token) => token.replaceAll(" ", ""),
      )
      .replace(/\\[nrt]/g, "\n")
      // The quotation marks of bash for any character.
      .replace(/=\$(?='[\w/+=-]+')/g, "=")
  );
}

/** @param {string} text */
function withoutComments(text) {
  return (
    withoutBlocks(withoutBlocks(text, /(?<!\S)\/\*[\s\S]*?\*\//g, "*/"), /<!--[\s\S]*?-->/g, "-->")
      // Comments in cmd start with :: or REM. "/ #" is a shell prompt, `#<` begins an object in Ruby, `#define` a macro in C, and
      // `##vso[` a command of Azure DevOps. A line of Base64 can start with //. The package exports the expiration for Terraform,
      // which has no variable for it, as a comment.
      .replace(
        /(?<![^\s;]|^\/[\w/.-]* )#(?! expires \d|[<{]|define |#\w+\[).*|^[ \t@]*(;|::|!|--[ \t]|rem\s).*|^[ \t]*\/\/(?![\w/+]*=*$).*|[ \t]\/\/[ \t].*/gim,
        "",
      )
  );
}

/**
 * Removes block comments. Text after the last end mark is not searched, because that would take quadratic time.
 *
 * @param {string} text
 * @param {RegExp} comment
 * @param {string} end
 */
function withoutBlocks(text, comment, end) {
  const searched = text.lastIndexOf(end) + end.length;
  return searched < end.length ? text : text.slice(0, searched).replace(comment, "") + text.slice(searched);
}
