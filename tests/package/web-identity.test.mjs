// AssumeRoleWithWebIdentity with an OpenID Connect issuer and a server that verifies its signatures.
//
// MiniStack accepts any token. SeaweedFS's STS verifies tokens with the issuer's JWKS.

import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";

import { fromWebToken, STS } from "../../pkg/dist/entry/node.js";
import { startSeaweedFs } from "../sandbox/seaweedfs.mjs";

const require = createRequire(new URL("../../pkg/package.json", import.meta.url));
const audience = "sts-web";

let issuer;
let issuerServer;
let seaweedFs;
let endpoint;
let roleArn;
let clientConfig;

before(async () => {
  issuerServer = await startIssuer();
  const roles = { "web-role": undefined };
  seaweedFs = await startSeaweedFs({ issuer, jwksUri: `${issuer}/jwks`, audience, roles });
  endpoint = seaweedFs.endpoint;
  roleArn = seaweedFs.roleArn("web-role");
  clientConfig = { region: "us-east-1", endpoint };
});
after(async () => {
  await seaweedFs?.close();
  issuerServer?.close();
  issuerServer?.closeAllConnections();
});

async function startIssuer() {
  const { default: Provider } = await import(require.resolve("oidc-provider"));
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  issuer = `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`;
  const key = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" });
  const client = {
    client_id: "caller",
    client_secret: "secret",
    grant_types: ["client_credentials"],
    redirect_uris: [],
    response_types: [],
  };
  const provider = new Provider(issuer, {
    jwks: { keys: [{ ...key, kid: "key-1", use: "sig", alg: "RS256" }] },
    clients: [client],
    ttl: { ClientCredentials: 600 },
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => "urn:sts",
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: "",
          audience,
          accessTokenFormat: "jwt",
          jwt: { sign: { alg: "RS256" } },
        }),
      },
    },
  });
  return server.on("request", provider.callback());
}

/** Returns a new token from the issuer. */
async function fetchToken() {
  const headers = {
    authorization: `Basic ${btoa("caller:secret")}`,
    "content-type": "application/x-www-form-urlencoded",
  };
  const response = await fetch(`${issuer}/token`, { method: "POST", headers, body: "grant_type=client_credentials" });
  return (await response.json()).access_token;
}

/** @param {string} WebIdentityToken */
const input = (WebIdentityToken) => ({ RoleArn: roleArn, RoleSessionName: "web", WebIdentityToken });

test("the issuer's token is exchanged for role credentials, without other credentials", async () => {
  const output = await new STS(clientConfig).assumeRoleWithWebIdentity(input(await fetchToken()));
  assert.match(output.Credentials.AccessKeyId, /^ASIA/);
  assert.ok(output.Credentials.Expiration > new Date());
  assert.equal(output.SubjectFromWebIdentityToken, "caller");
});

test("a token that was tampered with is rejected, and is not in the error", async () => {
  const [header, , signature] = (await fetchToken()).split(".");
  const claims = { iss: issuer, aud: audience, sub: "somebody-else", exp: Math.floor(Date.now() / 1000) + 600 };
  const forged = [header, Buffer.from(JSON.stringify(claims)).toString("base64url"), signature].join(".");
  await assert.rejects(new STS(clientConfig).assumeRoleWithWebIdentity(input(forged)), (/** @type {any} */ error) => {
    assert.equal(error.$metadata.httpStatusCode, 400);
    assert.match(error.message, /signature is invalid/);
    assert.ok(!error.message.includes(forged.split(".")[1]));
    return true;
  });
});

test("the SDK's S3 client works with a provider of credentials for the issuer's tokens", async () => {
  const { CreateBucketCommand, ListBucketsCommand, S3Client } = require("@aws-sdk/client-s3");
  let tokens = 0;
  const webIdentityToken = () => {
    tokens += 1;
    return fetchToken();
  };
  const credentials = fromWebToken({ roleArn, webIdentityToken, clientConfig });
  const s3 = new S3Client({ endpoint, region: "us-east-1", credentials, forcePathStyle: true });
  await s3.send(new CreateBucketCommand({ Bucket: "from-a-web-identity" }));
  const { Buckets } = await s3.send(new ListBucketsCommand({}));
  assert.ok(Buckets.some((bucket) => bucket.Name === "from-a-web-identity"));
  assert.equal(tokens, 1);
});
