// What the Worker may give to whom. Read and checked before anything is answered; messages name the field.

import { isObject } from "./body.js";
import type { Environment } from "./types.js";

/** Whom a grant is for: callers with a token of an issuer, or a machine with a shared secret. */
export interface Grant {
  /** The issuer of the token, as its claim `iss` has it. */
  issuer: string | undefined;
  /** What the token's claim `aud` must have. */
  audience: string | undefined;
  /** Where the issuer's keys are; if not given, its discovery document says it. */
  jwksUri: string | undefined;
  /** The signature algorithms that are taken. */
  algorithms: string[];
  /** Claims, and the values of which each must have one. */
  claims: Record<string, string[]>;
  /** The name of the Worker's secret that a machine proves itself with, and who the machine is. */
  sharedSecret: string | undefined;
  subject: string | undefined;
  /** The roles that may be taken on: short names, and their ARNs. */
  roles: Record<string, string>;
  /** The longest that role keys may work, in seconds. */
  maxDurationSeconds: number;
  /** An IAM policy in JSON that limits every session. */
  sessionPolicy: string | undefined;
  /** Session tags: their keys, and the claims that give their values. */
  tags: Record<string, string>;
}

/** How people sign in on the page: OpenID Connect, authorization code flow. */
export interface SignIn {
  issuer: string;
  clientId: string;
  /** The name of the Worker's secret that is the client's, where it has one. */
  clientSecret: string | undefined;
  scope: string;
}

export interface Configuration {
  region: string;
  /** Endpoints of one's own, in place of AWS's. */
  endpoint: string | undefined;
  s3Endpoint: string | undefined;
  /** Other origins whose pages may ask. */
  origins: string[];
  signIn: SignIn | undefined;
  /** How often STS is asked for one caller's keys, in an hour, at most. */
  keysPerHour: number;
  grants: Grant[];
}

/** A mistake in the configuration, with the field that has it. */
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
const ROLE = /^arn:aws[\w-]*:iam::\d{12}:role\/[\w+=,.@/-]+$/;

let known: Configuration | undefined;

/** The configuration of this Worker, checked when it is first asked for. Throws a {@link ConfigurationError}. */
export function configurationOf(env: Environment): Configuration {
  return (known ??= readConfiguration(env));
}

function readConfiguration(env: Environment): Configuration {
  for (const name of ["CALLERS", "RATE_LIMITER"])
    if (!env[name]) fail(name, "is a binding that is missing; wrangler.jsonc has it");
  for (const name of ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "STORAGE_KEY"]) secret(env, name, name);
  if (decodedLength(env.STORAGE_KEY) !== 32) fail("STORAGE_KEY", "must be 32 bytes in base64: openssl rand -base64 32");
  const given = new Fields(
    "CONFIGURATION",
    typeof env.CONFIGURATION === "string" ? parsed(env.CONFIGURATION) : env.CONFIGURATION,
  );
  const configuration: Configuration = {
    region: given.text("region"),
    endpoint: given.url("endpoint"),
    s3Endpoint: given.url("s3Endpoint"),
    origins: given.texts("origins", []),
    signIn: given.has("signIn") ? signIn(given.fields("signIn"), env) : undefined,
    keysPerHour: given.whole("keysPerHour", 60, 1, 10_000),
    grants: given.list("grants").map((one) => grant(one, env)),
  };
  for (const [index, origin] of configuration.origins.entries()) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin) {
      fail(`CONFIGURATION.origins[${index}]`, "must be an origin, as https://example.org, with nothing after it");
    }
  }
  agree(configuration.grants);
  agreeOnSubjects(configuration.grants, env);
  const { signIn: door, grants } = configuration;
  if (door && !grants.some(({ issuer, audience }) => issuer === door.issuer && audience === door.clientId)) {
    fail(
      "CONFIGURATION.signIn",
      "lets people in for whom there is no grant; one must have its issuer, and its clientId as the audience",
    );
  }
  given.nothingElse();
  return configuration;
}

/** Whose keys check a token, and with which algorithms, is known of its issuer before anything is known of its claims. */
function agree(grants: Grant[]): void {
  for (const [index, { issuer, jwksUri, algorithms }] of grants.entries()) {
    const first = grants.find((grant) => grant.issuer === issuer)!;
    for (const [name, one, other] of [
      ["jwksUri", jwksUri, first.jwksUri],
      ["algorithms", `${algorithms}`, `${first.algorithms}`],
    ]) {
      if (issuer !== undefined && one !== other)
        fail(`CONFIGURATION.grants[${index}].${name}`, `must be the same in all grants of ${issuer}`);
    }
  }
}

