// The entry point of the page: defines what each button does.

import { newRecord, PageError, signOnly, validate } from "./call.js";
import { announceExpiration, updateCountdowns } from "./countdown.js";
import {
  clearCredentialsForm,
  enteredSecrets,
  fillSettings,
  forgetProfiles,
  initImport,
  readSettings,
} from "./credentials-form.js";
import { buttonById, byId, focusOn, inputById, make } from "./dom.js";
import { clearFailure, clearFailureActions, showFailure } from "./failure.js";
import { createForm, findViolations, modelOf } from "./forms.js";
import { checkInactivity, initInactivity } from "./inactivity.js";
import { addRecord, clearInspector, focusInspector, forgetRecords, initInspector, showLatest } from "./inspector.js";
import { openOtherOperation, otherForm, resetOtherOperation } from "./other-operations.js";
import { showOutput, showSession } from "./output.js";
import { fillFirstRole, fillNextRole, forgetProfileRoles } from "./profile-role.js";
import { clearResult, initResultCard, placeOutcome, shownSession, updateResult } from "./result-card.js";
import { hideSecrets, initReveal } from "./reveal.js";
import { forgetRoleSettings, initRoleSettings, rememberRole, updateRememberCheckbox } from "./role-settings.js";
import { initSandbox } from "./sandbox.js";
import { showSessionList } from "./session-list.js";
import {
  abortIfAllForgotten,
  addSession,
  canRenew,
  distinctName,
  findRenewedSession,
  findSession,
  forgetAllSessions,
  forgetSession,
  isDueForRenewal,
  newSession,
  onSessionsChange,
  renew,
  send,
  sessions,
  setExpiration,
  timeLeft,
} from "./sessions.js";
import { t } from "./strings.js";
import {
  clearTrustPolicyCheck,
  initTrustPolicyCheck,
  openTrustPolicyCheck,
  updateTrustPolicyCheck,
} from "./trust-policy-details.js";

/** @typedef {import("./call.js").CallFailure} CallFailure */
/** @typedef {import("./call.js").CallRecord} CallRecord */
/** @typedef {import("./call.js").OperationName} OperationName */
/** @typedef {import("./call.js").Settings} Settings */
/** @typedef {import("./forms.js").Form} Form */
/** @typedef {import("./sessions.js").Session} Session */

const roleForm = createForm(byId("role"), "AssumeRole");
/** @type {Form} */
const identityForm = {
  operation: "GetCallerIdentity",
  read: () => ({}),
  fill() {},
  mark() {},
  describe: (violations) => violations,
  focusOn() {},
  clearMfaCode() {},
};

// --- Credentials and role

/** Returns the session with the credentials of these settings, or a new one. @param {Settings} settings */
function sessionFor({ credentials, region, endpoint }) {
  return findSession({ credentials }) ?? (credentials && newSession({ credentials, region, endpoint }));
}

/** Fills in a session's credentials, region and endpoint. @param {Session} session */
function fillSession({ credentials, region, endpoint = "" }) {
  fillSettings({ credentials, region, endpoint });
}

/**
 * Uses a session's credentials. If its role is one of the profile's, fills in the next role.
 *
 * @param {Session} session
 */
function useSession(session) {
  fillSession(session);
  drawSessions();
  fillNextRole(roleForm, session.origin?.input.RoleArn);
  showStatus(t("credentials-in-use", { name: distinctName(session) }));
}

function drawSessions() {
  showSessionList(findSession(validSettings()), {
    export: showSession,
    use: useSession,
    renew: renewSession,
    forget: forgetOne,
  });
  updateTrustPolicyCheck();
}

/** Lists credentials that were filled in, so that they can be exported without a call. @param {string} [expiration] */
function addImported(expiration) {
  const { credentials, region = "", endpoint } = validSettings();
  const session = sessionFor({ credentials, region, endpoint });
  if (!session) return;
  if (expiration && !session.expiration) setExpiration(session, new Date(expiration));
  addSession(Object.assign(session, { region, endpoint }));
}

/** Returns the settings in the form, or none if they are invalid. @returns {Partial<Settings>} */
function validSettings() {
  try {
    return readSettings();
  } catch {
    return {};
  }
}

// --- Calls

