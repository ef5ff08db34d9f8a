// "Request failed": the error, and what to do next.

import { identityOf } from "./arn.js";
import { formatDuration } from "./countdown.js";
import { byId, make, makeButton, makeTextFigure } from "./dom.js";
import { redactValues } from "./redact.js";
import { copyText, openOutcome } from "./result-card.js";
import { t } from "./strings.js";
import { callerPolicy, trustPolicy } from "./trust-policy.js";

/** @typedef {import("./call.js").CallFailure} CallFailure */
/** @typedef {import("./call.js").CallRecord} CallRecord */
/** @typedef {import("./call.js").Violation} Violation */
/** @typedef {import("./forms.js").Form} Form */

/**
 * What the actions for an error need.
 *
 * @typedef {object} Context
 * @property {Form} [form] where the input was entered
 * @property {string} [callerArn]
 * @property {string} [callerRoleArn] the role whose session the caller is
 * @property {(text: string) => void} showStatus
 * @property {(encodedMessage: string) => void} decode
 * @property {() => void} [renew] if the caller's credentials can be renewed
 */

/** Minimum clock offset that is mentioned, in seconds. */
const MENTIONED_OFFSET = 60;

/**
 * Shows the error of a call.
 *
 * @param {CallFailure} error
 * @param {CallRecord | undefined} record undefined if no request was created
 * @param {Context} context
 */
export function showFailure(error, record, context) {
  const { form } = context;
  const violations = error.violations ?? [];
  form?.mark(violations);
  byId("failure-message").textContent = violations.length
    ? t("invalid-input")
    : redactValues(error.message, record?.secrets ?? []);
  byId("failure-violations").replaceChildren(
    ...(form?.describe(violations) ?? violations).map((violation) => make("li", {}, violationLink(violation, form))),
  );
  byId("failure-hint").textContent = error.hint ?? "";
  byId("failure-clock").textContent = clockText(record);
  byId("failure-details").textContent = detailsOf(error);
  byId("failure-actions").replaceChildren(...actionsFor(error, record, context));
  openOutcome(t("failed"), "failure");
}

/** Removes the error from the page. */
export function clearFailure() {
  for (const part of ["message", "hint", "clock", "details"]) byId(`failure-${part}`).textContent = "";
  byId("failure-violations").replaceChildren();
  clearFailureActions();
}

/** Removes the actions for the error, which may refer to the caller's credentials. */
export function clearFailureActions() {
  byId("failure-actions").replaceChildren();
}

/** @param {CallFailure} error */
function detailsOf({ name, $metadata: { httpStatusCode, requestId } = {} }) {
  const details = [name, httpStatusCode && `HTTP ${httpStatusCode}`, requestId && t("request-id", { requestId })];
  return details.filter(Boolean).join(" · ");
}

/**
 * Returns a violation as a link to its field.
 *
 * @param {Violation} violation
 * @param {Form} [form]
 */
function violationLink({ member, message }, form) {
  return form ? makeButton(message, () => form.focusOn(member), "link") : message;
}

/**
 * @param {CallFailure} error
 * @param {CallRecord | undefined} record
 * @param {Context} context
 */
function actionsFor({ name, message }, record, context) {
  const elements = [];
  const encodedMessage = /Encoded authorization failure message:\s*([\w+/=-]+)/i.exec(message)?.[1];
  if (encodedMessage) elements.push(makeButton(t("decode"), () => context.decode(encodedMessage)));
  if (/^Expired/.test(name) && context.renew) elements.push(makeButton(t("renew-credentials"), context.renew));
  if (record?.operation === "AssumeRole" && /^AccessDenied/.test(name))
    elements.push(...accessDeniedActions(message, record.input, context));
  return elements;
}

/**
 * The role does not trust the caller: what the user can enter, and the policies that an administrator can set.
 *
 * @param {string} message
 * @param {Record<string, any>} input
 * @param {Context} context
 */
function accessDeniedActions(message, input, { form, callerArn, callerRoleArn, showStatus }) {
  /** @type {HTMLElement[]} */
  const elements = [
    makeButton(t("enter-external-id"), () => form?.focusOn("ExternalId")),
    makeButton(t("enter-mfa-code"), () => form?.focusOn(input.SerialNumber ? "TokenCode" : "SerialNumber")),
  ];
  const caller = /(?:User|principal):\s*(arn:\S+)/i.exec(message)?.[1] ?? callerArn;
  if (!caller) return elements;
  const isOtherAccount = identityOf(caller).account !== identityOf(input.RoleArn).account;
  const trustTitle = t("trust-policy", { role: input.RoleArn });
  const callerTitle = t(isOtherAccount ? "caller-policy-required" : "caller-policy", { caller });
  return [
    ...elements,
    policyElement(trustTitle, trustPolicy(callerRoleArn ?? caller, input), showStatus),
    policyElement(callerTitle, callerPolicy(input), showStatus),
  ];
}

/**
 * @param {string} title
 * @param {string} policy
 * @param {(text: string) => void} showStatus
 */
function policyElement(title, policy, showStatus) {
  const copyButton = makeButton(t("copy"), () => copyText(policy, showStatus));
  return make("div", { className: "policy" }, make("h3", {}, title), makeTextFigure(title, policy), copyButton);
}

/** Describes how far this machine's clock is off. @param {CallRecord | undefined} record */
function clockText(record) {
  const seconds = Math.round((record?.clockOffset ?? 0) / 1000);
  if (Math.abs(seconds) < MENTIONED_OFFSET) return "";
  return t(seconds > 0 ? "clock-behind" : "clock-ahead", { duration: formatDuration(Math.abs(seconds)) });
}
