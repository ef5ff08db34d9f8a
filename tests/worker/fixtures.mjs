// What the tests of the Worker run: the Worker as Wrangler bundles it, in workerd; an OpenID Connect issuer; and a
// proxy in front of the sandbox's STS that records calls and can replace responses.

import { execFile } from "node:child_process";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { once } from "node:events";
import { cp, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { createServer, request as forward } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../../", import.meta.url));
const fromPackage = createRequire(join(root, "pkg/package.json"));
export const { SignJWT } = await import(createRequire(join(root, "worker/package.json")).resolve("jose"));

/**
 * Parses JSON with comments. A comment starts a line, or has whitespace before its slashes and a space after them.
 * @param {string} text
 */
export const parseJsonc = (text) => JSON.parse(text.replace(/(^|\s)\/\/ .*$/gm, ""));
const wranglerConfig = parseJsonc(await readFile(join(root, "worker/create/template/wrangler.jsonc"), "utf8"));

export const sandbox = JSON.parse(process.env.STS_WEB_SANDBOX);
export const roleArn = sandbox.roleArn;
/** The audience of the first grant. */
export const audience = "sts-web";

/** Copies the page to a temporary folder, with a Content Security Policy that allows the sandbox. */
export async function siteForSandbox() {
  const site = await mkdtemp(join(tmpdir(), "sts-web-site-"));
  await cp(join(root, "target/site"), site, { recursive: true });
  const index = join(site, "index.html");
  const text = await readFile(index, "utf8");
  await writeFile(index, text.replace("connect-src 'self'", `connect-src 'self' ${sandbox.endpoint}`));
  return site;
}

/** Returns a free port. */
export async function freePort() {
  const server = createServer();
  await listen(server);
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * Starts an HTTP server on loopback and returns its origin. Port 0 selects a free port.
 * @param {import("node:http").Server} server
 */
export async function listen(server, port = 0) {
  await new Promise((resolve, reject) => server.once("error", reject).listen(port, "127.0.0.1", resolve));
  return `http://127.0.0.1:${server.address().port}`;
}

/**
 * @typedef {(request: import("node:http").IncomingMessage, response: import("node:http").ServerResponse) => unknown}
 *   Intercept Called for each request. If it returns a truthy value, it has handled the request itself.
 */

/**
 * Starts an OpenID Connect issuer. People sign in with any name and any password, and return to one of `pages`.
 * `requests` are the paths requested so far.
 * @param {{ pages?: string[], port?: number }} [options]
 */
export async function startIssuer({ pages = [], port = 0 } = {}) {
  const { default: Provider } = await import(fromPackage.resolve("oidc-provider"));
  let handle;
  let key;
  const requests = [];
  const server = createServer((request, response) => {
    requests.push(request.url);
    if (!self.intercept?.(request, response)) handle(request, response);
  });
  const issuer = await listen(server, port);
  let published = [];
  const rotate = ({ keepOld = false } = {}) => {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    key = { privateKey, publicKey, kid: randomBytes(6).toString("hex") };
    const jwk = { ...privateKey.export({ format: "jwk" }), kid: key.kid, use: "sig", alg: "RS256" };
    published = [jwk, ...(keepOld ? published : [])];
    handle = new Provider(issuer, settings(published, pages)).callback();
  };
  rotate();
  const self = {
    issuer,
    requests,
    /** Replaces the signing key, or with `keepOld` adds one. */
    rotate,
    /** @type {Intercept | undefined} */
    intercept: undefined,
    get key() {
      return key;
    },
    /**
     * Signs a token with these claims, by default with the issuer's key. With `kid: null` it has no `kid`.
     * @param {Record<string, unknown>} [claims] A claim that is `undefined` is left out.
     * @returns {Promise<string>}
     */
    token(claims = {}, { alg = "RS256", privateKey = key.privateKey, kid = key.kid } = {}) {
      const now = Math.floor(Date.now() / 1000);
      const all = { iss: issuer, aud: audience, sub: "alice", iat: now, exp: now + 600, ...claims };
      return new SignJWT(JSON.parse(JSON.stringify(all)))
        .setProtectedHeader({ alg, ...(kid && { kid }) })
        .sign(privateKey);
    },
    /** Gets a token from the issuer's token endpoint, with the client credentials grant. */
    async clientCredentialsToken() {
      const headers = {
        authorization: `Basic ${btoa("program:secret")}`,
        "content-type": "application/x-www-form-urlencoded",
      };
      const response = await fetch(`${issuer}/token`, {
        method: "POST",
        headers,
        body: "grant_type=client_credentials",
      });
      return (await response.json()).access_token;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
  return self;
}

/** The settings of `oidc-provider`: its signing keys, and one client each for programs and for pages. */
function settings(keys, pages) {
  const program = {
    client_id: "program",
    client_secret: "secret",
    grant_types: ["client_credentials"],
    redirect_uris: [],
    response_types: [],
  };
  const page = {
    client_id: "page",
    client_secret: "page-secret",
    redirect_uris: pages.map((origin) => `${origin}/api/sign-in/callback`),
  };
  return {
    jwks: { keys },
    clients: pages.length > 0 ? [program, page] : [program],
    cookies: { keys: [randomBytes(16).toString("hex")] },
    ttl: { ClientCredentials: 600, IdToken: 3600, Session: 3600, Interaction: 600, Grant: 3600, AccessToken: 600 },
    findAccount: (_, accountId) => ({ accountId, claims: () => ({ sub: accountId }) }),
    // No consent screen.
    async loadExistingGrant({ oidc }) {
      const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId });
      grant.addOIDCScope("openid");
      await grant.save();
      return grant;
    },
    features: {
      devInteractions: { enabled: true },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: (_, client) => (client.clientId === "program" ? "urn:sts" : undefined),
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          scope: "",
          audience,
          accessTokenFormat: "jwt",
          jwt: { sign: { alg: "RS256" } },
        }),
      },
    },
  };
}

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
    /** @type {Intercept | undefined} */
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
  const script = join(root, "tests/sandbox/create_role.py");
  const run = promisify(execFile);
  const { stdout } = await run(process.env.STS_WEB_PYTHON, [
    script,
    sandbox.endpoint,
    name,
    JSON.stringify(trustPolicy),
  ]);
  return stdout.trim();
}

