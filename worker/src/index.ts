// The Worker: roles at the edge, without keys in the browser. Every route, what it takes and what it gives.

import { consoleUrl, exportCredentials, STSClientError } from "sts-web";
import { type Caller, callerOf, type Line } from "./authentication.js";
import { roleNames, type Wish } from "./authorization.js";
import { isObject, jsonBody } from "./body.js";
import { listBuckets } from "./buckets.js";
import { LONGEST_CALL, stsClient } from "./caller-object.js";
import { type Configuration, ConfigurationError, configurationOf } from "./configuration.js";
import { type KeysGiven, roleKeys } from "./credential-cache.js";
import { Problem, problemOf, problemResponse, whereOf } from "./problem.js";
import { beginSignIn, endSignIn, signOut } from "./sign-in.js";
import type { Environment } from "./types.js";

export { CallerObject } from "./caller-object.js";

/** One request, and what is known of it by now. */
interface Asked {
  request: Request;
  url: URL;
  env: Environment;
  context: ExecutionContext;
  configuration: Configuration;
  /** The line of the log, filled on the way. Nothing secret may be put in. */
  line: Line;
}

type Route = (asked: Asked) => Promise<Response> | Response;

const ROUTES: Record<string, { method: "GET" | "POST"; route: Route }> = {
  "/api/credentials": { method: "POST", route: credentials },
  "/api/identity": { method: "GET", route: identity },
  "/api/buckets": { method: "GET", route: buckets },
  "/api/console": { method: "POST", route: consoleLink },
  "/api/health": { method: "GET", route: health },
  "/api/sign-in": { method: "GET", route: ({ url, env, configuration }) => beginSignIn(url, env, configuration) },
  "/api/sign-in/callback": {
    method: "GET",
    route: ({ request, url, env, configuration, line }) => endSignIn(request, url, env, configuration, line),
  },
  "/api/sign-out": { method: "POST", route: ({ request, url, env, line }) => signOut(request, url, env, line) },
  "/worker.json": { method: "GET", route: forThePage },
};

export default {
  async fetch(request: Request, env: Environment, context: ExecutionContext): Promise<Response> {
    const begun = Date.now();
    const url = new URL(request.url);
    const id = crypto.randomUUID();
    const line: Asked["line"] = { id, method: request.method, route: url.pathname in ROUTES ? url.pathname : "other" };
    let response;
    try {
      response = await answered({ request, url, env, context, line });
    } catch (error) {
      const problem = problemOf(error);
      Object.assign(line, { code: problem.fields.code, requestId: problem.fields.requestId ?? line["requestId"] });
      if (problem.fields.status === 500) line["error"] = whereOf(error);
      response = problemResponse(problem, id);
    }
    for (const [name, value] of Object.entries(headersFor(request, url, env))) response.headers.set(name, value);
    console.log(JSON.stringify({ ...line, status: response.status, milliseconds: Date.now() - begun }));
    return response;
  },
};

async function answered(asked: Omit<Asked, "configuration">): Promise<Response> {
  const { request, url, env } = asked;
  const known = Object.hasOwn(ROUTES, url.pathname) ? ROUTES[url.pathname] : undefined;
  // The path is not repeated: it may be a secret in the wrong place.
  if (!known) throw new Problem(404, "NotFound", "there is no such route");
  const configuration = configured(env, url.pathname);
  const origin = request.headers.get("origin");
  if (origin !== null && origin !== url.origin && !configuration.origins.includes(origin)) {
    throw new Problem(
      403,
      "OriginNotAllowed",
      "pages of this origin may not ask; the configuration's `origins` says which may",
    );
  }
  if (request.method === "OPTIONS" && origin !== null) return new Response(null, { status: 204 });
  if (request.method !== known.method) {
    const headers = { allow: known.method };
    throw new Problem(405, "MethodNotAllowed", `${url.pathname} takes ${known.method}`, { headers });
  }
  return known.route({ ...asked, configuration });
}

function configured(env: Environment, path: string): Configuration {
  try {
    return configurationOf(env);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    console.error(JSON.stringify({ configuration: error.message }));
    // It names fields, and has no value of any.
    const words =
      path === "/api/health" ? error.message : "the Worker's configuration has a mistake; /api/health says which";
    throw new Problem(503, "Misconfigured", words);
  }
}

