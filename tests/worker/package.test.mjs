// What people deploy: a folder made by `npm create`, with the packed packages installed by npm, bundled by Wrangler.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { parseJsonc } from "./configurations.mjs";
import { startIssuer } from "./issuer.mjs";
import { freePort } from "./listen.mjs";
import { secrets, startWorker } from "./running-worker.mjs";
import { createRole, sandbox } from "./sts.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const temporary = await mkdtemp(join(tmpdir(), "sts-web-worker-"));
const folder = join(temporary, "my-team-broker");
let idp;
let url;

const run = promisify(execFile);
const npm = (...parameters) =>
  run("npm", ["--no-audit", "--no-fund", "--loglevel=error", ...parameters], { cwd: folder });
/** Runs a program with the Node that Wrangler requires, which also runs TypeScript. */
const withNode22 = (...command) => run(...onNode22(...command));
const onNode22 = (...command) =>
  /** @type {const} */ ([
    "npm",
    ["exec", "--yes", "--package=node@22.23.3", "--package=wrangler@4.164.0", "--", ...command],
    { cwd: folder, env: { ...process.env, WRANGLER_SEND_METRICS: "false" } },
  ]);
const cli = (...parameters) => withNode22("node", "node_modules/sts-web-worker/dist/cli.js", ...parameters);

/** Packs a package, and returns the path of the tarball. */
async function pack(name) {
  const { stdout } = await run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", temporary], {
    cwd: join(root, name),
  });
  return join(temporary, JSON.parse(stdout)[0].filename);
}

before(async () => {
  idp = await startIssuer();
  url = `http://127.0.0.1:${await freePort()}`;
  const [stsWeb, worker, create] = await Promise.all(["pkg", "worker", "worker/create"].map(pack));
  await run("npm", ["exec", "--yes", `--package=${create}`, "--", "create-sts-web-worker", "my-team-broker"], {
    cwd: temporary,
  });
  await npm("install", "--omit=dev", stsWeb, worker);
});
after(async () => {
  idp?.close();
  await rm(temporary, { recursive: true, force: true });
});

/** Writes a configuration that accepts tokens of the tests' issuer. */
async function configure(more = "", issuer = url) {
  await writeFile(
    join(folder, "broker.config.ts"),
    `import { defineConfig } from "sts-web-worker/config";
export default defineConfig({
  issuer: ${JSON.stringify(issuer)},
  region: "us-east-1",
  endpoint: ${JSON.stringify(sandbox.endpoint)},
  s3Endpoint: ${JSON.stringify(sandbox.endpoint)},
  grants: [
    {
      name: "people",
      issuer: ${JSON.stringify(idp.issuer)},
      audience: "sts-web",
      claims: { team: ["blue", "green"] },
      tags: { team: "team" },
      roles: { deploy: "arn:aws:iam::123456789012:role/from-the-template" },
    },
    {
      name: "others",
      issuer: ${JSON.stringify(idp.issuer)},
      audience: "sts-web",
      claims: { team: "red" },
      roles: { other: "arn:aws:iam::123456789012:role/from-the-template-2" },
    },
  ],${more}
});
`,
  );
}

test("the folder has a configuration, four lines of code and Wrangler's settings", async () => {
  assert.deepEqual((await readdir(folder)).sort(), [
    ".gitignore",
    "broker.config.ts",
    "node_modules",
    "package-lock.json",
    "package.json",
    "tsconfig.json",
    "worker.ts",
    "wrangler.jsonc",
  ]);
  assert.equal((await readFile(join(folder, "worker.ts"), "utf8")).split("\n").filter(Boolean).length, 4);
  assert.equal(parseJsonc(await readFile(join(folder, "wrangler.jsonc"), "utf8")).name, "my-team-broker");
  const { stdout } = await cli("check");
  assert.match(stdout, /^broker.config.ts is valid$/m);
});

