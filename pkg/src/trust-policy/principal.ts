// Matches a statement's principals against the caller. If one names the caller itself, rather than its account, and the
// role is in the same account, the caller needs no identity policy.
//
// Sources: IAM User Guide, "AWS JSON policy elements: Principal", "Policy evaluation logic", "Cross-account policy
// evaluation logic".

import { differByOneCharacter, lowercase, type PrincipalArn, parsePrincipalArn } from "./arn.js";
import { type Federated, isSigned, type Signed, type ValidContext } from "./caller.js";
import { some, type Truth } from "./logic.js";
import { isWildcardArn, type Principal, type Statement } from "./policy.js";
import type { Match } from "./types.js";

/** Whether a principal matches the caller. */
export interface PrincipalMatch extends Match {
  /** Whether the principal is the caller itself, or everyone, and not just the caller's account. */
  named: Truth;
  /** Set if the principal does not match, but was probably meant to: how it differs from the caller. */
  nearMiss?: string;
}

/** Returns whether any principal of the statement matches the caller. */
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
    return unclear("IAM does not accept wildcards in a principal's ARN, so what this denies is not known.");
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
    const reason = `The principal is the provider ${value}, but the caller's is ${caller.provider}.`;
    return other(reason, isNear(value, caller.provider));
  }
  if (account !== undefined && account !== context.role.account) {
    return other(`The provider is in account ${account}; it must be in the role's account, ${context.role.account}.`);
  }
  if (partition !== undefined && partition !== context.role.partition) {
    return other(`The provider is in partition ${partition}, but the role is in ${context.role.partition}.`);
  }
  return named("The principal is the caller's identity provider.");
}

function matchAws(value: string, caller: Signed): PrincipalMatch {
  if (value === "*") return named("The principal is everyone with AWS credentials.");
  if (/^\d{12}$/.test(value)) return matchAccount(value, caller);
  if (/^A(ID|RO)A/.test(value)) return matchDeleted(value, caller);
  if (isWildcardArn(value)) {
    const advice = value.includes(":assumed-role/")
      ? "use the role's ARN, which matches all of its sessions"
      : "list each principal";
    return other(`IAM does not accept wildcards in a principal's ARN, so ${value} matches no one; ${advice}.`);
  }
  const arn = parsePrincipalArn(value)!;
  if (arn.kind === "root") return matchAccount(arn.account, caller, arn.partition);
  if (arn.kind === "role" && caller.kind === "assumed-role") return matchRole(value, arn, caller);
  if (value === caller.arn) return named(`The principal is this ${arn.kind === "user" ? "user" : "session"}.`);
  return other(`The principal is ${value}, but the caller is ${caller.arn}.`, nearMiss(value, arn, caller));
}

function matchAccount(account: string, caller: Signed, partition = caller.partition): PrincipalMatch {
  if (account !== caller.account)
    return other(`The principal is account ${account}; the caller's is ${caller.account}.`);
  if (partition !== caller.partition) return other(`The principal is in partition ${partition}.`, true);
  const reason = "The principal is the caller's account, which lets the account's policies decide.";
  return { matches: true, named: false, reason };
}

/** IAM shows the unique ID of a user or role in place of its ARN once it is deleted. */
function matchDeleted(id: string, caller: Signed): PrincipalMatch {
  const what = id.startsWith("AIDA") ? "user" : "role";
  const advice = "if it was recreated, save the policy with its ARN again";
  const reason = `${id} is the ID of a ${what} that was deleted after the policy was saved; ${advice}.`;
  return caller.userId?.split(":")[0] === id
    ? unclear(`${reason} But it is the caller's own ID.`)
    : other(reason, true);
}

function matchRole(value: string, role: PrincipalArn, caller: Signed): PrincipalMatch {
  const same = role.name === caller.name && role.account === caller.account && role.partition === caller.partition;
  if (!same) return other(`The principal is ${value}, but the caller is ${caller.arn}.`, nearMiss(value, role, caller));
  if (caller.roleArn && caller.roleArn !== value) {
    return other(`The principal is ${value}, but the caller's role has another path: ${caller.roleArn}.`, true);
  }
  const path =
    role.path && !caller.roleArn ? " The session's ARN has no path, so only account and name are compared." : "";
  return named(`The principal is the role of the caller's session.${path}`);
}

const NAMES = {
  root: "root",
  user: "user",
  role: "role",
  "assumed-role": "role session",
  "federated-user": "federated user",
};

/** Returns how a principal differs from the caller, if they are almost the same. */
function nearMiss(value: string, principal: PrincipalArn, caller: Signed): string | undefined {
  const start = `${value} is not the caller:`;
  const sameName = principal.name === caller.name;
  const sameAccount = principal.account === caller.account && principal.partition === caller.partition;
  const sameKind = principal.kind === caller.kind || (principal.kind === "role" && caller.kind === "assumed-role");
  if (sameKind && sameAccount && sameName && principal.session !== caller.session && principal.session !== undefined) {
    return `${start} it is another session of the role. The role's ARN matches all of its sessions.`;
  }
  if (sameKind && sameAccount && sameName) return `${start} its path differs.`;
  if (sameKind && sameAccount && lowercase(principal.name) === lowercase(caller.name)) {
    return `${start} names are case-sensitive. The caller's is ${caller.name}.`;
  }
  if (sameKind && sameAccount && differByOneCharacter(principal.name, caller.name)) {
    return `${start} its name differs by one character from ${caller.name}.`;
  }
  if (sameKind && sameName && principal.partition !== caller.partition) return `${start} its partition differs.`;
  if (sameKind && sameName) return `${start} its account differs.`;
  if (sameAccount && sameName)
    return `${start} it is a ${NAMES[principal.kind]}, but the caller is a ${NAMES[caller.kind]}.`;
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

/** Returns a principal that does not match. `near` describes a near miss; `true` if `reason` describes it. */
function other(reason: string, near?: string | boolean): PrincipalMatch {
  const nearMiss = near === true ? reason : near || undefined;
  return { matches: false, named: false, reason: nearMiss ?? reason, ...(nearMiss !== undefined && { nearMiss }) };
}
