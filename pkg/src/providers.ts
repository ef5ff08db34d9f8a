// Role credentials that renew themselves, for this package's clients and the AWS SDK's alike.

import { type AwsCredentialIdentity, type CredentialProvider, cached } from "./credentials.js";
import { STSClientError } from "./errors.js";
import type { AssumeRoleCommandInput, AssumeRoleWithWebIdentityCommandInput, Credentials } from "./generated/model.js";
import { STS, type STSClientConfig } from "./sts.js";

/** As in @aws-sdk/credential-providers. */
export interface FromTemporaryCredentialsOptions {
  /** AssumeRole's input. The session is called `sts-web-` and the time if it has no name. */
  params: Omit<AssumeRoleCommandInput, "RoleSessionName"> & { RoleSessionName?: string | undefined };
  /** The keys that assume the role, or a provider of them: that is role chaining. */
  masterCredentials?: AwsCredentialIdentity | CredentialProvider;
  /** The client's settings: region, endpoint. */
  clientConfig?: STSClientConfig;
  /** Asked for the code of the MFA device in `params.SerialNumber`, each time keys are needed. */
  mfaCodeProvider?: (serialNumber: string) => Promise<string>;
}

/** As in @aws-sdk/credential-providers, and `webIdentityToken` may be a function that gives a fresh one each time. */
export interface FromWebTokenOptions {
  roleArn: string;
  webIdentityToken: string | (() => Promise<string>);
  roleSessionName?: string;
  durationSeconds?: number;
  policy?: string;
  policyArns?: { arn?: string | undefined }[];
  providerId?: string;
  clientConfig?: STSClientConfig;
}

/** Assumes a role when asked for keys; cached until five minutes before they expire, one call however many ask. */
export function fromTemporaryCredentials(options: FromTemporaryCredentialsOptions): CredentialProvider {
  const { params, masterCredentials, clientConfig, mfaCodeProvider } = options;
  const sts = new STS({ ...clientConfig, credentials: masterCredentials ?? clientConfig?.credentials });
  return cached(async () => {
    const input = { ...params, RoleSessionName: params.RoleSessionName ?? sessionName() };
    if (input.SerialNumber && !input.TokenCode) {
      if (!mfaCodeProvider) throw noCode();
      input.TokenCode = await mfaCodeProvider(input.SerialNumber);
    }
    return identity((await sts.assumeRole(input)).Credentials);
  });
}

/** Assumes a role with the token of an identity provider; cached as in {@link fromTemporaryCredentials}. */
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
    return identity((await sts.assumeRoleWithWebIdentity(input)).Credentials);
  });
}

function identity({ AccessKeyId, SecretAccessKey, SessionToken, Expiration }: Credentials): AwsCredentialIdentity {
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

function noCode(): STSClientError {
  const message = "the role wants an MFA code: give mfaCodeProvider, or params.TokenCode";
  return new STSClientError({ name: "CredentialsProviderError", message, $fault: "client", $metadata: {} });
}
