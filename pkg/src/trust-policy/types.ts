// What the trust policy check takes and returns.

import type { Truth } from "./logic.js";

export type { Truth } from "./logic.js";

/** Result of the check. `"unknown"`: it depends on a fact that is not provided, or the input is invalid. */
export type Verdict = "allowed" | "denied" | "unknown";

/** The operation that the caller sends. */
export type AssumeAction = "sts:AssumeRole" | "sts:AssumeRoleWithWebIdentity" | "sts:AssumeRoleWithSAML";

/** An action that a trust policy must allow: the operation itself, and what its inputs need besides. */
export type CheckedAction = AssumeAction | "sts:TagSession" | "sts:SetSourceIdentity";

/** A caller that signs its request with AWS credentials. */
export interface SignedCaller {
  /** As GetCallerIdentity returns it. */
  arn: string;
  /** As GetCallerIdentity returns it. Not known if left out. */
  userId?: string | null;
  /** Derived from the ARN if left out. */
  kind?: "user" | "assumed-role" | "federated-user" | "root";
  /** Long-term access keys (AKIA…) or temporary ones (ASIA…). Not known for a user if left out. */
  credentials?: "long-term" | "temporary" | null;
  /** Whether the temporary credentials were requested with an MFA code. Not known if left out. */
  mfa?: boolean | null;
  /** Tags of the user, or of the role and its session. Not known if left out. */
  tags?: Record<string, string> | null;
  /** The ARN of the session's role, with its path, which the session's ARN does not have. */
  roleArn?: string | null;
  /** The source identity that the session carries. `null`: not known; left out: taken as none, and listed as not seen. */
  sourceIdentity?: string | null;
}

/** A caller with a token of an OpenID Connect provider. */
export interface WebIdentityCaller {
  kind: "web-identity";
  /** The token's `iss`, with or without `https://`. */
  issuer: string;
  /** The provider's ARN in IAM; derived from the issuer and the role's account if left out. */
  provider?: string;
  /** The token's claims. Not known if left out. */
  claims?: Record<string, unknown> | null;
}

/** A caller with a SAML assertion. */
export interface SamlCaller {
  kind: "saml";
  /** The SAML provider's ARN in IAM. */
  provider: string;
  /** Condition keys without their prefix, e.g. `aud`, `iss`, `sub`. Those left out are unknown. */
  claims?: Record<string, unknown> | null;
}

/** The inputs of the request. A member that is left out is not sent; `null` means that it is not known. */
export interface AssumeRequest {
  /** Not known if left out, because it is always sent. */
  sessionName?: string | null;
  externalId?: string | null;
  /** Whether SerialNumber and TokenCode are sent. */
  mfaCode?: boolean | null;
  sourceIdentity?: string | null;
  /** Session tags. For a web identity they are read from the token's claims too. */
  tags?: Record<string, string> | null;
  transitiveTagKeys?: string[] | null;
  durationSeconds?: number | null;
}

/** Who calls, for which role, with which inputs. */
export interface TrustPolicyContext {
  caller: SignedCaller | WebIdentityCaller | SamlCaller;
  /** The role to assume. May be left out with the output of `aws iam get-role`, which names it. */
  roleArn?: string;
  action: AssumeAction;
  /** Nothing about it is known if left out. */
  request?: AssumeRequest | null;
  /**
   * Values of further condition keys, e.g. `aws:SourceIp`, `aws:PrincipalOrgID` or
   * `aws:CurrentTime`. `[]`: not in the request; `null`: not known.
   */
  conditionKeys?: Record<string, string | string[] | null>;
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

/** What one statement does to one action. */
export interface StatementExplanation {
  /** Counted from 1. */
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

/** Something in the policy or context that is not what it must be. */
export interface PolicyViolation {
  /** Where: `Statement[0].Condition.StringEquals`, `context.roleArn`. Empty for the whole policy. */
  path: string;
  message: string;
}

/** Something that often goes wrong, and does not change the verdict. */
export interface PolicyWarning {
  /** Stable code, e.g. `near-miss` or `for-all-values`. */
  code: string;
  message: string;
  /** The statement's number, counted from 1. */
  statement?: number;
}

/** Something that also decides, and that a trust policy does not show. */
export interface NotSeen {
  /** Stable code, e.g. `identity-policy` or `service-control-policy`. */
  about: string;
  message: string;
}

/** What {@link explainTrustPolicy} returns. */
export interface TrustPolicyExplanation {
  /** Whether the trust policy lets the caller in. Never `"allowed"` while anything that decides is unknown or invalid. */
  verdict: Verdict;
  /** One or two sentences. */
  reason: string;
  /** Whether a policy of the caller must allow the action too. Left out if the verdict is `"denied"`. */
  needsIdentityPolicy?: Truth;
  /** The statements, for the operation itself. Empty if the policy or the context is invalid. */
  statements: StatementExplanation[];
  /** `sts:TagSession` and `sts:SetSourceIdentity`, if the request needs them or may. */
  furtherActions: ActionExplanation[];
  /** Invalid parts of the policy and context. If there are any, the verdict is not `"allowed"`. */
  violations: PolicyViolation[];
  warnings: PolicyWarning[];
  notSeen: NotSeen[];
}
