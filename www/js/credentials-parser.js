// Recognizes credentials in every common form: AWS profiles, environment variables, JSON, tables, and other text with
// their names. This module does not access the page.

import { asTime, partsOf, readLabeled, settingFor } from "./labeled-credentials.js";
import { parseFile } from "./profile-files.js";

/** @typedef {import("./profiles.js").Profiles} Profiles */
/** @typedef {import("./profiles.js").Settings} Settings */
/**
 * @typedef {Record<string, unknown> & { name?: string }} Found the settings that were found, and their profile's name
 */

/**
 * Returns the profiles in a text by name, or undefined if the text has no credentials and no profile.
 *
 * @param {string} text
 * @param {string} [name] for credentials without a profile name
 * @returns {Profiles | undefined}
 */
export function readProfiles(text, name = "default") {
  const json = profilesOf(readJson(text), name);
  if (json) return json;
  const hasSectionHeader = /^[ \t]*\[.*\][ \t]*([#;].*)?$/m.test(text);
  if (hasSectionHeader) {
    // Text with a section header is from a file, even if it also looks like another format.
    const profiles = parseFile(text, name);
    if (profiles.size) return Object.assign(profiles, { hasSections: true });
  }
  for (const read of [readTable, readLabeled]) {
    const profiles = profilesOf(read(text), name);
    if (profiles) return profiles;
  }
  // Lines of a file without a section header.
  const profiles = /^[a-z_]+[ \t]*=/m.test(text) ? parseFile(text, name) : undefined;
  return profiles?.get(name)?.aws_secret_access_key || !profiles?.size ? undefined : profiles;
}

/**
 * Returns the reason why a text has no credentials, as a key of the strings in index.html.
 *
 * @param {string} text
 */
export function whyUnread(text) {
  const { ids, hasPlaceholder, hasSecret } = partsOf(text);
  if (hasPlaceholder) return "unread-placeholder";
  if (ids > 1) return "unread-mixed";
  if (ids) return "unread-no-secret";
  return hasSecret ? "unread-no-id" : "nothing-recognized";
}

/**
 * @param {Found[]} found
 * @param {string} name for a single one without a name
 * @returns {Profiles | undefined}
 */
function profilesOf(found, name) {
  /** @type {Profiles} */
  const profiles = new Map();
  for (const { name: ownName, ...settings } of found) {
    const id = String(settings.aws_access_key_id);
    const ownOrId = ownName && !profiles.has(ownName) ? ownName : id;
    const texts = Object.entries(settings).filter(([, value]) => value && typeof value === "string");
    profiles.set(found.length > 1 ? ownOrId : ownName || name, /** @type {Settings} */ (Object.fromEntries(texts)));
  }
  return profiles.size ? profiles : undefined;
}

/**
 * Reads JSON: the output of the AWS CLI, of a `credential_process`, of an SDK, or of a tool that uses their names.
 *
 * @param {string} text
 * @returns {Found[]}
 */
function readJson(text) {
  try {
    return credentialsIn(JSON.parse(text), "").map((found, _, { length }) =>
      length > 1 ? found : { ...found, name: undefined },
    );
  } catch {
    return [];
  }
}

/**
 * Returns the credentials in JSON data, at any depth.
 *
 * @param {unknown} data
 * @param {string} name of the data
 * @returns {Found[]}
 */
function credentialsIn(data, name) {
  if (typeof data !== "object" || data === null) return [];
  /** @type {Found} */
  const found = { name: /\D/.test(name) ? name : undefined };
  for (const [key, value] of pairsIn(data)) {
    const setting = settingFor(key);
    if (!setting) continue;
    const read = setting === "expiration" ? asTime(value) : value;
    if (typeof read === "string") found[setting] ||= read;
  }
  if (found.aws_access_key_id && found.aws_secret_access_key) return [found];
  return Object.entries(data).flatMap(([key, value]) => credentialsIn(value, key));
}

/**
 * Returns the names and values in JSON data, which may also be a list such as `[{ "name": "AWS_REGION", "value": "…"
 * }]`.
 *
 * @param {object} data
 * @returns {[string, unknown][]}
 */
function pairsIn(data) {
  return Object.entries(data).map(([key, value]) => {
    const { name, Name, value: inner, Value } = value ?? {};
    return [typeof (name ?? Name) === "string" ? (name ?? Name) : key, inner ?? Value ?? value];
  });
}

/**
 * Reads a table whose first line has the names of the columns, such as the file that the AWS console offers for
 * download.
 *
 * @param {string} text
 * @returns {Found[]}
 */
function readTable(text) {
  const lines = text.replace(/^\ufeff/, "").split(/\r?\n/);
  const first = lines.findIndex((line) => settingsIn(line).includes("aws_secret_access_key"));
  const titles = settingsIn(lines[first] ?? "");
  if (!titles.includes("aws_access_key_id")) return [];
  const names = cellsIn(lines[first]).map((title) => /^(user|profile)([ _-]?name)?$/i.test(title));
  return lines.slice(first + 1).flatMap((line) => {
    const cells = cellsIn(line);
    const found = Object.fromEntries(cells.map((cell, index) => [titles[index], cell]));
    const isRow =
      /^\w{3,}$/.test(found.aws_access_key_id ?? "") && /^[\w/+=]{3,}$/.test(found.aws_secret_access_key ?? "");
    return isRow ? [{ ...found, name: cells[names.indexOf(true)] }] : [];
  });
}

/** Returns the setting of each column. @param {string} line */
function settingsIn(line) {
  return line.length < 1000 ? cellsIn(line).map((title) => settingFor(title) ?? "") : [];
}

/** @param {string} line */
function cellsIn(line) {
  return line.split(/[,;\t|]/).map((cell) => cell.trim().replace(/^(["'])(.*)\1$/, "$2"));
}
