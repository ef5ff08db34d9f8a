// The wasm module, which is loaded on first use, in the way that the platform's entry point defines.

import { clientError, type STSClientError } from "./errors.js";
import { Client, instantiate, parse } from "./generated/glue.js";
import type { ExplainedError } from "./load-error.js";
import type { StartTimer } from "./send.js";
import { singleFlight } from "./single-flight.js";

/** The module's exports. Named one by one so that bundlers drop the rest of the glue code. */
const MODULE = { Client, parse };
type Wasm = typeof MODULE;

/** What an entry point defines for its platform. */
export interface Platform {
  /** Returns the compiled wasm module. May throw an {@link ExplainedError}. */
  load(): Promise<WebAssembly.Module> | WebAssembly.Module;
  /** Options for the platform's `fetch`, besides method, headers, body and signal. */
  requestInit: RequestInit;
  /** Starts the timer of a request. By default, each request has its own. */
  startTimer?: StartTimer;
  /** How long a request waits for what another request has started, in milliseconds. By default, until it settles. */
  maxWait?: number;
}

let platform: Platform | undefined;
let loaded: Wasm | undefined;

/** Sets the platform. Entry points call it on import; nothing is loaded yet. */
export function usePlatform(current: Platform): void {
  platform = current;
}

/** Instantiates the module that `load` returns. */
export function useModule(load: () => WebAssembly.Module): void {
  try {
    instantiate(load());
    loaded = MODULE;
  } catch (cause) {
    throw loadError(cause);
  }
}

/** Returns the module once it is loaded. After a failure, the next call loads it again. */
export async function wasm(): Promise<Wasm> {
  return loaded ?? load();
}

/** Returns the options that the platform's `fetch` needs in every request. */
export function requestInit(): RequestInit {
  return platform?.requestInit ?? {};
}

/** Returns the platform's function that starts the timer of a request, if it has one. */
export function startTimer(): StartTimer | undefined {
  return platform?.startTimer;
}

/** Returns how long a request waits for another one on this platform, in milliseconds. */
export function maxWait(): number | undefined {
  return platform?.maxWait;
}

const load = singleFlight(async () => {
  try {
    if (!platform) throw new Error("no entry point of the package was imported");
    instantiate(await platform.load());
    loaded = MODULE;
    return loaded;
  } catch (cause) {
    throw loadError(cause);
  }
});

/** Returns the error that callers catch. */
export function loadError(cause: unknown): STSClientError {
  const { message = String(cause), hint } = cause as Partial<ExplainedError>;
  const error = clientError("ModuleLoadError", `sts-web could not load its WebAssembly module: ${message}`, hint);
  return Object.assign(error, { cause });
}
