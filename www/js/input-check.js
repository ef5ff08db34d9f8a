// Checks an input before it is sent or stored: no field contains a secret, and the role ARN is valid. This module does
// not access the page.

/** @typedef {import("../sts-web/generated/operations.js").MemberModel} MemberModel */
/** @typedef {{ member: string, kind: "secret" | "role-arn" }} Finding */

/** How session tokens of AWS begin: by Base64 of "aws" or "origin". Their format is not documented. */
export const TOKEN_START = "(?:IQoJ|Ago[GJ]|F[Qw]o[DG]|AQoD)";
/** A session token, a JSON Web Token, or a private key. */
const TOKEN = RegExp(
  `(?<![\\w/+-])${TOKEN_START}[\\w/+-]{40}|\\beyJ[\\w-]{10,}\\.eyJ[\\w-]{10,}\\.|-----BEGIN [A-Z ]*PRIVATE KEY`,
);
/** A secret's name followed by a value. */
const NAMED = /(?:secret[ _.-]?(?:access[ _.-]?)?key|(?:session|security)[ _.-]?token)["'\]]*\s*[=:>]\s*["']?[\w/+-]/i;
/**
 * A secret access key. It may directly follow its access key ID, if the line break was removed. Like nearly all of them, it
 * has digits or signs in two places, unlike a long name.
 */
const SECRET_KEY =
  /(?<![\w/+.-]|[\w/+.-](?=A[KS]IA))(?:A[KS]IA[A-Z0-9]{16})?(?=[A-Z0-9/+]*[a-z])(?=[a-z0-9/+]*[A-Z])(?=[A-Za-z]*[\d/+]+[A-Za-z]+[\d/+])[A-Za-z0-9/+]{40}(?![\w/+=-]|\.\w)/;
const ROLE_ARN = /^arn:aws[\w-]*:iam::\d{12}:role\/[^\s/][^\s]*$/;
/** Other implementations of STS have their own ARNs, such as `arn:minio:…`. */
const ANY_ARN = /^arn:[\w+=,.@:/-]+$/;
/** Minimum length of a secret to search for. Shorter ones, such as `test`, also occur in ordinary text. */
const MIN_LENGTH = 16;

/**
 * Returns the members of an input that must not be sent.
 *
 * @param {readonly MemberModel[]} members of the operation
 * @param {Record<string, any>} input
 * @param {{ endpoint?: string, secrets?: string[] }} context `secrets` are those that the page has
 * @returns {Finding[]}
 */
export function checkInput(members, input, { endpoint, secrets = [] }) {
  const findings = members.flatMap((member) =>
    textsIn(input[member.name], member.name)
      .filter(({ text }) => containsSecret(text, secrets, member.sensitive))
      .map(({ path }) => ({ member: path, kind: /** @type {const} */ ("secret") })),
  );
  const { RoleArn: arn } = input;
  const isRoleArn = arn === undefined || (endpoint ? ANY_ARN : ROLE_ARN).test(arn);
  return isRoleArn || findings.some(({ member }) => member === "RoleArn")
    ? findings
    : [...findings, { member: "RoleArn", kind: "role-arn" }];
}

/**
 * Returns whether a text contains one of the secrets, or looks as if it contains one: a session token, a secret access
 * key, or a value after a secret's name. Parts of ARNs do not count.
 *
 * @param {string} text
 * @param {string[]} [secrets]
 * @param {boolean} [mayBeRandom] whether the field is for random values, such as an external ID
 */
export function containsSecret(text, secrets = [], mayBeRandom = false) {
  const plain = plainText(text);
  const outsideOfArns = plain.replace(/\barn:[^\s"',;]+/g, " ");
  const hasShape = TOKEN.test(outsideOfArns) || SECRET_KEY.test(outsideOfArns);
  const withoutSpaces = plain.replace(/\s/g, "");
  return (
    secrets.some((secret) => secret.length >= MIN_LENGTH && withoutSpaces.includes(secret)) ||
    (hasShape && !mayBeRandom) ||
    NAMED.test(plain)
  );
}

/** Decodes percent-encoding, and removes characters without a width. @param {string} text */
function plainText(text) {
  return text.replace(/[\u200b-\u200f\u2060\ufeff]/g, "").replace(/%(2[bf]|3d)/gi, decodeURIComponent);
}

/**
 * Returns the strings in a value of an input, with their paths.
 *
 * @param {unknown} value
 * @param {string} path
 * @returns {{ path: string, text: string }[]}
 */
function textsIn(value, path) {
  if (typeof value === "string") return [{ path, text: value }];
  if (Array.isArray(value)) return value.flatMap((item, index) => textsIn(item, `${path}[${index}]`));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, part]) => textsIn(part, `${path}.${name}`));
}
