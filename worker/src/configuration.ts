// The configuration: validated when it is defined and when the Worker starts. All mistakes are reported together.

import * as v from "valibot";

import type { ConfigurationInput } from "./configuration-input.js";
import { type Mistake, mistakesIn } from "./configuration-rules.js";
import { configurationSchema, defaultMessage } from "./configuration-schema.js";
import { hasRepeatedMember, jsonObject } from "./json.js";
import { mistakesInSigningKeys } from "./signing-keys.js";
import type { Configuration, Environment, Grant } from "./types.js";

/**
 * Mistakes in the configuration, the secrets or the bindings. The message has the path of each field, but never a
 * value.
 */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";

  constructor(readonly mistakes: Mistake[]) {
    super(mistakes.map(({ path, message }) => `${path} ${message}`).join("; "));
  }
}

/**
 * Returns the configuration unchanged, after validation. Throws a {@link ConfigurationError} with all mistakes.
 *
 * @example
 * export default defineConfig({
 *   issuer: "https://sts.example.org",
 *   region: "eu-central-1",
 *   grants: [
 *     {
 *       name: "deploy",
 *       issuer: "https://token.actions.githubusercontent.com",
 *       audience: "sts.example.org",
 *       claims: { repository: "octo-org/octo-repo", ref: "refs/heads/main" },
 *       roles: { deploy: "arn:aws:iam::123456789012:role/deploy" },
 *     },
 *   ],
 * });
 */
export function defineConfig(configuration: ConfigurationInput): ConfigurationInput {
  parseConfiguration(configuration);
  return configuration;
}

/**
 * Returns a configuration with all defaults filled in. Accepts an object or its JSON. Throws a {@link
 * ConfigurationError}.
 */
export function parseConfiguration(input: unknown): Configuration {
  const value = typeof input === "string" ? parsed(input) : input;
  // valibot's objects also accept lists.
  const object = Array.isArray(value) ? null : value;
  const { success, output, issues } = v.safeParse(configurationSchema, object, { message: defaultMessage });
  const mistakes = success ? [...reservedNames(value), ...mistakesIn(output)] : unique(issues.map(mistakeOf));
  if (!success || mistakes.length > 0) throw new ConfigurationError(mistakes);
  return output;
}

/** Returns the object in a JSON text, or the text if it has none. */
function parsed(text: string): unknown {
  const object = jsonObject(text);
  // If a claim is in a grant twice, the grant would accept what the first one excludes.
  if (object && hasRepeatedMember(text))
    throw new ConfigurationError([mistakeAt([], "has a member twice in an object")]);
  return object ?? text;
}

function mistakeOf({ path, message }: v.BaseIssue<unknown>): Mistake {
  return mistakeAt(
    (path ?? []).map(({ key }) => key),
    message,
  );
}

