// What every entry point gives.

export { type ConsoleLogin, consoleUrl, type SwitchRole, switchRoleUrl } from "./console.js";
export type { AwsCredentialIdentity, CredentialProvider } from "./credentials.js";
export type { ResponseMetadata, Violation } from "./errors.js";
export { STSClientError, STSServiceException } from "./errors.js";
export { type ExportFormat, exportCredentials } from "./export.js";
export * from "./generated/commands.js";
export * from "./generated/exceptions.js";
export type * from "./generated/model.js";
export { type MemberModel, type OperationModel, operations } from "./generated/operations.js";
export { type EksToken, eksToken, type IdentityOptions, type VaultLogin, vaultLogin } from "./identity.js";
export { type Partition, partitionOf } from "./partition.js";
export type { FromTemporaryCredentialsOptions, FromWebTokenOptions } from "./providers.js";
export { fromTemporaryCredentials, fromWebToken } from "./providers.js";
export type { PresignOptions, SignerConfig, SigningOptions } from "./signer.js";
export { Signer } from "./signer.js";
export type { ParseInput, PreparedRequest, RequestOptions, STSClientConfig } from "./sts.js";
export { STS, STSClient } from "./sts.js";
