//! The crate in wasm, in Node. The same tests run in Chromium: `wasm_browser.rs`.
#![cfg(target_family = "wasm")]

mod in_wasm;
