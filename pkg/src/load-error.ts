// Explains why the wasm module could not be loaded, and what to do.

/** An error with a hint. `wasm.ts` turns it into the class that callers catch. */
export interface ExplainedError extends Error {
  hint?: string | undefined;
}

/** Explains why a browser could not load the wasm file or compile it. */
export function explainInBrowser(cause: unknown): ExplainedError {
  if (typeof WebAssembly === "undefined") {
    return explained(
      "this platform has no WebAssembly",
      "Call AWS from a server instead. React Native and browsers in Lockdown Mode do not run WebAssembly.",
    );
  }
  if (isBlocked(cause)) {
    return explained(
      "the Content-Security-Policy forbids it",
      "Add 'wasm-unsafe-eval' to script-src in the Content-Security-Policy. Do not add 'unsafe-eval'.",
    );
  }
  return explained(cause, 'Serve sts.wasm with the bundle, or import "sts-web/inline".');
}

/** Explains why a platform other than a browser could not compile the module. */
export function explainOnServer(cause: unknown): ExplainedError {
  // The messages of workerd, Next.js and V8.
  if (/disallowed by embedder|dynamic code evaluation|wasm code generation/i.test(String(cause))) {
    return explained(
      "this platform does not compile WebAssembly at run time",
      'Import "sts-web" rather than "sts-web/inline", and bundle it with the export condition of the platform: ' +
        "workerd for Cloudflare Workers, edge-light for Vercel and Next.js. Next.js on Cloudflare needs its option " +
        'serverExternalPackages: ["sts-web"].',
    );
  }
  return explainInBrowser(cause);
}

/** Returns an error with a hint. `cause` is the error to explain, or the message. */
export function explained(cause: unknown, hint: string): ExplainedError {
  return Object.assign(new Error(cause instanceof Error ? cause.message : String(cause)), { hint });
}

/**
 * Returns whether a Content Security Policy forbids WebAssembly. Recognizes the messages of Chromium, Firefox and
 * WebKit.
 */
export function isBlocked(cause: unknown): boolean {
  return /security policy|CSP|unsafe-eval/i.test(String(cause));
}
