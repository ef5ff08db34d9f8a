// The form "Your credentials": credentials that are typed, pasted, dropped or opened.

import { PageError } from "./call.js";
import { byId, focusOn, inputById, make, openSection, selectById } from "./dom.js";
import { containsSecret } from "./input-check.js";
import { merge, resolve } from "./profiles.js";
import { t } from "./strings.js";

/** @typedef {import("./call.js").Credentials} Credentials */
/** @typedef {import("./call.js").Settings} Settings */
/** @typedef {import("./profiles.js").ProfilesFile} ProfilesFile */
/** @typedef {{ name: string, text: string }} ImportedText `name` is the file name; it is empty for pasted text */
/**
 * What was filled in from a profile: its roles, or undefined if those in the form stay.
 *
 * @typedef {{ roles?: Record<string, any>[], credentials?: Credentials, expiration?: string }} Import
 * @typedef {(imported: Import) => void} OnImport
 */

/** The IDs of the inputs. */
const INPUTS = {
  accessKeyId: "access-key-id",
  secretAccessKey: "secret-access-key",
  sessionToken: "session-token",
};

/** Maximum size of a file, in bytes. */
const MAX_FILE_SIZE = 1024 * 1024;

/** The profiles that were imported. @type {ProfilesFile[]} */
let imported = [];
/** The values that the page filled in: access key IDs, regions and endpoints. @type {Set<string | undefined>} */
const filledIn = new Set();
/** Whether the chosen profile has no credentials, so that the next imported ones are used with its role. */
let awaitsCredentials = false;

/**
 * Returns the settings for a call.
 *
 * @returns {Settings}
 */
export function readSettings() {
  const value = (/** @type {string} */ id) => inputById(id).value.trim();
  const endpoint = value("endpoint");
  for (const id of [INPUTS.accessKeyId, "region", "endpoint"])
    if (containsSecret(value(id))) throw new PageError(t("secret-in-field", { label: labelFor(id) }));
  if (endpoint && !URL.canParse(endpoint)) throw new PageError(t("endpoint-invalid"));
  const accessKeyId = value(INPUTS.accessKeyId);
  const secretAccessKey = value(INPUTS.secretAccessKey);
  const sessionToken = value(INPUTS.sessionToken);
  if (accessKeyId.startsWith("ASIA") && !sessionToken) throw new PageError(t("token-missing"));
  return {
    region: value("region"),
    endpoint: endpoint ? new URL(endpoint).origin : undefined,
    credentials:
      accessKeyId || secretAccessKey
        ? { accessKeyId, secretAccessKey, sessionToken: sessionToken || undefined }
        : undefined,
  };
}

/** Returns the secrets in the form. */
export function enteredSecrets() {
  return [INPUTS.secretAccessKey, INPUTS.sessionToken].map((id) => inputById(id).value.trim());
}

/** Returns the displayed label of an input. @param {string} id */
function labelFor(id) {
  return inputById(id).labels?.[0].firstChild?.textContent?.trim();
}

/**
 * Fills in credentials and, if they are set, the region and the endpoint. An empty endpoint means that of AWS.
 *
 * @param {Partial<Settings>} settings
 */
export function fillSettings({ region, endpoint, credentials }) {
  for (const [name, id] of Object.entries(INPUTS)) {
    inputById(id).value = credentials?.[/** @type {keyof Credentials} */ (name)] ?? "";
  }
  filledIn.add(credentials?.accessKeyId ?? "");
  if (credentials) openSection(byId(INPUTS.accessKeyId));
  if (region) inputById("region").value = region;
  if (endpoint !== undefined) inputById("endpoint").value = endpoint;
}

/**
 * Forgets the profiles that have one of these secret access keys.
 *
 * @param {string[]} secrets
 */
export function forgetProfiles(secrets) {
  for (const { profiles } of imported) {
    for (const [name, settings] of profiles)
      if (secrets.includes(settings.aws_secret_access_key)) profiles.delete(name);
  }
}

