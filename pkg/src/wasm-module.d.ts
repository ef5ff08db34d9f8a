// How workerd and bundlers for it import a wasm file.
declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}
