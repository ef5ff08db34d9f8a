// Measures CPU time and throughput of the Worker's requests: `cargo xtask scale`. SCALE.md is based on these figures.
//
// The CPU time is that of the whole workerd process including HTTP, so it is more than Cloudflare bills. STS is a stub
// that responds immediately.

import { generateKeyPairSync } from "node:crypto";
import { cpus } from "node:os";
import { setTimeout } from "node:timers/promises";

import { configurationFor } from "./configurations.mjs";
import { startIssuer } from "./issuer.mjs";
import { freePort } from "./listen.mjs";
import { startWorker } from "./running-worker.mjs";
import { startSts } from "./sts.mjs";
import { cpuTime, workerdProcess } from "./workerd.mjs";

/** Verifies that every request succeeds. The figures are then meaningless. */
const QUICK = process.argv.includes("--quick");
const ROUNDS = QUICK ? 1 : 15;
const SLOW_ROUNDS = QUICK ? 1 : 7;
const COUNT = QUICK ? 32 : 1_200;
const NEW_COUNT = QUICK ? 32 : 250;
const CALLERS = QUICK ? 16 : 1_200;
const CONCURRENCY = 32;
/** workerd unloads an object ten seconds after its last request. In milliseconds. */
const UNLOADED_AFTER = QUICK ? 0 : 12_000;

const issuer = await startIssuer();
const sts = await startSts();
let serial = 0;
sts.intercept = (_, response) => {
  const action = sts.calls.at(-1).get("Action");
  serial += 1;
  const id = String(serial).padStart(16, "0");
  const expiration = new Date(Date.now() + 3_600_000).toISOString();
  const credentials = `<AccessKeyId>ASIA${id}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>${"t".repeat(800)}</SessionToken><Expiration>${expiration}</Expiration>`;
  response.end(
    `<${action}Response><${action}Result><Credentials>${credentials}</Credentials></${action}Result></${action}Response>`,
  );
  return true;
};
const port = await freePort();
const grant = { name: "scale" };
const fields = { credentials: "issuer", issuer: `http://127.0.0.1:${port}`, keysPerHour: 10_000 };
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const worker = await startWorker({
  configuration: configurationFor(issuer.issuer, sts, grant, fields),
  bindings: { SIGNING_KEY: JSON.stringify(privateKey.export({ format: "jwk" })) },
  port,
  limit: 1e9,
  site: null,
  direct: true,
});
const pid = workerdProcess();

/** What no Worker avoids, however it is written. Each path does more than the one before it. */
const PLATFORM = `
import { DurableObject } from "cloudflare:workers";

const RS256 = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-256" };
const bytes = (text) => new TextEncoder().encode(text);

let signingKey;
export class CallerObject extends DurableObject {
  async cached() {
    this.row ??= await this.ctx.storage.get("credentials");
    if (!this.row) await this.#store();
    return this.row;
  }
  async issued(steps) {
    if (steps.includes("row")) {
      await this.ctx.storage.list();
      await this.#store();
    }
    if (steps.includes("token")) {
      signingKey ??= await crypto.subtle.importKey("jwk", this.env.SIGNING_KEY, RS256, false, ["sign"]);
      await crypto.subtle.sign(RS256, signingKey, bytes(this.env.TOKEN));
    }
    if (steps.includes("call")) {
      const response = await fetch(this.env.STS, { method: "POST", body: "Action=AssumeRoleWithWebIdentity" });
      await response.text();
    }
    return this.env.ROW;
  }
  alarm() {}
  async #store() {
    this.row = this.env.ROW;
    await this.ctx.storage.put("credentials", this.row);
    await this.ctx.storage.setAlarm(this.row.expiration);
  }
}

let issuerKey;
async function verify(request, env) {
  const [header, claims, signature] = request.headers.get("authorization").slice("Bearer ".length).split(".");
  issuerKey ??= await crypto.subtle.importKey("jwk", env.ISSUER_KEY, RS256, false, ["verify"]);
  const decoded = Uint8Array.from(atob(signature.replace(/-/g, "+").replace(/_/g, "/")), (one) => one.charCodeAt(0));
  if (!(await crypto.subtle.verify(RS256, issuerKey, decoded, bytes(header + "." + claims)))) throw new Error("invalid");
}

async function respond(request, { HEADERS, BODY }) {
  for (const name of ["cf-connecting-ip", "origin", "authorization", "content-type"]) request.headers.get(name);
  JSON.parse(await request.text());
  return new Response(BODY, { headers: HEADERS });
}

async function logged(request, env) {
  const response = await respond(request, env);
  console.log(env.ENTRY);
  return response;
}

const callerObject = (request, env) =>
  env.CALLERS.get(env.CALLERS.idFromName(request.url + request.headers.get("authorization")));

const issued = (...steps) => async (request, env) => {
  await verify(request, env);
  await callerObject(request, env).issued(steps);
  return logged(request, env);
};

const PATHS = {
  "/": async (request) => new Response(await request.text()),
  "/response": respond,
  "/log": logged,
  "/cached": async (request, env) => {
    await verify(request, env);
    await callerObject(request, env).cached();
    return logged(request, env);
  },
  "/object": issued(),
  "/row": issued("row"),
  "/token": issued("row", "token"),
  "/call": issued("row", "token", "call"),
};
export default { fetch: (request, env) => PATHS[new URL(request.url).pathname](request, env) };`;

