// An OpenID Connect issuer: `oidc-provider`, with keys that tests can rotate and tokens that they can sign.

import { generateKeyPairSync, randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { createRequire } from "node:module";

import { listen } from "./listen.mjs";

const fromPackage = createRequire(new URL("../../pkg/package.json", import.meta.url));
const fromWorker = createRequire(new URL("../../worker/package.json", import.meta.url));
export const { SignJWT } = await import(fromWorker.resolve("jose"));

/** The audience of the first grant. */
export const audience = "sts-web";

/**
 * Starts an OpenID Connect issuer. People sign in with any name and any password, and return to one of `pages`.
 * `requests` are the paths requested so far.
 * @param {{ pages?: string[], port?: number }} [options]
 */
export async function startIssuer({ pages = [], port = 0 } = {}) {
  const { default: Provider } = await import(fromPackage.resolve("oidc-provider"));
  let handle;
  let key;
  const requests = [];
  const server = createServer((request, response) => {
    requests.push(request.url);
    if (!self.intercept?.(request, response)) handle(request, response);
  });
  const issuer = await listen(server, port);
  let published = [];
  const rotate = ({ keepOld = false } = {}) => {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    key = { privateKey, publicKey, kid: randomBytes(6).toString("hex") };
    const jwk = { ...privateKey.export({ format: "jwk" }), kid: key.kid, use: "sig", alg: "RS256" };
    published = [jwk, ...(keepOld ? published : [])];
    handle = new Provider(issuer, settings(published, pages)).callback();
  };
  rotate();
  const self = {
    issuer,
    requests,
    /** Replaces the signing key, or with `keepOld` adds one. */
    rotate,
    /** @type {import("./listen.mjs").Intercept | undefined} */
    intercept: undefined,
    get key() {
      return key;
    },
    /**
     * Signs a token with these claims, by default with the issuer's key. With `kid: null` it has no `kid`.
     * @param {Record<string, unknown>} [claims] A claim that is `undefined` is left out.
     * @returns {Promise<string>}
     */
    token(claims = {}, { alg = "RS256", privateKey = key.privateKey, kid = key.kid } = {}) {
      const now = Math.floor(Date.now() / 1000);
      const all = { iss: issuer, aud: audience, sub: "alice", iat: now, exp: now + 600, ...claims };
      return new SignJWT(JSON.parse(JSON.stringify(all)))
        .setProtectedHeader({ alg, ...(kid && { kid }) })
        .sign(privateKey);
    },
    /** Gets a token from the issuer's token endpoint, with the client credentials grant. */
    async clientCredentialsToken() {
      const headers = {
        authorization: `Basic ${btoa("program:secret")}`,
        "content-type": "application/x-www-form-urlencoded",
      };
      const response = await fetch(`${issuer}/token`, {
        method: "POST",
        headers,
        body: "grant_type=client_credentials",
      });
      return (await response.json()).access_token;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
  return self;
}

/** The settings of `oidc-provider`: its signing keys, and one client each for programs and for pages. */
function settings(keys, pages) {
  const program = {
    client_id: "program",
    client_secret: "secret",
    grant_types: ["client_credentials"],
    redirect_uris: [],
    response_types: [],
  };
  const page = {
    client_id: "page",
    client_secret: "page-secret",
    redirect_uris: pages.map((origin) => `${origin}/api/sign-in/callback`),
  };
  return {
    jwks: { keys },
    clients: pages.length > 0 ? [program, page] : [program],
    cookies: { keys: [randomBytes(16).toString("hex")] },
    ttl: { ClientCredentials: 600, IdToken: 3600, Session: 3600, Interaction: 600, Grant: 3600, AccessToken: 600 },
    findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    // No consent screen.
    async loadExistingGrant({ oidc }) {
      const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
      grant.addOIDCScope("openid");
      await grant.save();
      return grant;
    },
    features: {
      devInteractions: { enabled: true },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: (_, client) => (client.clientId === "program" ? "urn:sts" : undefined),
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: "",
          audience,
          accessTokenFormat: "jwt",
          jwt: { sign: { alg: "RS256" } },
        }),
      },
    },
  };
}
