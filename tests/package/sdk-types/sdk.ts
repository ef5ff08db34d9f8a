// Only type-checked: this package's types are compatible with the AWS SDK's.
//
// Not compared, or in one direction only:
// - Enums are strings here, because STS may add values. The SDK's are assignable to ours.
// - Outputs are assignable to the SDK's, not the reverse: members that STS always returns are not optional here.
// - Middleware and serializers do not exist here. The options `fetch`, `requestHandler` and `logger` replace them.

import type * as sdk from "@aws-sdk/client-sts";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import * as ours from "sts-web/aws-sdk";

/** The input types are assignable to each other. */
type In<Ours extends Theirs, Theirs extends Back, Back = Ours> = [Ours, Theirs, Back];
/** Our type is assignable to theirs. */
type Out<Ours extends Theirs, Theirs> = [Ours, Theirs];

export interface Operations {
  AssumeRole: [
    In<ours.AssumeRoleCommandInput, sdk.AssumeRoleCommandInput>,
    Out<ours.AssumeRoleCommandOutput, sdk.AssumeRoleCommandOutput>,
  ];
  AssumeRoleWithSAML: [
    In<ours.AssumeRoleWithSAMLCommandInput, sdk.AssumeRoleWithSAMLCommandInput>,
    Out<ours.AssumeRoleWithSAMLCommandOutput, sdk.AssumeRoleWithSAMLCommandOutput>,
  ];
  AssumeRoleWithWebIdentity: [
    In<ours.AssumeRoleWithWebIdentityCommandInput, sdk.AssumeRoleWithWebIdentityCommandInput>,
    Out<ours.AssumeRoleWithWebIdentityCommandOutput, sdk.AssumeRoleWithWebIdentityCommandOutput>,
  ];
  AssumeRoot: [
    In<ours.AssumeRootCommandInput, sdk.AssumeRootCommandInput>,
    Out<ours.AssumeRootCommandOutput, sdk.AssumeRootCommandOutput>,
  ];
  DecodeAuthorizationMessage: [
    In<ours.DecodeAuthorizationMessageCommandInput, sdk.DecodeAuthorizationMessageCommandInput>,
    Out<ours.DecodeAuthorizationMessageCommandOutput, sdk.DecodeAuthorizationMessageCommandOutput>,
  ];
  GetAccessKeyInfo: [
    In<ours.GetAccessKeyInfoCommandInput, sdk.GetAccessKeyInfoCommandInput>,
    Out<ours.GetAccessKeyInfoCommandOutput, sdk.GetAccessKeyInfoCommandOutput>,
  ];
  GetCallerIdentity: [
    In<ours.GetCallerIdentityCommandInput, sdk.GetCallerIdentityCommandInput>,
    Out<ours.GetCallerIdentityCommandOutput, sdk.GetCallerIdentityCommandOutput>,
  ];
  GetDelegatedAccessToken: [
    In<ours.GetDelegatedAccessTokenCommandInput, sdk.GetDelegatedAccessTokenCommandInput>,
    Out<ours.GetDelegatedAccessTokenCommandOutput, sdk.GetDelegatedAccessTokenCommandOutput>,
  ];
  GetFederationToken: [
    In<ours.GetFederationTokenCommandInput, sdk.GetFederationTokenCommandInput>,
    Out<ours.GetFederationTokenCommandOutput, sdk.GetFederationTokenCommandOutput>,
  ];
  GetScopedCredentials: [
    In<ours.GetScopedCredentialsCommandInput, sdk.GetScopedCredentialsCommandInput>,
    Out<ours.GetScopedCredentialsCommandOutput, sdk.GetScopedCredentialsCommandOutput>,
  ];
  GetSessionToken: [
    In<ours.GetSessionTokenCommandInput, sdk.GetSessionTokenCommandInput>,
    Out<ours.GetSessionTokenCommandOutput, sdk.GetSessionTokenCommandOutput>,
  ];
  GetWebIdentityToken: [
    Out<sdk.GetWebIdentityTokenCommandInput, ours.GetWebIdentityTokenCommandInput>,
    Out<ours.GetWebIdentityTokenCommandOutput, sdk.GetWebIdentityTokenCommandOutput>,
  ];
}

