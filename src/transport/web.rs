//! The web platform's clock, timer and random numbers.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use js_sys::{Function, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen_futures::JsFuture;

use crate::raw::retry::whole_milliseconds;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &Function, milliseconds: f64) -> JsValue;
    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(id: &JsValue);
    #[wasm_bindgen(js_namespace = Date, js_name = now)]
    fn date_now() -> f64;
    #[wasm_bindgen(js_namespace = Math, js_name = random)]
    fn math_random() -> f64;
}

pub(super) fn now() -> SystemTime {
    UNIX_EPOCH + milliseconds(date_now())
}

pub(super) fn random() -> f64 {
    math_random()
}

/// Waits for `duration`. Dropping the future clears the timer.
pub(super) async fn sleep(duration: Duration) {
    let mut id = JsValue::UNDEFINED;
    let timer = Promise::new(&mut |resolve, _| {
        // `setTimeout` fires immediately if the delay does not fit in 31 bits.
        let bounded = i32::try_from(whole_milliseconds(duration)).unwrap_or(i32::MAX);
        id = set_timeout(&resolve, f64::from(bounded));
    });
    let _clear = ClearOnDrop(id);
    let _ = JsFuture::from(timer).await;
}

struct ClearOnDrop(JsValue);

impl Drop for ClearOnDrop {
    fn drop(&mut self) {
        clear_timeout(&self.0);
    }
}

/// Converts milliseconds from JavaScript. Negative numbers become zero.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the conversion saturates")]
fn milliseconds(value: f64) -> Duration {
    Duration::from_millis(value as u64)
}
