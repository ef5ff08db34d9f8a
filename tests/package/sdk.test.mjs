// The package as a replacement for @aws-sdk/client-sts, and as a credential provider for the SDK's clients.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";
import { promisify } from "node:util";

import * as stsWeb from "../../pkg/dist/entry/node.js";

const pkg = fileURLToPath(new URL("../../pkg/", import.meta.url));
const require = createRequire(join(pkg, "package.json"));
const sandbox = JSON.parse(process.env.STS_WEB_SANDBOX ?? "{}");
const { endpoint, region, accessKeyId, secretAccessKey, roleArn, roleSessionName } = sandbox;
const user = { accessKeyId, secretAccessKey };
const run = promisify(execFile);
const tsc = join(pkg, "node_modules/typescript/bin/tsc");

// Written for @aws-sdk/client-sts, without any reference to this package.
const PROGRAM = `
import { AssumeRoleCommand, GetCallerIdentityCommand, STS, STSClient, STSServiceException, ExpiredTokenException } from "@aws-sdk/client-sts";

export async function program({ endpoint, region, accessKeyId, secretAccessKey, roleArn, roleSessionName }) {
  const client = new STSClient({ endpoint, region, credentials: { accessKeyId, secretAccessKey } });
  const role = await client.send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: roleSessionName, DurationSeconds: 900 }));
  const { AccessKeyId, SecretAccessKey, SessionToken, Expiration } = role.Credentials;
  const credentials = { accessKeyId: AccessKeyId, secretAccessKey: SecretAccessKey, sessionToken: SessionToken };
  const sts = new STS({ endpoint, region, credentials: async () => credentials });
  const identity = await sts.getCallerIdentity({});
  const same = await sts.send(new GetCallerIdentityCommand({}));
  let failure;
  try {
    await new STS({ endpoint, region, credentials: { accessKeyId, secretAccessKey: "wrong" } }).getCallerIdentity({});
  } catch (error) {
    failure = {
      known: error instanceof STSServiceException,
      expired: error instanceof ExpiredTokenException,
      name: error.name,
      fault: error.$fault,
      status: error.$metadata.httpStatusCode,
      id: typeof error.$metadata.requestId,
    };
  }
  client.destroy();
  return {
    arn: identity.Arn,
    same: same.Arn === identity.Arn,
    account: identity.Account,
    status: role.$metadata.httpStatusCode,
    assumed: role.AssumedRoleUser.Arn,
    expires: Expiration instanceof Date,
    failure,
  };
}
`;

/**
 * Calls `use` with a folder in which this package is installed, and deletes the folder afterwards.
 *
 * @template T
 * @param {(folder: string) => Promise<T>} use
 */
