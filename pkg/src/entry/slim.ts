// For programs that load the wasm module themselves. Imports no wasm file and does not detect the platform.

import { explained } from "../load-error.js";
import { loadError, useModule as use, usePlatform } from "../wasm.js";

const HINT = "Provide the file sts-web/sts.wasm of the same version of the package.";

usePlatform({
  load: () => {
    throw explained(new Error("no module was provided"), "Call `useModule` before the first call.");
  },
  // Every platform supports `manual`. The response is then the redirect itself, which the wasm module rejects.
  requestInit: { redirect: "manual" },
});

/** A compiled wasm module, or the bytes of `sts-web/sts.wasm`. */
export type ModuleOrBytes = WebAssembly.Module | BufferSource;

/**
 * Provides the wasm module: compiled, as bytes, as a response or as the URL to fetch it from. For a response or a URL,
 * returns a promise that resolves once the module is loaded; otherwise the module is ready when the function returns.
 *
 * @throws {@link STSClientError} if it is not the module of this version of the package.
 *
 * @example
 * ```ts
 * import { STS, useModule } from "sts-web/slim";
 *
 * await useModule(new URL("/assets/sts.wasm", location.href));
 * const sts = new STS({ region, credentials });
 * ```
 */
export function useModule(source: URL | Response | Promise<Response>): Promise<void>;
// Last, because every object has the type `WebAssembly.Module`, which has no members.
export function useModule(source: ModuleOrBytes): void;
export function useModule(source: ModuleOrBytes | URL | Response | Promise<Response>): void | Promise<void> {
  if (source instanceof URL) return useResponse(fetch(source));
  if ("then" in source || "arrayBuffer" in source) return useResponse(source);
  use(() => compile(source));
}

async function useResponse(pending: Response | Promise<Response>): Promise<void> {
  const bytes = await download(pending).catch((cause) => {
    throw loadError(explained(cause, HINT));
  });
  use(() => compile(bytes));
}

async function download(pending: Response | Promise<Response>): Promise<ArrayBuffer> {
  const response = await pending;
  if (!response.ok) throw new Error(`${response.url} returned status ${response.status}`);
  return response.arrayBuffer();
}

function compile(source: ModuleOrBytes): WebAssembly.Module {
  // `instanceof WebAssembly.Module` is false for a module from another realm, such as an iframe.
  if (!("byteLength" in source)) return source;
  try {
    return new WebAssembly.Module(source);
  } catch (cause) {
    throw explained(cause, HINT);
  }
}

export * from "../index.js";