/** What every answer has; for pages of the origins that are configured, leave to read it. */
function headersFor(request: Request, url: URL, env: Environment): Record<string, string> {
  const headers: Record<string, string> = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    vary: "origin",
  };
  const origin = request.headers.get("origin");
  if (origin === null || origin === url.origin || !originsOf(env).includes(origin)) return headers;
  headers["access-control-allow-origin"] = origin;
  if (request.method === "OPTIONS") {
    headers["access-control-allow-methods"] = "GET, POST";
    headers["access-control-allow-headers"] = "authorization, content-type";
    headers["access-control-max-age"] = "600";
  }
  return headers;
}

function originsOf(env: Environment): string[] {
  try {
    return configurationOf(env).origins;
  } catch {
    return [];
  }
}

// --- The routes

/** Role keys, as a `credential_process` prints them. */
async function credentials(asked: Asked): Promise<Response> {
  const caller = await admitted(asked);
  const { role, durationSeconds, sessionPolicy } = wishOf(
    await jsonBody(asked.request, ["role", "durationSeconds", "sessionPolicy"]),
  );
  const { keys } = await given(asked, caller, { role, durationSeconds, sessionPolicy });
  return answer(exportCredentials(keys, "process"));
}

/** Who the Worker is, and who the caller is to it. */
async function identity(asked: Asked): Promise<Response> {
  const caller = await admitted(asked);
  const { Arn, Account, UserId } = await workersIdentity(asked);
  return json({ worker: { arn: Arn, account: Account, userId: UserId }, caller: described(caller) });
}

/** The buckets that a role sees, a page at a time. */
async function buckets(asked: Asked): Promise<Response> {
  const caller = await admitted(asked);
  const { searchParams } = asked.url;
  const maxBuckets = Number(searchParams.get("maxBuckets") ?? 1000);
  if (!Number.isInteger(maxBuckets) || maxBuckets < 1 || maxBuckets > 10_000) {
    throw new Problem(400, "InvalidParameter", "maxBuckets must be a whole number from 1 to 10000");
  }
  const { keys } = await given(asked, caller, { role: roleIn(searchParams.get("role")) });
  const page = { maxBuckets, continuationToken: searchParams.get("continuationToken") };
  return json(await listBuckets(keys, asked.configuration, page));
}

/** A link that signs in to the AWS console as a role. */
async function consoleLink(asked: Asked): Promise<Response> {
  const caller = await admitted(asked);
  const body = await jsonBody(asked.request, ["role", "durationSeconds", "sessionPolicy", "destination"]);
  const destination = text(body, "destination");
  const { keys } = await given(asked, caller, wishOf(body));
  const { region } = asked.configuration;
  const login = {
    credentials: keys,
    region,
    issuer: asked.url.origin,
    ...(destination !== undefined && { destination }),
  };
  const url = await consoleUrl(login).catch((error: unknown) => {
    const wrong = error instanceof STSClientError && error.name !== "NoSigninToken";
    throw wrong ? new Problem(400, error.name, error.message) : error;
  });
  // AWS's sign-in takes the link for 15 minutes.
  return json({ url, expiresInSeconds: 900 });
}

/** Whether the Worker can do its work: its configuration is right, and its keys are good. */
async function health(asked: Asked): Promise<Response> {
  await workersIdentity(asked);
  return json({ ready: true });
}

/** What the page asks when it loads: whether people sign in here, who has, and the roles that are theirs. */
async function forThePage({ request, env, configuration, line }: Asked): Promise<Response> {
  const caller = await callerOf(request, env, configuration, line).catch((error: unknown) => {
    if (error instanceof Problem) line["code"] = error.fields.code;
    if (error instanceof Problem && error.fields.status === 401) return undefined;
    if (error instanceof Problem && error.fields.code === "NoGrant") return null;
    throw error;
  });
  const { signIn, region, endpoint } = configuration;
  const roles = caller && Object.fromEntries(roleNames(caller).map((name) => [name, sessionArn(caller, name)]));
  const told = caller === null ? { roles: {} } : caller && { subject: caller.subject, roles };
  return json({ signIn: signIn !== undefined, caller: told, region, endpoint });
}

