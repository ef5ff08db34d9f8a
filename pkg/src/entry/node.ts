// Node, Deno and Bun use the inlined wasm, because server bundlers do not copy files.

export * from "./inline.js";
