// `cargo xtask start` and `cargo xtask start --worker`, as a newcomer runs them: in a terminal, until Ctrl-C.

import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { readdirSync, readFileSync, readlinkSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { STS } from "../../pkg/dist/entry/node.js";
import { freePort, listen } from "./listen.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const run = promisify(execFile);

test("the page and the sandbox start with one command, and Ctrl-C ends both", async () => {
  const written = () => ["target/site", "worker/page"].map((folder) => statSync(`${root}${folder}/SHA256SUMS`).mtimeMs);
  const before = written();
  const terminal = await start();
  try {
    const { page, sandbox } = terminal;
    assert.match(await (await fetch(page)).text(), /<title>/);
    assert.deepEqual(terminal.addressesBeyondLoopback(), []);
    const { endpoint, region, ...credentials } = await (await fetch(new URL("sandbox.json", page))).json();
    assert.equal(endpoint, sandbox);
    const { Arn } = await new STS({ endpoint, region, credentials }).getCallerIdentity();
    assert.equal(Arn, "arn:aws:iam::123456789012:user/test-user");
    // Other tests are reading these files.
    assert.deepEqual(written(), before);
  } finally {
    await terminal.pressCtrlC();
  }
});

test("the Worker starts with one command: sign in, get credentials without any key, and Ctrl-C ends everything", async () => {
  const terminal = await start("--worker");
  try {
    const { page, issuer, sandbox } = terminal;
    assert.match(await (await fetch(page)).text(), /<title>/);
    assert.deepEqual(terminal.addressesBeyondLoopback(), []);
    const discovery = await (await fetch(new URL(".well-known/openid-configuration", page))).json();
    assert.equal(new URL(discovery.issuer).href, page);

    const browser = new Browser();
    const form = await (await browser.open(new URL("api/sign-in", page))).text();
    const [, action] = /action="([^"]*)"/.exec(form);
    const login = new URLSearchParams({ prompt: "login", login: "ada", password: "any" });
    const home = await browser.open(new URL(action, issuer), { method: "POST", body: login });
    assert.deepEqual([home.status, home.url], [200, page]);

    const response = await browser.open(new URL("api/credentials", page), {
      method: "POST",
      headers: { "content-type": "application/json", origin: new URL(page).origin },
      body: JSON.stringify({ role: "from-the-worker" }),
    });
    const {
      AccessKeyId: accessKeyId,
      SecretAccessKey: secretAccessKey,
      SessionToken: sessionToken,
    } = await response.json();
    const credentials = { accessKeyId, secretAccessKey, sessionToken };
    const { Arn } = await new STS({ endpoint: sandbox, region: "us-east-1", credentials }).getCallerIdentity();
    assert.match(Arn, /:assumed-role\/from-the-worker\/ada=/);
  } finally {
    await terminal.pressCtrlC();
  }
});

test("a port that is taken is reported at once, with the option that selects another one", async () => {
  const server = createServer();
  const { port } = new URL(await listen(server));
  for (const options of [[], ["--worker"]]) {
    await assert.rejects(
      run("cargo", ["xtask", "start", ...options, "--port", port], { cwd: root }),
      (/** @type {any} */ { code, stderr }) => {
        assert.equal(code, 1);
        assert.match(stderr, new RegExp(`^port ${port} is not available; .*choose another one with --port N`));
        return true;
      },
    );
  }
  server.close();
});

test("every request that `cargo xtask scale` measures succeeds", async () => {
  const { stdout } = await run("node", ["tests/worker/scale.mjs", "--quick"], { cwd: root });
  assert.match(stdout, /^\| \*\*credentials from STS, through a new object\*\* \| \d+/m);
});

/**
 * Runs `cargo xtask start` as a terminal does: in its own session. Returns once it has printed its URLs.
 *
 * @param {...string} options
 */
async function start(...options) {
  const port = await freePort();
  const child = spawn("cargo", ["xtask", "start", ...options, "--port", String(port)], {
    cwd: root,
    detached: true,
    stdio: ["ignore", "pipe", "inherit"],
  });
  /** @type {Record<string, string>} */
  const urls = {};
  for await (const line of createInterface({ input: child.stdout })) {
    const [, name, url] = /^The (\w+): +(\S+)/.exec(line) ?? [];
    if (name) urls[name] = url;
    if (line.startsWith("Press Ctrl-C")) break;
  }
  assert.ok(urls.page, "it has ended before printing its URLs");
  return {
    page: urls.page,
    sandbox: urls.sandbox,
    issuer: urls.issuer,
    addressesBeyondLoopback: () => listeningBeyondLoopback(child.pid),
    /** Interrupts all processes of the session, and waits until none is left. */
    async pressCtrlC() {
      process.kill(-child.pid, "SIGINT");
      for (let tries = 0; tries < 600 && processesOf(child.pid).length > 0; tries += 1) {
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      const left = processesOf(child.pid);
      for (const { pid } of left) process.kill(pid, "SIGKILL");
      assert.deepEqual(left, []);
      await assert.rejects(fetch(urls.page));
      await assert.rejects(fetch(urls.sandbox));
    },
  };
}

/**
 * Returns the processes of a session that have not ended.
 *
 * @param {number} session
 */
function processesOf(session) {
  return readdirSync("/proc").flatMap((name) => {
    if (!/^\d+$/.test(name)) return [];
    try {
      const [, command, rest] = /\((.*)\) (.*)/s.exec(readFileSync(`/proc/${name}/stat`, "utf8"));
      const [state, , , ofSession] = rest.split(" ");
      return state !== "Z" && Number(ofSession) === session ? [{ pid: Number(name), command }] : [];
    } catch {
      return []; // It has ended in the meantime.
    }
  });
}

/**
 * Returns the addresses, in hexadecimal, at which processes of a session can be reached from other machines.
 *
 * @param {number} session
 */
function listeningBeyondLoopback(session) {
  const sockets = new Set(
    processesOf(session).flatMap(({ pid }) =>
      readdirSync(`/proc/${pid}/fd`).map((name) => readlinkSync(`/proc/${pid}/fd/${name}`)),
    ),
  );
  const lines = ["tcp", "tcp6"].flatMap((table) =>
    readFileSync(`/proc/net/${table}`, "utf8").trim().split("\n").slice(1),
  );
  return lines.flatMap((line) => {
    const [, address, , state, , , , , , inode] = line.trim().split(/\s+/);
    const isListening = state === "0A" && sockets.has(`socket:[${inode}]`);
    return isListening && !address.startsWith("0100007F") ? [address] : [];
  });
}

/** Follows redirects and keeps cookies, like a browser with one tab. */
class Browser {
  /** @type {Map<string, string>} */
  #cookies = new Map();

  /**
   * @param {URL} url
   * @param {RequestInit} [init]
   * @returns {Promise<Response>}
   */
  async open(url, init = {}) {
    const cookie = [...this.#cookies].map((pair) => pair.join("=")).join("; ");
    const response = await fetch(url, { ...init, headers: { ...init.headers, cookie }, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
      if (value) this.#cookies.set(name, value);
      else this.#cookies.delete(name);
    }
    const location = response.headers.get("location");
    return location ? this.open(new URL(location, url)) : response;
  }
}
