// Installs each tool with the packed tarball, builds a program with it and runs the program.
//
// Usage: node matrix.mjs [NAME…]
// Without names, runs every tool. Writes tests/FRAMEWORKS.md.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { launch } from "../browser/chromium.mjs";
import { FAILS, NOT_INSTALLED, row, update, WORKS } from "./report.mjs";
import { EXPECTED } from "./tool.mjs";

const pkg = fileURLToPath(new URL("../../pkg/", import.meta.url));

/** Timeout of a command, in milliseconds. */
const COMMAND_TIMEOUT = 480_000;
/** Timeout of a server's start, in milliseconds. */
const START_TIMEOUT = 180_000;

/** An error of the registry or of a tool's installation, not of this package. */
export class InstallError extends Error {}

/** Returns all tools, or those whose names start with one of `names`. */
export async function tools(names = []) {
  /** @type {import("./tool.mjs").Tool[]} */
  const all = [];
  for (const folder of ["tools/", "examples/"].map((path) => new URL(path, import.meta.url))) {
    for (const file of (await readdir(folder)).sort()) all.push(...(await import(new URL(file, folder).href)).tools);
  }
  return all.filter(({ name }) => names.length === 0 || names.some((one) => name.startsWith(one)));
}

/** The resources that all tools share: the tarball and the browser. */
export class Matrix {
  #folder = mkdtemp(join(tmpdir(), "sts-web-frameworks-"));
  #tarball = this.#pack();
  #browser = Promise.resolve(undefined);

  async #pack() {
    // Set to test another version of the package, e.g. the one on npm.
    if (process.env.STS_WEB_TARBALL) return process.env.STS_WEB_TARBALL;
    const folder = await this.#folder;
    const { stdout } = await promisify(execFile)("npm", ["pack", "--json", "--pack-destination", folder], { cwd: pkg });
    return join(folder, JSON.parse(stdout)[0].filename);
  }

  /**
   * Writes a tool's program, installs its dependencies, and returns its folder.
   *
   * @param {import("./tool.mjs").Tool} tool
   */
  async install({ name, packages, files, packageJson = { type: "module" } }) {
    // Nested in another folder, in which a check can put other folders.
    const folder = join(await this.#folder, name, name);
    const own = { "sts-web": `file:${await this.#tarball}` };
    const { devDependencies = {}, ...members } = /** @type {Record<string, any>} */ (packageJson);
    const manifest = { name: "program", private: true, ...members, dependencies: packages, devDependencies };
    const field = "sts-web" in devDependencies ? "devDependencies" : "dependencies";
    manifest[field] = { ...manifest[field], ...own };
    for (const [path, text] of Object.entries({ ...files, "package.json": JSON.stringify(manifest, null, 2) })) {
      await mkdir(dirname(join(folder, path)), { recursive: true });
      await writeFile(join(folder, path), text);
    }
    const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline", "--loglevel=error"];
    await execute(folder, ["npm", "install", ...options]).catch((error) => {
      throw new InstallError(error.message);
    });
    return folder;
  }

  /**
   * Builds and runs the program, and verifies its result.
   *
   * @param {string} folder
   * @param {import("./tool.mjs").Check} check
   */
  async check(folder, { build = [], run, expected = EXPECTED }) {
    for (const command of build) await execute(folder, command);
    const result = await run({
      folder,
      execute: (command, environment) => execute(folder, command, environment),
      serve: (command, work, environment) => serve(folder, command, work, environment),
      browser: () => this.#connectedBrowser(),
    });
    assert.deepEqual(result, expected);
  }

  /** Starts the browser, also after it has crashed. */
  #connectedBrowser() {
    this.#browser = this.#browser.then((browser) => (browser?.connected ? browser : launch()));
    return this.#browser;
  }

  /** Removes a program's folder, and what its checks put beside it. */
  async remove(folder) {
    await removeAll(dirname(folder));
  }

  async close() {
    // npm may still be writing the tarball.
    await this.#tarball.catch(() => {});
    await (await this.#browser)?.close();
    await removeAll(await this.#folder);
  }
}

async function removeAll(folder) {
  await rm(folder, { recursive: true, force: true, maxRetries: 3 });
}

/** Starts a command in its own process group. Its output is collected in `output`. */
function start(folder, [program, ...parameters], environment) {
  const child = spawn(program, parameters, {
    cwd: folder,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...process.env,
      PATH: join(folder, "node_modules/.bin") + delimiter + process.env.PATH,
      CI: "1",
      NO_COLOR: "1",
      NODE_ENV: "",
      NODE_OPTIONS: "",
      // Node does not run test files if it is set, to whatever value.
      NODE_TEST_CONTEXT: undefined,
      ASTRO_TELEMETRY_DISABLED: "1",
      NEXT_TELEMETRY_DISABLED: "1",
      NG_CLI_ANALYTICS: "false",
      NUXT_TELEMETRY_DISABLED: "1",
      ...environment,
    },
  });
  const process_ = { child, stdout: "", output: "", ended: false };
  child.stdout.on("data", (data) => {
    process_.stdout += data;
    process_.output += data;
  });
  child.stderr.on("data", (data) => {
    process_.output += data;
  });
  return process_;
}

