// Recognizes credentials in every common form: AWS profiles, environment variables, JSON, tables, and other text with
// their names. This module does not access the page.

import { asSettings, asTime, isCredential, kindFor, partsOf, readLabeled, settingFor } from "./labeled-credentials.js";
import { cleanText, visibleText } from "./pasted-text.js";
import { isPlaceholder } from "./placeholders.js";
import { CREDENTIALS, parseFile } from "./profile-files.js";
import { isCutOff } from "./wrapped-text.js";

/** @typedef {import("./profiles.js").Profiles} Profiles */
/** @typedef {import("./profiles.js").Settings} Settings */
/**
 * @typedef {Record<string, unknown> & { name?: string }} Found the settings that were found, and their profile's name
 */

/**
 * Maximum length of a text that is neither JSON nor a file of profiles, in characters. Searching a longer one would block
 * the page.
 */
const MAX_LENGTH = 100_000;
/** Maximum length of a line of a table, in characters. */
const MAX_LINE = 20_000;

/**
 * Returns the profiles in a text by name, or undefined if the text has no credentials and no profile.
 *
 * @param {string} text
 * @param {string} [name] for credentials without a profile name
 * @returns {Profiles | undefined}
 */
export function readProfiles(text, name = "default") {
  const visible = visibleText(text);
  const profiles = readVisible(visible, name) ?? (visible.length > MAX_LENGTH ? undefined : readEncoded(visible, name));
  for (const settings of profiles?.values() ?? []) {
    // AWS's long-term access keys do not expire: the time is that of something else.
    if (settings.aws_access_key_id?.startsWith("AKIA") && !settings.aws_session_token) delete settings.expiration;
  }
  return profiles;
}

/**
 * @param {string} text
 * @param {string} name
 * @returns {Profiles | undefined}
 */
function readVisible(text, name) {
  const isLong = text.length > MAX_LENGTH;
  const clean = isLong ? text : cleanText(text);
  const json = profilesOf(readJson(text), name);
  if (json) return json;
  // Wrong credentials would be worse than none.
  if (isCutOff(clean, hasSectionHeader(text))) return undefined;
  if (hasSectionHeader(text)) {
    // Text with a section header is from a file, even if it also looks like another format.
    const profiles = parseFile(text, name);
    if (profiles.size) return Object.assign(profiles, { hasSections: true });
  }
  if (isLong) return undefined;
  const found = profilesOf(readTable(text), name) ?? profilesOf(readLabeled(clean), name);
  if (found) return found;
  // Lines of a file without a section header.
  const profiles = /^[a-z_]+[ \t]*=/m.test(text) ? parseFile(text, name) : undefined;
  if (!profiles?.size) return undefined;
  const isUnread = profiles.get(name)?.aws_secret_access_key || partsOf(clean).hasPlaceholder;
  return isUnread ? undefined : profiles;
}

