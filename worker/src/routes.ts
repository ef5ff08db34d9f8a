// The routes of the API, each with its handler.

import { consoleUrl, exportCredentials, STSClientError } from "sts-web";

import {
  authenticate,
  authenticateOperator,
  authenticateToken,
  type CredentialSources,
  currentSession,
} from "./authentication.js";
import { authorizeCaller, authorizeSession, callerIds, hasRole, roleNames, sessionArn } from "./authorization.js";
import {
  CREDENTIALS_FIELDS,
  credentialsQuery,
  credentialsRequest,
  integer,
  jsonBody,
  optionalString,
  requiredRole,
  requiredString,
  requireParameters,
} from "./body.js";
import { listBuckets } from "./buckets.js";
import { roleCredentials } from "./credential-cache.js";
import { discoveryDocument, keySet, requireIssuerHost } from "./issuer.js";
import { Problem, tooManyRequests } from "./problem.js";
import { dropCaller, finishSignIn, signOut, startSignIn } from "./sign-in.js";
import { signingKey } from "./signing-keys.js";
import { type WorkerIdentity, workerIdentity } from "./sts.js";
import type {
  AuthorizedCaller,
  Configuration,
  CredentialsRequest,
  Environment,
  HandlerResponse,
  LogEntry,
  RoleCredentials,
} from "./types.js";

/** A request with the context that its handler needs. */
export interface Exchange {
  request: Request;
  url: URL;
  /** `url.pathname`, which workerd computes at each use. */
  path: string;
  env: Environment;
  configuration: Configuration;
  /** The client's IPv4 address, or its IPv6 network. */
  network: string;
  /** Completed by the handlers. */
  log: LogEntry;
}

export interface Route {
  method: "GET" | "POST";
  handle: (exchange: Exchange) => Promise<HandlerResponse>;
}

export const ROUTES: Record<string, Route> = {
  "/api/credentials": { method: "POST", handle: credentials },
  "/api/container": { method: "GET", handle: containerCredentials },
  "/api/drop": { method: "POST", handle: drop },
  "/api/identity": { method: "GET", handle: identity },
  "/api/buckets": { method: "GET", handle: buckets },
  "/api/console": { method: "POST", handle: consoleLink },
  "/api/health": { method: "GET", handle: health },
  "/api/sign-in": { method: "GET", handle: signIn },
  "/api/sign-in/callback": { method: "GET", handle: signInCallback },
  "/api/sign-out": { method: "POST", handle: ({ request, url, env, log }) => signOut(request, url, env, log) },
  "/.well-known/openid-configuration": {
    method: "GET",
    handle: async ({ env, configuration }) => json(await discoveryDocument(env, configuration)),
  },
  "/.well-known/jwks.json": {
    method: "GET",
    handle: async ({ env, configuration }) => json(await keySet(env, configuration)),
  },
  "/worker.json": { method: "GET", handle: pageSettings },
};

/**
 * Role credentials in the `credential_process` format. The caller's Durable Object limits STS calls, not cached
 * results.
 */
async function credentials(exchange: Exchange): Promise<HandlerResponse> {
  const caller = await identify(exchange);
  const body = await jsonBody(exchange.request, CREDENTIALS_FIELDS);
  const credentials = await issue(exchange, caller, credentialsRequest(body));
  return jsonResponse(exportCredentials(credentials, "process"));
}

/** Role credentials as AWS SDKs get them in a container, for AWS_CONTAINER_CREDENTIALS_FULL_URI. */
async function containerCredentials(exchange: Exchange): Promise<HandlerResponse> {
  const caller = await identify(exchange, { bare: true });
  const request = credentialsQuery(exchange.url.searchParams);
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = await issue(exchange, caller, request);
  return json({
    AccessKeyId: accessKeyId,
    SecretAccessKey: secretAccessKey,
    Token: sessionToken,
    Expiration: expiration.toISOString(),
  });
}

/** Deletes a caller's cached credentials and sessions, for the operator of the Worker. */
async function drop({ request, env, configuration, log }: Exchange): Promise<HandlerResponse> {
  await authenticateOperator(request, env);
  const body = await jsonBody(request, ["issuer", "subject"]);
  const [issuer, subject] = [requiredString(body, "issuer"), requiredString(body, "subject")];
  Object.assign(log, { issuer, subject });
  return json(await dropCaller(env, await callerIds(issuer, subject, configuration.grants)));
}

