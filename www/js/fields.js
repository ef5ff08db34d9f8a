// The form fields, one for each kind of member in the model. A field converts text to a value of the input.

import { formatDuration } from "./countdown.js";
import { make, makeButton } from "./dom.js";
import { addLabelOf, labelOf, t } from "./strings.js";

/** @typedef {import("../sts-web/generated/operations.js").MemberModel} MemberModel */
/** @typedef {MemberModel & { hasTransitiveTags?: boolean }} Member */
/** @typedef {HTMLInputElement | HTMLTextAreaElement} TextControl */

/**
 * A field of a form.
 *
 * @typedef {object} Field
 * @property {Member} member
 * @property {string} label the displayed label
 * @property {HTMLElement} [element] to add to the form, unless the input is already on the page
 * @property {HTMLElement} input receives the focus
 * @property {() => any} read returns the value, or undefined if the field is empty
 * @property {(value?: any) => void} fill
 * @property {(message?: string) => void} mark shows a violation's message, or a description of the value
 * @property {(path: string[]) => Field | undefined} [part] returns the field at a path in this one
 */

/**
 * A field for a list.
 *
 * @typedef {Field & { rows: () => Row[], cell: (row: Row | undefined, name?: string) => Field | undefined }} ListField
 */

/**
 * An element of a list.
 *
 * @typedef {object} Row
 * @property {HTMLElement[]} elements
 * @property {Field[]} cells
 * @property {() => any} read
 * @property {(value: any) => void} fill
 * @property {HTMLInputElement} [transitive] the checkbox of a tag that is kept in role chaining
 */

/**
 * Creates the field of a member.
 *
 * @param {Member} member
 * @param {string} id
 * @param {TextControl | null} [existing] the input, if it is already on the page
 * @returns {Field}
 */
export function createField(member, id, existing) {
  if (member.kind === "list") return listField(member, id);
  if (member.kind === "structure") return structureField(member, id);
  return textField(member, id, existing);
}

/**
 * Returns the model's description of a member or an operation, as plain text.
 *
 * @param {{ documentation: string }} described
 */
export const plainDescription = ({ documentation }) => documentation.replaceAll("`", "");

/**
 * @param {Member} member
 * @param {string} id
 * @param {TextControl | null} [existing]
 * @returns {Field}
 */
function textField(member, id, existing) {
  const input = existing ?? createInput(member, id);
  const limit =
    /** @type {HTMLElement | null | undefined} */ (existing?.closest(".field")?.querySelector(".limit")) ??
    make("p", { className: "limit" });
  limit.id = `${id}-limit`;
  input.setAttribute("aria-describedby", limit.id);
  /** @type {Field} */
  const field = {
    member,
    label: labelOf(member.name),
    element: existing ? undefined : withLabel(member, input, limit),
    input,
    read: () => parse(member, input.value),
    fill(value) {
      input.value = value ?? "";
      field.mark();
    },
    mark(message) {
      if (message) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
      limit.textContent = message ?? limitText(member, input.value);
    },
  };
  field.mark();
  return field;
}

/**
 * @param {Member} member
 * @param {string} id
 * @returns {TextControl}
 */
function createInput(member, id) {
  const isLong = member.kind !== "integer" && (member.name === "Policy" || (member.max ?? 0) > 4096);
  const input = make(isLong && !member.sensitive ? "textarea" : "input", {
    id,
    autocomplete: "off",
    spellcheck: false,
    className: "mono",
    required: !!member.required,
  });
  input.setAttribute("autocapitalize", "none");
  if (member.kind === "integer" || member.name === "TokenCode") input.inputMode = "numeric";
  // An MFA code works only once and is read from another screen, so it is not hidden.
  if (member.sensitive && member.name !== "TokenCode") input.setAttribute("type", "password");
  return input;
}

/**
 * @param {Member} member
 * @param {TextControl} input
 * @param {HTMLElement} limit
 */
