// Lists the buckets of an account by role chaining: your credentials assume a first role, and that role a second one.

import { ListBucketsCommand, S3Client } from "@aws-sdk/client-s3";
import { defaultProvider } from "@aws-sdk/credential-provider-node";
import { fromTemporaryCredentials, STS } from "sts-web";

const { AWS_REGION: region, AWS_ENDPOINT_URL: endpoint, FIRST_ROLE_ARN, SECOND_ROLE_ARN } = process.env;
const clientConfig = { region, endpoint };

const firstRole = fromTemporaryCredentials({
  params: { RoleArn: FIRST_ROLE_ARN },
  masterCredentials: defaultProvider(), // environment variables, profiles, IAM Identity Center, …, like the AWS CLI
  clientConfig,
});
const secondRole = fromTemporaryCredentials({
  params: { RoleArn: SECOND_ROLE_ARN },
  masterCredentials: firstRole,
  clientConfig,
});

// Both roles are assumed on the first request, and again before their credentials expire.
const s3 = new S3Client({ region, endpoint, credentials: secondRole });
const sts = new STS({ ...clientConfig, credentials: secondRole });

const { Arn } = await sts.getCallerIdentity();
const { Buckets = [] } = await s3.send(new ListBucketsCommand());
console.log(Arn);
for (const { Name } of Buckets) console.log(Name);
