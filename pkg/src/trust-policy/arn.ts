// ARNs of principals and roles.
//
// Source: IAM User Guide, "IAM identifiers".

/** The parts of a principal's ARN. */
export interface PrincipalArn {
  partition: string;
  account: string;
  kind: "root" | "user" | "role" | "assumed-role" | "federated-user";
  /** E.g. `division/`. Empty if there is none; session ARNs have none. */
  path: string;
  /** Name of the user, of the role or of the session's role. Empty for an account's root. */
  name: string;
  /** Name of the role session. Not set for other kinds. */
  session?: string;
}

const ARN = /^arn:(aws[a-z-]*):(iam|sts)::(\d{12}):([!-~]+)$/;
const IAM = /^(user|role)\/([!-~]+\/)?([\w+=,.@-]{1,128})$/;
const SESSION = /^assumed-role\/([\w+=,.@-]{1,128})\/([\w+=,.@-]{1,64})$/;
const FEDERATED = /^federated-user\/([\w+=,.@-]{1,64})$/;

/** Parses the ARN of a user, role, role session, federated user or account root; `undefined` for anything else. */
export function parsePrincipalArn(text: unknown): PrincipalArn | undefined {
  const parts = typeof text === "string" ? ARN.exec(text) : null;
  if (!parts) return undefined;
  const [, partition, service, account, resource] = parts as unknown as [string, string, string, string, string];
  const arn = { partition, account, path: "", name: "" };
  if (service === "iam") {
    if (resource === "root") return { ...arn, kind: "root" };
    const identity = IAM.exec(resource);
    if (!identity) return undefined;
    return { ...arn, kind: identity[1] as "user" | "role", path: identity[2] ?? "", name: identity[3]! };
  }
  const session = SESSION.exec(resource);
  if (session) return { ...arn, kind: "assumed-role", name: session[1]!, session: session[2]! };
  const federated = FEDERATED.exec(resource);
  return federated ? { ...arn, kind: "federated-user", name: federated[1]! } : undefined;
}

/** Lowercases A to Z only: `toLowerCase` also turns look-alikes, such as the Kelvin sign, into ASCII letters. */
export function lowercase(text: string): string {
  return text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}

/** Returns whether two strings differ by exactly one character that was added, removed or replaced. */
export function differByOneCharacter(one: string, other: string): boolean {
  const [short, long] = one.length <= other.length ? [one, other] : [other, one];
  if (one === other || long.length - short.length > 1) return false;
  let same = 0;
  while (same < short.length && short[same] === long[same]) same++;
  return short.slice(same + (short.length === long.length ? 1 : 0)) === long.slice(same + 1);
}
