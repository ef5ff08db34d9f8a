//! `AbortSignal`: stops a call at once, wherever it is, by dropping it.

use std::future::Future;

use js_sys::{Object, Promise};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::transport::race;
use crate::{Error, ErrorKind};

#[wasm_bindgen]
extern "C" {
    type AbortSignal;
    #[wasm_bindgen(method, getter)]
    fn aborted(this: &AbortSignal) -> bool;
    #[wasm_bindgen(method, js_name = addEventListener)]
    fn add_event_listener(this: &AbortSignal, kind: &str, listener: &JsValue);
    #[wasm_bindgen(method, js_name = removeEventListener)]
    fn remove_event_listener(this: &AbortSignal, kind: &str, listener: &JsValue);
}

pub(super) async fn unless_aborted<T>(
    signal: Option<Object>,
    call: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    let Some(signal) = signal else {
        return call.await;
    };
    let signal: AbortSignal = signal.unchecked_into();
    if signal.aborted() {
        return Err(aborted());
    }
    let mut listener = JsValue::UNDEFINED;
    let promise = Promise::new(&mut |resolve, _| {
        signal.add_event_listener("abort", &resolve);
        listener = resolve.into();
    });
    let result = race(call, JsFuture::from(promise)).await;
    signal.remove_event_listener("abort", &listener);
    result.unwrap_or_else(|_| Err(aborted()))
}

fn aborted() -> Error {
    Error::new(ErrorKind::Aborted, "AbortError", "Request aborted")
}
