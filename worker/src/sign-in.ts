// How people sign in on the page: OpenID Connect, authorization code flow with PKCE. The token stays in a cookie that no
// script reads, sealed, so that neither the page nor the browser's storage ever has it.

import { decodeJwt } from "jose";
import * as oauth from "oauth4webapi";

import type { Line } from "./authentication.js";
import type { Configuration, SignIn } from "./configuration.js";
import { Problem } from "./problem.js";
import { seal, unseal } from "./seal.js";
import type { Environment } from "./types.js";

const CALLBACK = "/api/sign-in/callback";
const TEN_MINUTES = 600;
/** How long the issuer may take for an answer, in milliseconds. */
const TIMEOUT = 5_000;
/** Browsers keep no larger cookie. */
const LONGEST_COOKIE = 4_000;

/** What must come back from the issuer as it was sent. */
interface Begun {
  state: string;
  nonce: string;
  verifier: string;
}

/** Sends the browser to the issuer. */
export async function beginSignIn(url: URL, env: Environment, configuration: Configuration): Promise<Response> {
  const signIn = signInOf(configuration);
  const server = await discovered(signIn);
  const begun = {
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    verifier: oauth.generateRandomCodeVerifier(),
  };
  const there = new URL(server.authorization_endpoint ?? "");
  const parameters = {
    client_id: signIn.clientId,
    response_type: "code",
    redirect_uri: url.origin + CALLBACK,
    scope: signIn.scope,
    state: begun.state,
    nonce: begun.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(begun.verifier),
    code_challenge_method: "S256",
  };
  for (const [name, value] of Object.entries(parameters)) there.searchParams.set(name, value);
  const sealed = await seal(env, "sign-in", JSON.stringify(begun));
  // Lax, since the browser comes back from another site.
  return redirect(there.href, [cookie(url, "sign-in", sealed, TEN_MINUTES, "Lax")]);
}

/** Where the issuer sends the browser back to: the code becomes a token, the token a cookie. Who it was stands in `line`. */
export async function endSignIn(
  request: Request,
  url: URL,
  env: Environment,
  configuration: Configuration,
  line: Line,
): Promise<Response> {
  const signIn = signInOf(configuration);
  const sealed = cookieOf(request, url, "sign-in");
  const opened = sealed && (await unseal(env, "sign-in", sealed));
  if (!opened)
    throw new Problem(
      400,
      "SignInNotBegun",
      "this sign-in was begun elsewhere or too long ago; begin again on the page",
    );
  const begun: Begun = JSON.parse(opened);
  const { token, subject, seconds } = await tokenFor(url, env, signIn, begun);
  Object.assign(line, { issuer: signIn.issuer, subject });
  const session = await seal(env, "session", token);
  if (session.length > LONGEST_COOKIE) {
    throw new Problem(
      502,
      "TokenTooLong",
      "the issuer's token is too long for a cookie; have it put fewer claims in, groups above all",
    );
  }
  const cookies = [cookie(url, "session", session, seconds, "Strict"), cookie(url, "sign-in", "", 0, "Lax")];
  return redirect("/", cookies);
}

/** Forgets the session. Whose it was stands in `line`; only this Worker seals, so that its token is not checked again. */
export async function signOut(request: Request, url: URL, env: Environment, line: Line): Promise<Response> {
  const token = await tokenOfSession(request, env);
  if (token !== undefined) {
    const { iss, sub } = decodeJwt(token);
    Object.assign(line, { issuer: iss, subject: sub });
  }
  return new Response(null, { status: 204, headers: { "set-cookie": cookie(url, "session", "", 0, "Strict") } });
}

/** The token of the page's session, where there is one. Whether it is good is for the caller to find out. */
export async function tokenOfSession(request: Request, env: Environment): Promise<string | undefined> {
  const sealed = cookieOf(request, new URL(request.url), "session");
  return sealed ? unseal(env, "session", sealed) : undefined;
}

function signInOf({ signIn }: Configuration): SignIn {
  if (!signIn) throw new Problem(404, "NoSignIn", "this Worker has no sign-in; its configuration has no `signIn`");
  return signIn;
}

interface SignedIn {
  token: string;
  subject: string;
  /** How long the token works. */
  seconds: number;
}

/** The issuer's token for the code that came back. */
async function tokenFor(
  url: URL,
  env: Environment,
  signIn: SignIn,
  { state, nonce, verifier }: Begun,
): Promise<SignedIn> {
  const server = await discovered(signIn);
  const client = { client_id: signIn.clientId };
  const secret = signIn.clientSecret === undefined ? undefined : String(env[signIn.clientSecret]);
  const signal = AbortSignal.timeout(TIMEOUT);
  try {
    const parameters = oauth.validateAuthResponse(server, client, url, state);
    const authentication = secret === undefined ? oauth.None() : oauth.ClientSecretBasic(secret);
    const options = { ...insecure(signIn), signal };
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      authentication,
      parameters,
      url.origin + CALLBACK,
      verifier,
      options,
    );
    const checks = { expectedNonce: nonce, requireIdToken: true };
    const answer = await oauth.processAuthorizationCodeResponse(server, client, response, checks);
    const { exp, sub } = oauth.getValidatedIdTokenClaims(answer)!;
    return { token: answer.id_token!, subject: sub, seconds: Math.max(0, Math.floor(exp - Date.now() / 1000)) };
  } catch (error) {
    if (signal.aborted) throw unreachable("the issuer did not answer in time; begin again on the page");
    // The issuer's own word for it, as access_denied.
    const said =
      error instanceof oauth.AuthorizationResponseError || error instanceof oauth.ResponseBodyError
        ? `: ${error.error}`
        : "";
    throw new Problem(403, "SignInFailed", `the issuer did not sign you in${said.slice(0, 100)}`);
  }
}

async function discovered(signIn: SignIn): Promise<oauth.AuthorizationServer> {
  const issuer = new URL(signIn.issuer);
  try {
    const response = await oauth.discoveryRequest(issuer, {
      ...insecure(signIn),
      signal: AbortSignal.timeout(TIMEOUT),
    });
    return await oauth.processDiscoveryResponse(issuer, response);
  } catch {
    throw unreachable("the issuer could not be asked how to sign in");
  }
}

function unreachable(message: string): Problem {
  return new Problem(503, "IssuerUnreachable", message, { headers: { "retry-after": "5" } });
}

/** The configuration allows plain http for this machine's own addresses, where a sandbox is. */
function insecure({ issuer }: SignIn): { [oauth.allowInsecureRequests]: boolean } {
  return { [oauth.allowInsecureRequests]: issuer.startsWith("http:") };
}

function redirect(location: string, cookies: string[]): Response {
  const headers = new Headers({ location });
  for (const one of cookies) headers.append("set-cookie", one);
  return new Response(null, { status: 303, headers });
}

function cookie(url: URL, name: string, value: string, seconds: number, sameSite: "Lax" | "Strict"): string {
  const secure = url.protocol === "https:" ? "; Secure" : "";
  return `${cookieName(url, name)}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=${sameSite}${secure}`;
}

/** The prefix has browsers refuse the cookie from anywhere but this host over https. */
function cookieName(url: URL, name: string): string {
  return `${url.protocol === "https:" ? "__Host-" : ""}sts-web-${name}`;
}

function cookieOf(request: Request, url: URL, name: string): string | undefined {
  const pairs = (request.headers.get("cookie") ?? "").split(/; */);
  const start = `${cookieName(url, name)}=`;
  return pairs.find((pair) => pair.startsWith(start))?.slice(start.length) || undefined;
}
