// Finds credentials in any text, by their names or, without names, by their shape. Ambiguous values are ignored: wrong
// credentials would be worse than none. This module does not access the page.

import { isPlaceholder, isTemplate } from "./placeholders.js";
import { ACCESS_KEY_ID, AWS_TOKEN } from "./wrapped-text.js";

/**
 * @typedef {"id" | "secret" | "token" | "vagueToken" | "expiration" | "region" | "sts" | "endpoint" | "storage"} Kind
 *   `storage` is the endpoint of an implementation of S3, which may also serve STS.
 */
/**
 * @typedef {object} Label
 * @property {Kind} kind
 * @property {string | undefined} value undefined for a placeholder
 * @property {string} affixes
 * @property {string[]} words of the prefix, without those of AWS
 * @property {number} end
 * @property {boolean} [isAws] whether the name has "aws"
 * @property {boolean} [isApart] whether a blank line precedes it
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
  // Other words, such as "hosts" and "requests", have the same end.
  sts: `endpoint${GAP}url${GAP}sts|(?<![a-z\\d])sts`,
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
/** The words that may precede the name of AWS's endpoint, or of one of an implementation of S3. */
const AWS_WORDS = ["aws", "amazon", "sts"];
const STORAGE_WORDS = ["s3", "s3a", "minio"];
/** The names of the expiration of credentials, such as `AWS_SESSION_EXPIRATION`, have these prefixes. */
const SESSION =
  /^(?:aws(?:ume)?|x|session|credentials?)(?:[ _.-]?(?:session|credentials?|security|access|key|token))*[ _.-]?$/i;
const ENDPOINTS = ["sts", "endpoint", "storage"];
const NEEDS_OWNER = [...ENDPOINTS, "expiration"];
/** Maximum length of a name, in characters. */
const MAX_NAME = 200;
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

