// Evaluates the policy's statements for one action.
//
// Source: IAM User Guide, "Policy evaluation logic".

import { lowercase } from "./arn.js";
import type { ValidContext } from "./caller.js";
import { explainCondition } from "./condition.js";
import type { Lookup } from "./keys.js";
import { every, not, some, type Truth } from "./logic.js";
import { matchesString, readPattern } from "./pattern.js";
import type { Policy, Statement } from "./policy.js";
import { matchPrincipals, type PrincipalMatch } from "./principal.js";
import type { ActionExplanation, CheckedAction, Match, StatementExplanation, Verdict } from "./types.js";

/** An explanation, and whether the Allow names the caller itself rather than the caller's account. */
export interface NamedExplanation extends ActionExplanation {
  named: Truth;
}

/** Evaluates all statements for an action: an Allow must apply, and no Deny. */
export function explainAction(
  action: CheckedAction,
  policy: Policy,
  context: ValidContext,
  lookup: Lookup,
): NamedExplanation {
  const all = policy.statements.map((statement) => explainStatement(statement, action, policy, context, lookup));
  const applies = (effect: "Allow" | "Deny") => all.filter((one) => one.effect === effect).map((one) => one.applies);
  const allowed = every([some(applies("Allow")), not(some(applies("Deny")))]);
  const verdict = verdictOf(allowed);
  const statements = all.map(({ named: _, ...statement }) => statement);
  return { action, verdict, reason: whyAction(action, verdict, statements), statements, named: namedBy(all) };
}

/** Returns whether a principal of the Allow statements that apply, or may apply, is the caller itself. */
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

/** Returns the reason of the first part that decides; if all are true, the reasons of all parts but the action. */
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
  const allowed = allows.find(({ applies }) => applies === true);
  if (allowed && verdict === "allowed") return `Statement ${allowed.number} allows ${action}: ${allowed.reason}`;
  if (verdict === "unknown") {
    // Once an Allow applies, only a Deny still decides.
    const undecided = allowed ? denies : [...allows, ...denies];
    return about(undecided.find(({ applies }) => applies === "unknown")!);
  }
  // The statement that comes closest to allowing the action is the most useful explanation.
  const close = [...allows].sort((one, other) => closeness(other) - closeness(one))[0];
  return `No statement allows ${action}.${close ? ` ${about(close)}` : ""}`;
}

function closeness({ principal, action }: StatementExplanation): number {
  return (action.matches === true ? 2 : 0) + (principal.matches === false ? 0 : 1);
}

/** Returns the verdict for whether the action is allowed. */
export function verdictOf(allowed: Truth): Verdict {
  if (allowed === "unknown") return "unknown";
  return allowed ? "allowed" : "denied";
}
