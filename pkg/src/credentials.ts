// Credentials and credential providers.

import { clientError } from "./errors.js";
import type { Client } from "./generated/glue.js";
import { singleFlight } from "./single-flight.js";
import { encode } from "./wire.js";

/** AWS credentials, in the shape that the AWS SDK uses. */
export interface AwsCredentialIdentity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Session token. Required for temporary credentials. */
  readonly sessionToken?: string | undefined;
  /** When the credentials expire. A provider is called again five minutes earlier. */
  readonly expiration?: Date | undefined;
}

/** Returns current credentials. The AWS SDK's credential providers have this type too. */
export type CredentialProvider = () => Promise<AwsCredentialIdentity>;

const REFRESH_MARGIN = 5 * 60 * 1000;

/** Caches the credentials of `source` until they are about to expire. Concurrent callers share one refresh. */
export function cached(source: AwsCredentialIdentity | CredentialProvider): CredentialProvider {
  if (typeof source !== "function") return async () => source;
  let credentials: AwsCredentialIdentity | undefined;
  const refresh = singleFlight(async () => {
    credentials = await source();
    return credentials;
  });
  return async () => (credentials && isFresh(credentials) ? credentials : refresh());
}

function isFresh({ expiration }: AwsCredentialIdentity): boolean {
  return expiration === undefined || expiration.getTime() - Date.now() > REFRESH_MARGIN;
}

/**
 * Gets credentials from `provider` and passes them to the wasm client, unless they are `previous`. Returns them.
 *
 * `getClient` is called once the provider has returned, because the client may be destroyed in the meantime.
 */
export async function updateCredentials(
  provider: CredentialProvider | undefined,
  previous: AwsCredentialIdentity | undefined,
  getClient: () => Client | undefined,
): Promise<AwsCredentialIdentity | undefined> {
  const credentials = await provider?.();
  if (!credentials || credentials === previous) return credentials;
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  if (typeof accessKeyId !== "string" || typeof secretAccessKey !== "string" || !accessKeyId || !secretAccessKey) {
    throw clientError("CredentialsProviderError", "the credentials have no accessKeyId or no secretAccessKey");
  }
  getClient()?.setCredentials(encode({ accessKeyId, secretAccessKey, sessionToken }));
  return credentials;
}
