// `getSignedUrl` of @aws-sdk/s3-request-presigner with this package's credential providers, compared with `Signer`.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { test } from "node:test";

import { fromTemporaryCredentials, GetCallerIdentityCommand, Signer, STSClient } from "../../pkg/dist/entry/node.js";

const require = createRequire(new URL("../../pkg/package.json", import.meta.url));
const { GetObjectCommand, ListObjectsV2Command, PutObjectCommand, S3Client } = require("@aws-sdk/client-s3");
/** @type {{ getSignedUrl(client: object, command: object, options?: object): Promise<string> }} */
const { getSignedUrl } = require("@aws-sdk/s3-request-presigner");

const sandbox = JSON.parse(process.env.STS_WEB_SANDBOX ?? "{}");
const { endpoint, region, accessKeyId, secretAccessKey, roleArn } = sandbox;

/** Returns a provider of role credentials, and a function that returns how often it has called STS. */
function roleProvider() {
  let calls = 0;
  const provider = fromTemporaryCredentials({
    params: { RoleArn: roleArn, DurationSeconds: 900 },
    masterCredentials: { accessKeyId, secretAccessKey },
    clientConfig: {
      endpoint,
      fetch: (url, init) => {
        calls += 1;
        return fetch(url, init);
      },
    },
  });
  return { provider, calls: () => calls };
}

test("a URL that getSignedUrl signs with a provider's role credentials downloads the object", async () => {
  const { provider, calls } = roleProvider();
  const s3 = new S3Client({ endpoint, region, credentials: provider, forcePathStyle: true });
  const object = { Bucket: "example-photos", Key: "hello.txt" };
  const urls = await Promise.all(
    [60, 900].map((expiresIn) => getSignedUrl(s3, new GetObjectCommand(object), { expiresIn })),
  );
  for (const url of urls) assert.equal(await (await fetch(url)).text(), "hello\n");
  assert.equal(calls(), 1, "the credentials are cached");
  const altered = await fetch(urls[0].replace("hello.txt", "other.txt"));
  assert.equal(altered.status, 403);
});

test("getSignedUrl and Signer return the same signatures for the same URLs", async () => {
  const { provider } = roleProvider();
  const signingDate = new Date("2026-11-26T05:06:07Z");
  const signer = new Signer({ credentials: provider, region: "eu-central-1", service: "s3" });
  const keys = ["hello.txt", "a b/+&=@é日本😀.txt", "//a/.b/..c", "%2F%", "!'()*~"];
  const commands = [
    ...keys.map((Key) => new GetObjectCommand({ Bucket: "my-bucket", Key, ResponseContentType: "text/plain; a=b+c" })),
    ...keys.map((Key) => new PutObjectCommand({ Bucket: "my-bucket", Key, ContentLength: 5, ACL: "private" })),
    new ListObjectsV2Command({ Bucket: "my-bucket", Prefix: "a b/+", Delimiter: "/" }),
  ];
  for (const forcePathStyle of [false, true]) {
    const s3 = new S3Client({ region: "eu-central-1", credentials: provider, forcePathStyle });
    for (const command of commands) {
      const theirs = new URL(await getSignedUrl(s3, command, { expiresIn: 60, signingDate }));
      const names = theirs.searchParams.get("X-Amz-SignedHeaders").split(";");
      const headers = names.includes("content-length") ? { "content-length": "5" } : {};
      const method = command instanceof PutObjectCommand ? "PUT" : "GET";
      // `Signer` replaces the signature in the URL.
      const own = await signer.presign(theirs, { method, headers, expiresIn: 60, signingDate });
      assert.deepEqual([...own.searchParams].sort(), [...theirs.searchParams].sort(), String(theirs));
      assert.equal(own.pathname, theirs.pathname);
    }
  }
});

test("getSignedUrl of a client of this package is an error that names Signer", async () => {
  const sts = new STSClient({ region, credentials: { accessKeyId, secretAccessKey } });
  await assert.rejects(getSignedUrl(sts, new GetCallerIdentityCommand()), {
    name: "NotSupported",
    message: /or Signer to presign/,
  });
});
