// Recognizes credentials in every common form: AWS profiles, environment variables, JSON, the console's CSV.
// This module does not access the page.
//
// Sources: AWS SDKs and Tools Reference Guide, "Shared config and credentials files" and "Process credential provider";
// AWS CLI User Guide, "Configuring environment variables for the AWS CLI".

/** @typedef {import("./call.js").Credentials} Credentials */
/** @typedef {Record<string, string>} Settings with the names that they have in the files */
/** @typedef {Map<string, Settings> & { hasSections?: boolean }} Profiles by name */
/** @typedef {{ name: string, profiles: Profiles }} ProfilesFile `name` is the file name; it is empty for pasted text */

/**
 * What a profile resolves to.
 *
 * @typedef {object} ResolvedProfile
 * @property {string} profile the name of the profile that has the credentials, or the problem
 * @property {Credentials} [credentials]
 * @property {string} [expiration]
 * @property {string} [region]
 * @property {string} [endpoint]
 * @property {Record<string, any>[]} roles inputs of AssumeRole, in the order in which the roles are assumed
 * @property {string} [problem] the key, in index.html, of the reason why the profile cannot be used here
 */

/** The setting for each environment variable. @type {Record<string, string>} */
const SETTING_OF_VARIABLE = {
  AWS_ACCESS_KEY_ID: "aws_access_key_id",
  AWS_SECRET_ACCESS_KEY: "aws_secret_access_key",
  AWS_SESSION_TOKEN: "aws_session_token",
  AWS_SECURITY_TOKEN: "aws_session_token",
  AWS_CREDENTIAL_EXPIRATION: "expiration",
  AWS_DEFAULT_REGION: "region",
  AWS_REGION: "region",
  AWS_ENDPOINT_URL_STS: "endpoint_url",
};

const CREDENTIAL_SETTINGS = ["aws_access_key_id", "aws_secret_access_key", "aws_session_token", "expiration"];

/** A section that has one of these settings is a profile. */
const PROFILE_SETTINGS = [
  "aws_access_key_id",
  "role_arn",
  "sso_session",
  "sso_start_url",
  "credential_process",
  "region",
];

/**
 * Returns the profiles in a text by name, or undefined if the text has no credentials and no profile.
 *
 * @param {string} text
 * @param {string} [name] for credentials without a profile name
 * @returns {Profiles | undefined}
 */
export function readProfiles(text, name = "default") {
  const parsers = [parseJson, parseVariables, parseFiles, parseCsv, parseBareKeys];
  const hasSectionHeader = /^[ \t]*\[.*\][ \t]*([#;].*)?$/m.test(text);
  // Text under a section header is from a file, whatever else it looks like.
  if (hasSectionHeader) parsers.splice(1, 0, parseFiles);
  for (const parse of parsers) {
    const profiles = parse(text, name);
    if (profiles?.size) return Object.assign(profiles, { hasSections: hasSectionHeader && parse === parseFiles });
  }
  return undefined;
}

/**
 * Merges the profiles of several files, in the order in which they were read. If several files have a setting, the last one
 * wins; the file `credentials` and pasted text, which has no name, take precedence over other files. Credentials are always
 * taken from a single file, as the SDKs do.
 *
 * @param {ProfilesFile[]} files
 * @returns {Profiles}
 */
export function merge(files) {
  /** @type {Profiles} */
  const merged = new Map();
  const precedence = (/** @type {ProfilesFile} */ { name }) => Number(!name || /credentials/i.test(name));
  for (const { profiles } of [...files].sort((a, b) => precedence(a) - precedence(b))) {
    for (const [name, settings] of profiles) {
      const hasCredentials = "aws_access_key_id" in settings;
      // Credentials without a profile name do not belong to an earlier profile: nothing is taken from it.
      const earlier = ((!hasCredentials || profiles.hasSections) && merged.get(name)) || {};
      merged.set(name, {
        ...otherSettings(earlier),
        ...otherSettings(settings),
        ...credentialSettings(hasCredentials ? settings : earlier),
      });
    }
  }
  return merged;
}

/**
 * Resolves a profile to the credentials that it starts with, its region, and the roles to assume one after the other. If it
 * cannot be used here, the result has a `problem`.
 *
 * @param {Profiles} profiles
 * @param {string} name
 * @returns {ResolvedProfile}
 */
export function resolve(profiles, name) {
  /** @type {ResolvedProfile} */
  const resolved = { roles: [], profile: name };
  const visited = new Set();
  for (;;) {
    const current = resolved.profile;
    const settings = profiles.get(current);
    if (!settings) return { ...resolved, problem: "profile-missing" };
    resolved.region ??= settings.region;
    resolved.endpoint ??= settings.endpoint_url;
    const { role_arn: role, source_profile: source = current } = settings;
    // A profile may be its own source: it has both the role and the credentials.
    if (!role || (visited.has(current) && source === current)) return withCredentials(settings, resolved);
    if (visited.has(current)) return { ...resolved, problem: "profile-loop" };
    if (settings.web_identity_token_file) return { ...resolved, problem: "profile-web-identity" };
    // A source profile with credentials is used with these, as in the SDKs; its own role applies only if it is chosen itself.
    const hasCredentials = (settings.aws_access_key_id ?? settings.aws_secret_access_key) !== undefined;
    if (visited.size && hasCredentials) return withCredentials(settings, resolved);
    resolved.roles.unshift(assumeRoleInput(settings));
    if (settings.credential_source) return { ...resolved, problem: "profile-source" };
    visited.add(current);
    resolved.profile = source;
  }
}

/** @param {Settings} settings */
function credentialSettings(settings) {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => CREDENTIAL_SETTINGS.includes(name)));
}

