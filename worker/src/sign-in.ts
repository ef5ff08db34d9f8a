// The page's sign-in: OpenID Connect, authorization code flow with PKCE. The token is stored in an encrypted, HttpOnly
// cookie, out of reach of the page's scripts and of the browser's storage.

import { decodeJwt } from "jose";
import * as oauth from "oauth4webapi";

import { Problem } from "./problem.js";
import { seal, unseal } from "./seal.js";
import type { Configuration, Environment, LogEntry, SignIn } from "./types.js";

const CALLBACK = "/api/sign-in/callback";
/** How long a sign-in may take, in seconds. */
const SIGN_IN_LIFETIME = 600;
/** Timeout of a request to the issuer, in milliseconds. */
const TIMEOUT = 5_000;
/** Browsers reject larger cookies. */
const MAX_COOKIE_LENGTH = 4_000;

/** A sign-in in progress, kept in a cookie until the issuer redirects back. */
interface PendingSignIn {
  state: string;
  nonce: string;
  verifier: string;
}

/** Redirects the browser to the issuer. */
export async function startSignIn(url: URL, env: Environment, configuration: Configuration): Promise<Response> {
  const signIn = requireSignIn(configuration);
  const server = await discover(signIn);
  const pending: PendingSignIn = {
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    verifier: oauth.generateRandomCodeVerifier(),
  };
  const destination = new URL(server.authorization_endpoint ?? "");
  const parameters = {
    client_id: signIn.clientId,
    response_type: "code",
    redirect_uri: url.origin + CALLBACK,
    scope: signIn.scope,
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(pending.verifier),
    code_challenge_method: "S256",
  };
  for (const [name, value] of Object.entries(parameters)) destination.searchParams.set(name, value);
  const sealed = await seal(env, "sign-in", JSON.stringify(pending));
  // Lax, since the browser returns from another site.
  return redirect(destination.href, [cookie(url, "sign-in", sealed, SIGN_IN_LIFETIME, "Lax")]);
}

/** Handles the redirect back from the issuer: exchanges the code for a token and stores the token in the session cookie. */
export async function finishSignIn(
  request: Request,
  url: URL,
  env: Environment,
  configuration: Configuration,
  log: LogEntry,
): Promise<Response> {
  const signIn = requireSignIn(configuration);
  const pending = await pendingSignIn(request, url, env);
  const { token, subject, lifetime } = await exchangeCode(url, env, signIn, pending);
  Object.assign(log, { issuer: signIn.issuer, subject });
  const session = await seal(env, "session", token);
  if (session.length > MAX_COOKIE_LENGTH) {
    const message =
      "the issuer's token is too long for a cookie; configure the issuer to include fewer claims or groups";
    throw new Problem(502, "TokenTooLong", message);
  }
  const cookies = [cookie(url, "session", session, lifetime, "Strict"), cookie(url, "sign-in", "", 0, "Lax")];
  return redirect("/", cookies);
}

/** Deletes the session cookie. Its token is logged without verification: only this Worker can have sealed it. */
export async function signOut(request: Request, url: URL, env: Environment, log: LogEntry): Promise<Response> {
  const token = await sessionToken(request, env);
  if (token !== undefined) {
    const { iss, sub } = decodeJwt(token);
    Object.assign(log, { issuer: iss, subject: sub });
  }
  return new Response(null, { status: 204, headers: { "set-cookie": cookie(url, "session", "", 0, "Strict") } });
}

/** Returns the token in the page's session cookie, not yet verified. */
export async function sessionToken(request: Request, env: Environment): Promise<string | undefined> {
  const sealed = readCookie(request, new URL(request.url), "session");
  return sealed ? unseal(env, "session", sealed) : undefined;
}

function requireSignIn({ signIn }: Configuration): SignIn {
  if (!signIn) throw new Problem(404, "NoSignIn", "sign-in is not configured on this Worker");
  return signIn;
}

