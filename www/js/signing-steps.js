// The signing steps as text, a curl command, and the comparison with a server's canonical request. Secrets are redacted
// unless they are revealed. This module does not access the page.
//
// Source: IAM User Guide, "Create a signed AWS API request".

import { redactForm, redactValues, redactXml } from "./redact.js";

/** @typedef {import("./call.js").Attempt} Attempt */
/** @typedef {{ reveal: boolean, secrets: (string | undefined)[] }} Redaction */

/**
 * Returns the steps of an attempt, each with the key of its title in index.html and its text.
 *
 * @param {Attempt} attempt
 * @param {Redaction} redaction
 * @returns {[string, string][]}
 */
export function signingSteps(attempt, { reveal, secrets }) {
  const { url, method, headers, body, canonicalRequest = "", stringToSign } = attempt;
  const { status, responseHeaders = {}, responseBody = "" } = attempt;
  const redacted = (/** @type {string} */ text) => (reveal ? text : redactValues(text, secrets));
  /** @type {[string, string][]} */
  const steps = [
    ["step-request", `${method} ${url}\n${redacted(headerLines(headers))}\n\n${reveal ? body : redactForm(body)}`],
  ];
  if (stringToSign) {
    const { authorization } = headers;
    const scope = stringToSign.split("\n")[2];
    const signature = /Signature=(\w+)/.exec(authorization)?.[1];
    steps.push(
      ["step-canonical", redacted(canonicalRequest)],
      ["step-string", stringToSign],
      ["step-key", keyDerivation(scope)],
      ["step-signature", `HMAC-SHA256(kSigning, string to sign)\n= ${signature}`],
      ["step-header", `authorization: ${authorization}`],
    );
  }
  if (status) {
    const shownBody = reveal ? responseBody : redacted(redactXml(responseBody));
    steps.push(["step-response", `HTTP ${status}\n${headerLines(responseHeaders)}\n\n${shownBody}`]);
  }
  return steps;
}

/**
 * Returns a curl command that sends the same request. It works while the signature is valid, for 15 minutes.
 *
 * @param {Attempt} attempt
 * @param {Redaction} redaction
 */
export function curlCommand({ url, headers, body }, { reveal, secrets }) {
  const quoted = (/** @type {string} */ text) => `'${text.replaceAll("'", "'\\''")}'`;
  const redacted = (/** @type {string} */ text) => (reveal ? text : redactValues(text, secrets));
  return [
    `curl -sS ${quoted(redacted(url))}`,
    ...Object.entries(headers).map(([name, value]) => `-H ${quoted(redacted(`${name}: ${value}`))}`),
    `--data-raw ${quoted(reveal ? body : redactForm(body))}`,
  ].join(" \\\n  ");
}

/**
 * Returns the canonical request that the server expected, if its error message includes it.
 *
 * @param {string} [message]
 */
export function expectedCanonicalRequest(message = "") {
  const pattern = /Canonical String for this request should have been\s*'([\s\S]*?)'\s*(?:The String-to-Sign|$)/;
  return pattern.exec(message)?.[1];
}

/**
 * Compares two texts line by line. `difference` is the position of the first difference; undefined if the texts are
 * equal.
 *
 * @param {string} ours
 * @param {string} theirs
 */
export function compareLines(ours, theirs) {
  const [left, right] = [ours.split("\n"), theirs.split("\n")];
  const pairs = Array.from({ length: Math.max(left.length, right.length) }, (_, index) => [left[index], right[index]]);
  const line = pairs.findIndex(([one, other]) => one !== other);
  if (line < 0) return { pairs, difference: undefined };
  const [one = "", other = ""] = pairs[line];
  let column = 0;
  while (column < one.length && one[column] === other[column]) column += 1;
  return { pairs, difference: { line, column } };
}

/** @param {string} scope */
function keyDerivation(scope) {
  const [day, region, service, end] = scope.split("/");
  return [
    `kDate    = HMAC-SHA256("AWS4" + secret access key, "${day}")`,
    `kRegion  = HMAC-SHA256(kDate, "${region}")`,
    `kService = HMAC-SHA256(kRegion, "${service}")`,
    `kSigning = HMAC-SHA256(kService, "${end}")`,
  ].join("\n");
}

/** @param {Record<string, string>} headers */
function headerLines(headers) {
  return Object.entries(headers)
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n");
}