export interface Exceptions {
  ExpiredTokenException: Out<ours.ExpiredTokenException, sdk.ExpiredTokenException>;
  ExpiredTradeInTokenException: Out<ours.ExpiredTradeInTokenException, sdk.ExpiredTradeInTokenException>;
  // Here the response determines `$retryable`; in the SDK the class does.
  IDPCommunicationErrorException: Out<
    Omit<ours.IDPCommunicationErrorException, "$retryable">,
    Omit<sdk.IDPCommunicationErrorException, "$retryable">
  >;
  IDPRejectedClaimException: Out<ours.IDPRejectedClaimException, sdk.IDPRejectedClaimException>;
  InsufficientSessionLifetimeException: Out<
    ours.InsufficientSessionLifetimeException,
    sdk.InsufficientSessionLifetimeException
  >;
  InvalidAuthorizationMessageException: Out<
    ours.InvalidAuthorizationMessageException,
    sdk.InvalidAuthorizationMessageException
  >;
  InvalidContextAssertionException: Out<ours.InvalidContextAssertionException, sdk.InvalidContextAssertionException>;
  InvalidIdentityTokenException: Out<ours.InvalidIdentityTokenException, sdk.InvalidIdentityTokenException>;
  InvalidSubjectCredentialsException: Out<
    ours.InvalidSubjectCredentialsException,
    sdk.InvalidSubjectCredentialsException
  >;
  JWTPayloadSizeExceededException: Out<ours.JWTPayloadSizeExceededException, sdk.JWTPayloadSizeExceededException>;
  MalformedPolicyDocumentException: Out<ours.MalformedPolicyDocumentException, sdk.MalformedPolicyDocumentException>;
  OutboundWebIdentityFederationDisabledException: Out<
    ours.OutboundWebIdentityFederationDisabledException,
    sdk.OutboundWebIdentityFederationDisabledException
  >;
  PackedPolicyTooLargeException: Out<ours.PackedPolicyTooLargeException, sdk.PackedPolicyTooLargeException>;
  RegionDisabledException: Out<ours.RegionDisabledException, sdk.RegionDisabledException>;
  SessionDurationEscalationException: Out<
    ours.SessionDurationEscalationException,
    sdk.SessionDurationEscalationException
  >;
  STSServiceException: Out<ours.STSServiceException, sdk.STSServiceException>;
}

export declare const client: ours.STSClient;
export declare const command: ours.AssumeRoleCommand;
export const sent: Promise<sdk.AssumeRoleCommandOutput> = client.send(command, {
  abortSignal: new AbortController().signal,
});

/** The forms of a call. */
export declare const sts: ours.STS;
export const callback: Parameters<sdk.STS["assumeRole"]>[2] = (_error, output) => output?.Credentials?.AccessKeyId;
export const called: undefined[] = [
  sts.assumeRole(command.input, callback),
  sts.assumeRole(command.input, { requestTimeout: 1000 }, callback),
  client.send(command, callback),
  client.send(command, {}, callback),
] as undefined[];
export const promised: Promise<sdk.AssumeRoleCommandOutput> = sts.assumeRole(command.input, { requestTimeout: 1000 });
export const thrown: ours.STSServiceException = new ours.ExpiredTokenException({ message: "expired", $metadata: {} });

const settings = {
  maxAttempts: 3,
  region: "us-east-1",
  endpoint: "http://127.0.0.1:4566",
  systemClockOffset: 0,
  credentials: async () => ({ accessKeyId: "AKIA", secretAccessKey: "secret" }),
};
export const configs: [sdk.STSClientConfig, ours.STSClientConfig] = [settings, settings];

const providers = {
  maxAttempts: async () => 3,
  region: async () => "us-east-1",
  endpoint: async () => ({ protocol: "https:", hostname: "sts.example", path: "/" }),
  useFipsEndpoint: async () => false,
  useDualstackEndpoint: async () => false,
  logger: console,
  requestHandler: new NodeHttpHandler(),
};
export const functions: [sdk.STSClientConfig, ours.STSClientConfig] = [providers, providers];

export declare const role: ReturnType<typeof ours.fromTemporaryCredentials>;
export const callers: [sdk.STSClientConfig, ours.STSClientConfig] = [{ credentials: role }, { credentials: role }];

/** What a program passes may be undefined, although what the package returns is absent instead. */
declare const sessionToken: string | undefined;
const optional = { accessKeyId: "AKIA", secretAccessKey: "secret", sessionToken, expiration: undefined };
export const passed: [unknown, unknown, unknown] = [
  ours.exportCredentials(optional, "sh"),
  ours.consoleUrl({ credentials: optional, region: "us-east-1" }),
  ours.getDefaultRoleAssumer()(optional, command.input),
];

/** What other code reads from a client's configuration. */
type Read = "region" | "credentials" | "useFipsEndpoint" | "useDualstackEndpoint" | "maxAttempts" | "endpoint";
export const read: Pick<sdk.STSClientResolvedConfig, Read> = client.config;

export const assumeRole: ReturnType<typeof sdk.getDefaultRoleAssumer> = assumer();
export declare function assumer(): ReturnType<typeof ours.getDefaultRoleAssumer>;

// Control: without type checking this would not be an error.
// @ts-expect-error The input of one operation is not that of another.
export type Wrong = In<ours.GetCallerIdentityCommandInput & { RoleArn: number }, sdk.AssumeRoleCommandInput>;