/** Kills a process group. */
function kill({ child }) {
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}

/** Runs a command and returns its standard output. */
async function execute(folder, command, environment = {}) {
  const running = start(folder, command, environment);
  const timeout = setTimeout(() => kill(running), COMMAND_TIMEOUT);
  try {
    const code = await new Promise((resolve, reject) => {
      running.child.once("error", reject);
      running.child.once("close", resolve);
    });
    if (code !== 0) {
      const message = `${command.join(" ")} failed (${code ?? "timeout"})\n${running.output.slice(-4000)}`;
      throw Object.assign(new Error(message), { output: running.output });
    }
    return running.stdout;
  } finally {
    clearTimeout(timeout);
    kill(running);
  }
}

/** Starts a server, calls `work` with its URL, and ends it. */
async function serve(folder, command, work, environment = {}) {
  const port = await freePort();
  const running = start(
    folder,
    command.map((part) => part.replace("$PORT", String(port))),
    environment,
  );
  const exited = new Promise((_, reject) => {
    running.child.once("error", reject);
    running.child.once("exit", (code) => reject(new Error(`the server ended (${code})`)));
  });
  exited.catch(() => {});
  try {
    const url = `http://127.0.0.1:${port}/`;
    await Promise.race([exited, responds(url)]);
    return await Promise.race([exited, work(url)]);
  } catch (error) {
    throw new Error(`${error.message}\n${running.output.slice(-4000)}`);
  } finally {
    kill(running);
  }
}

/** Resolves when a server responds. */
async function responds(url) {
  const deadline = Date.now() + START_TIMEOUT;
  for (;;) {
    const isUp = await fetch(url, { signal: AbortSignal.timeout(START_TIMEOUT) }).then(
      () => true,
      () => false,
    );
    if (isUp) return;
    if (Date.now() > deadline) throw new Error(`${url} does not respond`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function freePort() {
  const server = createServer();
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const { port } = /** @type {import("node:net").AddressInfo} */ (server.address());
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * Runs tools, two at a time, because one often waits for npm while the other builds. Writes the report after each. Returns
 * whether all of them work.
 */
async function runAll(chosen, all) {
  const matrix = new Matrix();
  /** @type {import("./report.mjs").Row[]} */
  const rows = [];
  let written = Promise.resolve();
  const waiting = [...chosen];
  const runNext = async () => {
    for (let tool = waiting.shift(); tool; tool = waiting.shift()) {
      for await (const [check, result, details] of runTool(matrix, tool)) {
        rows.push(row(tool, check, result));
        console.log(`${result === WORKS ? "ok" : "not ok"} - ${tool.name} ${check}: ${result}${details}`);
      }
      written = written.then(() => update(all, rows));
      await written;
    }
  };
  await Promise.all([runNext(), runNext()]);
  await matrix.close();
  return rows.every(({ result }) => result === WORKS);
}

/** Yields the name, the result and the details of each check. */
async function* runTool(matrix, tool) {
  const names = Object.keys(tool.checks);
  try {
    const folder = await matrix.install(tool);
    for (const name of names) {
      yield await matrix.check(folder, tool.checks[name]).then(
        () => [name, WORKS, ""],
        (error) => [name, FAILS, `\n${error.message}`],
      );
    }
    await matrix.remove(folder);
  } catch (error) {
    if (!(error instanceof InstallError)) throw error;
    for (const name of names) yield [name, NOT_INSTALLED, `\n${error.message}`];
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const names = process.argv.slice(2);
  const chosen = await tools(names);
  if (chosen.length === 0) throw new Error(`no tool's name starts with ${names.join(" or ")}`);
  const works = await runAll(chosen, await tools());
  process.exitCode = works ? 0 : 1;
}
