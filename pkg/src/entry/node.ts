// Node, Deno and Bun use the inlined wasm: bundlers for servers copy no files.

export * from "./inline.js";
