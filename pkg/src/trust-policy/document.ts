// Finds the trust policy in its input: JSON, URL-encoded JSON as the IAM API returns it, or the output of
// `aws iam get-role`.
//
// Source: IAM API Reference, "GetRole" and "Role".

import { describeJsonError } from "./json-error.js";
import type { PolicyViolation } from "./types.js";

/** The policy's JSON, not validated yet, and the ARN of its role. */
export interface Document {
  policy: unknown;
  /** Set if the input was the output of get-role. */
  roleArn?: string;
}

/** Maximum length of the input, in characters. */
const MAX_LENGTH = 100_000;
/** Maximum length of the policy itself. IAM stores less, not counting white space. It also bounds the time that a check takes. */
const MAX_POLICY_LENGTH = 10_000;
/** Maximum number of nested layers, such as URL-encoded JSON in the output of get-role in a JSON string. */
const MAX_LAYERS = 5;

/** The beginning of what `aws iam get-role` prints as text or as a table. */
const CLI_OUTPUT = /^(?:ROLE\t|[\d-]{10}\r?\nSTATEMENT\t|-{5,}\r?\n\|)/;
/** The beginning of YAML: comments, the start of a document or a list, then a name. The policy may be in a template. */
const YAML = /^(?:#.*\n\s*|---\s+|- )*[A-Za-z]\w*:\s/;
/** What contains a trust policy in JSON, by one of its names, and what to paste instead. */
const CONTAINERS = {
  Roles: "This is a list of roles: paste the output of `aws iam get-role` for one of them.",
  Resources: "This is a template: paste only the role's AssumeRolePolicyDocument, or the output of `aws iam get-role`.",
  Properties: "This is a resource: paste only its AssumeRolePolicyDocument, or the output of `aws iam get-role`.",
  PolicyVersion: "This is a managed policy, not a role's trust policy: paste the output of `aws iam get-role`.",
};
const STRING = /"(?:[^"\\]|\\.)*"/g;
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}:]/g;

/** Returns the policy as plain JSON values, or a violation. */
export function readDocument(input: unknown): Document | PolicyViolation {
  let document: unknown = input;
  let roleArn: string | undefined;
  for (let layer = 0; layer < MAX_LAYERS; layer++) {
    if (typeof document === "string") {
      const parsed = parse(document);
      if ("message" in parsed) return { path: "", message: parsed.message };
      document = parsed.json;
      continue;
    }
    if (layer === 0) document = toPlainJson(document);
    if (!isObject(document)) break;
    const role = isObject(document["Role"]) ? document["Role"] : document;
    const container = Object.entries(CONTAINERS).find(([name]) => name in role);
    if (container && !("Statement" in role)) return { path: "", message: container[1] };
    if (!("AssumeRolePolicyDocument" in role)) break;
    if (typeof role["Arn"] === "string") roleArn = role["Arn"];
    document = role["AssumeRolePolicyDocument"];
  }
  if (compactLength(document) > MAX_POLICY_LENGTH) {
    const message = `The policy is too long: IAM stores none of more than ${MAX_POLICY_LENGTH} characters.`;
    return { path: "", message };
  }
  return { policy: document, ...(roleArn !== undefined && { roleArn }) };
}

/** The length without white space; infinite if the policy is nested too deeply for any use. */
function compactLength(policy: unknown): number {
  try {
    return JSON.stringify(policy)?.length ?? 0;
  } catch {
    return Infinity;
  }
}

/** Returns whether a value is an object, and neither null nor a list. */
export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Returns a copy of plain JSON values, without getters or prototypes; undefined if there is none. */
function toPlainJson(value: unknown): unknown {
  try {
    return JSON.parse(JSON.stringify(value) ?? "null");
  } catch {
    return undefined;
  }
}

function parse(text: string): { json: unknown } | { message: string } {
  if (text.length > MAX_LENGTH) return { message: "The text is too long for a trust policy." };
  const pasted = text.replace(/^\uFEFF/, "").trimEnd();
  let json = pasted.trimStart();
  if (json === "") return { message: "The policy is empty: paste a role's trust policy." };
  try {
    if (json.startsWith("%")) json = decodeURIComponent(json);
  } catch {
    return { message: "The policy looks URL-encoded, but cannot be decoded: part of it may be missing." };
  }
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    if (CLI_OUTPUT.test(json))
      return { message: "The policy is not JSON. Add `--output json` to the command of the AWS CLI." };
    if (YAML.test(json)) {
      return { message: "The policy is YAML: convert it to JSON, or use `aws iam get-role` with `--output json`." };
    }
    return { message: `The policy is not valid JSON. ${describeJsonError(pasted.endsWith(json) ? pasted : json)}` };
  }
  const number = json
    .replace(STRING, "")
    .match(/-?\d[\d.eE+-]*/g)
    ?.find((digits) => String(Number(digits)) !== digits);
  if (number !== undefined) return { message: `${number} would be read as ${Number(number)}: write it in quotes.` };
  const duplicate = duplicateName(json);
  if (duplicate === undefined) return { json: value };
  return {
    message: `${JSON.stringify(duplicate)} appears twice in one object: IAM rejects that, and JSON parsers keep only one.`,
  };
}

/** Returns the first name that appears twice in one object of valid JSON. `JSON.parse` silently keeps the last one. */
function duplicateName(json: string): string | undefined {
  const open: Set<string>[] = [];
  let text = "";
  for (const [token] of json.matchAll(TOKEN)) {
    if (token === "{") open.push(new Set());
    else if (token === "}") open.pop();
    else if (token !== ":") text = token;
    else {
      const name = JSON.parse(text) as string;
      if (open.at(-1)?.has(name)) return name;
      open.at(-1)?.add(name);
    }
  }
  return undefined;
}
