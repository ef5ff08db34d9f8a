// What the texts are made of: anything at all, keys in the forms that people have them in, and files of profiles.

import fc from "fast-check";

const letters = (alphabet, minLength, maxLength) =>
  fc.string({ unit: fc.constantFrom(...alphabet), minLength, maxLength });
const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Keys as STS makes them. */
export const keys = fc.record({
  accessKeyId: fc.tuple(fc.constantFrom("AKIA", "ASIA"), letters(UPPER, 16, 16)).map((parts) => parts.join("")),
  secretAccessKey: letters(BASE64, 40, 40),
  sessionToken: fc.tuple(letters(BASE64, 80, 400), fc.constantFrom("", "=", "==")).map((parts) => parts.join("")),
});

const assigned =
  (before, quote, between) =>
  ({ accessKeyId, secretAccessKey, sessionToken }) =>
    [
      ["ACCESS_KEY_ID", accessKeyId],
      ["SECRET_ACCESS_KEY", secretAccessKey],
      ["SESSION_TOKEN", sessionToken],
    ]
      .map(([name, value]) => `${before}AWS_${name}${between}${quote}${value}${quote}`)
      .join("\n");
const upper = ({ accessKeyId, secretAccessKey, sessionToken }) => ({
  AccessKeyId: accessKeyId,
  SecretAccessKey: secretAccessKey,
  SessionToken: sessionToken,
});

export const forms = {
  sh: assigned("export ", "'", "="),
  fish: assigned("set -gx ", '"', " "),
  csh: assigned("setenv ", "", " "),
  PowerShell: assigned("$Env:", '"', " = "),
  cmd: (given) => assigned("SET ", "", "=")(given).replaceAll("\n", "\r\n"),
  "a .env file": assigned("", "", "="),
  "aws sts": (given) => JSON.stringify({ Credentials: upper(given) }, null, 4),
  "a credential_process": (given) => JSON.stringify({ Version: 1, ...upper(given) }),
  "aws sso": (given) => JSON.stringify({ roleCredentials: given }),
  "a profile": ({ accessKeyId, secretAccessKey, sessionToken }) =>
    `[default]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key=${secretAccessKey}\naws_session_token = ${sessionToken}\n`,
  "beside each other": (given) => Object.values(given).join(" "),
  "below each other": (given) => Object.values(given).join("\r\n"),
  "aws iam, without a token": ({ accessKeyId, secretAccessKey }) =>
    JSON.stringify({ AccessKey: { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey } }),
  "CSV, without a token": ({ accessKeyId, secretAccessKey }) =>
    `\ufeffAccess key ID,Secret access key\r\n${accessKeyId},${secretAccessKey}\r\n`,
};

/** The forms that are lines for a shell, and what makes comments of them. */
export const shells = ["sh", "fish", "csh", "PowerShell", "cmd", "a .env file"];
export const commentedOut = fc
  .constantFrom("#", "# ", " \t# ", ";", "REM ", "@rem ", "::")
  .map((mark) => (text) => text.replace(/^/gm, mark));

/** JSON whose members may be of any kind. */
export const json = fc
  .record({
    AccessKeyId: fc.string(),
    SecretAccessKey: fc.oneof(fc.string(), fc.jsonValue()),
    SessionToken: fc.jsonValue(),
    Expiration: fc.oneof(fc.double(), fc.jsonValue()),
  })
  .map((given) => JSON.stringify(given));

const SETTINGS = [
  "aws_access_key_id",
  "aws_secret_access_key",
  "aws_session_token",
  "region",
  "role_arn",
  "source_profile",
  "credential_process",
  "sso_session",
  "duration_seconds",
  "external_id",
  "mfa_serial",
  "endpoint_url",
  "credential_source",
  "web_identity_token_file",
  "output",
];
const PIECES = [
  ...SETTINGS,
  ...SETTINGS.slice(0, 3).map((name) => name.toUpperCase()),
  "AKIAIOSFODNN7EXAMPLE",
  "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  "[",
  "]",
  "[default]",
  "[profile a]",
  "[profile b]",
  "profile",
  "a",
  "b",
  "=",
  " = ",
  " ",
  "\t",
  "\n",
  "\r\n",
  "#",
  ";",
  ",",
  '"',
  "'",
  "export ",
  "$env:",
  "{",
  "}",
  ":",
  '"AccessKeyId"',
  '"Credentials"',
  "Access key ID,Secret access key",
  "\ufeff",
  "__proto__",
  "constructor",
  "0",
  "sso-session x",
  "\u2028",
  "a\n",
  "AWS_ACCESS_KEY_ID",
];

/** Anything, and pieces that mean something: each with how often it stands there, which for a few is very often. */
export const pieces = fc.oneof(
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 200 }).map((text) => [[text, 1]]) },
  { weight: 6, arbitrary: fc.array(fc.tuple(fc.constantFrom(...PIECES), fc.constant(1)), { maxLength: 40 }) },
  {
    weight: 1,
    arbitrary: fc.array(fc.tuple(fc.constantFrom(...PIECES), fc.constantFrom(1, 1, 300_000)), { maxLength: 6 }),
  },
);

