// Signatures for any service, verified by the sandbox's S3 and by AWS's documented examples.

import assert from "node:assert/strict";
import { test } from "node:test";

import { fromTemporaryCredentials, Signer, STS } from "../../pkg/dist/entry/node.js";

const sandbox = JSON.parse(process.env.STS_WEB_SANDBOX ?? "{}");
const { endpoint, region, accessKeyId, secretAccessKey, roleArn } = sandbox;
const user = { accessKeyId, secretAccessKey };
const role = fromTemporaryCredentials({
  params: { RoleArn: roleArn },
  masterCredentials: user,
  clientConfig: { endpoint, region },
});
/** @param {import("../../pkg/dist/index.js").SignerConfig["credentials"]} credentials */
const s3 = (credentials) => new Signer({ credentials, region, service: "s3" });
const example = { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" };

test("role credentials list the buckets, which is denied to the user without permissions", async () => {
  assert.equal((await s3(user).fetch(endpoint)).status, 403);
  const listing = await (await s3(role).fetch(endpoint)).text();
  assert.match(listing, /example-photos.*example-reports/s);
});

test("a presigned URL works without headers, but not when it is changed", async () => {
  const url = await s3(role).presign(`${endpoint}/example-photos/hello.txt`, { expiresIn: 60 });
  assert.equal(await (await fetch(url)).text(), "hello\n");
  url.pathname = "/example-reports/hello.txt";
  assert.equal((await fetch(url)).status, 403);
});

// Source: S3 API Reference, "Authenticating Requests".
test("AWS's documented examples have the documented signatures", async () => {
  const signer = new Signer({ credentials: example, region: "us-east-1", service: "s3" });
  const signingDate = new Date("2013-05-24T00:00:00Z");
  const host = "https://examplebucket.s3.amazonaws.com";
  const url = await signer.presign(`${host}/test.txt`, { expiresIn: 86400, signingDate });
  assert.equal(
    url.searchParams.get("X-Amz-Signature"),
    "aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404",
  );
  const request = await signer.sign(`${host}/test.txt`, { headers: { Range: "bytes=0-9" } }, { signingDate });
  assert.match(
    request.headers.get("authorization"),
    /Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41$/,
  );
});

test("a body is signed and sent", async () => {
  const signer = new Signer({ credentials: user, region, service: "sts" });
  const body = "Action=GetCallerIdentity&Version=2011-06-15";
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const xml = await (await signer.fetch(`${endpoint}/`, { method: "POST", body, headers })).text();
  assert.match(xml, /user\/test-user/);
});

test("an invalid date is rejected, not treated as 1970", async () => {
  const signingDate = new Date("soon");
  const invalid = { name: "InvalidTime" };
  await assert.rejects(s3(example).sign("https://example.com/", {}, { signingDate }), invalid);
  await assert.rejects(s3(example).presign("https://example.com/", { signingDate }), invalid);
  const sts = new STS({ region: "us-east-1", credentials: example });
  await assert.rejects(sts.request("GetCallerIdentity", {}, { signingDate }), invalid);
});

test("requests that cannot be signed are rejected", async () => {
  await assert.rejects(s3(user).presign(endpoint, { expiresIn: 0 }), /1 to 604,800 seconds/);
  await assert.rejects(new Signer({ credentials: example, region: "", service: "s3" }).sign("https://a/"), {
    name: "InvalidScope",
  });
  const destroyed = s3(user);
  await destroyed.sign(endpoint);
  destroyed.destroy();
  await assert.rejects(destroyed.sign(endpoint), { name: "ClientDestroyed" });
});