/** The Worker's secrets. */
export const secrets = {
  AWS_ACCESS_KEY_ID: sandbox.worker.accessKeyId,
  AWS_SECRET_ACCESS_KEY: sandbox.worker.secretAccessKey,
  STORAGE_KEY: randomBytes(32).toString("base64"),
  MACHINE_SECRET: randomBytes(32).toString("hex"),
  PAGE_SECRET: "page-secret",
};

/**
 * Starts the Worker.
 * @param {object} options
 * @param {unknown} [options.configuration] Set as the variable `CONFIGURATION`, which the tests' bundle reads.
 * @param {Record<string, unknown>} [options.bindings] Variables and secrets to add or replace.
 * @param {number} [options.port]
 * @param {number | null} [options.limit] Requests per caller and minute. With `null` the Worker has no rate limit
 *   binding.
 * @param {string} [options.persist] A folder for the storage of Durable Objects, which then survives a restart.
 * @param {string} [options.bundle] The folder of the bundle, by default that of the tests.
 * @param {string} [options.site] The folder of the page.
 * @param {(request: Request) => unknown} [options.outbound] Handles requests to hosts other than loopback.
 * @param {(line: string) => void} [options.onLine] Called with each line of the log.
 * @param {boolean} [options.twoIsolates] Runs the Worker in two isolates that share Durable Objects, as in two
 *   locations of Cloudflare's network. `postToSecond` posts to the second one.
 * @param {{ now: number }} [options.clock] Sets the clock of the Worker and its objects, in milliseconds since 1970.
 * @param {boolean} [options.longTimeouts] Makes all timeouts of the Worker a hundred times as long, so that none expires
 *   on a busy machine.
 * @param {boolean} [options.fastTimers] Runs the Worker's timers twenty times as fast. The header `test-elapsed` of a
 *   response is the elapsed time by these timers, in milliseconds.
 * @param {string} [options.wrapper] Source of a module that runs in place of the bundle and imports it.
 */
export async function startWorker(options) {
  const { port = 0, persist, onLine, clock } = options;
  const { Miniflare, Log, LogLevel } = fromPackage("miniflare");
  /** @type {string[]} */
  const logLines = [];
  const miniflare = new Miniflare({
    log: new Log(LogLevel.NONE),
    handleRuntimeStdio: (...outputs) => {
      for (const input of outputs) {
        createInterface({ input }).on("line", (line) => {
          logLines.push(line);
          onLine?.(line);
        });
      }
    },
    host: "127.0.0.1",
    port,
    ...(persist && { durableObjectsPersist: persist }),
    ...(await isolatesOf(options)),
  });
  const ready = miniflare.ready.catch(async (error) => {
    // A Worker that does not start must not keep the tests running.
    await miniflare.dispose().catch(() => {});
    throw error;
  });
  return new RunningWorker(miniflare, new URL(await ready).origin, logLines, clock);
}

