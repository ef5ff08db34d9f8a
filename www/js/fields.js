// One field for each kind of member that the model has: what a person enters, as STS takes it.
//
// A field has `element`, `read()`, which gives undefined where nothing was entered, `fill(value)`, and `mark(message)`,
// which says what is wrong, or with no message what the limits are. One of several parts has `part(path)`, the part at a path.

import { make } from "./dom.js";
import { say, span } from "./strings.js";

/** The field of a member. `element` is the input that the page has for it already, if it has one. */
export function fieldOf(member, id, element) {
  if (member.kind === "list") return listField(member, id);
  if (member.kind === "structure") return structureField(member, id);
  return simpleField(member, id, element);
}

/** A member's name as words: `RoleSessionName` is `Role session name`. */
export function wordsOf(name) {
  const words = name
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1 $2")
    .split(" ");
  const word = (one, index) => {
    if (/^Arns?$/i.test(one)) return one.replace(/arn/i, "ARN");
    return index === 0 ? one[0].toUpperCase() + one.slice(1) : /^[A-Z]+$/.test(one) ? one : one.toLowerCase();
  };
  return words.map(word).join(" ");
}

/** What the model says of a member or an operation. */
export const inPlain = ({ documentation }) => documentation.replaceAll("`", "");

function aboutOf(member) {
  return make("p", { className: "about" }, inPlain(member));
}

function simpleField(member, id, existing) {
  const input = existing ?? inputFor(member, id);
  const limit = existing?.closest(".field").querySelector(".limit") ?? make("p", { className: "limit" });
  limit.id = `${id}-limit`;
  input.setAttribute("aria-describedby", limit.id);
  const field = {
    element: existing ? undefined : labelled(member, input, limit),
    name: member.name,
    input,
    read: () => valueOf(member, input.value),
    fill(value) {
      input.value = value ?? "";
      field.mark();
    },
    mark(message) {
      if (message) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
      limit.textContent = message ?? limitOf(member, input.value);
    },
  };
  field.mark();
  return field;
}

function inputFor(member, id) {
  const long = member.name === "Policy" || member.max > 4096;
  const input = make(long && !member.sensitive ? "textarea" : "input", { id, autocomplete: "off", spellcheck: false });
  input.setAttribute("autocapitalize", "none");
  input.className = "key";
  input.required = member.required;
  if (member.kind === "integer" || member.name === "TokenCode") input.inputMode = "numeric";
  // A code of an MFA device works once, and is read from another screen.
  if (member.sensitive && member.name !== "TokenCode") input.type = "password";
  return input;
}

function labelled(member, input, limit) {
  const label = make("label", { htmlFor: input.id }, wordsOf(member.name));
  if (!member.required) label.append(" ", make("span", { className: "optional" }, say("optional")));
  return make(
    "div",
    { className: "field" },
    label,
    aboutOf(member),
    input.type === "password" ? withReveal(input, member) : input,
    limit,
  );
}

function withReveal(input, member) {
  const forReaders = make("span", { className: "for-reader" }, ` ${wordsOf(member.name)}`);
  const button = make("button", { type: "button", className: "reveal" }, say("show"), forReaders);
  button.dataset.reveals = input.id;
  button.setAttribute("aria-pressed", "false");
  return make("div", { className: "secret" }, input, button);
}

function valueOf({ kind }, entered) {
  const text = entered.trim();
  if (!text) return undefined;
  return kind === "integer" && /^\d{1,9}$/.test(text) ? Number(text) : text;
}

/** The limits, and how far what was entered fills them. */
function limitOf({ kind, min, max, name, unit }, entered) {
  const text = entered.trim();
  if (kind === "integer") {
    if (text && unit === "seconds" && /^\d{1,9}$/.test(text)) return span(Number(text));
    return max ? say("limit-number", { min: min ?? 0, max, unit: unit ?? "" }) : "";
  }
  const json = name === "Policy" && text ? ` ${checkJson(text)}` : "";
  if (max === undefined) return json.trim();
  const length = [...text].length;
  if (length) return say("limit-filled", { length, max }) + json;
  return min === max ? say("limit-exact", { max }) : say("limit-text", { min: min ?? 0, max });
}

/** What is wrong with a session policy that can be seen from here. */
function checkJson(text) {
  let policy;
  try {
    policy = JSON.parse(text);
  } catch (error) {
    return say("policy-not-json", { why: error.message });
  }
  if (!policy?.Version || !policy.Statement) return say("policy-incomplete");
  if ([policy.Statement].flat().some((statement) => statement?.Principal)) return say("policy-principal");
  return say("policy-json");
}

