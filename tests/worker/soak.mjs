// Sends requests to the Worker at a constant rate, while its issuer, STS and its Durable Objects fail at random.

import { configurationFor } from "./configurations.mjs";
import { startIssuer } from "./issuer.mjs";
import { startWorker } from "./running-worker.mjs";
import { startSts } from "./sts.mjs";
import { residentMemory, workerdProcess } from "./workerd.mjs";

const TICK = 20;
/** Requests in flight above which the schedule waits, so that a slow machine does not run out of sockets. */
const MAX_IN_FLIGHT = 500;
/** The time after which a server that does not respond closes the connection: more than any timeout of the Worker. */
const SILENCE = 15_000;
/** Short, so that most requests renew credentials at some time. In milliseconds. */
const LIFETIME = 30_000;
/** How often the issuer begins to sign with a key that it has not published before. In milliseconds. */
const KEY_INTERVAL = 20_000;
/** The failures that the faults cause. The Worker fetches new keys once in five seconds, so it may not know one yet. */
const EXPECTED_FAILURES = [
  "503 IssuerUnreachable",
  "401 KeyUnknown",
  "503 TimeoutError",
  "503 NetworkError",
  "503 UnexpectedResponse",
  "503 KeysUnavailable",
];

/** The maximum duration of a request by the Worker's own timeouts: eight seconds for the issuer's keys and nine for STS. */
export const LONGEST_REQUEST = 17_000;
/** The growth of the isolate's memory that is not a leak: caches fill. Measured: less than 1 MiB. */
export const MAX_GROWTH = 4 * 2 ** 20;

/** Faults of an HTTP server. */
const FAULTS = {
  "status 503": (_, response) => response.writeHead(503).end(),
  "connection reset": (request) => request.socket.destroy(),
  "body cut off": (request, response) => cutOff(request, response),
  "no response": (request) => setTimeout(() => request.socket.destroy(), SILENCE).unref(),
};
/** The probability of each fault, in percent. The Worker rarely sends requests to the issuer. */
const STS_FAULTS = { "status 503": 8, "connection reset": 4, "body cut off": 3, "no response": 1 };
const ISSUER_FAULTS = { "status 503": 10, "connection reset": 5, "body cut off": 5, "no response": 2 };

const cutOff = (request, response) => {
  response.writeHead(200, { "content-length": 1_000 }).write("<");
  setTimeout(() => request.socket.destroy(), 20);
};

/** Wraps the Worker so that one in fifty calls of an object fails, and one in a hundred restarts the object. */
const FAILING_OBJECTS = `
import worker, { CallerObject as Reliable } from "./index.js";
export class CallerObject extends Reliable {
  async credentials(...parameters) {
    const random = 100 * Math.random();
    if (random < 2) throw new Error("injected");
    if (random < 3) this.ctx.abort("injected");
    return super.credentials(...parameters);
  }
}
export default worker;`;

/**
 * @typedef {import("./inspector.mjs").Memory & { resident: number }} Memory Of the Worker's isolate, and of the process of
 *   workerd, in bytes.
 */

/**
 * Runs the Worker for `seconds` at up to `perSecond` requests of so many `callers`: a slow machine sends fewer. Returns
 * the number of responses by status, the injected faults, the slowest request in milliseconds, the mistakes, and the
 * memory after a tenth of the time and at the end, without requests in flight.
 */
export async function soak({ seconds, perSecond, callers }) {
  const faults = new Faults();
  const issuer = await startIssuer();
  issuer.intercept = (request, response) => faults.inject("issuer", ISSUER_FAULTS, request, response);
  const sts = await startSts();
  sts.intercept = (request, response) => {
    const session = sts.calls.pop().get("RoleSessionName");
    return faults.inject("STS", STS_FAULTS, request, response) || response.end(assumed(session));
  };
  const configuration = configurationFor(issuer.issuer, sts, {}, { keysPerHour: 10_000 });
  const options = { configuration, limit: 1e9, wrapper: FAILING_OBJECTS, inspector: true, direct: true };
  const rotation = setInterval(() => issuer.rotate({ keepOld: true }), KEY_INTERVAL);
  let worker;
  let inspector;
  try {
    worker = await startWorker(options);
    const load = new Load(worker, issuer, callers);
    inspector = await worker.inspect();
    const process = workerdProcess();
    /** @returns {Promise<Memory>} */
    const memory = async () => ({ ...(await inspector.memory()), resident: residentMemory(process) });
    // New callers take most of the time, so they do not come all at once. The servers fail only afterwards.
    for (let caller = 0; caller < callers; caller += 1) await load.request(caller);
    load.statuses = {};
    faults.enabled = true;
    await load.run(seconds / 10, perSecond);
    const early = await memory();
    await load.run((seconds * 9) / 10, perSecond);
    const late = await memory();
    const { requests, statuses, slowest, wrong, rate } = load;
    return { requests, statuses, injected: faults.injected, slowest, wrong, rate, memory: { early, late } };
  } finally {
    clearInterval(rotation);
    inspector?.close();
    await worker?.close();
    issuer.close();
    sts.close();
  }
}

