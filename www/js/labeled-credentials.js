// Finds credentials in any text, by their names or, without names, by their shape. Ambiguous values are ignored: wrong
// credentials would be worse than none. This module does not access the page.

/** @typedef {"id" | "secret" | "token" | "vagueToken" | "expiration" | "region" | "sts" | "endpoint"} Kind */
/**
 * @typedef {{ kind: Kind, value: string | undefined, prefix: string, end: number, isApart?: boolean }} Label
 *   `value` is undefined for a placeholder. `isApart` is true if a blank line precedes it.
 */
/** @typedef {Partial<Record<Kind, string | undefined>>} Group the values that belong together */

/**
 * Separates the words of a name: `AWS_ACCESS_KEY_ID`, `accessKeyId`, `access-key` and `Access key ID` are recognized.
 */
const GAP = "[ _.-]?";
const NAME = [
  `(?<secret>secret${GAP}(?:access${GAP})?key|access${GAP}key${GAP}secret)`,
  `(?<id>access${GAP}key(?:${GAP}id)?)`,
  `(?<token>(?:session|security)${GAP}token)`,
  // These names also have other meanings, so the value must have the right shape.
  `(?<vagueSecret>secret)`,
  `(?<vagueToken>(?:access${GAP})?token)`,
  `(?<expiration>expir(?:ation|y|es)(?:${GAP}(?:at|time|date))?)`,
  `(?<region>region(?:${GAP}name)?)`,
  `(?<sts>endpoint${GAP}url${GAP}sts|sts)`,
  `(?<endpoint>endpoint(?:${GAP}url)?)`,
].join("|");
/** A name with its prefix, such as `TF_VAR_aws_`. */
const LABEL = new RegExp(`(?<![\\w.-]|</(?:\\w+:)?)([\\w.-]*?)(?:${NAME})(?!\\w)`, "gi");

/**
 * What separates a name from its value: `=`, `:`, a comma between arguments, `value:` as in Kubernetes, the end of an
 * XML tag, or a space after `set`. In the dialog of `aws configure`, the current value is in brackets before the colon.
 */
const SEPARATOR =
  /[\\"'`\])*]*(?:[ \t]*\[[^\]\n]{0,60}\])?(?:[ \t]*(?::=|=>|->|[=:])[ \t*]*|\s{0,40},?\s{0,40}["']?value["']?\s?[:=][ \t]*|(?<=["']),[ \t]*(?=["'])|>|(?<=\bset(?:x|env|[ \t]+-\w+){0,3}[ \t]+["']?[\w.-]+)[ \t]+)/iy;
