// The Worker's entry point: finds the route of a request, applies the rules that all routes share (configuration, origin,
// method, headers) and writes one log entry.

import { ConfigurationError, configurationOf, useConfiguration } from "./configuration.js";
import { locationOf, Problem, problemOf, problemResponse } from "./problem.js";
import { type Exchange, ROUTES } from "./routes.js";
import type { Configuration, Environment, LogEntry } from "./types.js";

export { CallerObject } from "./caller-object.js";

useConfiguration((env) => env["CONFIGURATION"]);

export default {
  async fetch(request: Request, env: Environment): Promise<Response> {
    const started = Date.now();
    const url = new URL(request.url);
    const id = crypto.randomUUID();
    const log: LogEntry = { id, method: request.method, route: isRoute(url.pathname) ? url.pathname : "other" };
    const response = await respond({ request, url, env, log }).catch((error: unknown) => {
      const problem = problemOf(error);
      const { status, code, requestId = log["requestId"] } = problem.fields;
      Object.assign(log, { code, requestId }, status === 500 && { error: locationOf(error) });
      return problemResponse(problem, id);
    });
    for (const [name, value] of Object.entries(commonHeaders(request, url, env))) response.headers.set(name, value);
    console.log(JSON.stringify({ ...log, status: response.status, milliseconds: Date.now() - started }));
    return response;
  },
};

async function respond(exchange: Omit<Exchange, "configuration">): Promise<Response> {
  const { request, url, env } = exchange;
  const route = isRoute(url.pathname) ? ROUTES[url.pathname] : undefined;
  // The message does not repeat the path: it may contain a misplaced secret.
  if (!route) throw new Problem(404, "NotFound", "no such route");
  const configuration = validConfiguration(env, url.pathname);
  const origin = request.headers.get("origin");
  if (origin !== null && origin !== url.origin && !configuration.origins.includes(origin)) {
    throw new Problem(403, "OriginNotAllowed", "this origin is not in the configuration's `origins`");
  }
  if (request.method === "OPTIONS" && origin !== null) return new Response(null, { status: 204 });
  if (request.method !== route.method) {
    const headers = { allow: route.method };
    throw new Problem(405, "MethodNotAllowed", `use ${route.method} for ${url.pathname}`, { headers });
  }
  return route.handle({ ...exchange, configuration });
}

function isRoute(path: string): boolean {
  return Object.hasOwn(ROUTES, path);
}

/** Returns the configuration. Only the health check reports which field is invalid. */
function validConfiguration(env: Environment, path: string): Configuration {
  try {
    return configurationOf(env);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    console.error(JSON.stringify({ configuration: error.message }));
    const message = path === "/api/health" ? error.message : "the Worker's configuration is invalid; see /api/health";
    throw new Problem(503, "Misconfigured", message);
  }
}

/** The headers of every response, with CORS headers for the configured origins. */
function commonHeaders(request: Request, url: URL, env: Environment): Record<string, string> {
  const headers: Record<string, string> = {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    vary: "origin",
  };
  const origin = request.headers.get("origin");
  if (origin === null || origin === url.origin || !allowedOrigins(env).includes(origin)) return headers;
  headers["access-control-allow-origin"] = origin;
  if (request.method === "OPTIONS") {
    headers["access-control-allow-methods"] = "GET, POST";
    headers["access-control-allow-headers"] = "authorization, content-type";
    headers["access-control-max-age"] = "600";
  }
  return headers;
}

function allowedOrigins(env: Environment): string[] {
  try {
    return configurationOf(env).origins;
  } catch {
    return [];
  }
}
