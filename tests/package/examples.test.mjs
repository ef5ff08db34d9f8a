// The examples of the documentation type-check, and every export has one.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import * as stsWeb from "../../pkg/dist/entry/node.js";
import * as trustPolicy from "../../pkg/dist/trust-policy/index.js";
import { codeBlocks } from "./documentation.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const pkg = join(root, "pkg");
const sources = join(pkg, "src");

/** A JSDoc comment, and the line after it that is not a comment. */
const DOCUMENTED = /\/\*\*((?:(?!\*\/).)*)\*\/\n((?: *\/\/[^\n]*\n)*[^\n]*)/gs;

/** What the examples use without declaring it. The required members of every input are added to it. */
const DECLARATIONS = `
declare const accessKeyId: string, secretAccessKey: string, sessionToken: string;
declare const credentials: import("sts-web").AwsCredentialIdentity;
declare const roleCredentials: import("sts-web").AwsCredentialIdentity;
declare const masterCredentials: import("sts-web").AwsCredentialIdentity;
declare const region: string, roleArn: string, token: string, code: string;
declare const config: import("sts-web").STSClientConfig;
declare const input: import("sts-web").AssumeRoleCommandInput;
declare const sts: import("sts-web").STS;
declare const client: import("sts-web").STSClient;
declare const signer: import("sts-web").Signer;
declare const error: Error;
declare const url: string, body: string, headers: Headers;
declare const policy: string, message: string;
declare const context: import("sts-web/trust-policy").TrustPolicyContext;
declare const httpsAgent: import("node:https").Agent;
declare const abortSignal: AbortSignal, signingDate: Date;
declare class PolicyStatement { constructor(props: { actions: string[]; resources: string[] }); }
declare const FunctionUrlAuthType: { AWS_IAM: "AWS_IAM" };
declare class NodejsFunction {
  constructor(scope: unknown, id: string, props: { entry: string; environment: object });
  addToRolePolicy(statement: PolicyStatement): void;
  addFunctionUrl(options: { authType: "AWS_IAM" }): void;
}
`;

test("the examples in the source and in all Markdown files type-check", async () => {
  const examples = [...(await sourceExamples()), ...(await documentationExamples())];
  assert.ok(examples.length > 50, `${examples.length} examples`);
  assert.equal(await typeErrors(examples), "");
});

test("an example with a type error is detected", async () => {
  const file = "control.ts";
  assert.match(await typeErrors([{ file, text: "await sts.assumeRole({ RoleArn: 1 });" }]), /control.ts.*error TS/s);
  assert.match(await typeErrors([{ file, text: "const text: number = undeclared;" }]), /undeclared/);
});

test("every exported class and function has an example", async () => {
  const documented = new Set((await sourceExamples()).map(({ subject }) => subject));
  const names = [...Object.keys(stsWeb), ...Object.keys(trustPolicy), "AwsClient", "AwsV4Signer"];
  assert.ok(names.length > 30, names.join());
  assert.deepEqual(
    names.filter((name) => !documented.has(name.replace("$", ""))),
    [],
  );
});

/** Returns the blocks after `@example`, with the name of what they document. */
async function sourceExamples() {
  const files = (await readdir(sources, { recursive: true })).map(String).filter((name) => name.endsWith(".ts"));
  const examples = [];
  for (const file of files) {
    const source = await readFile(join(sources, file), "utf8");
    for (const [, comment, declaration] of source.matchAll(DOCUMENTED)) {
      const text = comment.replace(/^ *\* ?/gm, "");
      const subject = /(?:class|function|const) (\w+)/.exec(declaration)?.[1];
      for (const [, example] of text.matchAll(/@example\n```(?:js|ts)\n(.*?)```/gs)) {
        examples.push({ file: `${file.replaceAll(/\W/g, "-")}-${examples.length}.ts`, text: example, subject });
      }
    }
  }
  return examples;
}

/** Returns the JavaScript and TypeScript blocks of all Markdown files. */
async function documentationExamples() {
  const blocks = await codeBlocks(["js", "ts"]);
  return blocks.map(({ file, text }, index) => ({ file: `${file.replaceAll(/\W/g, "-")}-${index}.ts`, text }));
}

/**
 * Compiles each example as a separate module, and returns the compiler's errors.
 *
 * @param {{ file: string, text: string }[]} examples
 */
async function typeErrors(examples) {
  const folder = await mkdtemp(join(tmpdir(), "sts-web-examples-"));
  try {
    for (const { file, text } of examples) await writeFile(join(folder, file), withImports(text));
    await writeFile(join(folder, "declarations.d.ts"), DECLARATIONS + requiredMembers());
    await writeFile(join(folder, "tsconfig.json"), JSON.stringify(configuration()));
    const tsc = join(pkg, "node_modules/typescript/bin/tsc");
    await promisify(execFile)("node", [tsc, "-p", folder], { cwd: pkg });
    return "";
  } catch (error) {
    return error.stdout;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Adds an import of the package's exports that an example uses without importing them.
 *
 * @param {string} text
 */
function withImports(text) {
  const imported = [...text.matchAll(/^import \{([^}]*)\}/gm)].map(([, names]) => names).join();
  const uses = (/** @type {string} */ name) => new RegExp(`\\b${name}\\b`).test(text);
  const missing = Object.keys(stsWeb).filter((name) => uses(name) && !new RegExp(`\\b${name}\\b`).test(imported));
  const imports = [`import { ${missing.join(", ")} } from "sts-web";\n`];
  for (const name of ["AwsClient", "AwsV4Signer"].filter(uses)) {
    imports.push(`import { ${name} } from "sts-web/aws4fetch";\n`);
  }
  return `${imports.join("")}export {};\n${text}`;
}

/**
 * Declares the required members of the inputs: generated examples are `sts.assumeRole({ RoleArn, RoleSessionName })`.
 */
function requiredMembers() {
  /** @type {Map<string, string>} */
  const types = new Map();
  for (const { name, input } of stsWeb.operations) {
    for (const member of input) {
      if (!member.required) continue;
      types.set(member.name, `NonNullable<import("sts-web").${name}CommandInput["${member.name}"]>`);
    }
  }
  return [...types].map(([name, type]) => `declare const ${name}: ${type};\n`).join("");
}

function configuration() {
  return {
    compilerOptions: {
      noEmit: true,
      strict: true,
      exactOptionalPropertyTypes: true,
      noUncheckedIndexedAccess: true,
      noPropertyAccessFromIndexSignature: true,
      skipLibCheck: true,
      module: "esnext",
      moduleResolution: "bundler",
      target: "es2022",
      lib: ["es2023", "dom", "dom.iterable", "esnext.disposable"],
      types: ["node"],
      typeRoots: [join(pkg, "node_modules/@types")],
      paths: {
        "sts-web": [join(pkg, "dist/index.d.ts")],
        "sts-web/aws4fetch": [join(pkg, "dist/aws4fetch.d.ts")],
        "sts-web/slim": [join(pkg, "dist/entry/slim.d.ts")],
        "sts-web/trust-policy": [join(pkg, "dist/trust-policy/index.d.ts")],
        "sts-web-worker": [join(root, "worker/dist/index.d.ts")],
        "sts-web-worker/config": [join(root, "worker/dist/config.d.ts")],
        "@smithy/node-http-handler": [join(pkg, "node_modules/@smithy/node-http-handler")],
        "@aws-sdk/client-s3": [join(pkg, "node_modules/@aws-sdk/client-s3")],
      },
    },
    include: ["*.ts"],
  };
}
