// Generates texts: arbitrary ones, credentials in every format that people paste, and AWS CLI files.

import fc from "fast-check";

const letters = (alphabet, minLength, maxLength) =>
  fc.string({ unit: fc.constantFrom(...alphabet), minLength, maxLength });
const UPPER = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Credentials with the alphabets and lengths that STS uses. */
export const credentials = fc.record({
  accessKeyId: fc.tuple(fc.constantFrom("AKIA", "ASIA"), letters(UPPER, 16, 16)).map((parts) => parts.join("")),
  secretAccessKey: letters(BASE64, 40, 40),
  sessionToken: fc
    .integer({ min: 20, max: 120 })
    .chain((groups) =>
      fc
        .tuple(letters(BASE64, 4 * groups - 3, 4 * groups - 3), fc.constantFrom("abc", "ab=", "a=="))
        .map(([value, end]) => `IQoJ${value}${end}`),
    ),
});

const assignments =
  (prefix, quote, separator) =>
  ({ accessKeyId, secretAccessKey, sessionToken }) =>
    [
      ["ACCESS_KEY_ID", accessKeyId],
      ["SECRET_ACCESS_KEY", secretAccessKey],
      ["SESSION_TOKEN", sessionToken],
    ]
      .map(([name, value]) => `${prefix}AWS_${name}${separator}${quote}${value}${quote}`)
      .join("\n");
const capitalized = ({ accessKeyId, secretAccessKey, sessionToken }) => ({
  AccessKeyId: accessKeyId,
  SecretAccessKey: secretAccessKey,
  SessionToken: sessionToken,
});

export const formats = {
  sh: assignments("export ", "'", "="),
  fish: assignments("set -gx ", '"', " "),
  csh: assignments("setenv ", "", " "),
  PowerShell: assignments("$Env:", '"', " = "),
  cmd: (credentials) => assignments("SET ", "", "=")(credentials).replaceAll("\n", "\r\n"),
  "a .env file": assignments("", "", "="),
  "aws sts": (credentials) => JSON.stringify({ Credentials: capitalized(credentials) }, null, 4),
  "a credential_process": (credentials) => JSON.stringify({ Version: 1, ...capitalized(credentials) }),
  "aws sso": (credentials) => JSON.stringify({ roleCredentials: credentials }),
  "a profile": ({ accessKeyId, secretAccessKey, sessionToken }) =>
    `[default]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key=${secretAccessKey}\naws_session_token = ${sessionToken}\n`,
  "on one line": (credentials) => Object.values(credentials).join(" "),
  "on separate lines": (credentials) => Object.values(credentials).join("\r\n"),
  "aws iam, without a token": ({ accessKeyId, secretAccessKey }) =>
    JSON.stringify({ AccessKey: { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey } }),
  "CSV, without a token": ({ accessKeyId, secretAccessKey }) =>
    `\ufeffAccess key ID,Secret access key\r\n${accessKeyId},${secretAccessKey}\r\n`,
};

const partsOf = (line, width) => line.match(new RegExp(`.{1,${width}}`, "gs")) ?? [""];
const eachLine = (text, change) => text.split(/\r?\n/).map(change).join("\n");
/** What programs do to lines that are longer than a width. */
const wraps = {
  terminal: (text, width) => eachLine(text, (line) => partsOf(line, width).join("\n")),
  "less -S": (text, width) => eachLine(text, (line) => (line.length > width ? `${line.slice(0, width - 1)}>` : line)),
  nano: (text, width) => eachLine(text, (line) => (line.length > width ? `${line.slice(0, width - 1)}$` : line)),
  ellipsis: (text, width) => eachLine(text, (line) => (line.length > width ? `${line.slice(0, width - 1)}…` : line)),
  backslash: (text, width) => eachLine(text, (line) => partsOf(line, width).join("\\\n")),
  arrow: (text, width) => eachLine(text, (line) => partsOf(line, width).join("↵\n")),
  indentation: (text, width) => eachLine(text, (line) => partsOf(line, width).join("\n    ")),
  bat: (text, width) => eachLine(text, (line, index) => `${index + 1}   │ ${partsOf(line, width).join("\n    │ ")}`),
  "quoted-printable": (text, width) =>
    eachLine(text.replaceAll("=", "=3D"), (line) =>
      (line.match(new RegExp(`(?:=3D|.){1,${Math.min(width, 72)}}`, "g")) ?? [""]).join("=\n"),
    ),
  mail: (text, width) => eachLine(text, (line) => `> ${partsOf(line, width).join("\n> ")}`),
};
/** A last line, quoted or not, that may be a word: nobody can tell whether it continues the value before it. */
const LAST_WORD = /\n[> ]*(?=\S{1,24}\s*$)([A-Z]?[a-z]+|[A-Z]+|\d+)([A-Z][a-z]{2,}|[_-][a-z\d]+)*\s*$/;

