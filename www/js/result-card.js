// The result of a call: a summary, and credentials with the time left and the export formats.
// Everything from a server is displayed as text, never as HTML.

import { showCountdown } from "./countdown.js";
import { buttonById, byId, inputById, make, selectById } from "./dom.js";
import { REDACTED, redactOutput } from "./redact.js";
import { nameOf, sessions } from "./sessions.js";
import { labelOf, t } from "./strings.js";

/** @typedef {import("../sts-web/export.js").ExportFormat} ExportFormat */
/** @typedef {import("./sessions.js").Session} Session */

/** Minimum packed policy size that is shown, in percent of the limit. */
const NEAR_LIMIT = 80;

/** Shown instead of a secret in exports. ASCII, because some formats cannot represent other characters. */
const REDACTED_IN_EXPORT = "********";

/**
 * The output that is shown, and the session that it created, if any.
 *
 * @type {{ output: any, session?: Session } | undefined}
 */
let shown;
/** Loaded with the first credentials. @type {typeof import("./exports.js") | undefined} */
let exporter;
/** The URL of the last download. @type {string | undefined} */
let downloadUrl;

/**
 * Shows the output of a call, and the credentials if it created a session.
 *
 * @param {string} title
 * @param {string} summary
 * @param {any} output
 * @param {Session} [session]
 */
export async function showResult(title, summary, output, session) {
  if (session) {
    exporter ??= await import("./exports.js").catch(() => undefined);
    // The session may have been forgotten in the meantime.
    if (!sessions.includes(session)) return;
    inputById("export-profile").value = nameOf(session).replace(/[^\w.-]/g, "-");
  }
  shown = { output, session };
  byId("summary").textContent = summary;
  byId("credentials-card").hidden = !session;
  draw(false);
  drawSwitchRoleLink(session);
  drawExpiration();
  openOutcome(title, "result");
}

/**
 * Moves the result or the failure below the part of the page that it belongs to, or beside it on a wide page.
 *
 * @param {"credentials" | "sessions" | "role"} place
 */
export function placeOutcome(place) {
  const outcome = byId("outcome");
  if (place === "credentials") byId("sessions").before(outcome);
  else byId(place === "role" ? "role-section" : place).after(outcome);
}

/**
 * Opens the result or the failure, and focuses its title.
 *
 * @param {string} title
 * @param {"result" | "failure"} part
 */
export function openOutcome(title, part) {
  byId("outcome").hidden = false;
  byId("failure").hidden = part !== "failure";
  byId("result").hidden = part !== "result";
  if (part === "failure") byId("reveal-result").hidden = true;
  byId("outcome-title").textContent = title;
  byId("outcome-title").focus();
}

/** Removes the result from the page. */
export function clearResult() {
  shown = undefined;
  revokeDownloadUrl();
  for (const element of document.querySelectorAll("#summary, #expiration, #result dd, #result pre"))
    element.textContent = "";
  inputById("export-profile").value = "";
  byId("output-members").replaceChildren();
  showCountdown(byId("countdown"));
  drawSwitchRoleLink();
  byId("outcome").hidden = true;
  byId("credentials-card").hidden = true;
}

/** Returns the session whose credentials are shown. */
export function shownSession() {
  return shown?.session;
}

/**
 * Shows the renewed credentials if the session is the one that is shown.
 *
 * @param {Session} session
 * @param {any} output
 */
export function updateResult(session, output) {
  if (shown?.session !== session) return;
  shown.output = output;
  draw(isRevealed());
  drawExpiration();
}

/**
 * Connects the buttons.
 *
 * @param {(text: string) => void} showStatus
 */
export function initResultCard(showStatus) {
  byId("reveal-result").addEventListener("click", () => draw(!isRevealed()));
  byId("export-format").addEventListener("change", () => draw(isRevealed()));
  byId("export-profile").addEventListener("input", () => draw(isRevealed()));
  byId("copy-export").addEventListener("click", () => {
    if (shown?.session) copyText(exportText(shown.session), showStatus);
  });
  byId("download-export").addEventListener("click", download);
}

/**
 * Copies a text to the clipboard.
 *
 * @param {string} text
 * @param {(text: string) => void} showStatus
 */
export async function copyText(text, showStatus) {
  try {
    await navigator.clipboard.writeText(text);
    showStatus(t("copied"));
  } catch {
    showStatus(t("copy-failed"));
  }
}

function isRevealed() {
  return byId("reveal-result").getAttribute("aria-pressed") === "true";
}

/** Draws the output, with its secrets or with placeholders. @param {boolean} reveal */
function draw(reveal) {
  if (!shown) return;
  const { $metadata, ...output } = shown.output;
  const redacted = redactOutput(output);
  const revealButton = byId("reveal-result");
  revealButton.setAttribute("aria-pressed", String(reveal));
  revealButton.textContent = t(reveal ? "hide-secrets" : "show-secrets");
  revealButton.hidden = JSON.stringify(redacted) === JSON.stringify(output);
  byId("output-json").textContent = asCliOutput(reveal ? output : redacted);
  drawMembers(reveal ? output : redacted);
  if (shown.session) drawCredentials(shown.session, reveal);
}