/** Clears the form and forgets the profiles. */
export function clearCredentialsForm() {
  /** @type {HTMLFormElement} */ (byId("credentials")).reset();
  imported = [];
  filledIn.clear();
  awaitsCredentials = false;
  byId("profile").replaceChildren();
  byId("profile-field").hidden = true;
  showImportStatus("");
}

/**
 * Imports credentials that are pasted or dropped anywhere on the page, or opened from files.
 *
 * @param {OnImport} onImport
 */
export function initImport(onImport) {
  const showProblem = (/** @type {string} */ problem) => showImportStatus(t(problem));
  const importFiles = (/** @type {File[]} */ files) => {
    if (files.some(({ size }) => size > MAX_FILE_SIZE)) return showProblem("unread-too-long");
    return importTexts(files.map(readFile), onImport, showProblem);
  };
  document.addEventListener("paste", (event) => {
    const text = event.clipboardData?.getData("text/plain") ?? "";
    const field = event.target;
    // A policy also has several lines. Its field reports whether it contains a secret.
    if (field instanceof HTMLTextAreaElement || !mayBeCredentials(text)) return;
    event.preventDefault();
    void importTexts([{ name: "", text }], onImport, (problem) => pasteUnread(field, text, problem));
  });
  document.addEventListener("dragover", (event) => event.preventDefault());
  document.addEventListener("drop", (event) => {
    const files = [...(event.dataTransfer?.files ?? [])];
    const text = event.dataTransfer?.getData("text/plain") ?? "";
    // Other text is moved into a field as usual.
    const isField = event.target instanceof HTMLInputElement || event.target instanceof HTMLTextAreaElement;
    if (isField && !files.length && !mayBeCredentials(text)) return;
    event.preventDefault();
    void (files.length ? importFiles(files) : importTexts([{ name: "", text }], onImport, showProblem));
  });
  byId("files").addEventListener("change", async () => {
    await importFiles([...(inputById("files").files ?? [])]);
    inputById("files").value = "";
  });
  byId("profile").addEventListener("change", () => chooseProfile(selectById("profile").value, onImport));
}

/** Returns whether a text may contain credentials and must be parsed before it is pasted. @param {string} text */
function mayBeCredentials(text) {
  return /\S\s*[\r\n]+\s*\S|key|secret|token|=|A[KS]IA|[\w/+]{40}/i.test(text);
}

/**
 * Pastes a text that was not recognized as credentials. If the field would display a secret, shows the problem instead.
 *
 * @param {EventTarget | null} field
 * @param {string} text
 * @param {string} problem why it was not recognized
 */
function pasteUnread(field, text, problem) {
  if (!(field instanceof HTMLInputElement)) return showImportStatus(t(problem));
  const lines = text.trim().split(/\s*[\r\n]+\s*/);
  // Terminals wrap long tokens, and browsers would replace the line breaks with spaces.
  const isWrapped = field.id === INPUTS.sessionToken && lines.every((line) => /^[\w/+=-]+$/.test(line));
  const isCredential = Object.values(INPUTS).includes(field.id);
  if (lines.length > 1 && !isWrapped && (isCredential || containsSecret(text))) return showImportStatus(t(problem));
  if (field.type !== "password" && containsSecret(text)) return showImportStatus(t("secret-not-pasted"));
  // The focus may have moved on while the parser was loaded.
  const { activeElement } = document;
  field.focus();
  // Unlike an assignment, this replaces the selection, can be undone, and dispatches an input event.
  document.execCommand("insertText", false, isWrapped ? lines.join("") : lines.join(" "));
  if (activeElement instanceof HTMLElement) activeElement.focus();
}

/** Reads a file. Folders, and files that cannot be read, are empty. @param {File} file @returns {Promise<ImportedText>} */
async function readFile(file) {
  return { name: file.name, text: await file.arrayBuffer().then(decodeText, () => "") };
}

