// An AWS Lambda function that redirects GET /?key=report.pdf to a presigned URL of that object, in a bucket of another account.

import { fromTemporaryCredentials, Signer } from "sts-web";

const { AWS_REGION: region, AWS_ENDPOINT_URL: endpoint, BUCKET_URL, ROLE_ARN } = process.env;

/** The credentials of the function's own role, which Lambda provides. */
const ownCredentials = {
  accessKeyId: process.env.AWS_ACCESS_KEY_ID,
  secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY,
  sessionToken: process.env.AWS_SESSION_TOKEN,
};

// Created once per execution environment, so that most calls use cached credentials.
const signer = new Signer({
  region,
  service: "s3",
  credentials: fromTemporaryCredentials({
    params: { RoleArn: ROLE_ARN, RoleSessionName: "downloads" },
    masterCredentials: ownCredentials,
    clientConfig: { region, endpoint },
  }),
});

/** Returns a redirect to a presigned URL. The event is that of a function URL or of an HTTP API. */
export async function handler({ queryStringParameters }) {
  const key = queryStringParameters?.key;
  if (!key) return { statusCode: 400, body: "Pass the key of an object: ?key=report.pdf\n" };
  // Encoded, so that a key cannot add parameters to the signed URL.
  const url = await signer.presign(`${BUCKET_URL}/${encodeURIComponent(key)}`, { expiresIn: 300 });
  return { statusCode: 303, headers: { location: url.href, "cache-control": "no-store" } };
}
