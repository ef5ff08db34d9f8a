// Types that the examples use, of platforms whose own types are not installed.

declare const Bun: any;
declare const Deno: any;
declare const chrome: any;

/** Works only on Deno Deploy, and is not on npm. */
declare module "@deno/oidc" {
  export function getIdToken(audience: string): Promise<string>;
}
