#!/usr/bin/env node
// The command line: npx sts-web-worker.

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { pathToFileURL } from "node:url";
import { parseArgs } from "node:util";

import type { JWTPayload } from "jose";

import { awsTemplate, ConfigurationError, type ConfigurationInput, checkConfiguration, explain } from "./config.js";
import { jsonObject } from "./json.js";
import { ALGORITHMS, generateSigningKey } from "./keygen.js";
import { MalformedToken, readToken } from "./token.js";

const USAGE = `npx sts-web-worker keygen [--algorithm RS256]
    prints a new signing key, for the secret SIGNING_KEY or NEXT_SIGNING_KEY:
    npx sts-web-worker keygen | npx wrangler secret put SIGNING_KEY
npx sts-web-worker check [FILE]
    validates the configuration, and warns of valid but risky settings
npx sts-web-worker explain [FILE] (--token TOKEN | --claims JSON)
    prints which grants match a token, and which claim of the others does not; "-" reads standard input
npx sts-web-worker aws-template [FILE] [--account ID] [--require-role-in-token]
    prints a CloudFormation template with the OIDC provider and the roles

FILE is a TypeScript, JavaScript or JSON file. Default: broker.config.ts.
--help prints this text, and --version the version of the package.`;

const OPTIONS = {
  algorithm: { type: "string" },
  account: { type: "string" },
  claims: { type: "string" },
  help: { type: "boolean", short: "h" },
  "require-role-in-token": { type: "boolean" },
  token: { type: "string" },
  version: { type: "boolean", short: "v" },
} as const;

/** An error in the user's input. Its message is printed without a stack trace. */
class UsageError extends Error {}

type Options = Record<string, string | boolean | undefined>;

interface Command {
  takesFile: boolean;
  /** The names of the options that it takes. */
  options: string[];
  run(file: string, options: Options): Promise<void>;
}

const COMMANDS: Record<string, Command> = {
  keygen: {
    takesFile: false,
    options: ["algorithm"],
    run: async (_, { algorithm = "RS256" }) => {
      if (!ALGORITHMS.includes(String(algorithm)))
        throw new UsageError(`--algorithm must be one of ${ALGORITHMS.join(", ")}`);
      if (process.stdout.isTTY)
        console.error("This is a secret: pipe it instead, … | npx wrangler secret put SIGNING_KEY");
      const { privateKey, kid } = await generateSigningKey(String(algorithm));
      console.error(`The key's ID is ${kid}.`);
      console.log(JSON.stringify(privateKey));
    },
  },
  check: {
    takesFile: true,
    options: [],
    run: async (file) => {
      const warnings = checkConfiguration(await load(file));
      for (const { path, message } of warnings) console.log(`warning: ${path} ${message}`);
      const count = `${warnings.length} warning${warnings.length === 1 ? "" : "s"}`;
      console.log(`${file} is valid${warnings.length > 0 ? `, with ${count}` : ""}`);
    },
  },
  explain: {
    takesFile: true,
    options: ["token", "claims"],
    run: async (file, { token, claims }) => {
      const configuration = await load(file);
      const payload = await claimsOf(token, claims);
      const explanations = explain(configuration, payload);
      for (const { grant, matches, reason, roles } of explanations) {
        console.log(matches ? `${grant}: matches; roles: ${roles.join(", ")}` : `${grant}: ${reason}`);
      }
      if (!explanations.some(({ matches }) => matches)) process.exitCode = 1;
      // A token may match a grant, and be rejected by the Worker.
      const { exp } = payload;
      if (token && typeof exp === "number" && exp * 1000 < Date.now()) console.error("warning: the token has expired");
    },
  },
  "aws-template": {
    takesFile: true,
    options: ["account", "require-role-in-token"],
    run: async (file, options) => {
      const template = await awsTemplate(await load(file), {
        account: options["account"] as string | undefined,
        requireRoleInToken: options["require-role-in-token"] === true,
      });
      console.log(JSON.stringify(template, undefined, 2));
    },
  },
};

async function main(): Promise<void> {
  const { positionals, values } = parse();
  const [name, ...files] = positionals;
  if (values.help || name === "help") return console.log(USAGE);
  if (values.version) return console.log(await version());
  if (name === undefined) throw new UsageError(USAGE);
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  // The messages repeat no argument: it could be a token.
  if (!command) throw new UsageError(`unknown command\n\n${USAGE}`);
  if (files.length > (command.takesFile ? 1 : 0)) {
    throw new UsageError(`${name} takes ${command.takesFile ? "one argument, a file" : "no argument"}: see --help`);
  }
  // Ignored, an option that was meant for another command would seem to have its effect.
  const option = Object.keys(values).find((option) => !command.options.includes(option));
  if (option) throw new UsageError(`${name} has no option --${option}: see --help`);
  await command.run(files[0] ?? "broker.config.ts", values);
}

function parse() {
  try {
    return parseArgs({ allowPositionals: true, options: OPTIONS });
  } catch (error) {
    const [sentence] = (error as Error).message.split(/\.\s/);
    throw new UsageError(`${sentence}: see --help`);
  }
}

async function version(): Promise<string> {
  return JSON.parse(await readFile(join(import.meta.dirname, "../package.json"), "utf8")).version;
}

/** Returns the default export of a module, or the content of a JSON file. */
async function load(file: string): Promise<ConfigurationInput> {
  const path = resolve(file);
  if (/eyJ[\w-]*\./.test(file)) throw new UsageError("pass the token as --token TOKEN");
  if (!existsSync(path)) {
    throw new UsageError(`there is no ${path}: run the command in the deployment's folder, or name the configuration`);
  }
  try {
    if (path.endsWith(".json")) return fromJson(await readFile(path, "utf8"));
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

/** Throws if the text is not JSON, with the position. Only the text shows whether a member is in it twice. */
function fromJson(text: string): ConfigurationInput {
  JSON.parse(text);
  return text as unknown as ConfigurationInput;
}

async function claimsOf(token: Options[string], claims: Options[string]): Promise<JWTPayload> {
  if ((token === undefined) === (claims === undefined)) throw new UsageError("either --token or --claims is required");
  const argument = String(token ?? claims);
  const value = (argument === "-" ? await text(process.stdin) : argument).trim();
  if (token === undefined) {
    const object = jsonObject(value);
    if (object) return object;
    throw new UsageError("--claims must be a JSON object");
  }
  try {
    // As it is copied from a header, or from JSON.
    return readToken(value.replace(/^bearer\s+/i, "").replace(/^"(.*)"$/, "$1")).claims;
  } catch (error) {
    if (error instanceof MalformedToken) throw new UsageError(`--token: ${error.message}`);
    throw error;
  }
}

main().catch((error: unknown) => {
  if (error instanceof ConfigurationError) {
    for (const { path, message } of error.mistakes) console.error(`error: ${path} ${message}`);
  } else if (error instanceof UsageError || error instanceof TypeError) console.error(error.message);
  else console.error(error);
  process.exitCode = 1;
});
