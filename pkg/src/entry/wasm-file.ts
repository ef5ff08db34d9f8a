// The wasm file in a browser, served from the parent folder of this module.

/** Fetches and compiles the file. */
export async function compileFile(): Promise<WebAssembly.Module> {
  const response = await fetch(new URL("../sts.wasm", import.meta.url));
  if (!response.ok) throw new Error(`${response.url} returned status ${response.status}`);
  // Compiles while downloading. Browsers require this content type for it.
  if (response.headers.get("content-type") === "application/wasm") return WebAssembly.compileStreaming(response);
  return WebAssembly.compile(await response.arrayBuffer());
}

/** Options for requests to AWS in a browser: no redirects, cookies, cache or referrer. */
export const requestInit: RequestInit = {
  redirect: "error",
  credentials: "omit",
  cache: "no-store",
  referrerPolicy: "no-referrer",
};
