// Matches strings and ARNs against patterns with wildcards and policy variables.
//
// Source: IAM User Guide, "IAM policy elements: Variables and tags" and "IAM JSON policy elements: Condition
// operators".

import { lowercase } from "./arn.js";
import { type Fact, UNKNOWN_PART } from "./keys.js";
import { every, type Truth } from "./logic.js";

/** A character, or a wildcard. */
type Token = string | typeof ANY | typeof ONE;
const ANY = Symbol("*");
const ONE = Symbol("?");

/** A parsed pattern: "nothing" if a variable in it has no value, "unknown" if the variable's value is unknown. */
export type Pattern = Token[] | "nothing" | "unknown";

/** Options of {@link readPattern}. */
export interface PatternOptions {
  /** Whether `*` and `?` are wildcards. */
  wildcards: boolean;
  /** Looks up the condition key of a variable. If not set, `${…}` is literal text. */
  variable?: (key: string) => Fact;
}

/** Without a brace inside, so that the search takes linear time. */
const VARIABLE = /\$\{([^{}]*)\}/g;

/** Parses a value of a policy as a pattern. */
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
  // What IAM does with `${` without a closing brace is not documented.
  return rest.includes("${") ? "unknown" : [...pattern, ...tokens(rest, wildcards)];
}

/** Returns whether the whole value matches. */
export function matchesString(pattern: Pattern, value: string): Truth {
  if (pattern === "nothing") return false;
  if (pattern === "unknown") return "unknown";
  const characters = Array.from(value);
  if (matches(pattern, characters, false)) return true;
  return value.includes(UNKNOWN_PART) && matches(pattern, characters, true) ? "unknown" : false;
}

/** Returns whether the value is equal, ignoring the case of A to Z. How IAM treats other letters is not documented. */
export function equalsIgnoringCase(pattern: Pattern, value: string): Truth {
  if (typeof pattern === "string") return matchesString(pattern, value);
  const lower = pattern.map((token) => (typeof token === "string" ? lowercase(token) : token));
  const result = matchesString(lower, lowercase(value));
  const ascii = [...pattern, ...value].every((one) => typeof one === "symbol" || one < "\x80");
  return result === false && !ascii ? "unknown" : result;
}

/** Returns whether an ARN matches. Each of its six parts is compared separately. */
export function matchesArn(pattern: Pattern, value: string): Truth {
  const parts = splitArn(Array.from(value)) as string[][];
  if (pattern === "nothing") return false;
  if (pattern === "unknown" || parts.length < 6 || parts[0]?.join("") !== "arn") return "unknown";
  const patterns = splitArn(pattern);
  // `*` alone is not an ARN; whether it matches every ARN is not documented.
  if (patterns.length < 6) return pattern.every((token) => token === ANY) ? "unknown" : false;
  return every(patterns.map((pattern, index) => matchesString(pattern, parts[index]!.join(""))));
}

function tokens(text: string, wildcards: boolean): Token[] {
  return Array.from(text, (one) => (wildcards && one === "*" ? ANY : wildcards && one === "?" ? ONE : one));
}

/** Returns the tokens that replace a variable. `${*}`, `${?}` and `${$}` stand for the literal characters. */
function replacement(inside: string, variable: (key: string) => Fact, wildcards: boolean): Pattern {
  if (["*", "?", "$"].includes(inside)) return [inside];
  const [, key, fallback] = /^([^,\s]+)(?:, *'([^']*)')?$/.exec(inside) ?? [];
  if (key === undefined) return "unknown";
  const fact = variable(key);
  if (fact.state === "unknown") return "unknown";
  if (fact.state === "absent" && fallback === undefined) return "nothing";
  const value = fact.state === "absent" ? fallback! : fact.values[0]!;
  // A variable must have a single value. Whether wildcards in the value are wildcards is not documented.
  const several = fact.state === "present" && fact.multivalued;
  if (several || value.includes(UNKNOWN_PART) || (wildcards && /[*?]/.test(value))) return "unknown";
  return Array.from(value);
}

/** Splits an ARN or a pattern at the first five colons. */
function splitArn(pattern: Token[]): Token[][] {
  const parts: Token[][] = [[]];
  for (const token of pattern) {
    if (token === ":" && parts.length < 6) parts.push([]);
    else parts.at(-1)!.push(token);
  }
  return parts;
}

/**
 * Returns whether the pattern certainly matches: only `*` matches an unknown part of the value. If `possibly` is set,
 * returns whether the pattern can match at all: an unknown part may be any text.
 */
function matches(pattern: Token[], value: string[], possibly: boolean): boolean {
  const isFixed = !pattern.includes(ANY) && !value.includes(UNKNOWN_PART);
  if (isFixed && pattern.length !== value.length) return false;
  // Dynamic programming from the end, because backtracking would take exponential time. rest[at]: whether the tokens
  // after the current one match the value from `at` on.
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
