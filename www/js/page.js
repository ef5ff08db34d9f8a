// What the buttons do: read a form, call, show.

import { operations } from "../sts-web/generated/operations.js";
import { identityOf } from "./arn.js";
import { faultsOf, newRecord, PageError, signOnly } from "./call.js";
import { acceptKeys, clearKeys, fillKeys, forgetProfiles, readKeys } from "./credentials-form.js";
import { byId, make } from "./dom.js";
import { clearFailure, showFailure } from "./failure.js";
import { inPlain, wordsOf } from "./fields.js";
import { formFor, modelOf } from "./forms.js";
import { addRecord, clearSent, focusSent, forgetCalls, showNewest, startSent } from "./inspector.js";
import { clearResult, openNews, redraw, shownSession, showResult, startCard, tickCard } from "./result-card.js";
import { forgetRemembered, showRemembered, startRemembering } from "./role-settings.js";
import { offerSandbox } from "./sandbox.js";
import { showChain, tickChain } from "./session-list.js";
import * as keys from "./sessions.js";
import { say } from "./strings.js";

/** The roles of the profile that was chosen, one after the other, and the one of them that it put into the form. */
let profileRoles = [];
let roleOfProfile;
/** When somebody last touched the page, in milliseconds since 1970. */
let lastTouched = Date.now();
/** Which minutes of the countdown were said aloud. */
const announced = new WeakMap();

const role = formFor(byId("role"), "AssumeRole");
let other;

// --- Who you are

/** The session whose keys are in the form, with the form's region; of keys that were typed in, a new one. */
function callerOf({ credentials, region, endpoint }) {
  const known = keys.sessionOf({ credentials });
  if (known) return Object.assign(known, { region, endpoint });
  return credentials && keys.newSession({ credentials, region, endpoint });
}

/** A session's keys in the form; where it has no endpoint of its own, no other's stays. */
function fillSession(session) {
  fillKeys({ ...session, endpoint: session.endpoint ?? "" });
}

function use(session) {
  fillSession(session);
  drawChain();
  const at = profileRoles.findIndex(({ RoleArn }) => RoleArn === session.made?.input.RoleArn);
  // Nothing of the call before goes along.
  if (at >= 0 && profileRoles[at + 1]) role.fill((roleOfProfile = profileRoles[at + 1]));
  news(say("keys-in-place", { name: keys.nameOf(session) }));
  byId("who-am-i").focus();
}

/** Puts a profile's role into the form; where it has none, takes out what a profile put there before. */
function fillRole(next) {
  const entered = role.read();
  for (const name in roleOfProfile) if (entered[name] === roleOfProfile[name]) entered[name] = undefined;
  if (next ?? roleOfProfile) role.fill({ ...entered, ...next });
  roleOfProfile = next;
}

function drawChain() {
  showChain(keys.sessionOf(readKeysQuietly()), { use, renew: renewNow, forget: forgetOne });
}

function readKeysQuietly() {
  try {
    return readKeys();
  } catch {
    return {};
  }
}

/** Who an ARN is, in a sentence. */
function inWords({ Arn, Account, UserId }) {
  const { kind, name, session } = identityOf(Arn);
  const known = ["user", "assumed-role", "federated-user", "root"].includes(kind) ? kind : "other";
  return say(`you-are-${known}`, { arn: Arn, account: Account, id: UserId, name, session });
}

// --- Calls

/** Makes the call that a form asks for, and shows what came of it. */
async function ask(form, button) {
  const operation = form.operation;
  let settings;
  let record;
  let caller;
  await working(button, async () => {
    try {
      settings = readKeys();
      const input = form.read();
      record = newRecord(operation, input);
      caller = modelOf(operation).signed ? callerOf(settings) : undefined;
      addRecord(record, settings.credentials);
      // A code of an MFA device is good for one call that was answered.
      const output = await keys
        .send(record, caller ?? settings)
        .finally(() => record.attempts.some(({ status }) => status) && form.useUpCode?.());
      form.mark([]);
      showNewest();
      // Keys join the chain once they have worked.
      if (caller) keys.addSession(caller);
      show(record, output, caller, settings);
    } catch (error) {
      failed(error, record, form, caller);
    }
  });
}

