// A server for uploads: POST /uploads returns a presigned URL to PUT one file, valid for 5 minutes.

import { fromWebToken, Signer } from "sts-web";

const { AWS_REGION: region, AWS_ROLE_ARN, AWS_WEB_IDENTITY_TOKEN_FILE, AWS_ENDPOINT_URL, BUCKET_URL } = process.env;

const s3 = new Signer({
  region,
  service: "s3",
  credentials: fromWebToken({
    // Set by Amazon EKS in the pods of a service account with a role. EKS replaces the token in the file before it expires.
    roleArn: AWS_ROLE_ARN,
    webIdentityToken: () => Bun.file(AWS_WEB_IDENTITY_TOKEN_FILE).text(),
    clientConfig: { region, endpoint: AWS_ENDPOINT_URL },
  }),
});

Bun.serve({
  // Without Bun's error page, which shows callers the source code. The errors are printed.
  development: false,
  port: process.env.PORT ?? 3000,
  routes: {
    "/uploads": {
      async POST() {
        const url = await s3.presign(`${BUCKET_URL}/${crypto.randomUUID()}`, { method: "PUT", expiresIn: 300 });
        return Response.json({ url }, { headers: { "cache-control": "no-store" } });
      },
    },
  },
});
