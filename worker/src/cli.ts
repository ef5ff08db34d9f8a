#!/usr/bin/env node
// The command line: npx sts-web-worker.

import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

import { decodeJwt, type JWTPayload } from "jose";

import { isJsonObject } from "./body.js";
import { awsTemplate, ConfigurationError, type ConfigurationInput, checkConfiguration, explain } from "./config.js";
import { ALGORITHMS, generateSigningKey } from "./keygen.js";

const USAGE = `npx sts-web-worker keygen [--algorithm RS256]
    prints a new signing key, for the secret SIGNING_KEY or NEXT_SIGNING_KEY:
    npx sts-web-worker keygen | npx wrangler secret put SIGNING_KEY
npx sts-web-worker check [FILE]
    validates the configuration, and warns of valid but risky settings
npx sts-web-worker explain [FILE] (--token TOKEN | --claims JSON)
    prints which grants match a token, and which claim of the others does not; "-" reads standard input
npx sts-web-worker aws-template [FILE] [--account ID] [--require-role-in-token]
    prints a CloudFormation template with the OIDC provider and the roles

FILE is a TypeScript, JavaScript or JSON file. Default: broker.config.ts.`;

/** An error in the user's input. Its message is printed without a stack trace. */
class UsageError extends Error {}

type Options = Record<string, string | boolean | undefined>;

const COMMANDS: Record<string, (file: string, options: Options) => Promise<void>> = {
  keygen: async (_, { algorithm = "RS256" }) => {
    if (!ALGORITHMS.includes(String(algorithm)))
      throw new UsageError(`--algorithm must be one of ${ALGORITHMS.join(", ")}`);
    if (process.stdout.isTTY)
      console.error("This is a secret: pipe it instead, … | npx wrangler secret put SIGNING_KEY");
    const { privateKey, kid } = await generateSigningKey(String(algorithm));
    console.error(`The key's ID is ${kid}.`);
    console.log(JSON.stringify(privateKey));
  },
  check: async (file) => {
    const warnings = checkConfiguration(await load(file));
    for (const { path, message } of warnings) console.log(`warning: ${path} ${message}`);
    const count = `${warnings.length} warning${warnings.length === 1 ? "" : "s"}`;
    console.log(`${file} is valid${warnings.length > 0 ? `, with ${count}` : ""}`);
  },
  explain: async (file, { token, claims }) => {
    const explanations = explain(await load(file), await claimsOf(token, claims));
    for (const { grant, matches, reason, roles } of explanations) {
      console.log(matches ? `${grant}: matches; roles: ${roles.join(", ")}` : `${grant}: ${reason}`);
    }
    if (!explanations.some(({ matches }) => matches)) process.exitCode = 1;
  },
  "aws-template": async (file, options) => {
    const template = await awsTemplate(await load(file), {
      account: options["account"] as string | undefined,
      requireRoleInToken: options["require-role-in-token"] === true,
    });
    console.log(JSON.stringify(template, undefined, 2));
  },
};

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      algorithm: { type: "string" },
      account: { type: "string" },
      claims: { type: "string" },
      "require-role-in-token": { type: "boolean" },
      token: { type: "string" },
    },
  });
  const [name = "", file = "broker.config.ts", ...rest] = positionals;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (!command || rest.length > 0) throw new UsageError(USAGE);
  await command(file, values);
}

/** Returns the default export of a module, or the content of a JSON file. */
async function load(file: string): Promise<ConfigurationInput> {
  const path = resolve(file);
  try {
    if (path.endsWith(".json")) return JSON.parse(await readFile(path, "utf8"));
    const { default: configuration } = await import(pathToFileURL(path).href);
    if (typeof configuration === "object") return configuration;
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ERR_UNKNOWN_FILE_EXTENSION")
      throw new UsageError(`${file} needs Node 22.18 or newer, which runs TypeScript`);
    throw new UsageError(`${file} could not be loaded: ${message}`);
  }
  throw new UsageError(`${file} must have the configuration as its default export`);
}

async function claimsOf(token: Options[string], claims: Options[string]): Promise<JWTPayload> {
  if ((token === undefined) === (claims === undefined)) throw new UsageError("either --token or --claims is required");
  const argument = String(token ?? claims);
  const value = argument === "-" ? (await text(process.stdin)).trim() : argument;
  if (token === undefined) {
    if (isJsonObject(value)) return JSON.parse(value);
    throw new UsageError("--claims must be a JSON object");
  }
  try {
    return decodeJwt(value);
  } catch {
    // The message must not repeat the token.
    throw new UsageError("--token must be a JWT");
  }
}

main().catch((error: unknown) => {
  if (error instanceof ConfigurationError) {
    for (const { path, message } of error.mistakes) console.error(`error: ${path} ${message}`);
  } else if (error instanceof UsageError || error instanceof TypeError) console.error(error.message);
  else console.error(error);
  process.exitCode = 1;
});
