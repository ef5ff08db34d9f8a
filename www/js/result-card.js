// The result of a call: a summary, and credentials with the time left and the export formats.
// Everything from a server is displayed as text, never as HTML.

import { switchRoleUrl } from "../sts-web/console.js";
import { exportCredentials } from "../sts-web/export.js";
import { identityOf } from "./arn.js";
import { showCountdown } from "./countdown.js";
import { buttonById, byId, make, selectById } from "./dom.js";
import { REDACTED, redactOutput } from "./redact.js";
import { nameOf } from "./sessions.js";
import { labelOf, t } from "./strings.js";

/** @typedef {import("../sts-web/export.js").ExportFormat} ExportFormat */
/** @typedef {import("./sessions.js").Session} Session */

/** The name of the downloaded file. @type {Record<ExportFormat, string>} */
const FILE_NAMES = {
  sh: "aws-credentials.sh",
  fish: "aws-credentials.fish",
  powershell: "aws-credentials.ps1",
  cmd: "aws-credentials.cmd",
  ini: "credentials",
  process: "credential-process.json",
  json: "credentials.json",
  env: "aws-credentials.env",
  docker: "aws-credentials.list",
  github: "aws-credentials-github.sh",
  terraform: "aws-credentials.tfvars",
  javascript: "aws-credentials.js",
};

/** Shown instead of a secret in exports. ASCII, because some formats cannot represent other characters. */
const REDACTED_IN_EXPORT = "********";

/**
 * The output that is shown, and the session that it created, if any.
 *
 * @type {{ output: any, session?: Session } | undefined}
 */
let shown;
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
export function showResult(title, summary, output, session) {
  shown = { output, session };
  byId("summary").textContent = summary;
  byId("credentials-card").hidden = !session;
  draw(false);
  drawSwitchRoleLink(session);
  drawExpiration();
  openOutcome(title, "result");
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
  for (const part of ["access-key-id", "secret-access-key", "session-token"]) byId(`result-${part}`).textContent = "";
  for (const id of ["summary", "export-text", "output-json", "expiration"]) byId(id).textContent = "";
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
  const { accessKeyId } = session.credentials;
  const redacted = { accessKeyId, secretAccessKey: REDACTED_IN_EXPORT, sessionToken: REDACTED_IN_EXPORT };
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
function exportText(session, credentials = session.credentials) {
  const profile = nameOf(session).replace(/[^\w.-]/g, "-");
  return exportCredentials({ ...credentials, expiration: session.expiration }, exportFormat(), { profile });
}

function exportFormat() {
  return /** @type {ExportFormat} */ (selectById("export-format").value);
}

/** Lists the members of an output, except the credentials. @param {Record<string, any>} output */
function drawMembers({ Credentials, ...members }) {
  const elements = Object.entries(members).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const values = valuesOf(name, value).map((text) => make("dd", {}, text));
    return [make("dt", {}, labelOf(name)), ...values];
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
  if (!shown?.session) return;
  revokeDownloadUrl();
  downloadUrl = URL.createObjectURL(new Blob([exportText(shown.session)], { type: "text/plain" }));
  make("a", { href: downloadUrl, download: FILE_NAMES[exportFormat()] }).click();
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
  const { kind, account, name } = identityOf(session?.arn ?? "");
  if (!session || kind !== "assumed-role") return;
  // Only the role's own ARN includes its path.
  const roleName = session.origin?.input.RoleArn?.replace(/.*?\//, "") ?? name;
  try {
    const href = switchRoleUrl({ account, roleName, displayName: name, region: session.region });
    const link = { id: "switch-role", className: "button", target: "_blank", rel: "noreferrer", href };
    byId("use-credentials").after(make("a", link, t("switch-role")));
  } catch {
    // The partition's console has no public address.
  }
}

/** Formats an output as the AWS CLI does: indented by four spaces, with `+00:00` in times. @param {object} output */
function asCliOutput(output) {
  const time = (/** @type {string} */ value) =>
    /^\d{4}-\d\d-\d\dT[\d:]+\.\d+Z$/.test(value) ? value.replace(/\.\d+Z$/, "+00:00") : value;
  return JSON.stringify(output, (_, value) => (typeof value === "string" ? time(value) : value), 4);
}
