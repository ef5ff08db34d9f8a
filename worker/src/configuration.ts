// Reads and validates the configuration before the first request is handled. Messages name the field and never a value.

import { isJsonObject } from "./body.js";
import type { Configuration, Environment, Grant, SignIn } from "./types.js";

/** A mistake in the configuration. The message names the field and says what it must be. */
export class ConfigurationError extends Error {}

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
];
const ROLE_ARN = /^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/;

let cached: Configuration | undefined;

/** Returns the Worker's configuration, which is validated once. Throws a {@link ConfigurationError}. */
export function configurationOf(env: Environment): Configuration {
  cached ??= readConfiguration(env);
  return cached;
}

function readConfiguration(env: Environment): Configuration {
  checkBindings(env);
  const fields = new Fields(
    "CONFIGURATION",
    typeof env.CONFIGURATION === "string" ? parseObject(env.CONFIGURATION) : env.CONFIGURATION,
  );
  const configuration: Configuration = {
    region: fields.requiredString("region"),
    endpoint: fields.url("endpoint"),
    s3Endpoint: fields.url("s3Endpoint"),
    origins: fields.strings("origins", []),
    signIn: fields.has("signIn") ? readSignIn(fields.object("signIn"), env) : undefined,
    keysPerHour: fields.integer("keysPerHour", 60, 1, 10_000),
    grants: fields.objects("grants").map((grant) => readGrant(grant, env)),
  };
  checkOrigins(configuration.origins);
  checkIssuers(configuration.grants);
  checkSubjects(configuration.grants, env);
  checkSignIn(configuration);
  fields.rejectUnknown();
  return configuration;
}

function checkBindings(env: Environment): void {
  for (const name of ["CALLERS", "RATE_LIMITER"]) {
    if (!env[name]) fail(name, "binding is missing; copy it from the repository's wrangler.jsonc");
  }
  for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "STORAGE_KEY"]) requireSecret(env, name, name);
  if (decodedLength(env.STORAGE_KEY) !== 32) fail("STORAGE_KEY", "must be 32 bytes in base64: openssl rand -base64 32");
}

function checkOrigins(origins: string[]): void {
  for (const [index, origin] of origins.entries()) {
    if (URL.canParse(origin) && new URL(origin).origin === origin) continue;
    fail(`CONFIGURATION.origins[${index}]`, "must be an origin without a path, such as https://example.org");
  }
}

/** The key set and the algorithms that verify a token are chosen by its issuer, before any claim can be trusted. */
function checkIssuers(grants: Grant[]): void {
  for (const [index, { issuer, jwksUri, algorithms }] of grants.entries()) {
    const first = grants.find((grant) => grant.issuer === issuer)!;
    for (const [name, value, expected] of [
      ["jwksUri", jwksUri, first.jwksUri],
      ["algorithms", `${algorithms}`, `${first.algorithms}`],
    ]) {
      if (issuer === undefined || value === expected) continue;
      fail(`CONFIGURATION.grants[${index}].${name}`, `must be the same in all grants of ${issuer}`);
    }
  }
}

/** A secret identifies one caller. Secrets with different names may have the same value, so values are compared. */
function checkSubjects(grants: Grant[], env: Environment): void {
  const subjects = new Map<unknown, string | undefined>();
  for (const [index, { sharedSecret, subject }] of grants.entries()) {
    if (sharedSecret === undefined) continue;
    const value = env[sharedSecret];
    if (subjects.has(value) && subjects.get(value) !== subject) {
      fail(`CONFIGURATION.grants[${index}].subject`, "must be the same in all grants with the same secret");
    }
    subjects.set(value, subject);
  }
}

function checkSignIn({ signIn, grants }: Configuration): void {
  if (!signIn) return;
  const { issuer, clientId } = signIn;
  if (grants.some((grant) => grant.issuer === issuer && grant.audience === clientId)) return;
  fail("CONFIGURATION.signIn", "matches no grant; add one with its issuer, and with its clientId as the audience");
}

// --- Grants

