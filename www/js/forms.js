// A form for an operation, made from the model: its fields, what was entered, and what is wrong with it.

import { operations } from "../sts-web/generated/operations.js";
import { faultsOf } from "./call.js";
import { fieldOf } from "./fields.js";

/** The model of an operation. */
export function modelOf(operation) {
  return operations.find(({ name }) => name === operation);
}

/**
 * Puts the fields of an operation into `root`: each into the element whose `data-members` names it, or into the one
 * whose `data-members` is `*`. A member for which the page has an input, with `data-member`, uses that.
 */
export function formFor(root, operation) {
  const { input: members } = modelOf(operation);
  const tags = members.find(({ name }) => name === "Tags");
  const transitive = members.some(({ name }) => name === "TransitiveTagKeys");
  const fields = new Map();
  for (const member of members) {
    // Which tags stay is chosen beside each tag.
    if (member.name === "TransitiveTagKeys") continue;
    const existing = root.querySelector(`[data-member=${member.name}]`);
    const field = fieldOf(
      { ...member, transitive: member === tags && transitive },
      `${operation}.${member.name}`,
      existing,
    );
    if (field.element) placeFor(root, member.name).append(field.element);
    fields.set(member.name, field);
  }
  const form = {
    operation,
    read: () => read(fields),
    fill: (input) => fill(fields, input),
    mark: (faults) => mark(fields, faults),
  };
  form.useUpCode = () => fields.get("TokenCode")?.fill();
  form.focusOn = (member) => focusOn(fieldAt(fields, member));
  root.addEventListener("input", () => checkTouched(form, fields));
  return form;
}

function placeFor(root, name) {
  return root.querySelector(`[data-members~=${name}]`) ?? root.querySelector('[data-members="*"]');
}

function read(fields) {
  const input = {};
  for (const [name, field] of fields) {
    const value = field.read();
    if (value !== undefined) input[name] = value;
  }
  const rows = staying(fields);
  if (rows.length) input.TransitiveTagKeys = rows.map((row) => row.read().Key);
  return input;
}

/** The rows of the tags that stay in further roles. */
function staying(fields) {
  return (
    fields
      .get("Tags")
      ?.rows()
      .filter((row) => row.stays()) ?? []
  );
}

/** Fills in an input; what it has not is emptied. */
function fill(fields, input) {
  for (const [name, field] of fields) {
    field.fill(input[name]);
    if (input[name] !== undefined) unfold(field);
  }
  for (const row of fields.get("Tags")?.rows() ?? []) row.stay(input.TransitiveTagKeys?.includes(row.read().Key));
}

/** Marks the fields that have faults, and no others. Of a field's faults the first is told. */
function mark(fields, faults, folded) {
  for (const field of fields.values()) field.mark();
  for (const { member, message } of [...faults].reverse()) {
    const field = fieldAt(fields, member);
    field.mark(message);
    if (!folded) unfold(field);
  }
}

/** Marks what is wrong with what was entered so far. What is still empty is not held against anybody. */
async function checkTouched(form, fields) {
  const faults = await faultsOf(form.operation, form.read());
  mark(
    fields,
    faults.filter(({ member }) => fieldAt(fields, member).read() !== undefined),
    true,
  );
}

/** The field of `Tags[1].Key`, whose list counts from zero; the list's where that has no such row. */
function fieldAt(fields, member) {
  const [name, ...path] = member.match(/\w+/g);
  // A key that stays is entered as its tag's.
  if (name === "TransitiveTagKeys") return staying(fields)[path[0]]?.part() ?? fields.get("Tags");
  const field = fields.get(name);
  return field.part?.(path) ?? field;
}

function focusOn(field) {
  unfold(field);
  field.input.focus();
}

function unfold({ input }) {
  input.closest("details")?.setAttribute("open", "");
}
