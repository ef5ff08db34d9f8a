// Finds credentials in any text, by their names or, without names, by their shape. Ambiguous values are ignored: wrong
// credentials would be worse than none. This module does not access the page.

import { isPlaceholder, isTemplate } from "./placeholders.js";
import { ACCESS_KEY_ID, AWS_TOKEN } from "./wrapped-text.js";

/** @typedef {"id" | "secret" | "token" | "vagueToken" | "expiration" | "region" | "sts" | "endpoint"} Kind */
/**
 * @typedef {{ kind: Kind, value: string | undefined, affixes: string, end: number, isAws?: boolean, isApart?: boolean }} Label
 *   `value` is undefined for a placeholder. `isAws` is true if the name has "aws", `isApart` if a blank line precedes it.
 */
/** @typedef {Partial<Record<Kind, string | undefined>>} Group the values that belong together */

/**
 * Separates the words of a name: `AWS_ACCESS_KEY_ID`, `accessKeyId`, `access-key` and `Access key ID` are recognized.
 */
const GAP = "[ _.-]?";
const CREDENTIAL_NAMES = {
  secret: `secret${GAP}(?:access${GAP})?key|access${GAP}key${GAP}secret`,
  id: `access${GAP}key(?:${GAP}id)?`,
  token: `(?:session|security)${GAP}token`,
};
const OTHER_NAMES = {
  // These names also have other meanings, so the value must have the right shape.
  vagueSecret: `secret`,
  vagueToken: `(?:access${GAP})?token`,
  expiration: `expir(?:ation|y|es)(?:${GAP}(?:at|time|date|timestamp))?`,
  region: `region(?:${GAP}name)?`,
  sts: `endpoint${GAP}url${GAP}sts|sts`,
  endpoint: `endpoint(?:${GAP}url)?`,
};
/** A name with its prefix, such as `TF_VAR_aws_`, and its suffix, such as `_2` or `_PROD`. */
const LABEL = new RegExp(
  `(?<![\\w.-]|</(?:\\w+:)?)([\\w.-]*?)(?:(?:${oneOf(CREDENTIAL_NAMES)})((?![_-]?expir)[_-]?[a-z\\d]{1,12})?|${oneOf(OTHER_NAMES)})(?!\\w)`,
  "gi",
);
/** The groups of `LABEL`. They have no names in the pattern: named groups take most of the time of a long text. */
const GROUPS = ["whole", "prefix", ...Object.keys(CREDENTIAL_NAMES), "suffix", ...Object.keys(OTHER_NAMES)];
const [PREFIX, SUFFIX] = ["prefix", "suffix"].map((group) => GROUPS.indexOf(group));
/** Every text with credentials has the name of an access key ID, or one without a name. */
const ANY_ID = /access[ _.-]?key|A[KS]IA/i;

/**
 * What separates a name from its value: `=`, `:`, a comma between arguments, `value:` as in Kubernetes, the end of an
 * XML tag, or a space after `set`. In the dialog of `aws configure`, the current value is in brackets before the colon.
 */
