// Providers of role credentials, for this package's clients and for the AWS SDK's.

import { type AwsCredentialIdentity, type CredentialProvider, cached } from "./credentials.js";
import { clientError } from "./errors.js";
import type { AssumeRoleCommandInput, AssumeRoleWithWebIdentityCommandInput, Credentials } from "./generated/model.js";
import { STS, type STSClientConfig } from "./sts.js";

/** Options of {@link fromTemporaryCredentials}, as in @aws-sdk/credential-providers. */
export interface FromTemporaryCredentialsOptions {
  /** Input of AssumeRole. `RoleSessionName` defaults to `sts-web-` and the current time. */
  params: Omit<AssumeRoleCommandInput, "RoleSessionName"> & { RoleSessionName?: string | undefined };
  /** Credentials that assume the role, or a provider of them (role chaining). */
  masterCredentials?: AwsCredentialIdentity | CredentialProvider;
  /** Options of the STS client, such as the region. */
  clientConfig?: STSClientConfig;
  /** Returns a code of the MFA device in `params.SerialNumber`. Called for each refresh. */
  mfaCodeProvider?: (serialNumber: string) => Promise<string>;
}

/** Options of {@link fromWebToken}, as in @aws-sdk/credential-providers. */
export interface FromWebTokenOptions {
  /** ARN of the role to assume. */
  roleArn: string;
  /** Token of the identity provider, or a function that returns a current one. Called for each refresh. */
  webIdentityToken: string | (() => Promise<string>);
  /** Default: `sts-web-` and the current time. */
  roleSessionName?: string;
  /** Lifetime of the credentials, in seconds. */
  durationSeconds?: number;
  /** Session policy, in JSON. */
  policy?: string;
  /** ARNs of managed policies to use as session policies. */
  policyArns?: { arn?: string | undefined }[];
  /** Domain of an OAuth 2.0 provider, e.g. `www.amazon.com`. Omit it for OpenID Connect tokens. */
  providerId?: string;
  /** Options of the STS client, such as the region. */
  clientConfig?: STSClientConfig;
}

/**
 * Returns a provider that assumes a role. It caches the credentials until five minutes before they expire; concurrent
 * callers share one request.
 *
 * @example
 * ```ts
 * const credentials = fromTemporaryCredentials({
 *   params: { RoleArn: "arn:aws:iam::123456789012:role/test-role" },
 *   masterCredentials: { accessKeyId, secretAccessKey },
 *   clientConfig: { region: "eu-central-1" },
 * });
 * const s3 = new Signer({ region: "eu-central-1", service: "s3", credentials });
 * ```
 */
export function fromTemporaryCredentials(options: FromTemporaryCredentialsOptions): CredentialProvider {
  const { params, masterCredentials, clientConfig, mfaCodeProvider } = options;
  const sts = new STS({ ...clientConfig, credentials: masterCredentials ?? clientConfig?.credentials });
  return cached(async () => {
    const input = { ...params, RoleSessionName: params.RoleSessionName ?? sessionName() };
    if (input.SerialNumber && !input.TokenCode) {
      if (!mfaCodeProvider) {
        const message = "SerialNumber requires an MFA code: set mfaCodeProvider or params.TokenCode";
        throw clientError("CredentialsProviderError", message);
      }
      input.TokenCode = await mfaCodeProvider(input.SerialNumber);
    }
    return toIdentity((await sts.assumeRole(input)).Credentials);
  });
}

/**
 * Returns a provider that assumes a role with a token of an identity provider. It caches the credentials as
 * {@link fromTemporaryCredentials} does.
 *
 * @example
 * ```ts
 * const credentials = fromWebToken({
 *   roleArn: "arn:aws:iam::123456789012:role/web-role",
 *   webIdentityToken: async () => (await fetch("/token")).text(),
 *   clientConfig: { region: "eu-central-1" },
 * });
 * ```
 */
export function fromWebToken(options: FromWebTokenOptions): CredentialProvider {
  const { webIdentityToken, clientConfig } = options;
  const sts = new STS(clientConfig);
  return cached(async () => {
    const input: AssumeRoleWithWebIdentityCommandInput = {
      RoleArn: options.roleArn,
      RoleSessionName: options.roleSessionName ?? sessionName(),
      WebIdentityToken: typeof webIdentityToken === "function" ? await webIdentityToken() : webIdentityToken,
      ProviderId: options.providerId,
      PolicyArns: options.policyArns,
      Policy: options.policy,
      DurationSeconds: options.durationSeconds,
    };
    return toIdentity((await sts.assumeRoleWithWebIdentity(input)).Credentials);
  });
}

function toIdentity({ AccessKeyId, SecretAccessKey, SessionToken, Expiration }: Credentials): AwsCredentialIdentity {
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
    expiration: Expiration,
  };
}

function sessionName(): string {
  return `sts-web-${Date.now()}`;
}
