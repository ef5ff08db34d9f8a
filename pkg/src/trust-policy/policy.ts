// Parses and validates a trust policy: the part of the IAM policy language that a trust policy can use.
//
// Sources: IAM User Guide, "Grammar of the IAM JSON policy language", "IAM JSON policy elements: Condition operators",
// "AWS JSON policy elements: Principal" and "NotPrincipal".

import { lowercase, parsePrincipalArn } from "./arn.js";
import { isObject } from "./document.js";
import type { PolicyViolation } from "./types.js";
import { parseDate, parseNumber, parseRange } from "./values.js";

/** A valid trust policy. */
export interface Policy {
  /** Whether `${…}` is a policy variable, which requires Version 2012-10-17. */
  variables: boolean;
  statements: Statement[];
}

/** One statement of a policy. */
export interface Statement {
  /** Position in the policy, counted from 1. */
  number: number;
  sid?: string;
  effect: "Allow" | "Deny";
  principals: Principal[];
  actions: string[];
  /** Whether `actions` come from `NotAction`. */
  notAction: boolean;
  conditions: Condition[];
}

/** One principal of a statement. */
export interface Principal {
  type: "AWS" | "Federated" | "Service";
  value: string;
}

/** One key under one operator of a statement's `Condition`. */
export interface Condition {
  /** The operator as the policy has it, e.g. `ForAnyValue:StringLike`. */
  operator: string;
  base: Operator;
  set?: "ForAllValues" | "ForAnyValue";
  ifExists: boolean;
  key: string;
  values: string[];
}

/** A condition operator without the prefix `ForAllValues:` or `ForAnyValue:` and the suffix `IfExists`. */
export type Operator = (typeof OPERATORS)[number];

const OPERATORS = [
  "StringEquals",
  "StringNotEquals",
  "StringEqualsIgnoreCase",
  "StringNotEqualsIgnoreCase",
  "StringLike",
  "StringNotLike",
  "NumericEquals",
  "NumericNotEquals",
  "NumericLessThan",
  "NumericLessThanEquals",
  "NumericGreaterThan",
  "NumericGreaterThanEquals",
  "DateEquals",
  "DateNotEquals",
  "DateLessThan",
  "DateLessThanEquals",
  "DateGreaterThan",
  "DateGreaterThanEquals",
  "Bool",
  "BinaryEquals",
  "IpAddress",
  "NotIpAddress",
  "ArnEquals",
  "ArnNotEquals",
  "ArnLike",
  "ArnNotLike",
  "Null",
] as const;

/** Parses and validates a policy of plain JSON values. If there are violations, the policy must not be used. */
export function parsePolicy(json: unknown): { policy: Policy; violations: PolicyViolation[] } {
  const reader = new Reader();
  return { policy: reader.policy(json), violations: reader.violations };
}

class Reader {
  readonly violations: PolicyViolation[] = [];

  policy(json: unknown): Policy {
    const policy: Policy = { variables: false, statements: [] };
    if (!isObject(json)) {
      this.#reject("", `The policy is ${nameOf(json)}; it must be a JSON object with a Statement.`);
      return policy;
    }
    this.#names(json, ["Version", "Id", "Statement"], "");
    const version = json["Version"];
    if (version !== undefined && version !== "2012-10-17" && version !== "2008-10-17") {
      this.#reject("Version", "Version must be 2012-10-17, or 2008-10-17 for older policies.");
    }
    if (json["Id"] !== undefined && typeof json["Id"] !== "string") this.#reject("Id", "Id must be a string.");
    policy.variables = version === "2012-10-17";
    const listed = json["Statement"];
    const statements = Array.isArray(listed) ? listed : [listed];
    if (statements.length === 0)
      this.#reject("Statement", "The policy has no statement, so no one can assume the role.");
    policy.statements = statements.flatMap((statement, index) => {
      const path = Array.isArray(listed) ? `Statement[${index}]` : "Statement";
      return this.#statement(statement, index + 1, path) ?? [];
    });
    const sids = policy.statements.flatMap(({ sid }) => sid ?? []);
    const twice = sids.find((sid, index) => sids.indexOf(sid) !== index);
    if (twice !== undefined) this.#reject("Statement", `Two statements have the Sid ${JSON.stringify(twice)}.`);
    return policy;
  }

