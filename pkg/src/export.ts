// Credentials for shells, files and other programs.
//
// Sources: AWS CLI User Guide, "Configuring environment variables for the AWS CLI" and "Configuration and credential
// file settings"; AWS SDKs and Tools Reference Guide, "Process credential provider"; POSIX.1, "Shell Command Language",
// section 2.2.2; fish, "The fish language", "Quotes"; PowerShell, about_Quoting_Rules; Windows, "cmd" and "set".

import type { AwsCredentialIdentity } from "./credentials.js";
import { STSClientError } from "./errors.js";

/** A form that credentials can be written in. */
export type ExportFormat = "sh" | "fish" | "powershell" | "cmd" | "ini" | "process" | "json";

/** How a shell sets a variable and removes one. `write` quotes a value, or refuses it. */
interface Shell {
  set(name: string, quoted: string): string;
  unset(name: string): string;
  quote(value: string): string;
  unwritable: RegExp;
  unwritableWords: string;
}

const NO_NUL = { unwritable: /\0/, unwritableWords: "has a NUL character, which no environment variable can hold" };

const SHELLS: Record<string, Shell> = {
  sh: {
    ...NO_NUL,
    set: (name, quoted) => `export ${name}='${quoted}'\n`,
    unset: (name) => `unset ${name}\n`,
    // The quotes are closed, and opened again. At the prompt, bash expands ! and ^ on the second line of quoted text.
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
    // PowerShell takes typographic quotes for straight ones. Each is doubled.
    quote: (value) => value.replace(/['\u2018\u2019\u201a\u201b]/g, "$&$&"),
  },
  cmd: {
    set: (name, quoted) => `set "${name}=${quoted}"\r\n`,
    unset: (name) => `set "${name}="\r\n`,
    quote: (value) => value,
    // Percent and exclamation marks are escaped otherwise in batch files than at the prompt, and letters beyond ASCII
    // are read by whatever code page is set.
    unwritable: /[^ -~]|["%!]/,
    unwritableWords: "has a quote, %, !, control character or letter beyond ASCII, which cmd has no sure way to write",
  },
};

const LONGEST_LINE_OF_CMD = 8191;

/**
 * Credentials as lines for a shell, a profile for a credentials file, what a `credential_process` prints, or JSON as
 * the AWS CLI prints it. `profile` names the profile of `ini`. What a form has no way to write is refused.
 */
export function exportCredentials(
  credentials: AwsCredentialIdentity,
  format: ExportFormat,
  { profile = "default" }: { profile?: string } = {},
): string {
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = credentials;
  const keys = { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey, SessionToken: sessionToken };
  const expires = expiration && timestamp(expiration);
  if (format === "json") return json({ Credentials: { ...keys, Expiration: expires } });
  // Not every SDK that runs the command reads an offset; all read Z.
  if (format === "process") return json({ Version: 1, ...keys, Expiration: expires?.replace("+00:00", "Z") });
  if (format === "ini") return ini(profile, expires, accessKeyId, secretAccessKey, sessionToken);
  const shell = Object.hasOwn(SHELLS, format) ? SHELLS[format] : undefined;
  if (!shell) throw refused("the format must be json, sh, fish, powershell, cmd, ini or process");
  const variables = {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    AWS_CREDENTIAL_EXPIRATION: expires,
  };
  const lines = Object.entries(variables).map(([name, value]) => {
    if (value === undefined) return shell.unset(name);
    if (shell.unwritable.test(value)) throw refused(`${name} ${shell.unwritableWords}`);
    const line = shell.set(name, shell.quote(value));
    if (format === "cmd" && line.length > LONGEST_LINE_OF_CMD) {
      throw refused(`${name} is longer than a line of cmd may be`);
    }
    return line;
  });
  return lines.join("");
}

function ini(profile: string, expires: string | undefined, ...values: (string | undefined)[]): string {
  if (!/^[\w.\/%@:+-]+$/.test(profile)) {
    throw refused("the profile's name may have only letters, digits and _ - . / % @ : +, and must have one");
  }
  const lines = [`[${profile}]\n`, expires ? `# Expires ${expires}\n` : ""];
  for (const [index, name] of ["aws_access_key_id", "aws_secret_access_key", "aws_session_token"].entries()) {
    const value = values[index];
    if (value === undefined) continue;
    // White space is trimmed, and what follows it may be read as a comment.
    if (!value || /^[#;]|[\p{White_Space}\p{Cc}]/u.test(value)) {
      const why = "is empty, begins with # or ;, or has white space or a control character";
      throw refused(`${name} ${why}, which a credentials file has no way to write`);
    }
    lines.push(`${name} = ${value}\n`);
  }
  return lines.join("");
}

/** As the AWS CLI prints it. */
function json(value: object): string {
  return JSON.stringify(value, null, 4) + "\n";
}

/** As the AWS CLI prints it: `2026-11-23T12:00:00+00:00`, with microseconds where there are any. */
function timestamp(time: Date): string {
  if (Number.isNaN(time.getTime())) throw refused("the expiration is not a time");
  return time.toISOString().replace(".000Z", "+00:00").replace("Z", "000+00:00");
}

function refused(message: string): STSClientError {
  return new STSClientError({ name: "CannotExport", message, $fault: "client", $metadata: {} });
}