function withLabel(member, input, limit) {
  const label = make("label", { htmlFor: input.id }, labelOf(member.name));
  if (!member.required) label.append(" ", optional());
  const control = input.type === "password" ? withRevealButton(input, member) : input;
  return make("div", { className: "field" }, label, description(member), control, limit);
}

/** @param {Member} member */
function description(member) {
  return make("p", { className: "description" }, plainDescription(member));
}

function optional() {
  return make("span", { className: "optional" }, t("optional"));
}

/**
 * @param {TextControl} input
 * @param {Member} member
 */
function withRevealButton(input, member) {
  const name = make("span", { className: "visually-hidden" }, ` ${labelOf(member.name)}`);
  const button = make("button", { type: "button", className: "reveal" }, t("show"), name);
  button.dataset.reveals = input.id;
  button.setAttribute("aria-pressed", "false");
  return make("div", { className: "secret" }, input, button);
}

/**
 * @param {Member} member
 * @param {string} entered
 */
function parse({ kind }, entered) {
  const text = entered.trim();
  if (!text) return undefined;
  return kind === "integer" && isNumber(text) ? Number(text) : text;
}

/** A limit is shown if the value has reached this fraction of it. */
const NEAR_LIMIT = 0.8;

/** @param {string} text */
const isNumber = (text) => /^\d{1,9}$/.test(text);

/**
 * Describes a value: a duration in units, whether a policy is valid, and the limit if the value is near it. A violation is
 * described by its message.
 *
 * @param {Member} member
 * @param {string} entered
 */
function limitText({ kind, max = Infinity, name, unit }, entered) {
  const text = entered.trim();
  if (kind === "integer") return unit === "seconds" && isNumber(text) ? formatDuration(Number(text)) : "";
  const policy = name === "Policy" && text ? checkPolicy(text) : "";
  const length = [...text].length;
  // A value of a fixed length, such as an MFA code, is near no limit.
  return length < max * NEAR_LIMIT || max < 20 ? policy : `${t("limit-used", { length, max })} ${policy}`.trim();
}

/**
 * Validates a session policy as far as the page can, and returns a message.
 *
 * @param {string} text
 */
function checkPolicy(text) {
  let policy;
  try {
    policy = JSON.parse(text);
  } catch (error) {
    return t("policy-not-json", { reason: /** @type {Error} */ (error).message });
  }
  if (!policy?.Version || !policy.Statement) return t("policy-incomplete");
  if ([policy.Statement].flat().some((statement) => statement?.Principal)) return t("policy-principal");
  return t("policy-valid");
}

/**
 * Creates the field of a list: rows that can be added and removed.
 *
 * @param {Member} member
 * @param {string} id
 * @returns {ListField}
 */
function listField(member, id) {
  const rowElements = make("div", { className: "rows" });
  const limit = make("p", { className: "limit" });
  const { maxItems = Infinity } = member;
  /** @type {Row[]} */
  const rows = [];
  let rowCount = 0;
  /** @param {any} [value] */
  const addRow = (value) => {
    rowCount += 1;
    const row = createRow(member, `${id}.${rowCount}`);
    const removeButton = makeButton(
      t("remove"),
      () => {
        rows.splice(rows.indexOf(row), 1);
        element.remove();
        addButton.focus();
        rowElements.dispatchEvent(new Event("input", { bubbles: true }));
      },
      "remove",
    );
    const element = make("div", { className: "row" }, ...row.elements, removeButton);
    rows.push(row);
    rowElements.append(element);
    if (value !== undefined) row.fill(value);
    return row;
  };
  const addButton = makeButton(addLabelOf(member.name), () => addRow().cells[0].input.focus());
  addButton.id = `${id}-add`;
  const legend = make("legend", {}, labelOf(member.name), " ");
  if (!member.required) legend.append(optional());
  /** @type {ListField} */
  const field = {
    member,
    label: labelOf(member.name),
    element: make("fieldset", { id }, legend, description(member), rowElements, addButton, limit),
    input: addButton,
    // Empty rows are not sent, so they are not counted in the paths of violations.
    rows: () => rows.filter((row) => row.read()),
    cell(row, name) {
      if (!row) return undefined;
      const cell = partNamed(row.cells, name);
      return { ...cell, label: `${cell.label} ${rows.indexOf(row) + 1}` };
    },
    part: ([index, name]) => field.cell(field.rows()[Number(index)], name),
    read() {
      const values = field.rows().map((row) => row.read());
      return values.length ? values : undefined;
    },
    fill(values) {
      rows.length = 0;
      rowElements.replaceChildren();
      for (const value of values ?? []) addRow(value);
      field.mark();
    },
    mark(message) {
      limit.textContent = message ?? (rows.length < maxItems * NEAR_LIMIT ? "" : t("limit-items", { max: maxItems }));
      limit.classList.toggle("invalid", !!message);
      if (!message) for (const { cells } of rows) for (const cell of cells) cell.mark();
    },
  };
  field.mark();
  return field;
}

