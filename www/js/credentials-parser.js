// Recognises keys in whatever form people have them: profiles of ~/.aws, lines for a shell, JSON, the console's CSV.
// Nothing here touches the page.
//
// Sources: AWS SDKs and Tools Reference Guide, "Shared config and credentials files" and "Process credential provider";
// AWS CLI User Guide, "Configuring environment variables for the AWS CLI".

const OF_VARIABLES = {
  AWS_ACCESS_KEY_ID: "aws_access_key_id",
  AWS_SECRET_ACCESS_KEY: "aws_secret_access_key",
  AWS_SESSION_TOKEN: "aws_session_token",
  AWS_SECURITY_TOKEN: "aws_session_token",
  AWS_CREDENTIAL_EXPIRATION: "expiration",
  AWS_DEFAULT_REGION: "region",
  AWS_REGION: "region",
  AWS_ENDPOINT_URL_STS: "endpoint_url",
};

const OF_KEYS = ["aws_access_key_id", "aws_secret_access_key", "aws_session_token", "expiration"];

/**
 * The profiles in a text: a map from name to settings, which have the names that they have in the files. `name` is for
 * keys without one. Undefined where the text holds no keys and no profile.
 */
export function readProfiles(text, name = "default") {
  const read = [fromJson, fromVariables, fromFiles, fromCsv, fromBareKeys];
  const headed = /^[ \t]*\[.*\][ \t]*([#;].*)?$/m.test(text);
  // What stands below a header in brackets is a file's, whatever it looks like.
  if (headed) read.splice(1, 0, fromFiles);
  for (const one of read) {
    const found = one(text, name);
    if (found?.size) return Object.assign(found, { named: headed && one === fromFiles });
  }
  return undefined;
}

/**
 * The profiles of files, in the order in which they were read, as one: where more have a setting, that of the last counts;
 * what is in the file `credentials` or was pasted, which has no name, counts before what is in others. Keys are those of one
 * file alone, as the SDKs take them.
 */
export function merge(files) {
  const all = new Map();
  const rank = ({ name }) => Number(!name || /credentials/i.test(name));
  for (const { profiles } of [...files].sort((a, b) => rank(a) - rank(b))) {
    for (const [name, settings] of profiles) {
      const hasKeys = "aws_access_key_id" in settings;
      // Keys without a profile's name belong to none: nothing of a former one goes with them.
      const former = ((!hasKeys || profiles.named) && all.get(name)) || {};
      all.set(name, { ...part(former, false), ...part(settings, false), ...part(hasKeys ? settings : former, true) });
    }
  }
  return all;
}

/** The keys among the settings, or all but them. */
function part(settings, keys) {
  return Object.fromEntries(Object.entries(settings).filter(([setting]) => OF_KEYS.includes(setting) === keys));
}

/**
 * What a profile comes to: the keys it begins with, the region, and the roles to take on one after the other. Where it
 * cannot be used here, `problem` says why, as a word of index.html, and `profile` which one it is of.
 */
export function resolve(profiles, name) {
  const found = { roles: [], profile: name };
  const seen = new Set();
  for (;;) {
    const at = found.profile;
    const settings = profiles.get(at);
    if (!settings) return { ...found, problem: "profile-missing" };
    found.region ??= settings.region;
    found.endpoint ??= settings.endpoint_url;
    const {
      role_arn: role,
      source_profile: source = at,
      aws_access_key_id: id,
      aws_secret_access_key: secret,
    } = settings;
    // A profile may name itself: then it has the role and the keys.
    if (!role || (seen.has(at) && source === at)) return withKeys(settings, found);
    if (seen.has(at)) return { ...found, problem: "profile-loop" };
    if (settings.web_identity_token_file) return { ...found, problem: "profile-web-identity" };
    // A source that has keys is done with them, as in the SDKs; its own role is for whom chooses it.
    if (seen.size && (id ?? secret) !== undefined) return withKeys(settings, found);
    found.roles.unshift(roleOf(settings));
    if (settings.credential_source) return { ...found, problem: "profile-source" };
    seen.add(at);
    found.profile = source;
  }
}

function withKeys(settings, found) {
  const { aws_access_key_id: accessKeyId, aws_secret_access_key: secretAccessKey } = settings;
  if (accessKeyId && secretAccessKey) {
    const credentials = { accessKeyId, secretAccessKey, sessionToken: settings.aws_session_token };
    return { ...found, credentials, expiration: Date.parse(settings.expiration) ? settings.expiration : undefined };
  }
  const sso = settings.sso_session || settings.sso_start_url;
  const problem = sso ? "profile-sso" : settings.credential_process ? "profile-process" : "profile-no-keys";
  return { ...found, problem };
}

/** AssumeRole's input out of a profile. */
function roleOf(settings) {
  const duration = /^\d+$/.test(settings.duration_seconds ?? "") ? Number(settings.duration_seconds) : undefined;
  return {
    RoleArn: settings.role_arn,
    RoleSessionName: settings.role_session_name ?? "sts-web",
    DurationSeconds: duration,
    ExternalId: settings.external_id,
    SerialNumber: settings.mfa_serial,
  };
}

/** What the AWS CLI, a `credential_process`, or an SDK prints. */
function fromJson(text, name) {
  let all;
  try {
    all = JSON.parse(text);
  } catch {
    return undefined;
  }
  // sts: Credentials; iam create-access-key: AccessKey; sso get-role-credentials: roleCredentials.
  const holders = [all, all?.Credentials, all?.AccessKey, all?.roleCredentials, all?.credentials];
  const keys = holders.find((one) => typeof (one?.AccessKeyId ?? one?.accessKeyId) === "string");
  if (!keys) return undefined;
  const value = (key) => keys[key] ?? keys[key[0].toLowerCase() + key.slice(1)];
  const expiration = value("Expiration");
  return one(name, {
    aws_access_key_id: value("AccessKeyId"),
    aws_secret_access_key: value("SecretAccessKey"),
    aws_session_token: value("SessionToken"),
    expiration: typeof expiration === "number" ? new Date(expiration).toJSON() : expiration,
  });
}

/** `export`, `set -gx`, `setenv`, `set`, `$env:`, or nothing before the name. */
function fromVariables(text, name) {
  const settings = {};
  // For cmd, comments begin with :: and REM.
  const said = text.replace(/(?<![^\s;])#.*|^[ \t@]*(;|::|rem\s).*/gim, "");
  const assignment = /(?<![A-Z0-9_])(AWS_[A-Z_]+)(?:[ \t]*=[ \t]*|[ \t]+)(?:"([^"\r\n]*)"|'([^'\r\n]*)'|([^\s"';]+))/g;
  for (const [, variable, ...values] of said.matchAll(assignment)) {
    const setting = Object.hasOwn(OF_VARIABLES, variable) && OF_VARIABLES[variable];
    if (setting) settings[setting] = values.find((value) => value !== undefined);
  }
  return settings.aws_access_key_id ? one(name, settings) : undefined;
}

/** The files `credentials` and `config`, or a part of one. */
function fromFiles(text, name) {
  const profiles = new Map();
  let section = name;
  for (const line of outdented(text.split(/\r?\n/))) {
    // Indented lines belong to a nested setting, such as those of s3.
    if (/^\s|^[#;]|^$/.test(line)) continue;
    const header = /^\[([^\]]*)\]/.exec(line);
    if (header) {
      section = profileName(header[1].trim());
      continue;
    }
    const [, key, value] = /^([\w-]+)\s*=(.*)$/.exec(line) ?? [];
    if (!key || section === undefined) continue;
    const settings = profiles.get(section) ?? {};
    settings[key.toLowerCase()] = value
      .trim()
      .replace(/\s[#;].*$/, "")
      .trimEnd();
    profiles.set(section, settings);
  }
  const isProfile = (settings) =>
    ["aws_access_key_id", "role_arn", "sso_session", "sso_start_url", "credential_process", "region"].some(
      (setting) => settings[setting] !== undefined,
    );
  return new Map([...profiles].filter(([, settings]) => isProfile(settings)));
}

/** Lines that were copied with a margin, without it. */
function outdented(lines) {
  const margin = lines.reduce(
    (least, line) => (line.trim() ? Math.min(least, /^\s*/.exec(line)[0].length) : least),
    Infinity,
  );
  return lines.map((line) => line.slice(margin));
}

/** `profile x` and `profile "x"` are x, as `x` is; sections that are no profiles have no name. */
function profileName(header) {
  if (/^(sso-session|services)\s/.test(header)) return undefined;
  return header.replace(/^profile\s+/, "").replace(/^(["'])(.*)\1$/, "$2");
}

/** The file that the console lets people download. */
function fromCsv(text, name) {
  const [header, values] = text.split(/\r?\n/).map((line) => line.replace(/^\ufeff/, "").split(","));
  const column = (title) => values?.[header.findIndex((cell) => cell.trim().toLowerCase() === title)]?.trim();
  const id = column("access key id");
  return id
    ? one(column("user name") || name, { aws_access_key_id: id, aws_secret_access_key: column("secret access key") })
    : undefined;
}

/** An access key id, its secret and, where there is one, the token: beside or below each other. */
function fromBareKeys(text, name) {
  const [id, secret, token, more] = text.trim().split(/[\s,;:|]+/);
  if (more !== undefined || !/^A[KS]IA[A-Z0-9]{12,}$/.test(id) || !/^[\w/+=-]{30,}$/.test(secret ?? ""))
    return undefined;
  return one(name, { aws_access_key_id: id, aws_secret_access_key: secret, aws_session_token: token });
}

function one(name, settings) {
  return new Map([
    [name, Object.fromEntries(Object.entries(settings).filter(([, value]) => value && typeof value === "string"))],
  ]);
}
