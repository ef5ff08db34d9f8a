// CALLERS.md: every grant is valid, a token with its issuer's claims can assume the role in the commands, and the scripts
// that need no other service run.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";

import { checkConfiguration } from "../../worker/dist/config.js";
import { configurationFor, parseJsonc } from "./configurations.mjs";
import { listen } from "./listen.mjs";
import { startWorker } from "./running-worker.mjs";
import { issuer, sts } from "./services.mjs";
import { roleArn, sandbox } from "./sts.mjs";

const run = promisify(execFile);
const NIGHTLY_BUILD_SECRET = "n".repeat(32);
const document = await readFile(new URL("../../worker/CALLERS.md", import.meta.url), "utf8");

/** The sections of the document: title, grant and text. */
const sections = document
  .split(/^## /m)
  .slice(1)
  .map((text) => {
    const [, grant] = /```jsonc\n([\s\S]*?)```/.exec(text) ?? [];
    return { title: text.slice(0, text.indexOf("\n")), grant: grant && parseJsonc(grant), text };
  });

/** The claims of each issuer's tokens, from its documentation, by section title. */
const TOKENS = {
  "GitHub Actions": {
    sub: "repo:octo-org/octo-repo:ref:refs/heads/main",
    repository: "octo-org/octo-repo",
    repository_owner: "octo-org",
    ref: "refs/tags/v1.2.3",
    workflow_ref: "octo-org/octo-repo/.github/workflows/deploy.yml@refs/heads/main",
    run_id: "1234",
  },
  "GitLab CI": {
    sub: "project_path:octo-group/octo-project:ref_type:branch:ref:main",
    project_path: "octo-group/octo-project",
    ref_protected: "true",
    environment: "production",
    namespace_path: "octo-group",
  },
  Kubernetes: {
    sub: "system:serviceaccount:ci:builder",
    "kubernetes.io": { namespace: "ci", serviceaccount: { name: "builder", uid: "1" }, pod: { name: "builder-1" } },
  },
  "Cloudflare Access: people": {
    sub: "7335d417-61da-459d-899c-0a01c76a2f94",
    email: "ada@example.org",
    type: "app",
    identity_nonce: "n",
    country: "DE",
  },
  "Cloudflare Access: service tokens": {
    sub: "",
    common_name: "e367826f93b8d71185e03fe518aff3b4.access",
    type: "app",
  },
  "Google: people": {
    sub: "110169484474386276334",
    azp: "1234567890-abc.apps.googleusercontent.com",
    hd: "example.org",
    email: "ada@example.org",
    email_verified: true,
  },
  "Google Cloud: service accounts": {
    sub: "104850000000000000001",
    azp: "104850000000000000001",
    email: "exporter@octo-project.iam.gserviceaccount.com",
    email_verified: true,
    google: { compute_engine: { project_id: "octo-project" } },
  },
  Entra: {
    sub: "AAAAAAAAAAAAAAAAAAAAAIkzqFVrSaSaFHy782bbtaQ",
    ver: "2.0",
    roles: ["aws-reader"],
    preferred_username: "ada@example.org",
  },
  Okta: { sub: "00uid4BxXw6I6TV4m0g3", groups: ["Everyone", "aws-readers"], ver: 1, amr: ["pwd"] },
};

let folder;
let worker;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), "sts-web-callers-"));
  const { publicKey, kid } = issuer.key;
  const jwks = { keys: [{ ...publicKey.export({ format: "jwk" }), kid }] };
  // Replaces the issuers' keys by the test's, and the roles by the sandbox's. Everything else is from the document.
  const grants = sections
    .flatMap(({ grant }) => grant ?? [])
    .map(({ jwksUri, roles, ...grant }) => ({
      ...grant,
      ...(grant.issuer && { jwks }),
      roles: Object.fromEntries(Object.keys(roles).map((name) => [name, roleArn])),
    }));
  const configuration = configurationFor(issuer.issuer, sts, {}, { grants });
  worker = await startWorker({ configuration, bindings: { NIGHTLY_BUILD_SECRET } });
});
after(async () => {
  await worker?.close();
  if (folder) await rm(folder, { recursive: true, force: true });
});