function mistakeAt(path: unknown[], message: string): Mistake {
  const keys = path.map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`));
  return { path: keys.join("").replace(/^\./, "") || "the configuration", message };
}

/** Finds fields, claims and roles that have a name which every object has, such as `constructor`: valibot ignores them. */
function reservedNames(value: unknown, path: (string | number)[] = []): Mistake[] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item, index) => reservedNames(item, [...path, index]));
  // IAM policies and JWKS are objects of other specifications.
  if (["sessionPolicy", "jwks"].includes(String(path.at(-1)))) return [];
  return Object.entries(value).flatMap(([name, member]) => {
    if (name === "prototype" || name in Object.prototype) return [mistakeAt([...path, name], "has a reserved name")];
    return reservedNames(member, [...path, name]);
  });
}

function unique(mistakes: Mistake[]): Mistake[] {
  return [...new Map(mistakes.map((mistake) => [JSON.stringify(mistake), mistake])).values()];
}

// --- In the Worker

/** The configuration, or a function that loads it from a binding, as an object or as JSON. */
export type ConfigurationSource = ConfigurationInput | ((env: Environment) => unknown);

/** How long a configuration from a binding is used, in milliseconds. */
const RELOAD_INTERVAL = 60_000;

let source: ConfigurationSource | undefined;
let cached: Configuration | undefined;
/** Time at which the configuration was loaded from its binding, in milliseconds since 1970. */
let loaded = 0;

/** Sets the configuration of this Worker. Throws a {@link ConfigurationError} if it is an invalid object. */
export function useConfiguration(configuration: ConfigurationSource): void {
  if (typeof configuration !== "function") parseConfiguration(configuration);
  source = configuration;
  cached = undefined;
}

/**
 * Returns the Worker's configuration, validated once, together with the secrets. Throws a {@link ConfigurationError}.
 */
export function configurationOf(env: Environment): Configuration {
  cached ??= withSecrets(parseConfiguration(typeof source === "function" ? undefined : source), env);
  return cached;
}

/**
 * Loads a configuration from its binding, at most once a minute. If a later one is invalid or cannot be loaded, the
 * previous one stays in use and the failure is logged. Throws a {@link ConfigurationError} if there is no previous one.
 */
export async function loadConfiguration(env: Environment): Promise<void> {
  if (typeof source !== "function" || (cached && Date.now() - loaded < RELOAD_INTERVAL)) return;
  try {
    loaded = Date.now();
    cached = withSecrets(parseConfiguration(await source(env)), env);
  } catch (error) {
    if (!cached) throw error;
    console.error(
      JSON.stringify({ configuration: error instanceof ConfigurationError ? error.message : "not loaded" }),
    );
  }
}

/** Turns off grants, and the sign-in, whose secret is missing or invalid. The rest of the configuration works. */
function withSecrets(configuration: Configuration, env: Environment): Configuration {
  const { signIn, grants } = configuration;
  const inGrants = grants.map((grant, index) => mistakesInSecret(grant, env).map(inGrant(index)));
  const inSignIn = signIn?.clientSecret === undefined || hasSecret(env, signIn.clientSecret) ? [] : [NO_CLIENT_SECRET];
  const mistakes = [...mistakesInBindings(configuration, env), ...mistakesInSubjects(grants, env)];
  if (mistakes.length > 0) throw new ConfigurationError(mistakes);
  const off = [...inGrants.flat(), ...inSignIn].map(({ path, message }) => `${path} ${message}`);
  if (off.length > 0) console.error(JSON.stringify({ off }));
  return {
    ...configuration,
    grants: grants.filter((_, index) => inGrants[index]!.length === 0),
    signIn: inSignIn.length === 0 ? signIn : undefined,
    off,
  };
}

function inGrant(index: number) {
  return ({ path, message }: Mistake): Mistake => ({ path: `grants[${index}].${path}`, message });
}

function mistakesInBindings({ credentials }: Configuration, env: Environment): Mistake[] {
  const secrets = credentials === "keys" ? ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"] : ["SIGNING_KEY"];
  const mistakes: Mistake[] = [];
  for (const path of ["CALLERS", "RATE_LIMITER"]) {
    if (!env[path]) mistakes.push({ path, message: "binding is missing; copy it from the template's wrangler.jsonc" });
  }
  for (const path of [...secrets, "STORAGE_KEY"]) {
    const message = `secret is missing: npx wrangler secret put ${path}`;
    if (!hasSecret(env, path)) mistakes.push({ path, message });
  }
  if (credentials === "issuer") mistakes.push(...mistakesInSigningKeys(env));
  if (hasSecret(env, "STORAGE_KEY") && decodedLength(env.STORAGE_KEY) !== 32) {
    mistakes.push({ path: "STORAGE_KEY", message: "must be 32 bytes in base64: openssl rand -base64 32" });
  }
  return mistakes;
}

/** The message does not repeat the name: the field may contain the secret itself by mistake. */
const NAME_OF_A_SECRET = "must be the name of one of the Worker's secrets: npx wrangler secret put NAME";

const NO_CLIENT_SECRET = { path: "signIn.clientSecret", message: NAME_OF_A_SECRET };

function mistakesInSecret({ sharedSecret }: Grant, env: Environment): Mistake[] {
  if (sharedSecret === undefined) return [];
  if (!hasSecret(env, sharedSecret)) return [{ path: "sharedSecret", message: NAME_OF_A_SECRET }];
  const value = String(env[sharedSecret]);
  const start = `names the secret ${sharedSecret}, which must`;
  if (value.length < 32) return [{ path: "sharedSecret", message: `${start} have at least 32 characters` }];
  // Other characters cannot be sent in a header, and a secret of three parts would be taken for a JWT.
  if (/^[!-~]+$/.test(value) && value.split(".").length !== 3) return [];
  const message = `${start} be printable ASCII without spaces, and not three parts separated by dots`;
  return [{ path: "sharedSecret", message }];
}

/** A secret identifies one caller. Secrets with different names can have the same value, so the values are compared. */
function mistakesInSubjects(grants: Grant[], env: Environment): Mistake[] {
  const subjects = new Map<unknown, string | undefined>();
  const mistakes: Mistake[] = [];
  for (const [index, { sharedSecret, subject }] of grants.entries()) {
    if (sharedSecret === undefined || !hasSecret(env, sharedSecret)) continue;
    const value = env[sharedSecret];
    if (subjects.has(value) && subjects.get(value) !== subject) {
      const message = "must be the same in all grants with the same secret";
      mistakes.push({ path: `grants[${index}].subject`, message });
    }
    subjects.set(value, subject);
  }
  return mistakes;
}

function hasSecret(env: Environment, name: string): boolean {
  return typeof env[name] === "string" && env[name] !== "";
}

function decodedLength(base64: string): number {
  try {
    return atob(base64).length;
  } catch {
    return 0;
  }
}