/** The endpoint of AWS's S3 does not serve STS. */
const ENDPOINT = /^https?:\/\/(?!([\w-]+\.)*s3[.-].*amazonaws)\S+$/;
/** @type {Partial<Record<Kind, RegExp>>} */
const SHAPES = {
  id: ACCESS_KEY_ID,
  secret: /^[\w/+=-]{40}$/,
  token: /^[\w/+=-]{50,}$/,
  vagueToken: /^[\w/+=-]{50,}$/,
  region: /^[a-z]{2,}(-[a-z]+)+-\d+$/,
  endpoint: ENDPOINT,
  storage: ENDPOINT,
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
 * Returns the setting that a name stands for, such as `aws_access_key_id` for `AccessKeyId`, or undefined if it is another
 * service's.
 *
 * @param {string} name
 * @param {string} [idName] the name of the access key ID that it may belong to
 */
export function settingFor(name, idName) {
  const kind = kindFor(name, idName);
  return kind && SETTING_OF_KIND[kind];
}

/**
 * Returns the kind of value that a name stands for, or undefined if it is another service's.
 *
 * @param {string} name
 * @param {string} [idName] the name of the access key ID that it may belong to
 */
export function kindFor(name, idName = "") {
  const match = wholeMatch(name);
  if (!match) return undefined;
  const named = kindOf(match);
  const kind = named === "vagueSecret" ? "secret" : named;
  const idWords = wordsOf(wholeMatch(idName)?.[PREFIX] ?? "");
  return isOwn(kind, wordsOf(name.slice(0, match.index) + match[PREFIX], kind), idWords) ? kind : undefined;
}

/** Returns the match of `LABEL` that is all of a name without a suffix. @param {string} name */
function wholeMatch(name) {
  // A longer one is no name, and would be searched for every other name.
  if (name.length > MAX_NAME) return undefined;
  LABEL.lastIndex = 0;
  const match = LABEL.exec(name);
  return match && LABEL.lastIndex === name.length && !match[SUFFIX] ? match : undefined;
}

/** @type {Record<Kind, string>} */
const SETTING_OF_KIND = {
  id: "aws_access_key_id",
  secret: "aws_secret_access_key",
  token: "aws_session_token",
  vagueToken: "aws_session_token",
  expiration: "expiration",
  region: "region",
  sts: "endpoint_url",
  endpoint: "endpoint_url",
  storage: "endpoint_url",
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
  const settings = settingsOf(labels, labels.find(({ kind }) => kind === "id")?.words ?? [], groups.length < 2);
  const areCertain = groups.every(isComplete) || !hasUnknownToken(text, labels);
  const bare = areCertain ? groups.map((group) => ({ ...settings, ...group })) : [];
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
 * Returns whether a text has Base64 that may be a session token: it has no name, and does not begin as AWS's tokens do today.
 *
 * @param {string} text
 * @param {Label[]} labels
 */
function hasUnknownToken(text, labels) {
  const named = new Set(labels.map(({ value }) => value));
  return [...withoutUrls(text).matchAll(BARE)].some(
    ([value, , , token]) => token && /^(?=.*[a-z])(?=.*[A-Z]).*\d/.test(token) && !named.has(value),
  );
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
  // In prose, an address after "STS" is that of a document.
  if (match[0] === "STS") return undefined;
  const title = NEEDS_OWNER.includes(kind) ? titleAt(text, match) : "";
  const words = wordsOf(title + match[PREFIX], kind);
  const [prefix, suffix = ""] = [words.length ? title + match[PREFIX] : match[PREFIX], match[SUFFIX]];
  const label = {
    kind,
    affixes: `${prefix} ${suffix}`.toLowerCase().replace(/[^a-z0-9]|aws|s3|default/g, ""),
    words,
    isAws: /aws/i.test(prefix),
  };
  const from = match.index + match[0].length;
  const isTitle = /(?:^|\n)[^\n=:]{0,40}$/.test(text.slice(Math.max(0, match.index - 41), match.index));
  const separated = endOf(SEPARATOR, text, from) ?? (isTitle ? endOf(NEXT_LINE, text, from) : undefined);
  const patterns = kind === "sts" ? [SEPARATOR, CALL_OR_TYPE] : [SEPARATOR, ANYTHING_SHORT, CALL_OR_TYPE];
  for (const pattern of patterns) {
    const start = pattern === SEPARATOR ? separated : endOf(pattern, text, from);
    const { value, end } = (start !== undefined && valueAt(text, start, kind)) || {};
    if (value && end && hasShape(value, kind)) return { ...label, value, end };
  }
  if (separated === undefined || suffix || named.startsWith("vague") || !isCredential(kind)) return undefined;
  const { value, end, quote, isName, isCode } = valueAt(text, separated, kind) ?? {};
  if (isName) return undefined;
  // In single quotes and in part of JSON.
  const isLiteral =
    kind === "secret" && (quote === "'" || (quote === '"' && /^"\s*:/.test(text.slice(from, separated))));
  if (value && end) return { ...label, value: isCode || isPlaceholder(value, isLiteral) ? undefined : value, end };
  // A placeholder such as `<your key>`.
  const isEmpty = /^["'`]*\s/.test(`${text.slice(separated, separated + 3)}\n`);
  return isEmpty || kind === "token" ? undefined : { ...label, value: undefined, end: from };
}

/**
 * Returns the words before a name that is part of a longer one, as in "Elasticsearch endpoint: …".
 *
 * @param {string} text
 * @param {RegExpExecArray} match
 */
function titleAt(text, match) {
  const end = match.index + match[0].length;
  const before = text.slice(Math.max(0, match.index - 41), match.index);
  const [, title = ""] = /(?:^|\n)[ \t*-]*([a-z][\w -]{0,29} )$/i.exec(before) ?? [];
  const isCommand = match[PREFIX].startsWith("-") || /\b(?:export|set\w*|const|let|var|env)\b/i.test(title);
  return !isCommand && /^[ \t]*(?:[:=][ \t]|(?:is )?http)/.test(text.slice(end, end + 12))
    ? title.replace(/^(?:the|your|my) /i, "")
    : "";
}

/**
 * Returns the value that starts at an index.
 *
 * @param {string} text
 * @param {number} start
 * @param {Kind} kind
 * @returns {{ value: string | undefined, end: number, quote?: string, isName?: boolean, isCode?: boolean } | undefined}
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
  return { value, end, quote, isName: !!quote && /^\s*:/.test(next), isCode: !quote && /^[ \t]*[,)([}]/.test(next) };
}

/** @param {string} value @param {Kind} kind */
function hasShape(value, kind) {
  return kind === "expiration" || (!!SHAPES[kind]?.test(value) && !isTemplate(value));
}

/** Returns whether labels of a kind are parts of credentials. @param {Kind} kind */
export function isCredential(kind) {
  return ["id", "secret", "token"].includes(kind);
}

/** Returns the kind of a match of `LABEL`. @param {RegExpExecArray} match */
function kindOf(match) {
  const isKind = (/** @type {number} */ group) => group > PREFIX && group !== SUFFIX;
  const group = match.findIndex((text, index) => text !== undefined && isKind(index));
  const kind = /** @type {Kind | "vagueSecret"} */ (GROUPS[group]);
  if (kind !== "endpoint") return kind;
  const words = allWordsOf(match[PREFIX]);
  if (words.includes("sts")) return "sts";
  return words.some((word) => STORAGE_WORDS.includes(word)) ? "storage" : kind;
}

/**
 * Returns the words of a name's prefix: "my" and "aws" for `MY_AWS_` and `myAws`.
 *
 * @param {string} prefix
 * @returns {string[]}
 */
function allWordsOf(prefix) {
  const separated = prefix.replace(/(?<=[a-z\d])(?=[A-Z])/g, " ").toLowerCase();
  return separated.match(/[a-z\d]+/g) ?? [];
}

/**
 * Returns the words of a name's prefix, without those of AWS.
 *
 * @param {string} prefix
 * @param {Kind} [kind] of the name
 */
function wordsOf(prefix, kind) {
  if (kind === "expiration" && SESSION.test(prefix)) return [];
  return allWordsOf(prefix).filter((word) => ![...AWS_WORDS, ...STORAGE_WORDS].includes(word));
}

/**
 * Returns whether a setting may belong to an access key ID: another service's endpoint must never get its requests, and
 * the expiration may be that of anything. The name begins like that of the ID, or has no other words than those of AWS.
 *
 * @param {Kind} kind
 * @param {string[]} words of its prefix
 * @param {string[]} idWords
 */
function isOwn(kind, words, idWords) {
  return !NEEDS_OWNER.includes(kind) || words.every((word, index) => word === idWords[index]);
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
  const ids = new Map(labels.filter(({ kind }) => kind === "id").map((id) => [id.affixes, id]));
  const found = [...ids.values()].map((id) => {
    const own = labels.filter(({ affixes }) => affixes === id.affixes);
    const all = credentialGroups(splitIntoGroups(own));
    // Settings of other programs may have the same names, such as `SECRET_KEY`.
    const ofAws = own.filter(({ kind, isAws }) => isAws || !["id", "secret"].includes(kind));
    return { id, groups: all.length ? all : credentialGroups(splitIntoGroups(ofAws)) };
  });
  const isSingle = found.flatMap(({ groups }) => groups).length < 2;
  const groups = found.flatMap(({ id, groups }) => {
    // What has the prefix of another ID belongs to that only.
    const near = labels.filter(({ kind, affixes }) => kind === "region" || affixes === id.affixes || !ids.has(affixes));
    const shared = settingsOf(near, id.words, isSingle);
    return groups.map((group) => ({ ...shared, ...group }));
  });
  return distinct(groups);
}

/**
 * Returns the region, the endpoint and optionally the expiration that may belong to an access key ID.
 *
 * @param {Label[]} labels
 * @param {string[]} idWords
 * @param {boolean} withExpiration
 * @returns {Group}
 */
function settingsOf(labels, idWords, withExpiration) {
  const kinds = ["region", ...ENDPOINTS, ...(withExpiration ? ["expiration"] : [])];
  const settings = labels.filter(({ kind, words }) => kinds.includes(kind) && isOwn(kind, words, idWords));
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
  // Without a name, anything else may be the token of another service, or part of one.
  return [...withoutUrls(text).matchAll(BARE)]
    .filter(([, , , token]) => !token || AWS_TOKEN.test(token))
    .map((match) => ({
      kind: /** @type {Kind} */ (match[1] ? "id" : match[2] ? "secret" : "token"),
      value: match[0],
      affixes: "",
      words: [],
      end: match.index + match[0].length,
    }));
}

/** @param {string} text */
function withoutUrls(text) {
  return text.replace(/\b(arn:|https?:\/\/(?!A[KS]IA))[^\s"'<>]+/g, " ");
}

/**
 * Converts a group to the settings of a profile.
 *
 * @param {Group} group
 * @returns {Record<string, string | undefined>}
 */
export function asSettings({ id = "", secret = "", token, vagueToken, expiration, region, endpoint, sts, storage }) {
  return {
    aws_access_key_id: id,
    aws_secret_access_key: secret,
    // Long-term credentials have no session token: the token is something else.
    aws_session_token: token ?? (id.startsWith("AKIA") ? undefined : vagueToken),
    expiration,
    region,
    endpoint_url: sts ?? endpoint ?? storage,
  };
}
