// The configuration as people write it. The comments are its documentation: editors and the JSON Schema show them.

import type { JWK } from "jose";

/** The configuration of a broker: which callers may assume which roles. */
export interface ConfigurationInput {
  /** URL of the JSON Schema, for editors. */
  $schema?: string | undefined;
  /**
   * The public URL of this Worker, e.g. `https://sts.example.org`. It is the `iss` claim of the Worker's tokens and the
   * URL of the OIDC provider in IAM. On other hosts the Worker issues no credentials. Required unless `credentials` is
   * `"keys"`.
   */
  issuer?: string | undefined;
  /**
   * How the Worker authenticates to AWS. `"issuer"`, the default: with tokens that it signs itself, without AWS keys.
   * `"keys"`: with the access key of an IAM user, from the secrets `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`.
   */
  credentials?: "issuer" | "keys" | undefined;
  /** Region of the STS endpoint. */
  region: string;
  /** Custom endpoint of STS. Default: that of AWS. */
  endpoint?: string | undefined;
  /** Custom endpoint of S3. Default: that of AWS. */
  s3Endpoint?: string | undefined;
  /** Other origins whose pages may call the API. Default: none. */
  origins?: string[] | undefined;
  /** The page's sign-in. Default: none. */
  signIn?: SignInInput | undefined;
  /** Maximum number of STS calls per caller and hour, from 1 to 10,000. Default: 60. */
  keysPerHour?: number | undefined;
  /**
   * How long cached keys of an issuer are used if they cannot be fetched again, from 600 to 86,400 seconds. Default:
   * 3,600. A key that the issuer withdraws during an outage remains accepted for that time.
   */
  staleKeysSeconds?: number | undefined;
  /**
   * Which callers may assume which roles. If several grants match the caller and have the requested role, the one with
   * the largest maximum duration applies; if it does not allow the request, the next one is tried.
   */
  grants: GrantInput[];
}

/**
 * The page's sign-in: OpenID Connect, authorization code flow. A grant must have the same issuer, and the client ID as
 * an audience.
 */
export interface SignInInput {
  /** URL of the identity provider. */
  issuer: string;
  /** Client ID, registered with the redirect URI `https://YOUR-WORKER/api/sign-in/callback`. */
  clientId: string;
  /** Name of the Worker secret that contains the client secret, for identity providers that require one. */
  clientSecret?: string | undefined;
  /** Requested scopes, separated by spaces. Default: `openid`. */
  scope?: string | undefined;
}

/** Limits of a session. A role's own settings replace those of its grant. */
export interface SessionInput {
  /**
   * Maximum session duration in seconds, from 900 to 43,200. Default: 3,600. IAM limits it further by the role's own
   * maximum.
   */
  maxDurationSeconds?: number | undefined;
  /**
   * Minimum remaining lifetime in seconds of credentials that are returned from the cache. Default: half of the
   * duration.
   */
  minRemainingSeconds?: number | undefined;
  /**
   * Session policy: an IAM policy as an object or as JSON, at most 2,048 characters. Callers then cannot set another
   * one.
   */
  sessionPolicy?: object | string | undefined;
  /** ARNs of managed policies that limit the session, at most 10. */
  policyArns?: string[] | undefined;
  /**
   * Session tags: tag keys, each with the claim that provides its value. A request is rejected if the claim is missing.
   */
  tags?: Record<string, string> | undefined;
  /** Keys of `tags` that are passed on when the session assumes other roles (transitive tags). */
  transitiveTags?: string[] | undefined;
  /**
   * Whether the session has a source identity, which is then the session name. Default: `false`. It cannot be changed
   * or removed, and each role that the session assumes must allow `sts:SetSourceIdentity`.
   */
  sourceIdentity?: boolean | undefined;
  /** External ID that the role's trust policy requires. Only with `credentials: "keys"`. */
  externalId?: string | undefined;
}

/** A role with its own settings. */
export interface RoleInput extends SessionInput {
  /** ARN of the role. */
  arn: string;
}

/** An accepted value of a claim. In `like`, `*` matches any text and `?` any character, as in AWS's `StringLike`. */
export type ClaimValueInput = string | number | boolean | { like: string };

/** Which callers may assume which roles, and within which limits. */
export interface GrantInput extends SessionInput {
  /**
   * Name of the grant: 1 to 64 letters, digits and `_.-`. It is part of the subject of the Worker's tokens,
   * `grant:NAME:…`, and therefore of the roles' trust policies. Required and unique unless `credentials` is `"keys"`.
   */
  name?: string | undefined;
  /** Required value of the token's `iss` claim. A grant has either `issuer` or `sharedSecret`. */
  issuer?: string | undefined;
  /** Accepted values of the token's `aud` claim. Required with `issuer`. */
  audience?: string | string[] | undefined;
  /** URL of the issuer's JWKS. Default: the one in its discovery document. */
  jwksUri?: string | undefined;
  /** The issuer's JWKS, for an issuer that the Worker cannot reach. */
  jwks?: { keys: JWK[] } | undefined;
  /** Accepted signature algorithms. Default: `["RS256", "ES256"]`. */
  algorithms?: string[] | undefined;
  /**
   * Claims that the token must have, each with its accepted value or values. The name of a nested claim is its path,
   * e.g. `realm_access.roles`. A claim that is a list must contain one accepted value.
   */
  claims?: Record<string, ClaimValueInput | ClaimValueInput[]> | undefined;
  /** Claim that identifies the caller in session names and subjects, e.g. `email`. Default: `sub`. */
  subjectClaim?: string | undefined;
  /**
   * Name of the Worker secret, in capitals, with which a machine without tokens authenticates. The secret has at least
   * 32 characters.
   */
  sharedSecret?: string | undefined;
  /** Subject of the machine. Required with `sharedSecret`. */
  subject?: string | undefined;
  /** The roles by their short names: each is a role's ARN, or an object with the ARN and the role's own settings. */
  roles: Record<string, string | RoleInput>;
}
