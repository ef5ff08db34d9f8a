// Credentials as shell commands, configuration files, environment files and source code.
//
// Sources: AWS CLI User Guide, "Configuring environment variables for the AWS CLI" and "Configuration and credential
// file settings"; AWS SDKs and Tools Reference Guide, "Process credential provider" and "Service-specific endpoints";
// POSIX.1, "Shell Command Language", section 2.2.2; fish, "The fish language", "Quotes"; PowerShell,
// about_Quoting_Rules; Windows, "cmd" and "set"; Docker, "docker container run", "--env-file"; GitHub Actions, "Workflow
// commands"; Terraform, "Strings and Templates".

import { type AwsCredentialIdentity, type CredentialsInput, toDate } from "./credentials.js";
import { clientError, type STSClientError } from "./errors.js";
import type { Credentials } from "./generated/model.js";

const FORMATS = [
  "sh",
  "fish",
  "powershell",
  "cmd",
  "ini",
  "process",
  "json",
  "env",
  "docker",
  "github",
  "terraform",
  "javascript",
] as const;

/** Output format of {@link exportCredentials}. */
export type ExportFormat = (typeof FORMATS)[number];

/** Options of {@link exportCredentials}. */
export interface ExportOptions {
  /** Name of the profile in the format `ini`. Default: `default`. */
  profile?: string | undefined;
  /** Region to use the credentials in. `json` and `process` cannot represent it. Default: none. */
  region?: string | undefined;
  /** Custom endpoint to use the credentials with. `json` and `process` cannot represent it. Default: none. */
  endpoint?: string | undefined;
}

/** Environment variables to set, in order. Those without a value are unset. */
type Variables = [name: string, value: string | undefined][];

/** A format that sets environment variables. */
interface Dialect {
  set(name: string, quoted: string): string;
  /** Omitted if the format cannot unset a variable. */
  unset?(name: string): string;
  /** Escapes a value for use in `set`. */
  quote(value: string): string;
  /** Matches values that cannot be represented. */
  unsupported: RegExp;
  unsupportedMessage: string;
  /** Maximum length of a command, in characters. */
  maxLength?: number;
}

const NO_NUL = { unsupported: /\0/, unsupportedMessage: "has a NUL character, which no environment variable can hold" };

