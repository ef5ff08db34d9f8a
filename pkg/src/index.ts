// The exports of every entry point.

export type { Command } from "./command.js";
export { type ConsoleLogin, consoleUrl, type SwitchRole, switchRoleUrl } from "./console.js";
export type { AwsCredentialIdentity, CredentialProvider } from "./credentials.js";
export type { ErrorFields, ResponseMetadata, Violation } from "./errors.js";
export { STSClientError, STSServiceException } from "./errors.js";
export { type ExportFormat, type ExportOptions, exportCredentials } from "./export.js";
export * from "./generated/commands.js";
export * from "./generated/exceptions.js";
export type * from "./generated/model.js";
export { type MemberModel, type OperationModel, operations } from "./generated/operations.js";
export type { EksToken, EksTokenOptions, IdentityOptions, VaultLogin, VaultLoginOptions } from "./identity.js";
export { eksToken, vaultLogin } from "./identity.js";
export { type Partition, partitionOf } from "./partition.js";
export type { FromTemporaryCredentialsOptions, FromWebTokenOptions } from "./providers.js";
export { fromTemporaryCredentials, fromWebToken } from "./providers.js";
export type { Fetch, RequestOptions } from "./send.js";
export type { PresignOptions, SignerConfig, SigningOptions } from "./signer.js";
export { Signer } from "./signer.js";
export type { ParseInput, PreparedRequest, STSClientConfig } from "./sts.js";
export { STS, STSClient } from "./sts.js";
