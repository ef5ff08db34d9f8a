// The wasm module: loaded once, on first use, the way the platform's entry point says.

import { Client, parse } from "./generated/glue.js";

/** What the module has. Named one by one, so that bundlers leave the rest of its glue out. */
const MODULE = { Client, parse };
type Wasm = typeof MODULE;

/** What an entry point knows about its platform. */
export interface Platform {
  /** Starts the module: fetches, reads or imports it. */
  load(): Promise<unknown> | unknown;
  /** What `fetch` takes there besides method, headers, body and signal. */
  requestInit: RequestInit;
}

let platform: Platform | undefined;
let started: Promise<Wasm> | undefined;

/** Called by an entry point when it is imported. Nothing is loaded yet. */
export function usePlatform(here: Platform): void {
  platform = here;
}

/** The module, ready to be called. A load that fails is tried again at the next call. */
export function wasm(): Promise<Wasm> {
  started ??= start().catch((cause: unknown) => {
    started = undefined;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`sts-web could not load its WebAssembly module: ${reason}`, { cause });
  });
  return started;
}

/** What the platform's `fetch` wants in every request. */
export function requestInit(): RequestInit {
  return platform?.requestInit ?? {};
}

async function start(): Promise<Wasm> {
  if (!platform) throw new Error("import it through one of the package's entry points");
  await platform.load();
  return MODULE;
}
