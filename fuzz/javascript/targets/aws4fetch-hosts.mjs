// The service and the region that `sts-web/aws4fetch` derives from a host, compared with aws4fetch's.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import fc from "fast-check";

import { AwsV4Signer } from "../../../pkg/dist/aws4fetch.js";
import { PARTITIONS } from "../../../pkg/dist/generated/partitions.js";
import { fuzz } from "../run.mjs";

const require = createRequire(new URL("../../../pkg/package.json", import.meta.url));
/** @type {{ AwsV4Signer: typeof AwsV4Signer }} */
const theirs = require("aws4fetch");

const SERVICES =
  "s3 s3-fips s3-external-1 s3-accelerate s3-control s3-outposts s3-object-lambda s3express-use1-az4 sts sqs queue iot " +
  "data.iot data.jobs.iot credentials.iot es aoss email git-codecommit kms-fips iam execute-api lambda-url autoscaling " +
  "appstream2 cloudhsmv2 marketplace metering.marketplace mobile mturk-requester-sandbox personalize-runtime pinpoint " +
  "bedrock-runtime runtime.sagemaker runtime-fips.lex states-fips data.mediastore dynamodb-fips streams.dynamodb " +
  "monitoring models.lex transcribestreaming";
const REGIONS =
  "us-east-1 eu-south-2 us-gov-west-1 us-gov fips-us-gov-east-1 cn-north-1 us-iso-east-1 ap-southeast-5 us-east-1-fips " +
  "s3 s3-accelerate dualstack ca-west-1 us-west-001 eu";
const SUFFIXES = [
  "amazonaws.com",
  "amazonaws.com",
  "amazonaws.com.cn",
  "on.aws",
  "r2.cloudflarestorage.com",
  "backblazeb2.com",
  "example",
];

const word = fc.string({
  unit: fc.constantFrom(..."abcfips123-"),
  minLength: 1,
  maxLength: 8,
});
const label = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...SERVICES.split(" ")) },
  { weight: 4, arbitrary: fc.constantFrom(...REGIONS.split(" ")) },
  { weight: 1, arbitrary: fc.constantFrom("dualstack", "bucket", "a.b", "lambda-url", "s3") },
  { weight: 1, arbitrary: word.map((text) => `x${text}0`) },
);
const host = fc
  .tuple(fc.array(label, { minLength: 1, maxLength: 4 }), fc.constantFrom(...SUFFIXES), fc.constantFrom("", ":8443"))
  .map(([labels, suffix, port]) => `${[...labels, suffix].join(".")}${port}`);
const path = fc.constantFrom("/", "/mqtt", "/topics/a");
const target = fc.constantFrom(
  undefined,
  "AnyScaleFrontendService.DescribeScalingPolicies",
  "AnyScaleScalingPlannerFrontendService.X",
  "AutoScaling_2011.X",
);

const keys = { accessKeyId: "A", secretAccessKey: "s", datetime: "20261126T050607Z" };

/** Hosts that `sts-web/aws4fetch` knows, and aws4fetch does not. COMING-FROM.md lists this difference. */
const isKnownToUsOnly = (hostname) =>
  PARTITIONS.some(({ dnsSuffix, dualStackDnsSuffix }) =>
    [dnsSuffix, dualStackDnsSuffix].some((suffix) => hostname.endsWith(`.${suffix}`)),
  );

await fuzz([
  fc.property(host, path, target, (host, path, target) => {
    const options = { ...keys, url: `https://${host}${path}`, headers: target && { "x-amz-target": target } };
    const [own, expected] = [new AwsV4Signer(options), new theirs.AwsV4Signer(options)];
    if (expected.service === "" && isKnownToUsOnly(new URL(options.url).hostname)) return;
    assert.deepEqual([own.service, own.region], [expected.service, expected.region]);
  }),
  // Options take precedence.
  fc.property(host, word, word, (host, service, region) => {
    const { credentialString } = new AwsV4Signer({ ...keys, url: `https://${host}/`, service, region });
    assert.equal(credentialString, `20261126/${region}/${service}/aws4_request`);
  }),
]);
