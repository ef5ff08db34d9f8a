// The trust policy check: explains, statement by statement, whether a trust policy lets a caller assume the role.
//
// It runs locally and sends nothing. Facts that are not provided are treated as unknown, never guessed.
//
// Sources: IAM User Guide, "Policy evaluation logic", "Troubleshoot IAM roles", "Pass session tags in AWS STS",
// "Monitor and control actions taken with assumed roles"; AWS STS API Reference, "AssumeRole".

import { isSigned, readContext, type ValidContext } from "./caller.js";
import { readDocument } from "./document.js";
import { conditionKeys, contradictions, sessionTags, sourceIdentity, transitiveTagKeys } from "./keys.js";
import { every, not, some, type Truth } from "./logic.js";
import { notSeen } from "./not-seen.js";
import { type Policy, parsePolicy } from "./policy.js";
import { requestViolations } from "./request.js";
import { explainAction, verdictOf } from "./statements.js";
import type {
  ActionExplanation,
  CheckedAction,
  PolicyViolation,
  TrustPolicyContext,
  TrustPolicyExplanation,
  Verdict,
} from "./types.js";
import { findWarnings } from "./warnings.js";

export { explainRefusal, type PolicyKind, type Refusal } from "./refusal.js";
export type * from "./types.js";

/**
 * Explains whether a role's trust policy lets a caller assume the role.
 *
 * The verdict `"allowed"` means that the trust policy allows the request, not that the request succeeds: `notSeen`
 * lists what else decides. The verdict is `"unknown"` if it depends on a fact that is not provided. Never throws: for
 * an invalid policy or context it returns `violations`, and the verdict is not `"allowed"`.
 *
 * @param policy - The trust policy as JSON, URL-encoded JSON or an object, or the output of `aws iam get-role`.
 * @param context - The caller, the role and the request.
 *
 * @example
 * ```js
 * import { explainTrustPolicy } from "sts-web/trust-policy";
 *
 * const policy = {
 *   Version: "2012-10-17",
 *   Statement: [
 *     {
 *       Effect: "Allow",
 *       Principal: { AWS: "arn:aws:iam::123456789012:root" },
 *       Action: "sts:AssumeRole",
 *       Condition: { StringEquals: { "sts:ExternalId": "ext-7" } },
 *     },
 *   ],
 * };
 * const { verdict, reason } = explainTrustPolicy(policy, {
 *   caller: { arn: "arn:aws:iam::123456789012:user/alice", credentials: "long-term" },
 *   roleArn: "arn:aws:iam::123456789012:role/Target",
 *   action: "sts:AssumeRole",
 *   request: { sessionName: "demo" },
 * });
 * verdict; // "denied"
 * reason; // "No statement allows sts:AssumeRole. Statement 1: sts:ExternalId is not in the request, …"
 * ```
 */
export function explainTrustPolicy(
  policy: string | Readonly<Record<string, unknown>>,
  context: TrustPolicyContext,
): TrustPolicyExplanation {
  const document = readDocument(policy);
  if ("message" in document) return invalid([document]);
  const parsed = parsePolicy(document.policy);
  const valid = readContext(context, document.roleArn);
  if (Array.isArray(valid)) return invalid([...parsed.violations, ...valid]);
  const violations = [...parsed.violations, ...contradictions(valid)];
  if (violations.length > 0) return invalid(violations);
  return explain(parsed.policy, valid);
}

function invalid(violations: PolicyViolation[]): TrustPolicyExplanation {
  const [first] = violations;
  const where = first?.path ? `${first.path}: ` : "";
  const reason = `This cannot be evaluated yet. ${where}${first?.message}`;
  return { verdict: "unknown", reason, statements: [], furtherActions: [], violations, warnings: [], notSeen: [] };
}