/** @param {Settings} settings */
function otherSettings(settings) {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !CREDENTIAL_SETTINGS.includes(name)));
}

/**
 * @param {Settings} settings
 * @param {ResolvedProfile} resolved
 */
function withCredentials(settings, resolved) {
  const { aws_access_key_id: accessKeyId, aws_secret_access_key: secretAccessKey } = settings;
  if (accessKeyId && secretAccessKey) {
    const credentials = { accessKeyId, secretAccessKey, sessionToken: settings.aws_session_token };
    return { ...resolved, credentials, expiration: Date.parse(settings.expiration) ? settings.expiration : undefined };
  }
  const sso = settings.sso_session || settings.sso_start_url;
  const problem = sso ? "profile-sso" : settings.credential_process ? "profile-process" : "profile-no-keys";
  return { ...resolved, problem };
}

/** @param {Settings} settings */
function assumeRoleInput(settings) {
  const duration = /^\d+$/.test(settings.duration_seconds ?? "") ? Number(settings.duration_seconds) : undefined;
  return {
    RoleArn: settings.role_arn,
    RoleSessionName: settings.role_session_name ?? "sts-web",
    DurationSeconds: duration,
    ExternalId: settings.external_id,
    SerialNumber: settings.mfa_serial,
  };
}

/**
 * The output of the AWS CLI, of a `credential_process`, or of an SDK.
 *
 * @param {string} text
 * @param {string} name
 */
function parseJson(text, name) {
  let json;
  try {
    json = JSON.parse(text);
  } catch {
    return undefined;
  }
  // sts: Credentials; iam create-access-key: AccessKey; sso get-role-credentials: roleCredentials.
  const candidates = [json, json?.Credentials, json?.AccessKey, json?.roleCredentials, json?.credentials];
  const credentials = candidates.find(
    (candidate) => typeof (candidate?.AccessKeyId ?? candidate?.accessKeyId) === "string",
  );
  if (!credentials) return undefined;
  const value = (/** @type {string} */ key) => credentials[key] ?? credentials[key[0].toLowerCase() + key.slice(1)];
  const expiration = value("Expiration");
  return singleProfile(name, {
    aws_access_key_id: value("AccessKeyId"),
    aws_secret_access_key: value("SecretAccessKey"),
    aws_session_token: value("SessionToken"),
    expiration: typeof expiration === "number" ? new Date(expiration).toJSON() : expiration,
  });
}

/**
 * Environment variables after `export`, `set -gx`, `setenv`, `set`, `$env:`, or nothing.
 *
 * @param {string} text
 * @param {string} name
 */