/**
 * Makes the call of a form and shows the result or the error.
 *
 * @param {Form} form
 * @param {HTMLButtonElement} button
 */
function callFrom(form, button) {
  return whileDisabled(button, async () => {
    const { operation } = form;
    let record;
    let caller;
    try {
      const settings = readSettings();
      const input = await checkedInput(form, settings);
      record = newRecord(operation, input);
      caller = callerFor(operation, input, settings);
      addRecord(record, caller?.credentials);
      const output = await sendAndClearMfaCode(record, settings, caller, form);
      form.mark([]);
      showLatest();
      if (form === roleForm) rememberRole(input, settings.region);
      // Credentials are listed only after a successful call, with the region and the endpoint of the latest one.
      if (caller) addSession(Object.assign(caller, { region: settings.region, endpoint: settings.endpoint }));
      placeOutcome(placeOf(form));
      await showOutput(record, output, caller, settings);
    } catch (error) {
      showError(/** @type {CallFailure} */ (error), record, form, caller);
    }
  });
}

/**
 * Returns the session that signs a call: the one in the form, or none if the operation is unsigned. If that session's role is
 * assumed again, the session that assumed it before signs the call, because roles rarely trust themselves.
 *
 * @param {OperationName} operation
 * @param {Record<string, any>} input
 * @param {Settings} settings
 */
function callerFor(operation, { RoleArn }, settings) {
  const session = modelOf(operation).signed ? sessionFor(settings) : undefined;
  const assumesAgain = operation === "AssumeRole" && session?.origin?.input.RoleArn === RoleArn;
  return (assumesAgain && session?.parent) || session;
}

/**
 * Returns where the outcome of a form's call is shown: under the form.
 *
 * @param {Form} [form]
 * @returns {Parameters<typeof placeOutcome>[0]}
 */
function placeOf(form) {
  return form && form !== identityForm ? "role" : "credentials";
}

/**
 * Returns the input of a form. Throws if a field contains a secret or the role ARN is invalid, before anything is sent.
 *
 * @param {Form} form
 * @param {Settings} settings
 */
async function checkedInput(form, { endpoint }) {
  const input = form.read();
  const found = findViolations(form.operation, input, { endpoint, secrets: knownSecrets() });
  if (!found.length) return input;
  const members = found.map(({ member }) => member);
  const others = (await validate(form.operation, input)).filter(({ member }) => !members.includes(member));
  throw Object.assign(new PageError(t("invalid-input")), { violations: [...found, ...others] });
}

/** Returns the secrets that are entered, and those of the sessions. */
function knownSecrets() {
  const ofSessions = sessions.flatMap(({ secrets, credentials }) => [...secrets, credentials.sessionToken ?? ""]);
  return [...enteredSecrets(), ...ofSessions];
}

/**
 * Sends a call. Clears the MFA code once there is a response, because a code works only once.
 *
 * @param {CallRecord} record
 * @param {Settings} settings
 * @param {Session | undefined} caller
 * @param {Form} form
 */
async function sendAndClearMfaCode(record, settings, caller, form) {
  try {
    return await send(record, settings, caller);
  } finally {
    if (record.attempts.some(({ status }) => status)) form.clearMfaCode();
  }
}

/**
 * Shows an error, unless the call was aborted because its credentials were forgotten.
 *
 * @param {CallFailure} error
 * @param {CallRecord} [record]
 * @param {Form} [form]
 * @param {Session} [caller]
 */
function showError(error, record, form, caller = findSession(validSettings()), place = placeOf(form)) {
  if (error.name === "AbortError") return;
  placeOutcome(place);
  if (record) {
    record.error = error;
    showLatest();
  }
  showFailure(error, record, {
    form,
    callerArn: caller?.arn,
    callerRoleArn: caller?.origin?.input.RoleArn,
    showStatus,
    decode,
    checkTrustPolicy: openTrustPolicyCheck,
    renew: caller?.origin && (() => renewSession(caller)),
  });
}

/** @param {string} encodedMessage */
async function decode(encodedMessage) {
  const form = openOtherOperation("DecodeAuthorizationMessage");
  form.fill({ EncodedMessage: encodedMessage });
  await callFrom(form, buttonById("send-other"));
}

