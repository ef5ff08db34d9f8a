import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { startIssuer } from "../../worker/issuer.mjs";
import { REGION, withBucket } from "../bucket.mjs";
import { example } from "../tool.mjs";

const AUDIENCE = "sts.amazonaws.com";
const SUBJECT = "system:serviceaccount:default:uploads";

/** npm does not run the script that links the program. */
const PROGRAM = `node_modules/@oven/bun-${process.platform}-${process.arch}/bin/bun`;
const START = ["sh", "-c", `PORT=$PORT exec ${PROGRAM} server.js`];

export const tools = [
  example(
    "bun",
    {
      "signs an upload": {
        run,
        expected: { uploaded: 200, download: 403, elsewhere: 403, missing: 404 },
      },
      "an error shows callers no source code": {
        run: ({ serve }) => serve(START, failedUpload, { AWS_WEB_IDENTITY_TOKEN_FILE: "missing" }),
        expected: "500 text/plain",
      },
    },
    { packages: { bun: "1.4.5" } },
  ),
];

async function run({ folder, serve }) {
  const issuer = await startIssuer();
  try {
    return await withBucket({ issuer: issuer.issuer, audience: AUDIENCE, subject: SUBJECT }, async (bucket) => {
      const tokenFile = join(folder, "token");
      await writeFile(tokenFile, await issuer.token({ aud: AUDIENCE, sub: SUBJECT }));
      const environment = {
        AWS_REGION: REGION,
        AWS_ENDPOINT_URL: bucket.endpoint,
        AWS_ROLE_ARN: bucket.roleArn,
        AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile,
        BUCKET_URL: bucket.url,
      };
      return serve(START, upload, environment);
    });
  } finally {
    issuer.close();
  }
}

/** Uploads a file, and tries requests that the signed URL does not allow. */
async function upload(server) {
  const post = await fetch(new URL("/uploads", server), { method: "POST" });
  const { url } = /** @type {any} */ (await post.json());
  const put = (to) => fetch(to, { method: "PUT", body: "a file" });
  const status = async (response) => (await response).status;
  return {
    uploaded: await status(put(url)),
    download: await status(fetch(url)),
    elsewhere: await status(put(url.replace("/files/", "/files/other-"))),
    missing: await status(fetch(new URL("/missing", server))),
  };
}

async function failedUpload(server) {
  const { status, headers } = await fetch(new URL("/uploads", server), { method: "POST" });
  return `${status} ${headers.get("content-type")}`;
}
