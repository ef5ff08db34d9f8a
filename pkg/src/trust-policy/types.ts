// The input and output types of the trust policy check.

import type { Truth } from "./logic.js";

export type { Truth } from "./logic.js";

/** Result of the check. `"unknown"`: it depends on a fact that is not provided, or the input is invalid. */
export type Verdict = "allowed" | "denied" | "unknown";

/** The operation that the caller calls. */
export type AssumeAction = "sts:AssumeRole" | "sts:AssumeRoleWithWebIdentity" | "sts:AssumeRoleWithSAML";

/** An action that the trust policy must allow: the operation itself, or one that its inputs require as well. */
export type CheckedAction = AssumeAction | "sts:TagSession" | "sts:SetSourceIdentity" | "sts:SetContext";

/** A caller that signs its request with AWS credentials. */
export interface SignedCaller {
  /** The `Arn` that GetCallerIdentity returns. */
  arn: string;
  /** The `UserId` that GetCallerIdentity returns. Unknown if omitted. */
  userId?: string | null | undefined;
  /** Derived from the ARN if omitted. */
  kind?: "user" | "assumed-role" | "federated-user" | "root" | undefined;
  /** Long-term access keys (AKIA…) or temporary ones (ASIA…). Unknown for a user if omitted. */
  credentials?: "long-term" | "temporary" | null | undefined;
  /**
   * Whether GetSessionToken returned the user's temporary credentials for an MFA code. Unknown if omitted. `true` has
   * no effect for a role session: AssumeRole checks a code, but its credentials do not include that.
   */
  mfa?: boolean | null | undefined;
  /** Tags of the user, or of the role and its session. Unknown if omitted. */
  tags?: Record<string, string> | null | undefined;
  /** ARN of the session's role with its path, which is not part of the session's ARN. */
  roleArn?: string | null | undefined;
  /** Source identity of the session. `null` means unknown. If omitted, none is assumed, and `notSeen` mentions it. */
  sourceIdentity?: string | null | undefined;
}

/** A caller with a token of an OpenID Connect provider. */
export interface WebIdentityCaller {
  kind: "web-identity";
  /** The token's `iss`, with or without `https://`. */
  issuer: string;
  /** ARN of the IAM OIDC provider. Derived from the issuer and the role's account if omitted. */
  provider?: string | undefined;
  /** The token's claims. Unknown if omitted. */
  claims?: Record<string, unknown> | null | undefined;
}

/** A caller with a SAML assertion. */
export interface SamlCaller {
  kind: "saml";
  /** ARN of the IAM SAML provider. */
  provider: string;
  /**
   * Condition keys without the prefix `saml:`, e.g. `aud`, `iss`, `sub` or `eduPersonAffiliation`, and AWS's
   * attributes, e.g. `https://aws.amazon.com/SAML/Attributes/PrincipalTag:team`. Keys that are omitted are unknown.
   */
  claims?: Record<string, unknown> | null | undefined;
}

/** The inputs of the request. An omitted member is not sent; `null` means that it is unknown. */
export interface AssumeRequest {
  /** RoleSessionName. Unknown if omitted, because it is always sent. */
  sessionName?: string | null | undefined;
  externalId?: string | null | undefined;
  /** Whether SerialNumber and TokenCode are sent. */
  mfaCode?: boolean | null | undefined;
  sourceIdentity?: string | null | undefined;
  /** Session tags, in addition to those in the claims of a token or assertion. */
  tags?: Record<string, string> | null | undefined;
  transitiveTagKeys?: string[] | null | undefined;
  /** ARNs of the context providers in ProvidedContexts, e.g. `arn:aws:iam::aws:contextProvider/IdentityCenter`. */
  providedContexts?: string[] | null | undefined;
}

/** The caller, the role and the request. */
export interface TrustPolicyContext {
  caller: SignedCaller | WebIdentityCaller | SamlCaller;
  /** ARN of the role to assume. Optional if the policy is the output of `aws iam get-role`, which contains it. */
  roleArn?: string | undefined;
  action: AssumeAction;
  /** If omitted, all inputs are unknown. */
  request?: AssumeRequest | null | undefined;
  /**
   * Values of other condition keys, e.g. `aws:SourceIp`, `aws:PrincipalOrgID` or `aws:CurrentTime`. `[]` means that the
   * key is not in the request, `null` that it is unknown.
   */
  conditionKeys?: Record<string, string | string[] | null> | undefined;
}

/** Whether a part of a statement matches, and why. */
export interface Match {
  matches: Truth;
  /** A sentence. */
  reason: string;
}

/** One key under one operator of a `Condition`. */
export interface ConditionExplanation {
  operator: string;
  key: string;
  /** The policy's values. */
  values: string[];
  verdict: Truth;
  /** A sentence. */
  reason: string;
}

/** The effect of one statement on one action. */
export interface StatementExplanation {
  /** Position in the policy, counted from 1. */
  number: number;
  sid?: string;
  effect: "Allow" | "Deny";
  /** Whether principal, action and all conditions match. */
  applies: Truth;
  /** A sentence. */
  reason: string;
  principal: Match;
  action: Match;
  conditions: ConditionExplanation[];
}

/** The verdict on one action, statement by statement. */
export interface ActionExplanation {
  action: CheckedAction;
  verdict: Verdict;
  /** A sentence. */
  reason: string;
  statements: StatementExplanation[];
}

/** The verdict on an action that the request needs besides the operation itself. */
export interface FurtherActionExplanation extends ActionExplanation {
  /** Whether the request needs it: true, or `"unknown"`. */
  needed: Truth;
}

/** An invalid part of the policy or context. */
export interface PolicyViolation {
  /** Path, e.g. `Statement[0].Condition.StringEquals` or `context.roleArn`. Empty for the whole policy. */
  path: string;
  message: string;
}

/** A common mistake in the policy. It does not change the verdict. */
export interface PolicyWarning {
  /** Stable code, e.g. `near-miss` or `for-all-values`. */
  code: string;
  message: string;
  /** The statement's number, counted from 1. */
  statement?: number;
}

/** Something else that decides whether the role can be assumed, and that the trust policy does not contain. */
export interface NotSeen {
  /** Stable code, e.g. `identity-policy` or `service-control-policy`. */
  about: string;
  message: string;
}

/** What {@link explainTrustPolicy} returns. */
export interface TrustPolicyExplanation {
  /** Whether the trust policy lets the caller assume the role. Never `"allowed"` if it depends on an unknown fact. */
  verdict: Verdict;
  /** One or two sentences. */
  reason: string;
  /** Whether an identity policy of the caller must also allow the action. Not set if the verdict is `"denied"`. */
  needsIdentityPolicy?: Truth;
  /** The effect of each statement on the operation. Empty if the policy or the context is invalid. */
  statements: StatementExplanation[];
  /** `sts:TagSession`, `sts:SetSourceIdentity` and `sts:SetContext`, if the request needs them or may need them. */
  furtherActions: FurtherActionExplanation[];
  /** Invalid parts of the policy and context. If there are any, the verdict is not `"allowed"`. */
  violations: PolicyViolation[];
  /** Common mistakes in the policy. They do not change the verdict. */
  warnings: PolicyWarning[];
  /** What else decides whether the role can be assumed, e.g. the caller's identity policy. */
  notSeen: NotSeen[];
}
