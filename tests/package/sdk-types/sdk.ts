// Checked by the compiler alone: what a program typed with the AWS SDK's declarations takes and gives fits this package's.
//
// Left out, each for a reason:
// - The forms of the methods with a callback: promises do the same.
// - Enumerations are plain texts here, as STS may get more of them: theirs fit ours.
// - Outputs fit one way only: where STS always answers a member (`Credentials`), it is not optional here.
// - The middleware stack, request handlers and serialisers: there are none here. `fetch` in the settings is for those.
// - `getDefaultRoleAssumer` and its like, which the SDK's own providers use: `fromTemporaryCredentials` does that.

import type * as sdk from "@aws-sdk/client-sts";
import type * as ours from "sts-web/aws-sdk";

/** Ours takes what theirs takes, and is taken where theirs is. */
type In<Ours extends Theirs, Theirs extends Back, Back = Ours> = [Ours, Theirs, Back];
/** Ours may stand where theirs is expected. */
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
  // What is worth a retry is told by the answer here, and by the class there.
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

const settings = {
  maxAttempts: 3,
  region: "us-east-1",
  endpoint: "http://127.0.0.1:4566",
  systemClockOffset: 0,
  credentials: async () => ({ accessKeyId: "AKIA", secretAccessKey: "secret" }),
};
export const configs: [sdk.STSClientConfig, ours.STSClientConfig] = [settings, settings];

// The control: were the compiler not looking, this would be no error.
// @ts-expect-error An input of another operation is none of this one's.
export type Wrong = In<ours.GetCallerIdentityCommandInput & { RoleArn: number }, sdk.AssumeRoleCommandInput>;