  #statement(json: unknown, number: number, path: string): Statement | undefined {
    if (!isObject(json)) {
      this.#reject(path, `The statement is ${nameOf(json)}; it must be a JSON object.`);
      return undefined;
    }
    for (const name of ["Resource", "NotResource"]) {
      if (name in json) this.#reject(`${path}.${name}`, `A trust policy has no ${name}: the role is the resource.`);
    }
    const names = ["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Condition"];
    this.#names(json, [...names, "Resource", "NotResource"], path);
    const { Sid: sid, Effect: effect } = json;
    if (sid !== undefined && typeof sid !== "string") this.#reject(`${path}.Sid`, "Sid must be a string.");
    if (effect !== "Allow" && effect !== "Deny") {
      this.#reject(`${path}.Effect`, `Effect must be exactly "Allow" or "Deny".`);
    }
    return {
      number,
      ...(typeof sid === "string" && sid !== "" && { sid }),
      effect: effect === "Allow" ? "Allow" : "Deny",
      principals: this.#principals(json, path),
      ...this.#actions(json, path),
      conditions: this.#conditions(json["Condition"], `${path}.Condition`),
    };
  }

  #principals(statement: Record<string, unknown>, path: string): Principal[] {
    if ("NotPrincipal" in statement) {
      const advice = "use Principal, or a Deny with a condition on aws:PrincipalArn.";
      this.#reject(`${path}.NotPrincipal`, `IAM does not accept NotPrincipal in a role's trust policy: ${advice}`);
      return [];
    }
    path += ".Principal";
    const element = statement["Principal"];
    if (element === "*") return [{ type: "AWS", value: "*" }];
    if (!isObject(element) || Object.keys(element).length === 0) {
      const forms = `{ "AWS": "…" }, { "Federated": "…" }, { "Service": "…" } or "*"`;
      this.#reject(path, `Principal is ${nameOf(element)}; it must be one of ${forms}.`);
      return [];
    }
    this.#names(element, ["AWS", "Federated", "Service"], path);
    return Object.entries(element).flatMap(([type, listed]) =>
      this.#strings(listed, `${path}.${type}`).map((value) => {
        if (type === "AWS" && !isAwsPrincipal(value)) {
          const forms = "a 12-digit account ID, or the ARN of an account's root, a user, a role or a session";
          this.#reject(`${path}.AWS`, `${JSON.stringify(value)} is not a principal. It must be ${forms}.`);
        } else if (!/^[!-~]+$/.test(value)) {
          this.#reject(`${path}.${type}`, `${JSON.stringify(value)} has characters that are not valid in a principal.`);
        }
        return { type: type as Principal["type"], value };
      }),
    );
  }

  #actions(statement: Record<string, unknown>, path: string): Pick<Statement, "actions" | "notAction"> {
    const notAction = "NotAction" in statement;
    const name = notAction ? "NotAction" : "Action";
    if (notAction && "Action" in statement) this.#reject(path, "A statement has Action or NotAction, not both.");
    const actions = this.#strings(statement[name], `${path}.${name}`);
    for (const action of actions.filter((action) => action !== "*" && !/^sts:[\w*?]+$/i.test(action))) {
      const message = `${JSON.stringify(action)} is not an action of STS; a trust policy accepts no other actions.`;
      this.#reject(`${path}.${name}`, message);
    }
    return { actions, notAction };
  }

  #conditions(block: unknown, path: string): Condition[] {
    if (block === undefined) return [];
    if (!isObject(block)) {
      this.#reject(
        path,
        `Condition is ${nameOf(block)}; it must be an object: { "StringEquals": { "key": "value" } }.`,
      );
      return [];
    }
    return Object.entries(block).flatMap(([operator, keys]) => {
      const parsed = parseOperator(operator);
      const here = `${path}.${operator}`;
      if (!parsed) this.#reject(here, unknownOperator(operator));
      if (!isObject(keys)) this.#reject(here, `${operator} has ${nameOf(keys)}; it must have { "key": "value" }.`);
      else if (Object.keys(keys).length === 0) this.#reject(here, `${operator} has no condition key.`);
      else if (parsed) return this.#keys(operator, parsed, keys, here);
      return [];
    });
  }

  #keys(operator: string, parsed: ParsedOperator, keys: Record<string, unknown>, path: string): Condition[] {
    const seen = new Set<string>();
    return Object.entries(keys).map(([key, listed]) => {
      const here = `${path}.${key}`;
      if (seen.has(lowercase(key))) this.#reject(here, `${key} appears twice under ${operator}, in different case.`);
      seen.add(lowercase(key));
      // Only tag keys may have non-ASCII letters and inner spaces.
      const form = /\/.*tag\//i.test(`/${key}`) ? /^[!-~]+tag\/\S(.*\S)?$/i : /^[!-~]+:[!-~]+$/;
      if (!form.test(key)) this.#reject(here, `${JSON.stringify(key)} is not a condition key.`);
      const values = this.#strings(listed, here, { decimals: isNumeric(parsed.base) });
      for (const value of values) {
        const wrong = wrongValue(parsed.base, value);
        if (wrong) this.#reject(here, `${JSON.stringify(value)} under ${operator} ${wrong}`);
      }
      return { operator, ...parsed, key, values };
    });
  }

  /**
   * Reads a string or a list of strings. With `scalars`, also booleans, integers and, with `decimals`, other numbers.
   */
  #strings(value: unknown, path: string, scalars?: { decimals: boolean }): string[] {
    const values = Array.isArray(value) ? value : [value];
    if (values.length === 0) this.#reject(path, "The list is empty, so nothing can match.");
    return values.flatMap((value) => {
      if (typeof value === "string") return value;
      const scalar = scalars && (typeof value === "boolean" || typeof value === "number");
      if (scalar && (typeof value === "boolean" || Number.isSafeInteger(value) || scalars.decimals))
        return String(value);
      const advice = scalar ? "write it in quotes" : "it must be a string or a list of strings";
      this.#reject(
        path,
        value === undefined ? "It is missing; it is required." : `It has ${nameOf(value)}; ${advice}.`,
      );
      return [];
    });
  }

  #names(json: Record<string, unknown>, known: string[], path: string): void {
    for (const name of Object.keys(json).filter((name) => !known.includes(name))) {
      const singular = (one: string) => lowercase(one).replace(/s$/, "");
      const meant = known.find((other) => singular(other) === singular(name));
      const advice = meant ? `did you mean ${meant}?` : `it must be one of ${known.join(", ")}.`;
      this.#reject(
        path ? `${path}.${name}` : name,
        `${JSON.stringify(name)} is not an element of a trust policy; ${advice}`,
      );
    }
  }

  #reject(path: string, message: string): void {
    this.violations.push({ path, message });
  }
}