function show(record, output, caller, { region, endpoint }) {
  const { operation, input } = record;
  if (operation === "GetCallerIdentity") {
    caller.arn = output.Arn;
    drawChain();
    showResult(say("you-are"), inWords(output), output);
    return;
  }
  if (!output.Credentials) {
    showResult(wordsOf(operation), inPlain(modelOf(operation)), output);
    return;
  }
  const { AssumedRoleUser, FederatedUser, SessionInfo, AssumedPrincipal } = output;
  const arn =
    (AssumedRoleUser ?? FederatedUser ?? SessionInfo)?.Arn ?? AssumedPrincipal ?? input.TargetPrincipal ?? caller?.arn;
  const { Expiration: expiration } = output.Credentials;
  const credentials = keys.keysOf(output.Credentials);
  const made = { operation, input, again: record.again };
  let session = keys.withOtherCode(made, caller);
  if (session) {
    keys.takeKeys(session, output);
    session.made = made;
  } else {
    session = keys.newSession({ credentials, expiration, arn, region, endpoint, from: caller, made });
    keys.addSession(session);
  }
  showResult(say(operation.startsWith("AssumeRole") ? "you-became" : "you-got"), arn ?? "", output, session);
}

function failed(error, record, form, caller = keys.sessionOf(readKeysQuietly())) {
  if (error.name === "AbortError") return;
  if (record) {
    record.error = error;
    showNewest();
  }
  showFailure(error, record, {
    form,
    caller: caller?.arn,
    role: caller?.made?.input.RoleArn,
    news,
    decode: (message) => decode(message),
    renew: caller?.made && (() => renewNow(caller)),
  });
}

async function decode(message) {
  const form = openOther("DecodeAuthorizationMessage");
  form.fill({ EncodedMessage: message });
  await ask(form, byId("ask"));
}

async function signed(form) {
  try {
    const settings = readKeys();
    const record = newRecord(form.operation, form.read());
    addRecord(record, settings.credentials);
    await signOnly(record, settings);
    form.mark([]);
    showNewest();
    focusSent();
  } catch (error) {
    failed(error, undefined, form);
  }
}

/**
 * Renews a session; where its call had a code that works once, the form asks for another. One that was not pressed for leaves
 * the focus where it is.
 */
async function renewNow(session, pressed = true) {
  if (!keys.canRenew(session)) {
    const form = session.made.operation === "AssumeRole" ? role : openOther(session.made.operation);
    form.fill(session.made.input);
    form.useUpCode();
    if (session.from) fillSession(session.from);
    drawChain();
    form.focusOn("TokenCode");
    return;
  }
  let record;
  try {
    const output = await keys.renew(session, (made, credentials) => addRecord((record = made), credentials));
    // Of its own keys and those of its caller, which may have been renewed first.
    const inForm = keys.renewedFrom(readKeysQuietly());
    if (inForm) fillSession(inForm);
    showNewest();
    redraw(session, output);
    drawChain();
    news(say("renewed", { name: keys.nameOf(session) }));
  } catch (error) {
    const left = keys.timeLeft(session);
    // What passes is tried again after half of the time that is left.
    if (!pressed && error.$retryable && left > 0) return void (session.early = left / 2);
    session.renewsItself = false;
    drawChain();
    const { activeElement } = document;
    failed(error, record, role, session.from);
    if (!pressed) activeElement.focus();
  }
}

/** One call at a time from a button, which says that it is under way. */
async function working(button, work) {
  const label = button.textContent;
  button.disabled = true;
  button.textContent = say("working");
  try {
    await work();
  } finally {
    button.disabled = false;
    button.textContent = label;
  }
}

// --- Other operations

function openOther(operation) {
  byId("others").open = true;
  byId("operation").value = operation;
  byId("operation-about").textContent = inPlain(modelOf(operation));
  byId("operation-fields").replaceChildren(make("div"));
  const fields = byId("operation-fields").firstChild;
  fields.dataset.members = "*";
  // A form of its own each time, so that nothing listens to fields that are gone.
  const root = make("div", {}, fields);
  byId("operation-fields").replaceChildren(root);
  other = formFor(root, operation);
  return other;
}

// --- What goes on by itself

function news(text) {
  byId("said").textContent = text;
}

/** Somebody is there, and has read what was said. */
function touched() {
  lastTouched = Date.now();
  news("");
}

/** Forgets a session wherever it is: in the form, on the card, in what was sent. */
function forgetOne(session) {
  if (session.secrets.includes(byId("secret-access-key").value.trim())) fillKeys({});
  if (shownSession() === session) clearResult();
  // One of an error's ways on may lead back to it.
  byId("ways").replaceChildren();
  forgetProfiles(session.secrets);
  forgetCalls(session.secrets);
  keys.forget(session);
  news(say("one-forgotten", { name: keys.nameOf(session) }));
}

