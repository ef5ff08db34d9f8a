// Imports of wasm files, as in workerd and its bundlers.
declare module "*.wasm" {
  const module: WebAssembly.Module;
  export default module;
}

// As in Next.js and Nitro.
declare module "*.wasm?module" {
  const module: WebAssembly.Module;
  export default module;
}

// As in Nitro without support for wasm files. It does not exist.
declare module "sts-web needs *";