/** Injects faults into requests at random, and counts them. */
class Faults {
  enabled = false;
  injected = {};

  /** Returns whether the request was handled. */
  inject(server, probabilities, request, response) {
    if (!this.enabled) return false;
    let random = 100 * Math.random();
    for (const [fault, percent] of Object.entries(probabilities)) {
      random -= percent;
      if (random >= 0) continue;
      const row = `${server}: ${fault}`;
      this.injected[row] = (this.injected[row] ?? 0) + 1;
      FAULTS[fault](request, response);
      return true;
    }
    return false;
  }
}

/** Sends requests of several callers, and judges the responses. */
class Load {
  requests = 0;
  statuses = {};
  /** In milliseconds. */
  slowest = 0;
  wrong = [];
  #elapsed = 0;
  #sessions = new Map();

  constructor(worker, issuer, callers) {
    this.worker = worker;
    this.issuer = issuer;
    this.callers = callers;
  }

  /** Requests per second. */
  get rate() {
    return this.requests / (this.#elapsed / 1_000);
  }

  /** Sends requests for so many seconds, at a constant rate unless too many are in flight, and waits for the responses. */
  async run(seconds, perSecond) {
    const inFlight = new Set();
    const started = performance.now();
    const elapsed = () => performance.now() - started;
    for (let sent = 0; elapsed() < seconds * 1_000; await new Promise((resolve) => setTimeout(resolve, TICK))) {
      for (; sent < (elapsed() / 1_000) * perSecond && inFlight.size < MAX_IN_FLIGHT; sent += 1) {
        this.requests += 1;
        const request = this.request(this.requests % this.callers)
          .catch((error) => this.wrong.push(String(error.cause ?? error)))
          .finally(() => inFlight.delete(request));
        inFlight.add(request);
      }
    }
    this.#elapsed += elapsed();
    await Promise.all(inFlight);
  }

  async request(caller) {
    const authorization = `Bearer ${await this.issuer.token({ sub: `caller-${caller}` })}`;
    const body = { role: "reader", minRemainingSeconds: 0 };
    const sent = Date.now();
    const started = performance.now();
    const post = () => this.worker.post("/api/credentials", body, { authorization });
    // workerd may close idle connections while they are used again.
    const response = await post().catch(post).catch(post).catch(post);
    const credentials = await response.json();
    this.slowest = Math.max(this.slowest, performance.now() - started);
    const key = response.status === 200 ? "200" : `${response.status} ${credentials.title}`;
    this.statuses[key] = (this.statuses[key] ?? 0) + 1;
    if (response.status === 200) this.wrong.push(...mistakes(this.#sessions, caller, credentials, sent));
    else if (!EXPECTED_FAILURES.includes(key)) this.wrong.push(key);
  }
}

/**
 * Returns by how much the memory of the Worker's isolate grew, in bytes. The resident memory does not count: that of a
 * Worker that only returns a response grows, too.
 */
export function growth({ memory: { early, late } }) {
  return Math.max(0, late.heap - early.heap) + Math.max(0, late.wasm - early.wasm);
}

/** The response of STS: the session token names the session that the credentials are for. */
function assumed(session) {
  const expiration = new Date(Date.now() + LIFETIME).toISOString();
  return `<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId>
    <SecretAccessKey>secret</SecretAccessKey><SessionToken>${session}</SessionToken><Expiration>${expiration}</Expiration>
    </Credentials></AssumeRoleResult></AssumeRoleResponse>`;
}

/** Returns what is wrong with a caller's credentials: they are another caller's, or had expired before the request. */
function mistakes(sessions, caller, { SessionToken, Expiration }, sent) {
  const owner = sessions.get(SessionToken) ?? caller;
  sessions.set(SessionToken, owner);
  const wrong = [];
  if (owner !== caller) wrong.push(`caller ${caller} got credentials of caller ${owner}`);
  if (new Date(Expiration).getTime() <= sent) wrong.push(`credentials that expired at ${Expiration}`);
  return wrong;
}