function forgetEverything() {
  keys.forgetAll();
  for (const button of document.querySelectorAll(".reveal[aria-pressed=true]")) button.click();
  profileRoles = [];
  roleOfProfile = undefined;
  clearKeys();
  byId("role").reset();
  showRemembered();
  role.fill({});
  openOther(byId("operation").value);
  byId("others").open = false;
  clearResult();
  clearFailure();
  clearSent();
  drawChain();
  news("");
  // The engine keeps the last text that a regular expression was tried on.
  /^/.test("");
}

/** Every second: the time left, sessions that renew themselves, and the wipe when nobody is there. */
function tick() {
  tickChain();
  tickCard();
  for (const session of [...keys.sessions]) {
    announce(session);
    if (keys.dueForRenewal(session) && !session.renewing) {
      session.renewing = true;
      void renewNow(session, false).finally(() => (session.renewing = false));
    }
  }
  const minutes = Number(byId("idle").value);
  if (minutes && Date.now() - lastTouched > minutes * 60_000) {
    forgetEverything();
    lastTouched = Infinity;
    news(say("wiped", { minutes }));
  }
}

/** Five minutes before the end, one before it, and at it. */
function announce(session) {
  if (!session.expiration) return;
  const minutes = Math.ceil(keys.timeLeft(session) / 60_000);
  const mark = minutes <= 0 ? 0 : minutes <= 1 ? 1 : minutes <= 5 ? 5 : undefined;
  if (mark === undefined || announced.get(session) === `${mark} ${session.expiration.getTime()}`) return;
  announced.set(session, `${mark} ${session.expiration.getTime()}`);
  news(say(mark ? "ends-soon" : "has-ended", { name: keys.nameOf(session), minutes: mark }));
}

// --- The buttons

function onSubmit(id, action) {
  byId(id).addEventListener("submit", (event) => {
    event.preventDefault();
    void action();
  });
}

function onClick(id, action) {
  byId(id).addEventListener("click", () => void action());
}

const whoAmI = { operation: "GetCallerIdentity", read: () => ({}), mark() {} };
onSubmit("keys", () => ask(whoAmI, byId("who-am-i")));
onSubmit("role", () => ask(role, byId("assume")));
onSubmit("other", () => ask(other, byId("ask")));
onClick("sign-role", () => signed(role));
onClick("sign-other", () => signed(other));
onClick("use-keys", () => use(shownSession()));
onClick("forget", () => {
  forgetEverything();
  news(say("forgotten"));
  byId("access-key-id").focus();
  forgetRemembered();
});
byId("keys").addEventListener("input", drawChain);

document.addEventListener("click", ({ target }) => {
  const button = target.closest?.(".reveal");
  if (!button) return;
  const field = byId(button.dataset.reveals);
  const shown = field.type === "text";
  field.type = shown ? "password" : "text";
  button.setAttribute("aria-pressed", String(!shown));
  button.firstChild.data = say(shown ? "show" : "hide");
});
for (const event of ["pointerdown", "keydown", "drop", "input"]) {
  document.addEventListener(event, touched, { capture: true, passive: true });
}
addEventListener("pagehide", forgetEverything);

keys.onChange(drawChain);
startCard(news);
startSent(news);
startRemembering(role);
acceptKeys((roles) => {
  if (roles) {
    fillRole(roles[0]);
    profileRoles = roles;
  }
  drawChain();
});
for (const { name } of operations) {
  if (!["AssumeRole", "GetCallerIdentity"].includes(name))
    byId("operation").append(make("option", { textContent: name }));
}
byId("operation").addEventListener("change", () => openOther(byId("operation").value));
openOther(byId("operation").value);
byId("others").open = false;
void offerSandbox(({ endpoint, region, accessKeyId, secretAccessKey, roleArn, roleSessionName }) => {
  fillKeys({ endpoint, region, credentials: { accessKeyId, secretAccessKey } });
  role.fill({ RoleArn: roleArn, RoleSessionName: roleSessionName });
  drawChain();
  byId("who-am-i").focus();
});
// Where a Worker serves the page, it answers this with what it offers, and the script for that is loaded.
void fetch("./worker.json")
  .then(async (answer) => {
    const worker = answer.ok && (await answer.json());
    if (worker)
      (await import("./broker.js")).offerWorker(worker, {
        make,
        say,
        failed,
        working,
        show,
        showResult,
        untilForgotten: keys.untilForgotten,
      });
  })
  .catch(() => {});
setInterval(tick, 1000);
// Starts the module, so that the first call need not wait for it, nor for the network.
void faultsOf("GetCallerIdentity", {});
