// The Worker as an OpenID Connect client, for the page's sign-in: authorization code flow with PKCE, and refresh
// tokens.

import * as oauth from "oauth4webapi";

import { type DiscoveryDocument, fetchDiscovery, IssuerUnavailable } from "./issuer-documents.js";
import { locationOf, Problem } from "./problem.js";
import { isSecure } from "./secure-url.js";
import { SharedFetch } from "./shared-fetch.js";
import type { Configuration, Environment, SignIn, Tokens } from "./types.js";

/** Timeout of a request to the issuer, in milliseconds. */
const TIMEOUT = 5_000;
/** How long the discovery document, or the failure to fetch it, is cached in the isolate, in milliseconds. */
const DISCOVERY_LIFETIME = 10 * 60_000;
const FAILURE_LIFETIME = 5_000;

/** Values that bind the issuer's response to the browser that started the sign-in. */
export interface PendingSignIn {
  state: string;
  nonce: string;
  verifier: string;
}

/** Returns the issuer's URL to redirect the browser to, and the values that verify the response. */
export async function authorizationRequest(
  signIn: SignIn,
  redirectUri: string,
): Promise<{ url: URL; pending: PendingSignIn }> {
  const server = await discover(signIn);
  const pending = {
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    verifier: oauth.generateRandomCodeVerifier(),
  };
  const parameters = {
    client_id: signIn.clientId,
    response_type: "code",
    redirect_uri: redirectUri,
    scope: signIn.scope,
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(pending.verifier),
    code_challenge_method: "S256",
    // Issuers provide a refresh token only with the user's consent (OpenID Connect Core, section 11).
    ...(signIn.scope.split(" ").includes("offline_access") && { prompt: "consent" }),
  };
  const url = new URL(server.authorization_endpoint!);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return { url, pending };
}

/** Validates the issuer's response in the callback URL. Returns its parameters. Throws a {@link Problem}. */
export async function authorizationResponse(
  signIn: SignIn,
  url: URL,
  pending: PendingSignIn,
): Promise<URLSearchParams> {
  const server = await discover(signIn);
  return explained(async () => oauth.validateAuthResponse(server, clientOf(signIn), url, pending.state));
}

/** Exchanges the code for tokens. Throws a {@link Problem}. */
export async function exchangeCode(
  env: Environment,
  signIn: SignIn,
  redirectUri: string,
  parameters: URLSearchParams,
  { nonce, verifier }: PendingSignIn,
): Promise<Tokens> {
  const server = await discover(signIn);
  const client = clientOf(signIn);
  return explained(async (signal) => {
    const authentication = clientAuthentication(signIn, server, env);
    const options = { ...insecureOptions(signIn), signal };
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      authentication,
      parameters,
      redirectUri,
      verifier,
      options,
    );
    const checks = { expectedNonce: nonce, requireIdToken: true };
    return tokensOf(await oauth.processAuthorizationCodeResponse(server, client, response, checks));
  });
}

/** Refreshes the tokens of a session. Throws a {@link Problem}. */
export async function refreshTokens(env: Environment, { signIn }: Configuration, old: Tokens): Promise<Tokens> {
  if (signIn?.issuer !== old.issuer) throw new Problem(403, "SignInFailed", "the issuer is not configured anymore");
  const server = await discover(signIn);
  const client = clientOf(signIn);
  return explained(async (signal) => {
    const options = { ...insecureOptions(signIn), signal };
    const authentication = clientAuthentication(signIn, server, env);
    const response = await oauth.refreshTokenGrantRequest(server, client, authentication, old.refreshToken!, options);
    const output = await oauth.processRefreshTokenResponse(server, client, response);
    const tokens = output.id_token === undefined ? old : tokensOf(output);
    if (tokens.subject !== old.subject) throw new TypeError("the new token has another subject");
    return { ...tokens, refreshToken: output.refresh_token ?? old.refreshToken };
  });
}

function tokensOf(output: oauth.TokenEndpointResponse): Tokens {
  const { iss, sub, exp } = oauth.getValidatedIdTokenClaims(output)!;
  const { id_token: idToken, refresh_token: refreshToken } = output;
  return { idToken: idToken!, refreshToken, issuer: iss, subject: sub, expiration: exp * 1000 };
}

function clientOf({ clientId }: SignIn): oauth.Client {
  return { client_id: clientId };
}

