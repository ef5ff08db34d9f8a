// The Worker as Wrangler bundles it, in workerd; an OpenID Connect issuer; and, between Worker and sandbox, somebody who
// counts the calls of STS and can spoil the answers.

import { generateKeyPairSync, randomBytes } from "node:crypto";
import { cp, mkdtemp, readdir, readFile, writeFile } from "node:fs/promises";
import { createServer, request as forward } from "node:http";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));
const fromPackage = createRequire(join(root, "pkg/package.json"));
export const { SignJWT } = await import(createRequire(join(root, "worker/package.json")).resolve("jose"));

/** What a JSON text with comments says. A comment begins a line, or has a space on both sides of its slashes. */
export const withComments = (text) => JSON.parse(text.replace(/(^|\s)\/\/ .*$/gm, ""));
/** What is deployed. */
const deployed = withComments(await readFile(join(root, "worker/wrangler.jsonc"), "utf8"));

export const sandbox = JSON.parse(process.env.STS_WEB_SANDBOX);
export const roleArn = sandbox.roleArn;
/** What `jq` finds under `grants[0]`, but for the issuer. */
export const audience = "sts-web";

/** A copy of the page that may reach the sandbox, as AWS's hosts. */
export async function siteForSandbox() {
  const site = await mkdtemp(join(tmpdir(), "sts-web-site-"));
  await cp(join(root, "target/site"), site, { recursive: true });
  const index = join(site, "index.html");
  const text = await readFile(index, "utf8");
  await writeFile(index, text.replace("connect-src 'self'", `connect-src 'self' ${sandbox.endpoint}`));
  return site;
}

