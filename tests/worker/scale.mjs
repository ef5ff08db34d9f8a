// What requests cost here: `cargo xtask scale`. SCALE.md goes on from these figures.
//
// The CPU is that of the whole workerd process, HTTP included, so it is more than Cloudflare bills. STS is a stub that
// answers at once.

import { readdirSync, readFileSync } from "node:fs";
import { cpus } from "node:os";

import { configured, startIssuer, startSts, startWorker } from "./fixtures.mjs";

const ROUNDS = 5;
const AT_ONCE = 32;
const TICKS_PER_SECOND = 100;

const issuer = await startIssuer();
const sts = await startSts();
let serial = 0;
sts.spoil = (_, response) => {
  const id = String((serial += 1)).padStart(16, "0");
  const expiration = new Date(Date.now() + 3_600_000).toISOString();
  const keys = `<AccessKeyId>ASIA${id}</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>${"t".repeat(800)}</SessionToken><Expiration>${expiration}</Expiration>`;
  response.end(
    `<AssumeRoleResponse><AssumeRoleResult><Credentials>${keys}</Credentials></AssumeRoleResult></AssumeRoleResponse>`,
  );
  return true;
};
const before = workerds();
const worker = await startWorker({
  configuration: configured(issuer.issuer, sts, {}, { keysPerHour: 10_000 }),
  limit: 1e9,
});
const [pid] = workerds().filter((pid) => !before.includes(pid));

/** More callers than an isolate holds keys of, so that each is out of it again when its turn comes. */
const callers = await Promise.all(
  Array.from({ length: 1_500 }, (_, index) => issuer.token({ sub: `caller-${index}` })),
);
const fresh = await Promise.all(
  Array.from({ length: 500 * ROUNDS }, (_, index) => issuer.token({ sub: `new-${index}` })),
);
const keys = (token, durationSeconds) => () =>
  worker.post("/api/credentials", { role: "reader", durationSeconds }, { authorization: `Bearer ${token}` });
let turn = 0;
let newcomer = 0;
const rows = {
  "answered with 404: HTTP alone": { count: 3_000, next: () => () => worker.get("/api/nothing") },
  "keys in the isolate": { count: 3_000, next: () => keys(callers[0]) },
  "keys in the caller's object": { count: 3_000, next: () => keys(callers[(turn += 1) % callers.length]) },
  "the same, all of one object": { count: 3_000, next: () => keys(callers[1], 900 + ((turn += 1) % 1_500)) },
  "keys from STS, by a new object": { count: 500, next: () => keys(fresh[newcomer++]) },
};

/** The processes that are a workerd. */
function workerds() {
  const commands = readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return [pid, readFileSync(`/proc/${pid}/comm`, "utf8").trim()];
      } catch {
        return [];
      }
    });
  return commands.filter(([, command]) => command === "workerd").map(([pid]) => pid);
}

/** The CPU that workerd has used, in microseconds. */
function cpu() {
  const [user, system] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ").slice(11, 13).map(Number);
  return ((user + system) / TICKS_PER_SECOND) * 1e6;
}

/** CPU in microseconds and requests in a second, of `count` requests. */
async function measured({ count, next }) {
  let left = count;
  const cpuBefore = cpu();
  const begun = performance.now();
  const ask = async () => {
    while (left-- > 0) {
      const response = await next()();
      await response.arrayBuffer();
      if (response.status >= 500 || response.status === 429) throw Error(`answered ${response.status}`);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, ask));
  return { micros: (cpu() - cpuBefore) / count, perSecond: (count / (performance.now() - begun)) * 1000 };
}

const results = new Map(Object.keys(rows).map((name) => [name, []]));
// The first round warms up and is left out; it also fills the objects, for which STS is asked.
for (let round = 0; round <= ROUNDS; round += 1) {
  for (const [name, row] of Object.entries(rows)) {
    if (round === 0 && name.includes("new object")) continue;
    const result = await measured(row);
    if (round > 0) results.get(name).push(result);
  }
}

const quartiles = (values) => {
  const sorted = [...values].sort((one, other) => one - other);
  return [0.5, 0.25, 0.75].map((part) => Math.round(sorted[Math.round((sorted.length - 1) * part)]));
};
console.log(
  `${cpus()[0].model}, ${cpus().length} cores, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}; ${ROUNDS} rounds, ${AT_ONCE} at once\n`,
);
console.log("| | CPU a request, µs (quartiles) | requests a second (quartiles) |");
console.log("|---|---|---|");
for (const [name, all] of results) {
  const [cpu, cpuLow, cpuHigh] = quartiles(all.map(({ micros }) => micros));
  const [rate, rateLow, rateHigh] = quartiles(all.map(({ perSecond }) => perSecond));
  console.log(`| ${name} | ${cpu} (${cpuLow}–${cpuHigh}) | ${rate} (${rateLow}–${rateHigh}) |`);
}
await worker.close();
issuer.close();
sts.close();
