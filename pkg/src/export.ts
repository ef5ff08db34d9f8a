// Credentials for shells, files and other programs.

import type { AwsCredentialIdentity } from "./credentials.js";
import { toError } from "./thrown.js";
import { wasm } from "./wasm.js";

/** A form that credentials can be written in. */
export type ExportFormat = "sh" | "fish" | "powershell" | "cmd" | "ini" | "process" | "json";

/**
 * Credentials as lines for a shell, a profile for a credentials file, what a `credential_process` prints, or JSON.
 * `profile` names the profile of `ini`.
 */
export async function exportCredentials(
  credentials: AwsCredentialIdentity,
  format: ExportFormat,
  { profile = "default" }: { profile?: string } = {},
): Promise<string> {
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = credentials;
  const { exportCredentials } = await wasm();
  try {
    return exportCredentials(accessKeyId, secretAccessKey, sessionToken, expiration?.getTime(), format, profile);
  } catch (thrown) {
    throw toError(thrown);
  }
}