function clientAuthentication(
  { clientSecret }: SignIn,
  server: oauth.AuthorizationServer,
  env: Environment,
): oauth.ClientAuth {
  if (clientSecret === undefined) return oauth.None();
  const secret = String(env[clientSecret]);
  return acceptsBasic(server) ? clientSecretBasic(secret) : oauth.ClientSecretPost(secret);
}

/**
 * Sends the client secret in the Authorization header. Unlike `oauth.ClientSecretBasic`, it does not encode characters
 * such as hyphens and underscores, because some issuers do not decode the header.
 *
 * Source: RFC 6749, section 2.3.1.
 */
function clientSecretBasic(secret: string): oauth.ClientAuth {
  return (_server, { client_id: id }, _body, headers) =>
    headers.set("authorization", `Basic ${btoa(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`)}`);
}

/**
 * Whether the token endpoint accepts the client secret in the Authorization header, as it does by default. Some issuers
 * accept it only in the body.
 *
 * Source: OpenID Connect Discovery 1.0, section 3.
 */
function acceptsBasic({ token_endpoint_auth_methods_supported: methods }: oauth.AuthorizationServer): boolean {
  return !Array.isArray(methods) || !methods.includes("client_secret_post") || methods.includes("client_secret_basic");
}

/** Allows plain http, which the configuration accepts only on loopback, for the sandbox. */
function insecureOptions({ issuer }: SignIn): { [oauth.allowInsecureRequests]: boolean } {
  return { [oauth.allowInsecureRequests]: issuer.startsWith("http:") };
}

/** Runs an exchange with the issuer, with a timeout. Converts its errors to a {@link Problem}. */
async function explained<T>(exchange: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(TIMEOUT);
  try {
    return await exchange(signal);
  } catch (error) {
    if (signal.aborted) throw unreachable("the issuer did not respond in time; sign in again on the page");
    const code = issuerErrorCode(error);
    if (code === "access_denied") throw new Problem(403, "SignInCancelled", "the sign-in was canceled at the issuer");
    throw new Problem(403, "SignInFailed", `the issuer did not sign you in${code && `: ${code}`.slice(0, 100)}`);
  }
}

/** The issuer's OAuth error code, e.g. `invalid_grant`, or an empty string. */
function issuerErrorCode(error: unknown): string {
  const known = error instanceof oauth.AuthorizationResponseError || error instanceof oauth.ResponseBodyError;
  return known ? error.error : "";
}

// --- Discovery

/** The server, or `undefined` after a failure. */
type Discovery = { server: oauth.AuthorizationServer | undefined; until: number };

/** The discovery of the configuration's issuer. */
let current: { issuer: string; fetches: SharedFetch<Discovery>; discovery?: Discovery } | undefined;

async function discover(signIn: SignIn): Promise<oauth.AuthorizationServer> {
  const { issuer } = signIn;
  if (current?.issuer !== issuer) current = { issuer, fetches: new SharedFetch() };
  const own = current;
  if (!own.discovery || own.discovery.until <= Date.now()) {
    own.discovery = await own.fetches.run(() => requestDiscovery(signIn));
  }
  const { server } = own.discovery;
  if (!server) throw unreachable("the issuer's discovery document could not be used; see the Worker's log");
  return server;
}

async function requestDiscovery({ issuer }: SignIn): Promise<Discovery> {
  try {
    const document = await fetchDiscovery(issuer);
    requireAuthorizationEndpoint(document);
    // oauth4webapi validates the fields that it uses.
    return { server: document as oauth.AuthorizationServer, until: Date.now() + DISCOVERY_LIFETIME };
  } catch (error) {
    console.error(JSON.stringify({ signIn: error instanceof IssuerUnavailable ? error.message : locationOf(error) }));
    return { server: undefined, until: Date.now() + FAILURE_LIFETIME };
  }
}

/** Issuers at which no one signs in, such as a Kubernetes cluster, do not have one. */
function requireAuthorizationEndpoint({ authorization_endpoint: url }: DiscoveryDocument): void {
  if (typeof url === "string" && URL.canParse(url) && isSecure(new URL(url))) return;
  throw new IssuerUnavailable("the discovery document's authorization_endpoint does not start with https://");
}

function unreachable(message: string): Problem {
  return new Problem(503, "IssuerUnreachable", message, { headers: { "retry-after": "5" } });
}
