// Sends requests to the Worker at a constant rate, while its issuer, STS and its Durable Objects fail at random.

import { configurationFor } from "./configurations.mjs";
import { startIssuer } from "./issuer.mjs";
import { startWorker } from "./running-worker.mjs";
import { startSts } from "./sts.mjs";
import { residentMemory, workerdProcess } from "./workerd.mjs";

const TICK = 20;
/** Requests in flight above which the schedule waits, so that a slow machine does not run out of sockets. */
const MAX_IN_FLIGHT = 2_000;
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

/** The longest time of a request by the Worker's own timeouts: five seconds for the issuer's keys and nine for STS. */
export const LONGEST_REQUEST = 14_000;

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
 * Runs the Worker for `seconds` at `perSecond` requests of so many `callers`. Returns the number of responses by status, the injected faults,
 * the slowest request in milliseconds, what was wrong, and workerd's memory in MiB, measured once a second.
 */
export async function soak({ seconds, perSecond, callers }) {
  const injected = {};
  let isCalm = true;
  const inject = (name, probabilities, request, response) => {
    if (isCalm) return false;
    let random = 100 * Math.random();
    for (const [fault, percent] of Object.entries(probabilities)) {
      random -= percent;
      if (random >= 0) continue;
      const row = `${name}: ${fault}`;
      injected[row] = (injected[row] ?? 0) + 1;
      FAULTS[fault](request, response);
      return true;
    }
    return false;
  };
  const issuer = await startIssuer();
  issuer.intercept = (request, response) => inject("issuer", ISSUER_FAULTS, request, response);
  const sts = await startSts();
  sts.intercept = (request, response) => {
    const session = sts.calls.pop().get("RoleSessionName");
    return inject("STS", STS_FAULTS, request, response) || response.end(assumed(session));
  };
  const configuration = configurationFor(issuer.issuer, sts, {}, { keysPerHour: 10_000 });
  const worker = await startWorker({ configuration, limit: 1e9, wrapper: FAILING_OBJECTS });
  const pid = workerdProcess();
  const rotation = setInterval(() => issuer.rotate({ keepOld: true }), KEY_INTERVAL);

  const outcome = { requests: 0, statuses: {}, injected, slowest: 0, wrong: [], memory: [] };
  const sessions = new Map();
  const request = async (caller) => {
    const authorization = `Bearer ${await issuer.token({ sub: `caller-${caller}` })}`;
    const body = { role: "reader", minRemainingSeconds: 0 };
    const sent = Date.now();
    const started = performance.now();
    const post = () => worker.post("/api/credentials", body, { authorization });
    // workerd may close idle connections while they are used again.
    const response = await post().catch(post).catch(post).catch(post);
    const credentials = await response.json();
    outcome.slowest = Math.max(outcome.slowest, performance.now() - started);
    const key = response.status === 200 ? "200" : `${response.status} ${credentials.title}`;
    outcome.statuses[key] = (outcome.statuses[key] ?? 0) + 1;
    if (response.status === 200) outcome.wrong.push(...mistakes(sessions, caller, credentials, sent));
    else if (!EXPECTED_FAILURES.includes(key)) outcome.wrong.push(key);
  };

  // New callers take most of the time, so they do not come all at once. The servers fail only afterwards.
  for (let caller = 0; caller < callers; caller += 1) await request(caller);
  isCalm = false;
  const inFlight = new Set();
  const started = performance.now();
  while (performance.now() - started < seconds * 1_000) {
    const due = Math.floor(((performance.now() - started) / 1_000) * perSecond) - outcome.requests;
    for (let i = 0; i < due && inFlight.size < MAX_IN_FLIGHT; i += 1) {
      outcome.requests += 1;
      const sent = request(outcome.requests % callers)
        .catch((error) => outcome.wrong.push(String(error.cause ?? error)))
        .finally(() => inFlight.delete(sent));
      inFlight.add(sent);
    }
    const elapsed = performance.now() - started;
    if (elapsed > outcome.memory.length * 1_000) outcome.memory.push(residentMemory(pid));
    await new Promise((resolve) => setTimeout(resolve, TICK));
  }
  await Promise.all(inFlight);
  clearInterval(rotation);
  await worker.close();
  issuer.close();
  sts.close();
  return outcome;
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