/** More callers than fit in an isolate's cache, so that each is evicted before its next request. */
const callers = await Promise.all(
  Array.from({ length: CALLERS }, (_, index) => issuer.token({ sub: `caller-${index}` })),
);
const newCallers = await Promise.all(
  Array.from({ length: NEW_COUNT * (SLOW_ROUNDS + 1) }, (_, index) => issuer.token({ sub: `new-${index}` })),
);
const requestCredentials = (token, durationSeconds) => () =>
  worker.post("/api/credentials", { role: "reader", durationSeconds }, { authorization: `Bearer ${token}` });
const platform = await startPlatform(await requestCredentials(callers[0])());
const platformPid = workerdProcess({ besides: pid });
const requestPlatform = (path, token) => () =>
  platform.post(path, { role: "reader" }, { authorization: `Bearer ${token}` });
/** Returns a function that counts up from 0. */
const counter = () => {
  let count = -1;
  return () => {
    count += 1;
    return count;
  };
};
const nextDuration = counter();
/** Returns a function that returns the next of these tokens at each call, and the first one after the last one. */
const inTurn = (tokens) => {
  const next = counter();
  return () => tokens[next() % tokens.length];
};
const [nextCaller, nextCallerOfPlatform] = [inTurn(callers), inTurn(callers)];
const nextNewCaller = inTurn(newCallers);
const ofPlatform = (path, nextToken, count = COUNT) => ({
  count,
  process: platformPid,
  next: () => requestPlatform(path, nextToken()),
});
const ofWorker = (next, count = COUNT) => ({ count, process: pid, next });
const cachedInObject = {
  platform: ofPlatform("/cached", nextCallerOfPlatform),
  worker: ofWorker(() => requestCredentials(nextCaller())),
};
/**
 * The rows of the table. Those of the Worker follow the rows of the platform that they are compared with. They are
 * measured in groups: workerd unloads idle objects after a while, which must not count as time of other requests.
 */
