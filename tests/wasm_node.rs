//! Runs the tests of the crate in wasm in Node. `wasm_browser.rs` runs the same tests in Chromium.
#![cfg(all(target_family = "wasm", target_os = "unknown"))]

mod in_wasm;