test("the folder's types are checked, and a misspelled field or binding is an error in the editor", async () => {
  await mkdir(join(folder, "node_modules/@cloudflare"), { recursive: true });
  const types = "node_modules/@cloudflare/workers-types";
  await symlink(join(root, "worker", types), join(folder, types));
  const tsc = () => run("node", [join(root, "worker/node_modules/typescript/bin/tsc")], { cwd: folder });
  await configure();
  await tsc();

  const code = await readFile(join(folder, "worker.ts"), "utf8");
  const readme = await readFile(join(root, "worker/README.md"), "utf8");
  const [, fromReadme] = /```ts\n(import { broker }[^`]*)```/.exec(readme);
  for (const program of [fromReadme, fromReadme.replace("(env)", "(env: { BROKER: KVNamespace })")]) {
    await writeFile(join(folder, "worker.ts"), program);
    await tsc();
  }
  await writeFile(join(folder, "worker.ts"), fromReadme.replace("(env)", "(env: { BROCKER: KVNamespace })"));
  await assert.rejects(tsc(), (/** @type {any} */ { stdout }) => /Property 'BROKER' does not exist/.test(stdout));
  await writeFile(join(folder, "worker.ts"), code);

  await configure("\n  keysPerHuor: 7,");
  await assert.rejects(tsc(), (/** @type {any} */ { stdout }) => /broker.config.ts.*keysPerHuor/.test(stdout));
});

test("check reports all mistakes, each with its path", async () => {
  await configure('\n  keysPerHour: 0,\n  origins: ["https://a.example/path"],');
  await assert.rejects(cli("check"), (/** @type {any} */ { stderr }) => {
    assert.match(stderr, /^error: origins\[0\] must be an origin without a path, such as https:\/\/example.org$/m);
    assert.match(stderr, /^error: keysPerHour must be an integer from 1 to 10000$/m);
    return true;
  });
});

test("explain reports which grant matches, and which claim of the other grant does not", async () => {
  await configure();
  const token = await idp.token({ team: "red" });
  const { stdout } = await cli("explain", "--token", token);
  assert.match(stdout, /^people: .*\bteam\b/m);
  assert.match(stdout, /^others: matches; roles: other$/m);
  const claims = JSON.stringify({ iss: "https://other.example" });
  await assert.rejects(cli("explain", "--claims", claims), (/** @type {any} */ { stdout }) =>
    /^people: requires another issuer$/m.test(stdout),
  );
});

test("from template to roles, bundle and credentials; a caller of another grant is denied", async () => {
  await configure();
  const { stdout } = await cli("aws-template");
  await writeFile(join(folder, "template.json"), stdout);
  // cfn-lint fails if it finds a mistake.
  await run(join(dirname(process.env.STS_WEB_PYTHON), "cfn-lint"), [join(folder, "template.json")]);
  const template = JSON.parse(stdout);
  const { Provider, ...roles } = template.Resources;
  const provider = `arn:aws:iam::123456789012:oidc-provider/${Provider.Properties.Url.split("://")[1]}`;
  for (const { Properties } of Object.values(roles)) {
    const policy = JSON.stringify(Properties.AssumeRolePolicyDocument).replaceAll(
      '{"Ref":"Provider"}',
      `"${provider}"`,
    );
    await createRole(Properties.RoleName, JSON.parse(policy));
  }
  await withNode22("wrangler", "deploy", "--dry-run", "--outdir=bundle");
  // The key's ID goes to standard error, so that a pipe receives only the key.
  const { stdout: SIGNING_KEY, stderr: keyId } = await cli("keygen");
  const worker = await startWorker({
    bundle: join(folder, "bundle"),
    site: join(folder, "node_modules/sts-web-worker/page"),
    bindings: { STORAGE_KEY: secrets.STORAGE_KEY, SIGNING_KEY },
    port: Number(new URL(url).port),
  });
  try {
    assert.match(await (await worker.get("/")).text(), /<title>/);
    assert.deepEqual(await (await worker.get("/api/health")).json(), { ready: true });
    const { keys } = await (await worker.get("/.well-known/jwks.json")).json();
    assert.match(keyId, new RegExp(keys[0].kid));
    const request = async (role, claims) => {
      const authorization = `Bearer ${await idp.token(claims)}`;
      const response = await worker.post("/api/credentials", { role }, { authorization });
      return [response.status, await response.json()];
    };
    const [status, { AccessKeyId }] = await request("deploy", { team: "blue" });
    assert.equal(status, 200);
    assert.match(AccessKeyId, /^ASIA/);
    assert.deepEqual((await request("deploy", { team: "red" }))[0], 403);
    // The role's trust policy does not accept the token of another grant either.
    const other = Object.values(roles).find(({ Properties }) => Properties.RoleName === "from-the-template-2");
    const policy = JSON.stringify(other.Properties.AssumeRolePolicyDocument);
    assert.match(policy, /grant:others:\*/);
    await createRole("from-the-template", JSON.parse(policy.replaceAll('{"Ref":"Provider"}', `"${provider}"`)));
    assert.deepEqual((await request("deploy", { team: "green", sub: "bob" }))[0], 502);
  } finally {
    await worker.close();
  }
});

test("wrangler dev serves the Worker locally as on its host, with the README's commands", async () => {
  const host = "https://sts.example.org";
  await configure("", host);
  const provider = "arn:aws:iam::123456789012:oidc-provider/sts.example.org";
  const trust = { Effect: "Allow", Principal: { Federated: provider }, Action: "sts:AssumeRoleWithWebIdentity" };
  await createRole("from-the-template", { Version: "2012-10-17", Statement: [trust] });
  const dev = await startDev();
  try {
    assert.deepEqual(await (await dev.fetch("/api/health")).json(), { ready: true });
    assert.match(await (await dev.fetch("/")).text(), /<title>/);
    assert.equal((await (await dev.fetch("/.well-known/openid-configuration")).json()).issuer, host);
    const authorization = `Bearer ${await idp.token({ team: "blue" })}`;
    const response = await dev.fetch("/api/credentials", {
      method: "POST",
      // As the page sends it.
      headers: { authorization, origin: dev.origin, "content-type": "application/json" },
      body: JSON.stringify({ role: "deploy" }),
    });
    const { AccessKeyId, ...rest } = await response.json();
    assert.match(AccessKeyId ?? "", /^ASIA/, rest.detail);
  } finally {
    await dev.close();
  }
});

/** Timeout of Wrangler's start, in milliseconds. */
const START_TIMEOUT = 120_000;

/** Runs the README's commands for a local Worker. */
async function startDev() {
  const readme = await readFile(join(root, "worker/README.md"), "utf8");
  const [, commands] = /```sh\n([^`]*>> \.dev\.vars\n)\s+npx wrangler dev\n/.exec(readme);
  await run("bash", ["-ec", commands], { cwd: folder });
  const origin = `http://localhost:${await freePort()}`;
  const options = ["--port", new URL(origin).port, "--inspector-port", String(await freePort())];
  const [program, parameters, settings] = onNode22("wrangler", "dev", ...options);
  const child = spawn(program, parameters, { ...settings, detached: true });
  const ended = once(child, "close");
  const close = async () => {
    try {
      process.kill(-child.pid, "SIGKILL");
    } catch (error) {
      if (error.code !== "ESRCH") throw error;
    }
    await ended;
  };
  let output = "";
  const ready = new Promise((resolve, reject) => {
    const read = (text) => {
      output += text;
      if (output.includes("Ready on")) resolve(undefined);
    };
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", read);
    child.once("exit", () => reject(new Error(output)));
    setTimeout(() => reject(new Error(`not ready in time: ${output}`)), START_TIMEOUT).unref();
  });
  await ready.catch(async (error) => {
    await close();
    throw error;
  });
  return { origin, close, fetch: (path, init = {}) => fetch(new URL(path, origin), init) };
}

test("a configuration with mistakes is not deployed: it throws when the Worker starts", async () => {
  await configure("\n  keysPerHour: 0,");
  await withNode22("wrangler", "deploy", "--dry-run", "--outdir=bundle");
  const lines = [];
  const starts = startWorker({ bundle: join(folder, "bundle"), onLine: (line) => lines.push(line) });
  await assert.rejects(starts);
  assert.match(lines.join("\n"), /ConfigurationError: keysPerHour must be an integer from 1 to 10000/);
});

test("the JSON Schema describes every field", async () => {
  const file = join(folder, "node_modules/sts-web-worker/dist/broker.schema.json");
  const schema = JSON.parse(await readFile(file, "utf8"));
  assert.match(schema.properties.issuer.description, /public URL of this Worker/);
  assert.equal(schema.properties.keysPerHour.maximum, 10_000);
  const [arn, role] = schema.properties.grants.items.properties.roles.additionalProperties.anyOf;
  assert.match("arn:aws:iam::123456789012:role/deploy", new RegExp(arn.pattern));
  assert.equal(role.properties.maxDurationSeconds.minimum, 900);
  assert.equal(schema.additionalProperties, false);
});
