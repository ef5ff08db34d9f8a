// Reads what the workerd process of this program uses, from Linux's /proc.

import { readdirSync, readFileSync } from "node:fs";

const TICKS_PER_SECOND = 100;

/** Returns the ID of the workerd process that Miniflare has started, and not `besides`. */
export function workerdProcess({ besides = "" } = {}) {
  const isOwn = (pid) => {
    try {
      const [, name, rest] = /\((.*)\) (.*)/s.exec(readFileSync(`/proc/${pid}/stat`, "utf8"));
      return name === "workerd" && Number(rest.split(" ")[1]) === process.pid;
    } catch {
      return false; // It has ended.
    }
  };
  return readdirSync("/proc").find((name) => /^\d+$/.test(name) && name !== besides && isOwn(name));
}

/** Returns the CPU time that a process has used, in microseconds. */
export function cpuTime(pid) {
  const [user, system] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ").slice(11, 13).map(Number);
  return ((user + system) / TICKS_PER_SECOND) * 1e6;
}

/** Returns the resident memory of a process, in bytes. */
export function residentMemory(pid) {
  return Number(/VmRSS:\s*(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))[1]) * 1024;
}
