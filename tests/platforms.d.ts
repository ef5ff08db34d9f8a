// What the examples use of platforms whose types are not installed.

declare const Bun: any;
declare const Deno: any;
declare const chrome: any;

/** Works on Deno Deploy only, and is not on npm. */
declare module "@deno/oidc" {
  export function getIdToken(audience: string): Promise<string>;
}