const SH: Dialect = {
  ...NO_NUL,
  set: (name, quoted) => `export ${name}='${quoted}'\n`,
  unset: (name) => `unset ${name}\n`,
  // Closes the quotes, escapes the character and reopens them. An interactive bash expands ! and ^ even in quotes, on the
  // second line of a quoted string.
  quote: (value) => value.replace(/['!^]/g, "'\\$&'"),
};

const DIALECTS: Partial<Record<ExportFormat, Dialect>> = {
  sh: SH,
  fish: {
    ...NO_NUL,
    set: (name, quoted) => `set -gx ${name} '${quoted}'\n`,
    unset: (name) => `set -e ${name}\n`,
    quote: (value) => value.replace(/['\\]/g, "\\$&"),
  },
  powershell: {
    ...NO_NUL,
    set: (name, quoted) => `$env:${name} = '${quoted}'\n`,
    unset: (name) => `Remove-Item -ErrorAction Ignore Env:${name}\n`,
    // PowerShell treats typographic quotes like straight ones. Doubling escapes them.
    quote: (value) => value.replace(/['\u2018\u2019\u201a\u201b]/g, "$&$&"),
  },
  cmd: {
    set: (name, quoted) => `set "${name}=${quoted}"\r\n`,
    unset: (name) => `set "${name}="\r\n`,
    quote: (value) => value,
    // Batch files and the prompt escape % and ! differently, and non-ASCII characters depend on the code page.
    unsupported: /[^ -~]|["%!]/,
    unsupportedMessage: "has a quote, %, !, control or non-ASCII character, which cannot be escaped reliably in cmd",
    maxLength: 8191,
  },
  env: {
    set: (name, quoted) => `${name}=${quoted}\n`,
    // Programs disagree about the rest of the syntax, but all of them support unquoted and single-quoted values.
    quote: (value) => (/^[\w./+=:@%,-]*$/.test(value) ? value : `'${value}'`),
    unsupported: /['\\]|\p{Cc}/u,
    unsupportedMessage: "has a single quote, backslash or control character, which some programs reject in a .env file",
  },
  docker: {
    set: (name, quoted) => `${name}=${quoted}\n`,
    // Everything up to the end of the line is the value, quotes included.
    quote: (value) => value,
    unsupported: /[\0\r\n]/,
    unsupportedMessage: "has a line break or a NUL character, which a line of an environment file cannot represent",
  },
  github: {
    set: (name, quoted) => `printf '%s\\n' '${name}=${quoted}' >> "$GITHUB_ENV"\n`,
    quote: SH.quote,
    unsupported: /[\0\r\n]/,
    unsupportedMessage: "has a line break or a NUL character, which a line of an environment file cannot represent",
  },
};

/**
 * Formats credentials for other programs, with a line break at the end of every line:
 *
 * - `sh`, `fish`, `powershell`, `cmd`: commands that set the environment variables of the AWS CLI and SDKs, and unset
 *   those that would otherwise take precedence, such as an old session token and `AWS_PROFILE`;
 * - `ini`: a profile of a credentials file, with its expiration as `x_security_token_expires`;
 * - `process`: the output of a `credential_process`; `json`: that of the AWS CLI;
 * - `env`: a `.env` file; `docker`: a file for `docker run --env-file`;
 * - `github`: commands for a step of GitHub Actions, which mask the values in logs and set them for the next steps;
 * - `terraform`: a `.tfvars` file, with the names of the AWS provider's arguments and the expiration as a comment;
 * - `javascript`: the configuration of a client of the AWS SDK for JavaScript.
 *
 * @param credentials - With the names of the AWS SDK (`accessKeyId`) or those of an STS response (`AccessKeyId`).
 * @throws {@link STSClientError} if the credentials are invalid, or if the format cannot represent a value. The message
 *   does not contain the value.
 *
 * @example
 * ```ts
 * console.log(exportCredentials(credentials, "sh", { region: "eu-central-1" })); // export AWS_ACCESS_KEY_ID='…'
 * console.log(exportCredentials(roleCredentials, "ini", { profile: "dev" })); // [dev] …
 * ```
 */
export function exportCredentials(
  credentials: CredentialsInput | Credentials,
  format: ExportFormat,
  options: ExportOptions = {},
): string {
  const identity = readCredentials(credentials);
  checkOptions(options);
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = identity;
  const members = { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken };
  const expires = expiration && timestamp(expiration);
  switch (format) {
    case "json":
      return json({ Credentials: { ...members, Expiration: expires } });
    case "process":
      // Some SDKs reject an offset; all accept Z.
      return json({ Version: 1, ...members, Expiration: expires && zulu(expires) });
    case "ini":
      return ini(identity, expires, options);
    case "terraform":
      return terraform(identity, expires, options);
    case "javascript":
      return javascript(identity, expires, options);
  }
  const dialect = FORMATS.includes(format) && DIALECTS[format];
  if (!dialect) throw exportError(`the format must be ${FORMATS.slice(0, -1).join(", ")} or ${FORMATS.at(-1)}`);
  const commands = variables(identity, expires, options).map(([name, value]) => command(name, value, dialect));
  return [...(format === "github" ? masks(identity) : []), ...commands].join("");
}

/**
 * Reads credentials with either naming, trimmed as for signing. An empty session token counts as none. Strings are
 * accepted as expirations, because JSON has no dates.
 */
function readCredentials(credentials: CredentialsInput | Credentials): AwsCredentialIdentity {
  const { accessKeyId, secretAccessKey, sessionToken, expiration, ...sts } = (credentials ?? {}) as Partial<
    CredentialsInput & Credentials
  >;
  const id = trimmed(accessKeyId ?? sts.AccessKeyId);
  const secret = trimmed(secretAccessKey ?? sts.SecretAccessKey);
  const token = trimmed(sessionToken ?? sts.SessionToken ?? "");
  const expires = expiration ?? sts.Expiration;
  if (!id || !secret) throw exportError("the credentials must have an access key ID and a secret access key");
  if (token === undefined) throw exportError("the session token must be a string");
  return {
    accessKeyId: id,
    secretAccessKey: secret,
    ...(token && { sessionToken: token }),
    ...(expires && { expiration: toDate(expires) }),
  };
}

/** Returns a string without white space at both ends, or undefined if the value is not a string. */
function trimmed(value: unknown): string | undefined {
  return typeof value === "string" ? value.replace(/^[\t\n\f\r ]+|[\t\n\f\r ]+$/g, "") : undefined;
}

function checkOptions({ region, endpoint }: ExportOptions): void {
  if (region !== undefined && !/^[\w-]+$/.test(region))
    throw exportError("the region must have only letters, digits and -");
  if (endpoint !== undefined && !/^https?:\/\/[\w.:/[\]-]+$/.test(endpoint)) {
    throw exportError("the endpoint must be a URL such as https://sts.example.org");
  }
}

function variables(
  { accessKeyId, secretAccessKey, sessionToken }: AwsCredentialIdentity,
  expires: string | undefined,
  { region, endpoint }: ExportOptions,
): Variables {
  return [
    ["AWS_ACCESS_KEY_ID", accessKeyId],
    ["AWS_SECRET_ACCESS_KEY", secretAccessKey],
    ["AWS_SESSION_TOKEN", sessionToken],
    ["AWS_CREDENTIAL_EXPIRATION", expires],
    // The SDKs read the first, the AWS CLI before version 2 and boto3 the second.
    ...(region === undefined
      ? []
      : ([
          ["AWS_REGION", region],
          ["AWS_DEFAULT_REGION", region],
        ] as Variables)),
    ...(endpoint === undefined ? [] : ([["AWS_ENDPOINT_URL", endpoint]] as Variables)),
    // Some SDKs prefer a profile to the access key of the environment.
    ["AWS_PROFILE", undefined],
  ];
}

function command(name: string, value: string | undefined, dialect: Dialect): string {
  if (value === undefined) return dialect.unset?.(name) ?? "";
  if (dialect.unsupported.test(value)) throw exportError(`${name} ${dialect.unsupportedMessage}`);
  const line = dialect.set(name, dialect.quote(value));
  if (line.length > (dialect.maxLength ?? Infinity))
    throw exportError(`${name} exceeds the maximum line length of cmd`);
  return line;
}

/** Returns commands that replace the values with asterisks in the logs of GitHub Actions. */
function masks({ accessKeyId, secretAccessKey, sessionToken }: AwsCredentialIdentity): string[] {
  const values = [accessKeyId, secretAccessKey, sessionToken].filter((value) => value);
  return values.map((value) => `printf '%s\\n' '::add-mask::${SH.quote(value!.replaceAll("%", "%25"))}'\n`);
}

function ini(
  { accessKeyId, secretAccessKey, sessionToken }: AwsCredentialIdentity,
  expires: string | undefined,
  { profile = "default", region, endpoint }: ExportOptions,
): string {
  if (!/^[\w./%@:+-]+$/.test(profile)) {
    throw exportError("the profile name must consist of letters, digits and _ - . / % @ : +, and must not be empty");
  }
  const settings = {
    aws_access_key_id: accessKeyId,
    aws_secret_access_key: secretAccessKey,
    aws_session_token: sessionToken,
    // The name that saml2aws and gimme-aws-creds use. The SDKs ignore it.
    x_security_token_expires: expires,
    region,
    endpoint_url: endpoint,
  };
  const lines = Object.entries(settings).map(([name, value]) => {
    if (value === undefined) return "";
    // Parsers trim white space, and some treat what follows it as a comment.
    if (!value || /^[#;]|[\p{White_Space}\p{Cc}]/u.test(value)) {
      const reason = "is empty, begins with # or ;, or has white space or a control character";
      throw exportError(`${name} ${reason}, which a credentials file cannot represent`);
    }
    return `${name} = ${value}\n`;
  });
  return `[${profile}]\n${lines.join("")}`;
}

/** The names are the AWS provider's arguments, so the lines also work in a `provider "aws"` block. */
function terraform(
  { accessKeyId, secretAccessKey, sessionToken }: AwsCredentialIdentity,
  expires: string | undefined,
  { region, endpoint }: ExportOptions,
): string {
  const assignments = { access_key: accessKeyId, secret_key: secretAccessKey, token: sessionToken, region, endpoint };
  const quoted = (value: string) =>
    JSON.stringify(value)
      .replace(/\\[bf]/g, escapeAsUnicode)
      .replace(/[$%](?=\{)/g, "$&$&");
  const entries = Object.entries(assignments).filter(([, value]) => value !== undefined);
  const lines = entries.map(([name, value]) => `${name.padEnd(10)} = ${quoted(value!)}\n`);
  return [...(expires === undefined ? [] : [`# expires ${zulu(expires)}\n`]), ...lines].join("");
}

/** Replaces `\b` and `\f`, which HCL does not have. */
function escapeAsUnicode(sequence: string): string {
  return sequence === "\\b" ? "\\u0008" : "\\u000c";
}

function javascript(
  { accessKeyId, secretAccessKey, sessionToken }: AwsCredentialIdentity,
  expires: string | undefined,
  { region, endpoint }: ExportOptions,
): string {
  const property =
    (indentation: string) =>
    ([name, value]: [string, string | undefined]) =>
      value === undefined ? [] : [`${indentation}${name}: ${JSON.stringify(value)},`];
  const expiration = expires === undefined ? [] : [`    expiration: new Date("${zulu(expires)}"),`];
  const inner = Object.entries({ accessKeyId, secretAccessKey, sessionToken }).flatMap(property("    "));
  inner.push(...expiration);
  const outer = Object.entries({ region, endpoint }).flatMap(property("  "));
  return `${["{", ...outer, "  credentials: {", ...inner, "  },", "}"].join("\n")}\n`;
}

/** Formats JSON as the AWS CLI does. */
function json(value: object): string {
  return `${JSON.stringify(value, null, 4)}\n`;
}

/** Formats a time as the AWS CLI does: `2026-11-23T12:00:00+00:00`, with microseconds if they are not zero. */
function timestamp(time: Date): string {
  if (Number.isNaN(time.getTime())) throw exportError("the expiration is not a time");
  return time.toISOString().replace(".000Z", "+00:00").replace("Z", "000+00:00");
}

/** Formats a timestamp with `Z` for UTC. */
function zulu(timestamp: string): string {
  return timestamp.replace("+00:00", "Z");
}

function exportError(message: string): STSClientError {
  return clientError("CannotExport", message);
}
