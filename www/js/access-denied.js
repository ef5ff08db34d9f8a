// Loaded with the first refusal: which policy AWS's message names, that policy written out, and what else to try.
//
// Source: IAM User Guide, "Troubleshoot access denied error messages".

import { explainRefusal } from "../sts-web/trust-policy/refusal.js";
import { identityOf } from "./arn.js";
import { byId, make, makeButton, makeTextFigure } from "./dom.js";
import { t } from "./strings.js";
import { assertionClaims } from "./token-claims.js";
import {
  assumesRole,
  callerPolicy,
  denyStatement,
  isSigned,
  organizationPolicy,
  resourcePolicy,
  trustPolicy,
} from "./trust-policy.js";

/** @typedef {import("../sts-web/trust-policy/refusal.js").PolicyKind} PolicyKind */
/** @typedef {import("../sts-web/trust-policy/refusal.js").Refusal} Refusal */
/** @typedef {import("./trust-policy.js").RefusedRequest} RefusedRequest */
/** @typedef {{ title: string, text: string }} WrittenPolicy */

/**
 * A call that was refused, and the page's functions.
 *
 * @typedef {object} RefusedCall
 * @property {string} message
 * @property {string} operation
 * @property {Record<string, any>} input
 * @property {string} [callerArn]
 * @property {string} [callerRoleArn] the role whose session the caller is
 * @property {(member: string) => void} focusOn focuses a field of the call's form
 * @property {(text: string) => void} copy
 * @property {(caller?: string) => void} checkTrustPolicy opens the trust policy check
 */

/** Messages about an MFA code, which also have the code AccessDenied. */
const MFA_FAILED = /^MultiFactorAuthentication failed/i;
/** Messages that name no reason, of AWS and of other implementations of STS. */
const NO_REASON = /^\W*((access ?|permission )?(denied|forbidden))?\W*$/i;
/** The name of the SAML attribute with the roles that a user may assume. It has another host in China. */
const ROLE_ATTRIBUTE = /\/SAML\/Attributes\/Role$/;

/**
 * Explains a refusal: first the policy that AWS's message names, written out, then the others, folded.
 *
 * @param {HTMLElement} container
 * @param {RefusedCall} call
 */
export function showRefusal(container, call) {
  const { message, operation, input, callerArn, callerRoleArn } = call;
  const refusal = explainRefusal(message);
  if (MFA_FAILED.test(message)) return container.append(make("p", { className: "actions" }, mfaButton(call)));
  // Any other reason that a message names, such as the root user, is not a matter of policies.
  if (!refusal && !(assumesRole(call) && NO_REASON.test(message))) return;
  const caller = refusal?.caller ?? callerArn;
  const { action, resource } = refusal ?? {};
  const request = { operation, input, caller: callerRoleArn ?? caller, action, resource };
  const isSpecific = refusal?.policy !== undefined || isFurtherAction(action);
  // The hint has what is to be checked if the message names nothing.
  if (isSpecific && container.isConnected) byId("failure-hint").textContent = "";
  const [first, ...others] = policiesFor(request, refusal, caller).map((policy) => policyElement(policy, call));
  container.append(
    ...reasonsFor(call, refusal, caller).map((reason) => make("p", { className: "reason" }, reason)),
    ...(first ? [first] : []),
    make("p", { className: "actions" }, ...buttonsFor(call, refusal, caller)),
  );
  if (!others.length) return;
  // Of a role in another account both policies are needed, unless the message says which one is missing.
  const open = !refusal?.policy && isOtherAccount(request, caller);
  container.append(
    make("details", { open }, make("summary", {}, "Other policies that this request may need"), ...others),
  );
}

/**
 * Returns what the message means. AWS's message mentions neither of two frequent mistakes: a role that assumes itself, and a SAML
 * response that is for other roles.
 *
 * @param {RefusedCall} call
 * @param {Refusal | undefined} refusal
 * @param {string | undefined} caller
 */
function reasonsFor(call, refusal, caller = "") {
  if (!refusal) return [];
  const [own, role] = [caller, refusal.resource ?? ""].map(identityOf);
  const assumesItself =
    own.kind === "assumed-role" && role.kind === "role" && own.account === role.account && own.name === role.name;
  const mistake = assumesItself
    ? "The caller already uses this role: its credentials can be used as they are. A role does not trust itself."
    : mistakeInAssertion(call);
  return mistake ? [mistake, refusal.reason] : [refusal.reason];
}

/**
 * Returns why a SAML response is not for this role, if the page can read it and it is not.
 *
 * @param {RefusedCall} call
 */
function mistakeInAssertion({ operation, input: { RoleArn, PrincipalArn, SAMLAssertion } }) {
  const claims = operation === "AssumeRoleWithSAML" ? assertionClaims(SAMLAssertion) : undefined;
  if (!claims) return undefined;
  const [, pairs] = Object.entries(claims).find(([name]) => ROLE_ATTRIBUTE.test(name)) ?? [];
  if (!Array.isArray(pairs) || !pairs.length)
    return "The SAML response has no attribute https://aws.amazon.com/SAML/Attributes/Role, so it is for no role. Add it in the identity provider: the role's ARN and the identity provider's ARN, with a comma between them.";
  const isThisPair = (/** @type {string} */ pair) => {
    const arns = pair.split(",").map((arn) => arn.trim());
    return arns.length === 2 && arns.includes(RoleArn) && arns.includes(PrincipalArn);
  };
  return pairs.some(isThisPair)
    ? undefined
    : `The SAML response is not for this role and identity provider. It is for: ${pairs.join("; ")}`;
}

