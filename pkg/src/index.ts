// What every entry point gives.
export { STS, STSClient } from "./sts.js";
export { fromTemporaryCredentials, fromWebToken } from "./providers.js";
export type { FromTemporaryCredentialsOptions, FromWebTokenOptions } from "./providers.js";
export type { ParseInput, PreparedRequest, RequestOptions, STSClientConfig } from "./sts.js";
export { Signer } from "./signer.js";
export type { PresignOptions, SignerConfig, SigningOptions } from "./signer.js";
export { exportCredentials, type ExportFormat } from "./export.js";
export { consoleUrl, switchRoleUrl, type ConsoleLogin, type SwitchRole } from "./console.js";
export { eksToken, vaultLogin, type EksToken, type IdentityOptions, type VaultLogin } from "./identity.js";
export type { AwsCredentialIdentity, CredentialProvider } from "./credentials.js";
export { STSClientError, STSServiceException } from "./errors.js";
export type { Fault, ResponseMetadata } from "./errors.js";
export { operations, type MemberModel, type OperationModel } from "./generated/operations.js";
export * from "./generated/commands.js";
export * from "./generated/exceptions.js";
export type * from "./generated/model.js";