function readGrant(fields: Fields, env: Environment): Grant {
  const issuer = fields.url("issuer");
  const sharedSecret = fields.optionalString("sharedSecret");
  if ((issuer === undefined) === (sharedSecret === undefined)) {
    fields.fail("issuer", "or sharedSecret is required, and not both");
  }
  const grant: Grant = {
    ...(sharedSecret === undefined ? readTokenFields(fields, issuer!) : readSecretFields(fields, sharedSecret, env)),
    roles: readRoles(fields),
    maxDurationSeconds: fields.integer("maxDurationSeconds", 3600, 900, 43_200),
    sessionPolicy: fields.json("sessionPolicy"),
  };
  fields.rejectUnknown();
  return grant;
}

function readRoles(fields: Fields): Record<string, string> {
  const roles = fields.record("roles");
  if (Object.keys(roles).length === 0) fields.fail("roles", "must have at least one role");
  for (const [name, arn] of Object.entries(roles)) {
    if (!/^[\w.-]{1,64}$/.test(name)) {
      fields.fail("roles", `has the invalid short name ${name}; use 1 to 64 letters, digits and _.-`);
    }
    if (!ROLE_ARN.test(arn)) fields.fail(`roles.${name}`, "must be the ARN of a role");
  }
  return roles;
}

type CallerFields = Omit<Grant, "roles" | "maxDurationSeconds" | "sessionPolicy">;

/** Only grants for tokens have these fields. In a grant for a machine they would limit nothing, so there they are unknown. */
function readTokenFields(fields: Fields, issuer: string): CallerFields {
  const algorithms = fields.strings("algorithms", ["RS256", "ES256"]);
  for (const algorithm of algorithms) {
    if (ALGORITHMS.includes(algorithm)) continue;
    fields.fail("algorithms", `has ${algorithm}; supported are ${ALGORITHMS.join(", ")}`);
  }
  return {
    issuer,
    audience: fields.requiredString("audience"),
    jwksUri: fields.url("jwksUri"),
    algorithms,
    claims: fields.has("claims") ? fields.stringLists("claims") : {},
    tags: fields.has("tags") ? fields.record("tags") : {},
    sharedSecret: undefined,
    subject: undefined,
  };
}

function readSecretFields(fields: Fields, sharedSecret: string, env: Environment): CallerFields {
  const value = requireSecret(env, sharedSecret, `${fields.path}.sharedSecret`);
  if (value.length < 32) {
    fields.fail("sharedSecret", `names the secret ${sharedSecret}, which must have at least 32 characters`);
  }
  // A secret of other characters cannot be sent in the header, and one in three parts would be taken for a JWT.
  if (!/^[!-~]+$/.test(value) || value.split(".").length === 3) {
    fields.fail(
      "sharedSecret",
      `names the secret ${sharedSecret}, which must be printable ASCII without spaces, and not three parts separated by dots`,
    );
  }
  return {
    issuer: undefined,
    audience: undefined,
    jwksUri: undefined,
    algorithms: [],
    claims: {},
    tags: {},
    sharedSecret,
    subject: fields.requiredString("subject"),
  };
}

function readSignIn(fields: Fields, env: Environment): SignIn {
  const clientSecret = fields.optionalString("clientSecret");
  if (clientSecret !== undefined) requireSecret(env, clientSecret, `${fields.path}.clientSecret`);
  const signIn = {
    issuer: fields.url("issuer") ?? fields.fail("issuer", "is required"),
    clientId: fields.requiredString("clientId"),
    clientSecret,
    scope: fields.optionalString("scope") ?? "openid",
  };
  fields.rejectUnknown();
  return signIn;
}

// --- Fields

/** Reads the fields of an object, and knows which ones were not read. */
class Fields {
  readonly #values: Record<string, unknown>;
  readonly #read = new Set<string>();