/** @param {string} text */
function hasSectionHeader(text) {
  return /^[ \t]*\[.*\][ \t]*([#;].*)?$/m.test(text);
}

/**
 * Reads a text in Base64, such as a file in a Kubernetes Secret.
 *
 * @param {string} text
 * @param {string} name
 */
function readEncoded(text, name) {
  for (const [encoded] of text.matchAll(/(?<![\w+/])[A-Za-z\d+/]{80,}={0,2}(?![\w+/=])/g)) {
    const decoded = fromBase64(encoded);
    const profiles = /access.?key/i.test(decoded) ? readVisible(decoded, name) : undefined;
    if (profiles) return profiles;
  }
  return undefined;
}

/**
 * Returns the reason why a text has no credentials, as a key of the strings in index.html.
 *
 * @param {string} text
 */
export function whyUnread(text) {
  if (text.length > MAX_LENGTH) return "unread-too-long";
  const visible = visibleText(text);
  const clean = cleanText(visible);
  if (isCutOff(clean, hasSectionHeader(visible)) || CUT_LINE.test(visible)) return "unread-cut-off";
  const { hasId, hasPlaceholder, hasSecret, isMixed } = partsOf(clean);
  if (hasPlaceholder) return "unread-placeholder";
  if (isMixed) return "unread-mixed";
  if (isBrokenUp(visible)) return "unread-cut-off";
  if (hasId) return "unread-no-secret";
  return hasSecret ? "unread-no-id" : "nothing-recognized";
}

/**
 * A line with part of credentials that ends with the mark of a program which cuts off lines. It is neither a placeholder, such as
 * `<your key>`, nor a prompt.
 */
const CUT_LINE = /^(?=.*(?:access|secret|token|A[KS]IA))(?!.*<[^<>\n]*>$)(?!\S+@).*[\w/+"'=:][>»…⋯~$]$/im;

/**
 * Returns whether a text has an access key only without its line breaks. They are in a name, for example, or in so many places that
 * nothing can be joined with certainty.
 *
 * @param {string} visible
 */
function isBrokenUp(visible) {
  const { hasId, hasSecret } = partsOf(cleanText(visible.replace(/\n\s*/g, "")));
  return hasId && hasSecret;
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
    const texts = Object.entries(settings).filter(([, value]) => value && typeof value === "string");
    const decoded = withoutBase64(/** @type {Settings} */ (Object.fromEntries(texts)));
    const ownOrId = ownName && !profiles.has(ownName) ? ownName : decoded.aws_access_key_id;
    profiles.set(found.length > 1 ? ownOrId : ownName || name, decoded);
  }
  return profiles.size ? profiles : undefined;
}

/**
 * Decodes the credentials of a Kubernetes Secret, which are in Base64.
 *
 * @param {Settings} settings
 * @returns {Settings}
 */
function withoutBase64(settings) {
  // "AKIA" and "ASIA" in Base64.
  if (!/^Q(UtJ|VNJ)Q/.test(settings.aws_access_key_id)) return settings;
  const decoded = CREDENTIALS.filter((setting) => settings[setting]).map((setting) => [
    setting,
    fromBase64(settings[setting]).trim(),
  ]);
  return { ...settings, ...Object.fromEntries(decoded) };
}

/** Decodes Base64, or returns an empty string. @param {string} encoded */
function fromBase64(encoded) {
  try {
    return atob(encoded);
  } catch {
    return "";
  }
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
  const pairs = pairsIn(data);
  const [idName] = pairs.find(([key]) => kindFor(key) === "id") ?? [];
  /** @type {import("./labeled-credentials.js").Group} */
  const group = {};
  for (const [key, value] of pairs) {
    const kind = kindFor(key, idName);
    if (!kind) continue;
    const read = kind === "expiration" ? asTime(value) : value;
    const mustBeReal = isCredential(kind) || kind === "vagueToken";
    const isUsable = typeof read === "string" && !(mustBeReal && isPlaceholder(read, kind === "secret"));
    if (isUsable) group[kind] ||= read;
  }
  if (group.id && group.secret) return [{ ...asSettings(group), name: /\D/.test(name) ? name : undefined }];
  return Object.entries(data).flatMap(([key, value]) => credentialsIn(value, key));
}

/**
 * Returns the names and values in JSON data, which may also be a list such as `[{ "name": "AWS_REGION", "value": "…"
 * }]`. CloudFormation calls them `OutputKey` and `OutputValue`. In DynamoDB and Avro, the value's name is its type.
 *
 * @param {object} data
 * @returns {[string, unknown][]}
 */
function pairsIn(data) {
  return Object.entries(data).map(([key, value]) => {
    const members = typeof value === "object" && value ? Object.entries(value) : [];
    const [, name = key] = members.find(([member, text]) => /(name|key)$/i.test(member) && kindFor(text, text)) ?? [];
    const [, inner = value] = members.find(([member]) => /value$|^(S|string)$/i.test(member)) ?? [];
    return [name, inner];
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
  const lines = text.split(/\r?\n/);
  const first = lines.findIndex((line) => /secret/i.test(line) && settingsIn(line).includes("aws_secret_access_key"));
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

/** Returns the cells of a line, in which a quoted one can contain separators. @param {string} line */
function cellsIn(line) {
  // A session token has at most a few thousand characters.
  if (line.length > MAX_LINE) return [];
  return [...line.matchAll(/ *("[^"]*"|[^,;\t|]*) *(?:[,;\t|]|$)/g)].map(([, cell]) =>
    cell.trim().replace(/^(["'])(.*)\1$/, "$2"),
  );
}
