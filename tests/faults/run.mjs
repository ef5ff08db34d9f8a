// Runs a plan: a separate program makes its calls to the sandbox, through the proxy.

import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

import { planCalls } from "./plan.mjs";
import { startProxy } from "./proxy.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The timeout of an attempt, in milliseconds. On an idle machine the sandbox responds in a twentieth of it. */
export const REQUEST_TIMEOUT = 2_000;
/** The number of concurrent calls. */
export const CONCURRENCY = 32;

/** The programs that make the calls. The native one does not sleep between attempts. */
export const PLATFORMS = {
  native: { command: [process.env.CARGO ?? "cargo", "test", "--quiet", "--test=under_faults"], sleeps: false },
  npm: { command: [process.execPath, fileURLToPath(new URL("npm.mjs", import.meta.url))], sleeps: true },
};

/**
 * Makes `count` calls. Returns their outcomes, the proxy's records, and the number of requests that followed a
 * redirect.
 */
export async function run(platform, count, seed) {
  const sandbox = JSON.parse(process.env.STS_WEB_SANDBOX);
  const calls = planCalls(platform, count, seed);
  const proxy = await startProxy(sandbox.endpoint, calls);
  const { region, accessKeyId, secretAccessKey, roleArn } = sandbox;
  const plan = {
    region,
    accessKeyId,
    secretAccessKey,
    roleArn,
    endpoint: proxy.url,
    refusingEndpoint: await refusingEndpoint(),
    requestTimeout: REQUEST_TIMEOUT,
    concurrency: CONCURRENCY,
    calls,
  };
  try {
    const outcomes = JSON.parse(await outputOf(PLATFORMS[platform].command, JSON.stringify(plan)));
    return { outcomes, records: proxy.records, redirected: proxy.redirected.count, secret: secretAccessKey };
  } finally {
    proxy.close();
  }
}

/** Runs a command with `input` on standard input, and returns its standard output. */
async function outputOf([command, ...args], input) {
  const child = spawn(command, args, { cwd: root, stdio: ["pipe", "pipe", "inherit"] });
  child.stdin.end(input);
  const [output, code] = await Promise.all([text(child.stdout), new Promise((resolve) => child.on("close", resolve))]);
  if (code !== 0) throw new Error(`${command} exited with ${code}`);
  return output;
}

/** Returns a URL with a port that nothing listens on. It is below the range for outgoing connections. */
async function refusingEndpoint() {
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
