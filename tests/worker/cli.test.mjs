// The command line: its output and its errors. `package.test.mjs` runs it from the packed package.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";

const program = fileURLToPath(new URL("../../worker/dist/cli.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "sts-web-cli-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const grant = {
  name: "deploy",
  issuer: "https://idp.example",
  audience: "sts-web",
  claims: { team: "blue" },
  roles: { deploy: "arn:aws:iam::123456789012:role/deploy" },
};
const valid = { issuer: "https://broker.example", region: "eu-central-1", grants: [grant] };

/** Runs a command with a configuration, or with the text of one. Returns the exit status and both outputs, in lines. */
function run(command, configuration, parameters = [], input = "") {
  const text = typeof configuration === "string" ? configuration : JSON.stringify(configuration);
  writeFileSync(join(folder, "broker.json"), text);
  return runArguments([command, "broker.json", ...parameters], input);
}

function runArguments(parameters, input = "") {
  const options = /** @type {const} */ ({ cwd: folder, encoding: "utf8", input });
  const result = spawnSync(process.execPath, [program, ...parameters], options);
  const lines = (output) => output.split("\n").filter(Boolean);
  return { status: result.status, out: lines(result.stdout), errors: lines(result.stderr) };
}

test("check counts the warnings", () => {
  const anyone = { ...grant, claims: { team: { like: "*" } } };
  assert.deepEqual(run("check", valid), { status: 0, out: ["broker.json is valid"], errors: [] });
  const one = run("check", { ...valid, grants: [anyone] });
  assert.deepEqual(one.out, [
    "warning: grants[0].claims.team accepts any value",
    "broker.json is valid, with 1 warning",
  ]);
  const two = run("check", { ...valid, grants: [anyone, { ...anyone, name: "again" }] });
  assert.equal(two.out.at(-1), "broker.json is valid, with 2 warnings");
});

test("check reports what is no configuration, without a stack trace", () => {
  for (const text of ["", "{", "null", "7", '"text"', "[]", JSON.stringify({ ...valid, grants: [null, 7, []] })]) {
    const { status, out, errors } = run("check", text);
    assert.equal(status, 1, text);
    assert.deepEqual(out, []);
    assert.match(errors[0], /^broker.json could not be loaded: |^error: |^the configuration /);
    assert.doesNotMatch(errors.join("\n"), /^ +at |node:/m);
  }
});

test("a member that is in a configuration twice is reported: only the last one would count", () => {
  const text = JSON.stringify(valid);
  for (const repeated of [
    text.replace('"claims":', '"claims":{"team":"red"},"claims":'),
    text.replace('"team":"blue"', '"team":"red","te\\u0061m":"blue"'),
    text.replace('"region":', '"issuer":"https://other.example","region":'),
  ]) {
    const error = "error: the configuration has a member twice in an object";
    for (const [command, ...parameters] of [["check"], ["aws-template"], ["explain", "--claims", "{}"]]) {
      assert.deepEqual(run(command, repeated, parameters), { status: 1, out: [], errors: [error] }, command);
    }
  }
});

test("explain reads claims or a token, also from standard input, and rejects all else", () => {
  const claims = JSON.stringify({ iss: grant.issuer, aud: grant.audience, sub: "ada", team: "blue" });
  const [header, payload] = ['{"alg":"none"}', claims].map((part) => Buffer.from(part).toString("base64url"));
  const token = `${header}.${payload}.`;
  for (const [name, value] of Object.entries({ "--claims": claims, "--token": token })) {
    for (const [parameter, input] of [
      [value, ""],
      [`${value}\n`, ""],
      ["-", `${value}\n`],
    ]) {
      const { status, out } = run("explain", valid, [name, parameter], input);
      assert.deepEqual([status, out], [0, ["deploy: matches; roles: deploy"]]);
    }
  }
  for (const text of ["null", "7", '"text"', "[]", "{", ""]) {
    const { status, errors } = run("explain", valid, [`--claims=${text}`]);
    assert.deepEqual([status, errors], [1, ["--claims must be a JSON object"]], text);
  }
  for (const text of ["abc", "a.b.c", `a.${btoa("null")}.c`, ""]) {
    const { status, errors } = run("explain", valid, [`--token=${text}`]);
    assert.deepEqual([status, errors], [1, ["--token: the token is not a JWT"]], text);
  }
  const repeated = Buffer.from(claims.replace("{", '{"sub":"bob",')).toString("base64url");
  assert.deepEqual(run("explain", valid, [`--token=${header}.${repeated}.`]).errors, [
    "--token: the token has a claim or a header parameter twice",
  ]);
  assert.deepEqual(run("explain", valid).errors, ["either --token or --claims is required"]);
});

test("a token may come from a header or from JSON", () => {
  const claims = JSON.stringify({ iss: grant.issuer, aud: grant.audience, sub: "ada", team: "blue" });
  const token = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${Buffer.from(claims).toString("base64url")}.`;
  for (const value of [`Bearer ${token}`, `bearer  ${token}`, JSON.stringify(token), `Bearer "${token}"\n`]) {
    assert.deepEqual(run("explain", valid, ["--token", "-"], value).out, ["deploy: matches; roles: deploy"], value);
  }
});

test("explain warns of a token that has expired, which may be why the Worker rejects it", () => {
  const token = (exp) => {
    const claims = { iss: grant.issuer, aud: grant.audience, sub: "ada", team: "blue", exp };
    return `${[{ alg: "none" }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")).join(".")}.`;
  };
  const explained = { status: 0, out: ["deploy: matches; roles: deploy"] };
  const warning = "warning: the token has expired";
  assert.deepEqual(run("explain", valid, ["--token", token(1e9)]), { ...explained, errors: [warning] });
  for (const exp of [1e11, 1e308, "soon", null]) {
    assert.deepEqual(run("explain", valid, ["--token", token(exp)]), { ...explained, errors: [] });
  }
});

test("help and the version are printed on request", () => {
  for (const parameters of [["--help"], ["-h"], ["help"], ["check", "--help"], ["explain", "-h"]]) {
    const { status, out, errors } = runArguments(parameters);
    assert.deepEqual([status, out[0], errors], [0, "npx sts-web-worker keygen [--algorithm RS256]", []]);
  }
  const { version } = JSON.parse(readFileSync(new URL("../../worker/package.json", import.meta.url), "utf8"));
  assert.deepEqual(runArguments(["--version"]), { status: 0, out: [version], errors: [] });
});

test("arguments that a command does not take are rejected, and not repeated: they could be tokens", () => {
  const token = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2ln";
  const rejected = {
    "": "npx sts-web-worker keygen [--algorithm RS256]",
    chekc: "unknown command",
    [token]: "unknown command",
    "keygen ES256": "keygen takes no argument: see --help",
    [`explain broker.json ${token}`]: "explain takes one argument, a file: see --help",
    [`explain ${token}`]: "pass the token as --token TOKEN",
    "check --account 123456789012": "check has no option --account: see --help",
    "check broker.json --require-role-in-token": "check has no option --require-role-in-token: see --help",
    [`check --tokn=${token}`]: "Unknown option '--tokn': see --help",
    "explain --token": "Option '--token <value>' argument missing: see --help",
    "keygen --algorithm HS256": "--algorithm must be one of RS256, RS384, RS512, ES256, ES384, ES512",
  };
  for (const [line, message] of Object.entries(rejected)) {
    const { status, out, errors } = runArguments(line.split(" ").filter(Boolean));
    assert.deepEqual([status, out, errors[0]], [1, [], message], line);
    assert.doesNotMatch(errors.join("\n"), /eyJ/);
  }
  for (const text of [`Bearer ${token}`, JSON.stringify(token), `authorization: ${token}`]) {
    assert.deepEqual(runArguments(["explain", text]).errors, ["pass the token as --token TOKEN"]);
  }
});

test("a missing configuration is reported with its path", () => {
  for (const file of [[], ["other.json"], ["folder/broker.config.ts"]]) {
    const { status, errors } = runArguments(["check", ...file]);
    assert.equal(status, 1);
    const path = join(realpathSync(folder), file[0] ?? "broker.config.ts");
    assert.deepEqual(errors, [
      `there is no ${path}: run the command in the deployment's folder, or name the configuration`,
    ]);
  }
});

test("npm create accepts a new repository, and writes no file where others are", () => {
  const program = fileURLToPath(new URL("../../worker/create/create.js", import.meta.url));
  const create = (...parameters) =>
    spawnSync(process.execPath, [program, ...parameters], { cwd: folder, encoding: "utf8" });
  assert.match(create("--help").stdout, /^usage: npm create sts-web-worker@latest FOLDER\n$/);

  mkdirSync(join(folder, "repository/.git"), { recursive: true });
  assert.equal(create("repository").status, 0);
  const files = readdirSync(join(folder, "repository"));
  assert.ok(files.includes(".gitignore") && files.includes("broker.config.ts"), files.join());

  const again = create("repository");
  assert.match(again.stderr, /repository is not empty\n$/);
  assert.equal(again.status, 1);
});