/**
 * @param {Member} member
 * @param {string} id
 * @returns {Row}
 */
function createRow(member, id) {
  const cells = (member.members ?? [member]).map((part) => createCell(part, `${id}.${part.name}`));
  const elements = cells.map(({ input }) => /** @type {HTMLElement} */ (input.parentNode));
  /** @type {HTMLInputElement | undefined} */
  let transitive;
  if (member.hasTransitiveTags) {
    transitive = make("input", { type: "checkbox", id: `${id}.transitive` });
    elements.push(make("label", { className: "checkbox", htmlFor: transitive.id }, transitive, t("transitive")));
  }
  return {
    elements,
    cells,
    transitive,
    read() {
      const values = cells.map((cell) => cell.read());
      if (values.every((value) => !value)) return undefined;
      if (!member.members) return values[0];
      // A tag can have an empty value.
      return Object.fromEntries(cells.map(({ member }, index) => [member.name, values[index] ?? ""]));
    },
    fill(value) {
      for (const cell of cells) cell.fill(member.members ? value[cell.member.name] : value);
    },
  };
}

/**
 * Creates a field in a row, which has a placeholder instead of a visible label.
 *
 * @param {Member} member
 * @param {string} id
 */
function createCell(member, id) {
  const input = createInput({ ...member, required: undefined }, id);
  input.placeholder = labelOf(member.name);
  input.setAttribute("aria-label", input.placeholder);
  make("div", { className: "field" }, input, make("p", { className: "limit" }));
  return textField(member, id, input);
}

/**
 * Creates the field of a structure of text members, such as TaskPolicyArn of AssumeRoot.
 *
 * @param {Member} member
 * @param {string} id
 * @returns {Field}
 */
function structureField(member, id) {
  const { members = [], required } = member;
  const parts = members.map((part) => createField({ ...part, required }, `${id}.${part.name}`));
  const legend = make("legend", {}, labelOf(member.name));
  const elements = parts.flatMap(({ element }) => element ?? []);
  return {
    member,
    label: labelOf(member.name),
    element: make("fieldset", { id }, legend, description(member), ...elements),
    input: parts[0].input,
    read() {
      const values = parts.map((part) => [part.member.name, part.read()]).filter(([, value]) => value !== undefined);
      return values.length ? Object.fromEntries(values) : undefined;
    },
    fill(value) {
      for (const part of parts) part.fill(value?.[part.member.name]);
    },
    mark() {
      for (const part of parts) part.mark();
    },
    part: ([name]) => partNamed(parts, name),
  };
}

/**
 * Returns the field with a name, or the first one.
 *
 * @param {Field[]} fields
 * @param {string} [name]
 */
function partNamed(fields, name) {
  return fields.find(({ member }) => member.name === name) ?? fields[0];
}