test("check has nothing to warn of in a grant with an issuer", () => {
  for (const { title, grant } of sections) {
    if (!grant?.issuer) continue;
    const configuration = { issuer: "https://sts.example.org", region: "eu-central-1", grants: [grant] };
    assert.deepEqual(checkConfiguration(configuration), [], title);
  }
});

test("all grants are valid together in one configuration", async () => {
  const grants = sections.flatMap(({ grant }) => grant ?? []);
  assert.equal(grants.length, 10);
  const own = await startWorker({
    configuration: configurationFor(issuer.issuer, sts, {}, { grants }),
    bindings: { NIGHTLY_BUILD_SECRET },
  });
  try {
    const { ready, off, detail } = await (await own.get("/api/health")).json();
    assert.deepEqual([ready, off], [true, undefined], detail);
  } finally {
    await own.close();
  }
});

for (const { title, grant, text } of sections) {
  if (!grant?.issuer) continue;
  test(`${title}: the role in the commands is granted to such a token, and denied if one of the claims is missing`, async () => {
    const claims = { iss: grant.issuer, aud: grant.audience, ...TOKENS[title] };
    const [role] = Object.keys(grant.roles);
    const inCommands = [...text.matchAll(/(?:\?role=|"role\\?":\\?")(\w+)/g)].map((match) => match[1]);
    for (const name of inCommands) assert.equal(name, role);
    const request = async (claims) => {
      const authorization = `Bearer ${await issuer.token(claims)}`;
      const response = await worker.get(`/api/container?role=${role}`, { authorization });
      return { status: response.status, ...(await response.json()) };
    };
    const granted = await request(claims);
    assert.equal(granted.status, 200, granted.detail);
    for (const path of Object.keys(grant.claims)) {
      const [claim] = Object.keys(claims).filter((name) => path === name || path.startsWith(`${name}.`));
      const refused = await request({ ...claims, [claim]: undefined });
      assert.ok(refused.status === 401 || refused.status === 403, `without ${claim}`);
    }
  });
}

/** Writes a program for the commands of the document. */
async function writeProgram(name, text) {
  const file = join(folder, name);
  await writeFile(file, `#!/bin/sh\n${text}\n`);
  await chmod(file, 0o755);
}

/** Returns the YAML of a section, with the Worker's URL. */
async function yamlOf(title) {
  const { text } = sections.find((section) => section.title === title);
  const [, yaml] = /```yaml\n([\s\S]*?)```/.exec(text);
  const toJson = "import json, sys, yaml; print(json.dumps(yaml.safe_load(sys.argv[1])))";
  const { stdout } = await run(process.env.STS_WEB_PYTHON, ["-c", toJson, yaml]);
  return JSON.parse(stdout.replaceAll("https://sts.example.org/", `${worker.url}/`));
}

/** Runs a script of the document as a build job does. The job has the AWS CLI, which calls the sandbox. */
async function runStep(script, environment) {
  // Version 1, the one on PyPI, does not read AWS_REGION.
  await writeProgram("aws", `AWS_DEFAULT_REGION=$AWS_REGION exec '${process.env.STS_WEB_PYTHON}' -m awscli "$@"`);
  const env = {
    PATH: `${folder}:${process.env.PATH}`,
    HOME: folder,
    AWS_ENDPOINT_URL_STS: sandbox.endpoint,
    ...environment,
  };
  const { stdout } = await run("bash", ["-e", "-c", script], { env });
  return stdout;
}

test("GitHub Actions: the job's steps get a token, mask it, and call AWS", async () => {
  const { permissions, jobs } = await yamlOf("GitHub Actions");
  assert.deepEqual(permissions, { "id-token": "write" });
  const token = await issuer.token({
    iss: "https://token.actions.githubusercontent.com",
    aud: "sts.example.org",
    ...TOKENS["GitHub Actions"],
  });
  const github = createServer((request, response) => {
    const { searchParams } = new URL(request.url, "http://x");
    const asExpected =
      request.headers.authorization === "Bearer job" && searchParams.get("audience") === "sts.example.org";
    response.writeHead(asExpected ? 200 : 400).end(JSON.stringify({ value: token }));
  });
  const url = await listen(github);
  try {
    await writeProgram(
      "jq",
      `exec '${process.env.STS_WEB_PYTHON}' -c 'import json, sys; print(json.load(sys.stdin)["value"])'`,
    );
    const { env, steps } = jobs.deploy;
    const [getToken, callAws] = steps.map((step) => step.run);
    const file = join(folder, "github-env");
    await writeFile(file, "");
    const runner = {
      ACTIONS_ID_TOKEN_REQUEST_TOKEN: "job",
      ACTIONS_ID_TOKEN_REQUEST_URL: `${url}/?v=2`,
      GITHUB_ENV: file,
    };
    assert.equal(await runStep(getToken, { ...env, ...runner }), `::add-mask::${token}\n`);
    const lines = (await readFile(file, "utf8")).trim().split("\n");
    const more = Object.fromEntries(lines.map((line) => /^(\w+)=(.*)/.exec(line).slice(1)));
    assert.match(await runStep(callAws, { ...env, ...more }), /:assumed-role\/test-role\//);
  } finally {
    github.close();
    github.closeAllConnections();
  }
});

test("GitLab CI: the job's script calls AWS", async () => {
  const { deploy } = await yamlOf("GitLab CI");
  const { aud } = deploy.id_tokens.STS_TOKEN;
  const STS_TOKEN = await issuer.token({ iss: "https://gitlab.com", aud, ...TOKENS["GitLab CI"] });
  const printed = await runStep(deploy.script.join("\n"), { ...deploy.variables, STS_TOKEN });
  assert.match(printed, /:assumed-role\/test-role\//);
});

test("a machine's script calls AWS with its shared secret", async () => {
  const { text } = sections.find(({ title }) => title === "A machine without tokens");
  const [, script] = /```sh\n([\s\S]*?)```/.exec(text);
  const commands = `${script.replace("https://sts.example.org", worker.url)}\naws sts get-caller-identity`;
  assert.match(await runStep(commands, { NIGHTLY_BUILD_SECRET }), /:assumed-role\/test-role\/nightly-build=/);
});

test("the laptop's profile works in the AWS CLI, and shows the Worker's error", async () => {
  const [, ini] = /```ini\n([\s\S]*?)```/.exec(sections.find(({ title }) => title.startsWith("A laptop"))?.text ?? "");
  const config = join(folder, "config");
  await writeFile(config, ini.replace("https://sts.example.org", worker.url));
  const env = {
    PATH: `${folder}:${process.env.PATH}`,
    HOME: folder,
    AWS_CONFIG_FILE: config,
    AWS_EC2_METADATA_DISABLED: "true",
  };
  const identity = async (token) => {
    await writeProgram("get-token", `echo '${token}'`);
    const parameters = ["-m", "awscli", "sts", "get-caller-identity", "--profile", "deploy", "--output", "json"];
    return run(process.env.STS_WEB_PYTHON, [...parameters, "--endpoint-url", sandbox.endpoint], { env });
  };
  const github = sections.find(({ title }) => title === "GitHub Actions")?.grant;
  const claims = { iss: github.issuer, aud: github.audience, ...TOKENS["GitHub Actions"] };
  const { stdout } = await identity(await issuer.token(claims));
  assert.match(JSON.parse(stdout).Arn, /:assumed-role\/test-role\/repo-octo-org-octo-repo/);
  await assert.rejects(identity(await issuer.token({ ...claims, ref: "refs/heads/x" })), ({ message }) =>
    /NoGrant/.test(message),
  );
});
