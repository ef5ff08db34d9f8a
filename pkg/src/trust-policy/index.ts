// The trust policy check: whether a role's trust policy lets a caller in, statement by statement, and why not.
//
// Everything runs here: nothing is sent, and nothing that is not known is guessed.
//
// Sources: IAM User Guide, "Policy evaluation logic", "Troubleshoot IAM roles", "Pass session tags in AWS STS",
// "Monitor and control actions taken with assumed roles".

import { isSigned, readContext, type ValidContext } from "./caller.js";
import { readDocument } from "./document.js";
import { conditionKeys, contradictions, sessionTags, sourceIdentity } from "./keys.js";
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
 * Explains whether a role's trust policy lets a caller in, with these inputs.
 *
 * `"allowed"` means that the trust policy does, and not that the call succeeds: `notSeen` lists what also decides.
 * A missing fact makes the verdict `"unknown"`, unless the rest decides. Nothing is thrown: a policy or context that
 * is invalid gets `violations`, and never `"allowed"`.
 *
 * @param policy - The trust policy, as text or as an object: its JSON, URL-encoded or not, or what
 *   `aws iam get-role` prints.
 * @param context - Who calls, for which role, with which inputs.
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
  const needed = furtherActions(context);
  const further = needed.map(([action, needs]) => ({ needs, ...explainAction(action, policy, context, lookup) }));
  const violations = requestViolations(context);
  const bar = whatBars(context);
  const allowed = every([
    truth(main.verdict),
    ...further.map(({ needs, verdict }) => some([not(needs), truth(verdict)])),
    not(bar.bars),
    violations.length === 0,
  ]);
  const verdict = verdictOf(allowed);
  const named = every([main, ...further].map((one) => one.named));
  const needsIdentityPolicy = every([isSigned(context.caller), some([isFar(context), not(named)])]);
  const reasons = {
    allowed: () =>
      `The trust policy lets this caller in. ${main.reason}${identitySentence(context, needsIdentityPolicy)}`,
    denied: () => whyDenied(bar, [main, ...further], violations),
    unknown: () => `Whether the trust policy lets this caller in is not known. ${whyUnknown(bar, main, further)}`,
  };
  return {
    verdict,
    reason: reasons[verdict](),
    ...(verdict !== "denied" && { needsIdentityPolicy }),
    statements: main.statements,
    furtherActions: further.map(({ action, verdict, reason, statements }) => ({ action, verdict, reason, statements })),
    violations,
    warnings: findWarnings(policy, context),
    notSeen: notSeen(context, needsIdentityPolicy),
  };
}

/** A rule that refuses the caller whatever the trust policy says. */
interface Bar {
  bars: Truth;
  reason: string;
}

function whatBars({ caller, role, request }: ValidContext): Bar {
  const bar = (reason: string, bars: Truth = true) => ({ bars, reason: `${reason}, whatever the trust policy says.` });
  if (!isSigned(caller)) return bar("", false);
  if (caller.kind === "root") return bar("An account's root cannot assume roles");
  if (caller.kind === "federated-user") return bar("A session of GetFederationToken cannot assume roles");
  if (caller.partition !== role.partition) return bar("Roles of another partition cannot be assumed");
  const [carried, sent] = [caller.sourceIdentity, request.sourceIdentity];
  const chained = caller.kind === "assumed-role" && carried !== undefined && sent !== undefined;
  const changes = carried === null || sent === null ? "unknown" : carried !== sent;
  return bar("A session cannot change its source identity", chained && changes);
}

/** What the request needs an Allow for besides, and whether it does. */
function furtherActions(context: ValidContext): [action: CheckedAction, needed: Truth][] {
  const tags = sessionTags(context);
  const transitive = context.request.transitiveTagKeys;
  const sends = (value: object | null | undefined): Truth =>
    value === null ? "unknown" : Object.keys(value ?? {}).length > 0;
  const identity = sourceIdentity(context);
  const needed: [CheckedAction, Truth][] = [
    ["sts:TagSession", some([sends(tags), sends(transitive)])],
    ["sts:SetSourceIdentity", identity === null ? "unknown" : identity !== undefined],
  ];
  return needed.filter(([, needs]) => needs !== false);
}

/** Why the request is denied: the caller may never, a statement does or none allows it, or STS rejects an input. */
function whyDenied(bar: Bar, explanations: ActionExplanation[], violations: PolicyViolation[]): string {
  if (bar.bars === true) return bar.reason;
  const denied = explanations.find(({ verdict }) => verdict === "denied");
  return denied?.reason ?? violations[0]?.message ?? bar.reason;
}

/** The first thing that is unknown, where nothing is decided. */
function whyUnknown(bar: Bar, main: ActionExplanation, further: ActionExplanation[]): string {
  const unsure = [main, ...further].find(({ verdict }) => verdict === "unknown");
  if (unsure) return unsure.reason;
  const denied = further.find(({ verdict }) => verdict === "denied");
  if (!denied) return bar.reason;
  return `${denied.action} may be needed: what the request sends is not provided. ${denied.reason}`;
}

/** Whether the caller is of another account than the role. */
function isFar({ caller, role }: ValidContext): boolean {
  return isSigned(caller) && caller.account !== role.account;
}

function identitySentence(context: ValidContext, needed: Truth): string {
  const why = isFar(context) ? "the role is in another account" : "the trust policy leaves it to the account";
  return needed === true ? ` The caller also needs an identity policy that allows it, because ${why}.` : "";
}

function truth(verdict: Verdict): Truth {
  return verdict === "unknown" ? "unknown" : verdict === "allowed";
}
