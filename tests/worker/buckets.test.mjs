// The S3 endpoint that the Worker lists buckets from, checked against botocore's data.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { configurationFor } from "./configurations.mjs";
import { startWorker } from "./running-worker.mjs";
import { issuer, sts } from "./services.mjs";

const vectors = new URL("../vectors/endpoint/partitions.json", import.meta.url);
const { partitions } = JSON.parse(await readFile(vectors, "utf8"));
const NO_BUCKETS = "<ListAllMyBucketsResult><Buckets/></ListAllMyBucketsResult>";

for (const region of ["eu-central-1", "cn-north-1", "eusc-de-east-1", "us-gov-west-1", "us-isob-east-1"]) {
  test(`buckets are listed from the S3 endpoint of ${region}`, async () => {
    const origins = [];
    const outbound = async ({ url }) => {
      origins.push(new URL(url).origin);
      return { status: 200, body: NO_BUCKETS };
    };
    const { s3Endpoint: _, ...configuration } = configurationFor(issuer.issuer, sts, {}, { region });
    const worker = await startWorker({ configuration, outbound });
    try {
      const headers = { authorization: `Bearer ${await issuer.token()}` };
      const response = await worker.get("/api/buckets?role=reader", headers);
      assert.deepEqual(await response.json(), { buckets: [] });
    } finally {
      await worker.close();
    }
    const [expected] = partitions.flatMap(({ s3 }) => s3[region] ?? []);
    assert.deepEqual(origins, [expected]);
  });
}
