// Providers of role credentials, for this package's clients and for the AWS SDK's.

import type { Provider, STSClientConfig } from "./config.js";
import {
  type AwsCredentialIdentity,
  type CachedProvider,
  type CredentialProvider,
  type CredentialSource,
  type CredentialsInput,
  cached,
} from "./credentials.js";
import { clientError } from "./errors.js";
import { AssumeRoleCommand, AssumeRoleWithWebIdentityCommand } from "./generated/commands.js";
import type {
  AssumedRoleUser,
  AssumeRoleCommandInput,
  AssumeRoleWithWebIdentityCommandInput,
  Credentials,
} from "./generated/model.js";
import type { RequestHandler } from "./request-handler.js";
import { STSClient } from "./sts.js";

/** What a client of the AWS SDK passes to its credential providers. */
export interface CallerProperties {
  callerClientConfig?: {
    region?: string | Provider<string> | undefined;
    requestHandler?: (RequestHandler & { metadata?: { handlerProtocol?: string } }) | undefined;
    credentialDefaultProvider?: (() => CredentialProvider) | undefined;
  };
}

/** Returns role credentials. In a client of the AWS SDK, STS is called in that client's region. */
export interface RoleCredentialProvider extends Pick<CachedProvider, "refresh" | "invalidate"> {
  (properties?: CallerProperties): Promise<AwsCredentialIdentity>;
}

/** Options of {@link fromTemporaryCredentials}, as in @aws-sdk/credential-providers. */
export interface FromTemporaryCredentialsOptions {
  /** Input of AssumeRole. `RoleSessionName` defaults to `aws-sdk-js-` and the current time. */
  params: Omit<AssumeRoleCommandInput, "RoleSessionName"> & { RoleSessionName?: string | undefined };
  /**
   * Credentials that assume the role, or a provider of them (role chaining). Default: those of `clientConfig`, or in a
   * client of the AWS SDK those that its platform provides.
   */
  masterCredentials?: CredentialSource | undefined;
  /** Options of the STS client. The region defaults to that of the AWS SDK's client, or to `us-east-1`. */
  clientConfig?: STSClientConfig | undefined;
  /** Returns a code of the MFA device in `params.SerialNumber`. Called for each refresh. */
  mfaCodeProvider?: ((serialNumber: string) => Promise<string>) | undefined;
}

/** Options of {@link fromWebToken}, as in @aws-sdk/credential-providers. */
export interface FromWebTokenOptions {
  /** ARN of the role to assume. */
  roleArn: string;
  /** Token of the identity provider, or a function that returns a current one. Called for each refresh. */
  webIdentityToken: string | (() => Promise<string>);
  /** Default: `aws-sdk-js-session-` and the current time. */
  roleSessionName?: string | undefined;
  /** Lifetime of the credentials, in seconds. */
  durationSeconds?: number | undefined;
  /** Session policy, in JSON. */
  policy?: string | undefined;
  /** ARNs of managed policies to use as session policies. */
  policyArns?: { arn?: string | undefined }[] | undefined;
  /** Domain of an OAuth 2.0 provider, e.g. `www.amazon.com`. Omit it for OpenID Connect tokens. */
  providerId?: string | undefined;
  /** Options of the STS client. The region defaults to that of the AWS SDK's client, or to `us-east-1`. */
  clientConfig?: STSClientConfig | undefined;
}

/**
 * Returns a provider that assumes a role. It caches the credentials as {@link cached} does, and has the same methods
 * `refresh()` and `invalidate()`.
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
export function fromTemporaryCredentials(options: FromTemporaryCredentialsOptions): RoleCredentialProvider {
  const { params, masterCredentials, clientConfig, mfaCodeProvider } = options;
  return assumed(
    clientConfig,
    async (client) => {
      const input = { ...params, RoleSessionName: params?.RoleSessionName ?? `aws-sdk-js-${Date.now()}` };
      if (input.SerialNumber && !input.TokenCode) {
        if (!mfaCodeProvider) throw mfaCodeMissing();
        input.TokenCode = await mfaCodeProvider(input.SerialNumber);
      }
      // As in the SDK, without the account ID.
      const { Credentials } = await client.send(new AssumeRoleCommand(input));
      return { Credentials };
    },
    masterCredentials,
  );
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
export function fromWebToken(options: FromWebTokenOptions): RoleCredentialProvider {
  const { webIdentityToken, clientConfig } = options;
  return assumed(clientConfig, async (client) => {
    const token = typeof webIdentityToken === "function" ? await webIdentityToken() : webIdentityToken;
    const input: AssumeRoleWithWebIdentityCommandInput = {
      RoleArn: options.roleArn,
      RoleSessionName: options.roleSessionName ?? `aws-sdk-js-session-${Date.now()}`,
      // A token that was read from a file may end with a newline.
      WebIdentityToken: token?.trim(),
      ProviderId: options.providerId,
      PolicyArns: options.policyArns,
      Policy: options.policy,
      DurationSeconds: options.durationSeconds,
    };
    return client.send(new AssumeRoleWithWebIdentityCommand(input));
  });
}

/**
 * Returns a function that assumes roles, as the AWS SDK's providers for configuration files expect it in their option
 * `roleAssumer`.
 *
 * @example
 * ```ts
 * const assumeRole = getDefaultRoleAssumer({ region: "eu-central-1" });
 * const roleCredentials = await assumeRole(credentials, { RoleArn, RoleSessionName });
 * ```
 */
