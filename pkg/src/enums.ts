// Enumerations of the AWS SDK. Members accept any string, because STS may add values.

/**
 * Subjects of the token that GetWebIdentityToken returns.
 *
 * @example
 * ```ts
 * const mode = WebIdentityTokenSubjectModeType.AWS_IDENTITY;
 * ```
 */
export const WebIdentityTokenSubjectModeType = {
  AWS_IDENTITY: "AWSIdentity",
  ORIGIN_IDENTITY: "OriginIdentity",
} as const;
export type WebIdentityTokenSubjectModeType =
  (typeof WebIdentityTokenSubjectModeType)[keyof typeof WebIdentityTokenSubjectModeType];
