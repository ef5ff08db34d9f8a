// The page's sign-in. The tokens stay in the caller's Durable Object. The browser has only the session's ID, in an
// HttpOnly cookie that the page's scripts cannot read.

import { authorizationRequest, authorizationResponse, exchangeCode, type PendingSignIn } from "./openid-client.js";
import { Problem } from "./problem.js";
import { seal, unseal } from "./seal.js";
import { hashOf } from "./session-name.js";
import type {
  CallerObjectRpc,
  Configuration,
  Environment,
  HandlerResponse,
  LogEntry,
  PageSession,
  SignIn,
} from "./types.js";

const CALLBACK = "/api/sign-in/callback";
/** Maximum duration of a sign-in, in seconds. */
const SIGN_IN_LIFETIME = 600;
/** How long the browser keeps the cookie, in seconds. The Durable Object ends the session by itself. */
const COOKIE_LIFETIME = 12 * 3600;

/** A request of a sign-in, with what its handlers need. */
interface SignInRequest {
  request: Request;
  url: URL;
  env: Environment;
  configuration: Configuration;
  log: LogEntry;
  /** Throws if there are too many sign-ins. */
  limit: () => Promise<void>;
}

/** Redirects the browser to the issuer or, after a failure, to the page. */
export async function startSignIn({ url, env, configuration, log, limit }: SignInRequest): Promise<HandlerResponse> {
  const signIn = requireSignIn(configuration);
  return redirectFailures(log, async () => {
    await limit();
    const { url: destination, pending } = await authorizationRequest(signIn, url.origin + CALLBACK);
    const sealed = await seal(env, "sign-in", JSON.stringify(pending));
    // Lax, because the browser comes back from another site.
    return redirect(destination.href, [cookie(url, "sign-in", sealed, SIGN_IN_LIFETIME, "Lax")]);
  });
}

/**
 * Handles the redirect back from the issuer: exchanges the code for tokens and starts the session. `verify` throws if the
 * Worker would reject the ID token in later requests.
 */
export async function finishSignIn(
  { request, url, env, configuration, log, limit }: SignInRequest,
  verify: (idToken: string) => Promise<unknown>,
): Promise<HandlerResponse> {
  const signIn = requireSignIn(configuration);
  return redirectFailures(log, async () => {
    await limit();
    const pending = await pendingSignIn(request, url, env);
    const parameters = await authorizationResponse(signIn, url, pending);
    await requireFirstUse(env, pending);
    const tokens = await exchangeCode(env, signIn, url.origin + CALLBACK, parameters, pending);
    const { issuer, subject } = tokens;
    Object.assign(log, { issuer, subject });
    await verify(tokens.idToken);
    const owner = await ownerOf(issuer, subject);
    const id = await objectOf(env, owner).startSession(tokens);
    const reference: SessionReference = { owner, id };
    const sealed = await seal(env, "session", JSON.stringify(reference));
    const session = cookie(url, "session", sealed, COOKIE_LIFETIME, "Strict");
    return redirect("/", [session, cookie(url, "sign-in", "", 0, "Lax")]);
  });
}

/** Ends the session. */
export async function signOut(request: Request, url: URL, env: Environment, log: LogEntry): Promise<HandlerResponse> {
  const reference = await sessionReference(request, env).catch(() => undefined);
  if (reference) {
    const object = objectOf(env, reference.owner);
    const session = await object.session(reference.id);
    await object.endSession(reference.id);
    Object.assign(log, { issuer: session?.issuer, subject: session?.subject });
  }
  return { status: 204, cookies: [cookie(url, "session", "", 0, "Strict")] };
}

/**
 * Returns the page's session, or `undefined` without a cookie. Throws a {@link Problem} with status 401 if it has
 * ended.
 */
export async function pageSession(request: Request, env: Environment): Promise<PageSession | undefined> {
  const reference = await sessionReference(request, env);
  if (!reference) return undefined;
  const session = await objectOf(env, reference.owner).session(reference.id);
  if (session) return session;
  throw sessionEnded();
}

