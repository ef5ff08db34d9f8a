// What else decides whether the role can be assumed: facts that the trust policy does not contain.
//
// Source: IAM User Guide, "Policy evaluation logic" and "Troubleshoot access denied error messages".

import { isSigned, type ValidContext } from "./caller.js";
import type { Truth } from "./logic.js";
import type { NotSeen } from "./types.js";

/** Returns what the check could not take into account for this caller. */
export function notSeen({ caller, role }: ValidContext, needsIdentityPolicy: Truth): NotSeen[] {
  const list: NotSeen[] = isSigned(caller) ? signed(needsIdentityPolicy, caller.kind === "assumed-role") : federated();
  const mayHaveIdentity = isSigned(caller) && caller.kind === "assumed-role" && caller.sourceIdentity === undefined;
  if (mayHaveIdentity) {
    const message =
      "A session with a source identity or transitive tags also needs sts:SetSourceIdentity or sts:TagSession.";
    list.push({ about: "session", message });
  }
  return [
    ...list,
    {
      about: "resource-control-policy",
      message: `A resource control policy of account ${role.account}'s organization.`,
    },
    { about: "vpc-endpoint-policy", message: "The policy of a VPC endpoint, if the request goes through one." },
    {
      about: "propagation",
      message: "A policy that was changed in the last 30 seconds or so may not be in effect yet.",
    },
    { about: "role", message: "Whether the role exists and has this trust policy." },
  ];
}

function signed(needsIdentityPolicy: Truth, session: boolean): NotSeen[] {
  const needed = {
    true: "The caller's identity policy: it must allow the action.",
    false: "The caller's identity policy: it need not allow the action, but must not deny it.",
    unknown: "The caller's identity policy: it may have to allow the action, and must not deny it.",
  };
  return [
    { about: "identity-policy", message: needed[`${needsIdentityPolicy}`] },
    { about: "permissions-boundary", message: "The caller's permissions boundary, if there is one." },
    ...(session
      ? [{ about: "session-policy", message: "The session policy of the caller's session, if there is one." }]
      : []),
    { about: "service-control-policy", message: "A service control policy of the caller's organization." },
  ];
}

function federated(): NotSeen[] {
  return [
    {
      about: "token",
      message: "Whether the token or assertion is valid: its signature, its issue and expiration times, its audience.",
    },
    {
      about: "identity-provider",
      message: "Whether the identity provider exists in IAM and accepts the token's audience.",
    },
  ];
}
