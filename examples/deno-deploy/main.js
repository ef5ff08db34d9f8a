// Serves the objects of a private bucket from Deno Deploy: GET /index.html. The app has no secrets.

import { getIdToken } from "@deno/oidc";
import { fromWebToken, Signer } from "sts-web";

const region = Deno.env.get("AWS_REGION");

const s3 = new Signer({
  region,
  service: "s3",
  credentials: fromWebToken({
    roleArn: Deno.env.get("ROLE_ARN"),
    // Deno Deploy issues a token that identifies the app.
    webIdentityToken: () => getIdToken("sts.amazonaws.com"),
    clientConfig: { region, endpoint: Deno.env.get("AWS_ENDPOINT_URL") },
  }),
});

Deno.serve(async ({ method, url }) => {
  if (method !== "GET" && method !== "HEAD")
    return new Response(null, { status: 405, headers: { allow: "GET, HEAD" } });
  return await s3.fetch(Deno.env.get("BUCKET_URL") + new URL(url).pathname, { method });
});
