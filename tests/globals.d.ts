// Types for the tests' JavaScript beyond those of Node and of the DOM.

import "node:net";

declare global {
  /** Properties that tests add to the page's window. */
  interface Window {
    /** Milliseconds that the page's clock is ahead. */
    ahead: number;
    bench: Record<string, (...parameters: any[]) => any>;
    files: Set<string>;
    injected: any[];
    shifts: number;
    violations: any;
  }

  /** Vite's settings, in the examples. */
  interface ImportMeta {
    env: Record<string, string>;
  }

  /** Form controls that tests look up by their ID. */
  interface Element {
    blur(): void;
    checked: any;
    disabled: any;
    value: any;
  }

  interface PerformanceEntry {
    /** The score of a layout shift. */
    value: number;
  }
}

declare module "node:net" {
  interface Server {
    /** Tests listen only on TCP ports, so the address is never a path. */
    address(): AddressInfo;
    listen(port: number, host: string, listener: (value: unknown) => void): this;
  }
}