function parseVariables(text, name) {
  /** @type {Record<string, unknown>} */
  const settings = {};
  // In cmd, comments start with :: or REM.
  const withoutComments = text.replace(/(?<![^\s;])#.*|^[ \t@]*(;|::|rem\s).*/gim, "");
  const assignment = /(?<![A-Z0-9_])(AWS_[A-Z_]+)(?:[ \t]*=[ \t]*|[ \t]+)(?:"([^"\r\n]*)"|'([^'\r\n]*)'|([^\s"';]+))/g;
  for (const [, variable, ...values] of withoutComments.matchAll(assignment)) {
    if (!Object.hasOwn(SETTING_OF_VARIABLE, variable)) continue;
    settings[SETTING_OF_VARIABLE[variable]] = values.find((value) => value !== undefined);
  }
  return settings.aws_access_key_id ? singleProfile(name, settings) : undefined;
}

/**
 * The files `credentials` and `config`, or a part of one.
 *
 * @param {string} text
 * @param {string} name
 */
function parseFiles(text, name) {
  /** @type {Profiles} */
  const sections = new Map();
  /** @type {string | undefined} */
  let section = name;
  for (const line of withoutMargin(text.split(/\r?\n/))) {
    // Indented lines belong to a nested setting, such as `s3`.
    if (/^\s|^[#;]|^$/.test(line)) continue;
    const header = /^\[([^\]]*)\]/.exec(line);
    if (header) {
      section = profileName(header[1].trim());
      continue;
    }
    const [, key, value] = /^([\w-]+)\s*=(.*)$/.exec(line) ?? [];
    if (!key || section === undefined) continue;
    const settings = sections.get(section) ?? {};
    settings[key.toLowerCase()] = value
      .trim()
      .replace(/\s[#;].*$/, "")
      .trimEnd();
    sections.set(section, settings);
  }
  const isProfile = (/** @type {Settings} */ settings) => PROFILE_SETTINGS.some((name) => settings[name] !== undefined);
  return new Map([...sections].filter(([, settings]) => isProfile(settings)));
}

/**
 * Removes the margin with which lines were copied.
 *
 * @param {string[]} lines
 */
function withoutMargin(lines) {
  const indentation = (/** @type {string} */ line) => line.length - line.trimStart().length;
  const margin = lines.reduce((min, line) => (line.trim() ? Math.min(min, indentation(line)) : min), Infinity);
  return lines.map((line) => line.slice(margin));
}

/**
 * Returns the profile name in a section header: `x` for `profile x`, `profile "x"` and `x`. Returns undefined for sections
 * that are not profiles.
 *
 * @param {string} header
 */
function profileName(header) {
  if (/^(sso-session|services)\s/.test(header)) return undefined;
  return header.replace(/^profile\s+/, "").replace(/^(["'])(.*)\1$/, "$2");
}

/**
 * The file that the AWS console offers for download.
 *
 * @param {string} text
 * @param {string} name
 */
function parseCsv(text, name) {
  const [header, values] = text.split(/\r?\n/).map((line) => line.replace(/^\ufeff/, "").split(","));
  const column = (/** @type {string} */ title) =>
    values?.[header.findIndex((cell) => cell.trim().toLowerCase() === title)]?.trim();
  const id = column("access key id");
  return id
    ? singleProfile(column("user name") || name, {
        aws_access_key_id: id,
        aws_secret_access_key: column("secret access key"),
      })
    : undefined;
}

/**
 * An access key ID, its secret and, for temporary credentials, the session token, on one line or on several.
 *
 * @param {string} text
 * @param {string} name
 */
function parseBareKeys(text, name) {
  const [id, secret, token, more] = text.trim().split(/[\s,;:|]+/);
  if (more !== undefined || !/^A[KS]IA[A-Z0-9]{12,}$/.test(id) || !/^[\w/+=-]{30,}$/.test(secret ?? ""))
    return undefined;
  return singleProfile(name, { aws_access_key_id: id, aws_secret_access_key: secret, aws_session_token: token });
}

/**
 * @param {string} name
 * @param {Record<string, unknown>} settings
 * @returns {Profiles}
 */
function singleProfile(name, settings) {
  const texts = Object.entries(settings).filter(([, value]) => value && typeof value === "string");
  return new Map([[name, /** @type {Settings} */ (Object.fromEntries(texts))]]);
}
