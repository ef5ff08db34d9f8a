// Whether a statement's Principal is the caller, and what that means for the caller's own policies.
//
// Sources: IAM User Guide, "AWS JSON policy elements: Principal", "Policy evaluation logic", "Cross-account policy
// evaluation logic".

import { differByOneCharacter, lowercase, type PrincipalArn, parsePrincipalArn } from "./arn.js";
import { type Federated, isSigned, type Signed, type ValidContext } from "./caller.js";
import { some, type Truth } from "./logic.js";
import { isWildcardArn, type Principal, type Statement } from "./policy.js";
import type { Match } from "./types.js";

/** Whether a principal is the caller. */
export interface PrincipalMatch extends Match {
  /** Whether the match names the caller itself, or everyone, and not just its account. */
  named: Truth;
  /** Set if the principal looks as if it was meant to be the caller, but is not. */
  nearMiss?: string;
}

/** Returns whether any principal of the statement is the caller. */
export function matchPrincipals({ principals, effect }: Statement, context: ValidContext): PrincipalMatch {
  const all = principals.map((principal) => matchPrincipal(principal, effect, context));
  const matches = some(all.map((one) => one.matches));
  const decisive = all.find((one) => one.matches === matches && one.named === matches) ??
    all.find((one) => one.matches === matches) ?? { reason: "The statement has no principal." };
  const near = all.find((one) => one.nearMiss)?.nearMiss;
  const listed = all.length > 1 && matches === false;
  const whole = "None of the principals is the caller or its account.";
  return {
    matches,
    named: some(all.map((one) => one.named)),
    reason: listed ? (near ? `${whole} ${near}` : whole) : decisive.reason,
    ...(matches !== true && near !== undefined && { nearMiss: near }),
  };
}

function matchPrincipal(principal: Principal, effect: Statement["effect"], context: ValidContext): PrincipalMatch {
  const { caller } = context;
  // IAM does not save an ARN with a wildcard, so what it would deny is unknown.
  if (principal.type === "AWS" && isWildcardArn(principal.value) && effect === "Deny") {
    return unclear("IAM accepts no wildcard inside a principal's ARN, so what this denies is not known.");
  }
  if (!isSigned(caller)) return matchFederated(principal, effect, caller, context);
  if (principal.type === "AWS") return matchAws(principal.value, caller);
  const name = principal.type === "Service" ? "A service principal" : "A federated principal";
  return other(`${name} is never a caller that signs with AWS credentials.`);
}

function matchFederated(
  { type, value }: Principal,
  effect: string,
  caller: Federated,
  context: ValidContext,
): PrincipalMatch {
  if (value === "*" && type !== "Service") {
    if (type === "AWS" && effect === "Deny") return named("The principal is everyone.");
    const advice = effect === "Allow" ? "; name the provider as Federated principal" : "";
    return unclear(`Whether "*" includes callers with a token or an assertion is not documented${advice}.`);
  }
  if (type !== "Federated") return other("Only a Federated principal names the caller's identity provider.");
  const [, partition, account] = /^arn:([^:]*):iam::(\d{12}):/.exec(value) ?? [];
  if (value !== caller.provider) {
    const reason = `The principal is the provider ${value}, and the caller's is ${caller.provider}.`;
    return other(reason, isNear(value, caller.provider));
  }
  if (account !== undefined && account !== context.role.account) {
    return other(`The provider is one of account ${account}; it must be one of the role's, ${context.role.account}.`);
  }
  if (partition !== undefined && partition !== context.role.partition) {
    return other(`The provider is of partition ${partition}, and the role of ${context.role.partition}.`);
  }
  return named("The principal is the caller's identity provider.");
}

function matchAws(value: string, caller: Signed): PrincipalMatch {
  if (value === "*") return named("The principal is everyone with AWS credentials.");
  if (/^\d{12}$/.test(value)) return matchAccount(value, caller);
  if (/^A(ID|RO)A/.test(value)) return matchDeleted(value, caller);
  if (isWildcardArn(value)) {
    const advice = value.includes(":assumed-role/")
      ? "name the role's ARN: it matches all of its sessions"
      : "name each";
    return other(`IAM accepts no wildcard inside a principal's ARN, so ${value} matches no one; ${advice}.`);
  }
  const arn = parsePrincipalArn(value)!;
  if (arn.kind === "root") return matchAccount(arn.account, caller, arn.partition);
  if (arn.kind === "role" && caller.kind === "assumed-role") return matchRole(value, arn, caller);
  if (value === caller.arn) return named(`The principal is this ${arn.kind === "user" ? "user" : "session"}.`);
  return other(`The principal is ${value}, and the caller is ${caller.arn}.`, nearMiss(value, arn, caller));
}

