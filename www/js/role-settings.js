// What is kept in this browser if the person says so: a role's settings. Never keys, codes or an external id.

import { byId } from "./dom.js";

const STORED = "sts-web";
const MEMBERS = ["RoleArn", "RoleSessionName", "DurationSeconds", "SerialNumber"];

/** Fills in what was remembered, and remembers from now on where that was chosen. */
export function startRemembering(form) {
  const box = byId("remember");
  const kept = stored();
  if (kept) {
    showRemembered();
    byId("region").value = kept.region;
    form.fill(kept.role);
  }
  box.addEventListener("change", () => (box.checked ? remember(form) : forgetRemembered()));
  byId("role").addEventListener("submit", () => box.checked && remember(form));
}

/** Takes it out of the browser. */
export function forgetRemembered() {
  localStorage.removeItem(STORED);
  showRemembered();
}

/** Says by the box whether something is remembered. */
export function showRemembered() {
  byId("remember").checked = !!stored();
}

function remember(form) {
  const entered = form.read();
  const role = Object.fromEntries(MEMBERS.map((name) => [name, entered[name]]));
  localStorage.setItem(STORED, JSON.stringify({ role, region: byId("region").value.trim() }));
}

/** What is stored, if it is what this page stores. */
function stored() {
  try {
    const { role, region } = JSON.parse(localStorage.getItem(STORED));
    const texts = MEMBERS.filter((name) => ["string", "number"].includes(typeof role[name]));
    return { role: Object.fromEntries(texts.map((name) => [name, role[name]])), region: String(region) };
  } catch {
    return undefined;
  }
}
