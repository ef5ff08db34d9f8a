// The command line: its output and its errors. `package.test.mjs` runs it from the packed package.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
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
  const options = /** @type {const} */ ({ cwd: folder, encoding: "utf8", input });
  const result = spawnSync(process.execPath, [program, command, "broker.json", ...parameters], options);
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

test("explain reads claims or a token, also from standard input, and rejects all else", () => {
  const claims = JSON.stringify({ iss: grant.issuer, aud: grant.audience, sub: "ada", team: "blue" });
  const token = `${btoa('{"alg":"none"}')}.${Buffer.from(claims).toString("base64url")}.`;
  for (const [name, value] of Object.entries({ "--claims": claims, "--token": token })) {
    for (const [parameter, input] of [
      [value, ""],
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
    assert.deepEqual([status, errors], [1, ["--token must be a JWT"]], text);
  }
  assert.deepEqual(run("explain", valid).errors, ["either --token or --claims is required"]);
});
