// "Request details": each request, step by step, in the order of AWS's documentation on signing.

import { byId, make, makeTextFigure, selectById } from "./dom.js";
import { redactValues } from "./redact.js";
import { copyText } from "./result-card.js";
import { compareLines, curlCommand, expectedCanonicalRequest, signingSteps } from "./signing-steps.js";
import { t } from "./strings.js";

/** @typedef {import("./call.js").CallRecord} CallRecord */
/** @typedef {import("./call.js").Credentials} Credentials */
/** @typedef {HTMLOptionElement & { record: CallRecord }} RecordOption */

const MAX_RECORDS = 20;

/** The calls that were sent or only signed, latest first. @type {CallRecord[]} */
const records = [];
/** @type {CallRecord | undefined} */
let shownRecord;
let secretsRevealed = false;

/**
 * Adds a call before it is made, with the credentials that sign it.
 *
 * @param {CallRecord} record
 * @param {Credentials} [credentials]
 */
export function addRecord(record, credentials) {
  record.secrets = [credentials?.secretAccessKey, credentials?.sessionToken];
  records.unshift(record);
  records.length = Math.min(records.length, MAX_RECORDS);
}

/** Shows the latest call. Calls that were neither sent nor signed are removed. */
export function showLatest() {
  removeRecords(({ attempts }) => attempts.length === 0);
  if (!records.length) return clearInspector();
  byId("request-details").hidden = false;
  byId("request").replaceChildren(
    ...records.map((record) => Object.assign(make("option", { textContent: titleOf(record) }), { record })),
  );
  shownRecord = records[0];
  draw();
}

/** Scrolls to the request details and focuses them. */
export function focusInspector() {
  byId("request-details-title").focus();
}

/**
 * Removes the calls that contain one of these secrets, or were signed with one.
 *
 * @param {string[]} secrets
 */
export function forgetRecords(secrets) {
  removeRecords((record) => secrets.some((secret) => JSON.stringify(record).includes(secret)));
  showLatest();
}

/** Removes every call. */
export function clearInspector() {
  records.length = 0;
  shownRecord = undefined;
  secretsRevealed = false;
  byId("request-details").hidden = true;
  for (const id of ["request", "signing-steps", "comparison"]) byId(id).replaceChildren();
  byId("curl").textContent = "";
}

/**
 * Connects the buttons.
 *
 * @param {(text: string) => void} showStatus
 */
export function initInspector(showStatus) {
  byId("request").addEventListener("change", () => {
    shownRecord = /** @type {RecordOption} */ (selectById("request").selectedOptions[0]).record;
    draw();
  });
  byId("reveal-request").addEventListener("click", () => {
    secretsRevealed = !secretsRevealed;
    draw();
  });
  byId("copy-curl").addEventListener("click", () => {
    if (shownRecord) copyText(curlCommand(lastAttempt(shownRecord), { reveal: true, secrets: [] }), showStatus);
  });
}

/** @param {(record: CallRecord) => boolean} condition */
function removeRecords(condition) {
  for (const record of records.filter(condition)) records.splice(records.indexOf(record), 1);
}

/** @param {CallRecord} record */
function lastAttempt({ attempts }) {
  return attempts[attempts.length - 1];
}

/** @param {CallRecord} record */
function titleOf(record) {
  const { status, sent } = lastAttempt(record);
  const result = sent ? (status ? `HTTP ${status}` : t("no-response")) : t("signed-only");
  return `${record.startedAt.toLocaleTimeString()}  ${record.operation}  ${result}`;
}

function draw() {
  if (!shownRecord) return;
  byId("reveal-request").setAttribute("aria-pressed", String(secretsRevealed));
  byId("reveal-request").textContent = t(secretsRevealed ? "hide-secrets" : "show-secrets");
  const redaction = { reveal: secretsRevealed, secrets: shownRecord.secrets ?? [] };
  const attempt = lastAttempt(shownRecord);
  byId("request-notes").textContent = notesOn(shownRecord);
  byId("signing-steps").replaceChildren(...signingSteps(attempt, redaction).map(([key, text]) => step(key, text)));
  byId("curl").textContent = curlCommand(attempt, redaction);
  drawComparison(shownRecord, redaction);
}

/** @param {CallRecord} record */
function notesOn({ attempts, clockOffset = 0 }) {
  const seconds = Math.round(clockOffset / 1000);
  return [
    attempts.length > 1 ? t("attempts", { count: attempts.length }) : "",
    seconds ? t("clock-corrected", { seconds }) : "",
  ].join(" ");
}

/**
 * @param {string} key
 * @param {string} text
 */
function step(key, text) {
  const description = make("p", { className: "description" }, t(`${key}-description`));
  return make("details", {}, make("summary", {}, t(key)), description, makeTextFigure(t(key), text));
}

/**
 * If the error message includes the canonical request that the server expected, shows it next to ours, with the first
 * difference marked.
 *
 * @param {CallRecord} record
 * @param {{ reveal: boolean, secrets: (string | undefined)[] }} redaction
 */
function drawComparison(record, { reveal, secrets }) {
  const container = byId("comparison");
  container.replaceChildren();
  const expected = expectedCanonicalRequest(record.error?.message);
  const { canonicalRequest } = lastAttempt(record);
  if (!expected || !canonicalRequest) return;
  const shown = (/** @type {string} */ text) => (reveal ? text : redactValues(text, secrets));
  const { pairs, difference } = compareLines(shown(canonicalRequest), shown(expected));
  const verdict = difference
    ? t("comparison-difference", { line: difference.line + 1, column: difference.column + 1 })
    : t("comparison-equal");
  const rows = pairs.map((pair, line) => {
    const column = line === difference?.line ? difference.column : undefined;
    return make("tr", {}, ...pair.map((text = "") => make("td", {}, ...markedFrom(text, column))));
  });
  const titles = ["comparison-local", "comparison-server"].map((key) => make("th", { scope: "col" }, t(key)));
  const head = make("thead", {}, make("tr", {}, ...titles));
  const table = make("table", {}, make("caption", {}, verdict), head, make("tbody", {}, ...rows));
  container.append(make("h3", {}, t("comparison")), table);
}

/**
 * @param {string} text
 * @param {number} [column]
 */
function markedFrom(text, column) {
  if (column === undefined) return [text];
  return [text.slice(0, column), make("mark", {}, text.slice(column) || "∅")];
}