type ParsedOperator = Pick<Condition, "base" | "set" | "ifExists">;

function parseOperator(operator: string): ParsedOperator | undefined {
  const parts = /^(?:(ForAllValues|ForAnyValue):)?(\w+?)(IfExists)?$/.exec(operator);
  const base = OPERATORS.find((known) => known === parts?.[2]);
  if (!parts || !base || (base === "Null" && (parts[1] || parts[3]))) return undefined;
  return { base, ifExists: parts[3] !== undefined, ...(parts[1] && { set: parts[1] as "ForAllValues" }) };
}

function unknownOperator(operator: string): string {
  const plain = lowercase(operator)
    .replace(/^.*:/, "")
    .replace(/ifexists$/, "");
  const meant = OPERATORS.find((known) => lowercase(known) === plain);
  if (meant === "Null") return "Null does not accept ForAllValues:, ForAnyValue: or IfExists.";
  const advice = meant
    ? `write ${meant}; ForAllValues:, ForAnyValue: and IfExists are case-sensitive`
    : "check the spelling";
  return `${JSON.stringify(operator)} is not a condition operator: ${advice}.`;
}

function isNumeric(base: Operator): boolean {
  return base.startsWith("Numeric");
}

/** Returns why a value is invalid for an operator, as the end of a sentence; `undefined` if it is valid. */
function wrongValue(base: Operator, value: string): string | undefined {
  const range = base.endsWith("IpAddress");
  if (isNumeric(base) && parseNumber(value) === undefined) return "is not a number.";
  if (base.startsWith("Date") && parseDate(value) === undefined) return "is not a date such as 2026-01-31T12:00:00Z.";
  if (range && !parseRange(value)) return "is not an IP address or a range such as 203.0.113.0/24.";
  const boolean = base === "Bool" || base === "Null";
  return boolean && !/^(true|false)$/i.test(value) ? `is neither "true" nor "false".` : undefined;
}

/** Accepts what IAM can save, and also ARNs with wildcards: people paste those, and get an explanation. */
function isAwsPrincipal(value: string): boolean {
  const deleted = /^A(ID|RO)A[A-Z0-9]{12,125}$/;
  return (
    value === "*" || /^\d{12}$/.test(value) || deleted.test(value) || isWildcardArn(value) || !!parsePrincipalArn(value)
  );
}

/** Returns whether the value is an ARN that contains a wildcard. */
export function isWildcardArn(value: string): boolean {
  return /^arn:[!-~]+$/.test(value) && /[*?]/.test(value);
}

function nameOf(value: unknown): string {
  if (value === undefined) return "missing";
  if (value === null) return "null";
  if (value === "") return "an empty string";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}
