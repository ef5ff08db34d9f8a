// Loaded when it is opened: checks whether a role's trust policy lets the caller in, with the inputs of the form. The policy that
// is pasted is neither sent nor stored.

import { explainTrustPolicy } from "../sts-web/trust-policy/index.js";
import { make } from "./dom.js";
import { containsSecret } from "./input-check.js";
import { assertionClaims, identityProvider, tokenClaims } from "./token-claims.js";

/** @typedef {import("../sts-web/trust-policy/index.js").FurtherActionExplanation} FurtherActionExplanation */
/** @typedef {import("../sts-web/trust-policy/index.js").AssumeAction} AssumeAction */
/** @typedef {import("../sts-web/trust-policy/index.js").SignedCaller} SignedCaller */
/** @typedef {import("../sts-web/trust-policy/index.js").StatementExplanation} StatementExplanation */
/** @typedef {import("../sts-web/trust-policy/index.js").TrustPolicyContext} TrustPolicyContext */
/** @typedef {import("../sts-web/trust-policy/index.js").TrustPolicyExplanation} TrustPolicyExplanation */
/** @typedef {import("../sts-web/trust-policy/index.js").Truth} Truth */
/** @typedef {import("./sessions.js").Session} Session */
/** @typedef {Record<string, any>} Input */
/** @typedef {"AssumeRole" | "AssumeRoleWithWebIdentity" | "AssumeRoleWithSAML"} AssumeOperation */

/**
 * What the check needs from the page.
 *
 * @typedef {object} Page
 * @property {(operation: AssumeOperation) => Input} readInput returns the input in the operation's form, if it is shown
 * @property {(operation: AssumeOperation) => void} openForm
 * @property {() => CallerFacts} readCaller
 * @property {() => string[]} secrets those that the page has
 */

/**
 * What the page knows of the credentials in its form.
 *
 * @typedef {object} CallerFacts
 * @property {string} accessKeyId
 * @property {Session} [session]
 */

/**
 * @typedef {object} Check
 * @property {() => void} update checks again, with what the page's forms have now
 * @property {(operation: AssumeOperation, callerArn?: string) => void} start chooses what to check, and focuses the policy
 */

/** @type {AssumeOperation[]} */
const OPERATIONS = ["AssumeRole", "AssumeRoleWithWebIdentity", "AssumeRoleWithSAML"];

/**
 * Adds the check to an element.
 *
 * @param {HTMLElement} root
 * @param {Page} page
 * @returns {Check}
 */
export function createCheck(root, page) {
  const operation = make("select", { id: "check-operation" }, ...OPERATIONS.map((name) => make("option", {}, name)));
  const caller = make("input", { id: "check-caller", className: "mono", autocomplete: "off", spellcheck: false });
  const policy = make("textarea", { id: "check-policy", className: "mono", autocomplete: "off", spellcheck: false });
  const notice = make("p", { id: "check-notice", className: "limit invalid" });
  policy.setAttribute("aria-describedby", notice.id);
  for (const input of [caller, policy]) input.setAttribute("autocapitalize", "none");
  const callerField = field("Caller's ARN, as Who am I? shows it", caller);
  const verdict = make("p", { id: "check-verdict" });
  verdict.setAttribute("role", "status");
  const findings = make("div", { id: "check-findings" });
  const chosenOperation = () => /** @type {AssumeOperation} */ (operation.value);
  let isCallerTyped = false;

  function update() {
    const isSigned = chosenOperation() === "AssumeRole";
    callerField.hidden = !isSigned;
    const facts = page.readCaller();
    if (!isCallerTyped) caller.value = facts.session?.arn ?? "";
    const text = policy.value.trim();
    const hasSecret = containsSecret(text, page.secrets());
    notice.textContent = hasSecret ? SECRET_FOUND : "";
    policy.setAttribute("aria-invalid", String(hasSecret));
    if (!text) return show(verdict, findings, "");
    const arn = caller.value.trim();
    const context = contextOf(chosenOperation(), page.readInput(chosenOperation()), { ...facts, arn });
    const explanation = explainTrustPolicy(text, context);
    if (!isSigned || arn) return show(verdict, findings, headingOf(explanation), explanation);
    // What is wrong with the policy itself can be seen without a caller.
    const violations = explanation.violations.filter(({ path }) => !path.startsWith("context."));
    const heading = violations.length ? headingOf(explanation) : CALLER_MISSING;
    show(verdict, findings, heading, { ...explanation, violations });
  }

  caller.addEventListener("input", () => {
    isCallerTyped = caller.value !== "";
  });
  operation.addEventListener("change", () => {
    page.openForm(chosenOperation());
    update();
  });
  root.append(
    make(
      "p",
      { className: "description" },
      "Paste a role's trust policy, or the output of ",
      make("code", {}, "aws iam get-role"),
      ". It is checked in this page, for the inputs of the form, and neither sent nor stored.",
    ),
    field("Request", operation),
    callerField,
    field("Trust policy", policy, notice),
    verdict,
    findings,
  );
  update();
  return {
    update,
    start(newOperation, callerArn) {
      operation.value = newOperation;
      page.openForm(newOperation);
      if (callerArn) caller.value = callerArn;
      isCallerTyped = !!callerArn;
      update();
      policy.focus();
    },
  };
}