async function signIn(exchange: Exchange): Promise<HandlerResponse> {
  return startSignIn({ ...exchange, limit: () => limitSignIns(exchange) });
}

async function signInCallback(exchange: Exchange): Promise<HandlerResponse> {
  const verify = (idToken: string) => authenticateToken(idToken, exchange.configuration);
  return finishSignIn({ ...exchange, limit: () => limitSignIns(exchange) }, verify);
}

async function limitSignIns({ env, network }: Exchange): Promise<void> {
  const { success } = await env.RATE_LIMITER.limit({ key: `sign-ins of ${network}` });
  if (!success) throw tooManyRequests();
}

/** The identity of the Worker in AWS, and that of the caller in the Worker. */
async function identity(exchange: Exchange): Promise<HandlerResponse> {
  const caller = await identifyWithinLimit(exchange);
  const { subject, sessionName } = caller.identity;
  return json({
    worker: await identityOfWorker(exchange),
    caller: { issuer: caller.issuer, subject, sessionName, roles: roleNames(caller) },
  });
}

/** As an issuer the Worker has no identity in AWS: its roles' trust policies name its URL. */
async function identityOfWorker(exchange: Exchange): Promise<object> {
  const { issuer, credentials } = exchange.configuration;
  if (credentials === "issuer") return { issuer };
  const { Arn, Account, UserId } = await loggedIdentity(exchange);
  return { arn: Arn, account: Account, userId: UserId };
}

/** A page of the buckets that a role can list. */
async function buckets(exchange: Exchange): Promise<HandlerResponse> {
  const caller = await identifyWithinLimit(exchange);
  const { searchParams } = exchange.url;
  requireParameters(searchParams, ["role", "maxBuckets", "continuationToken"]);
  const maxBuckets = integer(searchParams.get("maxBuckets") ?? "1000");
  if (!Number.isInteger(maxBuckets) || maxBuckets < 1 || maxBuckets > 10_000) {
    throw new Problem(400, "InvalidParameter", "maxBuckets must be an integer from 1 to 10000");
  }
  const credentials = await issue(exchange, caller, { role: requiredRole(searchParams.get("role")) });
  const page = { maxBuckets, continuationToken: searchParams.get("continuationToken") };
  return json(await listBuckets(credentials, exchange.configuration, page));
}

/** A link that signs in to the AWS console with a role. */
async function consoleLink(exchange: Exchange): Promise<HandlerResponse> {
  const caller = await identifyWithinLimit(exchange);
  const body = await jsonBody(exchange.request, [...CREDENTIALS_FIELDS, "destination"]);
  const destination = optionalString(body, "destination");
  const credentials = await issue(exchange, caller, credentialsRequest(body));
  const url = await consoleUrl({
    credentials,
    region: exchange.configuration.region,
    issuer: exchange.url.origin,
    ...(destination !== undefined && { destination }),
  }).catch((error: unknown) => {
    throw consoleProblem(error);
  });
  // AWS accepts the link for 15 minutes.
  return json({ url, expiresInSeconds: 900 });
}

/** Converts an error of `consoleUrl`. Its message mentions CORS, which only applies to pages; here it is an outage. */
function consoleProblem(error: unknown): unknown {
  if (!(error instanceof STSClientError)) return error;
  const { name, message } = error;
  if (name !== "NoSigninToken") return new Problem(400, name, message);
  const [text] = message.split("; it does not support CORS");
  return new Problem(503, name, text!, { headers: { "retry-after": "5" } });
}

/** Reports whether the Worker is ready: it can sign tokens, or STS accepts its access key. */
async function health(exchange: Exchange): Promise<HandlerResponse> {
  const { url, env, configuration } = exchange;
  if (configuration.credentials === "keys") await loggedIdentity(exchange);
  else {
    requireIssuerHost(url, configuration);
    await signingKey(env);
  }
  const { off = [] } = configuration;
  return json({ ready: true, ...(off.length > 0 && { off }) });
}