/** Credentials in any format, wrapped or cut off at any width. */
export const wrapped = fc
  .record({
    expected: credentials,
    format: fc.constantFrom(...Object.keys(formats)),
    wrap: fc.constantFrom(...Object.keys(wraps)),
    width: fc.integer({ min: 8, max: 200 }),
  })
  .map(({ expected, format, wrap, width }) => ({
    expected,
    format,
    text: wraps[wrap](formats[format](expected), width),
  }))
  .filter(({ text }) => !LAST_WORD.test(text));

/** The formats that are lines of assignments. */
export const shells = ["sh", "fish", "csh", "PowerShell", "cmd", "a .env file"];
/** Functions that comment out every line of a text. */
export const comment = fc
  .constantFrom("#", "# ", " \t# ", ";", "REM ", "@rem ", "::")
  .map((mark) => (text) => text.replace(/^/gm, mark));

/** JSON whose members can have any type. */
export const json = fc
  .record({
    AccessKeyId: fc.string(),
    SecretAccessKey: fc.oneof(fc.string(), fc.jsonValue()),
    SessionToken: fc.jsonValue(),
    Expiration: fc.oneof(fc.double(), fc.jsonValue()),
  })
  .map((members) => JSON.stringify(members));

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

/**
 * Arbitrary texts, and sequences of pieces that matter to the parser. Each piece has a repeat count, which can be
 * large.
 */
export const pieces = fc.oneof(
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 200 }).map((text) => [[text, 1]]) },
  { weight: 6, arbitrary: fc.array(fc.tuple(fc.constantFrom(...PIECES), fc.constant(1)), { maxLength: 40 }) },
  {
    weight: 1,
    arbitrary: fc.array(fc.tuple(fc.constantFrom(...PIECES), fc.constantFrom(1, 1, 300_000)), { maxLength: 6 }),
  },
);

/** Joins pieces, up to the maximum size of a file that the page opens. */
export const join = (pieces) =>
  pieces.reduce((text, [piece, times]) => (text + piece.repeat(times)).slice(0, 1024 * 1024), "");

const word = letters("abcdefghijklmnopqrstuvwxyzABCDEFXYZ0123456789-_./@+:", 1, 12);
const value = fc.oneof(
  word,
  fc.tuple(word, word).map((parts) => parts.join(" ")),
  letters(`${BASE64}=#;[]"'`, 1, 40),
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
/** Every section has a region, because the page ignores sections without a setting that it knows. */
const section = fc.record({ name: fc.oneof(fc.constant("default"), word), lines });

/** Only a few names, so that the sources of roles often exist. */
const NAMES = ["default", "a", "b", "c"];
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
    fc.constantFrom(...NAMES).map((name) => `source_profile = ${name}`),
  ),
  fc.oneof(
    { weight: 9, arbitrary: fc.constant("") },
    setting(fc.constantFrom("web_identity_token_file", "credential_source", "mfa_serial")),
  ),
);
const roleSections = fc.uniqueArray(fc.record({ name: fc.constantFrom(...NAMES), lines: roleLines }), {
  selector: ({ name }) => name,
});

