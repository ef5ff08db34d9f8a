// Credentials as shell commands, configuration files and JSON.
//
// Sources: AWS CLI User Guide, "Configuring environment variables for the AWS CLI" and "Configuration and credential
// file settings"; AWS SDKs and Tools Reference Guide, "Process credential provider"; POSIX.1, "Shell Command Language",
// section 2.2.2; fish, "The fish language", "Quotes"; PowerShell, about_Quoting_Rules; Windows, "cmd" and "set".

import type { AwsCredentialIdentity } from "./credentials.js";
import { clientError, type STSClientError } from "./errors.js";

/** Output format of {@link exportCredentials}. */
export type ExportFormat = "sh" | "fish" | "powershell" | "cmd" | "ini" | "process" | "json";

/** Options of {@link exportCredentials}. */
export interface ExportOptions {
  /** Name of the profile in the format `ini`. Default: `default`. */
  profile?: string;
}

/** How a shell sets and unsets environment variables. */
interface Shell {
  set(name: string, quoted: string): string;
  unset(name: string): string;
  /** Escapes a value for use between the quotes of `set`. */
  quote(value: string): string;
  /** Matches values that cannot be represented. */
  unsupported: RegExp;
  unsupportedMessage: string;
}

const NO_NUL = { unsupported: /\0/, unsupportedMessage: "has a NUL character, which no environment variable can hold" };

const SHELLS: Record<string, Shell> = {
  sh: {
    ...NO_NUL,
    set: (name, quoted) => `export ${name}='${quoted}'\n`,
    unset: (name) => `unset ${name}\n`,
    // Closes the quotes, escapes the character and reopens them. An interactive bash expands ! and ^ even in quotes, on
    // the second line of a quoted string.
    quote: (value) => value.replace(/['!^]/g, "'\\$&'"),
  },
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
  },
};

const CMD_MAX_LINE_LENGTH = 8191;

/**
 * Formats credentials as commands for a shell (`sh`, `fish`, `powershell`, `cmd`), a profile of a credentials file
 * (`ini`), the output of a `credential_process` (`process`) or the AWS CLI's JSON (`json`).
 *
 * @throws {@link STSClientError} if the format cannot represent a value.
 *
 * @example
 * ```ts
 * console.log(exportCredentials(credentials, "sh")); // export AWS_ACCESS_KEY_ID='…'
 * console.log(exportCredentials(credentials, "ini", { profile: "dev" })); // [dev] …
 * ```
 */
export function exportCredentials(
  credentials: AwsCredentialIdentity,
  format: ExportFormat,
  { profile = "default" }: ExportOptions = {},
): string {
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = credentials;
  const members = { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken };
  const expires = expiration && timestamp(expiration);
  if (format === "json") return json({ Credentials: { ...members, Expiration: expires } });
  // Some SDKs reject an offset; all accept Z.
  if (format === "process") return json({ Version: 1, ...members, Expiration: expires?.replace("+00:00", "Z") });
  if (format === "ini") return ini(profile, expires, accessKeyId, secretAccessKey, sessionToken);
  const shell = Object.hasOwn(SHELLS, format) ? SHELLS[format] : undefined;
  if (!shell) throw exportError("the format must be json, sh, fish, powershell, cmd, ini or process");
  const variables = {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    AWS_CREDENTIAL_EXPIRATION: expires,
  };
  const lines = Object.entries(variables).map(([name, value]) => {
    if (value === undefined) return shell.unset(name);
    if (shell.unsupported.test(value)) throw exportError(`${name} ${shell.unsupportedMessage}`);
    const line = shell.set(name, shell.quote(value));
    if (format === "cmd" && line.length > CMD_MAX_LINE_LENGTH) {
      throw exportError(`${name} exceeds the maximum line length of cmd`);
    }
    return line;
  });
  return lines.join("");
}

function ini(profile: string, expires: string | undefined, ...values: (string | undefined)[]): string {
  if (!/^[\w./%@:+-]+$/.test(profile)) {
    throw exportError("the profile's name may have only letters, digits and _ - . / % @ : +, and must have one");
  }
  const lines = [`[${profile}]\n`, expires ? `# Expires ${expires}\n` : ""];
  for (const [index, name] of ["aws_access_key_id", "aws_secret_access_key", "aws_session_token"].entries()) {
    const value = values[index];
    if (value === undefined) continue;
    // Parsers trim white space, and some treat what follows it as a comment.
    if (!value || /^[#;]|[\p{White_Space}\p{Cc}]/u.test(value)) {
      const reason = "is empty, begins with # or ;, or has white space or a control character";
      throw exportError(`${name} ${reason}, which a credentials file cannot represent`);
    }
    lines.push(`${name} = ${value}\n`);
  }
  return lines.join("");
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

function exportError(message: string): STSClientError {
  return clientError("CannotExport", message);
}
