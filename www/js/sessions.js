// The credentials in this page's memory: their origin, and how to renew them.

import { identityOf } from "./arn.js";
import { call, newRecord, now } from "./call.js";

/** @typedef {import("./call.js").CallRecord} CallRecord */
/** @typedef {import("./call.js").Credentials} Credentials */
/** @typedef {import("./call.js").OperationName} OperationName */
/** @typedef {import("./call.js").Settings} Settings */
/** @typedef {(record: CallRecord, credentials?: Credentials) => void} OnRecord */

/**
 * The call that created a session. `request` repeats it if it was not a call to STS.
 *
 * @typedef {object} Origin
 * @property {OperationName} operation
 * @property {Record<string, any>} input
 * @property {() => Promise<any>} [request]
 */

/**
 * Credentials with their identity, origin and expiration.
 *
 * @typedef {object} Session
 * @property {Credentials} credentials
 * @property {string[]} secrets every secret access key that it ever had, so that all of them can be forgotten
 * @property {string} region
 * @property {string} [endpoint]
 * @property {string} [arn]
 * @property {Date} [expiration]
 * @property {Session} [parent] the session that created this one
 * @property {Origin} [origin]
 * @property {boolean} autoRenew
 * @property {number} renewBefore when to renew it automatically, in milliseconds before the expiration
 * @property {boolean} [isRenewing]
 * @property {boolean} [isForgotten]
 */

/** When a session is renewed automatically, in milliseconds before its expiration. Short sessions are renewed later. */
const RENEW_BEFORE = 5 * 60_000;

/** Every session, in the order of creation. @type {Session[]} */
export const sessions = [];

/** Aborts every call when everything is forgotten. */
let abortController = new AbortController();

let notifyChange = () => {};

/**
 * Sets the function that is called after the sessions have changed.
 *
 * @param {() => void} listener
 */
export function onSessionsChange(listener) {
  notifyChange = listener;
}

/**
 * Returns a new session. It is listed only after `addSession`.
 *
 * @param {Pick<Session, "region" | "endpoint" | "arn" | "expiration" | "parent" | "origin" | "credentials">} properties
 * @returns {Session}
 */
export function newSession({ credentials, region, endpoint, arn, expiration, parent, origin }) {
  const secrets = [credentials.secretAccessKey];
  const session = { credentials, secrets, region, endpoint, arn, parent, origin, autoRenew: false, renewBefore: 0 };
  setExpiration(session, expiration);
  return session;
}

/**
 * Lists a session, unless it is listed already.
 *
 * @param {Session} session
 */
export function addSession(session) {
  if (!sessions.includes(session)) sessions.push(session);
  notifyChange();
}

/**
 * Sets the identity of a session.
 *
 * @param {Session} session
 * @param {string} arn
 */
export function setArn(session, arn) {
  session.arn = arn;
  notifyChange();
}

/**
 * Returns the time until a session expires, in milliseconds; infinite for long-term credentials.
 *
 * @param {Session} session
 */
export function timeLeft(session) {
  return session.expiration ? session.expiration.getTime() - now(session) : Infinity;
}

/**
 * Returns whether it is time to renew an auto-renewed session.
 *
 * @param {Session} session
 */
export function isDueForRenewal(session) {
  return session.autoRenew && canRenew(session) && timeLeft(session) <= session.renewBefore;
}

/**
 * Returns the session with these credentials.
 *
 * @param {Partial<Settings>} settings
 */
export function findSession({ credentials }) {
  return sessions.find(
    (session) =>
      session.credentials.secretAccessKey === credentials?.secretAccessKey &&
      session.credentials.sessionToken === credentials?.sessionToken,
  );
}

/**
 * Returns the session that had these credentials before it was renewed.
 *
 * @param {Partial<Settings>} settings
 */
export function findRenewedSession({ credentials }) {
  const secret = credentials?.secretAccessKey;
  if (!secret) return undefined;
  return sessions.find((session) => session.secrets.includes(secret) && session.credentials.secretAccessKey !== secret);
}

/**
 * Returns the session that the same call created with an earlier MFA code, which cannot be used again.
 *
 * @param {Origin} origin
 * @param {Session} [parent]
 */
export function findWithEarlierCode({ operation, input }, parent) {
  const withoutCode = (/** @type {Record<string, any>} */ { TokenCode, ...rest }) => JSON.stringify(rest);
  return sessions.find(
    ({ origin, parent: creator }) =>
      creator === parent &&
      origin?.input.TokenCode &&
      origin.operation === operation &&
      withoutCode(origin.input) === withoutCode(input),
  );
}

/**
 * Returns the path to a session: its first ancestor, and so on down to the session itself.
 *
 * @param {Session} [session]
 * @returns {Session[]}
 */
