// Profiles this package with V8's sampling profiler, in Node.

import { cpSync, readFileSync, writeFileSync } from "node:fs";
import { Session } from "node:inspector/promises";
import { basename } from "node:path";
import { credentials, input, region, responseHeaders } from "./fixture.mjs";
import { responseXml } from "./response.mjs";

const ITERATIONS = 60_000;
const body = new TextEncoder().encode(responseXml);

/**
 * Returns the largest shares of each row's time, in percent, by part and by function. `wasm` is the path of a module
 * with function names.
 */
export async function profile(wasm) {
  const { STS } = await import(packageWith(wasm));
  const fetch = async () => new Response(body, { status: 200, headers: responseHeaders });
  const sts = new STS({ region, credentials, fetch });
  let serial = 0;
  const rows = {
    sign: () => sts.request("AssumeRole", input),
    "sign, new secret": async () => {
      serial += 1;
      const secretAccessKey = `secret${serial}`.padEnd(40, "+");
      const fresh = new STS({ region, credentials: { ...credentials, secretAccessKey } });
      await fresh.request("AssumeRole", input);
      fresh.destroy();
    },
    parse: () => sts.parse("AssumeRole", { status: 200, body }),
    call: () => sts.assumeRole(input),
  };
  const profiles = {};
  for (const [row, work] of Object.entries(rows)) profiles[row] = await profileOf(work, ITERATIONS);
  return profiles;
}

/** Copies the package with this module in place of the published one, which has no function names. */
function packageWith(wasm) {
  const folder = new URL("../target/bench/named/", import.meta.url);
  cpSync(new URL("../pkg/dist/", import.meta.url), folder, { recursive: true });
  // In Node, the module is inlined.
  const base64 = readFileSync(wasm).toString("base64");
  writeFileSync(new URL("generated/inline.js", folder), `export const base64 = "${base64}";\n`);
  writeFileSync(new URL("package.json", folder), '{ "type": "module" }');
  return new URL("entry/node.js", folder).href;
}

async function profileOf(work, iterations) {
  for (let i = 0; i < iterations / 10; i += 1) await work();
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.setSamplingInterval", { interval: 200 });
  await session.post("Profiler.start");
  for (let i = 0; i < iterations; i += 1) await work();
  const { profile } = await session.post("Profiler.stop");
  session.disconnect();
  return { parts: largestShares(profile, partOf, 6), functions: largestShares(profile, functionOf, 12) };
}

/** @param {import("node:inspector").Profiler.Profile} profile */
function largestShares({ nodes, samples, timeDeltas }, nameOf, count) {
  const names = new Map(nodes.map(({ id, callFrame }) => [id, nameOf(callFrame)]));
  const times = new Map();
  for (const [index, id] of samples.entries()) {
    const name = names.get(id);
    times.set(name, (times.get(name) ?? 0) + timeDeltas[index]);
  }
  const total = timeDeltas.reduce((sum, time) => sum + time, 0);
  const sorted = [...times].sort(([, one], [, other]) => other - one).slice(0, count);
  return sorted.map(([name, time]) => [name, (100 * time) / total]);
}

function partOf({ functionName, url }) {
  if (functionName.includes("compress") && isWasm(url)) return "SHA-256 in wasm";
  if (isWasm(url)) return "other wasm";
  if (functionName === "(garbage collector)") return "garbage collection";
  return url.includes("/named/") ? "the package's JavaScript" : "the platform and the benchmark loop";
}

function functionOf({ functionName, url }) {
  const name = functionName.replace(/\[[0-9a-f]{16}\]/g, "").slice(0, 80);
  return isWasm(url) ? name : `${name || "(anonymous)"} ${basename(url)}`.trim();
}

const isWasm = (url) => url.startsWith("wasm:");