/** The page's settings: whether sign-in is configured, who is signed in, and with which roles. */
async function pageSettings(exchange: Exchange): Promise<HandlerResponse> {
  const { signIn, region, endpoint } = exchange.configuration;
  return json({ signIn: signIn !== undefined, caller: await signedInCaller(exchange), region, endpoint });
}

interface SignedIn {
  subject?: string;
  /** The ARNs of the caller's sessions, by role. */
  roles: object;
  /** How long until the page's session ends. */
  sessionSeconds?: number;
}

/** Returns `undefined` if no one is signed in. The result has no `subject` if no grant matches. */
async function signedInCaller(exchange: Exchange): Promise<SignedIn | undefined> {
  try {
    const caller = await identify(exchange);
    const arns = roleNames(caller).map(async (role) => [role, await sessionArn(caller, role)]);
    const { request, env, configuration } = exchange;
    const hasHeader = request.headers.has("authorization");
    const session = hasHeader ? undefined : await currentSession(request, env, configuration);
    const roles = Object.fromEntries(await Promise.all(arns));
    const { subject } = caller.identity;
    return { subject, roles, ...(session && { sessionSeconds: secondsUntil(session.expiration) }) };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { status, code } = error.fields;
    exchange.log["code"] = code;
    if (status === 401) return undefined;
    if (code === "NoGrant") return { roles: {} };
    throw error;
  }
}

// --- Shared by the handlers

/** Authenticates the caller, finds its grants and applies the rate limit. */
async function identifyWithinLimit(exchange: Exchange): Promise<AuthorizedCaller> {
  const caller = await identify(exchange);
  const { success } = await exchange.env.RATE_LIMITER.limit({ key: caller.identity.id });
  if (success) return caller;
  throw tooManyRequests();
}

/** Authenticates the caller and finds its grants. The caller is logged even if no grant matches. */
async function identify(
  { request, env, configuration, log }: Exchange,
  sources: CredentialSources = {},
): Promise<AuthorizedCaller> {
  const caller = await authenticate(request, env, configuration, sources);
  Object.assign(log, { issuer: caller.issuer, subject: caller.subject });
  const authorized = await authorizeCaller(caller, configuration.grants);
  const { subject, sessionName } = authorized.identity;
  Object.assign(log, { subject, sessionName });
  // The sessions of the page are those of `sub`, whatever claim identifies the caller in a grant. Some tokens have none.
  if (caller.subject !== subject && caller.subject !== "") log["sub"] = caller.subject;
  return authorized;
}

async function issue(
  { url, env, configuration, log }: Exchange,
  caller: AuthorizedCaller,
  request: CredentialsRequest,
): Promise<RoleCredentials> {
  requireIssuerHost(url, configuration);
  // An unknown role name is not logged: it may be a misplaced secret.
  if (hasRole(caller, request.role)) log["role"] = request.role;
  const { session, minRemainingSeconds } = await authorizeSession(caller, request);
  Object.assign(log, {
    grant: session.grant,
    // Not always that of the caller's first grant.
    sessionName: session.sessionName,
    requestedSeconds: request.durationSeconds,
    durationSeconds: session.duration,
  });
  const freshness = { minRemainingSeconds, refresh: request.refresh ?? false };
  const { credentials, from, requestId, jti } = await roleCredentials(env, caller.identity.id, session, freshness);
  const remainingSeconds = secondsUntil(credentials.expiration.getTime());
  Object.assign(log, { accessKeyId: credentials.accessKeyId, remainingSeconds, from, requestId, jti });
  return credentials;
}

/** Returns the Worker's identity in AWS and logs the ID of the request that fetched it. */
async function loggedIdentity({ env, configuration, log }: Exchange): Promise<WorkerIdentity> {
  const identity = await workerIdentity(env, configuration);
  log["requestId"] = identity.$metadata.requestId;
  return identity;
}

/** `time` is in milliseconds since 1970. */
function secondsUntil(time: number): number {
  return Math.floor((time - Date.now()) / 1000);
}

function json(value: object): HandlerResponse {
  return jsonResponse(`${JSON.stringify(value)}\n`);
}

function jsonResponse(body: string): HandlerResponse {
  return { headers: { "content-type": "application/json" }, body };
}