/** Signs the call of a form without sending it. @param {Form} form */
async function signFrom(form) {
  try {
    const settings = readSettings();
    const input = await checkedInput(form, settings);
    const record = newRecord(form.operation, input);
    const credentials = callerFor(form.operation, input, settings)?.credentials;
    addRecord(record, credentials);
    await signOnly(record, { ...settings, credentials });
    form.mark([]);
    showLatest();
    focusInspector();
  } catch (error) {
    showError(/** @type {CallFailure} */ (error), undefined, form);
  }
}

/**
 * Renews a session on request. If its call had an MFA code, which works only once, asks for a new one in the form.
 *
 * @param {Session} session
 */
async function renewSession(session) {
  if (!session.origin)
    return showStatus(t(session.expiration ? "not-renewable" : "no-expiration", { name: distinctName(session) }));
  if (!canRenew(session)) return requestMfaCode(session.origin, session.parent);
  const { error, record } = await tryRenewing(session);
  if (error) showRenewalError(session, error, record);
}

/** Renews a session automatically, without moving the focus. @param {Session} session */
async function autoRenew(session) {
  session.isRenewing = true;
  const { error, record } = await tryRenewing(session);
  session.isRenewing = false;
  if (!error) return;
  const left = timeLeft(session);
  if (error.$retryable && left > 0) {
    // A transient error is retried after half of the remaining time.
    session.renewBefore = left / 2;
    return;
  }
  const { activeElement } = document;
  showRenewalError(session, error, record);
  if (activeElement instanceof HTMLElement) activeElement.focus();
}

/**
 * Renews a session, and replaces its credentials wherever the page shows them.
 *
 * @param {Session} session
 * @returns {Promise<{ error?: CallFailure, record?: CallRecord }>}
 */
async function tryRenewing(session) {
  /** @type {CallRecord | undefined} */
  let record;
  try {
    const output = await renew(session, (newRecord, credentials) => {
      record = newRecord;
      addRecord(newRecord, credentials);
    });
    // The form may have the old credentials of the session or of its parent, which may have been renewed first.
    const inForm = findRenewedSession(validSettings());
    if (inForm) fillSession(inForm);
    showLatest();
    updateResult(session, output);
    drawSessions();
    showStatus(t("renewed", { name: distinctName(session) }));
    return {};
  } catch (error) {
    return { error: /** @type {CallFailure} */ (error), record };
  }
}

/**
 * @param {Session} session
 * @param {CallFailure} error
 * @param {CallRecord} [record]
 */
function showRenewalError(session, error, record) {
  session.autoRenew = false;
  drawSessions();
  showError(error, record, roleForm, session.parent, "sessions");
}

/**
 * Fills in the input of the call that created a session, except for its MFA code.
 *
 * @param {import("./sessions.js").Origin} origin
 * @param {Session} [parent]
 */
function requestMfaCode(origin, parent) {
  const form = origin.operation === "AssumeRole" ? roleForm : openOtherOperation(origin.operation);
  form.fill(origin.input);
  form.clearMfaCode();
  if (parent) fillSession(parent);
  drawSessions();
  form.focusOn("TokenCode");
}

/**
 * Disables a button while its action runs, so that the action is not started twice.
 *
 * @param {HTMLButtonElement} button
 * @param {() => Promise<void>} work
 */
async function whileDisabled(button, work) {
  const label = button.textContent;
  button.disabled = true;
  button.textContent = t("working");
  try {
    await work();
  } finally {
    button.disabled = false;
    button.textContent = label;
  }
}

// --- Status, forgetting and timers

/** @param {string} text */
function showStatus(text) {
  byId("status").textContent = text;
}

/** Removes a session and its secrets from the form, the result and the request details. @param {Session} session */
function forgetOne(session) {
  if (session.secrets.includes(inputById("secret-access-key").value.trim())) fillSettings({});
  if (shownSession() === session) clearResult();
  // The actions for an error may refer to the session.
  clearFailureActions();
  forgetProfiles(session.secrets);
  forgetRecords(session.secrets);
  forgetSession(session);
  showStatus(t("session-forgotten", { name: distinctName(session) }));
}

