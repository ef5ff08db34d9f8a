// A bucket in SeaweedFS, and a role that may read it. The role trusts one person of an OpenID Connect issuer. SeaweedFS
// verifies the signature of their tokens with the issuer's keys.

import { Signer } from "../../pkg/dist/entry/node.js";
import { startSeaweedFs } from "../sandbox/seaweedfs.mjs";

export const REGION = "us-east-1";
/** The objects in the bucket. Each contains its name. */
export const FILES = ["hello.txt", "photos/sea.jpg"];

/**
 * Calls `work` while SeaweedFS runs, and returns its result.
 *
 * @template T
 * @param {{ issuer: string; audience: string; subject: string }} trust
 * @param {(bucket: { endpoint: string; roleArn: string; url: string }) => Promise<T>} work
 */
export async function withBucket({ issuer, audience, subject }, work) {
  const condition = { StringEquals: { "oidc:aud": audience, "oidc:sub": subject } };
  const seaweed = await startSeaweedFs({ issuer, jwksUri: `${issuer}/jwks`, audience, roles: { reader: condition } });
  try {
    const url = await createBucket(seaweed.endpoint);
    return await work({ endpoint: seaweed.endpoint, roleArn: seaweed.roleArn("reader"), url });
  } finally {
    await seaweed.close();
  }
}

async function createBucket(endpoint) {
  const credentials = { accessKeyId: "admin", secretAccessKey: "admin-secret" };
  const signer = new Signer({ region: REGION, service: "s3", credentials });
  const url = `${endpoint}/files`;
  for (const [path, body] of [["", ""], ...FILES.map((name) => [`/${name}`, name])]) {
    const response = await signer.fetch(url + path, { method: "PUT", body });
    if (!response.ok) throw new Error(`PUT ${url}${path}: ${response.status} ${await response.text()}`);
  }
  signer.destroy();
  return url;
}