  constructor(
    readonly path: string,
    value: unknown,
  ) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) fail(path, "must be an object");
    this.#values = value as Record<string, unknown>;
  }

  fail(name: string, message: string): never {
    fail(`${this.path}.${name}`, message);
  }

  /** Whether the field is set. `null` counts as set, and is then rejected: as unset it would lift a limit. */
  has(name: string): boolean {
    this.#read.add(name);
    return Object.hasOwn(this.#values, name);
  }

  optionalString(name: string): string | undefined {
    if (!this.has(name)) return undefined;
    const value = this.#values[name];
    return typeof value === "string" && value !== "" ? value : this.fail(name, "must be a non-empty string");
  }

  requiredString(name: string): string {
    return this.optionalString(name) ?? this.fail(name, "is required");
  }

  /** A URL with https, or with http on loopback. */
  url(name: string): string | undefined {
    const text = this.optionalString(name);
    if (text === undefined) return undefined;
    const url = URL.canParse(text) ? new URL(text) : this.fail(name, "must be a URL");
    const local = url.protocol === "http:" && ["127.0.0.1", "localhost"].includes(url.hostname);
    return url.protocol === "https:" || local ? text : this.fail(name, "must start with https://");
  }

  integer(name: string, defaultValue: number, minimum: number, maximum: number): number {
    const value = this.has(name) ? this.#values[name] : defaultValue;
    const inRange = typeof value === "number" && Number.isInteger(value) && value >= minimum && value <= maximum;
    return inRange ? value : this.fail(name, `must be an integer from ${minimum} to ${maximum}`);
  }

  strings(name: string, defaultValue: string[]): string[] {
    const value = this.has(name) ? this.#values[name] : defaultValue;
    const valid = Array.isArray(value) && value.every((item) => typeof item === "string");
    return valid ? value : this.fail(name, "must be a list of strings");
  }

  object(name: string): Fields {
    return this.has(name) ? new Fields(`${this.path}.${name}`, this.#values[name]) : this.fail(name, "is required");
  }

  objects(name: string): Fields[] {
    const value = this.has(name) ? this.#values[name] : this.fail(name, "is required");
    if (!Array.isArray(value) || value.length === 0) this.fail(name, "must be a non-empty list");
    return value.map((item, index) => new Fields(`${this.path}.${name}[${index}]`, item));
  }

  /** An object whose values are strings. */
  record(name: string): Record<string, string> {
    const fields = this.object(name);
    const names = Object.keys(fields.#values);
    return Object.fromEntries(names.map((key) => [key, fields.requiredString(key)]));
  }

  /** An object whose values are strings or lists of strings. */
  stringLists(name: string): Record<string, string[]> {
    const fields = this.object(name);
    const read = (key: string) =>
      Array.isArray(fields.#values[key]) ? fields.strings(key, []) : [fields.requiredString(key)];
    return Object.fromEntries(Object.keys(fields.#values).map((key) => [key, read(key)]));
  }

  /** A JSON object, written as an object or as a string. Returned as JSON. */
  json(name: string): string | undefined {
    if (!this.has(name)) return undefined;
    const value = this.#values[name];
    const text = typeof value === "string" ? value : JSON.stringify(value);
    return isJsonObject(text) ? text : this.fail(name, "must be a policy in JSON");
  }

  /** Rejects fields that were not read: a misspelled limit would otherwise be ignored. */
  rejectUnknown(): void {
    const unknown = Object.keys(this.#values).find((name) => !this.#read.has(name));
    if (unknown !== undefined) this.fail(unknown, "is an unknown field");
  }
}

/** Returns a secret's value. The message repeats no name: the field may hold the secret itself by mistake. */
function requireSecret(env: Environment, name: string, field: string): string {
  const value = env[name];
  if (typeof value === "string" && value !== "") return value;
  if (field === name) fail(field, `secret is missing: npx wrangler secret put ${name}`);
  return fail(field, "must be the name of one of the Worker's secrets: npx wrangler secret put NAME");
}

function fail(field: string, message: string): never {
  throw new ConfigurationError(`${field} ${message}`);
}

function parseObject(text: string): unknown {
  return isJsonObject(text) ? JSON.parse(text) : fail("CONFIGURATION", "must be a JSON object");
}

function decodedLength(base64: string): number {
  try {
    return atob(base64).length;
  } catch {
    return 0;
  }
}