const groups = [
  {
    rounds: ROUNDS,
    rows: {
      "HTTP only: a Worker of one line": ofPlatform("/", () => callers[0]),
      "with the Worker's headers and body": ofPlatform("/response", () => callers[0]),
      "and its log entry": ofPlatform("/log", () => callers[0]),
      "**credentials cached in the isolate**": ofWorker(() => requestCredentials(callers[0])),
    },
  },
  {
    rounds: ROUNDS,
    rows: {
      "and a token verified, and an object called": cachedInObject.platform,
      "**credentials cached in the caller's object**": cachedInObject.worker,
      "**the same, all in one object**": ofWorker(() => requestCredentials(callers[1], 900 + (nextDuration() % 1_500))),
    },
  },
  {
    rounds: SLOW_ROUNDS,
    pause: UNLOADED_AFTER,
    rows: {
      "and the object loaded": cachedInObject.platform,
      "**credentials cached in the caller's object, which is loaded**": cachedInObject.worker,
    },
  },
  {
    rounds: SLOW_ROUNDS,
    rows: {
      "and a new object": ofPlatform("/object", inTurn(newCallers), NEW_COUNT),
      "and a row stored, with its alarm": ofPlatform("/row", inTurn(newCallers), NEW_COUNT),
      "and a token signed": ofPlatform("/token", inTurn(newCallers), NEW_COUNT),
      "and STS called": ofPlatform("/call", inTurn(newCallers), NEW_COUNT),
      "**credentials from STS, through a new object**": ofWorker(() => requestCredentials(nextNewCaller()), NEW_COUNT),
    },
  },
];

/** Starts the platform's Worker, which returns copies of this response of the Worker and of its log entry. */
async function startPlatform(response) {
  const body = await response.text();
  const { accessKeyId } = await worker.logEntry(({ route }) => route === "/api/credentials");
  const added = ["connection", "content-length", "date", "keep-alive", "transfer-encoding"];
  return startWorker({
    wrapper: PLATFORM,
    bindings: {
      HEADERS: Object.fromEntries([...response.headers].filter(([name]) => !added.includes(name))),
      BODY: body,
      ENTRY: worker.logLines.find((line) => line.includes(String(accessKeyId))),
      ROW: { sealed: "x".repeat(body.length * 1.4), expiration: Date.now() + 3_600_000, hour: 0, calls: 1 },
      TOKEN: callers[0],
      ISSUER_KEY: issuer.key.publicKey.export({ format: "jwk" }),
      SIGNING_KEY: privateKey.export({ format: "jwk" }),
      STS: sts.endpoint,
    },
    limit: null,
    site: null,
    direct: true,
  });
}

/**
 * Sends `count` requests. Returns CPU time per request in microseconds, and requests per second.
 * @param {{ count: number, process: string, next: () => () => Promise<Response> }} row
 */
async function measure({ count, next, process }) {
  let left = count;
  const cpuBefore = cpuTime(process);
  const started = performance.now();
  const client = async () => {
    while (left > 0) {
      left -= 1;
      const send = next();
      // workerd may close an idle connection while it is used again.
      const response = await send().catch(send);
      const text = await response.text();
      if (response.status !== 200) throw new Error(`status ${response.status}: ${text}`);
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, client));
  return { micros: (cpuTime(process) - cpuBefore) / count, perSecond: (count / (performance.now() - started)) * 1000 };
}

/** @type {Map<string, { micros: number, perSecond: number }[]>} */
const results = new Map();
for (const { rounds, rows, pause = 0 } of groups) {
  // The first round is a warm-up and is not counted. It also fills the objects with credentials from STS.
  for (let round = 0; round <= rounds; round += 1) {
    await setTimeout(pause);
    for (const [name, row] of Object.entries(rows)) {
      const result = await measure(row);
      if (round > 0) results.set(name, [...(results.get(name) ?? []), result]);
    }
  }
}

const quartiles = (values) => {
  const sorted = [...values].sort((one, other) => one - other);
  return [0.5, 0.25, 0.75].map((part) => Math.round(sorted[Math.round((sorted.length - 1) * part)]));
};
console.log(
  `${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}; ${SLOW_ROUNDS} to ${ROUNDS} rounds, concurrency ${CONCURRENCY}\n`,
);
console.log("| | CPU per request, µs (quartiles) | requests per second (quartiles) |");
console.log("|---|---|---|");
for (const [name, all] of results) {
  const [cpu, cpuLow, cpuHigh] = quartiles(all.map(({ micros }) => micros));
  const [rate, rateLow, rateHigh] = quartiles(all.map(({ perSecond }) => perSecond));
  console.log(`| ${name} | ${cpu} (${cpuLow}–${cpuHigh}) | ${rate} (${rateLow}–${rateHigh}) |`);
}
await worker.close();
await platform.close();
issuer.close();
sts.close();
