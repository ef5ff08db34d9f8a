// AssumeRoleWithWebIdentity with an OpenID Connect issuer and a server that verifies its signatures.
//
// MiniStack accepts any token. SeaweedFS's STS verifies tokens with the issuer's JWKS.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";

import { fromWebToken, STS } from "../../pkg/dist/entry/node.js";

const require = createRequire(new URL("../../pkg/package.json", import.meta.url));
const audience = "sts-web";
const roleArn = "arn:aws:iam::000000000000:role/web-role";
// For each of these ports, SeaweedFS also listens on the one 10,000 above.
const port = 20_000 + Math.floor(Math.random() * 9_000);
const issuer = `http://127.0.0.1:${port}`;
const endpoint = `http://127.0.0.1:${port + 4}`;
const clientConfig = { region: "us-east-1", endpoint };

let folder;
let issuerServer;
let seaweed;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "sts-web-oidc-"));
  issuerServer = await startIssuer();
  seaweed = await startSeaweed();
});
after(async () => {
  seaweed?.kill("SIGKILL");
  issuerServer?.close();
  issuerServer?.closeAllConnections();
  await rm(folder, { recursive: true, force: true });
});

async function startIssuer() {
  const { default: Provider } = await import(require.resolve("oidc-provider"));
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
  const server = createServer(provider.callback());
  await once(server.listen(port, "127.0.0.1"), "listening");
  return server;
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

async function startSeaweed() {
  const allow = (statement) => ({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] });
  const trustPolicy = allow({ Principal: { Federated: "issuer" }, Action: ["sts:AssumeRoleWithWebIdentity"] });
  const iam = {
    sts: {
      tokenDuration: "1h",
      maxSessionLength: "12h",
      issuer: "seaweedfs-sts",
      signingKey: btoa("a signing key of 32 characters..."),
    },
    providers: [
      {
        name: "issuer",
        type: "oidc",
        enabled: true,
        config: { issuer, clientId: audience, jwksUri: `${issuer}/jwks` },
      },
    ],
    policy: { defaultEffect: "Deny", storeType: "memory" },
    roles: [{ roleName: "web-role", roleArn, trustPolicy, attachedPolicies: ["all"] }],
    policies: [{ name: "all", document: allow({ Action: ["s3:*", "sts:*"], Resource: ["*"] }) }],
  };
  const admin = { name: "admin", credentials: [{ accessKey: "admin", secretKey: "admin-secret" }], actions: ["Admin"] };
  await writeFile(join(folder, "iam.json"), JSON.stringify(iam));
  await writeFile(join(folder, "s3.json"), JSON.stringify({ identities: [admin] }));
  const program = join(dirname(process.env.STS_WEB_PYTHON), "weed");
  const options = [
    "-ip=127.0.0.1",
    "-ip.bind=127.0.0.1",
    `-dir=${folder}`,
    "-filer",
    "-s3",
    "-master.volumeSizeLimitMB=16",
  ];
  const ports = [
    `-master.port=${port + 1}`,
    `-volume.port=${port + 2}`,
    `-filer.port=${port + 3}`,
    `-s3.port=${port + 4}`,
  ];
  const configuration = [`-s3.config=${join(folder, "s3.json")}`, `-s3.iam.config=${join(folder, "iam.json")}`];
  const server = spawn(program, ["server", ...options, ...ports, ...configuration], { stdio: "ignore" });
  for (let attempt = 0; attempt < 150; attempt += 1) {
    if (await fetch(endpoint).catch(() => undefined)) return server;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  server.kill("SIGKILL");
  throw new Error("SeaweedFS did not start");
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
