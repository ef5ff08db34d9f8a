// The keys that this page holds, in memory and nowhere else: who came from whom, and how each is renewed.

import { identityOf } from "./arn.js";
import { call, newRecord, now } from "./call.js";

/** How long before its end a session is renewed by itself, in milliseconds; one that is short, later. */
const EARLY = 5 * 60_000;

/** Every identity with keys, in the order in which they came. */
export const sessions = [];

/** Stops every call when all is forgotten. */
let stop = new AbortController();

/** Called whenever the sessions have changed. */
let changed = () => {};

/** Sets what is called whenever the sessions have changed. */
export function onChange(action) {
  changed = action;
}

/**
 * An identity with keys. `made` is the call that gave them, and `from` the identity that made it. Keys that did not come
 * of a call of this page's are got again by `made.again()`.
 */
export function newSession({ credentials, region, endpoint, arn, expiration, from, made }) {
  // All secret access keys that it ever had are kept, so that it can be forgotten wherever it was.
  const secrets = [credentials.secretAccessKey];
  const session = { credentials, secrets, region, endpoint, arn, from, made, renewsItself: false };
  lasts(session, expiration);
  return session;
}

/** Adds one, if it is not there yet. */
export function addSession(session) {
  if (!sessions.includes(session)) sessions.push(session);
  changed();
}

/** How long a session lasts yet, in milliseconds. Long-term keys have no end. */
export function timeLeft(session) {
  return session.expiration ? session.expiration.getTime() - now(session) : Infinity;
}

/** Whether it is time to renew a session that renews itself. */
export function dueForRenewal(session) {
  return session.renewsItself && canRenew(session) && timeLeft(session) <= session.early;
}

function lasts(session, expiration) {
  session.expiration = expiration;
  // With a third of the time left at least, so that none is renewed over and over.
  session.early = Math.min(EARLY, timeLeft(session) / 3);
}

/** The session with these keys. */
export function sessionOf({ credentials }) {
  return sessions.find(
    (session) =>
      session.credentials.secretAccessKey === credentials?.secretAccessKey &&
      session.credentials.sessionToken === credentials?.sessionToken,
  );
}

/** The session that had these keys before it was renewed. */
export function renewedFrom({ credentials }) {
  const secret = credentials?.secretAccessKey;
  return sessions.find((session) => session.secrets.includes(secret) && session.credentials.secretAccessKey !== secret);
}

/** The session that the same call gave, by a code of an MFA device that was used up. */
export function withOtherCode({ operation, input }, from) {
  const but = ({ TokenCode, ...rest }) => JSON.stringify(rest);
  return sessions.find(
    ({ made, from: its }) =>
      its === from && made?.input.TokenCode && made.operation === operation && but(made.input) === but(input),
  );
}

/** The session and those it came from, the first one first. */
export function pathTo(session) {
  return session ? [...pathTo(session.from), session] : [];
}

/** A name for a session: the user's or the role's; before that is known, the access key id. */
export function nameOf({ arn, credentials }) {
  return (arn && identityOf(arn).name) || credentials.accessKeyId;
}

/** Whether it can be renewed with nobody there: a code of an MFA device works once. */
export function canRenew({ made }) {
  return !!made && !made.input.TokenCode;
}

/**
 * Makes the call again that gave a session its keys, and gives its answer; an expired caller is renewed first. `records` is
 * told each call, and the keys that sign it.
 */
export async function renew(session, records) {
  const { from, made } = session;
  if (from && timeLeft(from) <= 0 && canRenew(from)) await renew(from, records);
  const output = await (made.again ?? again)(session, records);
  takeKeys(session, output);
  return output;
}

/** Gives a session the keys of an answer in the place of those that it had. */
export function takeKeys(session, { Credentials }) {
  unlessForgotten(session);
  session.credentials = keysOf(Credentials);
  session.secrets.push(Credentials.SecretAccessKey);
  lasts(session, Credentials.Expiration);
  changed();
}

function again({ from, made, region, endpoint, secrets }, records) {
  const record = newRecord(made.operation, made.input);
  // Forgotten with the session, also where its answer comes after that.
  record.of = secrets;
  records(record, from?.credentials);
  return send(record, from ?? { region, endpoint });
}

/** Makes a call with a session's keys or with other settings. It ends when they are forgotten, or everything is. */
export function send(record, settings) {
  return untilForgotten(async (signal) => {
    const { credentials, region, endpoint } = settings;
    try {
      return await call(record, { credentials, region, endpoint }, signal);
    } finally {
      unlessForgotten(settings);
    }
  });
}

/** What `work` gives, unless everything is forgotten meanwhile. */
export async function untilForgotten(work) {
  const { signal } = stop;
  const output = await work(signal);
  signal.throwIfAborted();
  return output;
}

function unlessForgotten({ forgotten }) {
  if (forgotten) throw new DOMException("", "AbortError");
}

/** STS's credentials as the package takes them. */
export function keysOf({ AccessKeyId, SecretAccessKey, SessionToken }) {
  return { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
}

/** Forgets one. What came from it goes on until its time is over, and can no longer be renewed. */
export function forget(session) {
  sessions.splice(sessions.indexOf(session), 1);
  session.forgotten = true;
  for (const other of sessions) {
    if (other.from === session) other.from = other.made = undefined;
  }
  changed();
}

/** Forgets all, and ends the calls that are under way. */
export function forgetAll() {
  stop.abort();
  stop = new AbortController();
  sessions.length = 0;
  changed();
}