/**
 * Returns the policies to look at: first the one that the message names, then those that every such request needs.
 *
 * @param {RefusedRequest} request
 * @param {Refusal | undefined} refusal
 * @param {string | undefined} caller
 * @returns {WrittenPolicy[]}
 */
function policiesFor(request, refusal, caller) {
  const { denial, policy } = refusal ?? {};
  // A role's only resource-based policy is its trust policy.
  const named = policy === "resource-based policy" && assumesRole(request) ? "role trust policy" : policy;
  const denies = denial === "explicit";
  const first = named && (denies ? denyingPolicy(named, request) : allowingPolicy(named, request, caller, true));
  const needed = neededPolicies(request).filter((kind) => denies || kind !== named);
  const others = needed.map((kind) => allowingPolicy(kind, request, caller, false));
  return first ? [first, ...others] : others;
}

/**
 * Returns the kinds of policies that a request needs, the role's first. Without a caller, a trust policy cannot be written.
 *
 * @param {RefusedRequest} request
 * @returns {PolicyKind[]}
 */
function neededPolicies(request) {
  const signed = isSigned(request);
  return [
    ...(assumesRole(request) && (request.caller || !signed) ? [/** @type {const} */ ("role trust policy")] : []),
    ...(signed ? [/** @type {const} */ ("identity-based policy")] : []),
  ];
}

/**
 * Returns a policy that allows the request.
 *
 * @param {PolicyKind} kind
 * @param {RefusedRequest} request
 * @param {string} [caller] as AWS names it
 * @param {boolean} [isNamed] whether the message names this kind
 * @returns {WrittenPolicy}
 */
function allowingPolicy(kind, request, caller = "the caller", isNamed = false) {
  const { RoleArn: role } = request.input;
  const addTo = (/** @type {string} */ policy) => `Add to ${policy}`;
  switch (kind) {
    case "role trust policy":
      return { title: `Trust policy for ${role} that allows this request`, text: trustPolicy(request) };
    case "identity-based policy": {
      const also = isOtherAccount(request, caller)
        ? "also needs, because the role is in another account"
        : "may also need";
      const title = `Identity policy that ${caller} ${isNamed ? "needs" : also}`;
      return { title, text: callerPolicy(request) };
    }
    case "resource-based policy":
      return { title: addTo("the resource's policy"), text: resourcePolicy(request) };
    case "VPC endpoint policy":
      return { title: addTo("the policy of the VPC endpoint"), text: resourcePolicy(request) };
    case "permissions boundary":
      return { title: addTo(`the permissions boundary of ${caller}`), text: callerPolicy(request) };
    case "session policy":
      return { title: addTo(`the session policy with which ${caller} was created`), text: callerPolicy(request) };
    default:
      return { title: addTo(`a ${kind} of the organization`), text: organizationPolicy(request) };
  }
}

/** Returns whether an action is one that inputs of a request need as well. @param {string} [action] */
function isFurtherAction(action = "") {
  return /^sts:(TagSession|SetSourceIdentity|SetContext)$/i.test(action);
}

/** Policies whose statements have a principal. @type {PolicyKind[]} */
const WITH_PRINCIPAL = ["role trust policy", "resource-based policy", "VPC endpoint policy", "resource control policy"];

/**
 * Returns the statement to look for. Its conditions are not known.
 *
 * @param {PolicyKind} kind
 * @param {RefusedRequest} request
 * @returns {WrittenPolicy}
 */
function denyingPolicy(kind, request) {
  const title = `Look for a statement like this one in the ${kind}: its wildcards and conditions may differ`;
  return { title, text: denyStatement(request, WITH_PRINCIPAL.includes(kind) ? "Principal" : "Resource") };
}

/**
 * Returns whether a role is known to be in another account than its caller.
 *
 * @param {RefusedRequest} request
 * @param {string} [caller]
 */
function isOtherAccount(request, caller = "") {
  const { account } = identityOf(request.input.RoleArn ?? "");
  const own = identityOf(caller).account;
  return assumesRole(request) && own !== "" && own !== account;
}

/**
 * Returns the buttons that lead to what the user can change.
 *
 * @param {RefusedCall} call
 * @param {Refusal | undefined} refusal
 * @param {string | undefined} caller
 */
function buttonsFor(call, refusal, caller) {
  const { operation, focusOn } = call;
  const { action = "", denial, policy } = refusal ?? {};
  const button = (/** @type {string} */ label, /** @type {string} */ member) =>
    makeButton(label, () => focusOn(member));
  const buttons = [];
  if (/TagSession$/i.test(action)) buttons.push(button("Change the session tags", "Tags"));
  else if (/SetSourceIdentity$/i.test(action)) buttons.push(button("Change the source identity", "SourceIdentity"));
  else if (operation === "AssumeRole") {
    const mayBeTrust = !policy || policy === "role trust policy" || policy === "resource-based policy";
    if (mayBeTrust) buttons.push(button("Enter an external ID", "ExternalId"));
    // A missing MFA code is the most frequent reason of a Deny.
    if (mayBeTrust || denial === "explicit") buttons.push(mfaButton(call));
  }
  if (assumesRole(call)) buttons.push(makeButton("Check the role's trust policy", () => call.checkTrustPolicy(caller)));
  return buttons;
}

/** @param {RefusedCall} call */
function mfaButton({ input, focusOn }) {
  return makeButton("Enter an MFA code", () => focusOn(input.SerialNumber ? "TokenCode" : "SerialNumber"));
}

/**
 * @param {WrittenPolicy} policy
 * @param {RefusedCall} call
 */
function policyElement({ title, text }, { copy }) {
  const copyButton = makeButton(t("copy"), () => copy(text));
  return make("div", { className: "policy" }, make("h3", {}, title), makeTextFigure(title, text), copyButton);
}
