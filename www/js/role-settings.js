// The role's settings that are stored in this browser if the user chooses to. Never credentials, MFA codes or an external ID.

import { byId, inputById } from "./dom.js";

/** @typedef {import("./forms.js").Form} Form */

const STORAGE_KEY = "sts-web";
const MEMBERS = ["RoleArn", "RoleSessionName", "DurationSeconds", "SerialNumber"];

/**
 * Fills in the stored settings, and stores them from now on if the checkbox is checked.
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
  checkbox.addEventListener("change", () => (checkbox.checked ? store(form) : forgetRoleSettings()));
  byId("role").addEventListener("submit", () => {
    if (checkbox.checked) store(form);
  });
}

/** Removes the stored settings. */
export function forgetRoleSettings() {
  localStorage.removeItem(STORAGE_KEY);
  updateRememberCheckbox();
}

/** Checks the checkbox if settings are stored. */
export function updateRememberCheckbox() {
  inputById("remember").checked = !!readStored();
}

/** @param {Form} form */
function store(form) {
  const input = form.read();
  const role = Object.fromEntries(MEMBERS.map((name) => [name, input[name]]));
  localStorage.setItem(STORAGE_KEY, JSON.stringify({ role, region: inputById("region").value.trim() }));
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
