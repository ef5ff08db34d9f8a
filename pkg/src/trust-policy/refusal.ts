// Reads AWS's access-denied messages: which kind of policy denies the request, or is missing.
//
// Source: IAM User Guide, "Troubleshoot access denied error messages".

/** The kinds of policies that appear in AWS's messages. */
export type PolicyKind = (typeof KINDS)[number];

const KINDS = [
  "identity-based policy",
  "resource-based policy",
  "role trust policy",
  "permissions boundary",
  "session policy",
  "VPC endpoint policy",
  "service control policy",
  "resource control policy",
] as const;

/** The parts of an access-denied message, and what they mean. */
export interface Refusal {
  /** The denied action, e.g. `sts:AssumeRole`. */
  action: string;
  /** The ARN after `User:`, if the message has one. */
  caller?: string;
  /** The ARN after `on resource:`, if the message has one. */
  resource?: string;
  /** `"explicit"`: a policy denies it. `"implicit"`: none allows it. Not set if the message does not say. */
  denial?: "explicit" | "implicit";
  /** The kind of policy to check first. Not set if the message names none, or an unknown one. */
  policy?: PolicyKind;
  /** The ARN of the policy that denies the action, if the message has one. */
  policyArn?: string;
  /** What the message means and what to check, in a sentence or two. */
  reason: string;
}

const LONG = /\bUser: ([!-~]+) is not authorized to perform: ([\w-]+:[\w*]+)(?: on resource: ([!-~]+))?/i;
const SHORT = /\bNot authorized to perform:? ([\w-]+:\w+)/i;
const EXPLICIT = /^\W*with an explicit deny(?: in (?:an?|the) ([a-z -]+?)(?::? (arn:[!-~]+)|(?![a-z -])))?/i;
const IMPLICIT = /^\W*because no ([a-z -]+?) allows the /i;

/**
 * Explains an access-denied message from AWS. Returns `undefined` for any other message.
 *
 * @example
 * ```js
 * import { explainRefusal } from "sts-web/trust-policy";
 *
 * const refusal = explainRefusal(error.message);
 * refusal?.policy; // "role trust policy"
 * refusal?.denial; // "implicit"
 * ```
 */
export function explainRefusal(message: string): Refusal | undefined {
  const text = String(message).replace(/\s+/g, " ");
  const long = LONG.exec(text);
  const action = (long?.[2] ?? SHORT.exec(text)?.[1])?.replace(/[.,;]+$/, "");
  if (action === undefined) return undefined;
  const tail = long ? text.slice(long.index + long[0].length) : "";
  const explicit = EXPLICIT.exec(tail);
  const implicit = explicit ? null : IMPLICIT.exec(tail);
  const policy = kindOf(explicit?.[1] ?? implicit?.[1] ?? "");
  // Some services quote it.
  const resource = long?.[3]?.replace(/[.,;]+$/, "").replace(/^"(.*)"$/, "$1");
  const policyArn = explicit?.[2]?.replace(/[.,;]+$/, "");
  const denial = explicit ? "explicit" : implicit ? "implicit" : undefined;
  return {
    action,
    ...(long && { caller: long[1]! }),
    ...(resource !== undefined && { resource }),
    ...(denial && { denial }),
    ...(policy && { policy }),
    ...(policyArn && { policyArn }),
    reason: reasonFor(action, denial, policy, policyArn),
  };
}

/** Returns the policy kind at the start of `text`, in any case. Some of AWS's messages have "sessions policy". */
function kindOf(text: string): PolicyKind | undefined {
  const name = text.toLowerCase().replace(/^sessions policy/, "session policy");
  return KINDS.find((kind) => name.startsWith(kind.toLowerCase()));
}

function reasonFor(action: string, denial: Refusal["denial"], policy?: PolicyKind, policyArn?: string): string {
  const named = policy ?? "policy";
  const article = named.startsWith("i") ? "An" : "A";
  const where = policyArn ? ` in ${policyArn}` : "";
  if (denial === "explicit")
    return `${article} ${named} explicitly denies ${action}. Change the Deny that matches${where}.`;
  if (denial === "implicit") return `No ${named} allows ${action}. Add an Allow to the ${named}.`;
  const [, further] = /^sts:(TagSession|SetSourceIdentity|SetContext)$/i.exec(action) ?? [];
  if (further !== undefined) {
    const contents = { tagsession: "session tags", setsourceidentity: "a source identity", setcontext: "a context" };
    const what = contents[further.toLowerCase() as keyof typeof contents];
    return `The request sends ${what}, so ${action} must be allowed too, in the trust policy and for the caller.`;
  }
  return `AWS does not say which policy denies ${action} or is missing. The message is the same if the role does not exist.`;
}
