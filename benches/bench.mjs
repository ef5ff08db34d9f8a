// `cargo xtask bench`: this package beside its peers, in Node, Chromium and workerd; writes RESULTS.md.
// With --quick everything is verified, a few rounds are run, and nothing is written.

import { execFile } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Worker } from "node:worker_threads";
import { measure, measureFirst } from "./measure.mjs";
import { profiled } from "./profile.mjs";
import { answer } from "./response.mjs";
import { results } from "./results.mjs";
import { chromium } from "./runtimes/chromium.mjs";
import { node } from "./runtimes/node.mjs";
import { workerd } from "./runtimes/workerd.mjs";
import { steady } from "./targets.mjs";

const quick = process.argv.includes("--quick");
const rounds = quick ? 1 : 25;
const FIRST = ["sts-web", "client-sts", "aws4fetch", "signature-v4"];
const EARLY = quick ? 2_000 : 10_000;
const MANY = quick ? 20_000 : 1_000_000;

const run = promisify(execFile);
const here = (file) => fileURLToPath(new URL(file, import.meta.url));

const thread = new Worker(new URL("server.mjs", import.meta.url));
const port = await new Promise((resolve, reject) => thread.once("message", resolve).once("error", reject));
const server = `http://127.0.0.1:${port}/`;
const places = [];
for (const open of [node, chromium, workerd]) {
  const place = await open(server);
  try {
    if (quick) place.batch = 1;
    say(place, "verifying");
    await place.verify();
    // First of all, so that nothing has grown before.
    say(place, "memory");
    const memory = await memoryOf(place);
    say(place, "measuring");
    const samples = await measure(place, rounds);
    say(place, "from import to first signature");
    const first = await firstOf(place);
    places.push({ name: place.name, version: place.version, samples, first, parts: place.parts, memory });
  } finally {
    await place.close();
  }
}
await thread.terminate();

const { native = [], sizes = [], named } = JSON.parse(process.env.STS_WEB_BENCH ?? "{}");
const profile = named ? await profiled(named) : {};
const text = results(collected());
if (!quick) writeFileSync(here("RESULTS.md"), text);
const grew = places.filter(({ memory }) => !steady(memory));
if (grew.length > 0)
  throw new Error(`the module's memory grew: ${JSON.stringify(grew.map(({ name, memory }) => ({ name, ...memory })))}`);
if (!quick) console.log("written to benches/RESULTS.md");

async function firstOf(place) {
  if (place.name === "Node") {
    return measureFirst(
      async (contender) => Number((await run(process.execPath, [here("first-signature.mjs"), contender])).stdout),
      FIRST,
      rounds,
    );
  }
  return place.first && measureFirst(place.first, FIRST, rounds);
}

async function memoryOf(place) {
  const early = await place.signAndParse(EARLY);
  // In parts, since a request to a worker must end.
  let end = early;
  for (let done = EARLY; done < MANY; done += EARLY) end = await place.signAndParse(EARLY);
  return { early, earlyAfter: EARLY, end, endAfter: MANY };
}

function collected() {
  const { dependencies } = JSON.parse(readFileSync(here("package.json"), "utf8"));
  const peers = Object.entries(dependencies).filter(([name]) => name !== "sts-web");
  const [{ model }] = cpus();
  return {
    machine: `${model}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}`,
    versions: [...places.map(({ version }) => version), ...peers.map(([name, version]) => `${name} ${version}`)],
    date: new Date().toISOString().slice(0, 10),
    command: "cargo xtask bench",
    rounds,
    answerSize: answer.length,
    places,
    native,
    sizes,
    profile,
  };
}

function say({ name }, what) {
  console.error(`→ ${name}: ${what}`);
}
