// One run: the calls of a plan, made by a program of their own, through the proxy to the sandbox.

import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

import { planned } from "./plan.mjs";
import { startProxy } from "./proxy.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** How long an attempt may take, in milliseconds. The sandbox answers in a twentieth of it on a machine that has nothing else to do. */
export const REQUEST_TIMEOUT = 2_000;
export const AT_ONCE = 32;

/** What makes the calls. Natively, waits between attempts take no time. */
export const PLATFORMS = {
  native: { command: [process.env.CARGO ?? "cargo", "test", "--quiet", "--test=under_faults"], waits: false },
  npm: { command: [process.execPath, fileURLToPath(new URL("npm.mjs", import.meta.url))], waits: true },
};

/** Makes `count` calls: how each ended, what the proxy saw of it, and how many requests went where a redirect led. */
export async function run(platform, count, seed) {
  const sandbox = JSON.parse(process.env.STS_WEB_SANDBOX);
  const calls = planned(platform, count, seed);
  const proxy = await startProxy(sandbox.endpoint, calls);
  const { region, accessKeyId, secretAccessKey, roleArn } = sandbox;
  const keys = { region, accessKeyId, secretAccessKey, roleArn };
  const plan = {
    ...keys,
    endpoint: proxy.url,
    refused: await nobody(),
    requestTimeout: REQUEST_TIMEOUT,
    atOnce: AT_ONCE,
    calls,
  };
  try {
    const ends = JSON.parse(await made(PLATFORMS[platform].command, JSON.stringify(plan)));
    return { ends, seen: proxy.seen, strays: proxy.strays.count, secret: secretAccessKey };
  } finally {
    proxy.close();
  }
}

/** What the program says that makes the calls. */
async function made([command, ...rest], plan) {
  const child = spawn(command, rest, { cwd: root, stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(plan);
  const [said, code] = await Promise.all([text(child.stdout), new Promise((resolve) => child.on("close", resolve))]);
  if (code !== 0) throw new Error(`${command} ended with ${code}`);
  return said;
}

/** Where nobody listens, and where no connection of anybody's begins. */
async function nobody() {
  for (let port = 20_000; ; port += 1) {
    const server = createServer();
    const free = await new Promise((resolve) =>
      server.on("error", () => resolve(false)).listen(port, "127.0.0.1", () => resolve(true)),
    );
    if (!free) continue;
    await new Promise((resolve) => server.close(resolve));
    return `http://127.0.0.1:${port}/`;
  }
}