async function pendingSignIn(request: Request, url: URL, env: Environment): Promise<PendingSignIn> {
  const sealed = readCookie(request, url, "sign-in");
  const opened = sealed && (await unseal(env, "sign-in", sealed));
  if (opened) return JSON.parse(opened);
  const message = "this sign-in has expired or was started in another browser; sign in again on the page";
  throw new Problem(400, "SignInNotBegun", message);
}

// --- The issuer

interface SignedIn {
  token: string;
  subject: string;
  /** Remaining lifetime of the token in seconds. */
  lifetime: number;
}

/** Exchanges the authorization code for an ID token. */
async function exchangeCode(
  url: URL,
  env: Environment,
  signIn: SignIn,
  { state, nonce, verifier }: PendingSignIn,
): Promise<SignedIn> {
  const server = await discover(signIn);
  const client = { client_id: signIn.clientId };
  const signal = AbortSignal.timeout(TIMEOUT);
  try {
    const parameters = oauth.validateAuthResponse(server, client, url, state);
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      clientAuthentication(signIn, env),
      parameters,
      url.origin + CALLBACK,
      verifier,
      { ...insecureOptions(signIn), signal },
    );
    const checks = { expectedNonce: nonce, requireIdToken: true };
    const output = await oauth.processAuthorizationCodeResponse(server, client, response, checks);
    const { exp, sub } = oauth.getValidatedIdTokenClaims(output)!;
    return { token: output.id_token!, subject: sub, lifetime: Math.max(0, Math.floor(exp - Date.now() / 1000)) };
  } catch (error) {
    if (signal.aborted) throw unreachable("the issuer did not respond in time; sign in again on the page");
    throw new Problem(403, "SignInFailed", `the issuer did not sign you in${issuerErrorCode(error)}`);
  }
}

function clientAuthentication({ clientSecret }: SignIn, env: Environment): oauth.ClientAuth {
  return clientSecret === undefined ? oauth.None() : oauth.ClientSecretBasic(String(env[clientSecret]));
}

/** The issuer's OAuth error code for the message, e.g. `: access_denied`. */
function issuerErrorCode(error: unknown): string {
  const known = error instanceof oauth.AuthorizationResponseError || error instanceof oauth.ResponseBodyError;
  return known ? `: ${error.error}`.slice(0, 100) : "";
}

async function discover(signIn: SignIn): Promise<oauth.AuthorizationServer> {
  const issuer = new URL(signIn.issuer);
  const options = { ...insecureOptions(signIn), signal: AbortSignal.timeout(TIMEOUT) };
  try {
    return await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, options));
  } catch {
    throw unreachable("the issuer's discovery document could not be fetched");
  }
}

function unreachable(message: string): Problem {
  return new Problem(503, "IssuerUnreachable", message, { headers: { "retry-after": "5" } });
}

/** The configuration allows plain http on loopback only, for the sandbox. */
function insecureOptions({ issuer }: SignIn): { [oauth.allowInsecureRequests]: boolean } {
  return { [oauth.allowInsecureRequests]: issuer.startsWith("http:") };
}

// --- Redirects and cookies

function redirect(location: string, cookies: string[]): Response {
  const headers = new Headers({ location });
  for (const value of cookies) headers.append("set-cookie", value);
  return new Response(null, { status: 303, headers });
}

function cookie(url: URL, name: string, value: string, maxAge: number, sameSite: "Lax" | "Strict"): string {
  const secure = url.protocol === "https:" ? "; Secure" : "";
  return `${cookieName(url, name)}=${value}; Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=${sameSite}${secure}`;
}

/** With the `__Host-` prefix, browsers accept the cookie only from this host over https. */
function cookieName(url: URL, name: string): string {
  return `${url.protocol === "https:" ? "__Host-" : ""}sts-web-${name}`;
}

function readCookie(request: Request, url: URL, name: string): string | undefined {
  const pairs = (request.headers.get("cookie") ?? "").split(/; */);
  const start = `${cookieName(url, name)}=`;
  return pairs.find((pair) => pair.startsWith(start))?.slice(start.length) || undefined;
}
