// Patterns of strings and ARNs: wildcards and policy variables.
//
// Source: IAM User Guide, "IAM policy elements: Variables and tags" and "IAM JSON policy elements: Condition operators".

import { lowercase } from "./arn.js";
import { type Fact, UNKNOWN_PART } from "./keys.js";
import { every, type Truth } from "./logic.js";

/** A character, or a wildcard. */
type Token = string | typeof ANY | typeof ONE;
const ANY = Symbol("*");
const ONE = Symbol("?");

/** A pattern, ready to match. Without a value a variable makes it match nothing; an unknown value, nothing for sure. */
export type Pattern = Token[] | "nothing" | "unknown";

/** What reading a pattern needs besides its text. */
export interface PatternOptions {
  /** Whether `*` and `?` are wildcards. */
  wildcards: boolean;
  /** Looks up a variable's condition key. Without it `${…}` is text. */
  variable?: (key: string) => Fact;
}

const VARIABLE = /\$\{([^}]*)\}/g;

/** Reads a policy's value. */
export function readPattern(text: string, { wildcards, variable }: PatternOptions): Pattern {
  if (!variable) return tokens(text, wildcards);
  const pattern: Token[] = [];
  let end = 0;
  for (const match of text.matchAll(VARIABLE)) {
    pattern.push(...tokens(text.slice(end, match.index), wildcards));
    end = match.index + match[0].length;
    const value = replacement(match[1]!, variable, wildcards);
    if (typeof value === "string") return value;
    pattern.push(...value);
  }
  const rest = text.slice(end);
  // `${` without its brace: what IAM does is not documented.
  return rest.includes("${") ? "unknown" : [...pattern, ...tokens(rest, wildcards)];
}

/** Whether the whole value matches. */
export function matchesString(pattern: Pattern, value: string): Truth {
  if (pattern === "nothing") return false;
  if (pattern === "unknown") return "unknown";
  const characters = Array.from(value);
  if (matches(pattern, characters, false)) return true;
  return value.includes(UNKNOWN_PART) && matches(pattern, characters, true) ? "unknown" : false;
}

/** Whether the value is equal but for the case of A to Z; of other letters IAM does not say how it compares them. */
export function equalsIgnoringCase(pattern: Pattern, value: string): Truth {
  if (typeof pattern === "string") return matchesString(pattern, value);
  const lower = pattern.map((token) => (typeof token === "string" ? lowercase(token) : token));
  const result = matchesString(lower, lowercase(value));
  const ascii = [...pattern, ...value].every((one) => typeof one === "symbol" || one < "\x80");
  return result === false && !ascii ? "unknown" : result;
}

/** Whether an ARN matches, each of its six parts by itself. */
export function matchesArn(pattern: Pattern, value: string): Truth {
  const parts = splitArn(Array.from(value)) as string[][];
  if (pattern === "nothing") return false;
  if (pattern === "unknown" || parts.length < 6 || parts[0]?.join("") !== "arn") return "unknown";
  const patterns = splitArn(pattern);
  // A single `*` is no ARN; whether it matches all of them is not documented.
  if (patterns.length < 6) return pattern.every((token) => token === ANY) ? "unknown" : false;
  return every(patterns.map((pattern, index) => matchesString(pattern, parts[index]!.join(""))));
}

function tokens(text: string, wildcards: boolean): Token[] {
  return Array.from(text, (one) => (wildcards && one === "*" ? ANY : wildcards && one === "?" ? ONE : one));
}

/** The text that takes a variable's place. `${*}`, `${?}` and `${$}` are those characters themselves. */
function replacement(inside: string, variable: (key: string) => Fact, wildcards: boolean): Pattern {
  if (["*", "?", "$"].includes(inside)) return [inside];
  const [, key, fallback] = /^([^,\s]+)(?:, *'([^']*)')?$/.exec(inside) ?? [];
  if (key === undefined) return "unknown";
  const fact = variable(key);
  if (fact.state === "unknown") return "unknown";
  if (fact.state === "absent" && fallback === undefined) return "nothing";
  const value = fact.state === "absent" ? fallback! : fact.values[0]!;
  // A variable has one value; whether wildcards in it count is not documented.
  const several = fact.state === "present" && fact.multivalued;
  if (several || value.includes(UNKNOWN_PART) || (wildcards && /[*?]/.test(value))) return "unknown";
  return Array.from(value);
}

/** Splits at the first five colons. */
function splitArn(pattern: Token[]): Token[][] {
  const parts: Token[][] = [[]];
  for (const token of pattern) {
    if (token === ":" && parts.length < 6) parts.push([]);
    else parts.at(-1)!.push(token);
  }
  return parts;
}

/**
 * Whether the pattern matches. Only `*` matches an unknown part of the value, so that a match is certain. If `possibly`
 * is set, an unknown part may be any text, so that the result is whether the pattern can match at all.
 */
function matches(pattern: Token[], value: string[], possibly: boolean): boolean {
  // rest[j]: whether the pattern from the current token on matches the value from j on.
  let rest = new Array<boolean>(value.length + 1).fill(false);
  rest[value.length] = true;
  const skipUnknown = (row: boolean[], at: number) => possibly && value[at] === UNKNOWN_PART && row[at + 1] === true;
  for (let at = value.length - 1; at >= 0; at--) rest[at] = skipUnknown(rest, at);
  for (const token of [...pattern].reverse()) {
    const row = new Array<boolean>(value.length + 1).fill(false);
    row[value.length] = token === ANY && rest[value.length]!;
    for (let at = value.length - 1; at >= 0; at--) {
      const unknown = value[at] === UNKNOWN_PART;
      if (token === ANY) row[at] = rest[at]! || row[at + 1]!;
      else if (unknown) row[at] = skipUnknown(row, at) || (possibly && rest[at]!);
      else row[at] = (token === ONE || token === value[at]) && rest[at + 1]!;
    }
    rest = row;
  }
  return rest[0]!;
}
