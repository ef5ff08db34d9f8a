// The sandbox's STS behind a proxy that records calls and can replace responses, and its roles.

import { execFile } from "node:child_process";
import { createServer, request as forward } from "node:http";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

import { listen } from "./listen.mjs";

export const sandbox = JSON.parse(process.env.STS_WEB_SANDBOX);
export const roleArn = sandbox.roleArn;

/** Starts a proxy in front of an STS, by default the sandbox's, that records the parameters of all calls. */
export async function startSts(upstreamEndpoint = sandbox.endpoint) {
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    sts.calls.push(new URLSearchParams(body.toString()));
    if (sts.intercept?.(request, response)) return;
    const options = { method: request.method, headers: request.headers, agent: false };
    const forwarded = forward(new URL(request.url, upstreamEndpoint), options, async (upstream) => {
      let text = "";
      for await (const chunk of upstream.setEncoding("utf8")) text += chunk;
      if (sts.lifetime) {
        const expiration = new Date(Date.now() + sts.lifetime).toISOString();
        text = text.replace(/<Expiration>[^<]*/, `<Expiration>${expiration}`);
      }
      response.writeHead(upstream.statusCode, { "content-type": "text/xml" }).end(text);
    });
    forwarded.on("error", () => response.destroy()).end(body);
  });
  const sts = {
    endpoint: await listen(server),
    /** @type {URLSearchParams[]} */
    calls: [],
    /** @type {import("./listen.mjs").Intercept | undefined} */
    intercept: undefined,
    /**
     * Lifetime of the credentials in milliseconds, in place of the requested one.
     * @type {number | undefined}
     */
    lifetime: undefined,
    /** @param {string} action */
    callsOf: (action) => sts.calls.filter((form) => form.get("Action") === action),
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
  return sts;
}

/**
 * Creates a role in the sandbox, or replaces its trust policy. Returns its ARN.
 * @param {string} name
 * @param {object} trustPolicy
 */
export async function createRole(name, trustPolicy) {
  const script = fileURLToPath(new URL("../sandbox/create_role.py", import.meta.url));
  const run = promisify(execFile);
  const { stdout } = await run(process.env.STS_WEB_PYTHON, [
    script,
    sandbox.endpoint,
    name,
    JSON.stringify(trustPolicy),
  ]);
  return stdout.trim();
}