/** Whoever has a secret is one caller. Two names may have the same secret, so their values are compared. */
function agreeOnSubjects(grants: Grant[], env: Environment): void {
  const subjects = new Map<unknown, string | undefined>();
  for (const [index, { sharedSecret, subject }] of grants.entries()) {
    if (sharedSecret === undefined) continue;
    const value = env[sharedSecret];
    if (subjects.has(value) && subjects.get(value) !== subject) {
      fail(`CONFIGURATION.grants[${index}].subject`, "must be the same in all grants of one secret");
    }
    subjects.set(value, subject);
  }
}

function grant(given: Fields, env: Environment): Grant {
  const issuer = given.url("issuer");
  const sharedSecret = given.optional("sharedSecret");
  if ((issuer === undefined) === (sharedSecret === undefined))
    given.fail("issuer", "or sharedSecret must be there, and not both");
  const roles = given.record("roles");
  if (Object.keys(roles).length === 0) given.fail("roles", "must have a role");
  for (const [name, arn] of Object.entries(roles)) {
    if (!/^[\w.-]{1,64}$/.test(name))
      given.fail("roles", `has the short name ${name}; it may have letters, digits and _.-`);
    if (!ROLE.test(arn)) given.fail(`roles.${name}`, "must be the ARN of a role");
  }
  const read: Grant = {
    ...(sharedSecret === undefined ? ofIssuer(given, issuer!) : ofMachine(given, sharedSecret, env)),
    roles,
    maxDurationSeconds: given.whole("maxDurationSeconds", 3600, 900, 43_200),
    sessionPolicy: given.json("sessionPolicy"),
  };
  given.nothingElse();
  return read;
}

type ForWhom = Omit<Grant, "roles" | "maxDurationSeconds" | "sessionPolicy">;

/** What is about tokens is read here alone: a machine has none, so in its grant it would limit nothing, and is refused. */
function ofIssuer(given: Fields, issuer: string): ForWhom {
  const algorithms = given.texts("algorithms", ["RS256", "ES256"]);
  for (const one of algorithms) {
    if (!ALGORITHMS.includes(one)) given.fail("algorithms", `has ${one}; it may have ${ALGORITHMS.join(", ")}`);
  }
  return {
    issuer,
    audience: given.text("audience"),
    jwksUri: given.url("jwksUri"),
    algorithms,
    claims: given.has("claims") ? given.choices("claims") : {},
    tags: given.has("tags") ? given.record("tags") : {},
    sharedSecret: undefined,
    subject: undefined,
  };
}

function ofMachine(given: Fields, sharedSecret: string, env: Environment): ForWhom {
  const value = secret(env, sharedSecret, `${given.path}.sharedSecret`);
  if (value.length < 32)
    given.fail("sharedSecret", `names the secret ${sharedSecret}, which must have 32 characters at least`);
  // Another would not come through the header, or be taken for a token.
  if (!/^[!-~]+$/.test(value) || value.split(".").length === 3) {
    given.fail(
      "sharedSecret",
      `names the secret ${sharedSecret}, which must be of ASCII letters, with no space and not in three parts, as a JWT is`,
    );
  }
  const subject = given.text("subject");
  return {
    issuer: undefined,
    audience: undefined,
    jwksUri: undefined,
    algorithms: [],
    claims: {},
    tags: {},
    sharedSecret,
    subject,
  };
}

function signIn(given: Fields, env: Environment): SignIn {
  const clientSecret = given.optional("clientSecret");
  if (clientSecret !== undefined) secret(env, clientSecret, `${given.path}.clientSecret`);
  const issuer = given.url("issuer") ?? given.fail("issuer", "is missing");
  const read = { issuer, clientId: given.text("clientId"), clientSecret, scope: given.optional("scope") ?? "openid" };
  given.nothingElse();
  return read;
}

/** The fields of an object, each read once. */
class Fields {
  readonly #given: Record<string, unknown>;
  readonly #read = new Set<string>();

