// Stores the role's settings in this browser if the user chooses to, after a successful call. Never stores credentials,
// MFA codes or an external ID.

import { inputById } from "./dom.js";

/** @typedef {import("./forms.js").Form} Form */
/** @typedef {{ role: Record<string, any>, region: string }} RoleSettings */

const STORAGE_KEY = "sts-web";
const MEMBERS = ["RoleArn", "RoleSessionName", "DurationSeconds", "SerialNumber"];

/** The settings of the last call that succeeded. @type {RoleSettings | undefined} */
let succeeded;

/**
 * Fills in the stored settings.
 *
 * @param {Form} form
 */
export function initRoleSettings(form) {
  const checkbox = inputById("remember");
  const settings = readStored();
  if (settings) {
    inputById("region").value = settings.region;
    form.fill(settings.role);
  }
  updateRememberCheckbox();
  checkbox.addEventListener("change", () => {
    if (checkbox.checked) store();
    else localStorage.removeItem(STORAGE_KEY);
  });
  // Another window has stored or removed them.
  addEventListener("storage", () => {
    checkbox.checked = !!readStored();
  });
}

/**
 * Stores the settings of a successful call if the checkbox is checked, or once it is.
 *
 * @param {Record<string, any>} input
 * @param {string} region
 */
export function rememberRole(input, region) {
  succeeded = { role: Object.fromEntries(MEMBERS.map((name) => [name, input[name]])), region };
  if (inputById("remember").checked) store();
}

/** Removes the stored settings. */
export function forgetRoleSettings() {
  localStorage.removeItem(STORAGE_KEY);
  updateRememberCheckbox();
}

/** Forgets the settings of the last call, and checks the checkbox if settings are stored. */
export function updateRememberCheckbox() {
  succeeded = undefined;
  inputById("remember").checked = !!readStored();
}

/** Stores the settings. If the browser blocks storage, or it is full, the checkbox shows that they are not stored. */
function store() {
  try {
    if (succeeded) localStorage.setItem(STORAGE_KEY, JSON.stringify(succeeded));
  } catch {
    updateRememberCheckbox();
  }
}

/** Returns the stored settings, or undefined if there are none or if something else was stored. */
function readStored() {
  try {
    const { role, region } = JSON.parse(localStorage.getItem(STORAGE_KEY) ?? "");
    const valid = MEMBERS.filter((name) => ["string", "number"].includes(typeof role[name]));
    return { role: Object.fromEntries(valid.map((name) => [name, role[name]])), region: String(region) };
  } catch {
    return undefined;
  }
}
