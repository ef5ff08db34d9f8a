// Deno, with a replacement for @deno/oidc, which works only on Deno Deploy.

import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { startIssuer } from "../../worker/issuer.mjs";
import { REGION, withBucket } from "../bucket.mjs";
import { example } from "../tool.mjs";

const AUDIENCE = "sts.amazonaws.com";
const SUBJECT = "deployment:my-organization/my-app/production";

/** npm does not run the script that links the program. */
const PROGRAM = `node_modules/@deno/${process.platform}-${process.arch}${process.platform === "linux" ? "-glibc" : ""}/deno`;

const STAND_IN = `export async function getIdToken(audience) {
  return JSON.parse(Deno.env.get("ID_TOKENS"))[audience];
}
`;

export const tools = [
  example(
    "deno-deploy",
    {
      "serves the bucket": {
        run,
        expected: { object: "200 photos/sea.jpg", head: 200, missing: 404, post: 405 },
      },
    },
    { packages: { deno: "2.9.6" } },
  ),
];

async function run({ folder, serve }) {
  const issuer = await startIssuer();
  try {
    return await withBucket({ issuer: issuer.issuer, audience: AUDIENCE, subject: SUBJECT }, async (bucket) => {
      await writeFile(join(folder, "oidc.js"), STAND_IN);
      await writeFile(join(folder, "deno.json"), JSON.stringify({ imports: { "@deno/oidc": "./oidc.js" } }));
      const environment = {
        ID_TOKENS: JSON.stringify({ [AUDIENCE]: await issuer.token({ aud: AUDIENCE, sub: SUBJECT }) }),
        AWS_REGION: REGION,
        AWS_ENDPOINT_URL: bucket.endpoint,
        ROLE_ARN: bucket.roleArn,
        BUCKET_URL: bucket.url,
      };
      const start = `DENO_SERVE_ADDRESS=tcp:127.0.0.1:$PORT exec ${PROGRAM} run --allow-net --allow-env main.js`;
      return serve(["sh", "-c", start], request, environment);
    });
  } finally {
    issuer.close();
  }
}

async function request(server) {
  const send = (path, init) => fetch(new URL(path, server), init);
  const object = await send("/photos/sea.jpg");
  return {
    object: `${object.status} ${await object.text()}`,
    head: (await send("/hello.txt", { method: "HEAD" })).status,
    missing: (await send("/missing")).status,
    post: (await send("/hello.txt", { method: "POST", body: "x" })).status,
  };
}