/** No more of it than the largest file that the page opens. */
export const joined = (pieces) =>
  pieces.reduce((text, [piece, times]) => (text + piece.repeat(times)).slice(0, 1024 * 1024), "");

const word = letters("abcdefghijklmnopqrstuvwxyzABCDEFXYZ0123456789-_./@+:", 1, 12);
const value = fc.oneof(
  word,
  fc.tuple(word, word).map((words) => words.join(" ")),
  letters(BASE64 + "=#;[]\"'", 1, 40),
);
const spaces = fc.constantFrom("", " ", "  ", "\t");
const setting = (key) =>
  fc.tuple(key, spaces, spaces, value, spaces).map(([key, a, b, value, c]) => `${key}${a}=${b}${value}${c}`);
const line = fc.oneof(
  { weight: 6, arbitrary: setting(fc.constantFrom(...SETTINGS.filter((name) => name !== "region"))) },
  { weight: 1, arbitrary: fc.tuple(fc.constantFrom("#", ";", "# ", "; "), value).map((parts) => parts.join("")) },
  { weight: 1, arbitrary: fc.constant("") },
  {
    weight: 1,
    arbitrary: fc.tuple(word, value).map(([key, value]) => `s3 =\n  ${key.replaceAll(/\W/g, "_")} = ${value}`),
  },
);
const lines = fc
  .tuple(setting(fc.constant("region")), fc.array(line, { maxLength: 6 }))
  .map(([first, more]) => [first, ...more]);
/** With a region, since a section of other settings alone is no profile to the page. */
const section = fc.record({ name: fc.oneof(fc.constant("default"), word), lines });

/** With roles, whose sources are among few names. */
const FEW = ["default", "a", "b", "c"];
const sometimes = (...lines) =>
  fc.option(
    fc.tuple(...lines).map((lines) => lines.join("\n")),
    { nil: "" },
  );
const roleLines = fc.tuple(
  setting(fc.constant("region")),
  sometimes(
    fc.constantFrom("aws_access_key_id=A", "aws_access_key_id=B"),
    sometimes(setting(fc.constant("aws_secret_access_key"))),
  ),
  sometimes(
    setting(fc.constant("role_arn")),
    fc.constantFrom(...FEW).map((name) => `source_profile = ${name}`),
  ),
  fc.oneof(
    { weight: 9, arbitrary: fc.constant("") },
    setting(fc.constantFrom("web_identity_token_file", "credential_source", "mfa_serial")),
  ),
);
const roleSections = fc.uniqueArray(fc.record({ name: fc.constantFrom(...FEW), lines: roleLines }), {
  selector: ({ name }) => name,
});

/** Sections of `~/.aws/config` and `~/.aws/credentials`. */
const sections = fc.array(section, { maxLength: 4 });
export const profileFiles = fc.oneof(
  fc.record({ config: sections, credentials: sections }),
  fc.record({ config: roleSections, credentials: roleSections }),
);

export const asConfig = (sections) =>
  sections
    .map(({ name, lines }) => [name === "default" ? "[default]" : `[profile ${quoted(name)}]`, ...lines, ""].join("\n"))
    .join("");
/** As some write names; one name always in one way, so that no section is there twice. */
const quoted = (name) => (name.length % 2 ? name : `"${name}"`);
export const asCredentials = (sections) =>
  sections.map(({ name, lines }) => [`[${name}]`, ...lines, ""].join("\n")).join("");
