//! Runs the tests of the crate in wasm in a page of headless Chromium.
#![cfg(all(target_family = "wasm", target_os = "unknown"))]

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);

mod in_wasm;
