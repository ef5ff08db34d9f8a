// Reads and fills the two forms.

import { words } from "./words.js";

const byId = (id) => document.getElementById(id);
const KEYS = {
  accessKeyId: "access-key-id",
  secretAccessKey: "secret-access-key",
  sessionToken: "session-token",
  region: "region",
  endpoint: "endpoint",
};

/** A mistake in a form that the page itself can tell, with what to do about it. */
export class FormError extends Error {
  constructor(message, { hint, field } = {}) {
    super(message);
    this.name = "FormError";
    this.hint = hint;
    this.field = field;
  }
}

/** The client's settings out of the keys' form. */
export function readKeys() {
  const value = (name) => byId(KEYS[name]).value.trim();
  const endpoint = value("endpoint");
  if (endpoint) checkAllowed(endpoint);
  return {
    region: value("region"),
    endpoint: endpoint || undefined,
    credentials: {
      accessKeyId: value("accessKeyId"),
      secretAccessKey: value("secretAccessKey"),
      sessionToken: value("sessionToken") || undefined,
    },
  };
}

/** Puts keys, and where given region and endpoint, into the form. */
export function fillKeys({ region, endpoint, ...credentials }) {
  const all = { sessionToken: "", ...credentials, ...(region && { region }), ...(endpoint && { endpoint }) };
  for (const [name, id] of Object.entries(KEYS)) if (name in all) byId(id).value = all[name] ?? "";
}

/** AssumeRole's input out of the role's form: what was left empty is left out. */
export function readRole() {
  const input = {};
  for (const field of document.querySelectorAll("#role [data-member]")) {
    if (field.value.trim()) input[field.dataset.member] = field.value.trim();
  }
  if (input.DurationSeconds !== undefined) {
    if (!/^\d+$/.test(input.DurationSeconds)) throw new FormError(words.durationNotANumber, { field: "DurationSeconds" });
    input.DurationSeconds = Number(input.DurationSeconds);
  }
  return input;
}

/** Puts a role's ARN and session name into the form. */
export function fillRole({ roleArn, roleSessionName }) {
  byId("role-arn").value = roleArn;
  byId("session-name").value = roleSessionName;
}

/** Empties both forms. */
export function clearForms() {
  byId("keys").reset();
  byId("role").reset();
}

/** Marks the fields of the role's form that have faults, and no others. */
export function markFaults(members) {
  for (const field of document.querySelectorAll("#role [data-member]")) {
    const wrong = members.includes(field.dataset.member);
    field.toggleAttribute("aria-invalid", wrong);
    if (wrong) {
      field.setAttribute("aria-invalid", "true");
      field.closest("details")?.setAttribute("open", "");
    }
  }
}

/** Refuses an endpoint that the page's own policy forbids: the browser would only call it a network error. */
function checkAllowed(endpoint) {
  let url;
  try {
    url = new URL(endpoint);
  } catch {
    throw new FormError(words.endpointNotAUrl);
  }
  const policy = document.querySelector("meta[http-equiv=Content-Security-Policy]").content;
  const allowed = policy.match(/connect-src ([^;]*)/)[1].split(" ");
  if (allowed.includes(url.origin) || url.origin === location.origin) return;
  throw new FormError(words.endpointNotAllowed(url.origin), { hint: words.endpointHint });
}