export function getDefaultRoleAssumer(clientConfig: STSClientConfig = {}) {
  return async (credentials: CredentialsInput, input: AssumeRoleCommandInput): Promise<AwsCredentialIdentity> => {
    const client = new STSClient({ region: DEFAULT_REGION, ...clientConfig, credentials });
    return toIdentity(await client.send(new AssumeRoleCommand(input)));
  };
}

/**
 * Returns a function that assumes roles with tokens of an identity provider, for the option
 * `roleAssumerWithWebIdentity` of the AWS SDK's providers.
 *
 * @example
 * ```ts
 * const assumeRole = getDefaultRoleAssumerWithWebIdentity({ region: "eu-central-1" });
 * const roleCredentials = await assumeRole({ RoleArn, RoleSessionName, WebIdentityToken });
 * ```
 */
export function getDefaultRoleAssumerWithWebIdentity(clientConfig: STSClientConfig = {}) {
  return async (input: AssumeRoleWithWebIdentityCommandInput): Promise<AwsCredentialIdentity> => {
    const client = new STSClient({ region: DEFAULT_REGION, ...clientConfig });
    return toIdentity(await client.send(new AssumeRoleWithWebIdentityCommand(input)));
  };
}

/** The AWS SDK's default for its credential providers. */
const DEFAULT_REGION = "us-east-1";

/** Returns a provider that caches what `assume` returns. The first caller determines the defaults of the STS client. */
function assumed(
  clientConfig: STSClientConfig = {},
  assume: (client: STSClient) => Promise<Assumed>,
  masterCredentials?: CredentialSource,
): RoleCredentialProvider {
  let client: STSClient | undefined;
  let caller: CallerProperties["callerClientConfig"];
  const provider = cached(
    async () => {
      client ??= new STSClient({
        ...clientConfig,
        region: clientConfig.region ?? caller?.region ?? DEFAULT_REGION,
        credentials: masterCredentials ?? clientConfig.credentials ?? caller?.credentialDefaultProvider?.(),
        requestHandler: clientConfig.requestHandler ?? (clientConfig.fetch ? undefined : handlerOf(caller)),
      });
      return toIdentity(await assume(client));
    },
    { now: () => Date.now() + (client?.systemClockOffset ?? 0) },
  );
  const { refresh, invalidate } = provider;
  const get = (properties?: CallerProperties) => {
    caller ??= properties?.callerClientConfig;
    return provider();
  };
  return Object.assign(get, { refresh, invalidate });
}

/** Returns the request handler of the AWS SDK's client, unless it speaks HTTP/2, which STS does not. */
function handlerOf(caller: CallerProperties["callerClientConfig"]): RequestHandler | undefined {
  return caller?.requestHandler?.metadata?.handlerProtocol === "h2" ? undefined : caller?.requestHandler;
}

function mfaCodeMissing(): Error {
  const message = "SerialNumber requires an MFA code: set mfaCodeProvider or params.TokenCode";
  // `tryNextLink: false` ends a chain of the AWS SDK's providers with this error.
  return Object.assign(clientError("CredentialsProviderError", message), { tryNextLink: false });
}

/** The output of an operation that assumes a role. */
interface Assumed {
  Credentials: Credentials;
  AssumedRoleUser?: AssumedRoleUser | undefined;
}

function toIdentity({ Credentials, AssumedRoleUser }: Assumed): AwsCredentialIdentity {
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = Credentials;
  const accountId = AssumedRoleUser?.Arn?.split(":")[4];
  return {
    accessKeyId: AccessKeyId,
    secretAccessKey: SecretAccessKey,
    sessionToken: SessionToken,
    expiration: Expiration,
    ...(accountId && { accountId }),
  };
}
