// SeaweedFS: an STS that fetches an OpenID Connect issuer's keys and verifies the signature, issuer, audience and
// expiration of its tokens.

import { spawn } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const allow = (statement) => ({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] });

/** How long SeaweedFS may take to start, in milliseconds. */
const START_TIMEOUT = 180_000;
/** How many times it is started if it ends at once, e.g. because a port is in use. */
const MAX_STARTS = 5;

/**
 * Starts SeaweedFS with one identity provider and the roles that its users can assume.
 * @param {object} options
 * @param {string} options.issuer
 * @param {string} options.jwksUri
 * @param {string} options.audience
 * @param {Record<string, object>} options.roles The condition in the trust policy of each role, by role name.
 */
export async function startSeaweedFs(options) {
  const deadline = Date.now() + START_TIMEOUT;
  let failure;
  for (let starts = 0; starts < MAX_STARTS && Date.now() < deadline; starts += 1) {
    try {
      return await start(options, deadline);
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

async function start({ issuer, jwksUri, audience, roles }, deadline) {
  const folder = await mkdtemp(join(tmpdir(), "sts-web-seaweedfs-"));
  const port = await freePort();
  const endpoint = `http://127.0.0.1:${port + 3}`;
  const roleArn = (name) => `arn:aws:iam::000000000000:role/${name}`;
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
        config: { issuer, clientId: audience, jwksUri, jwksCacheTTLSeconds: 3600 },
      },
    ],
    policy: { defaultEffect: "Deny", storeType: "memory" },
    roles: Object.entries(roles).map(([roleName, condition]) => ({
      roleName,
      roleArn: roleArn(roleName),
      trustPolicy: allow({
        Principal: { Federated: "issuer" },
        Action: ["sts:AssumeRoleWithWebIdentity"],
        ...(condition && { Condition: condition }),
      }),
      attachedPolicies: ["all"],
    })),
    policies: [{ name: "all", document: allow({ Action: ["s3:*", "sts:*"], Resource: ["*"] }) }],
  };
  const admin = { name: "admin", credentials: [{ accessKey: "admin", secretKey: "admin-secret" }], actions: ["Admin"] };
  await writeFile(join(folder, "iam.json"), JSON.stringify(iam));
  await writeFile(join(folder, "s3.json"), JSON.stringify({ identities: [admin] }));
  const server = spawn(
    join(dirname(process.env.STS_WEB_PYTHON), "weed"),
    [
      "server",
      "-ip=127.0.0.1",
      "-ip.bind=127.0.0.1",
      `-dir=${folder}`,
      "-filer",
      "-s3",
      "-master.volumeSizeLimitMB=16",
      // Each bucket uses several volumes.
      "-volume.max=60",
      `-master.port=${port}`,
      `-volume.port=${port + 1}`,
      `-filer.port=${port + 2}`,
      `-s3.port=${port + 3}`,
      // Servers with fixed ports, so that only one SeaweedFS could run at a time.
      "-s3.port.iceberg=0",
      "-s3.port.lance=0",
      "-master.telemetry=false",
      `-s3.config=${join(folder, "s3.json")}`,
      `-s3.iam.config=${join(folder, "iam.json")}`,
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  let log = "";
  server.stderr.on("data", (data) => {
    log = (log + data).slice(-2000);
  });
  const close = async () => {
    server.kill("SIGKILL");
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  };
  while (server.exitCode === null && Date.now() < deadline) {
    if (await fetch(endpoint).catch(() => undefined)) return { endpoint, roleArn, close };
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await close();
  throw new Error(`SeaweedFS did not start\n${log}`);
}

/**
 * Returns a port that is free, with the next three, and the ports 10,000 above, which SeaweedFS uses for gRPC. They are below those
 * that Linux gives to clients.
 */
async function freePort() {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 12_000);
    const ports = [0, 1, 2, 3].flatMap((offset) => [port + offset, port + offset + 10_000]);
    if ((await Promise.all(ports.map(isFree))).every(Boolean)) return port;
  }
}

async function isFree(port) {
  const server = createServer();
  const isListening = await new Promise((resolve) => {
    server.once("error", () => resolve(false)).listen(port, "127.0.0.1", () => resolve(true));
  });
  if (isListening) await new Promise((resolve) => server.close(resolve));
  return isListening;
}
