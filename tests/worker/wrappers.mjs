// Modules that run in place of the Worker's bundle and import it, with other timers or another clock.

/**
 * Returns the source of the module that wraps the bundle, if any.
 * @param {Record<string, any>} options The options of `startWorker`.
 */
export function wrapperOf({ clock, longTimeouts, fastTimers, wrapper }) {
  if (wrapper) return wrapper;
  if (clock) return CLOCK;
  if (longTimeouts) return LONG_TIMEOUTS;
  return fastTimers ? FAST_TIMERS : undefined;
}

/** Wraps the Worker so that its timeouts are a hundred times as long. */
const LONG_TIMEOUTS = `
import worker from "./index.js";
export { CallerObject } from "./index.js";
const { timeout } = AbortSignal;
AbortSignal.timeout = (milliseconds) => timeout.call(AbortSignal, 100 * milliseconds);
const { setTimeout } = globalThis;
globalThis.setTimeout = (task, milliseconds, ...rest) => setTimeout(task, 100 * milliseconds, ...rest);
export default worker;`;

/**
 * Wraps the Worker so that its timers run twenty times as fast. The header `test-elapsed` of a response is the time
 * that the request took by these timers, in milliseconds, however busy the machine is.
 */
const FAST_TIMERS = `
import worker from "./index.js";
export { CallerObject } from "./index.js";
let now = 0;
const endOf = (milliseconds) => {
  const end = now + milliseconds;
  return () => (now = Math.max(now, end));
};
const { timeout } = AbortSignal;
AbortSignal.timeout = (milliseconds) => {
  const signal = timeout.call(AbortSignal, milliseconds / 20);
  signal.addEventListener("abort", endOf(milliseconds));
  return signal;
};
const { setTimeout } = globalThis;
globalThis.setTimeout = (task, milliseconds, ...rest) => {
  const pass = endOf(milliseconds);
  return setTimeout(() => {
    pass();
    task(...rest);
  }, milliseconds / 20);
};
export default {
  async fetch(...request) {
    const started = now;
    const response = await worker.fetch(...request);
    const headers = new Headers(response.headers);
    headers.set("test-elapsed", String(now - started));
    return new Response(response.body, { status: response.status, headers });
  },
};`;

/** Wraps the Worker so that its clock shows the time in a header of the latest request. */
const CLOCK = `
import worker from "./index.js";
export { CallerObject } from "./index.js";
let now;
globalThis.Date = class extends Date {
  constructor(...values) {
    super(...(values.length > 0 ? values : [now]));
  }
  static now() {
    return now;
  }
};
export default {
  fetch(request, ...rest) {
    now = Number(request.headers.get("test-clock"));
    return worker.fetch(request, ...rest);
  },
};`;
