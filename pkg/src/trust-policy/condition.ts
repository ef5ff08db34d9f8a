// Evaluates one condition (an operator, a key and its values) and explains the result.
//
// Source: IAM User Guide, "IAM JSON policy elements: Condition operators", "Set operators for multivalued context
// keys".

import { type Fact, type Lookup, UNKNOWN_PART } from "./keys.js";
import { every, not, some, type Truth } from "./logic.js";
import { equalsIgnoringCase, matchesArn, matchesString, type PatternOptions, readPattern } from "./pattern.js";
import type { Condition, Operator } from "./policy.js";
import type { CheckedAction, ConditionExplanation } from "./types.js";
import { includes, parseDate, parseNumber, parseRange } from "./values.js";

/** Evaluates a condition for `action`. `variables` is whether the policy's version supports policy variables. */
export function explainCondition(
  condition: Condition,
  lookup: Lookup,
  action: CheckedAction,
  variables: boolean,
): ConditionExplanation {
  const fact = lookup(condition.key, action);
  const variable = variables ? (key: string) => lookup(key, action) : undefined;
  const verdict = evaluate(condition, fact, variable);
  const { operator, key, values } = condition;
  return { operator, key, values, verdict, reason: reasonFor(condition, fact, verdict, variables) };
}

/** Returns whether the operator is true for values that do not match. */
export function isNegated(base: Operator): boolean {
  return base.includes("Not");
}

type Variable = PatternOptions["variable"];

function evaluate(condition: Condition, fact: Fact, variable: Variable): Truth {
  const { base, set, ifExists, values } = condition;
  if (fact.state === "unknown") return "unknown";
  if (base === "Null") {
    return values.some((value) => /^true$/i.test(value) === (fact.state === "absent"));
  }
  if (fact.state === "absent") {
    // The IAM User Guide does not say which takes precedence, ForAnyValue or IfExists.
    if (set === "ForAnyValue") return ifExists ? "unknown" : false;
    return set === "ForAllValues" || ifExists || isNegated(base);
  }
  const holds = (actual: string): Truth => {
    const matched = some(values.map((value) => compare(base, value, actual, variable)));
    return isNegated(base) ? not(matched) : matched;
  };
  const results = fact.values.map(holds);
  if (set === "ForAnyValue") return some(results);
  // ForAllValues treats an empty string as a missing value, so one that does not match is unknown rather than false.
  if (set === "ForAllValues")
    return every(results.map((result, index) => (fact.values[index] ? result : result || "unknown")));
  // How several values are compared without a set operator is not documented.
  return every(results) === some(results) ? every(results) : "unknown";
}

function compare(base: Operator, value: string, actual: string, variable: Variable): Truth {
  const kind = base.replace("Not", "");
  const pattern = (wildcards: boolean) => readPattern(value, { wildcards, ...(variable && { variable }) });
  if (kind === "StringEquals") return matchesString(pattern(false), actual);
  if (kind === "StringEqualsIgnoreCase") return equalsIgnoringCase(pattern(false), actual);
  if (kind === "StringLike") return matchesString(pattern(true), actual);
  if (kind === "ArnEquals" || kind === "ArnLike") return matchesArn(pattern(true), actual);
  if (kind.startsWith("Numeric")) return inOrder(kind, parseNumber(actual), parseNumber(value));
  if (kind.startsWith("Date")) return inOrder(kind, parseDate(actual), parseDate(value));
  if (kind === "Bool") return /^(true|false)$/i.test(actual) ? value.toLowerCase() === actual.toLowerCase() : "unknown";
  if (kind === "IpAddress") {
    const [range, address] = [parseRange(value), parseRange(actual)];
    return range && address?.prefix === address?.bits.length ? includes(range, address!) : "unknown";
  }
  // BinaryEquals: STS has no binary condition keys.
  return "unknown";
}

function inOrder(kind: string, actual: number | undefined, value: number | undefined): Truth {
  if (actual === undefined || value === undefined) return "unknown";
  if (kind.endsWith("LessThan")) return actual < value;
  if (kind.endsWith("LessThanEquals")) return actual <= value;
  if (kind.endsWith("GreaterThan")) return actual > value;
  if (kind.endsWith("GreaterThanEquals")) return actual >= value;
  return actual === value;
}

function reasonFor(condition: Condition, fact: Fact, verdict: Truth, variables: boolean): string {
  const { key, operator, base, values } = condition;
  if (fact.state === "unknown") return `${key} is not known here: ${fact.why}.`;
  if (base === "Null") return `${key} is ${fact.state === "absent" ? "not in the request" : "in the request"}.`;
  if (fact.state === "absent") {
    if (verdict === "unknown")
      return `${key} is not in the request, and how ${operator} treats that is not documented.`;
    return `${key} is not in the request, ${verdict ? "which satisfies" : "which does not satisfy"} ${operator}.`;
  }
  const actual = `${key} is ${quoted(fact.values)}`;
  const wanted = `${values.length > 1 ? "any of " : ""}${quoted(values)}`;
  if (verdict === "unknown") return `${actual}; whether that satisfies ${operator} ${wanted} is not known here.`;
  if (verdict) return `${actual}, which satisfies ${operator} ${wanted}.`;
  return `${actual}, which does not satisfy ${operator} ${wanted}.${advice(condition, fact.values, variables)}`;
}

/** Returns advice if a value looks right but does not match, or an empty string. */
function advice({ base, values }: Condition, actual: string[], variables: boolean): string {
  if (isNegated(base)) return "";
  if (!variables && values.some((value) => value.includes("${"))) {
    return " Policy variables require Version 2012-10-17; without it they are compared as text.";
  }
  if (base === "StringEquals" && values.some((value) => /[*?]/.test(value))) {
    return " StringEquals compares * and ? literally; use StringLike for wildcards.";
  }
  if (base.startsWith("Arn") && values.some((value) => value.split(":").length < 6)) {
    return " ARN operators compare each part between colons separately, so a wildcard does not span colons.";
  }
  const otherCase = values.some((value) => actual.some((one) => one.toLowerCase() === value.toLowerCase()));
  return base.startsWith("String") && otherCase ? ` ${base} is case-sensitive.` : "";
}

function quoted(values: string[]): string {
  return values.map((value) => JSON.stringify(value.replaceAll(UNKNOWN_PART, "…"))).join(", ");
}
