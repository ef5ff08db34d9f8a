// "Request failed": the error, and what to do next.

import { formatDuration } from "./countdown.js";
import { byId, make, makeButton } from "./dom.js";
import { redactValues } from "./redact.js";
import { copyText, openOutcome } from "./result-card.js";
import { t } from "./strings.js";

/** @typedef {import("./call.js").CallFailure} CallFailure */
/** @typedef {import("./call.js").CallRecord} CallRecord */
/** @typedef {import("./call.js").Violation} Violation */
/** @typedef {import("./forms.js").Form} Form */
/** @typedef {import("./trust-policy-check.js").AssumeOperation} AssumeOperation */

/**
 * What the actions for an error need.
 *
 * @typedef {object} Context
 * @property {Form} [form] where the input was entered
 * @property {string} [callerArn]
 * @property {string} [callerRoleArn] the role whose session the caller is
 * @property {(text: string) => void} showStatus
 * @property {(encodedMessage: string) => void} decode
 * @property {(operation: AssumeOperation, callerArn?: string) => void} checkTrustPolicy
 * @property {() => void} [renew] if the caller's credentials can be renewed
 */

/** Minimum clock offset that is mentioned, in seconds. */
const MENTIONED_OFFSET = 60;

/** The error that is shown. @type {CallFailure | undefined} */
let shown;

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
  shown = error;
  if (record && error.$metadata?.httpStatusCode) void showAdvice(error, record);
}

/**
 * Replaces the package's hint if the message names a cause. The module for it is loaded with the first error.
 *
 * @param {CallFailure} error
 * @param {CallRecord} record
 */
async function showAdvice(error, { operation }) {
  const module = await import("./error-advice.js").catch(() => undefined);
  const advice = module?.adviceOn(error, operation);
  if (advice && shown === error) byId("failure-hint").textContent = advice;
}

/** Removes the error from the page. */
export function clearFailure() {
  shown = undefined;
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
  if (record && /^AccessDenied/.test(name)) elements.push(explanationOf(message, record, context));
  return elements;
}

/**
 * Creates the explanation of a refusal. The module for it is loaded with the first one.
 *
 * @param {string} message
 * @param {CallRecord} record
 * @param {Context} context
 */
function explanationOf(
  message,
  { operation, input },
  { form, callerArn, callerRoleArn, showStatus, checkTrustPolicy },
) {
  const container = make("div", {});
  const call = {
    message,
    operation,
    input,
    callerArn,
    callerRoleArn,
    focusOn: (/** @type {string} */ member) => form?.focusOn(member),
    copy: (/** @type {string} */ text) => copyText(text, showStatus),
    checkTrustPolicy: (/** @type {string | undefined} */ caller) =>
      checkTrustPolicy(/** @type {AssumeOperation} */ (operation), caller),
  };
  import("./access-denied.js").then(
    ({ showRefusal }) => showRefusal(container, call),
    () => container.append(t("part-not-loaded")),
  );
  return container;
}

/** Describes how far this machine's clock is off. @param {CallRecord | undefined} record */
function clockText(record) {
  const seconds = Math.round((record?.clockOffset ?? 0) / 1000);
  if (Math.abs(seconds) < MENTIONED_OFFSET) return "";
  return t(seconds > 0 ? "clock-behind" : "clock-ahead", { duration: formatDuration(Math.abs(seconds)) });
}
