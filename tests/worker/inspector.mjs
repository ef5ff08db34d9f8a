// Measures the memory of the Worker's isolate, over workerd's inspector.

import { createRequire } from "node:module";

const fromPackage = createRequire(new URL("../../pkg/package.json", import.meta.url));

/**
 * @typedef {object} Memory Memory of an isolate, in bytes.
 * @property {number} heap What remains in the JavaScript heap after a garbage collection.
 * @property {number} wasm The memories of all WebAssembly instances.
 */

/** The isolate of a Worker in workerd. */
export class Inspector {
  #socket;
  #calls = 0;
  /** By the ID of its call. */
  #results = new Map();
  #context;

  constructor(socket) {
    this.#socket = socket;
    socket.on("message", (data) => this.#receive(JSON.parse(data.toString())));
    socket.on("close", () => {
      for (const { reject } of this.#results.values()) reject(new Error("workerd has closed the inspector"));
    });
  }

  /**
   * Connects to the inspector of a workerd with one Worker.
   * @param {URL} url
   */
  static async connect(url) {
    const { WebSocket } = fromPackage("ws");
    const socket = new WebSocket(`ws://${url.host}/core:user:`);
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    const inspector = new Inspector(socket);
    await inspector.#call("Runtime.enable");
    return inspector;
  }

  /** @returns {Promise<Memory>} */
  async memory() {
    const evaluation = { expression: "WebAssembly.Memory.prototype", uniqueContextId: this.#context };
    const { result: prototype } = await this.#call("Runtime.evaluate", { ...evaluation, objectGroup: "memory" });
    // V8 collects garbage before it searches for objects. In workerd, HeapProfiler.collectGarbage waits for a request.
    const query = { prototypeObjectId: prototype.objectId, objectGroup: "memory" };
    const { objects: memories } = await this.#call("Runtime.queryObjects", query);
    const { usedSize: heap } = await this.#call("Runtime.getHeapUsage");
    const { result: wasm } = await this.#call("Runtime.callFunctionOn", {
      objectId: memories.objectId,
      functionDeclaration: "function () { return this.reduce((sum, { buffer }) => sum + buffer.byteLength, 0); }",
      returnByValue: true,
    });
    await this.#call("Runtime.releaseObjectGroup", { objectGroup: "memory" });
    return { heap, wasm: wasm.value };
  }

  close() {
    this.#socket.close();
  }

  #call(method, params = {}) {
    this.#calls += 1;
    const id = this.#calls;
    this.#socket.send(JSON.stringify({ id, method, params }));
    return new Promise((resolve, reject) => this.#results.set(id, { resolve, reject }));
  }

  #receive({ id, method, params, result, error }) {
    if (method === "Runtime.executionContextCreated") this.#context = params.context.uniqueId;
    const { resolve, reject } = this.#results.get(id) ?? {};
    this.#results.delete(id);
    if (error) reject?.(new Error(error.message));
    else resolve?.(result);
  }
}
