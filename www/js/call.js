// Makes a call, and writes down what went over the wire.

import { STS } from "../sts-web/entry/browser.js";
import { say } from "./strings.js";

/** How much of an answer is written down, in bytes. STS's are a few thousand. */
const KEPT = 65_536;

/** How far this machine's clock is from an endpoint's, in milliseconds, as refusals told. */
const offsets = new Map();

/** A mistake that the page itself can tell, with what to do about it. */
export class PageError extends Error {
  constructor(message, hint) {
    super(message);
    this.name = "";
    this.hint = hint;
  }
}

/**
 * Makes the call. `settings` are region, endpoint and credentials. Everything sent and answered goes into `record`, also
 * where the call fails.
 */
export async function call(record, settings, abortSignal) {
  const sts = client(settings, (url, init) => recorded(record, url, init));
  try {
    const prepared = await sts.request(record.operation, record.input);
    checkAllowed(prepared.url);
    return await sts.call(record.operation, record.input, { abortSignal });
  } finally {
    await explain(sts, record);
    offsets.set(place(settings), (record.clockOffset = sts.systemClockOffset));
    sts.destroy();
  }
}

/** Signs the call and sends nothing. */
export async function signOnly(record, settings) {
  const sts = client(settings);
  try {
    record.attempts.push({ ...(await sts.request(record.operation, record.input)), sent: false });
  } finally {
    sts.destroy();
  }
}

/** What is wrong with an input, member by member. Nothing is sent, and no keys are needed. */
export async function faultsOf(operation, input) {
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "none" };
  const sts = new STS({ region: "us-east-1", credentials });
  try {
    await sts.request(operation, input);
    return [];
  } catch (error) {
    return error.violations ?? [];
  } finally {
    sts.destroy();
  }
}

/** The time at an endpoint, in milliseconds since 1970: this machine's, corrected by what refusals told. */
export function now(settings) {
  return Date.now() + (offsets.get(place(settings)) ?? 0);
}

/** The beginning of a record. */
export function newRecord(operation, input) {
  return { operation, input, at: new Date(), attempts: [] };
}

function client(settings, fetch) {
  return new STS({ ...settings, fetch, systemClockOffset: offsets.get(place(settings)) });
}

function place({ region, endpoint }) {
  return endpoint ?? region;
}

/** Sends, and writes down what went out and what came back. */
async function recorded(record, url, init) {
  const { method, headers, body } = init;
  const attempt = { url, method, headers: { ...headers }, body, sent: true };
  record.attempts.push(attempt);
  const response = await fetch(url, init);
  attempt.status = response.status;
  attempt.answerHeaders = Object.fromEntries(response.headers);
  attempt.answer = "";
  const decoder = new TextDecoder();
  const copy = new TransformStream({
    transform(chunk, controller) {
      const room = KEPT - attempt.answer.length;
      if (room > 0) attempt.answer += decoder.decode(chunk.subarray(0, room), { stream: true });
      controller.enqueue(chunk);
    },
  });
  return new Response(response.body?.pipeThrough(copy), { status: response.status, headers: response.headers });
}

/** Adds to each attempt the steps of its signature: signing the same at the same time gives the same. */
async function explain(sts, record) {
  for (const attempt of record.attempts) {
    const date = attempt.headers["x-amz-date"];
    if (!date) continue;
    const signingDate = new Date(date.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z"));
    const again = await sts.request(record.operation, record.input, { signingDate });
    if (again.headers.authorization !== attempt.headers.authorization) continue;
    attempt.canonicalRequest = again.canonicalRequest;
    attempt.stringToSign = again.stringToSign;
  }
}

/** Refuses an endpoint that the page's own policy forbids: the browser would only call it a network error. */
function checkAllowed(url) {
  const { origin } = new URL(url);
  const policy = document.querySelector("meta[http-equiv=Content-Security-Policy]").content;
  const allowed = policy.match(/connect-src ([^;]*)/)[1].split(" ");
  if (allowed.includes(origin) || origin === location.origin) return;
  throw new PageError(say("endpoint-not-allowed", { origin }), say("endpoint-hint"));
}
