// `cargo xtask bench`: compares this package with its peers in Node, Chromium and workerd, and writes RESULTS.md.
// With --quick, it verifies everything, measures one round and writes no file.

import { readFileSync, writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { Worker } from "node:worker_threads";
import { measure, measureFirstSignature } from "./measure.mjs";
import { profile } from "./profile.mjs";
import { responseXml } from "./response.mjs";
import { renderResults } from "./results.mjs";
import { openChromium } from "./runtimes/chromium.mjs";
import { openNode } from "./runtimes/node.mjs";
import { openWorkerd } from "./runtimes/workerd.mjs";
import { memoryIsStable } from "./targets.mjs";

const quick = process.argv.includes("--quick");
const rounds = quick ? 1 : 25;
/** Modules in contenders/ whose first signature is measured. */
const FIRST_SIGNATURE = ["sts-web", "client-sts", "aws4fetch", "signature-v4"];
/** Contenders whose first signature is compared: ours in a page with the links of pkg/README.md, and a peer without and with them. */
const PRELOADED = ["sts-web-preloaded", "aws4fetch", "aws4fetch-preloaded"];
/** Modules in contenders/ whose first signature is compared in Node: with the wasm inlined and in a file. */
const COLD_IMPORT = ["sts-web", "sts-web-file"];
const EARLY_ITERATIONS = quick ? 2_000 : 10_000;
const TOTAL_ITERATIONS = quick ? 20_000 : 1_000_000;

const path = (file) => fileURLToPath(new URL(file, import.meta.url));

const thread = new Worker(new URL("server.mjs", import.meta.url));
const port = await new Promise((resolve, reject) => thread.once("message", resolve).once("error", reject));
const server = `http://127.0.0.1:${port}/`;
const measurements = [];
for (const open of [openNode, openChromium, openWorkerd]) {
  const runtime = await open(server);
  try {
    measurements.push(await measureRuntime(runtime));
  } finally {
    await runtime.close();
  }
}
await thread.terminate();

const { native = [], sizes = [], named } = JSON.parse(process.env.STS_WEB_BENCH ?? "{}");
const profiles = named ? await profile(named) : {};
const document = renderResults(collect());
if (!quick) writeFileSync(path("RESULTS.md"), document);
const growing = measurements.filter(({ memory }) => !memoryIsStable(memory));
if (growing.length > 0) {
  const sizes = growing.map(({ name, memory }) => ({ name, ...memory }));
  throw new Error(`the module's memory grew: ${JSON.stringify(sizes)}`);
}
if (!quick) console.log("wrote benches/RESULTS.md");

async function measureRuntime(runtime) {
  const { name, version } = runtime;
  if (quick) runtime.batch = 1;
  log(name, "verifying");
  await runtime.verify();
  // Memory is measured first, before any other measurement can make it grow.
  log(name, "memory");
  const memory = await measureMemory(runtime);
  log(name, "measuring");
  const samples = await measure(runtime, rounds);
  log(name, "from import to first signature");
  const firstSignature = await measureFirst(runtime, FIRST_SIGNATURE);
  const preloaded = name === "Chromium" ? await measureFirst(runtime, PRELOADED) : undefined;
  const coldImport = name === "Node" ? await measureFirst(runtime, COLD_IMPORT) : undefined;
  return { name, version, samples, firstSignature, preloaded, coldImport, breakdown: runtime.breakdown, memory };
}

/**
 * Measures the milliseconds to the first signature, by contender. Returns `undefined` in workerd, whose clock does not
 * advance during a request.
 */
async function measureFirst({ firstSignature }, contenders) {
  return firstSignature && measureFirstSignature(firstSignature, contenders, rounds);
}

async function measureMemory(runtime) {
  const early = await runtime.signAndParse(EARLY_ITERATIONS);
  // In chunks, because the duration of a request to a worker is limited.
  let end = early;
  for (let done = EARLY_ITERATIONS; done < TOTAL_ITERATIONS; done += EARLY_ITERATIONS) {
    end = await runtime.signAndParse(EARLY_ITERATIONS);
  }
  return { early, earlyAfter: EARLY_ITERATIONS, end, endAfter: TOTAL_ITERATIONS };
}

function collect() {
  const { dependencies } = JSON.parse(readFileSync(path("package.json"), "utf8"));
  const peers = Object.entries(dependencies).filter(([name]) => name !== "sts-web");
  const [{ model }] = cpus();
  return {
    machine: `${model}, ${cpus().length} cores, ${Math.round(totalmem() / 2 ** 30)} GiB, ${process.platform} ${process.arch}`,
    versions: [...measurements.map(({ version }) => version), ...peers.map(([name, version]) => `${name} ${version}`)],
    date: new Date().toISOString().slice(0, 10),
    command: "cargo xtask bench",
    rounds,
    responseSize: responseXml.length,
    runtimes: measurements,
    native,
    sizes,
    profiles,
  };
}

function log(runtime, step) {
  console.error(`→ ${runtime}: ${step}`);
}
