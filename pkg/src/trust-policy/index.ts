// The trust policy check: whether a role's trust policy lets a caller in, statement by statement, and why not.
//
// Everything runs here: nothing is sent, and nothing that is not known is guessed.
//
// Sources: IAM User Guide, "Policy evaluation logic", "Troubleshoot IAM roles", "Pass session tags in AWS STS",
// "Monitor and control actions taken with assumed roles".

import { lowercase } from "./arn.js";
import { isSigned, readContext, type ValidContext } from "./caller.js";
import { explainCondition } from "./condition.js";
import { readDocument } from "./document.js";
import { conditionKeys, type Lookup, sessionTags, sourceIdentity } from "./keys.js";
import { every, not, some, type Truth } from "./logic.js";
import { notSeen } from "./not-seen.js";
import { matchesString, readPattern } from "./pattern.js";
import { type Policy, parsePolicy, type Statement } from "./policy.js";
import { matchPrincipals, type PrincipalMatch } from "./principal.js";
import { requestViolations } from "./request.js";
import type {
  ActionExplanation,
  CheckedAction,
  Match,
  PolicyViolation,
  StatementExplanation,
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
  if (parsed.violations.length > 0) return invalid(parsed.violations);
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
  const barred = whatBars(context);
  const allowed = every([
    truth(main.verdict),
    ...further.map(({ needs, verdict }) => some([not(needs), truth(verdict)])),
    barred === undefined && violations.length === 0,
  ]);
  const verdict = verdictOf(allowed);
  const named = every([main, ...further].map((one) => one.named));
  const needsIdentityPolicy = every([isSigned(context.caller), some([isFar(context), not(named)])]);
  const decisive = [main, ...further].find((one) => one.verdict === verdict) ?? further.at(-1) ?? main;
  const reasons = {
    allowed: `The trust policy lets this caller in. ${main.reason}${identitySentence(context, needsIdentityPolicy)}`,
    denied: barred ?? (decisive.verdict === "denied" ? decisive.reason : (violations[0]?.message ?? decisive.reason)),
    unknown: `Whether the trust policy lets this caller in is not known. ${decisive.reason}`,
  };
  return {
    verdict,
    reason: reasons[verdict],
    ...(verdict !== "denied" && { needsIdentityPolicy }),
    statements: main.statements,
    furtherActions: further.map(({ action, verdict, reason, statements }) => ({ action, verdict, reason, statements })),
    violations,
    warnings: findWarnings(policy, context),
    notSeen: notSeen(context, needsIdentityPolicy),
  };
}

/** Reasons to refuse the caller that no trust policy can change. */
function whatBars({ caller, role }: ValidContext): string | undefined {
  if (!isSigned(caller)) return undefined;
  if (caller.kind === "root") return "An account's root cannot assume roles, whatever the trust policy says.";
  if (caller.kind === "federated-user") {
    return "A session of GetFederationToken cannot assume roles, whatever the trust policy says.";
  }
  if (caller.partition === role.partition) return undefined;
  return `The caller is of partition ${caller.partition}, and the role of ${role.partition}: roles cannot be assumed across.`;
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

type NamedExplanation = ActionExplanation & { /** See {@link namedBy}. */ named: Truth };

function explainAction(action: CheckedAction, policy: Policy, context: ValidContext, lookup: Lookup): NamedExplanation {
  const all = policy.statements.map((statement) => explainStatement(statement, action, policy, context, lookup));
  const applies = (effect: "Allow" | "Deny") => all.filter((one) => one.effect === effect).map((one) => one.applies);
  const allowed = every([some(applies("Allow")), not(some(applies("Deny")))]);
  const verdict = verdictOf(allowed);
  const statements = all.map(({ named: _, ...statement }) => statement);
  return { action, verdict, reason: whyAction(action, verdict, statements), statements, named: namedBy(all) };
}

/** Whether, if the caller is let in at all, that is by a statement that names it. */
function namedBy(statements: { effect: string; applies: Truth; named: Truth }[]): Truth {
  const candidates = statements.filter(({ effect, applies }) => effect === "Allow" && applies !== false);
  if (candidates.some(({ applies, named }) => applies === true && named === true)) return true;
  const all = candidates.map(({ named }) => named);
  return every(all) === some(all) ? every(all) : "unknown";
}

function explainStatement(
  statement: Statement,
  action: CheckedAction,
  policy: Policy,
  context: ValidContext,
  lookup: Lookup,
): StatementExplanation & { named: Truth } {
  const principal = matchPrincipals(statement, context);
  const actionMatch = matchAction(statement, action);
  const conditions = statement.conditions.map((one) => explainCondition(one, lookup, action, policy.variables));
  const applies = every([principal.matches, actionMatch.matches, ...conditions.map((one) => one.verdict)]);
  const { number, sid, effect } = statement;
  return {
    number,
    ...(sid !== undefined && { sid }),
    effect,
    applies,
    reason: whyStatement(applies, principal, actionMatch, conditions),
    principal: { matches: principal.matches, reason: principal.reason },
    action: actionMatch,
    conditions,
    named: principal.named,
  };
}

function matchAction({ actions, notAction }: Statement, action: CheckedAction): Match {
  const listed = actions.some((one) => {
    return matchesString(readPattern(lowercase(one), { wildcards: true }), lowercase(action)) === true;
  });
  const name = notAction ? "NotAction" : "Action";
  return { matches: listed !== notAction, reason: `${name} ${listed ? "includes" : "does not include"} ${action}.` };
}

/** The reason of the part that decides: the first that is false, else the first that is unknown, else the principal's. */
function whyStatement(
  applies: Truth,
  principal: PrincipalMatch,
  action: Match,
  conditions: { verdict: Truth; reason: string }[],
): string {
  const parts = [action, principal, ...conditions.map(({ verdict, reason }) => ({ matches: verdict, reason }))];
  if (applies !== true) return parts.find(({ matches }) => matches === applies)!.reason;
  return [principal, ...conditions].map(({ reason }) => reason).join(" ");
}

function whyAction(action: CheckedAction, verdict: Verdict, statements: StatementExplanation[]): string {
  const about = ({ number, reason }: StatementExplanation) => `Statement ${number}: ${reason}`;
  const denies = statements.filter(({ effect }) => effect === "Deny");
  const allows = statements.filter(({ effect }) => effect === "Allow");
  const denied = denies.find(({ applies }) => applies === true);
  if (denied) return `Statement ${denied.number} denies ${action}: ${denied.reason}`;
  if (verdict === "allowed") {
    const allowed = allows.find(({ applies }) => applies === true)!;
    return `Statement ${allowed.number} allows ${action}: ${allowed.reason}`;
  }
  if (verdict === "unknown") return about([...allows, ...denies].find(({ applies }) => applies === "unknown")!);
  // The statement that comes closest explains most.
  const close = [...allows].sort((one, other) => closeness(other) - closeness(one))[0];
  return `No statement allows ${action}.${close ? ` ${about(close)}` : ""}`;
}

function closeness({ principal, action }: StatementExplanation): number {
  return (action.matches === true ? 2 : 0) + (principal.matches === false ? 0 : 1);
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

function verdictOf(allowed: Truth): Verdict {
  if (allowed === "unknown") return "unknown";
  return allowed ? "allowed" : "denied";
}
