// Calls STS through the package and records the requests and responses.

import { STS } from "../sts-web/entry/browser.js";
import { t } from "./strings.js";

/** @typedef {import("../sts-web/entry/browser.js").STSClientConfig} STSClientConfig */
/** @typedef {import("../sts-web/entry/browser.js").OperationName} OperationName */
/** @typedef {{ accessKeyId: string, secretAccessKey: string, sessionToken?: string }} Credentials */
/** @typedef {{ region: string, endpoint?: string, credentials?: Credentials }} Settings */
/** @typedef {{ member: string, message: string }} Violation */

/**
 * An error of the package, of the page or of the browser.
 *
 * @typedef {object} CallFailure
 * @property {string} name
 * @property {string} message
 * @property {string} [hint] what to do next
 * @property {Violation[]} [violations] the invalid members of the input
 * @property {{ httpStatusCode?: number, requestId?: string }} [$metadata]
 * @property {object} [$retryable] set if the same call may succeed later
 */

/**
 * A request as it was sent or signed, with the response if one arrived.
 *
 * @typedef {object} Attempt
 * @property {string} url
 * @property {string} method
 * @property {Record<string, string>} headers
 * @property {string} body
 * @property {boolean} sent
 * @property {string} [canonicalRequest]
 * @property {string} [stringToSign]
 * @property {number} [status]
 * @property {Record<string, string>} [responseHeaders]
 * @property {string} [responseBody]
 */

/**
 * A call with everything that was sent and received.
 *
 * @typedef {object} CallRecord
 * @property {OperationName} operation
 * @property {Record<string, any>} input
 * @property {Date} startedAt
 * @property {Attempt[]} attempts
 * @property {number} [clockOffset] server time minus local time, in milliseconds
 * @property {CallFailure} [error]
 * @property {(string | undefined)[]} [secrets] to redact when the record is displayed
 * @property {string[]} [sessionSecrets] secret access keys of the session that the call renews
 * @property {() => Promise<any>} [request] repeats the call if it was not a call to STS
 */

/** How much of a response body is recorded, in bytes. Responses from STS have a few thousand. */
const RECORDED_BYTES = 65_536;

/** Minimum offset of this machine's clock that is corrected without a rejected request, in milliseconds. */
const LARGE_OFFSET = 5 * 60_000;

/**
 * The clock offset of each endpoint, in milliseconds, as learned from its responses.
 *
 * @type {Map<string, number>}
 */
const clockOffsets = new Map();

/** An error that the page detects itself, with a hint on what to do. */
export class PageError extends Error {
  /**
   * @param {string} message
   * @param {string} [hint]
   */
  constructor(message, hint) {
    super(message);
    this.name = "";
    this.hint = hint;
  }
}

/**
 * Starts the record of a call.
 *
 * @param {OperationName} operation
 * @param {Record<string, any>} input
 * @returns {CallRecord}
 */
export function newRecord(operation, input) {
  return { operation, input, startedAt: new Date(), attempts: [] };
}

/**
 * Makes a call and returns its output. Everything sent and received is added to `record`, even if the call fails.
 *
 * @param {CallRecord} record
 * @param {Settings} settings
 * @param {AbortSignal} abortSignal
 */
export async function call(record, settings, abortSignal) {
  const sts = createClient(settings, (url, init) => sendAndRecord(record, String(url), init));
  try {
    const prepared = await sts.request(record.operation, record.input);
    checkConnectionAllowed(prepared.url);
    return await sts.call(record.operation, record.input, { abortSignal });
  } finally {
    await addSigningSteps(sts, record);
    record.clockOffset = sts.systemClockOffset;
    clockOffsets.set(endpointKey(settings), clockOffsetIn(record) || record.clockOffset);
    sts.destroy();
  }
}

/**
 * Signs a call without sending it, and adds the request to `record`.
 *
 * @param {CallRecord} record
 * @param {Settings} settings
 */
