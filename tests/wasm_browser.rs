//! Runs the tests of the crate in wasm in a page of headless Chromium.
#![cfg(target_family = "wasm")]

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

mod in_wasm;
