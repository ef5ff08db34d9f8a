// Signs in with OpenID Connect: the authorization code flow of a public client, with PKCE.
//
// Sources: OpenID Connect Core 1.0; RFC 7636, "Proof Key for Code Exchange"; RFC 9700, "Best Current Practice for OAuth 2.0
// Security"; OpenID Connect RP-Initiated Logout 1.0.

import * as oauth from "oauth4webapi";

import { clientId, issuer, pageUrl, scope } from "./config.js";

/** Key of the pending sign-in in the session storage: random values for one sign-in, and no tokens. */
const PENDING = "pending-sign-in";
/** How long before it expires an ID token is replaced, in seconds: longer than a call to STS takes. */
const RENEWAL_MARGIN = 300;

const client = { client_id: clientId };
const authentication = oauth.None();
/** Plain HTTP is for development. */
const options = { [oauth.allowInsecureRequests]: ["localhost", "127.0.0.1"].includes(issuer.hostname) };

/** Leaves the page for the identity provider's sign-in page. */
export async function signIn() {
  const { authorization_endpoint } = await discover();
  const pending = {
    verifier: oauth.generateRandomCodeVerifier(),
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
  };
  sessionStorage.setItem(PENDING, JSON.stringify(pending));
  leaveFor(authorization_endpoint, {
    client_id: clientId,
    redirect_uri: pageUrl,
    response_type: "code",
    scope,
    // Some providers issue refresh tokens only with it.
    prompt: "consent",
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(pending.verifier),
    code_challenge_method: "S256",
  });
}

/** Completes a sign-in if the identity provider has just returned to this page. Otherwise returns `undefined`. */
export async function completeSignIn() {
  const pending = JSON.parse(sessionStorage.getItem(PENDING) ?? "null");
  sessionStorage.removeItem(PENDING);
  const returned = new URLSearchParams(location.search);
  if (!returned.has("state")) return undefined;
  // The authorization code should not stay in the browser's history.
  history.replaceState(null, "", pageUrl);
  if (!pending) throw new Error("This sign-in was not started in this tab. Sign in again.");

  const server = await discover();
  const code = oauth.validateAuthResponse(server, client, returned, pending.state);
  const response = await oauth.authorizationCodeGrantRequest(
    server,
    client,
    authentication,
    code,
    pageUrl,
    pending.verifier,
    options,
  );
  const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
    expectedNonce: pending.nonce,
    requireIdToken: true,
  });
  return new Session(server, tokens);
}

/** A signed-in person. The tokens are in memory only: they are gone when the page is closed or reloaded. */
class Session {
  #server;
  #idToken;
  #refreshToken;
  #claims;

  constructor(server, tokens) {
    this.#server = server;
    this.#keep(tokens);
  }

  /** The identifier of the person at the identity provider. */
  get subject() {
    return this.#claims.sub;
  }

  get name() {
    const { name, preferred_username, sub } = this.#claims;
    return name ?? preferred_username ?? sub;
  }

  /** Returns a valid ID token, with which STS authenticates the person. */
  async idToken() {
    const remaining = () => this.#claims.exp - Date.now() / 1000;
    if (remaining() < RENEWAL_MARGIN && this.#refreshToken) await this.#refresh();
    if (remaining() <= 0) throw new Error("Your sign-in has expired. Reload the page and sign in again.");
    return this.#idToken;
  }

  /** Revokes the refresh token, and leaves the page for the identity provider's sign-out page if it has one. */
  async signOut() {
    const { revocation_endpoint, end_session_endpoint } = this.#server;
    const refreshToken = this.#refreshToken;
    this.#idToken = this.#refreshToken = undefined;
    if (revocation_endpoint && refreshToken) {
      await oauth.revocationRequest(this.#server, client, authentication, refreshToken, options);
    }
    // Without the ID token, which a URL should not contain. The provider may ask for a confirmation instead.
    leaveFor(end_session_endpoint ?? pageUrl, { client_id: clientId, post_logout_redirect_uri: pageUrl });
  }

  async #refresh() {
    const response = await oauth.refreshTokenGrantRequest(
      this.#server,
      client,
      authentication,
      this.#refreshToken,
      options,
    );
    this.#keep(await oauth.processRefreshTokenResponse(this.#server, client, response));
  }

  /** A response to a refresh token may have no new ID token, or no new refresh token. */
  #keep(tokens) {
    this.#refreshToken = tokens.refresh_token ?? this.#refreshToken;
    if (!tokens.id_token) return;
    this.#idToken = tokens.id_token;
    this.#claims = oauth.getValidatedIdTokenClaims(tokens);
  }
}

async function discover() {
  const response = await oauth.discoveryRequest(issuer, options).catch((cause) => {
    const message = `${issuer.host} cannot be reached. It must allow requests from this page (CORS), as must VITE_CONNECT_SRC.`;
    throw new Error(message, { cause });
  });
  return oauth.processDiscoveryResponse(issuer, response);
}

function leaveFor(endpoint, parameters) {
  const url = new URL(endpoint);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  location.assign(url);
}