/** A Worker in workerd, and the requests to it. */
class RunningWorker {
  #miniflare;
  #clock;

  constructor(miniflare, url, logLines, clock) {
    this.#miniflare = miniflare;
    this.#clock = clock;
    this.url = url;
    this.logLines = logLines;
  }

  /**
   * @param {string} path
   * @param {Record<string, string>} [headers]
   * @returns {Promise<Response>}
   */
  get(path, headers = {}) {
    return send(this.url + path, { headers: { ...headers, ...clockHeader(this.#clock) }, redirect: "manual" });
  }

  /**
   * @param {string} path
   * @param {unknown} body A string, or a value to send as JSON.
   * @param {Record<string, string>} [headers]
   * @returns {Promise<Response>}
   */
  post(path, body, headers = {}) {
    return send(this.url + path, postOptions(body, { ...headers, ...clockHeader(this.#clock) }));
  }

  /** Sends a request as if to this URL, which may be https and have any host. */
  at(target, init = {}) {
    return this.#miniflare.dispatchFetch(target, { redirect: "manual", ...init });
  }

  /** Posts to the second isolate. */
  async postToSecond(path, body, headers) {
    return (await this.#miniflare.getWorker("second")).fetch(this.url + path, postOptions(body, headers));
  }

  /** The log entries: the lines that are JSON. */
  get logEntries() {
    return this.logLines.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
  }

  /**
   * Waits for the first log entry that matches. An entry may be written shortly after its response.
   * @param {(entry: Record<string, unknown>) => boolean} matches
   */
  async logEntry(matches) {
    for (let tries = 0; tries < 250; tries += 1) {
      const found = this.logEntries.find(matches);
      if (found) return found;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    throw new Error(`no such log entry: ${matches}`);
  }

  close() {
    return this.#miniflare.dispose();
  }
}

/** Sends a request again if workerd has closed the idle connection that was to be used, and so has not received it. */
async function send(url, init) {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (error.cause?.code !== "ECONNRESET") throw error;
    return fetch(url, init);
  }
}

/**
 * Returns Miniflare's options for the isolates: one, or two that share the Durable Objects of the first.
 * @param {Record<string, any>} options The options of {@link startWorker}.
 */
async function isolatesOf({ twoIsolates = false, ...options }) {
  const first = await isolateOf(options);
  if (!twoIsolates) return first;
  const { assets, ...second } = { ...first, name: "second", durableObjects: objects({ scriptName: "first" }) };
  return { workers: [{ ...first, name: "first" }, second] };
}

/** @param {Record<string, any>} options */
async function isolateOf({
  configuration,
  bindings = {},
  limit = 100_000,
  bundle = join(root, "target/worker"),
  site = join(root, "target/site"),
  outbound,
  ...options
}) {
  return {
    modules: await modulesOf(bundle, wrapperOf(options)),
    compatibilityDate: wranglerConfig.compatibility_date,
    bindings: { ...secrets, ...(configuration !== undefined && { CONFIGURATION: configuration }), ...bindings },
    durableObjects: objects(),
    ...(limit && { ratelimits: limiters(limit) }),
    ...(outbound && { outboundService: onlyLoopback(outbound) }),
    assets: {
      directory: site,
      routerConfig: { has_user_worker: true, static_routing: { user_worker: wranglerConfig.assets.run_worker_first } },
    },
  };
}

/** The modules of a bundle, with the module that wraps it, if any. */
async function modulesOf(bundle, wrapper) {
  const files = await readdir(bundle);
  const [wasm, script] = [".wasm", ".js"].map((ending) => files.find((file) => file.endsWith(ending)));
  return [
    ...(wrapper ? [{ type: "ESModule", path: "wrapper.js", contents: wrapper }] : []),
    { type: "ESModule", path: "index.js", contents: await readFile(join(bundle, script)) },
    { type: "CompiledWasm", path: wasm, contents: await readFile(join(bundle, wasm)) },
  ];
}

/** @param {Record<string, any>} options */
function wrapperOf({ clock, longTimeouts, fastTimers, wrapper }) {
  if (wrapper) return wrapper;
  if (clock) return CLOCK;
  if (longTimeouts) return LONG_TIMEOUTS;
  return fastTimers ? FAST_TIMERS : undefined;
}

/** Passes requests to other hosts than loopback to `outbound`: no request leaves this machine. */
function onlyLoopback(outbound) {
  const { Response } = fromPackage("miniflare");
  return async (request) => {
    const local = new URL(request.url).hostname === "127.0.0.1";
    const result = local ? await forwardRequest(request) : await outbound(request);
    return result ? new Response(result.body, result) : Response.error();
  };
}

/** The Durable Objects of wrangler.jsonc in miniflare's format. */
function objects(more = {}) {
  const withSQLite = wranglerConfig.migrations.flatMap(({ new_sqlite_classes: classes = [] }) => classes);
  const { bindings } = wranglerConfig.durable_objects;
  return Object.fromEntries(
    bindings.map(({ name, class_name: className }) => [
      name,
      { className, useSQLite: withSQLite.includes(className), ...more },
    ]),
  );
}

/** The rate limiters of wrangler.jsonc, each with this limit. */
function limiters(limit) {
  return Object.fromEntries(
    wranglerConfig.ratelimits.map(({ name, namespace_id, simple }) => [
      name,
      { namespace_id, simple: { ...simple, limit } },
    ]),
  );
}

/** Wraps the Worker so that its timeouts are a hundred times as long. */
const LONG_TIMEOUTS = `
import worker from "./index.js";
export { CallerObject } from "./index.js";
const { timeout } = AbortSignal;
AbortSignal.timeout = (milliseconds) => timeout.call(AbortSignal, 100 * milliseconds);
const { setTimeout } = globalThis;
globalThis.setTimeout = (task, milliseconds, ...rest) => setTimeout(task, 100 * milliseconds, ...rest);
export default worker;`;

/**
 * Wraps the Worker so that its timers run twenty times as fast. The header `test-elapsed` of a response is the time
 * that the request took by these timers, in milliseconds, however busy the machine is.
 */
const FAST_TIMERS = `
import worker from "./index.js";
export { CallerObject } from "./index.js";
let now = 0;
const endOf = (milliseconds) => {
  const end = now + milliseconds;
  return () => (now = Math.max(now, end));
};
const { timeout } = AbortSignal;
AbortSignal.timeout = (milliseconds) => {
  const signal = timeout.call(AbortSignal, milliseconds / 20);
  signal.addEventListener("abort", endOf(milliseconds));
  return signal;
};
const { setTimeout } = globalThis;
globalThis.setTimeout = (task, milliseconds, ...rest) => {
  const pass = endOf(milliseconds);
  return setTimeout(() => {
    pass();
    task(...rest);
  }, milliseconds / 20);
};
export default {
  async fetch(...request) {
    const started = now;
    const response = await worker.fetch(...request);
    const headers = new Headers(response.headers);
    headers.set("test-elapsed", String(now - started));
    return new Response(response.body, { status: response.status, headers });
  },
};`;

/** Wraps the Worker so that its clock shows the time in a header of the latest request. */
const CLOCK = `
import worker from "./index.js";
export { CallerObject } from "./index.js";
let now;
globalThis.Date = class extends Date {
  constructor(...values) {
    super(...(values.length > 0 ? values : [now]));
  }
  static now() {
    return now;
  }
};
export default {
  fetch(request, ...rest) {
    now = Number(request.headers.get("test-clock"));
    return worker.fetch(request, ...rest);
  },
};`;

function clockHeader(clock) {
  return clock && { "test-clock": String(clock.now) };
}

function postOptions(body, headers = {}) {
  return {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  };
}

/** Forwards a request that the Worker sends. */
async function forwardRequest(request) {
  const { url, method } = request;
  const headers = { ...Object.fromEntries(request.headers), host: new URL(url).host };
  const body = Buffer.from(await request.arrayBuffer());
  const [response] = await once(forward(url, { method, headers, agent: false }).end(body), "response");
  const chunks = [];
  for await (const chunk of response) chunks.push(chunk);
  return {
    status: response.statusCode,
    headers: { "content-type": response.headers["content-type"] ?? "" },
    body: Buffer.concat(chunks),
  };
}

/**
 * Returns a configuration for the sandbox with one grant.
 * @param {string} issuer
 * @param {{ endpoint: string }} sts
 * @param {Record<string, unknown>} [grantFields] Fields to add to the grant, or to replace.
 * @param {Record<string, unknown>} [fields] Fields to add to the configuration, or to replace.
 * @returns {any}
 */
export function configurationFor(issuer, sts, grantFields = {}, fields = {}) {
  const grant = { issuer, audience, roles: { reader: roleArn }, ...grantFields };
  return {
    credentials: "keys",
    region: sandbox.region,
    endpoint: sts.endpoint,
    s3Endpoint: sandbox.endpoint,
    grants: [grant],
    ...fields,
  };
}