function forgetEverything() {
  forgetAllSessions();
  hideSecrets();
  forgetProfileRoles();
  clearCredentialsForm();
  /** @type {HTMLFormElement} */ (byId("role")).reset();
  updateRememberCheckbox();
  roleForm.fill({});
  resetOtherOperation();
  clearResult();
  clearFailure();
  clearInspector();
  clearTrustPolicyCheck();
  // Only a page of the Worker has it.
  document.getElementById("worker-buckets")?.replaceChildren();
  drawSessions();
  showStatus("");
  // JavaScript engines keep the last text that was matched with a regular expression, which may contain a secret.
  /^/.test("");
}

/** Runs every second: the countdowns, automatic renewals, and forgetting after inactivity. */
function tick() {
  updateCountdowns();
  for (const session of [...sessions]) {
    announceExpiration(session, showStatus);
    if (isDueForRenewal(session) && !session.isRenewing) void autoRenew(session);
  }
  checkInactivity((minutes) => {
    forgetEverything();
    showStatus(t("idle-forgotten", { minutes }));
  });
}

// --- Event listeners

/**
 * @param {string} id
 * @param {() => unknown} action
 */
function onSubmit(id, action) {
  byId(id).addEventListener("submit", (event) => {
    event.preventDefault();
    void action();
  });
}

/**
 * @param {string} id
 * @param {() => unknown} action
 */
function onClick(id, action) {
  byId(id).addEventListener("click", () => void action());
}

onSubmit("credentials", () => callFrom(identityForm, buttonById("who-am-i")));
onSubmit("role", () => callFrom(roleForm, buttonById("assume")));
onSubmit("other-operation", () => callFrom(otherForm(), buttonById("send-other")));
onClick("sign-role", () => signFrom(roleForm));
onClick("sign-other", () => signFrom(otherForm()));
onClick("use-credentials", () => {
  const session = shownSession();
  if (session) useSession(session);
});
onClick("forget", () => {
  forgetEverything();
  showStatus(t("all-forgotten"));
  focusOn("access-key-id");
  forgetRoleSettings();
});
byId("credentials").addEventListener("input", drawSessions);
document.addEventListener("copy", (event) => {
  if (!/[•*]{8}/.test(String(document.getSelection()))) return;
  event.preventDefault();
  showStatus(t("copy-hidden"));
});
// The user has seen the status.
initInactivity(() => showStatus(""));
addEventListener("pagehide", forgetEverything);
// A page that comes back from the back/forward cache is empty for no apparent reason.
addEventListener("pageshow", ({ persisted }) => persisted && showStatus(t("all-forgotten")));

// --- Start

onSessionsChange(drawSessions);
initResultCard(showStatus);
initInspector(showStatus);
initReveal();
initRoleSettings(roleForm);
initTrustPolicyCheck(
  {
    readCaller: () => ({ accessKeyId: inputById("access-key-id").value.trim(), session: findSession(validSettings()) }),
    readInput(operation) {
      const form = operation === "AssumeRole" ? roleForm : otherForm();
      return form.operation === operation ? form.read() : {};
    },
    openForm(operation) {
      if (operation !== "AssumeRole" && otherForm().operation !== operation) openOtherOperation(operation);
    },
    secrets: knownSecrets,
  },
  showStatus,
);
initImport(({ roles, credentials, expiration }) => {
  if (roles) fillFirstRole(roleForm, roles);
  if (credentials) addImported(expiration);
  drawSessions();
});
initSandbox(({ endpoint, region, accessKeyId, secretAccessKey, roleArn, roleSessionName }) => {
  fillSettings({ endpoint, region, credentials: { accessKeyId, secretAccessKey } });
  roleForm.fill({ RoleArn: roleArn, RoleSessionName: roleSessionName });
  drawSessions();
  focusOn("who-am-i");
});
void loadBroker().catch(() => {});
setInterval(tick, 1000);
// Loads the WebAssembly module in advance, so that the first call does not wait for it.
void validate("GetCallerIdentity", {});

/** Loads the form of this project's Worker, if `worker.json` shows that it serves the page. */
async function loadBroker() {
  const response = await fetch("./worker.json");
  const worker = response.ok && (await response.json());
  if (!worker) return;
  const { offerWorker } = await import("./broker.js");
  offerWorker(worker, {
    make,
    t,
    whileDisabled,
    showError,
    showStatus,
    showCredentials: (origin, output, settings) => {
      placeOutcome("credentials");
      return showOutput(origin, output, undefined, settings);
    },
    abortIfAllForgotten,
  });
}
