// The Worker's entry point: finds the route of a request, applies the rules that all routes share (configuration,
// origin, method, headers) and writes one log entry.

import {
  ConfigurationError,
  type ConfigurationSource,
  configurationOf,
  loadConfiguration,
  useConfiguration,
} from "./configuration.js";
import type { ConfigurationInput } from "./configuration-input.js";
import { locationOf, Problem, problemOf, problemResponse, tooManyRequests } from "./problem.js";
import { type Exchange, ROUTES } from "./routes.js";
import { isSecure } from "./secure-url.js";
import type { Configuration, Environment, HandlerResponse, LogEntry } from "./types.js";

export { CallerObject } from "./caller-object.js";
export { defineConfig } from "./configuration.js";
export type { ConfigurationInput, GrantInput, RoleInput, SessionInput, SignInInput } from "./configuration-input.js";

/** Maximum length of a string in a log entry. A token's claims may be much longer. */
const MAX_LOGGED_LENGTH = 256;
const HTTPS_ONLY =
  'this Worker responds over https only; for `wrangler dev`, set `"dev": { "upstream_protocol": "https" }` in wrangler.jsonc';
/** Route of the container credentials. */
const CONTAINER = "/api/container";

/**
 * Returns the Worker, for `export default`. The configuration is validated immediately, so that a deployment with
 * mistakes fails. It can also be a function that loads it from a binding, such as KV or R2, and is called again after a
 * minute.
 *
 * @example
 * export { CallerObject } from "sts-web-worker";
 * export default broker(configuration);
 *
 * @example
 * export default broker((env) => env.BROKER.get("configuration"));
 */
// biome-ignore lint/suspicious/noExplicitAny: a deployment's bindings are its own; a function may declare their type
export function broker<Bindings = any>(configuration: ConfigurationInput | ((env: Bindings) => unknown)) {
  useConfiguration(configuration as ConfigurationSource);
  return { fetch: handle };
}

async function handle(request: Request, env: Environment): Promise<Response> {
  const started = Date.now();
  const url = new URL(request.url);
  const path = url.pathname;
  const id = crypto.randomUUID();
  const address = request.headers.get("cf-connecting-ip") ?? undefined;
  const log: LogEntry = {
    id,
    method: request.method,
    route: isRoute(path) ? path : "other",
    address,
  };
  const exchange = { request, url, path, env, log, network: address === undefined ? "unknown" : networkOf(address) };
  const handled = await respond(exchange).catch(async (error: unknown) => {
    const problem = await limitFailures(exchange, problemOf(error));
    const { status, code, requestId = log["requestId"], reason } = problem.fields;
    Object.assign(log, { code, requestId, reason }, status === 500 && { error: locationOf(error) });
    return problemResponse(problem, id, { forSdk: isForSdk(path) });
  });
  const response = responseOf(handled, request, url, env);
  console.log(logLine({ ...log, status: response.status, milliseconds: Date.now() - started }));
  return response;
}

function logLine(entry: LogEntry): string {
  for (const [name, value] of Object.entries(entry)) {
    if (typeof value === "string" && value.length > MAX_LOGGED_LENGTH) {
      entry[name] = `${value.slice(0, MAX_LOGGED_LENGTH)}…`;
    }
  }
  return JSON.stringify(entry);
}

async function respond(exchange: Omit<Exchange, "configuration">): Promise<HandlerResponse> {
  const { request, url, path, env } = exchange;
  if (!isSecure(url)) throw new Problem(403, "HttpsRequired", HTTPS_ONLY);
  const route = isRoute(path) ? ROUTES[path] : undefined;
  // The message does not repeat the path: it may contain a misplaced secret.
  if (!route)
    throw new Problem(404, "NotFound", `no such route${isForSdk(path) ? `; use ${CONTAINER}?role=NAME` : ""}`);
  const configuration = await validConfiguration(env, path);
  const origin = request.headers.get("origin");
  if (origin !== null && origin !== url.origin && !configuration.origins.includes(origin)) {
    throw new Problem(403, "OriginNotAllowed", "this origin is not in the configuration's `origins`");
  }
  if (request.method === "OPTIONS" && origin !== null) return { status: 204 };
  const methods = route.method === "GET" ? ["GET", "HEAD"] : [route.method];
  if (!methods.includes(request.method)) {
    const headers = { allow: methods.join(", ") };
    throw new Problem(405, "MethodNotAllowed", `use ${route.method} for ${path}`, { headers });
  }
  return route.handle({ ...exchange, configuration });
}

/**
 * After too many failures, a network gets no further details for a minute. Its successful requests are not affected.
 */
async function limitFailures({ env, network }: Omit<Exchange, "configuration">, problem: Problem): Promise<Problem> {
  const { status, transient } = problem.fields;
  if (status >= 500 || transient || !env.RATE_LIMITER) return problem;
  const { success } = await env.RATE_LIMITER.limit({ key: `failures of ${network}` });
  return success ? problem : tooManyRequests();
}

/**
 * Returns an IPv4 address unchanged, and the /64 network of an IPv6 address: the smallest that a customer is assigned
 * (RFC 6177), who can send each request from another address in it.
 */
function networkOf(address: string): string {
  if (!address.includes(":")) return address;
  const [start = [], end = []] = address.split("::").map((part) => part.split(":").filter(Boolean));
  const zeros = Array<string>(Math.max(0, 8 - start.length - end.length)).fill("0");
  return [...start, ...zeros, ...end].slice(0, 4).join(":");
}

/** Whether a path is that of the container credentials, or one that an AWS SDK may have been configured with instead. */
function isForSdk(path: string): boolean {
  return path === CONTAINER || path.startsWith(`${CONTAINER}/`);
}

function isRoute(path: string): boolean {
  return Object.hasOwn(ROUTES, path);
}

/** Returns the configuration. Which field is invalid is reported only in the log and by the health check. */
async function validConfiguration(env: Environment, path: string): Promise<Configuration> {
  try {
    await loadConfiguration(env);
    return configurationOf(env);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    console.error(JSON.stringify({ configuration: error.message }));
    const message = path === "/api/health" ? error.message : "the Worker's configuration is invalid; see /api/health";
    throw new Problem(503, "Misconfigured", message);
  }
}

/** The headers of every response. */
const COMMON_HEADERS = {
  "cache-control": "no-store",
  "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "strict-transport-security": "max-age=63072000",
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  vary: "origin",
};

/** Makes a response, with the headers of every response. All are made here, so that none lacks them. */
function responseOf(handled: HandlerResponse, request: Request, url: URL, env: Environment): Response {
  const { status = 200, body = null, cookies = [] } = handled;
  const headers = { ...handled.headers, ...COMMON_HEADERS, ...corsHeaders(request, url, env) };
  const response = new Response(request.method === "HEAD" ? null : body, { status, headers });
  for (const value of cookies) response.headers.append("set-cookie", value);
  return response;
}

/** The CORS headers, for the configured origins. */
function corsHeaders(request: Request, url: URL, env: Environment): Record<string, string> | undefined {
  const origin = request.headers.get("origin");
  if (origin === null || origin === url.origin || !allowedOrigins(env).includes(origin)) return undefined;
  return {
    "access-control-allow-origin": origin,
    "access-control-expose-headers": "retry-after, www-authenticate",
    ...(request.method === "OPTIONS" && {
      "access-control-allow-methods": "GET, POST",
      "access-control-allow-headers": "authorization, content-type",
      "access-control-max-age": "600",
    }),
  };
}

function allowedOrigins(env: Environment): string[] {
  try {
    return configurationOf(env).origins;
  } catch {
    return [];
  }
}
