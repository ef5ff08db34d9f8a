// Serves a private bucket to callers with an ID token: GET /report.pdf. The Worker has no secrets.

import { Hono } from "hono";
import { fromWebToken, Signer, STSServiceException } from "sts-web";

/** @type {Hono<{ Bindings: { REGION: string; ROLE_ARN: string; BUCKET_URL: string; STS_ENDPOINT?: string } }>} */
const app = new Hono();

app.get("/*", async ({ env, req, text }) => {
  // At most as long as STS accepts. Its content is verified by STS.
  const webIdentityToken = /^Bearer ([\w.-]{4,20000})$/i.exec(req.header("authorization") ?? "")?.[1];
  if (!webIdentityToken) return text("Send an ID token.\n", 401, { "www-authenticate": "Bearer" });
  const clientConfig = { region: env.REGION, endpoint: env.STS_ENDPOINT };
  const credentials = fromWebToken({ roleArn: env.ROLE_ARN, webIdentityToken, clientConfig });
  using s3 = new Signer({ region: env.REGION, service: "s3", credentials });
  // Not `req.path`, which Hono has decoded.
  return await s3.fetch(env.BUCKET_URL + new URL(req.url).pathname);
});

// STS verifies the token, and the role's trust policy decides who can read.
app.onError((error, { text }) => {
  if (error instanceof STSServiceException && error.$fault === "client") return text(`${error.name}\n`, 403);
  throw error;
});

export default app;
