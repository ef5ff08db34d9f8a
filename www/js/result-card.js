// "What you got": an answer in words, its keys with the time they have, and every form to take them along in.
// Only ever as text: what a server says is never read as HTML.

import { switchRoleUrl } from "../sts-web/console.js";
import { exportCredentials } from "../sts-web/export.js";
import { identityOf } from "./arn.js";
import { byId, make } from "./dom.js";
import { wordsOf } from "./fields.js";
import { HIDDEN, hideInOutput } from "./redact.js";
import { leftInWords } from "./session-list.js";
import { nameOf, timeLeft } from "./sessions.js";
import { say } from "./strings.js";

const FILES = {
  sh: "aws-keys.sh",
  fish: "aws-keys.fish",
  powershell: "aws-keys.ps1",
  cmd: "aws-keys.cmd",
  ini: "credentials",
  process: "credential-process.json",
  json: "credentials.json",
};

/** In place of a secret where a shell must be able to write it. */
const STARS = "********";

/** The answer that is shown, and the session that came of it, if keys did. */
let shown;

/** The address of the file that was downloaded last. */
let file;

/** Shows an answer: `title` and `inWords` above it, and the card where `session` has keys. */
export function showResult(title, inWords, output, session) {
  shown = { output, session };
  byId("in-words").textContent = inWords;
  byId("card").hidden = !session;
  reveal(false);
  if (session) drawLinks(session);
  tickCard();
  openNews(title, "result");
}

/** Opens the news at its result or its failure. Focus goes there. */
export function openNews(title, part) {
  byId("news").hidden = false;
  byId("failure").hidden = part !== "failure";
  byId("result").hidden = part !== "result";
  if (part !== "result") byId("reveal-card").hidden = true;
  byId("news-title").textContent = title;
  byId("news-title").focus();
}

/** Takes everything that was shown off the page. */
export function clearResult() {
  shown = undefined;
  letGo();
  for (const id of ["in-words", "exports", "answer", "key-id", "secret", "token", "countdown"])
    byId(id).textContent = "";
  byId("values").replaceChildren();
  byId("switch-role").removeAttribute("href");
  byId("news").hidden = true;
  byId("card").hidden = true;
}

/** The session whose card is shown. */
export function shownSession() {
  return shown?.session;
}

/** The card again, where it shows the session that was renewed. */
export function redraw(session, output) {
  if (shown?.session !== session) return;
  shown.output = output;
  reveal(revealed());
  tickCard();
}

/** The countdown, with its colour; its last minutes are said aloud. */
export function tickCard() {
  const session = shown?.session;
  if (!session?.expiration) return;
  const left = timeLeft(session);
  byId("countdown").textContent = leftInWords(session);
  byId("countdown").dataset.state = left <= 0 ? "over" : left <= 5 * 60_000 ? "soon" : "long";
  byId("until").textContent = say("until", { when: session.expiration.toLocaleString() });
}

/** What the buttons of the card do. `news` says a short thing beside them. */
export function startCard(news) {
  byId("reveal-card").addEventListener("click", () => reveal(!revealed()));
  byId("format").addEventListener("change", () => reveal(revealed()));
  byId("copy-exports").addEventListener("click", () => copy(exported(), news));
  byId("download-exports").addEventListener("click", download);
}

/** Puts a text into the clipboard and says so. */
export async function copy(text, news) {
  try {
    await navigator.clipboard.writeText(text);
    news(say("copied"));
  } catch {
    news(say("not-copied"));
  }
}

function revealed() {
  return byId("reveal-card").getAttribute("aria-pressed") === "true";
}

/** Shows the card's secrets, or dots in their place. */
function reveal(shows) {
  byId("reveal-card").setAttribute("aria-pressed", String(shows));
  byId("reveal-card").textContent = say(shows ? "hide-secrets" : "show-secrets");
  const { output, session } = shown;
  const { $metadata, ...plain } = output;
  byId("answer").textContent = asCliPrints(shows ? plain : hideInOutput(plain));
  drawValues(shows ? plain : hideInOutput(plain));
  byId("reveal-card").hidden = JSON.stringify(hideInOutput(plain)) === JSON.stringify(plain);
  if (!session) return;
  const { accessKeyId, secretAccessKey, sessionToken } = session.credentials;
  byId("key-id").textContent = accessKeyId;
  byId("secret").textContent = shows ? secretAccessKey : HIDDEN;
  byId("token").textContent = shows ? sessionToken : HIDDEN;
  drawExports(shows);
}

/** Hidden by writing other values: a form may quote the real ones, and they would not be found again. */
function drawExports(shows) {
  const { credentials } = shown.session;
  const dots = { ...credentials, secretAccessKey: STARS, sessionToken: STARS };
  let text = "";
  let refused = "";
  try {
    exported();
    text = exported(shows ? credentials : dots);
  } catch (error) {
    refused = error.message;
  }
  byId("exports").textContent = text || refused;
  byId("copy-exports").disabled = byId("download-exports").disabled = !!refused;
}

/** The rest of an answer, a line for each member. */
function drawValues({ Credentials, ...rest }) {
  const lines = Object.entries(rest).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const text = name === "DecodedMessage" ? indented(value) : value instanceof Date ? value.toLocaleString() : value;
    const values = typeof text === "object" ? Object.values(text) : [text];
    const line = (one) => (typeof one === "object" ? Object.values(one).join(" · ") : String(one));
    return [make("dt", {}, wordsOf(name)), ...values.map((one) => make("dd", {}, line(one)))];
  });
  byId("values").replaceChildren(...lines);
}

/** JSON as people read it; other text as it is. */
function indented(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function exported(credentials = shown.session.credentials) {
  const profile = nameOf(shown.session).replace(/[^\w.-]/g, "-");
  const { expiration } = shown.session;
  return exportCredentials({ ...credentials, expiration }, byId("format").value, { profile });
}

/** A file of the keys, made here. */
function download() {
  letGo();
  file = URL.createObjectURL(new Blob([exported()], { type: "text/plain" }));
  make("a", { href: file, download: FILES[byId("format").value] }).click();
}

/** Not at once: Safari reads the file some time after the click. */
function letGo() {
  if (file) URL.revokeObjectURL(file);
  file = undefined;
}

/** The console can switch to what is a role, where the region has one. */
function drawLinks({ arn, region, made }) {
  const { kind, account, name } = identityOf(arn ?? "");
  // The path of a role is in its own ARN alone.
  const roleName = made?.input.RoleArn?.replace(/.*?\//, "") ?? name;
  const link = byId("switch-role");
  link.hidden = true;
  try {
    link.href = switchRoleUrl({ account, roleName, displayName: name, region });
    link.hidden = kind !== "assumed-role";
  } catch {}
}

/** Four spaces, and times with +00:00. */
function asCliPrints(output) {
  const time = (value) => (/^\d{4}-\d\d-\d\dT[\d:]+\.\d+Z$/.test(value) ? value.replace(/\.\d+Z$/, "+00:00") : value);
  return JSON.stringify(output, (_, value) => (typeof value === "string" ? time(value) : value), 4);
}
