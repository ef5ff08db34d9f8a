// The schema of the configuration: the valid values of each field, and its default. Messages never contain a value.

import type { JSONWebKeySet } from "jose";
import * as v from "valibot";

import type { ConfigurationInput, GrantInput, RoleInput, SignInInput } from "./configuration-input.js";
import { jsonObject } from "./json.js";
import { isSecure } from "./secure-url.js";
import type { Configuration, Grant, Role } from "./types.js";

const ALGORITHMS = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
  "Ed25519",
] as const;
/** STS's limit for a session policy, in characters. */
const MAX_POLICY_LENGTH = 2048;
const MAX_TAGS = 50;
const MAX_POLICY_ARNS = 10;

/** Returns the message for an issue that the schema has no message for. */
export function defaultMessage({ type, received, expected }: v.BaseIssue<unknown>): string {
  if (received === "undefined") return "is required";
  if (type === "strict_object" && expected === "never") return "is an unknown field";
  return TYPE_MESSAGES[type] ?? "is invalid";
}

const NON_EMPTY = "must be a non-empty string";

const TYPE_MESSAGES: Record<string, string> = {
  string: NON_EMPTY,
  boolean: "must be true or false",
  array: "must be a list",
  record: "must be an object",
  strict_object: "must be an object",
  object: "must be an object",
};

// --- Values

const string = v.pipe(v.string(), v.nonEmpty(NON_EMPTY));

// The JSON Schema has the regular expressions, but not the checks.

const NOT_SECURE = "must start with https://";

/** A URL with https, or with http on loopback. */
const url = v.pipe(
  string,
  v.regex(/^https:\/\/|^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(?=[:/]|$)/, NOT_SECURE),
  v.check((text) => URL.canParse(text), "must be a URL"),
  v.check((text) => !URL.canParse(text) || isSecure(new URL(text)), NOT_SECURE),
);