/** What can be between a name and a value that has the right shape. */
const ANYTHING_SHORT = /[\\"'`\])*]*[\s,|:=>+-]*(?:is\s+)?[\s>|-]*/y;
const VALUE = /[\\*]*(?:(["'`])([^\n]*?)\\?\1|["'`]?([^\s"'`,;|<>&(){}[\]\\]+))/y;
const TIME =
  /(?:new Date\()?["'`]?(\d{10,13}(?![\d-])|\d{4}-\d\d-\d\d[T ]\d\d:\d\d[\d:.]*(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?)/y;

/** @type {Partial<Record<Kind, RegExp>>} */
const SHAPES = {
  id: /^A[KS]IA[A-Z0-9]{12,}$/,
  secret: /^[\w/+=-]{40}$/,
  token: /^[\w/+=-]{50,}$/,
  vagueToken: /^[\w/+=-]{50,}$/,
  region: /^[a-z]{2,}(-[a-z]+)+-\d+$/,
  // The endpoint of AWS's S3 does not serve STS.
  endpoint: /^https?:\/\/(?!([\w-]+\.)*s3[.-].*amazonaws)\S+$/,
  sts: /^https?:\/\/\S+$/,
};
/** Access key IDs, secret access keys and session tokens without names. */
const BARE =
  /(?<![\w/+])(?:(?<id>A[KS]IA[A-Z0-9]{12,28})|(?<secret>(?=[A-Za-z0-9/+]*[a-z])(?=[A-Za-z0-9/+]*[A-Z])(?![0-9a-f]{40})[A-Za-z0-9/+]{40})|(?<token>[A-Za-z0-9/+]{50,}={0,2}))(?![\w/+=])/g;

/** A template's placeholder. */
const TEMPLATE = /^(<.*>|\$[{(].*|\{\{.*|your[-_ ].*)$/i;
const PLACEHOLDER =
  /^([x._-]+|(the|my|insert|replace|enter|example|dummy|changeme|change|placeholder|redacted|hidden|masked|none|null|nil|undefined|true|false|todo|missing|unknown|invalid|required|not)([-_ ].*)?)$|[$%*•…<>{}()\s]|\.{3}|^[\w.$-]*(access[_-]?key([_-]?id)?|secret([_-]?access)?[_-]?key|session[_-]?token)$/i;
/** A value in source code, such as `process.env.KEY`. */
const REFERENCE = /^[a-z_]\w*(\.\w+)+$/i;

/** Maximum length of a wrapped session token, in characters. */
const MAX_TOKEN = 8192;

/** The labels of the buttons next to the values in the AWS console and the access portal. */
const BUTTON = /^(copy|copied|hide|show|close|done|active)$/i;

/**
 * Returns the credentials in a text, each with its region and endpoint if the text has them.
 *
 * @param {string} text
 * @returns {Record<string, string | undefined>[]}
 */
export function readLabeled(text) {
  const clean = withoutComments(cleanText(text));
  // Variables that are set after an `unset` replace those that were set before it.
  const removal = /\b(?:unset(?:env)?|set +-\w*e|Remove-Item)\b[^\n]{0,99}(?:ACCESS_KEY|SECRET|TOKEN)/gi;
  const start = [...clean.matchAll(removal)].at(-1)?.index ?? 0;
  const after = credentialsIn(clean.slice(start));
  return (after.length || !start ? after : credentialsIn(clean.replace(removal, ""))).map(asSettings);
}

/**
 * Returns the setting that a name stands for, such as `aws_access_key_id` for `AccessKeyId`.
 *
 * @param {string} name
 */
export function settingFor(name) {
  LABEL.lastIndex = 0;
  const match = LABEL.exec(name);
  return match && LABEL.lastIndex === name.length ? SETTING_OF_KIND[kindOf(match)] : undefined;
}

/** @type {Record<Kind | "vagueSecret", string>} */
const SETTING_OF_KIND = {
  id: "aws_access_key_id",
  secret: "aws_secret_access_key",
  vagueSecret: "aws_secret_access_key",
  token: "aws_session_token",
  vagueToken: "aws_session_token",
  expiration: "expiration",
  region: "region",
  sts: "endpoint_url",
  endpoint: "endpoint_url",
};

/**
 * Converts a time, which may also be in seconds or milliseconds since 1970, to ISO 8601. Returns undefined if it is not
 * a time.
 *
 * @param {unknown} time
 */
export function asTime(time) {
  const number = Number(time);
  const iso = String(time)
    .replace(/^(\S+) (?=\d)/, "$1T")
    .replace(/ ?UTC$/, "Z");
  // Seconds have ten digits until the year 2286.
  const date = new Date(typeof time !== "object" && number ? number * (number < 1e11 ? 1000 : 1) : iso);
  const isTime = ["string", "number"].includes(typeof time) && date.getTime() > 1e12 && date.getTime() < 1e14;
  return isTime ? date.toISOString() : undefined;
}

/**
 * Returns whether a value is a placeholder of a template, such as `${{ secrets.KEY }}` or `<your key>`.
 *
 * @param {string} value
 */
export function isTemplate(value) {
  return TEMPLATE.test(value);
}

/**
 * Returns whether a value is a placeholder of any kind, or a reference in source code.
 *
 * @param {string} value
 */
export function isPlaceholder(value) {
  return TEMPLATE.test(value) || PLACEHOLDER.test(value) || REFERENCE.test(value);
}

/**
 * Returns which parts of credentials a text has: secrets, placeholders, and the number of access key IDs.
 *
 * @param {string} text
 */
export function partsOf(text) {
  const clean = withoutComments(cleanText(text));
  const labels = findLabels(clean).filter(({ kind }) => ["id", "secret", "token"].includes(kind));
  return {
    hasSecret: labels.some(({ kind, value }) => value && kind !== "id"),
    hasPlaceholder: labels.some(({ value }) => value === undefined),
    ids: new Set([...clean.matchAll(BARE)].flatMap(({ groups }) => groups?.id ?? [])).size,
  };
}

// --- Text

/**
 * Reverts the changes that word processors, chat programs, terminals and web pages make to text, such as curly quotes.
 *
 * @param {string} text
 */
function cleanText(text) {
  /** @type {Record<string, string>} */
  const entities = { quot: '"', apos: "'", amp: "&", lt: "<", gt: ">" };
  const characters = text
    .replace(/\r\n?/g, "\n")
    .replace(/[\u200b-\u200d\u2060\ufeff]/g, "")
    .replace(/[\u00a0\u2007\u202f\u3000]/g, " ")
    .replace(/[“”„‟]/g, '"')
    .replace(/[‘’‚‛]/g, "'")
    .replace(/&(quot|apos|amp|lt|gt);/g, (_, name) => entities[name])
    .replace(/&#(x?)([\da-f]{1,4});|\\u([\da-f]{4})/gi, (_, x, code, escaped) =>
      String.fromCharCode(Number.parseInt(escaped ?? code, escaped || x ? 16 : 10)),
    )
    .replace(/%(2[bf]|3d)/gi, decodeURIComponent)
    .replace(/\\+\//g, "/")
    .replace(/\\[nrt]/g, "\n");
  return unwrap(characters.split("\n")).join("\n");
}

/**
 * Joins values that a terminal has wrapped: a line of Base64 continues the value at the end of the previous line.
 *
 * @param {string[]} lines
 */
function unwrap(lines) {
  /** @type {string[]} */
  const joined = [];
  // The width at which the value was wrapped.
  let wrapped = 0;
  for (const line of lines) {
    const previous = joined.at(-1) ?? "";
    const [, continuation] = /^\s*([\w/+-]+={0,2})["'`]?[,;]?\s*$/.exec(line) ?? [];
    const [value = ""] = /(?<![\w/+-])[\w/+-]+$/.exec(previous) ?? [];
    const isSecret = /secret/i.test(previous) && value.length < 40 && value.length + (continuation?.length ?? 0) === 40;
    const isLong = value.length >= 16 && value.length < MAX_TOKEN && (wrapped || previous.length) >= 60;
    const isToken = isLong && (value.length !== 40 || /token/i.test(previous));
    if (continuation && (isSecret || isToken) && !BUTTON.test(continuation) && !SHAPES.id?.test(continuation)) {
      joined[joined.length - 1] = previous + line.trim();
      wrapped ||= previous.length;
    } else {
      joined.push(line);
      wrapped = 0;
    }
  }
  return joined;
}

/** @param {string} text */
function withoutComments(text) {
  return (
    withoutBlocks(withoutBlocks(text, /(?<!\S)\/\*[\s\S]*?\*\//g, "*/"), /<!--[\s\S]*?-->/g, "-->")
      // Comments in cmd start with :: or REM. "/ #" is a shell prompt, not a comment. A line of Base64 can start with
      // //. The package exports the expiration for Terraform, which has no variable for it, as a comment.
      .replace(
        /(?<![^\s;]|^\/[\w/.-]* )#(?! expires \d).*|^[ \t@]*(;|::|!|--[ \t]|rem\s).*|^[ \t]*\/\/(?![\w/+]*=*$).*|[ \t]\/\/[ \t].*/gim,
        "",
      )
  );
}

/**
 * Removes block comments. Text after the last end mark is not searched, because that would take quadratic time.
 *
 * @param {string} text
 * @param {RegExp} comment
 * @param {string} end
 */
function withoutBlocks(text, comment, end) {
  const searched = text.lastIndexOf(end) + end.length;
  return searched < end.length ? text : text.slice(0, searched).replace(comment, "") + text.slice(searched);
}

// --- Labels and groups

/** @param {string} text */
function credentialsIn(text) {
  const labels = findLabels(text);
  const labeled = groupsOf(labels);
  if (labeled.length && labeled.every(isComplete)) return labeled;
  // After a placeholder, bare values in the text are unlikely to be the credentials.
  if (labels.some(({ kind, value }) => value === undefined && ["id", "secret"].includes(kind))) return labeled;
  const groups = bareCredentials(text);
  const bare = groups.map((group) => ({ ...settingsOf(labels, groups.length < 2), ...group }));
  return bare.some(isComplete) || !labeled.length ? bare : labeled;
}

/**
 * Finds every name that has a value.
 *
 * @param {string} text
 */
function findLabels(text) {
  /** @type {Label[]} */
  const labels = [];
  LABEL.lastIndex = 0;
  for (let match = LABEL.exec(text); match; match = LABEL.exec(text)) {
    const label = labelAt(text, match);
    if (label) labels.push({ ...label, isApart: /\n\s*\n/.test(text.slice(labels.at(-1)?.end ?? 0, match.index)) });
    LABEL.lastIndex = Math.max(LABEL.lastIndex, label?.end ?? 0);
  }
  return labels;
}

/**
 * @param {string} text
 * @param {RegExpExecArray} match
 * @returns {Label | undefined}
 */
function labelAt(text, match) {
  const named = kindOf(match);
  const kind = named === "vagueSecret" ? "secret" : named;
  const label = {
    kind,
    prefix: match[1].toLowerCase().replace(/[^a-z0-9]|aws|s3|default/g, ""),
  };
  const from = match.index + match[0].length;
  const separated = endOf(SEPARATOR, text, from);
  const isVague = named.startsWith("vague");
  const shape = SHAPES[kind];
  for (const [start, needsShape] of /** @type {[number | undefined, boolean][]} */ ([
    [separated, isVague || !["id", "secret", "token"].includes(kind)],
    [endOf(ANYTHING_SHORT, text, from), true],
  ])) {
    if (start === undefined) continue;
    if (kind === "expiration") {
      const end = endOf(TIME, text, start);
      const value = end && asTime(text.slice(start, end).replace(/^\D+/, ""));
      if (value) return { ...label, value, end };
      continue;
    }
    VALUE.lastIndex = start;
    const [, quote, quoted, unquoted = ""] = VALUE.exec(text) ?? [];
    const end = VALUE.lastIndex;
    const value = quoted ?? unquoted.replace(/(?<!\.)[.:!?]$|\*+$/, "");
    if (shape?.test(value)) return { ...label, value, end };
    // In source code, an unquoted value before a comma or bracket is a variable.
    const isCode = !quote && /^[ \t]*[,)([}]/.test(text.slice(end, end + 9));
    if (!value || needsShape) continue;
    return { ...label, value: isCode || isPlaceholder(value) ? undefined : value, end };
  }
  // A placeholder such as `<your key>`.
  const isEmpty = separated === undefined || /^["'`]*\s/.test(`${text.slice(separated, separated + 3)}\n`);
  return isVague || isEmpty || shape === undefined || !["id", "secret"].includes(kind)
    ? undefined
    : { ...label, value: undefined, end: from };
}

/** @param {RegExpExecArray} match */
function kindOf({ groups = {} }) {
  return /** @type {Kind | "vagueSecret"} */ (Object.keys(groups).find((kind) => groups[kind] !== undefined));
}

/**
 * Returns where a match that starts at an index ends.
 *
 * @param {RegExp} pattern sticky
 * @param {string} text
 * @param {number} start
 */
function endOf(pattern, text, start) {
  pattern.lastIndex = start;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

/**
 * Returns the groups that are credentials. Only names with the same prefix belong together, not `DEV_AWS_…` and
 * `PROD_AWS_…`.
 *
 * @param {Label[]} labels
 */
function groupsOf(labels) {
  const prefixes = new Set(labels.filter(({ kind }) => kind === "id").map(({ prefix }) => prefix));
  const groups = [...prefixes].flatMap((prefix) =>
    credentialGroups(splitIntoGroups(labels.filter((label) => label.prefix === prefix))),
  );
  const shared = settingsOf(labels, groups.length < 2);
  return distinct(groups.map((group) => ({ ...shared, ...group })));
}

/**
 * Returns the region, the endpoint and optionally the expiration, whatever the prefix of their names.
 *
 * @param {Label[]} labels
 * @param {boolean} withExpiration
 * @returns {Group}
 */
function settingsOf(labels, withExpiration) {
  const kinds = ["region", "endpoint", "sts", ...(withExpiration ? ["expiration"] : [])];
  const settings = labels.filter(({ kind }) => kinds.includes(kind));
  return Object.fromEntries(settings.reverse().map(({ kind, value }) => [kind, value]));
}

/**
 * Splits labels into groups. A group ends before a name that it already has with another value and, if it is complete,
 * at a blank line.
 *
 * @param {Label[]} labels
 */
function splitIntoGroups(labels) {
  /** @type {Group[]} */
  const groups = [{}];
  for (const { kind, value, isApart } of labels) {
    const group = groups[groups.length - 1];
    const isCredential = ["id", "secret", "token"].includes(kind);
    if (!(kind in group) && !(isApart && isCredential && isComplete(group))) group[kind] = value;
    else if (group[kind] !== value && (isCredential || isComplete(group))) groups.push({ [kind]: value });
  }
  return groups;
}

/**
 * Returns the groups that have an ID and a secret. If one of several groups has only one of them, returns none, because
 * the values may be in an order that mixes up the pairs.
 *
 * @param {Group[]} groups
 */
function credentialGroups(groups) {
  const isHalf = (/** @type {Group} */ group) =>
    (group.id && !("secret" in group)) || (group.secret && !("id" in group)) || (group.token && !("id" in group));
  return groups.length > 1 && groups.some(isHalf) ? [] : groups.filter(({ id, secret }) => id && secret);
}

/** Returns whether a group has everything that signs a request. @param {Group} group */
function isComplete({ id, secret, token, vagueToken }) {
  return !!id && !!secret && (!!token || !!vagueToken || !id.startsWith("ASIA"));
}

/** @param {Group[]} groups */
function distinct(groups) {
  return [...new Map(groups.map((group) => [`${group.id} ${group.secret}`, group])).values()];
}

/**
 * Finds credentials without names: an ID, its secret and its token, or any other order if all of them have the same.
 *
 * @param {string} text
 */
function bareCredentials(text) {
  const [id = "", secret = "", token, more] = text.trim().split(/[\s,;:|]+/, 4);
  // If the text has nothing else, the secret may have another length, as in other implementations of S3 and STS.
  const isAll = more === undefined && SHAPES.id?.test(id) && /^[\w/+=-]{30,}$/.test(secret);
  if (isAll) return [{ id, secret, token }];
  const withoutUrls = text.replace(/\b(arn:|https?:\/\/)[^\s"'<>]+/g, " ");
  const labels = [...withoutUrls.matchAll(BARE)].map((match) => ({
    kind: /** @type {Kind} */ (kindOf(match)),
    value: match[0],
    prefix: "",
    end: match.index + match[0].length,
  }));
  return distinct(credentialGroups(splitIntoGroups(labels)));
}

/**
 * Converts a group to the settings of a profile. The values of a Kubernetes Secret are in Base64.
 *
 * @param {Group} group
 * @returns {Record<string, string | undefined>}
 */
function asSettings({ id = "", secret = "", token, vagueToken, expiration, region, endpoint, sts }) {
  const decode = (/** @type {string | undefined} */ value) =>
    value && /^Q(UtJ|VNJ)Q/.test(id) ? atob(value).trim() : value;
  return {
    aws_access_key_id: decode(id),
    aws_secret_access_key: decode(secret),
    // Long-term credentials have no session token: the token is something else.
    aws_session_token: decode(token ?? (id.startsWith("AKIA") ? undefined : vagueToken)),
    expiration,
    region,
    endpoint_url: sts ?? endpoint,
  };
}