const SECRET_FOUND = "This text contains what looks like a secret. A trust policy has none: remove it.";
const CALLER_MISSING = "Enter the caller's ARN, or press Who am I?, to check the policy.";

/**
 * @param {string} label
 * @param {HTMLElement} control
 * @param {HTMLElement[]} after
 */
function field(label, control, ...after) {
  return make("div", { className: "field" }, make("label", { htmlFor: control.id }, label), control, ...after);
}

// --- The caller and the request

/**
 * Returns who calls, for which role, with which inputs. What the page does not know is left out or null.
 *
 * @param {string} operation
 * @param {Input} input
 * @param {CallerFacts & { arn: string }} facts
 * @returns {TrustPolicyContext}
 */
function contextOf(operation, input, facts) {
  const {
    RoleSessionName,
    ExternalId,
    SerialNumber,
    SourceIdentity,
    Tags = [],
    TransitiveTagKeys,
    ProvidedContexts,
  } = input;
  return {
    caller: callerOf(operation, input, facts),
    roleArn: input.RoleArn,
    action: /** @type {AssumeAction} */ (`sts:${operation}`),
    request: {
      sessionName: RoleSessionName ?? null,
      externalId: ExternalId,
      // Users enter the code last, and it is cleared after each call.
      mfaCode: SerialNumber !== undefined,
      sourceIdentity: SourceIdentity,
      tags: Tags.length
        ? Object.fromEntries(Tags.map((/** @type {Input} */ { Key = "", Value = "" }) => [Key, Value]))
        : undefined,
      transitiveTagKeys: TransitiveTagKeys,
      providedContexts: ProvidedContexts?.map((/** @type {Input} */ { ProviderArn = "" }) => ProviderArn),
    },
  };
}

/**
 * @param {string} operation
 * @param {Input} input
 * @param {CallerFacts & { arn: string }} facts
 * @returns {TrustPolicyContext["caller"]}
 */
function callerOf(operation, input, { arn, accessKeyId, session }) {
  if (operation === "AssumeRoleWithWebIdentity") {
    const { issuer } = identityProvider(input);
    return { kind: "web-identity", issuer, claims: tokenClaims(input.WebIdentityToken) ?? null };
  }
  if (operation === "AssumeRoleWithSAML")
    return { kind: "saml", provider: input.PrincipalArn ?? "", claims: assertionClaims(input.SAMLAssertion) ?? null };
  // The credentials in the form are those of another caller.
  if (session?.arn !== undefined && session.arn !== arn) return { arn };
  return { arn, credentials: arn.includes(":user/") ? kindOf(accessKeyId) : null, ...originFacts(session) };
}

/** @param {string} accessKeyId */
function kindOf(accessKeyId) {
  if (accessKeyId.startsWith("AKIA")) return "long-term";
  return accessKeyId.startsWith("ASIA") ? "temporary" : null;
}

/**
 * What the call that created a session says about it.
 *
 * @param {Session} [session]
 * @returns {Partial<SignedCaller>}
 */