/** The URL of an OpenID Connect issuer, as in the `iss` claim of its tokens. */
const issuerUrl = v.pipe(
  url,
  v.regex(/^(?!.*\/\.well-known\/)/, "must be the issuer as in its tokens, without /.well-known/…"),
  v.regex(/^[^\s?#@{}<>]*$/, "must be the issuer as in its tokens, without spaces, query, password and placeholders"),
);

const NO_ORIGIN =
  "must be an origin: a URL in lower case, without port, path and query, and without a slash at its end";

/** AWS accepts an issuer of up to 255 characters without port and query. On loopback, for tests, it can have a port. */
const publicUrl = v.pipe(
  url,
  v.maxLength(255, "must have at most 255 characters"),
  v.regex(/^https?:\/\/[^/?#@\sA-Z]+$/, NO_ORIGIN),
  v.check((text) => !URL.canParse(text) || isIssuer(text), NO_ORIGIN),
);

function isIssuer(text: string): boolean {
  const { protocol, port, origin } = new URL(text);
  return origin === text && (port === "" || protocol === "http:");
}

const OTHER_ORIGIN = "must be an origin without a path, such as https://example.org";

const origin = v.pipe(
  v.string(),
  v.regex(/^https?:\/\/[^/?#@\sA-Z]+$/, OTHER_ORIGIN),
  v.check((text) => URL.canParse(text) && new URL(text).origin === text, OTHER_ORIGIN),
);

function integer(minimum: number, maximum: number) {
  const message = `must be an integer from ${minimum} to ${maximum}`;
  return v.pipe(v.number(message), v.integer(message), v.minValue(minimum, message), v.maxValue(maximum, message));
}

/**
 * An object with arbitrary keys. valibot's records also accept lists, whose indices would then be names of claims or
 * roles.
 */
function dictionary<Key extends v.GenericSchema<string, string>, Value extends v.GenericSchema>(
  key: Key,
  value: Value,
) {
  const record = v.record(key, value);
  const run: (typeof record)["~run"] = (dataset, config) =>
    (Array.isArray(dataset.value) ? NO_LIST : record)["~run"](dataset, config) as ReturnType<(typeof record)["~run"]>;
  return { ...record, "~run": run };
}

const NO_LIST = v.never("must be an object");

/** Secrets that the Worker itself uses. A caller must not know them. */
const OWN_SECRETS = [
  "SIGNING_KEY",
  "NEXT_SIGNING_KEY",
  "FORMER_SIGNING_KEY",
  "STORAGE_KEY",
  "OPERATOR_SECRET",
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
];

/** The name of a secret, which is not secret: capitals, so that the secret itself is not mistaken for a name. */
const secretName = v.pipe(
  v.string(),
  v.regex(
    /^[A-Z][A-Z0-9_]{0,63}$/,
    "must be the name of a secret in capitals, such as NIGHTLY_BUILD_SECRET, not the secret itself",
  ),
  v.regex(new RegExp(`^(?!(${OWN_SECRETS.join("|")})$)`), "must not be one of the Worker's own secrets"),
);

function nonEmptyList<Item extends v.GenericSchema>(item: Item) {
  return v.pipe(v.array(item, "must be a non-empty list"), v.nonEmpty("must be a non-empty list"));
}

function oneOrMore<Item extends v.GenericSchema>(item: Item, message: string) {
  const one = v.pipe(
    item,
    v.transform((value) => [value as v.InferOutput<Item>]),
  );
  return v.union([one, v.pipe(v.array(item), v.nonEmpty(message))], message);
}

// --- Session limits

const policy = v.pipe(
  v.union([v.string(), v.looseObject({})], "must be an IAM policy, as an object or as JSON"),
  v.transform((value) => (typeof value === "string" ? value : jsonOf(value))),
  v.check((text) => jsonObject(text) !== undefined, "must be a policy in JSON"),
  v.check(isPolicyIfObject, "must have a Statement, and Version 2012-10-17"),
  v.maxLength(MAX_POLICY_LENGTH, `must have at most ${MAX_POLICY_LENGTH} characters as JSON`),
);

/** Returns an object as JSON, or no text if it contains itself or a value that JSON does not have. */
function jsonOf(value: object): string {
  try {
    return JSON.stringify(value);
  } catch {
    return "";
  }
}

/**
 * Whether a policy has what the IAM User Guide requires, "Grammar of the IAM JSON policy language". A text that is not an
 * object passes: the check before this one reports it.
 */
function isPolicyIfObject(text: string): boolean {
  const { Version, Statement } = jsonObject(text) ?? { Statement: {} };
  return [undefined, "2012-10-17", "2008-10-17"].includes(Version as string) && typeof Statement === "object";
}

const tagKey = v.pipe(
  v.string(),
  v.regex(
    /^(?![aA][wW][sS]:)[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u,
    "has an invalid tag key: use 1 to 128 letters, digits, spaces and _.:/=+-@, not starting with aws:",
  ),
);

const sessionEntries = {
  maxDurationSeconds: v.optional(integer(900, 43_200)),
  minRemainingSeconds: v.optional(integer(0, 43_200)),
  sessionPolicy: v.optional(policy),
  policyArns: v.optional(
    v.pipe(
      nonEmptyList(
        v.pipe(
          v.string(),
          v.regex(/^arn:aws[\w-]*:iam::(\d{12}|aws):policy\/[\w+=,.@/-]+$/, "must be the ARN of a policy"),
        ),
      ),
      v.maxLength(MAX_POLICY_ARNS, `must have at most ${MAX_POLICY_ARNS} ARNs`),
    ),
  ),
  tags: v.optional(
    v.pipe(
      dictionary(tagKey, string),
      v.maxEntries(MAX_TAGS, `must have at most ${MAX_TAGS} tags`),
      v.check(
        (tags) => !hasSimilarKeys(tags),
        "must not have keys that differ only in case: AWS takes them for the same",
      ),
    ),
  ),
  transitiveTags: v.optional(v.array(string)),
  sourceIdentity: v.optional(v.boolean()),
  externalId: v.optional(
    v.pipe(v.string(), v.regex(/^[\w+=,.@:/-]{2,1224}$/, "must have 2 to 1224 letters, digits and _+=,.@:/-")),
  ),
};

function hasSimilarKeys(tags: Record<string, string>): boolean {
  const keys = Object.keys(tags);
  return new Set(keys.map((key) => key.toLowerCase())).size < keys.length;
}

type SessionSettings = v.InferOutput<v.StrictObjectSchema<typeof sessionEntries, undefined>>;

const arn = v.pipe(
  v.string("must be the ARN of a role, or an object with the field arn"),
  v.regex(/^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/, "must be the ARN of a role"),
);

const detailedRole = v.strictObject({ arn, ...sessionEntries }) satisfies v.GenericSchema<RoleInput>;

/** The two forms of a role. */
export const roleSchemas = [arn, detailedRole];

/** Selects the form by the type of the value, so that messages and paths are those of that form. */
const role = v.lazy((value) => (typeof value === "object" && value !== null ? detailedRole : arn)) as v.GenericSchema<
  string | RoleInput,
  string | v.InferOutput<typeof detailedRole>
>;

const roleName = v.pipe(
  v.string(),
  v.regex(/^[\w.-]{1,64}$/, "is not a valid short name of a role; use 1 to 64 letters, digits and _.-"),
);

// --- Grants

const claimValue = v.union([
  string,
  v.pipe(v.number(), v.safeInteger()),
  v.boolean(),
  v.strictObject({ like: string }),
]);

const secretNumber = v.exactOptional(v.never("belongs to a private key; use the public key"));
const secretNumbers = { d: secretNumber, p: secretNumber, q: secretNumber };

/** A public key (RFC 7518, section 6). The length of a modulus of 2,048 bits in base64url is 342. */
const jwk = v.variant(
  "kty",
  [
    v.looseObject({
      kty: v.literal("RSA"),
      n: v.pipe(string, v.minLength(342, "must have at least 2048 bits")),
      e: string,
      ...secretNumbers,
    }),
    v.looseObject({ kty: v.literal("EC"), crv: string, x: string, y: string, ...secretNumbers }),
    v.looseObject({ kty: v.literal("OKP"), crv: string, x: string, ...secretNumbers }),
  ],
  "must be RSA, EC or OKP",
);

const grantSchema = v.strictObject({
  name: v.optional(v.pipe(v.string(), v.regex(/^[\w.-]{1,64}$/, "must be 1 to 64 letters, digits and _.-"))),
  issuer: v.optional(issuerUrl),
  audience: v.optional(oneOrMore(string, "must be a non-empty string or a list of them")),
  jwksUri: v.optional(url),
  jwks: v.optional(v.strictObject({ keys: nonEmptyList(jwk) })),
  algorithms: v.optional(nonEmptyList(v.picklist(ALGORITHMS, `must be one of ${ALGORITHMS.join(", ")}`))),
  claims: v.optional(
    dictionary(
      v.pipe(v.string(), v.nonEmpty("has an empty name")),
      oneOrMore(
        claimValue,
        "must be a string, an integer, true, false, { like: string }, or a non-empty list of these",
      ),
    ),
  ),
  subjectClaim: v.optional(string),
  sharedSecret: v.optional(secretName),
  subject: v.optional(string),
  roles: v.pipe(dictionary(roleName, role), v.minEntries(1, "must have at least one role")),
  ...sessionEntries,
}) satisfies v.GenericSchema<GrantInput>;

type GrantSettings = v.InferOutput<typeof grantSchema>;

function withDefaults(settings: GrantSettings, index: number): Grant {
  return {
    name: settings.name ?? String(index),
    issuer: settings.issuer,
    audience: settings.audience ?? [],
    jwksUri: settings.jwksUri,
    jwks: settings.jwks as JSONWebKeySet | undefined,
    algorithms: settings.algorithms ?? (settings.issuer === undefined ? [] : ["RS256", "ES256"]),
    claims: settings.claims ?? {},
    subjectClaim: settings.subjectClaim,
    sharedSecret: settings.sharedSecret,
    subject: settings.subject,
    roles: Object.fromEntries(Object.entries(settings.roles).map(([name, role]) => [name, roleOf(role, settings)])),
  };
}

/** Returns a role. Settings that the role does not have are those of its grant. */
function roleOf(role: GrantSettings["roles"][string], grant: SessionSettings): Role {
  const own = typeof role === "string" ? { arn: role } : role;
  // A member that is undefined must not remove the grant's limit.
  const set = Object.entries(own).filter(([, value]) => value !== undefined);
  const settings: SessionSettings = { ...grant, ...Object.fromEntries(set) };
  return {
    arn: own.arn,
    maxDurationSeconds: settings.maxDurationSeconds ?? 3600,
    minRemainingSeconds: settings.minRemainingSeconds,
    sessionPolicy: settings.sessionPolicy,
    policyArns: settings.policyArns ?? [],
    tags: settings.tags ?? {},
    transitiveTags: settings.transitiveTags ?? [],
    sourceIdentity: settings.sourceIdentity ?? false,
    externalId: settings.externalId,
  };
}

// --- The configuration

const signIn = v.pipe(
  v.strictObject({
    issuer: issuerUrl,
    clientId: string,
    clientSecret: v.optional(secretName),
    scope: v.optional(
      v.pipe(
        v.string(),
        v.check((scope) => scope.split(" ").includes("openid"), "must contain openid"),
      ),
    ),
  }) satisfies v.GenericSchema<SignInInput>,
  v.transform(({ issuer, clientId, clientSecret, scope = "openid" }) => ({ issuer, clientId, clientSecret, scope })),
);

/** Validates individual fields. Rules that involve several fields are in `configuration-rules.ts`. */
export const configurationSchema: v.GenericSchema<ConfigurationInput, Configuration> = v.pipe(
  v.strictObject({
    $schema: v.optional(v.string()),
    issuer: v.optional(publicUrl),
    credentials: v.optional(v.picklist(["issuer", "keys"], 'must be "issuer" or "keys"')),
    region: string,
    endpoint: v.optional(url),
    s3Endpoint: v.optional(url),
    origins: v.optional(v.array(origin)),
    signIn: v.optional(signIn),
    keysPerHour: v.optional(integer(1, 10_000)),
    staleKeysSeconds: v.optional(integer(600, 86_400)),
    grants: nonEmptyList(grantSchema),
  }),
  v.transform((settings) => ({
    issuer: settings.issuer,
    credentials: settings.credentials ?? "issuer",
    region: settings.region,
    endpoint: settings.endpoint,
    s3Endpoint: settings.s3Endpoint,
    origins: settings.origins ?? [],
    signIn: settings.signIn,
    keysPerHour: settings.keysPerHour ?? 60,
    staleKeysSeconds: settings.staleKeysSeconds ?? 3600,
    grants: settings.grants.map(withDefaults),
  })),
);