/** Deletes a caller's credentials and sessions, in the Durable Object of each of its IDs. */
export async function dropCaller(env: Environment, ids: string[]): Promise<{ credentials: number; sessions: number }> {
  const dropped = await Promise.all(ids.map((id) => objectOf(env, id).drop()));
  const sum = (name: "credentials" | "sessions") => dropped.reduce((total, counts) => total + counts[name], 0);
  return { credentials: sum("credentials"), sessions: sum("sessions") };
}

function requireSignIn({ signIn }: Configuration): SignIn {
  if (!signIn) throw new Problem(404, "NoSignIn", "sign-in is not configured on this Worker");
  return signIn;
}

async function pendingSignIn(request: Request, url: URL, env: Environment): Promise<PendingSignIn> {
  const sealed = readCookie(request, url, "sign-in");
  const opened = sealed && (await unseal(env, "sign-in", sealed));
  if (opened) return JSON.parse(opened);
  throw signInNotPending();
}

/** Each state is exchanged only once, because the request contains the client secret. */
async function requireFirstUse(env: Environment, { state }: PendingSignIn): Promise<void> {
  const expiration = Date.now() + SIGN_IN_LIFETIME * 1000;
  if (!(await objectOf(env, `sign-in ${state}`).useOnce(expiration))) throw signInNotPending();
}

function signInNotPending(): Problem {
  const message = "this sign-in has expired or was started in another browser; sign in again on the page";
  return new Problem(400, "SignInNotBegun", message);
}

/** Returns the ID of a user. It does not depend on grants, which may change during the session. */
function ownerOf(issuer: string, subject: string): Promise<string> {
  return hashOf([issuer, subject]);
}

function objectOf(env: Environment, name: string): DurableObjectStub<CallerObjectRpc> {
  return env.CALLERS.get(env.CALLERS.idFromName(name));
}

// --- Redirects and cookies

/**
 * Redirects to the page on failure. The request is a navigation, so the user would see the problem document as text.
 */
async function redirectFailures(log: LogEntry, handle: () => Promise<HandlerResponse>): Promise<HandlerResponse> {
  try {
    return await handle();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const { code } = error.fields;
    log["code"] = code;
    // The cookie is kept: it may belong to a sign-in in another tab.
    return redirect(`/?sign-in=${code}`, []);
  }
}

function redirect(location: string, cookies: string[]): HandlerResponse {
  return { status: 303, headers: { location }, cookies };
}

function cookie(url: URL, name: string, value: string, maxAge: number, sameSite: "Lax" | "Strict"): string {
  const secure = url.protocol === "https:" ? "; Secure" : "";
  return `${cookieName(url, name)}=${value}; Path=/; Max-Age=${maxAge}; HttpOnly; SameSite=${sameSite}${secure}`;
}

/** With the `__Host-` prefix, browsers accept the cookie only from this host over https. */
function cookieName(url: URL, name: string): string {
  return `${url.protocol === "https:" ? "__Host-" : ""}sts-web-${name}`;
}

/** The user's Durable Object and the session's ID in it. The cookie is sealed, so that a forged one calls no object. */
interface SessionReference {
  owner: string;
  id: string;
}

/**
 * Returns `undefined` without a cookie. Throws a {@link Problem} if the cookie was not sealed with the current
 * STORAGE_KEY.
 */
async function sessionReference(request: Request, env: Environment): Promise<SessionReference | undefined> {
  const sealed = readCookie(request, new URL(request.url), "session");
  if (sealed === undefined) return undefined;
  const opened = await unseal(env, "session", sealed);
  if (opened === undefined) throw sessionEnded();
  return JSON.parse(opened);
}

function sessionEnded(): Problem {
  return new Problem(401, "SessionEnded", "your session has ended; sign in again");
}

function readCookie(request: Request, url: URL, name: string): string | undefined {
  const pairs = (request.headers.get("cookie") ?? "").split(/; */);
  const start = `${cookieName(url, name)}=`;
  return pairs.find((pair) => pair.startsWith(start))?.slice(start.length) || undefined;
}