function matchAccount(account: string, caller: Signed, partition = caller.partition): PrincipalMatch {
  if (account !== caller.account)
    return other(`The principal is account ${account}; the caller's is ${caller.account}.`);
  if (partition !== caller.partition) return other(`The principal is of partition ${partition}.`, true);
  const reason = "The principal is the caller's account, which lets the policies of the account decide.";
  return { matches: true, named: false, reason };
}

/** IAM shows the unique id of a user or role in place of its ARN once it is deleted. */
function matchDeleted(id: string, caller: Signed): PrincipalMatch {
  const what = id.startsWith("AIDA") ? "user" : "role";
  const advice = "if it was recreated, save the policy with its ARN again";
  const reason = `${id} is the id of a ${what} that was deleted after the policy was saved; ${advice}.`;
  return caller.userId?.split(":")[0] === id ? unclear(`${reason} Yet it is the caller's own.`) : other(reason, true);
}

function matchRole(value: string, role: PrincipalArn, caller: Signed): PrincipalMatch {
  const same = role.name === caller.name && role.account === caller.account && role.partition === caller.partition;
  if (!same) return other(`The principal is ${value}, and the caller is ${caller.arn}.`, nearMiss(value, role, caller));
  if (caller.roleArn && caller.roleArn !== value) {
    return other(`The principal is ${value}, and the caller's role has another path: ${caller.roleArn}.`, true);
  }
  const path = role.path && !caller.roleArn ? " The session's ARN has no path, so account and name are compared." : "";
  return named(`The principal is the role of the caller's session.${path}`);
}

const NAMES = {
  root: "root",
  user: "user",
  role: "role",
  "assumed-role": "role session",
  "federated-user": "federated user",
};

/** What makes a principal differ from the caller, if it is little. */
function nearMiss(value: string, principal: PrincipalArn, caller: Signed): string | undefined {
  const is = `${value} is not the caller:`;
  const sameName = principal.name === caller.name;
  const samePlace = principal.account === caller.account && principal.partition === caller.partition;
  const sameKind = principal.kind === caller.kind || (principal.kind === "role" && caller.kind === "assumed-role");
  if (sameKind && samePlace && sameName && principal.session !== caller.session && principal.session !== undefined) {
    return `${is} it names another session of the role. The role's ARN matches all of them.`;
  }
  if (sameKind && samePlace && sameName) return `${is} its path differs.`;
  if (sameKind && samePlace && lowercase(principal.name) === lowercase(caller.name)) {
    return `${is} names are case-sensitive. The caller's is ${caller.name}.`;
  }
  if (sameKind && samePlace && differByOneCharacter(principal.name, caller.name)) {
    return `${is} its name differs by one character from ${caller.name}.`;
  }
  if (sameKind && sameName && principal.partition !== caller.partition) return `${is} its partition differs.`;
  if (sameKind && sameName) return `${is} its account differs.`;
  if (samePlace && sameName)
    return `${is} it is a ${NAMES[principal.kind]}, and the caller is a ${NAMES[caller.kind]}.`;
  return undefined;
}

function isNear(one: string, other: string): boolean {
  return lowercase(one) === lowercase(other) || differByOneCharacter(one, other);
}

function named(reason: string): PrincipalMatch {
  return { matches: true, named: true, reason };
}

function unclear(reason: string): PrincipalMatch {
  return { matches: "unknown", named: "unknown", reason };
}

/** No match. `near` describes a near miss; `true` if the reason does. */
function other(reason: string, near?: string | boolean): PrincipalMatch {
  const nearMiss = near === true ? reason : near || undefined;
  return { matches: false, named: false, reason: nearMiss ?? reason, ...(nearMiss !== undefined && { nearMiss }) };
}
