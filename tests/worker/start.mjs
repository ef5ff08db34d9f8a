// Runs the Worker with the page for `cargo xtask start --worker`: in workerd, with a local issuer and the sandbox, until
// its standard input is closed.
//
// Usage: node start.mjs PORT

import { rm } from "node:fs/promises";

import { audience, configurationFor, roleArn, sandbox, siteForSandbox, startIssuer, startWorker } from "./fixtures.mjs";

const port = Number(process.argv[2]);
const url = `http://127.0.0.1:${port}`;
const { issuer, close } = await startIssuer({ pages: [url] });
const signIn = { issuer, clientId: "page", clientSecret: "PAGE_SECRET" };
const people = { audience: "page", roles: { "test-role": roleArn } };
const programs = { issuer, audience, roles: { "test-role": roleArn } };
const configuration = configurationFor(issuer, { endpoint: sandbox.endpoint }, people, { signIn });
configuration.grants.push(programs);
const site = await siteForSandbox();
const worker = await startWorker({ configuration, port, site, onLine: (line) => console.log(line) });
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
