// The wasm module, loaded on first use as the platform's entry point defines.

import { Client, parse } from "./generated/glue.js";
import { singleFlight } from "./single-flight.js";

/** The module's exports. Named one by one so that bundlers drop the rest of its glue. */
const MODULE = { Client, parse };
type Wasm = typeof MODULE;

/** What an entry point defines for its platform. */
export interface Platform {
  /** Fetches, reads or imports the wasm file and instantiates it. */
  load(): Promise<unknown> | unknown;
  /** Options for the platform's `fetch`, besides method, headers, body and signal. */
  requestInit: RequestInit;
}

let platform: Platform | undefined;
let loaded: Wasm | undefined;

/** Sets the platform. Entry points call it on import; nothing is loaded yet. */
export function usePlatform(current: Platform): void {
  platform = current;
}

/** Returns the module once it is loaded. After a failure, the next call loads it again. */
export async function wasm(): Promise<Wasm> {
  return loaded ?? load();
}

/** Returns the options that the platform's `fetch` needs in every request. */
export function requestInit(): RequestInit {
  return platform?.requestInit ?? {};
}

const load = singleFlight(async () => {
  try {
    if (!platform) throw new Error("import sts-web through one of the package's entry points");
    await platform.load();
    loaded = MODULE;
    return loaded;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`sts-web could not load its WebAssembly module: ${reason}`, { cause });
  }
});
