// Partitions and their hosts, checked against botocore's data.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";

import { AwsClient } from "../../pkg/dist/aws4fetch.js";
import { partitionOf, switchRoleUrl } from "../../pkg/dist/entry/node.js";

const vectors = new URL("../vectors/endpoint/partitions.json", import.meta.url);
const { partitions } = JSON.parse(await readFile(vectors, "utf8"));

test("every region belongs to the partition that botocore has for it", () => {
  for (const { id, dnsSuffix, dualStackDnsSuffix, regions } of partitions) {
    for (const region of regions) {
      const found = partitionOf(region);
      assert.deepEqual(
        [found.id, found.dnsSuffix, found.dualStackDnsSuffix],
        [id, dnsSuffix, dualStackDnsSuffix],
        region,
      );
    }
  }
});

test("regions that do not exist yet belong to the partition whose pattern they match, or to aws", () => {
  const ids = ["us-moon-1", "eusc-de-moon-2", "us-isob-moon-1", "xx-moon-7", "cn-moon", "cn-north-1a"].map(
    (region) => partitionOf(region).id,
  );
  assert.deepEqual(ids, ["aws", "aws-eusc", "aws-iso-b", "aws", "aws", "aws"]);
});

test("each partition has its own console, or an error that names the partition", () => {
  const link = (region) => switchRoleUrl({ account: "012345678901", roleName: "Reader", region });
  assert.match(link("eusc-de-east-1"), /^https:\/\/eusc-de-east-1\.signin\.amazonaws-eusc\.eu\/switchrole\?/);
  assert.match(link("cn-north-1"), /^https:\/\/signin\.amazonaws\.cn\/switchrole\?/);
  assert.throws(() => link("eu-isoe-west-1"), /partition aws-iso-e has no public address/);
});

test("the aws4fetch client signs S3 requests for the region in the host, in every partition", async () => {
  const client = new AwsClient({ accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "secret" });
  for (const { s3 } of partitions) {
    for (const [region, endpoint] of Object.entries(s3)) {
      const { headers } = await client.sign(`${endpoint}/`);
      assert.match(headers.get("authorization"), new RegExp(`/${region}/s3/aws4_request,`), endpoint);
    }
  }
});
