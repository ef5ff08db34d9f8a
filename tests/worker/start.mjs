// Runs the Worker with the page for `cargo xtask start --worker`: in workerd, without AWS keys, with a local identity
// provider and the sandbox, until its standard input is closed.
//
// Usage: node start.mjs PORT

import { generateKeyPairSync } from "node:crypto";
import { rm } from "node:fs/promises";

import { configurationFor } from "./configurations.mjs";
import { audience, startIssuer } from "./issuer.mjs";
import { siteForSandbox, startWorker } from "./running-worker.mjs";
import { createRole, sandbox } from "./sts.mjs";

const port = Number(process.argv[2]);
const url = `http://127.0.0.1:${port}`;
const { issuer, close } = await startIssuer({ pages: [url] });
const signIn = { issuer, clientId: "page", clientSecret: "PAGE_SECRET" };
const roles = { "from-the-worker": await createRole("from-the-worker", trustPolicy()) };
const people = { name: "people", audience: "page", roles };
const programs = { name: "programs", issuer, audience, roles };
const more = { credentials: "issuer", issuer: url, signIn };
const configuration = configurationFor(issuer, { endpoint: sandbox.endpoint }, people, more);
configuration.grants.push(programs);
const site = await siteForSandbox();
const bindings = { AWS_ACCESS_KEY_ID: "", AWS_SECRET_ACCESS_KEY: "", SIGNING_KEY: newSigningKey() };
const worker = await startWorker({ configuration, bindings, port, site, onLine: (line) => console.log(line) });
console.log(`
The page:    ${url}/  (sign in with any name and any password)
The issuer:  ${issuer}
The sandbox: ${sandbox.endpoint}  (MiniStack with IAM enforced; no AWS account is touched)
Press Ctrl-C to stop. The Worker's log follows.
`);
process.on("SIGINT", () => {});
process.stdin.resume();
await new Promise((resolve) => process.stdin.once("end", resolve));
await worker.close();
await rm(site, { recursive: true, force: true });
close();

/** Allows the Worker's tokens to assume the role, as `sts-web-worker aws-template` does. */
function trustPolicy() {
  const { host } = new URL(url);
  return {
    Version: "2012-10-17",
    Statement: [
      {
        Effect: "Allow",
        Principal: { Federated: `arn:aws:iam::123456789012:oidc-provider/${host}` },
        Action: "sts:AssumeRoleWithWebIdentity",
        Condition: {
          StringEquals: { [`${host}:aud`]: "sts.amazonaws.com" },
          StringLike: { [`${host}:sub`]: ["grant:people:*", "grant:programs:*"] },
        },
      },
    ],
  };
}

function newSigningKey() {
  return JSON.stringify(generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey.export({ format: "jwk" }));
}
