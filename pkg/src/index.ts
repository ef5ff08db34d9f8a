// The exports of every entry point.

export { STS } from "./aggregated-client.js";
export type { Command } from "./command.js";
export { Command as $Command } from "./command.js";
export type { CustomEndpoint, Endpoint, Provider, ResolvedSTSClientConfig, STSClientConfig } from "./config.js";
export { type ConsoleLogin, consoleUrl, type SwitchRole, switchRoleUrl } from "./console.js";
export type {
  AwsCredentialIdentity,
  CachedProvider,
  CacheOptions,
  CredentialProvider,
  CredentialSource,
  CredentialsInput,
} from "./credentials.js";
export { cached } from "./credentials.js";
export { WebIdentityTokenSubjectModeType } from "./enums.js";
export type { ErrorFields, ResponseMetadata, Violation } from "./errors.js";
export { STSClientError, STSServiceException } from "./errors.js";
export { type ExportFormat, type ExportOptions, exportCredentials } from "./export.js";
export * from "./generated/commands.js";
export * from "./generated/exceptions.js";
export type * from "./generated/model.js";
export { type MemberModel, type OperationModel, operations } from "./generated/operations.js";
export type { EksToken, EksTokenOptions, IdentityOptions, VaultLogin, VaultLoginOptions } from "./identity.js";
export { eksToken, vaultLogin } from "./identity.js";
export type { Logger } from "./logger.js";
export { type Partition, partitionOf } from "./partition.js";
export type {
  CallerProperties,
  FromTemporaryCredentialsOptions,
  FromWebTokenOptions,
  RoleCredentialProvider,
} from "./providers.js";
export {
  fromTemporaryCredentials,
  fromWebToken,
  getDefaultRoleAssumer,
  getDefaultRoleAssumerWithWebIdentity,
} from "./providers.js";
export type { HttpRequest, HttpResponse, RequestHandler } from "./request-handler.js";
export type { Callback, Fetch, RequestOptions } from "./send.js";
export type { PresignOptions, SignerConfig, SigningOptions } from "./signer.js";
export { Signer } from "./signer.js";
export type { ParseInput, PreparedRequest } from "./sts.js";
export { STSClient } from "./sts.js";