function explain(policy: Policy, context: ValidContext): TrustPolicyExplanation {
  const lookup = conditionKeys(context);
  const main = explainAction(context.action, policy, context, lookup);
  const further = furtherActions(context).map(([action, needed]) => ({
    ...explainAction(action, policy, context, lookup),
    needed,
  }));
  const violations = requestViolations(context);
  const rule = generalRule(context);
  const allowed = every([
    truth(main.verdict),
    ...further.map(({ needed, verdict }) => some([not(needed), truth(verdict)])),
    not(rule.denies),
    violations.length === 0,
  ]);
  const verdict = verdictOf(allowed);
  const named = every([main, ...further].map((one) => one.named));
  const needsIdentityPolicy = every([isSigned(context.caller), some([isCrossAccount(context), not(named)])]);
  const reasons = {
    allowed: () =>
      `The trust policy lets this caller in. ${main.reason}${identitySentence(context, needsIdentityPolicy)}`,
    // An action that the request may not need does not decide.
    denied: () => whyDenied(rule, [main, ...further.filter(({ needed }) => needed === true)], violations),
    unknown: () => `Whether the trust policy lets this caller in is not known. ${whyUnknown(rule, main, further)}`,
  };
  return {
    verdict,
    reason: reasons[verdict](),
    ...(verdict !== "denied" && { needsIdentityPolicy }),
    statements: main.statements,
    furtherActions: further.map(({ named: _, ...explanation }) => explanation),
    violations,
    warnings: findWarnings(policy, context),
    notSeen: notSeen(context, needsIdentityPolicy),
  };
}

/** A rule of STS that denies a caller, regardless of the trust policy. */
interface GeneralRule {
  denies: Truth;
  reason: string;
}

function generalRule({ caller, role, request }: ValidContext): GeneralRule {
  const rule = (text: string, denies: Truth = true) => ({ denies, reason: `${text}, regardless of the trust policy.` });
  if (!isSigned(caller)) return rule("", false);
  if (caller.kind === "root") return rule("An account's root user cannot assume roles");
  if (caller.kind === "federated-user") return rule("A session from GetFederationToken cannot assume roles");
  if (caller.partition !== role.partition) return rule("A role in another partition cannot be assumed");
  const [current, sent] = [caller.sourceIdentity, request.sourceIdentity];
  const chained = caller.kind === "assumed-role" && current !== undefined && sent !== undefined;
  const changes = current === null || sent === null ? "unknown" : current !== sent;
  return rule("A session cannot change its source identity", chained && changes);
}

/** Returns the further actions that the request may need an Allow for, and whether it does. */
function furtherActions(context: ValidContext): [action: CheckedAction, needed: Truth][] {
  const tags = sessionTags(context);
  const sends = (value: object | null | undefined): Truth =>
    value === null ? "unknown" : Object.keys(value ?? {}).length > 0;
  const transitive = sends(transitiveTagKeys(context));
  const identity = sourceIdentity(context);
  const needed: [CheckedAction, Truth][] = [
    // What STS does with a token that has only the keys is not documented.
    ["sts:TagSession", some([sends(tags), transitive && (isSigned(context.caller) ? transitive : "unknown")])],
    ["sts:SetSourceIdentity", identity === null ? "unknown" : identity !== undefined],
    ["sts:SetContext", isSigned(context.caller) && sends(context.request.providedContexts)],
  ];
  return needed.filter(([, needs]) => needs !== false);
}

/** Returns why the request is denied: by a general rule, by the statements, or because STS rejects an input. */
function whyDenied(rule: GeneralRule, explanations: ActionExplanation[], violations: PolicyViolation[]): string {
  if (rule.denies === true) return rule.reason;
  const denied = explanations.find(({ verdict }) => verdict === "denied");
  return denied?.reason ?? violations[0]?.message ?? rule.reason;
}

/** Returns the first reason why the verdict is unknown. */
function whyUnknown(rule: GeneralRule, main: ActionExplanation, further: ActionExplanation[]): string {
  const unknown = [main, ...further].find(({ verdict }) => verdict === "unknown");
  if (unknown) return unknown.reason;
  const denied = further.find(({ verdict }) => verdict === "denied");
  if (!denied) return rule.reason;
  return `${denied.action} may be needed: whether the request sends what it is for is not known. ${denied.reason}`;
}

/** Returns whether the caller and the role are in different accounts. */
function isCrossAccount({ caller, role }: ValidContext): boolean {
  return isSigned(caller) && caller.account !== role.account;
}

function identitySentence(context: ValidContext, needed: Truth): string {
  const why = isCrossAccount(context)
    ? "the role is in another account"
    : "the trust policy leaves the decision to the account";
  return needed === true ? ` The caller also needs an identity policy that allows it, because ${why}.` : "";
}

function truth(verdict: Verdict): Truth {
  return verdict === "unknown" ? "unknown" : verdict === "allowed";
}