/**
 * @param {Session} session
 * @param {boolean} reveal
 */
function drawCredentials(session, reveal) {
  const { accessKeyId, secretAccessKey, sessionToken = "" } = session.credentials;
  byId("result-session-token").hidden = byId("label-session-token").hidden = !sessionToken;
  byId("result-access-key-id").textContent = accessKeyId;
  byId("result-secret-access-key").textContent = reveal ? secretAccessKey : REDACTED;
  byId("result-session-token").textContent = reveal ? sessionToken : REDACTED;
  drawExport(session, reveal);
}

function drawExpiration() {
  const session = shown?.session;
  showCountdown(byId("countdown"), session);
  const time = session?.expiration?.toLocaleString();
  byId("expiration").textContent = time ? t("expires-at", { time }) : "";
}

/**
 * Draws the export. It is redacted by exporting placeholders, because a format may escape the real values, and
 * replacing them in the text would then miss some.
 *
 * @param {Session} session
 * @param {boolean} reveal
 */
function drawExport(session, reveal) {
  const { accessKeyId, sessionToken } = session.credentials;
  const redacted = {
    accessKeyId,
    secretAccessKey: REDACTED_IN_EXPORT,
    sessionToken: sessionToken && REDACTED_IN_EXPORT,
  };
  byId("export-profile-field").hidden = exportFormat() !== "ini";
  let text = "";
  let error = "";
  try {
    text = exportText(session);
    if (!reveal) text = exportText(session, redacted);
  } catch (thrown) {
    error = /** @type {Error} */ (thrown).message;
  }
  byId("export-text").textContent = error || text;
  buttonById("copy-export").disabled = !!error;
  buttonById("download-export").disabled = !!error;
}

/** @param {Session} session */
function exportText({ credentials, expiration, region, endpoint }, shownCredentials = credentials) {
  if (!exporter) throw new Error(t("exports-unavailable"));
  const profile = inputById("export-profile").value.trim();
  return exporter.exportCredentials({ ...shownCredentials, expiration }, exportFormat(), { profile, region, endpoint });
}

function exportFormat() {
  return /** @type {ExportFormat} */ (selectById("export-format").value);
}

/** Lists the members of an output, except the credentials and what the summary says. @param {Record<string, any>} output */
function drawMembers({ Credentials, ...members }) {
  const summary = byId("summary").textContent?.split(/[,.:]*\s+|[.]$/);
  const elements = Object.entries(members).flatMap(([name, value]) => {
    if (value === undefined || (name === "PackedPolicySize" && value < NEAR_LIMIT)) return [];
    const values = valuesOf(name, value).filter((text) => !summary?.includes(text));
    return values.length ? [make("dt", {}, labelOf(name)), ...values.map((text) => make("dd", {}, text))] : [];
  });
  byId("output-members").replaceChildren(...elements);
}

/**
 * Returns the value of a member as strings, one for each part of a list or structure.
 *
 * @param {string} name
 * @param {any} value
 * @returns {string[]}
 */
function valuesOf(name, value) {
  if (name === "DecodedMessage") return [indentJson(value)];
  if (name === "PackedPolicySize") return [`${value} %`];
  if (value instanceof Date) return [value.toLocaleString()];
  if (typeof value !== "object") return [String(value)];
  return Object.values(value).map((part) =>
    typeof part === "object" ? Object.values(part).join(" · ") : String(part),
  );
}

/** Indents JSON, and returns other text unchanged. @param {string} text */
function indentJson(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** Downloads the export as a file that is created in the browser. */
function download() {
  if (!shown?.session || !exporter) return;
  revokeDownloadUrl();
  downloadUrl = URL.createObjectURL(new Blob([exportText(shown.session)], { type: "text/plain" }));
  make("a", { href: downloadUrl, download: exporter.FILE_NAMES[exportFormat()] }).click();
}

/** Called before the next download rather than right after one, because Safari reads the file after the click. */
function revokeDownloadUrl() {
  if (downloadUrl) URL.revokeObjectURL(downloadUrl);
  downloadUrl = undefined;
}

/**
 * Shows the link that switches to the role in the console, if the session is a role session.
 *
 * @param {Session} [session]
 */
function drawSwitchRoleLink(session) {
  byId("switch-role")?.remove();
  const href = session && exporter?.switchRoleLink(session);
  if (!href) return;
  const link = { id: "switch-role", className: "button", target: "_blank", rel: "noreferrer", href };
  byId("use-credentials").after(make("a", link, t("switch-role")));
}

/** Formats an output as the AWS CLI does: indented by four spaces, with `+00:00` in times. @param {object} output */
function asCliOutput(output) {
  const time = (/** @type {string} */ value) =>
    /^\d{4}-\d\d-\d\dT[\d:]+\.\d+Z$/.test(value) ? value.replace(/\.\d+Z$/, "+00:00") : value;
  return JSON.stringify(output, (_, value) => (typeof value === "string" ? time(value) : value), 4);
}