async function withInstalledPackage(use) {
  const folder = await mkdtemp(join(tmpdir(), "sts-web-sdk-"));
  try {
    await mkdir(join(folder, "node_modules"));
    await symlink(pkg, join(folder, "node_modules/sts-web"));
    return await use(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** @param {Record<string, string>} alias */
function runBundled(alias) {
  return withInstalledPackage(async (folder) => {
    const out = join(folder, "bundle.mjs");
    await require("esbuild").build({
      stdin: { contents: PROGRAM, resolveDir: pkg },
      outfile: out,
      bundle: true,
      format: "esm",
      platform: "node",
      alias,
      external: ["sts-web/aws-sdk"],
      banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
    });
    return (await import(pathToFileURL(out).href)).program(sandbox);
  });
}

test("a program for @aws-sdk/client-sts has the same results with an alias to this package", async () => {
  const theirs = await runBundled({});
  const ours = await runBundled({ "@aws-sdk/client-sts": "sts-web/aws-sdk" });
  // The SDK reads an error's request ID from the headers only; the sandbox sends it in the body.
  assert.deepEqual({ ...ours.failure, id: theirs.failure.id }, theirs.failure);
  assert.deepEqual({ ...ours, failure: theirs.failure }, theirs);
  assert.match(ours.arn, /assumed-role\/test-role\/s3-access-example$/);
  assert.deepEqual(ours.failure, {
    known: true,
    expired: false,
    name: "SignatureDoesNotMatch",
    fault: "client",
    status: 403,
    id: "string",
  });
});

test("every command and exception of the SDK is exported under its name", async () => {
  const sdk = require("@aws-sdk/client-sts");
  const exported = new Map(Object.entries(stsWeb));
  const names = Object.keys(sdk).filter(
    (name) => /^[A-Z].*(Command|Exception)$/.test(name) || name === "STS" || name === "STSClient",
  );
  assert.ok(names.length > 25, names.join());
  assert.deepEqual(
    names.filter((name) => typeof exported.get(name) !== "function"),
    [],
  );
});

test("an import of a name that is not exported fails when it is bundled, type-checked or run", () =>
  withInstalledPackage(async (folder) => {
    const contents = 'import { __Client } from "sts-web/aws-sdk"; console.log(__Client);';
    const file = join(folder, "program.mts");
    await writeFile(file, contents);
    const options = { bundle: true, platform: "node", write: false, logLevel: "silent" };
    const build = require("esbuild").build({ stdin: { contents, resolveDir: folder }, ...options });
    await assert.rejects(build, /No matching export in .* for import "__Client"/);
    const node = async (...args) => {
      const { stdout, stderr } = await run(process.execPath, args, { cwd: folder }).catch((failure) => failure);
      return stdout + stderr;
    };
    const strict = ["--ignoreConfig", "--noEmit", "--module", "nodenext"];
    assert.match(await node(tsc, ...strict, file), /error TS2305: .*no exported member '__Client'/);
    assert.match(await node("--input-type=module", "-e", contents), /SyntaxError: .*export named '__Client'/);
    // CommonJS has no such check.
    assert.equal((await node("-p", 'typeof require("sts-web/aws-sdk").__Client')).trim(), "undefined");
  }));

test("the SDK's S3 client lists buckets with role credentials, before and after a refresh", async () => {
  const { ListBucketsCommand, S3Client } = require("@aws-sdk/client-s3");
  let calls = 0;
  /** @type {import("../../pkg/dist/index.js").Fetch} */
  const countingFetch = (url, init) => {
    calls += 1;
    return fetch(url, init);
  };
  const credentials = stsWeb.fromTemporaryCredentials({
    params: { RoleArn: roleArn, RoleSessionName: roleSessionName, DurationSeconds: 900 },
    masterCredentials: user,
    clientConfig: { endpoint, region, fetch: countingFetch },
  });
  const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  const list = async () => (await s3.send(new ListBucketsCommand({}))).Buckets.map((bucket) => bucket.Name).sort();
  assert.deepEqual(await list(), ["example-photos", "example-reports"]);
  assert.deepEqual(await list(), ["example-photos", "example-reports"]);
  assert.equal(calls, 1);

  // The SDK's cache calls the provider on each use of credentials that expire within five minutes.
  const short = stsWeb.fromTemporaryCredentials({
    params: { RoleArn: roleArn, DurationSeconds: 240 },
    masterCredentials: user,
    clientConfig: { endpoint, region, validate: false },
  });
  const [first, second] = [await short(), await short.refresh()];
  assert.notEqual(first.accessKeyId, second.accessKeyId);
  const refreshing = new S3Client({ endpoint, region, credentials: short, forcePathStyle: true });
  for (let time = 0; time < 2; time += 1) await refreshing.send(new ListBucketsCommand({}));
});

test("the credentials of a provider may come from another one, and MFA codes from mfaCodeProvider", async () => {
  const missing = stsWeb.fromTemporaryCredentials({
    params: { RoleArn: roleArn, SerialNumber: "arn:aws:iam::123456789012:mfa/user" },
    masterCredentials: user,
    clientConfig: { endpoint, region },
  });
  await assert.rejects(missing(), /mfaCodeProvider/);
  let body;
  const chained = stsWeb.fromTemporaryCredentials({
    params: { RoleArn: roleArn, SerialNumber: "arn:aws:iam::123456789012:mfa/user" },
    masterCredentials: async () => user,
    mfaCodeProvider: async (serial) => (serial.endsWith("mfa/user") ? "123456" : "000000"),
    clientConfig: {
      region,
      fetch: async (_url, init) => {
        body = init.body;
        return new Response("", { status: 403 });
      },
    },
  });
  await assert.rejects(chained());
  assert.match(body, /TokenCode=123456/);
});

test("a web identity token is fetched for each refresh, and sent unsigned", async () => {
  /** @type {any[]} */
  const requests = [];
  let tokens = 0;
  const provider = stsWeb.fromWebToken({
    roleArn,
    webIdentityToken: async () => {
      tokens += 1;
      return `token-${tokens}`;
    },
    clientConfig: {
      region,
      fetch: async (_url, init) => {
        requests.push(init);
        return new Response("", { status: 403 });
      },
    },
  });
  await assert.rejects(provider());
  await assert.rejects(provider());
  assert.match(requests[0].body, /WebIdentityToken=token-1$/);
  assert.match(requests[1].body, /WebIdentityToken=token-2$/);
  assert.equal(requests[0].headers.authorization, undefined);
});

test("the types are compatible with the SDK's", async () => {
  const types = fileURLToPath(new URL("sdk-types/", import.meta.url));
  await run("node", [tsc, "-p", types], { cwd: pkg }).catch(({ stdout }) => assert.fail(stdout));
});