export async function signOnly(record, settings) {
  const sts = createClient(settings);
  try {
    record.attempts.push({ ...(await sts.request(record.operation, record.input)), sent: false });
  } finally {
    sts.destroy();
  }
}

/**
 * Returns the violations of an input. Nothing is sent, and no credentials are required.
 *
 * @param {OperationName} operation
 * @param {object} input
 * @returns {Promise<Violation[]>}
 */
export async function validate(operation, input) {
  const credentials = { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "none" };
  const sts = new STS({ region: "us-east-1", credentials });
  try {
    await sts.request(operation, input);
    return [];
  } catch (error) {
    return /** @type {CallFailure} */ (error).violations ?? [];
  } finally {
    sts.destroy();
  }
}

/**
 * Returns the current time at an endpoint, in milliseconds since 1970: the local time plus the clock offset.
 *
 * @param {Settings} settings
 */
export function now(settings) {
  return Date.now() + (clockOffsets.get(endpointKey(settings)) ?? 0);
}

/**
 * @param {Settings} settings
 * @param {STSClientConfig["fetch"]} [fetch]
 */
function createClient(settings, fetch) {
  return new STS({ ...settings, fetch, systemClockOffset: clockOffsets.get(endpointKey(settings)) });
}

/**
 * Returns the clock offset by the date of the response, if it is large. Calls that are not signed are not rejected for it.
 *
 * @param {CallRecord} record
 */
function clockOffsetIn({ attempts }) {
  const offset = Date.parse(attempts.at(-1)?.responseHeaders?.date ?? "") - Date.now();
  return Math.abs(offset) > LARGE_OFFSET ? offset : undefined;
}

/** @param {Settings} settings */
function endpointKey({ region, endpoint }) {
  return endpoint ?? region;
}

/**
 * Sends a request and records it with its response.
 *
 * @param {CallRecord} record
 * @param {string} url
 * @param {any} init
 */
async function sendAndRecord(record, url, init) {
  const { method, headers, body } = init;
  /** @type {Attempt} */
  const attempt = { url, method, headers: { ...headers }, body, sent: true };
  record.attempts.push(attempt);
  const response = await fetch(url, init);
  attempt.status = response.status;
  attempt.responseHeaders = Object.fromEntries(response.headers);
  let text = "";
  const decoder = new TextDecoder();
  const copy = new TransformStream({
    transform(chunk, controller) {
      const remaining = RECORDED_BYTES - text.length;
      if (remaining > 0) text += decoder.decode(chunk.subarray(0, remaining), { stream: true });
      attempt.responseBody = text;
      controller.enqueue(chunk);
    },
  });
  return new Response(response.body?.pipeThrough(copy), { status: response.status, headers: response.headers });
}

/**
 * Adds the signing steps to each attempt: signing the same request at the same time results in the same signature.
 *
 * @param {STS} sts
 * @param {CallRecord} record
 */
async function addSigningSteps(sts, record) {
  for (const attempt of record.attempts) {
    const date = attempt.headers["x-amz-date"];
    if (!date) continue;
    const signingDate = new Date(date.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, "$1-$2-$3T$4:$5:$6Z"));
    const signed = await sts.request(record.operation, record.input, { signingDate });
    if (signed.headers.authorization === attempt.headers.authorization) Object.assign(attempt, signed);
  }
}

/**
 * Throws if the page's Content-Security-Policy blocks the endpoint, which the browser would report as a network error.
 *
 * @param {string} url
 */
function checkConnectionAllowed(url) {
  const { origin } = new URL(url);
  const meta = document.querySelector("meta[http-equiv=Content-Security-Policy]");
  const policy = /** @type {HTMLMetaElement} */ (meta).content;
  const allowed = policy.match(/connect-src ([^;]*)/)?.[1].split(" ");
  if (allowed?.includes(origin) || origin === location.origin) return;
  throw new PageError(t("endpoint-blocked", { origin }), t("endpoint-hint"));
}
