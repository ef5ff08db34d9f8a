// aws4fetch's own tests pass with this package. Only their import differs.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { folder, inChromium, inWorkerd, publish, require, run, withServer, writeProgram } from "./packed.mjs";

const vectors = fileURLToPath(new URL("../vectors/aws4fetch/", import.meta.url));

/**
 * Runs the tests, which report to `console.assert`, and returns the number of assertions and the messages of failed
 * ones.
 */
const suite = (fixtures) => `
import awsTests from ${JSON.stringify(join(vectors, "awsTests.js"))};
import paramTests from ${JSON.stringify(join(vectors, "paramTests.js"))};
import serviceTests from ${JSON.stringify(join(vectors, "serviceTests.js"))};
export async function suite() {
  let assertions = 0;
  const failures = [];
  console.assert = (condition, message) => {
    assertions += 1;
    if (!condition) failures.push(message);
  };
  await Promise.all([serviceTests(), awsTests(${fixtures}), paramTests()]);
  return JSON.stringify({ assertions, failures });
}
`;

/** Assertions per fixture, in `serviceTests.js`, and in `paramTests.js`. */
const countAssertions = (fixtures) => 9 * fixtures.length + 2 * 68 + 30;

/** @type {number} */
let expected;

before(async () => {
  const fixtures = await readFile(join(vectors, "fixtures.json"), "utf8");
  expected = countAssertions(JSON.parse(fixtures));
  await writeProgram("own/suite.mjs", suite(fixtures));
});

/**
 * Bundles a program with the tests' import resolved to `module`. The bundle imports `sts-web/aws4fetch` itself.
 *
 * @param {string} program
 * @param {string} module
 */
async function bundle(program, module = "sts-web/aws4fetch") {
  const entry = await writeProgram("own/entry.mjs", program);
  const outfile = join(folder, "own/bundle.mjs");
  const resolveImport = {
    name: "resolve-import",
    setup: (build) => build.onResolve({ filter: /^\.\.\/src\/main$/ }, () => ({ path: module, external: true })),
  };
  await require("esbuild").build({
    entryPoints: [entry],
    bundle: true,
    format: "esm",
    outfile,
    plugins: [resolveImport],
  });
  return outfile;
}

/** @param {string} result */
function assertPassed(result) {
  assert.deepEqual(JSON.parse(result), { assertions: expected, failures: [] });
}

const PRINT = 'import { suite } from "./suite.mjs"; console.log(await suite());';

test("in Node", async () => {
  assertPassed((await run("node", [await bundle(PRINT)])).stdout);
});

test("in Node, with aws4fetch itself", async () => {
  assertPassed((await run("node", [await bundle(PRINT, require.resolve("aws4fetch"))])).stdout);
});

test("in Chromium", async () => {
  const program = await bundle(`import { suite } from "./suite.mjs"; suite()${publish};`);
  const page = await writeProgram("own-page/main.mjs", `import ${JSON.stringify(program)};`);
  const out = join(folder, "own-page/out");
  const { build } = await import(require.resolve("vite"));
  await writeProgram("own-page/index.html", '<!doctype html><script type="module" src="./main.mjs"></script>');
  await build({ root: join(page, ".."), build: { outDir: out }, logLevel: "error", configFile: false });
  assertPassed(await withServer(out, inChromium));
});

test("in workerd", async () => {
  const worker = `import { suite } from "./suite.mjs"; export default { fetch: async () => new Response(await suite()) };`;
  assertPassed(await inWorkerd(await bundle(worker), {}));
});