const SEPARATOR =
  /[\\"'`\])*]*(?:[ \t]*\[[^\]\n]{0,60}\])?(?:[ \t]*(?::=|=>|->|[=:])(?:\*\*(?!\*))?[ \t]*(?:&\w+[ \t]+)?|\s{0,40},?\s{0,40}["']?\w{0,20}value["']?\s?[:=][ \t]*|(?<=["']),[ \t]*(?=["'])|>|(?<=\bset(?:x|env|[ \t]+-\w+){0,3}[ \t]+["']?[\w.-]+)[ \t]+(?:--?[a-z][\w-]*[ =]["']?)?)/iy;
/** What can be between a name and a value that has the right shape. */
const ANYTHING_SHORT = /[\\"'`\])*]*[\s,|:=>+-]*(?:is\s+)?[\s>|-]*\**[[<({]{0,2}/y;
/**
 * What can be between a name and a quoted value of the right shape: a call, such as `Some("…")` or `aws.String("…")`, or a type,
 * as in `accessKeyId: string = "…"`.
 */
const CALL_OR_TYPE =
  /[\\"'`\])]*\s{0,9}(?:[:=]\s{0,9}[\w.:&]{1,40}\(|:[ \t]{0,9}[\w.&'<>[\] ]{1,40}=[ \t]{0,9})(?=["'`])/y;
/** What is between a name and a value that stand on lines of their own, as on the pages of other stores. */
const NEXT_LINE =
  /[ \t]{0,40}:?[ \t]{0,40}\n\s{0,40}(?=[A-Z\d]+[ \t]*(?:\n|$)|\S*\d\S*\d)(?=[\w/+=-]{16,}[ \t]*(?:\n|$))/y;
const VALUE = /\\*(?:\*\*)?(?:(["'`])([^\n]*?)\\?\1|["'`]?([^\s"'`,;|│┃║<>&(){}[\]\\]+))/y;
const TIME =
  /(?:new Date\()?["'`]?(\d{10,13}(?![\d-])|\d{4}-\d\d-\d\d[T ]\d\d:\d\d[\d:.]*(?: ?(?:Z|UTC|[+-]\d\d:?\d\d))?)/y;

/** @type {Partial<Record<Kind, RegExp>>} */
const SHAPES = {
  id: ACCESS_KEY_ID,
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
  /(?:(?<![\w/+])|(?<=:\/\/))(?:(A[KS]IA[A-Z0-9]{12,28})|((?=[A-Za-z0-9/+]*[a-z])(?=[A-Za-z0-9/+]*[A-Z])(?![0-9a-f]{40})[A-Za-z0-9/+]{40})|([A-Za-z0-9/+]{50,}={0,2}))(?![\w/+=])/g;

/**
 * Returns the credentials in a text, each with its region and endpoint if the text has them.
 *
 * @param {string} clean as `cleanText` returns it
 * @returns {Record<string, string | undefined>[]}
 */
export function readLabeled(clean) {
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
  const isWhole = match && LABEL.lastIndex === name.length && !match[SUFFIX];
  return isWhole ? SETTING_OF_KIND[kindOf(match)] : undefined;
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
 * Returns which parts of credentials a text has: access key IDs, secrets, placeholders, and whether it has several of
 * one kind.
 *
 * @param {string} clean as `cleanText` returns it
 */
export function partsOf(clean) {
  const labels = findLabels(clean).filter(({ kind }) => isCredential(kind));
  const values = [...labels, ...bareLabels(clean)].filter(({ value }) => value);
  const countOf = (/** @type {Kind} */ kind) =>
    new Set(values.filter((label) => label.kind === kind).map(({ value }) => value)).size;
  return {
    hasId: countOf("id") > 0,
    hasSecret: countOf("secret") + countOf("token") > 0,
    hasPlaceholder: labels.some(({ value }) => value === undefined),
    isMixed: Math.max(countOf("id"), countOf("secret"), countOf("token")) > 1,
  };
}

// --- Labels and groups

/** @param {string} text */
function credentialsIn(text) {
  if (!ANY_ID.test(text)) return [];
  const labels = findLabels(text);
  const labeled = groupsOf(labels);
  if (labeled.length && labeled.every(isComplete)) return hasAnotherPair(text, labels) ? [] : labeled;
  // After a placeholder, bare values in the text are unlikely to be the credentials.
  if (labels.some(({ kind, value }) => value === undefined && ["id", "secret"].includes(kind))) return labeled;
  const groups = bareCredentials(text);
  const bare = groups.map((group) => ({ ...settingsOf(labels, groups.length < 2), ...group }));
  return bare.some(isComplete) || !labeled.length ? bare : labeled;
}

/**
 * Returns whether a text has another access key ID and another secret, without names, such as in a second column. Then it is not
 * clear which ones are meant.
 *
 * @param {string} text
 * @param {Label[]} labels
 */
function hasAnotherPair(text, labels) {
  // Terraform shows the old value before the new one.
  const current = text.replace(/"[^"\n]*"[ \t]*->/g, "");
  const others = bareLabels(current).filter(({ value }) => !labels.some((label) => label.value === value));
  return ["id", "secret"].every((kind) => others.some((other) => other.kind === kind));
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
 * Returns a name and its value. A value of the right shape may be separated from the name by almost anything; any other
 * value only by a separator.
 *
 * @param {string} text
 * @param {RegExpExecArray} match
 * @returns {Label | undefined}
 */
function labelAt(text, match) {
  const named = kindOf(match);
  const kind = named === "vagueSecret" ? "secret" : named;
  const [prefix, suffix = ""] = [match[PREFIX], match[SUFFIX]];
  const label = {
    kind,
    affixes: `${prefix} ${suffix}`.toLowerCase().replace(/[^a-z0-9]|aws|s3|default/g, ""),
    isAws: /aws/i.test(prefix),
  };
  const from = match.index + match[0].length;
  const isTitle = /(?:^|\n)[^\n=:]{0,40}$/.test(text.slice(Math.max(0, match.index - 41), match.index));
  const separated = endOf(SEPARATOR, text, from) ?? (isTitle ? endOf(NEXT_LINE, text, from) : undefined);
  for (const pattern of [SEPARATOR, ANYTHING_SHORT, CALL_OR_TYPE]) {
    const start = pattern === SEPARATOR ? separated : endOf(pattern, text, from);
    const { value, end } = (start !== undefined && valueAt(text, start, kind)) || {};
    if (value && end && hasShape(value, kind)) return { ...label, value, end };
  }
  if (separated === undefined || suffix || named.startsWith("vague") || !isCredential(kind)) return undefined;
  const { value, end, isName, isCode } = valueAt(text, separated, kind) ?? {};
  if (isName) return undefined;
  if (value && end) return { ...label, value: isCode || isPlaceholder(value) ? undefined : value, end };
  // A placeholder such as `<your key>`.
  const isEmpty = /^["'`]*\s/.test(`${text.slice(separated, separated + 3)}\n`);
  return isEmpty || kind === "token" ? undefined : { ...label, value: undefined, end: from };
}

/**
 * Returns the value that starts at an index.
 *
 * @param {string} text
 * @param {number} start
 * @param {Kind} kind
 * @returns {{ value: string | undefined, end: number, isName?: boolean, isCode?: boolean } | undefined}
 */
function valueAt(text, start, kind) {
  if (kind === "expiration") {
    const end = endOf(TIME, text, start);
    return end ? { value: asTime(text.slice(start, end).replace(/^\D+/, "")), end } : undefined;
  }
  VALUE.lastIndex = start;
  const match = VALUE.exec(text);
  if (!match) return undefined;
  const [, quote, quoted, unquoted = ""] = match;
  const end = VALUE.lastIndex;
  const value = quoted ?? unquoted.replace(/(?<!\.)[.:!?]$|\*+$/, "");
  const next = text.slice(end, end + 9);
  // Terraform shows the new value after the old one.
  const [change] = /^[ \t]*->[ \t]*/.exec(next) ?? [];
  if (change) return valueAt(text, end + change.length, kind);
  // In JSON, a quoted text before a colon is a name. In source code, an unquoted one before a comma or bracket is a variable.
  return { value, end, isName: !!quote && /^\s*:/.test(next), isCode: !quote && /^[ \t]*[,)([}]/.test(next) };
}

/** @param {string} value @param {Kind} kind */
function hasShape(value, kind) {
  return kind === "expiration" || (!!SHAPES[kind]?.test(value) && !isTemplate(value));
}

/** Returns whether labels of a kind are parts of credentials. @param {Kind} kind */
function isCredential(kind) {
  return ["id", "secret", "token"].includes(kind);
}

/** Returns the kind of a match of `LABEL`. @param {RegExpExecArray} match */
function kindOf(match) {
  const isKind = (/** @type {number} */ group) => group > PREFIX && group !== SUFFIX;
  const group = match.findIndex((text, index) => text !== undefined && isKind(index));
  return /** @type {Kind | "vagueSecret"} */ (GROUPS[group]);
}

/** Returns an alternative with a group for each of these names. @param {Record<string, string>} names */
function oneOf(names) {
  return Object.values(names)
    .map((name) => `(${name})`)
    .join("|");
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
 * Returns the groups that are credentials. Only names with the same prefix and suffix belong together, not `DEV_AWS_…`
 * and `PROD_AWS_…`.
 *
 * @param {Label[]} labels
 */
function groupsOf(labels) {
  const affixes = new Set(labels.filter(({ kind }) => kind === "id").map(({ affixes }) => affixes));
  const groups = [...affixes].flatMap((same) => {
    const own = labels.filter(({ affixes }) => affixes === same);
    const all = credentialGroups(splitIntoGroups(own));
    if (all.length) return all;
    // Settings of other programs may have the same names, such as `SECRET_KEY`.
    return credentialGroups(
      splitIntoGroups(own.filter(({ kind, isAws }) => isAws || !["id", "secret"].includes(kind))),
    );
  });
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
    if (!(kind in group) && !(isApart && isCredential(kind) && isComplete(group))) group[kind] = value;
    else if (group[kind] !== value && (isCredential(kind) || isComplete(group))) groups.push({ [kind]: value });
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
  const isAll =
    more === undefined && SHAPES.id?.test(id) && /^[\w/+=-]{30,}$/.test(secret) && /^[\w/+=.-]*$/.test(token ?? "");
  if (isAll) return [{ id, secret, token }];
  return distinct(credentialGroups(splitIntoGroups(bareLabels(text))));
}

/**
 * Finds access key IDs, secret access keys and session tokens by their shape.
 *
 * @param {string} text
 * @returns {Label[]}
 */
function bareLabels(text) {
  const withoutUrls = text.replace(/\b(arn:|https?:\/\/(?!A[KS]IA))[^\s"'<>]+/g, " ");
  // Without a name, anything else may be the token of another service, or part of one.
  return [...withoutUrls.matchAll(BARE)]
    .filter(([, , , token]) => !token || AWS_TOKEN.test(token))
    .map((match) => ({
      kind: /** @type {Kind} */ (match[1] ? "id" : match[2] ? "secret" : "token"),
      value: match[0],
      affixes: "",
      end: match.index + match[0].length,
    }));
}

/**
 * Converts a group to the settings of a profile.
 *
 * @param {Group} group
 * @returns {Record<string, string | undefined>}
 */
function asSettings({ id = "", secret = "", token, vagueToken, expiration, region, endpoint, sts }) {
  return {
    aws_access_key_id: id,
    aws_secret_access_key: secret,
    // Long-term credentials have no session token: the token is something else.
    aws_session_token: token ?? (id.startsWith("AKIA") ? undefined : vagueToken),
    expiration,
    region,
    endpoint_url: sts ?? endpoint,
  };
}