export function pathTo(session) {
  return session ? [...pathTo(session.parent), session] : [];
}

/**
 * Returns the name of the user or role, or the access key ID until the name is known.
 *
 * @param {Session} session
 */
export function nameOf({ arn, credentials }) {
  return (arn && identityOf(arn).name) || credentials.accessKeyId;
}

/**
 * Returns the name of a session, with that of its role session if other sessions have the same name.
 *
 * @param {Session} session
 */
export function distinctName(session) {
  const name = nameOf(session);
  const { session: sessionName } = identityOf(session.arn ?? "");
  const isShared = sessions.some((other) => other !== session && nameOf(other) === name);
  return isShared && sessionName ? `${name}/${sessionName}` : name;
}

/**
 * Returns whether a session can be renewed without user input: an MFA code works only once.
 *
 * @param {Session} session
 */
export function canRenew({ origin }) {
  return !!origin && !origin.input.TokenCode;
}

/**
 * Renews a session by repeating the call that created it, and returns the output. If its parent has expired, the parent
 * is renewed first. `onRecord` receives each call and the credentials that sign it.
 *
 * @param {Session} session
 * @param {OnRecord} onRecord
 */
export async function renew(session, onRecord) {
  const { parent, origin } = session;
  if (parent && timeLeft(parent) <= 0 && canRenew(parent)) await renew(parent, onRecord);
  const output = await (origin?.request ? origin.request() : repeatCall(session, onRecord));
  replaceCredentials(session, output);
  return output;
}

/**
 * Replaces the credentials of a session with those in an output.
 *
 * @param {Session} session
 * @param {any} output
 */
export function replaceCredentials(session, { Credentials }) {
  throwIfForgotten(session);
  session.credentials = credentialsOf(Credentials);
  session.secrets.push(Credentials.SecretAccessKey);
  setExpiration(session, Credentials.Expiration);
  notifyChange();
}

/**
 * Makes a call with a session's credentials, or unsigned, and returns its output. Throws an `AbortError` if the
 * credentials are forgotten before the response arrives.
 *
 * @param {CallRecord} record
 * @param {Settings} settings
 * @param {Session} [caller]
 */
export function send(record, { region, endpoint }, caller) {
  return abortIfAllForgotten(async (signal) => {
    try {
      return await call(record, { credentials: caller?.credentials, region, endpoint }, signal);
    } finally {
      throwIfForgotten(caller);
    }
  });
}

/**
 * Returns the result of `work`. Throws an `AbortError` if everything is forgotten before `work` is finished.
 *
 * @template Result
 * @param {(signal: AbortSignal) => Promise<Result>} work
 */
export async function abortIfAllForgotten(work) {
  const { signal } = abortController;
  const result = await work(signal);
  signal.throwIfAborted();
  return result;
}

/**
 * Converts the credentials in an output to the form that the package accepts.
 *
 * @param {{ AccessKeyId: string, SecretAccessKey: string, SessionToken: string }} output
 * @returns {Credentials}
 */
export function credentialsOf({ AccessKeyId, SecretAccessKey, SessionToken }) {
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

/**
 * Forgets a session. The sessions that it created remain until they expire, but can no longer be renewed.
 *
 * @param {Session} session
 */
export function forgetSession(session) {
  sessions.splice(sessions.indexOf(session), 1);
  session.isForgotten = true;
  for (const other of sessions) {
    if (other.parent !== session) continue;
    other.parent = undefined;
    other.origin = undefined;
  }
  notifyChange();
}

/** Forgets every session and aborts the calls in flight. */
export function forgetAllSessions() {
  abortController.abort();
  abortController = new AbortController();
  sessions.length = 0;
  notifyChange();
}

/**
 * Sets when a session expires, and when it is renewed.
 *
 * @param {Session} session
 * @param {Date} [expiration]
 */
export function setExpiration(session, expiration) {
  session.expiration = expiration;
  // A renewal happens after two thirds of the lifetime at the earliest, so that a short session is not renewed
  // constantly.
  session.renewBefore = Math.min(RENEW_BEFORE, timeLeft(session) / 3);
}

/**
 * @param {Session} session
 * @param {OnRecord} onRecord
 */
function repeatCall({ parent, origin, region, endpoint, secrets }, onRecord) {
  if (!origin) throw new Error("The session has no call to repeat.");
  const record = newRecord(origin.operation, origin.input);
  // The record is forgotten with the session, even if the response arrives later.
  record.sessionSecrets = secrets;
  onRecord(record, parent?.credentials);
  return send(record, parent ?? { region, endpoint }, parent);
}

/** @param {Session} [session] */
function throwIfForgotten(session) {
  if (session?.isForgotten) throw new DOMException("", "AbortError");
}
