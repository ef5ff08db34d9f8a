// Imports of wasm files, as in workerd and its bundlers.
declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
