// Where a client's keys come from.

import { STSClientError } from "./errors.js";
import { encode } from "./wire.js";

/** Keys to sign with. */
export interface AwsCredentialIdentity {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Only temporary credentials have one. */
  readonly sessionToken?: string | undefined;
  /** When AWS begins to refuse the keys. A provider is asked again five minutes before. */
  readonly expiration?: Date | undefined;
}

/** Gives keys when asked; a function as the AWS SDK's credential providers are. */
export type CredentialProvider = () => Promise<AwsCredentialIdentity>;

const REFRESH_MARGIN = 5 * 60 * 1000;

/** Asks `source` when there are no keys yet or they are about to expire, once however many wait. */
export function cached(source: AwsCredentialIdentity | CredentialProvider): CredentialProvider {
  if (typeof source !== "function") return async () => source;
  let held: AwsCredentialIdentity | undefined;
  let asking: Promise<AwsCredentialIdentity> | undefined;
  return async () => {
    const expiration = held?.expiration?.getTime();
    if (held && (expiration === undefined || expiration - Date.now() > REFRESH_MARGIN)) return held;
    asking ??= source().finally(() => (asking = undefined));
    return (held = await asking);
  };
}

/** What takes keys in the module. */
interface Keeper {
  setCredentials(keys: string): void;
}

/** Gives the keys of this moment to `keeper`, unless they are those that were `given`, or it is gone. Returns them. */
export async function handOver(
  source: CredentialProvider | undefined,
  given: AwsCredentialIdentity | undefined,
  keeper: () => Keeper | undefined,
): Promise<AwsCredentialIdentity | undefined> {
  const credentials = await source?.();
  if (!credentials || credentials === given) return credentials;
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  if (typeof accessKeyId !== "string" || typeof secretAccessKey !== "string" || !accessKeyId || !secretAccessKey) {
    const message = "the credentials lack accessKeyId or secretAccessKey";
    throw new STSClientError({ name: "CredentialsProviderError", message, $fault: "client", $metadata: {} });
  }
  keeper()?.setCredentials(encode({ accessKeyId, secretAccessKey, sessionToken }));
  return credentials;
}
