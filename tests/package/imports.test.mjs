// No module imports itself through others, not even for a type, so that each can be read, tested and moved separately.

import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/**
 * `import … from "./x.js"`, `export … from "./x.js"`, `import "./x.js"` and `import("./x.js")`, with or without `type`.
 */
const RELATIVE_IMPORT = /(?:\bfrom|\bimport)\s*\(?\s*["'](\.{1,2}\/[^"']+)["']/g;

/**
 * The modules in a folder, each with the modules it imports by relative path.
 * @param {string} folder
 * @returns {Promise<Map<string, string[]>>}
 */
async function importGraph(folder) {
  const files = await readdir(folder, { recursive: true });
  const modules = files.filter((file) => /\.m?[jt]s$/.test(file)).map((file) => join(folder, file));
  const graph = new Map();
  for (const module of modules) {
    const source = (await readFile(module, "utf8")).replace(/^\s*(\/\/|\/?\*).*$/gm, "");
    const imports = [...source.matchAll(RELATIVE_IMPORT)].map(([, path]) => join(dirname(module), path));
    // In TypeScript, an import of `x.js` means `x.ts`.
    graph.set(
      module,
      imports.map((path) => (modules.includes(path) ? path : path.replace(/\.(m?)js$/, ".$1ts"))),
    );
  }
  return graph;
}

/** A `use` declaration with its paths. */
const RUST_USE = /^\s*(?:pub(?:\([^)]*\))? )?use ([^;]+);/gm;

/**
 * The modules of a Rust crate, each with the modules that its `use` declarations name.
 * @param {string} folder
 * @returns {Promise<Map<string, string[]>>}
 */
async function useGraph(folder) {
  const files = (await readdir(folder, { recursive: true })).filter((file) => file.endsWith(".rs"));
  /** @param {string} file */
  const pathOf = (file) => ["crate", ...file.replace(/(\/?mod|^lib|^main)?\.rs$/, "").split("/")].filter(Boolean);
  const modules = new Map(files.map((file) => [pathOf(file).join("::"), file]));
  const graph = new Map();
  for (const [module, file] of modules) {
    const [source] = (await readFile(join(folder, file), "utf8")).split("#[cfg(test)]");
    const used = [...source.matchAll(RUST_USE)].flatMap(([, tree]) => leavesOf(tree.replace(/\s+/g, "")));
    const paths = used.map((path) => absolute(path.split("::"), module.split("::"), modules));
    const named = paths.flatMap((path) => (path[0] === "crate" ? [moduleOf(path, modules)] : []));
    graph.set(file, [...new Set(named.filter((other) => other !== file))]);
  }
  return graph;
}

/**
 * The paths that `a::{b, c::d}` stands for.
 * @param {string} tree
 * @returns {string[]}
 */
function leavesOf(tree) {
  const brace = tree.indexOf("{");
  if (brace < 0) return [tree];
  const items = tree.slice(brace + 1, -1).match(/[^,{}]+(?:\{[^}]*\})?/g) ?? [];
  return items.flatMap((item) => leavesOf(tree.slice(0, brace) + item));
}

/**
 * A path from the root of the crate. Paths into other crates stay as they are.
 * @param {string[]} path
 * @param {string[]} module The module in which it stands.
 * @param {Map<string, string>} modules
 * @returns {string[]}
 */
function absolute([first, ...rest], module, modules) {
  if (first === "super") return absolute(["self", ...rest], module.slice(0, -1), modules);
  if (first === "self" && rest[0] === "super") return absolute(rest, module, modules);
  const isChild = modules.has([...module, first].join("::"));
  if (isChild) return [...module, first, ...rest];
  return first === "self" ? [...module, ...rest] : [first, ...rest];
}

/**
 * The file of the innermost module on a path.
 * @param {string[]} path
 * @param {Map<string, string>} modules
 * @returns {string}
 */
function moduleOf(path, modules) {
  return modules.get(path.join("::")) ?? moduleOf(path.slice(0, -1), modules);
}

/**
 * A cycle in a graph as the path from a module back to itself, or `undefined` if there is none.
 * @param {Map<string, string[]>} graph
 */
function findCycle(graph) {
  const finished = new Set();
  /** @type {(module: string, path: string[]) => string[] | undefined} */
  const visit = (module, path) => {
    if (path.includes(module)) return [...path.slice(path.indexOf(module)), module];
    if (finished.has(module)) return undefined;
    for (const imported of graph.get(module) ?? []) {
      const cycle = visit(imported, [...path, module]);
      if (cycle) return cycle;
    }
    finished.add(module);
    return undefined;
  };
  for (const module of graph.keys()) {
    const cycle = visit(module, []);
    if (cycle) return cycle;
  }
  return undefined;
}

for (const folder of ["pkg/src", "worker/src", "www/js"]) {
  test(`${folder} has no import cycle`, async () => {
    const graph = await importGraph(join(ROOT, folder));
    assert.ok([...graph.values()].flat().length > 10, "the imports were found");
    const cycle = findCycle(graph);
    assert.equal(cycle?.map((module) => module.slice(ROOT.length)).join(" → "), undefined);
  });
}

test("xtask has no import cycle", async () => {
  const graph = await useGraph(join(ROOT, "xtask/src"));
  assert.ok([...graph.values()].flat().length > 10, "the imports were found");
  assert.equal(findCycle(graph)?.join(" → "), undefined);
});

test("a cycle of any length is found", () => {
  const graph = (edges) => new Map(Object.entries(edges));
  assert.deepEqual(findCycle(graph({ a: ["a"] })), ["a", "a"]);
  assert.deepEqual(findCycle(graph({ a: ["b", "c"], b: [], c: ["d"], d: ["b", "c"] })), ["c", "d", "c"]);
  assert.equal(findCycle(graph({ a: ["b", "c"], b: ["d"], c: ["d"], d: [] })), undefined);
});
