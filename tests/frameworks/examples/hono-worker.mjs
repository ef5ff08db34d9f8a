// The Worker as Wrangler bundles it, in workerd.

import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";

import { parseJsonc } from "../../worker/configurations.mjs";
import { startIssuer } from "../../worker/issuer.mjs";
import { REGION, withBucket } from "../bucket.mjs";
import { example } from "../tool.mjs";

const fromPackage = createRequire(new URL("../../../pkg/package.json", import.meta.url));
const AUDIENCE = "hono-worker";

export const tools = [
  example(
    "hono-worker",
    {
      "serves the bucket to callers that the role trusts": {
        run,
        expected: {
          alice: "200 hello.txt",
          nested: "200 photos/sea.jpg",
          missing: "404 NoSuchKey",
          encoded: "404 NoSuchKey",
          bob: "403 AccessDenied",
          forged: "403 AccessDenied",
          "no token of STS": "401 Bearer",
          "without a token": "401 Bearer",
        },
      },
    },
    { suite: true },
  ),
];

async function run({ folder }) {
  const issuer = await startIssuer();
  const strangers = await startIssuer();
  try {
    const trust = { issuer: issuer.issuer, audience: AUDIENCE, subject: "alice" };
    return await withBucket(trust, async (bucket) => {
      const bindings = { REGION, ROLE_ARN: bucket.roleArn, BUCKET_URL: bucket.url, STS_ENDPOINT: bucket.endpoint };
      const worker = await startWorker(folder, bindings);
      const get = async (path, token) => {
        const headers = token ? { authorization: `Bearer ${token}` } : {};
        const response = await worker.dispatchFetch(`http://worker${path}`, { headers });
        const text = await response.text();
        const details = /<Code>(.*)<\/Code>/.exec(text)?.[1] ?? response.headers.get("www-authenticate") ?? text.trim();
        return `${response.status} ${details}`;
      };
      const alice = await issuer.token({ aud: AUDIENCE, sub: "alice" });
      const bob = await issuer.token({ aud: AUDIENCE, sub: "bob" });
      const forged = await strangers.token({ aud: AUDIENCE, sub: "alice", iss: issuer.issuer });
      try {
        return {
          alice: await get("/hello.txt", alice),
          nested: await get("/photos/sea.jpg", alice),
          missing: await get("/missing.txt", alice),
          encoded: await get("/a%5Cb%20", alice),
          bob: await get("/hello.txt", bob),
          forged: await get("/hello.txt", forged),
          "no token of STS": await get("/hello.txt", "abc"),
          "without a token": await get("/hello.txt"),
        };
      } finally {
        await worker.dispose();
      }
    });
  } finally {
    issuer.close();
    strangers.close();
  }
}

/** Keeps imports of wasm files, and places them beside the bundle. */
const wasmAsModule = {
  name: "wasm-as-module",
  setup: (build) => build.onResolve({ filter: /\.wasm$/ }, () => ({ path: "./sts.wasm", external: true })),
};

async function startWorker(folder, bindings) {
  const { build } = fromPackage("esbuild");
  const { Miniflare } = fromPackage("miniflare");
  const config = parseJsonc(await readFile(join(folder, "wrangler.jsonc"), "utf8"));
  const { outputFiles } = await build({
    absWorkingDir: folder,
    entryPoints: [config.main],
    bundle: true,
    write: false,
    format: "esm",
    conditions: ["workerd", "worker", "browser"],
    plugins: [wasmAsModule],
  });
  return new Miniflare({
    modules: [
      { type: "ESModule", path: "worker.js", contents: outputFiles[0].text },
      {
        type: "CompiledWasm",
        path: "sts.wasm",
        contents: await readFile(join(folder, "node_modules/sts-web/dist/sts.wasm")),
      },
    ],
    compatibilityDate: config.compatibility_date,
    bindings: { ...config.vars, ...bindings },
  });
}