/** Rows that can be added and removed. */
function listField(member, id) {
  const rows = make("div", { className: "rows" });
  const limit = make("p", { className: "limit" });
  const fields = [];
  let count = 0;
  const add = (value) => {
    const row = rowOf(member, `${id}.${++count}`);
    const remove = make("button", { type: "button", className: "remove" }, say("remove"));
    const line = make("div", { className: "row" }, ...row.elements, remove);
    remove.addEventListener("click", () => {
      fields.splice(fields.indexOf(row), 1);
      line.remove();
      button.focus();
      rows.dispatchEvent(new Event("input", { bubbles: true }));
    });
    fields.push(row);
    rows.append(line);
    if (value !== undefined) row.fill(value);
    return row;
  };
  const button = make(
    "button",
    { type: "button" },
    say("add", { what: wordsOf(member.name).toLowerCase().replace("arn", "ARN") }),
  );
  button.id = `${id}-add`;
  button.addEventListener("click", () => add().part().input.focus());
  const legend = make("legend", {}, wordsOf(member.name), " ");
  if (!member.required) legend.append(make("span", { className: "optional" }, say("optional")));
  const most = member.maxItems ? say("limit-items", { max: member.maxItems }) : "";
  const field = {
    element: make("fieldset", { id }, legend, aboutOf(member), rows, button, limit),
    // Those that are sent, and counted in faults: without the empty ones.
    rows: () => fields.filter((row) => row.read()),
    part: ([index, name]) => field.rows()[index]?.part(name),
    read: () => nonEmpty(field.rows().map((row) => row.read())),
    fill(values) {
      fields.length = 0;
      rows.replaceChildren();
      for (const value of values ?? []) add(value);
      field.mark();
    },
    mark(message) {
      limit.textContent = message ?? most;
      limit.classList.toggle("fault", !!message);
      if (!message) fields.forEach((row) => row.mark());
    },
    input: button,
  };
  field.mark();
  return field;
}

/** One element of a list. */
function rowOf(member, id) {
  const cells = (member.members ?? [member]).map((one) => cellOf(one, `${id}.${one.name}`));
  const staying = member.transitive && make("input", { type: "checkbox", id: `${id}.stays` });
  const elements = cells.map(({ input }) => input.parentNode);
  if (staying) elements.push(make("label", { className: "choice", htmlFor: staying.id }, staying, say("transitive")));
  return {
    elements,
    stays: () => !!staying?.checked,
    stay(stays) {
      if (staying) staying.checked = stays;
    },
    part: (name) => among(cells, name),
    mark: () => cells.forEach((cell) => cell.mark()),
    read() {
      const values = cells.map((cell) => cell.read());
      if (values.every((value) => !value)) return undefined;
      if (!member.members) return values[0];
      // A tag's value may be empty; it is there all the same.
      return Object.fromEntries(cells.map(({ name }, index) => [name, values[index] ?? ""]));
    },
    fill: (value) => cells.forEach((cell) => cell.fill(member.members ? value[cell.name] : value)),
  };
}

/** A field of a row, which has no room for a label. */
function cellOf(member, id) {
  const input = inputFor({ ...member, required: false }, id);
  input.placeholder = wordsOf(member.name);
  input.setAttribute("aria-label", input.placeholder);
  make("div", { className: "field" }, input, make("p", { className: "limit" }));
  return simpleField(member, id, input);
}

/** The field with a name, or the first. */
function among(fields, name) {
  return fields.find((field) => field.name === name) ?? fields[0];
}

/** A structure of texts, as the one of AssumeRoot. */
function structureField(member, id) {
  const inner = member.members.map((one) => fieldOf({ ...one, required: member.required }, `${id}.${one.name}`));
  return {
    element: make(
      "fieldset",
      { id },
      make("legend", {}, wordsOf(member.name)),
      aboutOf(member),
      ...inner.map((one) => one.element),
    ),
    input: inner[0].input,
    read() {
      const values = member.members.map((one, index) => [one.name, inner[index].read()]);
      const entered = values.filter(([, value]) => value !== undefined);
      return entered.length ? Object.fromEntries(entered) : undefined;
    },
    fill: (value) => member.members.forEach((one, index) => inner[index].fill(value?.[one.name])),
    part: ([name]) => among(inner, name),
    mark: () => inner.forEach((one) => one.mark()),
  };
}

function nonEmpty(list) {
  return list.length ? list : undefined;
}