/** Decodes a file. Windows PowerShell writes UTF-16, with a byte order mark. @param {ArrayBuffer} bytes */
function decodeText(bytes) {
  const [first, second] = new Uint8Array(bytes);
  const encoding =
    first === 0xff && second === 0xfe ? "utf-16le" : first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
  return new TextDecoder(encoding).decode(bytes);
}

/**
 * Imports the profiles in these texts. If there are none, reports the reason, as a key of the strings in index.html. Does
 * nothing if everything is forgotten while the texts are read or the parser is loaded.
 *
 * @param {(ImportedText | Promise<ImportedText>)[]} reading
 * @param {OnImport} onImport
 * @param {(problem: string) => void} onProblem
 */
async function importTexts(reading, onImport, onProblem) {
  const known = imported;
  const texts = await Promise.all(reading);
  const parser = await import("./credentials-parser.js").catch(() => undefined);
  // Forgetting replaces the list.
  if (imported !== known) return;
  if (!parser) return onProblem("parser-not-loaded");
  const files = texts.flatMap(({ name, text }) => {
    const profiles = parser.readProfiles(text, name || t("pasted"));
    return profiles ? { name, profiles } : [];
  });
  if (!files.length) return onProblem(parser.whyUnread(texts.map(({ text }) => text).join("\n")));
  // The files in ~/.aws may be imported one after the other: each adds to the profiles of the previous ones.
  imported.push(...files);
  const names = [...merge(imported).keys()];
  const newNames = [...files[0].profiles.keys()];
  const select = selectById("profile");
  byId("profile-field").hidden = names.length < 2;
  select.replaceChildren(...names.map((name) => make("option", { value: name, textContent: name })));
  if (newNames.length > 1) {
    select.prepend(make("option", { value: "", textContent: t("choose-profile") }));
    select.value = "";
    showImportStatus(t("profiles-found", { count: names.length }));
    focusOn(select.id);
  } else {
    select.value = newNames[0];
    chooseProfile(newNames[0], onImport, awaitsCredentials);
    focusOn("who-am-i");
  }
}

/**
 * Fills in a profile.
 *
 * @param {string} name
 * @param {OnImport} onImport
 */
function chooseProfile(name, onImport, wereAwaited = false) {
  if (!name) return;
  const resolved = resolve(merge(imported), name);
  const { problem, profile, credentials, region, endpoint, roles, expiration } = resolved;
  const keepsRole = wereAwaited && !roles.length && (!problem || problem === "profile-keys-incomplete");
  awaitsCredentials = keepsRole || !!problem;
  for (const [id, value] of Object.entries({ region, endpoint })) {
    const input = inputById(id);
    // Values of an earlier profile are removed, but values that the user entered are kept.
    if (value || (!keepsRole && filledIn.has(input.value))) input.value = value || input.defaultValue;
    filledIn.add(value);
  }
  if (credentials || filledIn.has(inputById(INPUTS.accessKeyId).value)) fillSettings({ credentials });
  onImport({ roles: keepsRole ? undefined : roles, credentials, expiration });
  if (problem) return showImportStatus(t(problem, { profile }));
  showImportStatus(filledInText(name, resolved));
}

/**
 * Says what was filled in from a profile, and what is wrong with it.
 *
 * @param {string} profile
 * @param {import("./profiles.js").ResolvedProfile} resolved
 */
function filledInText(profile, { expiration, roles, lacksSource }) {
  if (expiration && Date.parse(expiration) <= Date.now())
    return t("expired-filled-in", { time: new Date(expiration).toLocaleString() });
  const filledIn = t(roles.length ? "credentials-and-role-filled-in" : "credentials-filled-in", { profile });
  return lacksSource ? `${filledIn} ${t("profile-lacks-source", { profile })}` : filledIn;
}

/** @param {string} text */
function showImportStatus(text) {
  if (text) openSection(byId("import-status"));
  byId("import-status").textContent = text;
}
