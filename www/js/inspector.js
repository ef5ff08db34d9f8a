// "What was sent": every call of this page, step by step, as AWS's page on signing explains them.

import { byId, make } from "./dom.js";
import { hideValues } from "./redact.js";
import { copy } from "./result-card.js";
import { curlOf, expectedIn, sideBySide, stepsOf } from "./signing-steps.js";
import { say } from "./strings.js";

const KEPT = 20;

/** What was sent, or only signed; the newest first. Each is a record of `call.js` with the secrets to hide in it. */
const records = [];
let shown;
let shows = false;

/** Adds a call that is about to be made, with the keys that sign it. */
export function addRecord(record, credentials) {
  record.secrets = [credentials?.secretAccessKey, credentials?.sessionToken];
  records.unshift(record);
  records.length = Math.min(records.length, KEPT);
}

/** Shows the newest call. One that never came to be sent or signed is left out. */
export function showNewest() {
  for (const record of records.filter(({ attempts }) => attempts.length === 0))
    records.splice(records.indexOf(record), 1);
  if (!records.length) return clearSent();
  byId("sent").hidden = false;
  byId("record").replaceChildren(...records.map((record) => make("option", { record, textContent: nameOf(record) })));
  shown = records[0];
  draw();
}

/** Brings what was signed into view, with the focus. */
export function focusSent() {
  byId("sent-title").focus();
}

/** Forgets the calls in which one of these secret keys is, or which it signed. */
export function forgetCalls(secrets) {
  const holds = (record) => secrets.some((secret) => JSON.stringify(record).includes(secret));
  for (const record of records.filter(holds)) records.splice(records.indexOf(record), 1);
  showNewest();
}

/** Forgets every call. */
export function clearSent() {
  records.length = 0;
  shown = undefined;
  shows = false;
  byId("sent").hidden = true;
  for (const id of ["record", "steps", "compared"]) byId(id).replaceChildren();
  byId("curl").textContent = "";
}

/** What the buttons of the inspector do. `news` says a short thing beside them. */
export function startSent(news) {
  byId("record").addEventListener("change", () => {
    shown = byId("record").selectedOptions[0].record;
    draw();
  });
  byId("reveal-sent").addEventListener("click", () => {
    shows = !shows;
    draw();
  });
  byId("copy-curl").addEventListener("click", () => copy(curlOf(last(), { shows: true }), news));
}

function last() {
  return shown.attempts.at(-1);
}

function nameOf({ operation, at, attempts }) {
  const { status, sent } = attempts.at(-1);
  const result = sent ? (status ? `HTTP ${status}` : say("no-answer")) : say("only-signed");
  return `${at.toLocaleTimeString()}  ${operation}  ${result}`;
}

function draw() {
  if (!shown) return;
  byId("reveal-sent").setAttribute("aria-pressed", String(shows));
  byId("reveal-sent").textContent = say(shows ? "hide-secrets" : "show-secrets");
  const hiding = { shows, secrets: shown.secrets };
  const offset = Math.round((shown.clockOffset ?? 0) / 1000);
  byId("attempts").textContent = [
    shown.attempts.length > 1 ? say("attempts", { count: shown.attempts.length }) : "",
    offset ? say("clock-corrected", { seconds: offset }) : "",
  ].join(" ");
  byId("steps").replaceChildren(...stepsOf(last(), hiding).map(([word, text]) => step(word, text)));
  byId("curl").textContent = curlOf(last(), hiding);
  drawCompared(hiding);
}

function step(word, text) {
  const about = make("p", { className: "about" }, say(`${word}-about`));
  const pre = make("pre", { tabIndex: 0, textContent: text });
  pre.setAttribute("aria-label", say(word));
  return make("details", {}, make("summary", {}, say(word)), about, pre);
}

/** Where the server tells the canonical request that it expected: ours beside it, and where they part. */
function drawCompared({ secrets }) {
  const theirs = expectedIn(shown.error?.message);
  const ours = last().canonicalRequest;
  const place = byId("compared");
  place.replaceChildren();
  if (!theirs || !ours) return;
  const hide = (text) => (shows ? text : hideValues(text, secrets));
  const { pairs, first } = sideBySide(hide(ours), hide(theirs));
  const verdict = first
    ? say("first-difference", { line: first.line + 1, column: first.column + 1 })
    : say("no-difference");
  const cell = (text, index) =>
    make("td", {}, ...(index === first?.line ? marked(text ?? "", first.column) : [text ?? ""]));
  const rows = pairs.map((pair, index) => make("tr", {}, ...pair.map((text) => cell(text, index))));
  const head = make("tr", {}, ...["ours", "theirs"].map((word) => make("th", { scope: "col" }, say(word))));
  const table = make("table", {}, make("caption", {}, verdict), make("thead", {}, head), make("tbody", {}, ...rows));
  place.append(make("h3", {}, say("compared")), table);
}

function marked(text, column) {
  return [text.slice(0, column), make("mark", {}, text.slice(column) || "∅")];
}