/** Sections of `~/.aws/config` and `~/.aws/credentials`. */
const sections = fc.array(section, { maxLength: 4 });
export const profileFiles = fc.oneof(
  fc.record({ config: sections, credentials: sections }),
  fc.record({ config: roleSections, credentials: roleSections }),
);

/** The text of `~/.aws/config`. */
export const formatConfig = (sections) =>
  sections
    .map(({ name, lines }) => [name === "default" ? "[default]" : `[profile ${quoted(name)}]`, ...lines, ""].join("\n"))
    .join("");
/** Quotes some names, but each name always or never, so that no section occurs twice. */
const quoted = (name) => (name.length % 2 ? name : `"${name}"`);
/** The text of `~/.aws/credentials`. */
export const formatCredentials = (sections) =>
  sections.map(({ name, lines }) => [`[${name}]`, ...lines, ""].join("\n")).join("");

const NAMES_OF = [
  ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"],
  ["aws_access_key_id", "aws_secret_access_key", "aws_session_token"],
  ["accessKeyId", "secretAccessKey", "sessionToken"],
  ["AccessKeyId", "SecretAccessKey", "SessionToken"],
  ["access-key", "secret-key", "session-token"],
  ["Access key ID", "Secret access key", "Session token"],
];
/**
 * Formats of a line with a name and a value, and the mark that comments out such a line.
 *
 * @type {[(name: string, value: string, quote?: string) => string, string][]}
 */
const LINES_OF = [
  [(name, value, quote) => `export ${name}=${quote}${value}${quote}`, "# "],
  [(name, value) => `  ${name}: ${value}`, "# "],
  [(name, value, quote) => `${name} = ${quote}${value}${quote};`, "// "],
  [(name, value) => `"${name}": "${value}",`, "// "],
  [(name, value) => `set ${name} ${value}`, "REM "],
  [(name, value) => `${name}\t${value}`, "; "],
  [(name, value) => `<x>${name}</x><value>${value}</value>`, "# "],
];
const PLACEHOLDERS = [
  "${{ secrets.KEY }}",
  "$(pass aws)",
  "<your key>",
  "****",
  "${KEY}",
  "{{ key }}",
  "changeme",
  "op://vault/aws/key",
  "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
];
/** What mail, a comparison of files, and web pages do to each line. */
const MARKS_OF = [
  ["", ""],
  ["> ", ""],
  [">> ", ""],
  ["+", ""],
  ["", "\u200b"],
];

/**
 * Texts that combine the known names, separators, quotes, orders of lines, prompts, blank lines, marks of other programs,
 * and other credentials that are commented out. `expected` are the credentials. With a `placeholder` in place of the secret, there are none.
 */
export const mixed = fc
  .record({
    expected: credentials,
    other: credentials,
    names: fc.constantFrom(...NAMES_OF),
    line: fc.constantFrom(...LINES_OF),
    order: fc.shuffledSubarray([0, 1, 2], { minLength: 3 }),
    quote: fc.constantFrom("", '"', "'"),
    prompt: fc.constantFrom("", "$ ", "me@host:~$ ", "> ", "PS C:\\> ", "\u00a0"),
    gap: fc.constantFrom("\n", "\r\n", "\n\n"),
    commented: fc.boolean(),
    placeholder: fc.option(fc.constantFrom(...PLACEHOLDERS), { nil: undefined }),
    marks: fc.constantFrom(...MARKS_OF),
  })
  .map(({ expected, other, names, line: [line, mark], order, quote, prompt, gap, commented, placeholder, marks }) => {
    const lines = (values) => order.map((part) => line(names[part], values[part], quote));
    const { accessKeyId, secretAccessKey, sessionToken } = expected;
    const own = lines([accessKeyId, placeholder ?? secretAccessKey, sessionToken]).map((text) => prompt + text);
    const old = commented ? lines(Object.values(other)).map((text) => mark + text) : [];
    const text = [...old, ...own].map((line) => marks[0] + line + marks[1]).join(gap);
    return { text, expected, placeholder };
  });
