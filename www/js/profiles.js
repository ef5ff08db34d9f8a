// Merges imported profiles, and resolves a profile to credentials and roles.
// This module does not access the page.
//
// Sources: AWS SDKs and Tools Reference Guide, "Shared config and credentials files" and "Process credential provider".

/** @typedef {import("./call.js").Credentials} Credentials */
/** @typedef {Record<string, string>} Settings with the names that they have in the files */
/** @typedef {Map<string, Settings> & { hasSections?: boolean }} Profiles by name */
/** @typedef {{ name: string, profiles: Profiles }} ProfilesFile `name` is the file name; it is empty for pasted text */

/**
 * The credentials and roles that a profile resolves to.
 *
 * @typedef {object} ResolvedProfile
 * @property {string} profile the name of the profile that has the credentials, or the problem
 * @property {Credentials} [credentials]
 * @property {string} [expiration]
 * @property {string} [region]
 * @property {string} [endpoint]
 * @property {Record<string, any>[]} roles inputs of AssumeRole, in the order in which the roles are assumed
 * @property {string} [problem] why the profile cannot be used here, as a key of the strings in index.html
 * @property {boolean} [lacksSource] whether the profile has both a role and credentials, but does not say that they belong
 *   together. The AWS CLI rejects it, and the SDK for JavaScript ignores the role.
 */

const CREDENTIAL_SETTINGS = ["aws_access_key_id", "aws_secret_access_key", "aws_session_token", "expiration"];

/**
 * Merges the profiles of several files, in the order in which they were imported. If several files have a setting, the
 * last one wins. The file `credentials` and pasted text, which has no file name, take precedence over other files. As
 * in the SDKs, credentials are always taken from a single file.
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
      // Credentials without a profile name do not belong to an earlier profile, so they replace it.
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
 * Resolves a profile to its source credentials, its region, and the roles to assume one after the other. If it cannot
 * be used here, the result has a `problem`.
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
    if (!role) return withCredentials(settings, resolved);
    if (visited.has(current) && source === current)
      return withCredentials(settings, { ...resolved, lacksSource: !settings.source_profile });
    if (visited.has(current)) return { ...resolved, problem: "profile-loop" };
    if (settings.web_identity_token_file) return { ...resolved, problem: "profile-web-identity" };
    // As in the SDKs, a source profile's credentials take precedence over its own role.
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
    if (!resolved.endpoint && isIncomplete(accessKeyId, secretAccessKey))
      return { ...resolved, problem: "profile-keys-incomplete" };
    const credentials = { accessKeyId, secretAccessKey, sessionToken: settings.aws_session_token };
    return { ...resolved, credentials, expiration: Date.parse(settings.expiration) ? settings.expiration : undefined };
  }
  return { ...resolved, problem: problemOf(settings) };
}

/**
 * Returns whether an access key of AWS is cut off, or has something attached to it. AWS's access key IDs have 20 characters, and
 * their secrets 40. Other services can have IDs like AWS's, but with other lengths.
 *
 * @param {string} id
 * @param {string} secret
 */
function isIncomplete(id, secret) {
  // The mark of a program that cuts off or wraps lines.
  if (/[>»…⋯~$\\]$/.test(id)) return true;
  if (!/^A[KS]IA/.test(id)) return false;
  if (id.length === 20) return secret.length < 44 && secret.length !== 40;
  return id.length < 24 && secret.length === 40;
}

/** Returns the reason why a profile has no credentials. @param {Settings} settings */
function problemOf(settings) {
  if (settings.sso_session || settings.sso_start_url || settings.login_session) return "profile-sign-in";
  if (settings.credential_process) return "profile-process";
  return settings.role_arn && !settings.source_profile ? "profile-no-source" : "profile-no-keys";
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