function originFacts(session) {
  if (!session?.origin || session.origin.request) return {};
  const { operation, input } = session.origin;
  const isRole = operation === "AssumeRole";
  return {
    ...(isRole && { roleArn: input.RoleArn }),
    ...(isRole && input.SourceIdentity && { sourceIdentity: input.SourceIdentity }),
    // The credentials of a role do not include that it was assumed with an MFA code.
    ...(operation === "GetSessionToken" && input.SerialNumber && { mfa: true }),
  };
}

// --- The explanation

/**
 * @param {HTMLElement} verdict
 * @param {HTMLElement} findings
 * @param {string} heading
 * @param {TrustPolicyExplanation} [explanation]
 */
function show(verdict, findings, heading, explanation) {
  // A status is read aloud whenever it changes.
  if (verdict.textContent !== heading) verdict.textContent = heading;
  verdict.dataset.verdict = explanation?.verdict ?? "";
  findings.replaceChildren(...(explanation ? elementsOf(explanation) : []));
}

/** @param {TrustPolicyExplanation} explanation */
function headingOf({ verdict, statements }) {
  if (!statements.length) return "This cannot be checked yet:";
  if (verdict === "unknown") return "Whether the trust policy lets this caller in cannot be known here.";
  return verdict === "allowed"
    ? "The trust policy lets this caller in."
    : "The trust policy does not let this caller in.";
}

/** @param {TrustPolicyExplanation} explanation */
function elementsOf({ reason, statements, furtherActions, violations, warnings, notSeen }) {
  const found = violations.map(({ path, message }) => {
    // The form's own fields are known by their labels.
    const place = path && !path.startsWith("context.") ? [make("code", {}, path), " "] : [];
    return make("li", {}, ...place, message);
  });
  const advice = warnings.map(({ statement, message }) =>
    make("li", {}, statement ? `Statement ${statement}: ` : "", message),
  );
  const unseen = notSeen.map(({ message }) => make("li", {}, message));
  return [
    ...listOf("", found),
    ...(statements.length ? [make("p", { className: "reason" }, reasonAlone(reason))] : []),
    ...statements.map(statementElement),
    ...furtherActions.map(actionElement),
    ...listOf("Look at these, too", advice),
    ...listOf("What this check could not see", unseen),
  ];
}

/** The reason without its first sentence, which is the heading. @param {string} reason */
function reasonAlone(reason) {
  return reason.replace(/^(The trust policy lets this caller in|Whether the trust policy .*? is not known)\. /, "");
}

/**
 * @param {string} title
 * @param {HTMLElement[]} items
 */
function listOf(title, items) {
  if (!items.length) return [];
  return [...(title ? [make("h3", {}, title)] : []), make("ul", {}, ...items)];
}

const APPLIES = { true: "applies", false: "does not apply", unknown: "may apply" };
const MATCHES = { true: "matches", false: "does not match", unknown: "is not known" };

/** @param {StatementExplanation} statement */
function statementElement({ number, sid, effect, applies, reason, principal, action, conditions }) {
  const parts = [
    part("Action", action.matches, action.reason),
    part("Principal", principal.matches, principal.reason),
    ...conditions.map(({ operator, key, verdict, reason }) => part(`${operator} ${key}`, verdict, reason)),
  ];
  const name = `Statement ${number}${sid ? ` (${sid})` : ""}: ${effect}, ${APPLIES[`${applies}`]}`;
  const details = make("details", {}, make("summary", {}, "Its parts"), make("dl", {}, ...parts.flat()));
  return make("div", { className: "statement" }, make("h3", {}, name), make("p", {}, reason), details);
}

/**
 * @param {string} name
 * @param {Truth} matches
 * @param {string} reason
 */
function part(name, matches, reason) {
  return [make("dt", {}, `${name} ${MATCHES[`${matches}`]}`), make("dd", {}, reason)];
}

/** An action that the request needs as well, or may need. @param {FurtherActionExplanation} explanation */
function actionElement({ action, needed, verdict, reason, statements }) {
  const needs = needed === true ? "also needs" : "may also need";
  const summary = make("summary", {}, `${action}, statement by statement`);
  return make(
    "div",
    { className: "statement" },
    make("h3", {}, `The request ${needs} ${action}: ${verdict === "unknown" ? "not known" : verdict}`),
    make("p", {}, reason),
    make("details", {}, summary, ...statements.map(statementElement)),
  );
}