/** A port that nobody listens on. */
export async function freePort() {
  const server = createServer();
  await listening(server);
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Where an HTTP server listens. Port 0 takes a free one. */
export async function listening(server, port = 0) {
  await new Promise((resolve, reject) => server.once("error", reject).listen(port, "127.0.0.1", resolve));
  return `http://127.0.0.1:${server.address().port}`;
}

/**
 * An issuer. People sign in with any name and any password, and come back to `pages`. `token(claims)` is signed with the
 * issuer's key, `rotate()` replaces that key, or puts another `beside` it. `asked` are the paths that were asked for;
 * `spoil` may answer instead.
 */
export async function startIssuer({ pages = [], port = 0 } = {}) {
  const { default: Provider } = await import(fromPackage.resolve("oidc-provider"));
  let answer;
  let key;
  const asked = [];
  const server = createServer((request, response) => {
    asked.push(request.url);
    if (!mine.spoil?.(request, response)) answer(request, response);
  });
  const issuer = await listening(server, port);
  let published = [];
  const rotate = ({ beside = false } = {}) => {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    key = { privateKey, publicKey, kid: randomBytes(6).toString("hex") };
    const jwk = { ...privateKey.export({ format: "jwk" }), kid: key.kid, use: "sig", alg: "RS256" };
    published = [jwk, ...(beside ? published : [])];
    answer = new Provider(issuer, settings(published, pages)).callback();
  };
  rotate();
  const mine = {
    issuer,
    asked,
    rotate,
    spoil: undefined,
    get key() {
      return key;
    },
    /** A token with these claims, signed with `alg` by the issuer's key or another. With no `kid` it does not say by which. */
    token(claims = {}, { alg = "RS256", privateKey = key.privateKey, kid = key.kid } = {}) {
      const now = Math.floor(Date.now() / 1000);
      const all = { iss: issuer, aud: audience, sub: "alice", iat: now, exp: now + 600, ...claims };
      return new SignJWT(JSON.parse(JSON.stringify(all)))
        .setProtectedHeader({ alg, ...(kid && { kid }) })
        .sign(privateKey);
    },
    /** A token as the issuer itself gives one to a program. */
    async programsToken() {
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
  return mine;
}

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
    // Signing in is agreeing.
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

/** Stands between the Worker and the sandbox's STS. `sts.calls` are the forms that came; `sts.spoil` may answer instead. */
export async function startSts() {
  const sts = {
    calls: [],
    spoil: undefined,
    lasts: undefined,
    of: (action) => sts.calls.filter((form) => form.get("Action") === action),
  };
  const server = createServer(async (request, response) => {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    sts.calls.push(new URLSearchParams(body.toString()));
    if (sts.spoil?.(request, response)) return;
    const options = { method: request.method, headers: request.headers, agent: false };
    const forwarded = forward(new URL(request.url, sandbox.endpoint), options, async (answer) => {
      let text = "";
      for await (const chunk of answer.setEncoding("utf8")) text += chunk;
      if (sts.lasts)
        text = text.replace(/<Expiration>[^<]*/, `<Expiration>${new Date(Date.now() + sts.lasts).toISOString()}`);
      response.writeHead(answer.statusCode, { "content-type": "text/xml" }).end(text);
    });
    forwarded.on("error", () => response.destroy()).end(body);
  });
  sts.endpoint = await listening(server);
  sts.close = () => {
    server.close();
    server.closeAllConnections();
  };
  return sts;
}

/** The secrets of a Worker in the sandbox. */
export const secrets = {
  AWS_ACCESS_KEY_ID: sandbox.worker.accessKeyId,
  AWS_SECRET_ACCESS_KEY: sandbox.worker.secretAccessKey,
  STORAGE_KEY: randomBytes(32).toString("base64"),
  MACHINE_SECRET: randomBytes(32).toString("hex"),
  PAGE_SECRET: "page-secret",
};

/**
 * The Worker, running. `logged` are its lines, `lines` those that are JSON. `outbound(request)` stands in for the rest of
 * the internet. `persist` is a folder that its Durable Objects survive in, `limit` how often a caller may ask in a minute;
 * with none, the binding is not there. `twins` makes it run in two isolates, as in two places of Cloudflare's:
 * `postToTwin` asks the second. With a `clock`, it is `clock.now` for the Worker and its objects, in milliseconds since 1970. `front` is a module to run in the bundle's place,
 * which imports that.
 */
export async function startWorker({
  configuration,
  bindings = {},
  port = 0,
  limit = 100_000,
  persist,
  site,
  outbound,
  onLine,
  twins = false,
  clock,
  front = clock && CLOCK,
} = {}) {
  const { Miniflare, Log, LogLevel, Response } = fromPackage("miniflare");
  const bundle = join(root, "target/worker");
  const wasm = (await readdir(bundle)).find((file) => file.endsWith(".wasm"));
  const logged = [];
  // Nothing in a test goes further than this machine.
  const elsewhere = async (request) => {
    const answer = new URL(request.url).hostname === "127.0.0.1" ? await passed(request) : await outbound(request);
    return answer ? new Response(answer.body, answer) : Response.error();
  };
  const here = {
    modules: [
      ...(front ? [{ type: "ESModule", path: "front.js", contents: front }] : []),
      { type: "ESModule", path: "index.js", contents: await readFile(join(bundle, "index.js")) },
      { type: "CompiledWasm", path: wasm, contents: await readFile(join(bundle, wasm)) },
    ],
    compatibilityDate: deployed.compatibility_date,
    bindings: { ...secrets, CONFIGURATION: configuration, ...bindings },
    durableObjects: objects(),
    ...(limit && { ratelimits: limiters(limit) }),
    ...(outbound && { outboundService: elsewhere }),
    assets: {
      directory: site ?? join(root, "worker", deployed.assets.directory),
      routerConfig: { has_user_worker: true, static_routing: { user_worker: deployed.assets.run_worker_first } },
    },
  };
  // The second one's objects are those of the first.
  const { assets, ...twin } = { ...here, name: "second", durableObjects: objects({ scriptName: "first" }) };
  const miniflare = new Miniflare({
    log: new Log(LogLevel.NONE),
    handleRuntimeStdio: (out, error) => {
      for (const input of [out, error]) {
        createInterface({ input }).on("line", (line) => {
          logged.push(line);
          onLine?.(line);
        });
      }
    },
    host: "127.0.0.1",
    port,
    ...(persist && { durableObjectsPersist: persist }),
    ...(twins ? { workers: [{ ...here, name: "first" }, twin] } : here),
  });
  const url = new URL(await miniflare.ready).origin;
  const worker = {
    url,
    logged,
    get lines() {
      return logged.filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
    },
    /** The first line that fits, which comes a moment after its answer. */
    line: async (fits) => {
      for (let tries = 0; tries < 250; tries += 1) {
        const found = worker.lines.find(fits);
        if (found) return found;
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
      throw new Error(`no such line was logged: ${fits}`);
    },
    get: (path, headers = {}) => fetch(url + path, { headers: { ...headers, ...timed(clock) }, redirect: "manual" }),
    post: (path, body, headers) => fetch(url + path, posting(body, { ...headers, ...timed(clock) })),
    postToTwin: async (path, body, headers) =>
      (await miniflare.getWorker("second")).fetch(url + path, posting(body, headers)),
    close: () => miniflare.dispose(),
  };
  return worker;
}

/** The Durable Objects of wrangler.jsonc, as miniflare takes them. */
function objects(more = {}) {
  const withSQLite = deployed.migrations.flatMap(({ new_sqlite_classes: classes = [] }) => classes);
  const { bindings } = deployed.durable_objects;
  return Object.fromEntries(
    bindings.map(({ name, class_name: className }) => [
      name,
      { className, useSQLite: withSQLite.includes(className), ...more },
    ]),
  );
}

/** Its rate limiters, each with this limit in place of its own. */
function limiters(limit) {
  return Object.fromEntries(
    deployed.ratelimits.map(({ name, namespace_id, simple }) => [name, { namespace_id, simple: { ...simple, limit } }]),
  );
}

/** Stands before the Worker: has its clock show what the last request says. */
const CLOCK = `
import worker from "./index.js";
export { CallerObject } from "./index.js";
let now;
globalThis.Date = class extends Date {
  constructor(...given) {
    super(...(given.length > 0 ? given : [now]));
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

function timed(clock) {
  return clock && { "test-clock": String(clock.now) };
}

function posting(body, headers = {}) {
  return {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: typeof body === "string" ? body : JSON.stringify(body),
  };
}

/** Sends what the Worker sends, as it is. */
function passed({ url, method, headers, body }) {
  return new Promise(async (resolve, reject) => {
    const sent = forward(
      url,
      { method, headers: { ...Object.fromEntries(headers), host: new URL(url).host }, agent: false },
      async (answer) => {
        const chunks = [];
        for await (const chunk of answer) chunks.push(chunk);
        resolve({
          status: answer.statusCode,
          headers: { "content-type": answer.headers["content-type"] ?? "" },
          body: Buffer.concat(chunks),
        });
      },
    );
    sent.on("error", reject);
    for await (const chunk of body ?? []) sent.write(chunk);
    sent.end();
  });
}

/** A configuration for the sandbox, with one grant; `more` changes the grant, `rest` the rest. */
export function configured(issuer, sts, more = {}, rest = {}) {
  const grant = { issuer, audience, roles: { reader: roleArn }, ...more };
  return { region: sandbox.region, endpoint: sts.endpoint, s3Endpoint: sandbox.endpoint, grants: [grant], ...rest };
}