  constructor(
    readonly path: string,
    given: unknown,
  ) {
    if (typeof given !== "object" || given === null || Array.isArray(given)) fail(path, "must be an object");
    this.#given = given as Record<string, unknown>;
  }

  fail(name: string, words: string): never {
    fail(`${this.path}.${name}`, words);
  }

  has(name: string): boolean {
    this.#read.add(name);
    // null is there, and a mistake: it would silently not limit.
    return Object.hasOwn(this.#given, name);
  }

  optional(name: string): string | undefined {
    if (!this.has(name)) return undefined;
    const value = this.#given[name];
    return typeof value === "string" && value !== "" ? value : this.fail(name, "must be a text");
  }

  text(name: string): string {
    return this.optional(name) ?? this.fail(name, "is missing");
  }

  /** Over https, or http where it is this machine's own. */
  url(name: string): string | undefined {
    const text = this.optional(name);
    if (text === undefined) return undefined;
    const url = URL.canParse(text) ? new URL(text) : this.fail(name, "must be a URL");
    const local = url.protocol === "http:" && ["127.0.0.1", "localhost"].includes(url.hostname);
    return url.protocol === "https:" || local ? text : this.fail(name, "must begin with https://");
  }

  whole(name: string, otherwise: number, least: number, most: number): number {
    const value = this.has(name) ? this.#given[name] : otherwise;
    const inRange = typeof value === "number" && Number.isInteger(value) && value >= least && value <= most;
    return inRange ? value : this.fail(name, `must be a whole number from ${least} to ${most}`);
  }

  texts(name: string, otherwise: string[]): string[] {
    const value = this.has(name) ? this.#given[name] : otherwise;
    const areTexts = Array.isArray(value) && value.every((one) => typeof one === "string");
    return areTexts ? value : this.fail(name, "must be a list of texts");
  }

  fields(name: string): Fields {
    return this.has(name) ? new Fields(`${this.path}.${name}`, this.#given[name]) : this.fail(name, "is missing");
  }

  list(name: string): Fields[] {
    const value = this.has(name) ? this.#given[name] : this.fail(name, "is missing");
    if (!Array.isArray(value) || value.length === 0) this.fail(name, "must be a list with something in it");
    return value.map((one, index) => new Fields(`${this.path}.${name}[${index}]`, one));
  }

  record(name: string): Record<string, string> {
    const { path } = this.fields(name);
    const entries = Object.entries(this.#given[name] as object);
    for (const [key, value] of entries)
      if (typeof value !== "string" || value === "") fail(`${path}.${key}`, "must be a text");
    return Object.fromEntries(entries);
  }

  /** Each a text or a list of texts. */
  choices(name: string): Record<string, string[]> {
    const inner = this.fields(name);
    const keys = Object.keys(this.#given[name] as object);
    return Object.fromEntries(
      keys.map((key) => [key, Array.isArray(inner.#given[key]) ? inner.texts(key, []) : [inner.text(key)]]),
    );
  }

  /** A JSON document, given as a text or as itself. */
  json(name: string): string | undefined {
    if (!this.has(name)) return undefined;
    const value = this.#given[name];
    const text = typeof value === "string" ? value : JSON.stringify(value);
    if (!isObject(text)) this.fail(name, "must be a policy in JSON");
    return text;
  }

  /** A field that nobody reads is a mistake: misspelt, it would silently not limit. */
  nothingElse(): void {
    const other = Object.keys(this.#given).find((name) => !this.#read.has(name));
    if (other !== undefined) this.fail(other, "is not a field that is known");
  }
}

/** A secret by its name. In place of a name a field may have the secret itself, so that it is not repeated. */
function secret(env: Environment, name: string, field: string): string {
  const value = env[name];
  if (typeof value === "string" && value !== "") return value;
  const put = `npx wrangler secret put ${field === name ? name : "NAME"}`;
  return fail(
    field,
    field === name ? `is a secret that is missing: ${put}` : `must be the name of a secret that the Worker has: ${put}`,
  );
}

function fail(field: string, words: string): never {
  throw new ConfigurationError(`${field} ${words}`);
}

function parsed(text: string): unknown {
  return isObject(text) ? JSON.parse(text) : fail("CONFIGURATION", "must be an object in JSON");
}

function decodedLength(base64: string): number {
  try {
    return atob(base64).length;
  } catch {
    return 0;
  }
}
