// Every code block of the documentation is compiled, parsed, or consists of commands that exist.
// `examples.test.mjs` type-checks the blocks in JavaScript and TypeScript.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { codeBlocks } from "./documentation.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const run = promisify(execFile);
const read = (/** @type {string} */ path) => readFile(join(root, path), "utf8");

/**
 * How a block in each language is tested. Rejects if there is something wrong with it.
 *
 * @type {Record<string, (block: import("./documentation.mjs").Block) => unknown>}
 */
const TESTS = {
  js: () => {},
  ts: () => {},
  json: ({ text }) => JSON.parse(text),
  jsonc: ({ text }) => JSON.parse(text.replace(/(^|\s)\/\/ .*$/gm, "")),
  yaml: ({ text }) => python("import sys, yaml; yaml.safe_load(sys.argv[1])", text),
  ini: ({ text }) => python("import sys, configparser; configparser.RawConfigParser().read_string(sys.argv[1])", text),
  html: isInThePage,
  rust: isCompiled,
  sh: async ({ file, text }) => {
    for (const command of await commandsOf(text)) await commandExists(command, file);
  },
  // Drawings, and the configuration of a program that the tests do not have.
  text: () => {},
  mermaid: () => {},
  nginx: () => {},
};

for (const { file, language, text } of await codeBlocks()) {
  test(`${file}: ${text.slice(0, text.indexOf("\n"))}`, async () => {
    assert.ok(Object.hasOwn(TESTS, language), `a block in the language "${language}" needs a test here`);
    await TESTS[language]({ file, language, text });
  });
}

test("mistakes in blocks are detected", async () => {
  const mistakes = {
    json: ["{ 'a': 1 }"],
    yaml: ["a: [1"],
    ini: ["no section"],
    html: ['<link rel="preload" href="/js/sts.wasm" as="fetch">', "<p>no link</p>"],
    rust: ["let client = Client::new_and_wrong();"],
    sh: [
      "cargo xtask strat",
      "cargo xtask fuzz --hours 3",
      "npm run no-such-script",
      "npx sts-web-worker keygn",
      "curl https://sts.example.org/api/credential",
      "no-such-program --help",
      'token=$(curl "http://sts.example.org/api/contaner?role=a")',
      "echo (",
    ],
  };
  for (const [language, texts] of Object.entries(mistakes)) {
    for (const text of texts) {
      await assert.rejects(async () => TESTS[language]({ file: "README.md", language, text: `${text}\n` }), text);
    }
  }
});

const python = (/** @type {string} */ program, /** @type {string} */ text) =>
  run(process.env.STS_WEB_PYTHON, ["-c", program, text]);

/**
 * Verifies that the page has the same links to preload the wasm. `tests/browser/page.test.mjs` tests the page.
 *
 * @param {import("./documentation.mjs").Block} block
 */
async function isInThePage({ text }) {
  const [link] = text.match(/<link rel="preload".*>/) ?? [];
  assert.ok((await read("www/index.html")).includes(link.replace('href="/js/', 'href="')), `the page has no ${link}`);
}

/**
 * Verifies that the lines of a block are in a file of the crate, where the compiler sees them.
 *
 * @param {import("./documentation.mjs").Block} block
 */
async function isCompiled({ text }) {
  const names = (await readdir(join(root, "src"), { recursive: true })).filter((name) => name.endsWith(".rs"));
  const sources = await Promise.all(names.map(async (name) => withoutIndentation(await read(join("src", name)))));
  const block = withoutIndentation(text);
  assert.ok(
    sources.some((source) => source.includes(block)),
    "no file in src has these lines, in its code or in a doctest",
  );
}

/** Removes indentation, the marks of documentation comments, and the hidden lines of doctests. */
const withoutIndentation = (/** @type {string} */ text) =>
  text.replaceAll(/^ *(\/\/! ?)? */gm, "").replaceAll(/^# .*\n/gm, "");

/** Prints each command that a script runs, with its parameters, and runs none of them. */
const RECORD = `
command_not_found_handle() { printf '%s\\x1f' "$@" >&3; printf '\\n' >&3; }
.ci/run() { command_not_found_handle .ci/run; }
cd() { :; }
PATH=/none
`;

/**
 * Returns the commands that bash would run.
 *
 * @param {string} script
 * @returns {Promise<string[][]>}
 */
async function commandsOf(script) {
  const folder = await mkdtemp(join(tmpdir(), "sts-web-commands-"));
  try {
    await writeFile(join(folder, "script"), `exec 3> ${join(folder, "commands")}\n${RECORD}${script}`);
    await run("bash", ["-n", "script"], { cwd: folder });
    await run("bash", ["script"], { cwd: folder });
    const lines = (await readFile(join(folder, "commands"), "utf8")).split("\n").filter(Boolean);
    return lines.map((line) => line.split("\x1f").slice(0, -1));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const USAGES = {
  xtask: await read("xtask/src/main.rs"),
  worker: await read("worker/src/cli.ts"),
};
const ROUTES = await read("worker/src/routes.ts");

/** Programs of others. The documentation uses them with parameters that they document, not this repository. */
const OTHER_PROGRAMS = /^(aws|bun|cargo|deno|git|kubectl|openssl|python3|rustup|sha256sum|sudo|wasm-pack|wasmtime)$/;

/**
 * Verifies that a command exists in this repository.
 *
 * @param {string[]} command
 * @param {string} file The Markdown file. Commands of npm run in its folder.
 */
async function commandExists([program, ...parameters], file) {
  const [name, ...options] = parameters;
  const inUsage = (/** @type {string} */ usage, /** @type {string} */ command) => {
    const lines = usage.split("\n").filter((line) => `${line.trim()} `.includes(`${command} `));
    assert.ok(lines.length > 0, `${command} is not in the usage`);
    for (const option of options.filter((option) => option.startsWith("--"))) {
      assert.ok(lines.join("\n").includes(option), `${command} has no option ${option}`);
    }
  };
  if (program === "cargo" && name === "xtask") {
    const [command] = options;
    inUsage(USAGES.xtask, `cargo xtask ${command}`);
  } else if (program === "npx" && name === "sts-web-worker") {
    inUsage(USAGES.worker, `npx sts-web-worker ${options[0]}`);
  } else if (program === "npm" && !["install", "create"].includes(name)) {
    const { scripts } = JSON.parse(await read(join(dirname(file), "package.json")));
    const script = name === "run" ? options[0] : name;
    assert.ok(scripts[script], `package.json has no script "${script}"`);
  } else if (program === "curl") {
    for (const [, path] of parameters.join(" ").matchAll(/sts\.example\.org(\/[\w/-]*)/g)) {
      assert.ok(ROUTES.includes(`"${path}":`), `the Worker has no route ${path}`);
    }
  } else if (program === "node") {
    await read(join(dirname(file), name));
  } else if (program === ".ci/run") {
    await read(program);
  } else {
    const isKnown = OTHER_PROGRAMS.test(program) || ["npm", "npx"].includes(program);
    assert.ok(isKnown, `${program} needs a test here`);
  }
}