/** Who the caller is in a role: `arn:aws:sts::123456789012:assumed-role/role/session`. */
function sessionArn({ grants, sessionName }: Caller, name: string): string {
  const [, partition, , , account, role] = grants
    .find(({ roles }) => Object.hasOwn(roles, name))!
    .roles[name]!.split(":");
  // The role's path is not part of it.
  return `arn:${partition}:sts::${account}:assumed-role/${role!.split("/").at(-1)}/${sessionName}`;
}

// --- What the routes share

/** The caller, who has proved who it is and asks no oftener than it may. */
async function admitted({ request, env, configuration, line }: Asked): Promise<Caller> {
  const caller = await callerOf(request, env, configuration, line);
  const { success } = await env.RATE_LIMITER.limit({ key: caller.id });
  if (!success) {
    const headers = { "retry-after": "60" };
    throw new Problem(429, "TooManyRequests", "too many requests; ask again in a minute", { headers });
  }
  return caller;
}

async function given({ env, context, line }: Asked, caller: Caller, wish: Wish): Promise<KeysGiven> {
  // A name that is no role's of the caller's may be anything, even a secret.
  if (roleNames(caller).includes(wish.role)) line["role"] = wish.role;
  const given = await roleKeys(env, context, caller, wish);
  Object.assign(line, { from: given.from, requestId: given.requestId });
  return given;
}

function described(caller: Caller): object {
  const { issuer, subject, sessionName } = caller;
  return { issuer, subject, sessionName, roles: roleNames(caller) };
}

interface Identity {
  $metadata: { requestId?: string | undefined };
  Arn?: string | undefined;
  Account?: string | undefined;
  UserId?: string | undefined;
}

let worker: { identity: Promise<Identity>; until: number } | undefined;

/** Who the Worker is to AWS. The log has the id of the answer that said it. */
async function workersIdentity(asked: Asked): Promise<Identity> {
  const identity = await knownIdentity(asked);
  asked.line["requestId"] = identity.$metadata.requestId;
  return identity;
}

/** Asked once in five minutes, and after a failure once in ten seconds, however many want to know. */
function knownIdentity({ env, configuration, context }: Asked): Promise<Identity> {
  if (worker && worker.until > Date.now()) return worker.identity;
  const identity = stsClient(env, configuration.region, configuration.endpoint).getCallerIdentity(
    {},
    { abortSignal: AbortSignal.timeout(LONGEST_CALL) },
  );
  const mine = (worker = { identity, until: Date.now() + 300_000 });
  context.waitUntil(identity.catch(() => (mine.until = Date.now() + 10_000)));
  return identity;
}

function wishOf(body: Record<string, unknown>): Wish {
  const { durationSeconds, sessionPolicy } = body;
  if (durationSeconds !== undefined && typeof durationSeconds !== "number") {
    throw new Problem(400, "InvalidBody", "durationSeconds must be a number");
  }
  return { role: roleIn(body["role"]), durationSeconds, sessionPolicy: policyIn(sessionPolicy) };
}

/** A policy, given as JSON or as the text of it. */
function policyIn(given: unknown): string | undefined {
  if (given === undefined) return undefined;
  const text = typeof given === "string" ? given : JSON.stringify(given);
  if (!isObject(text)) throw new Problem(400, "InvalidBody", "sessionPolicy must be an IAM policy in JSON");
  return text;
}

function text(body: Record<string, unknown>, name: string): string | undefined {
  const value = body[name];
  if (value === undefined || typeof value === "string") return value;
  throw new Problem(400, "InvalidBody", `${name} must be a text`);
}

function roleIn(role: unknown): string {
  if (typeof role === "string" && role !== "") return role;
  throw new Problem(400, "RoleMissing", "name a role, by its short name, as `role`");
}

function json(value: object): Response {
  return answer(`${JSON.stringify(value)}\n`);
}

function answer(body: string): Response {
  return new Response(body, { headers: { "content-type": "application/json" } });
}
