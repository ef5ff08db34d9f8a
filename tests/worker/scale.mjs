// Measures CPU time and throughput of the Worker's requests: `cargo xtask scale`. SCALE.md is based on these figures.
//
// The CPU time is that of the whole workerd process including HTTP, so it is more than Cloudflare bills. STS is a stub
// that responds immediately.

import { generateKeyPairSync } from "node:crypto";
import { cpus } from "node:os";

import { configurationFor } from "./configurations.mjs";
import { startIssuer } from "./issuer.mjs";
import { freePort } from "./listen.mjs";
import { startWorker } from "./running-worker.mjs";
import { startSts } from "./sts.mjs";
import { cpuTime, workerdProcess } from "./workerd.mjs";

/** Verifies that every request succeeds. The figures are then meaningless. */
const QUICK = process.argv.includes("--quick");
const ROUNDS = QUICK ? 1 : 5;
const COUNT = QUICK ? 32 : 3_000;
const NEW_COUNT = QUICK ? 32 : 500;
const CALLERS = QUICK ? 16 : 1_500;
const CONCURRENCY = 32;

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
/** What HTTP alone costs: a Worker of one line. */
const bare = await startWorker({
  wrapper: `
export { CallerObject } from "./index.js";
export default { fetch: async (request) => new Response(await request.text()) };`,
  limit: null,
  site: null,
});
const barePid = workerdProcess();
const port = await freePort();
const grant = { name: "scale" };
const fields = { credentials: "issuer", issuer: `http://127.0.0.1:${port}`, keysPerHour: 10_000 };
const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
const worker = await startWorker({
  configuration: configurationFor(issuer.issuer, sts, grant, fields),
  bindings: { SIGNING_KEY: JSON.stringify(privateKey.export({ format: "jwk" })) },
  port,
  limit: 1e9,
  // Miniflare's router for the page's files would take longer than the Worker.
  site: null,
});
const pid = workerdProcess({ besides: barePid });

/** More callers than fit in an isolate's cache, so that each is evicted before its next request. */
const callers = await Promise.all(
  Array.from({ length: CALLERS }, (_, index) => issuer.token({ sub: `caller-${index}` })),
);
const newCallers = await Promise.all(
  Array.from({ length: NEW_COUNT * ROUNDS }, (_, index) => issuer.token({ sub: `new-${index}` })),
);
const requestCredentials = (token, durationSeconds) => () =>
  worker.post("/api/credentials", { role: "reader", durationSeconds }, { authorization: `Bearer ${token}` });
/** Returns a function that counts up from 0. */
const counter = () => {
  let count = -1;
  return () => {
    count += 1;
    return count;
  };
};
const nextCaller = counter();
const nextDuration = counter();
const nextNewCaller = counter();
const rows = {
  "HTTP only: a Worker of one line": {
    count: COUNT,
    process: barePid,
    next: () => () => bare.post("/", { role: "reader" }),
  },
  "credentials cached in the isolate": { count: COUNT, next: () => requestCredentials(callers[0]) },
  "credentials cached in the caller's object": {
    count: COUNT,
    next: () => requestCredentials(callers[nextCaller() % callers.length]),
  },
  "the same, all in one object": {
    count: COUNT,
    next: () => requestCredentials(callers[1], 900 + (nextDuration() % 1_500)),
  },
  "credentials from STS, through a new object": {
    count: NEW_COUNT,
    next: () => requestCredentials(newCallers[nextNewCaller()]),
  },
};

/**
 * Sends `count` requests. Returns CPU time per request in microseconds, and requests per second.
 * @param {{ count: number, process?: string, next: () => () => Promise<Response> }} row
 */
async function measure({ count, next, process = pid }) {
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

const results = new Map(Object.keys(rows).map((name) => [name, []]));
// The first round is a warm-up and is not counted. It also fills the objects with credentials from STS.
for (let round = 0; round <= ROUNDS; round += 1) {
  for (const [name, row] of Object.entries(rows)) {
    if (round === 0 && name.includes("new object")) continue;
    const result = await measure(row);
    if (round > 0) results.get(name).push(result);
  }
}

const quartiles = (values) => {
  const sorted = [...values].sort((one, other) => one - other);
  return [0.5, 0.25, 0.75].map((part) => Math.round(sorted[Math.round((sorted.length - 1) * part)]));
};
console.log(
  `${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}; ${ROUNDS} rounds, concurrency ${CONCURRENCY}\n`,
);
console.log("| | CPU per request, µs (quartiles) | requests per second (quartiles) |");
console.log("|---|---|---|");
for (const [name, all] of results) {
  const [cpu, cpuLow, cpuHigh] = quartiles(all.map(({ micros }) => micros));
  const [rate, rateLow, rateHigh] = quartiles(all.map(({ perSecond }) => perSecond));
  console.log(`| ${name} | ${cpu} (${cpuLow}–${cpuHigh}) | ${rate} (${rateLow}–${rateHigh}) |`);
}
await worker.close();
await bare.close();
issuer.close();
sts.close();
