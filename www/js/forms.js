// A form for an STS operation, built from the model: its fields, their values and their violations.

import { operations } from "../sts-web/generated/operations.js";
import { validate } from "./call.js";
import { openSection } from "./dom.js";
import { createField } from "./fields.js";
import { checkInput } from "./input-check.js";
import { t } from "./strings.js";
import { messageFor } from "./violations.js";

/** @typedef {import("./call.js").OperationName} OperationName */
/** @typedef {import("./call.js").Violation} Violation */
/** @typedef {import("./fields.js").Field} Field */
/** @typedef {import("./fields.js").ListField} ListField */
/** @typedef {import("./fields.js").TextControl} TextControl */
/** @typedef {Map<string, Field>} Fields */
/** @typedef {Record<string, any>} Input */

/**
 * A form for an operation.
 *
 * @typedef {object} Form
 * @property {OperationName} operation
 * @property {() => Input} read
 * @property {(input: Input) => void} fill clears the fields that `input` does not have
 * @property {(violations: Violation[]) => void} mark marks the invalid fields, and no others
 * @property {(violations: Violation[]) => Violation[]} describe returns them with messages that have the labels
 * @property {(member: string) => void} focusOn
 * @property {() => void} clearMfaCode
 */

/**
 * Returns the model of an operation.
 *
 * @param {OperationName} operation
 */
export function modelOf(operation) {
  const model = operations.find(({ name }) => name === operation);
  if (!model) throw new Error(`The model has no operation ${operation}.`);
  return model;
}

/**
 * Returns the violations that only the page detects: a field contains a secret, or the role ARN is not one.
 *
 * @param {OperationName} operation
 * @param {Input} input
 * @param {{ endpoint?: string, secrets: string[] }} context
 * @returns {Violation[]}
 */
export function findViolations(operation, input, context) {
  const findings = checkInput(modelOf(operation).input, input, context);
  const messages = { secret: t("violation-secret"), "role-arn": t("violation-role-arn") };
  return findings.map(({ member, kind }) => ({ member, message: `${member} ${messages[kind]}` }));
}

/**
 * Adds the fields of an operation to `root`: each to the element that lists it in `data-members`, or to the one whose
 * `data-members` is `*`. An input whose `data-member` is the member's name is used for that member.
 *
 * @param {HTMLElement} root
 * @param {OperationName} operation
 * @returns {Form}
 */
export function createForm(root, operation) {
  const { input: members } = modelOf(operation);
  const hasTransitiveTags = members.some(({ name }) => name === "TransitiveTagKeys");
  /** @type {Fields} */
  const fields = new Map();
  for (const member of members) {
    // Whether a tag is transitive is chosen next to the tag.
    if (member.name === "TransitiveTagKeys") continue;
    const field = createField(
      { ...member, hasTransitiveTags: member.name === "Tags" && hasTransitiveTags },
      `${operation}.${member.name}`,
      /** @type {TextControl | null} */ (root.querySelector(`[data-member=${member.name}]`)),
    );
    if (field.element) parentFor(root, member.name)?.append(field.element);
    fields.set(member.name, field);
  }
  root.addEventListener("input", () => markWhileTyping(operation, fields));
  return {
    operation,
    read: () => read(fields),
    fill: (input) => fill(fields, input),
    mark: (violations) => mark(fields, violations),
    describe: (violations) => describe(fields, violations),
    focusOn: (member) => focusOn(fieldAt(fields, member)),
    clearMfaCode: () => fields.get("TokenCode")?.fill(),
  };
}

/**
 * @param {HTMLElement} root
 * @param {string} name
 */
function parentFor(root, name) {
  return root.querySelector(`[data-members~=${name}]`) ?? root.querySelector('[data-members="*"]');
}

/** @param {Fields} fields */
function read(fields) {
  /** @type {Input} */
  const input = {};
  for (const [name, field] of fields) {
    const value = field.read();
    if (value !== undefined) input[name] = value;
  }
  const rows = transitiveRows(fields);
  if (rows.length) input.TransitiveTagKeys = rows.map((row) => row.read().Key);
  return input;
}

/**
 * @param {Fields} fields
 * @param {Input} input
 */
function fill(fields, input) {
  for (const [name, field] of fields) {
    field.fill(input[name]);
    if (input[name] !== undefined) openSection(field.input);
  }
  for (const row of tagsField(fields)?.rows() ?? []) {
    if (row.transitive) row.transitive.checked = !!input.TransitiveTagKeys?.includes(row.read().Key);
  }
}

/**
 * Marks the fields that have violations, and opens the sections they are in unless `keepClosed` is set. Each field
 * shows its first violation.
 *
 * @param {Fields} fields
 * @param {Violation[]} violations
 */
function mark(fields, violations, keepClosed = false) {
  for (const field of fields.values()) field.mark();
  for (const { member, message } of describe(fields, violations).reverse()) {
    const field = fieldAt(fields, member);
    field.mark(message);
    if (!keepClosed) openSection(field.input);
  }
}

/**
 * Marks the invalid fields, except those that are still empty.
 *
 * @param {OperationName} operation
 * @param {Fields} fields
 */
async function markWhileTyping(operation, fields) {
  const input = read(fields);
  const secrets = findViolations(operation, { ...input, RoleArn: undefined }, { secrets: [] });
  const violations = [...secrets, ...(await validate(operation, input))];
  const entered = violations.filter(({ member }) => fieldAt(fields, member).read() !== undefined);
  mark(fields, entered, true);
}

/**
 * Returns the violations with messages that have the labels of the fields. An invalid transitive tag key is also an
 * invalid tag key, and is listed once.
 *
 * @param {Fields} fields
 * @param {Violation[]} violations
 * @returns {Violation[]}
 */
function describe(fields, violations) {
  const messages = new Map();
  for (const violation of violations) {
    const message = messageFor(fieldAt(fields, violation.member), violation);
    if (!messages.has(message)) messages.set(message, violation.member);
  }
  return [...messages].map(([message, member]) => ({ member, message }));
}

/**
 * Returns the field of a member such as `Tags[1].Key`, whose index starts at zero. If the list has no such row, returns
 * the field of the list.
 *
 * @param {Fields} fields
 * @param {string} member
 * @returns {Field}
 */
function fieldAt(fields, member) {
  const [name = "", ...path] = member.match(/\w+/g) ?? [];
  const tags = tagsField(fields);
  // A transitive tag key is entered in the field of the tag's key.
  if (name === "TransitiveTagKeys" && tags) return tags.cell(transitiveRows(fields)[Number(path[0])], "Key") ?? tags;
  const field = fields.get(name);
  if (!field) throw new Error(`The form has no field for ${member}.`);
  return field.part?.(path) ?? field;
}

/** @param {Fields} fields */
function tagsField(fields) {
  return /** @type {ListField | undefined} */ (fields.get("Tags"));
}

/** @param {Fields} fields */
function transitiveRows(fields) {
  return (
    tagsField(fields)
      ?.rows()
      .filter(({ transitive }) => transitive?.checked) ?? []
  );
}

/** @param {Field} field */
function focusOn({ input }) {
  openSection(input);
  input.focus();
}
