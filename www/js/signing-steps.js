// The steps of a signature and what was sent, as texts to be shown, without secrets unless they are asked for; a curl
// command; and a server's canonical request beside ours. Nothing here touches the page.
//
// Source: IAM User Guide, "Create a signed AWS API request".

import { hideInForm, hideInXml, hideValues } from "./redact.js";

/** The parts of an attempt, each a name, which is a word of index.html, and a text. */
export function stepsOf(attempt, { shows, secrets }) {
  const { url, method, headers, body, canonicalRequest, stringToSign, answer, status, answerHeaders } = attempt;
  const hide = (text) => (shows ? text : hideValues(text, secrets));
  const parts = [["step-request", `${method} ${url}\n${hide(lines(headers))}\n\n${shows ? body : hideInForm(body)}`]];
  if (stringToSign) {
    const [algorithm, date, scope, hash] = stringToSign.split("\n");
    const [day, region, service, end] = scope.split("/");
    const [, signature] = /Signature=(\w+)/.exec(headers.authorization);
    parts.push(
      ["step-canonical", hide(canonicalRequest)],
      ["step-string", `${algorithm}\n${date}\n${scope}\n${hash}`],
      ["step-key", keyDerivation({ day, region, service, end })],
      ["step-signature", `HMAC-SHA256(kSigning, string to sign)\n= ${signature}`],
      ["step-header", `authorization: ${headers.authorization}`],
    );
  }
  if (status)
    parts.push([
      "step-answer",
      `HTTP ${status}\n${lines(answerHeaders)}\n\n${shows ? answer : hide(hideInXml(answer))}`,
    ]);
  return parts;
}

/** A curl command that sends the same request. It works while the signature does: for a quarter of an hour. */
export function curlOf({ url, headers, body }, { shows, secrets }) {
  const arguments_ = [
    ["", url],
    ...Object.entries(headers).map(([name, value]) => ["-H ", `${name}: ${value}`]),
    ["--data-raw ", body],
  ];
  const hide = (flag, text) => (flag === "--data-raw " ? hideInForm(text) : hideValues(text, secrets));
  const quoted = ([flag, text]) => `${flag}'${(shows ? text : hide(flag, text)).replaceAll("'", "'\\''")}'`;
  return `curl -sS ${arguments_.map(quoted).join(" \\\n  ")}`;
}

/** The canonical request that a server says it had expected, where it says so. */
export function expectedIn(message) {
  const [, text] =
    /Canonical String for this request should have been\s*'([\s\S]*?)'\s*(?:The String-to-Sign|$)/.exec(
      message ?? "",
    ) ?? [];
  return text;
}

/** Two texts line by line, and in `first` the line and column where they part; undefined where they are the same. */
export function sideBySide(ours, theirs) {
  const [left, right] = [ours.split("\n"), theirs.split("\n")];
  const pairs = Array.from({ length: Math.max(left.length, right.length) }, (_, index) => [left[index], right[index]]);
  const line = pairs.findIndex(([one, other]) => one !== other);
  if (line < 0) return { pairs, first: undefined };
  const [one = "", other = ""] = pairs[line];
  let column = 0;
  while (column < one.length && one[column] === other[column]) column += 1;
  return { pairs, first: { line, column } };
}

function keyDerivation({ day, region, service, end }) {
  return [
    `kDate    = HMAC-SHA256("AWS4" + secret access key, "${day}")`,
    `kRegion  = HMAC-SHA256(kDate, "${region}")`,
    `kService = HMAC-SHA256(kRegion, "${service}")`,
    `kSigning = HMAC-SHA256(kService, "${end}")`,
  ].join("\n");
}

function lines(headers) {
  return Object.entries(headers ?? {})
    .map(([name, value]) => `${name}: ${value}`)
    .join("\n");
}
