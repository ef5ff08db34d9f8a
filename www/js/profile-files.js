// Reads the files `config` and `credentials` of the AWS CLI as botocore does, which uses Python's configparser.
// This module does not access the page.
//
// Sources: AWS SDKs and Tools Reference Guide, "Shared config and credentials files"; Python's documentation,
// "configparser".

import { asTime, kindFor, settingFor } from "./labeled-credentials.js";
import { isPlaceholder, isTemplate } from "./placeholders.js";

/** @typedef {import("./profiles.js").Settings} Settings */

/** A section that has one of these settings is a profile. */
const PROFILE_SETTINGS = [
  "aws_access_key_id",
  "role_arn",
  "sso_session",
  "sso_start_url",
  "login_session",
  "credential_process",
  "region",
  "endpoint_url",
];
export const CREDENTIALS = ["aws_access_key_id", "aws_secret_access_key", "aws_session_token"];
/** The names of the session token. As in botocore, boto's name takes precedence. */
const TOKENS = ["aws_security_token", "aws_session_token"];

/** The name of the section whose settings every other section has, unless it has its own. It is no profile, except alone. */
const INHERITED = "DEFAULT";

/** A line that continues a session token, which a terminal or a mail program has wrapped. It is no setting without a value. */
const WRAPPED = /^(?![a-z_]+=$)[\w/+]{4,}={0,2}$/;

/**
 * Returns the profiles in a file, or in part of one.
 *
 * @param {string} text
 * @param {string} name of the profile whose section header is missing
 * @returns {Map<string, Settings>}
 */
export function parseFile(text, name) {
  const { sections, headers } = readSections(text, name);
  const inherited = sections.get(INHERITED) ?? new Map();
  /** @type {Map<string, Settings>} */
  const profiles = new Map();
  /** The profiles that have a header. */
  const named = new Set();
  for (const [header, lines] of sections) {
    const isProfile = !/^(sso-session|services)\s/.test(header) && (header !== INHERITED || sections.size === 1);
    if (!isProfile) continue;
    const settings = withKnownNames(settingsIn(new Map([...inherited, ...lines])));
    const endpoint = serviceEndpoint(sections, settings.services);
    if (endpoint) settings.endpoint_url = endpoint;
    if (settings.ignore_configured_endpoint_urls === "true") delete settings.endpoint_url;
    const profile = header.replace(/^profile\s+/, "").replace(/^(["'])(.*)\1$/, "$2");
    if (headers.has(header)) named.add(profile);
    if (PROFILE_SETTINGS.some((name) => settings[name] !== undefined))
      profiles.set(profile, { ...profiles.get(profile), ...settings });
  }
  // The whole dialog of AWS's access portal has the same credentials as environment variables and as a profile.
  const nameless = named.has(name) ? undefined : profiles.get(name);
  if (nameless && [...named].some((other) => repeats(nameless, profiles.get(other)))) profiles.delete(name);
  return profiles;
}

/**
 * Returns whether credentials are those of a profile, and have no settings that it does not have.
 *
 * @param {Settings} nameless
 * @param {Settings} [profile]
 */
function repeats(nameless, profile) {
  const settings = [...PROFILE_SETTINGS, ...CREDENTIALS].filter((setting) => nameless[setting] !== undefined);
  const isWhole = ["aws_access_key_id", "aws_secret_access_key"].every((setting) => settings.includes(setting));
  return isWhole && settings.every((setting) => nameless[setting] === profile?.[setting]);
}

/**
 * Returns the settings of each section, and the headers in the text. Lines that are indented more than the setting before
 * them continue its value.
 *
 * @param {string} text
 * @param {string} name of the section before the first header
 */
function readSections(text, name) {
  /** @type {Map<string, Map<string, string>>} */
  const sections = new Map();
  /** @type {Set<string>} */
  const headers = new Set();
  let header = name;
  let key = "";
  let indentation = 0;
  for (const line of text.split(/\r\n?|\n/)) {
    const content = line.trim();
    if (/^[#;]|^$/.test(content)) continue;
    const current = line.length - line.trimStart().length;
    const section = sections.get(header) ?? new Map();
    if (key && current > indentation) {
      section.set(key, `${section.get(key)}\n${content}`);
      continue;
    }
    if (TOKENS.includes(key) && WRAPPED.test(content)) {
      section.set(key, section.get(key) + content);
      continue;
    }
    indentation = current;
    key = "";
    const [, newHeader] = /^\[([^\]]*)\]/.exec(content) ?? [];
    if (newHeader !== undefined) {
      header = newHeader.trim();
      headers.add(header);
      // Without settings of its own, it may still inherit some.
      sections.set(header, sections.get(header) ?? new Map());
      continue;
    }
    const [, option, value] = /^([^=:]*[^=:\s])\s*[=:]\s*(.*)$/.exec(content) ?? [];
    if (!option) continue;
    key = option.toLowerCase();
    // An editor may wrap a line before its value.
    sections.set(header, section.set(key, value === "\\" ? "" : value));
  }
  return { sections, headers };
}

/** @param {Map<string, string>} lines */
function settingsIn(lines) {
  /** @type {Settings} */
  const settings = {};
  for (const [key, text] of lines) {
    // A nested setting, such as `s3`, begins on the next line.
    if (text.startsWith("\n")) continue;
    const value = text
      .replace(/\s[#;].*/g, "")
      .trim()
      .replace(/^(["'])(.+)\1$/, "$2");
    if (![...CREDENTIALS, ...TOKENS].includes(key)) settings[key] = value;
    else if (!isTemplate(value)) settings[key] = value.replaceAll("\n", "");
  }
  const { aws_security_token: token, ...others } = settings;
  return token ? { ...others, aws_session_token: token } : others;
}

/**
 * Maps the setting names of rclone, s3cmd and saml2aws to those of the AWS CLI.
 *
 * @param {Settings} settings
 */
function withKnownNames(settings) {
  /** @type {Settings} */
  const known = {};
  const idName = Object.keys(settings).find((key) => kindFor(key) === "id");
  for (const [key, value] of Object.entries(settings)) {
    const name = settingFor(key, idName);
    if (name === "expiration") known.expiration = asTime(value) ?? value;
    else if (name && CREDENTIALS.includes(name) && !isPlaceholder(value, name === "aws_secret_access_key"))
      known[name] ??= value;
  }
  const isOtherTool = !("aws_access_key_id" in settings) && known.aws_access_key_id && known.aws_secret_access_key;
  if (isOtherTool) return { ...settings, ...known };
  return known.expiration ? { ...settings, expiration: known.expiration } : settings;
}

/**
 * Returns the endpoint of STS in the `services` section that a profile refers to.
 *
 * @param {Map<string, Map<string, string>>} sections
 * @param {string | undefined} services
 */
function serviceEndpoint(sections, services) {
  const sts = services && sections.get(`services ${services}`)?.get("sts");
  return sts ? /^endpoint_url\s*=\s*(.*)$/m.exec(sts)?.[1].trim() : undefined;
}
