// Puts results and errors on the page. Only ever as text: what a server says is never read as HTML.

import { markFaults } from "./forms.js";
import { words } from "./words.js";

const byId = (id) => document.getElementById(id);

/** Shows an answer in words and as the AWS CLI prints it; `exports` for keys. Focus goes to it. */
export function showResult(title, inWords, output, exports) {
  markFaults([]);
  open(title, "result");
  byId("in-words").textContent = inWords;
  byId("answer").textContent = asCliPrints(output);
  byId("got-keys").hidden = !exports;
  byId("exports").textContent = exports ?? "";
  byId("copied").textContent = "";
}

/** Shows an error in words, with its code, hint and request id. Focus goes to it. */
export function showError(error) {
  const faults = error.faults ?? [];
  markFaults(error.field ? [error.field] : faults.map((fault) => fault.member));
  open(words.failed, "error");
  byId("error-message").textContent = faults.length ? words.faults(faults.length) : error.message;
  byId("error-faults").replaceChildren(...faults.map((fault) => item(fault.message)));
  byId("error-hint").textContent = error.hint ?? "";
  const { httpStatusCode, requestId } = error.$metadata ?? {};
  byId("error-facts").textContent = words.facts(error.name, httpStatusCode, requestId);
}

/** Takes everything that was shown off the page. */
export function clearNews() {
  for (const id of ["answer", "exports", "in-words", "error-message", "error-hint", "error-facts"]) byId(id).textContent = "";
  byId("error-faults").replaceChildren();
  byId("news").hidden = true;
  markFaults([]);
}

/** Says a short thing beside the copy button, for readers of the screen too. */
export function say(text) {
  byId("copied").textContent = text;
}

function open(title, part) {
  byId("news").hidden = false;
  byId("error").hidden = part !== "error";
  byId("result").hidden = part !== "result";
  byId("news-title").textContent = title;
  byId("news-title").focus();
}

function item(text) {
  const item = document.createElement("li");
  item.textContent = text;
  return item;
}

/** Four spaces, and times with +00:00. */
function asCliPrints({ $metadata, ...output }) {
  const time = (date) => date.toISOString().replace(/\.\d+Z$/, "+00:00");
  const plain = (value) => {
    if (value instanceof Date) return time(value);
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, plain(member)]));
  };
  return JSON.stringify(plain(output), null, 4);
}
