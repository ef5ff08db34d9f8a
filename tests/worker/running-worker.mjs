// The Worker as Wrangler bundles it, in workerd.

import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { cp, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { request as forward } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

import { wranglerConfig } from "./configurations.mjs";
import { Inspector } from "./inspector.mjs";
import { sandbox } from "./sts.mjs";
import { wrapperOf } from "./wrappers.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const fromPackage = createRequire(join(root, "pkg/package.json"));
const LOOPBACK = "127.0.0.1";

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
 * @param {boolean} [options.direct] Sends requests to workerd's own socket, not through Miniflare's entry Worker, which
 *   takes more CPU time than the Worker: it copies each header and compresses the body.
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
 * @param {boolean} [options.inspector] Whether the Worker's isolate can be inspected.
 */
export async function startWorker(options) {
  const { port = 0, direct, persist, onLine, clock, inspector } = options;
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
    host: LOOPBACK,
    port: direct ? 0 : port,
    ...(persist && { durableObjectsPersist: persist }),
    ...(inspector && { inspectorPort: 0 }),
    ...(await isolatesOf(options)),
  });
  const ready = miniflare.ready.catch(async (error) => {
    // A Worker that does not start must not keep the tests running.
    await miniflare.dispose().catch(() => {});
    throw error;
  });
  const entry = await ready;
  const url = direct ? await miniflare.unsafeGetDirectURL() : entry;
  return new RunningWorker(miniflare, new URL(url).origin, logLines, clock);
}

/** A Worker in workerd, and the requests to it. */
class RunningWorker {
  #miniflare;
  #clock;
  #second;

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
    this.#second ??= new URL(await this.#miniflare.unsafeGetDirectURL("second")).origin;
    return send(this.#second + path, postOptions(body, headers));
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

  /** Connects to the inspector of the Worker's isolate. */
  async inspect() {
    return Inspector.connect(await this.#miniflare.getInspectorURL());
  }

  close() {
    return this.#miniflare.dispose();
  }
}

/** How often a request is sent if this happens to its connection. */
const MAX_TRIES = {
  // workerd closes idle connections, also the one that is about to be used.
  ECONNRESET: 2,
  UND_ERR_SOCKET: 2,
  // workerd is too busy to accept it.
  UND_ERR_CONNECT_TIMEOUT: 4,
};

async function send(url, init, tries = 1) {
  try {
    return await fetch(url, init);
  } catch (error) {
    if (tries >= (MAX_TRIES[error.cause?.code] ?? 1)) throw error;
    return send(url, init, tries + 1);
  }
}

/**
 * Returns Miniflare's options for the isolates: one, or two that share the Durable Objects of the first.
 * @param {Record<string, any>} options The options of {@link startWorker}.
 */
async function isolatesOf({ twoIsolates = false, ...options }) {
  const first = await isolateOf(options);
  if (!twoIsolates) return first;
  const { assets, ...second } = {
    ...first,
    name: "second",
    durableObjects: objects({ scriptName: "first" }),
    unsafeDirectSockets: socketAt(0),
  };
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
  direct,
  port = 0,
  ...options
}) {
  return {
    modules: await modulesOf(bundle, wrapperOf(options)),
    compatibilityDate: wranglerConfig.compatibility_date,
    bindings: { ...secrets, ...(configuration !== undefined && { CONFIGURATION: configuration }), ...bindings },
    durableObjects: objects(),
    ...(limit && { ratelimits: limiters(limit) }),
    ...(direct && { unsafeDirectSockets: socketAt(port) }),
    ...(outbound && { outboundService: onlyLoopback(outbound) }),
    ...(site && { assets: assetsOf(site) }),
  };
}

/** A socket of an isolate itself. */
function socketAt(port) {
  return [{ host: LOOPBACK, port }];
}

/** The page's files, which Miniflare serves. */
function assetsOf(directory) {
  const userWorker = wranglerConfig.assets.run_worker_first;
  return { directory, routerConfig: { has_user_worker: true, static_routing: { user_worker: userWorker } } };
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

/** Passes requests to other hosts than loopback to `outbound`: no request leaves this machine. */
function onlyLoopback(outbound) {
  const { Response } = fromPackage("miniflare");
  return async (request) => {
    const local = new URL(request.url).hostname === LOOPBACK;
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

/** Copies the page to a temporary folder, with a Content Security Policy that allows the sandbox. */
export async function siteForSandbox() {
  const site = await mkdtemp(join(tmpdir(), "sts-web-site-"));
  await cp(join(root, "target/site"), site, { recursive: true });
  const index = join(site, "index.html");
  const text = await readFile(index, "utf8");
  await writeFile(index, text.replace("connect-src 'self'", `connect-src 'self' ${sandbox.endpoint}`));
  return site;
}
