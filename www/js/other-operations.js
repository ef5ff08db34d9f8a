// The form "Other STS operations": one for every operation without a dedicated form.

import { operations } from "../sts-web/generated/operations.js";
import { byId, make, selectById } from "./dom.js";
import { plainDescription } from "./fields.js";
import { createForm, modelOf } from "./forms.js";

/** @typedef {import("./call.js").OperationName} OperationName */

const names = operations.map(({ name }) => name).filter((name) => !["AssumeRole", "GetCallerIdentity"].includes(name));
byId("operation").append(...names.map((name) => make("option", { textContent: name })));
byId("operation").addEventListener("change", () => openOtherOperation(selectedOperation()));

let form = createOtherForm(selectedOperation());

/** Returns the form of the selected operation. */
export function otherForm() {
  return form;
}

/**
 * Opens a new form for an operation, and returns it.
 *
 * @param {OperationName} operation
 */
export function openOtherOperation(operation) {
  byId("other-operations").setAttribute("open", "");
  form = createOtherForm(operation);
  return form;
}

/** Clears the form and collapses it. */
export function resetOtherOperation() {
  byId("other-operations").removeAttribute("open");
  form = createOtherForm(selectedOperation());
}

function selectedOperation() {
  return /** @type {OperationName} */ (selectById("operation").value);
}

/** @param {OperationName} operation */
function createOtherForm(operation) {
  selectById("operation").value = operation;
  byId("operation-description").textContent = plainDescription(modelOf(operation));
  const fields = make("div");
  fields.dataset.members = "*";
  // A new root for each form, so that the event listeners of the previous form are gone.
  const root = make("div", {}, fields);
  byId("operation-fields").replaceChildren(root);
  return createForm(root, operation);
}
