// Where the time goes in this package, by V8's sampling profiler in Node.

import { copyFileSync, cpSync, writeFileSync } from "node:fs";
import { Session } from "node:inspector/promises";
import { basename } from "node:path";
import { answerHeaders, input, keys, region } from "./fixture.mjs";
import { answer } from "./response.mjs";

const ITERATIONS = 60_000;
const body = new TextEncoder().encode(answer);

/** The largest shares of each row, in percent: by part, and by function. `wasm` is the module with its functions' names. */
export async function profiled(wasm) {
  const { STS } = await import(named(wasm));
  const fetch = async () => new Response(body, { status: 200, headers: answerHeaders });
  const sts = new STS({ region, credentials: keys, fetch });
  let serial = 0;
  const rows = {
    sign: () => sts.request("AssumeRole", input),
    "sign, new secret": async () => {
      const secretAccessKey = `secret${(serial += 1)}`.padEnd(40, "+");
      const fresh = new STS({ region, credentials: { ...keys, secretAccessKey } });
      await fresh.request("AssumeRole", input);
      fresh.destroy();
    },
    parse: () => sts.parse("AssumeRole", { status: 200, body }),
    call: () => sts.assumeRole(input),
  };
  const shares = {};
  for (const [row, work] of Object.entries(rows)) shares[row] = await sharesOf(work, ITERATIONS);
  return shares;
}

/** A copy of the package with this module, since the shipped one names no functions. */
function named(wasm) {
  const folder = new URL("../target/bench/named/", import.meta.url);
  cpSync(new URL("../pkg/dist/", import.meta.url), folder, { recursive: true });
  copyFileSync(wasm, new URL("sts.wasm", folder));
  writeFileSync(new URL("package.json", folder), '{ "type": "module" }');
  return new URL("entry/node.js", folder).href;
}

async function sharesOf(work, iterations) {
  for (let i = 0; i < iterations / 10; i += 1) await work();
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: 200 });
  await session.post("Profiler.start");
  for (let i = 0; i < iterations; i += 1) await work();
  const { profile } = await session.post("Profiler.stop");
  session.disconnect();
  return { parts: largest(profile, partOf, 6), functions: largest(profile, functionOf, 12) };
}

function largest({ nodes, samples, timeDeltas }, nameOf, count) {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const times = new Map();
  samples.forEach((id, index) => times.set(names.get(id), (times.get(names.get(id)) ?? 0) + timeDeltas[index]));
  const all = timeDeltas.reduce((sum, time) => sum + time, 0);
  const sorted = [...times].sort(([, one], [, other]) => other - one).slice(0, count);
  return sorted.map(([name, time]) => [name, (100 * time) / all]);
}

function partOf({ functionName, url }) {
  if (functionName.includes("compress") && isWasm(url)) return "wasm: SHA-256";
  if (isWasm(url)) return "wasm: all else";
  if (functionName === "(garbage collector)") return "collecting garbage";
  return url.includes("/named/") ? "the package's JavaScript" : "the platform and this loop";
}

function functionOf({ functionName, url }) {
  const name = functionName.replace(/\[[0-9a-f]{16}\]/g, "").slice(0, 80);
  return isWasm(url) ? name : `${name || "(anonymous)"} ${basename(url)}`.trim();
}

const isWasm = (url) => url.startsWith("wasm:");
