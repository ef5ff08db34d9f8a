// "When it fails": the error in words, and the way on.

import { identityOf } from "./arn.js";
import { byId, make } from "./dom.js";
import { hideValues } from "./redact.js";
import { copy, openNews } from "./result-card.js";
import { say, span } from "./strings.js";
import { callerPolicy, trustPolicy } from "./trust-policy.js";

/**
 * Shows an error of the call `record`. `ways` are what can be done: `form`, where its input was entered, `caller`, the
 * ARN of who called, `role`, that of the role whose session it is, where it is known, `decode(message)`, `renew()` where the
 * keys can be, and `news(text)`.
 */
export function showFailure(error, record, ways) {
  const faults = error.violations ?? [];
  ways.form?.mark(faults);
  byId("failure-message").textContent = faults.length
    ? say("faults")
    : hideValues(error.message, record?.secrets ?? []);
  byId("failure-faults").replaceChildren(...faults.map((fault) => make("li", {}, wayTo(fault, ways.form))));
  byId("failure-hint").textContent = error.hint ?? "";
  byId("failure-clock").textContent = clock(record);
  const { httpStatusCode, requestId } = error.$metadata ?? {};
  byId("failure-facts").textContent = [
    error.name,
    httpStatusCode && `HTTP ${httpStatusCode}`,
    requestId && say("request-id", { requestId }),
  ]
    .filter(Boolean)
    .join(" · ");
  byId("ways").replaceChildren(...waysOn(error, record, ways));
  openNews(say("failed"), "failure");
}

/** Takes the error off the page. */
export function clearFailure() {
  for (const part of ["message", "hint", "clock", "facts"]) byId(`failure-${part}`).textContent = "";
  for (const id of ["failure-faults", "ways"]) byId(id).replaceChildren();
}

/** A fault that leads to its field. */
function wayTo({ member, message }, form) {
  if (!form) return message;
  return button(message, () => form.focusOn(member), "link");
}

function waysOn(error, record, ways) {
  const elements = [];
  const { message } = error;
  const encoded = /Encoded authorization failure message:\s*([\w+/=-]+)/i.exec(message)?.[1];
  if (encoded) elements.push(button(say("decode"), () => ways.decode(encoded)));
  if (/^Expired/.test(error.name) && ways.renew) elements.push(button(say("renew-and-go-on"), ways.renew));
  if (record?.operation === "AssumeRole" && /^AccessDenied/.test(error.name))
    elements.push(...refused(message, record.input, ways));
  return elements;
}

/** The role did not trust the caller: what can be entered, and what an administrator can set. */
function refused(message, input, { form, caller, role, news }) {
  const elements = [
    button(say("to-external-id"), () => form.focusOn("ExternalId")),
    button(say("to-mfa"), () => form.focusOn(input.SerialNumber ? "TokenCode" : "SerialNumber")),
  ];
  const who = /(?:User|principal):\s*(arn:\S+)/i.exec(message)?.[1] ?? caller;
  if (!who) return elements;
  elements.push(policy(say("trust-policy", { role: input.RoleArn }), trustPolicy(role ?? who, input), news));
  const other = identityOf(who).account !== identityOf(input.RoleArn).account;
  elements.push(
    policy(say(other ? "caller-policy-needed" : "caller-policy", { caller: who }), callerPolicy(input), news),
  );
  return elements;
}

function policy(words, text, news) {
  const pre = make("pre", { tabIndex: 0, textContent: text });
  pre.setAttribute("aria-label", words);
  return make(
    "div",
    { className: "policy" },
    make("h3", {}, words),
    pre,
    button(say("copy"), () => copy(text, news)),
  );
}

/** How far the clock is off, in words; small differences are nobody's fault. */
function clock(record) {
  const seconds = Math.round((record?.clockOffset ?? 0) / 1000);
  if (Math.abs(seconds) < 60) return "";
  return say(seconds > 0 ? "clock-behind" : "clock-ahead", { span: span(Math.abs(seconds)) });
}

function button(text, action, className = "") {
  const made = make("button", { type: "button", className }, text);
  made.addEventListener("click", action);
  return made;
}
