//! Runs the tests of the crate in wasm in Node. `wasm_browser.rs` runs the same tests in Chromium.
#![cfg(target_family = "wasm")]

mod in_wasm;
