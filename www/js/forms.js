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
    const field = fieldOf({ ...member, transitive: member === tags && transitive }, `${operation}.${member.name}`, existing);
    if (field.element) placeFor(root, member.name).append(field.element);
    fields.set(member.name, field);
  }
  const form = { operation, read: () => read(fields), fill: (input) => fill(fields, input), mark: (faults) => mark(fields, faults) };
  form.useUpCode = () => fields.get("TokenCode")?.fill();
  form.focusOn = (name) => focusOn(fields.get(name));
  root.addEventListener("input", () => checkTouched(root, form, fields));
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
  const rows = fields.get("Tags")?.rows() ?? [];
  const staying = rows.filter((row) => row.stays() && row.read()).map((row) => row.read().Key);
  if (staying.length) input.TransitiveTagKeys = staying;
  return input;
}

/** Fills in an input; what it has not is emptied. */
function fill(fields, input) {
  for (const [name, field] of fields) {
    field.fill(input[name]);
    if (input[name] !== undefined) unfold(field);
  }
  for (const row of fields.get("Tags")?.rows() ?? []) row.stay(input.TransitiveTagKeys?.includes(row.read()?.Key));
}

/** Marks the fields that have faults, and no others. A fault of `Tags[2].Key` is shown at `Tags`. */
function mark(fields, faults) {
  for (const [name, field] of fields) {
    const fault = faults.find(({ member }) => nameOf(member) === name);
    field.mark(fault?.message);
    if (fault) unfold(field);
  }
}

/** Marks what is wrong with what was entered so far. What is still empty is not held against anybody. */
async function checkTouched(root, form, fields) {
  const input = form.read();
  const faults = await faultsOf(form.operation, input);
  for (const [name, field] of fields) {
    field.mark(name in input ? faults.find(({ member }) => nameOf(member) === name)?.message : undefined);
  }
}

function focusOn(field) {
  unfold(field);
  field.input.focus();
}

function unfold({ input }) {
  input.closest("details")?.setAttribute("open", "");
}

function nameOf(member) {
  return member.split(/[.[]/)[0];
}
