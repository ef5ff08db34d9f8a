//! A transport over the platform's `fetch`.

use std::time::{Duration, SystemTime};

use js_sys::{Function, Object, Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::{Transport, network_failure, web, with_timeout};
use crate::Error;
use crate::http::{Request, Response};
use crate::raw::response::{MAX_BODY, too_large};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = fetch)]
    fn global_fetch(url: &str, init: &Object) -> Promise;

    type AbortController;
    #[wasm_bindgen(constructor)]
    fn new() -> AbortController;
    #[wasm_bindgen(method, getter)]
    fn signal(this: &AbortController) -> JsValue;
    #[wasm_bindgen(method)]
    fn abort(this: &AbortController);

    type FetchResponse;
    #[wasm_bindgen(method, getter)]
    fn status(this: &FetchResponse) -> u16;
    #[wasm_bindgen(method, getter)]
    fn headers(this: &FetchResponse) -> Headers;
    #[wasm_bindgen(method, getter)]
    fn body(this: &FetchResponse) -> Option<ReadableStream>;
    #[wasm_bindgen(method, js_name = arrayBuffer, catch)]
    fn array_buffer(this: &FetchResponse) -> Result<Promise, JsValue>;

    type Headers;
    #[wasm_bindgen(method)]
    fn get(this: &Headers, name: &str) -> Option<String>;

    type ReadableStream;
    #[wasm_bindgen(method, js_name = getReader, catch)]
    fn get_reader(this: &ReadableStream) -> Result<Reader, JsValue>;

    type Reader;
    #[wasm_bindgen(method)]
    fn read(this: &Reader) -> Promise;
    #[wasm_bindgen(method)]
    fn cancel(this: &Reader) -> Promise;

    type Chunk;
    #[wasm_bindgen(method, getter)]
    fn done(this: &Chunk) -> bool;
    #[wasm_bindgen(method, getter)]
    fn value(this: &Chunk) -> Uint8Array;
}

/// A transport over the platform's `fetch`, or over a custom function with the same signature.
///
/// Its futures are not [`Send`], since JavaScript values stay on one thread. For a framework that requires `Send`, such as
/// axum on Cloudflare Workers, which have one thread, wrap the client in `worker::send::SendWrapper`, and annotate the
/// handler with `#[worker::send]`: see `examples/wasm/worker` in the repository.
///
/// ```no_run
/// use sts_web::transport::Fetch;
/// use sts_web::{Client, Credentials};
///
/// # fn example() -> Result<(), sts_web::Error> {
/// let client = Client::builder()
///     .region("eu-central-1")
///     .credentials(Credentials::new("AKIA…", "the secret"))
///     .transport(Fetch::new())
///     .build()?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
pub struct Fetch {
    function: Option<Function>,
    init: Object,
}

impl Fetch {
    /// Creates a transport for the platform that it runs on: [`Fetch::worker`] in Cloudflare Workers, and
    /// [`Fetch::browser`] everywhere else, including Node, Deno and Bun.
    #[must_use]
    pub fn new() -> Self {
        if in_cloudflare_workers() { Self::worker() } else { Self::browser() }
    }

    /// Creates a transport for pages and web workers: without redirects, cookies, cache or referrer.
    #[must_use]
    pub fn browser() -> Self {
        let init =
            [("redirect", "error"), ("credentials", "omit"), ("cache", "no-store"), ("referrerPolicy", "no-referrer")];
        Self { function: None, init: object(&init) }
    }

    /// Creates a transport for Cloudflare Workers: without redirects. Workers have no cookies or referrer, do not cache
    /// a `POST`, and reject the options that turn these off.
    #[must_use]
    pub fn worker() -> Self {
        Self { function: None, init: object(&[("redirect", "manual")]) }
    }

    /// Calls `function` in place of the platform's `fetch`. It has the same signature.
    #[must_use]
    pub fn with_function(self, function: Function) -> Self {
        Self { function: Some(function), ..self }
    }

    /// Replaces the options of each request: the fields of `RequestInit` other than method, headers, body and signal.
    /// It should have a `redirect` other than `follow`, since a redirect would send the signed request to another
    /// server.
    #[must_use]
    pub fn with_init(self, init: Object) -> Self {
        Self { init, ..self }
    }

    async fn exchange(&self, request: Request, signal: JsValue) -> Result<Response, Error> {
        let init = Object::assign(&Object::new(), &self.init);
        set(&init, "method", &request.method.as_str().into());
        set(&init, "signal", &signal);
        let headers = Object::new();
        for (name, value) in &request.headers {
            set(&headers, name, &value.as_str().into());
        }
        set(&init, "headers", &headers);
        if !request.body.is_empty() {
            set(&init, "body", &Uint8Array::from(request.body.as_slice()));
        }
        let promise = match &self.function {
            Some(function) => function
                .call2(&JsValue::UNDEFINED, &request.url.as_str().into(), &init)
                .map(|returned| Promise::resolve(&returned))
                .map_err(|thrown| network_failure(&reason(&thrown)))?,
            None => global_fetch(&request.url, &init),
        };
        drop(request);
        let response: FetchResponse = settle(promise).await?.unchecked_into();
        let body = body(&response).await?;
        Ok(Response { status: response.status(), headers: headers_of(&response), body })
    }
}

impl Default for Fetch {
    fn default() -> Self {
        Self::new()
    }
}

impl Transport for Fetch {
    async fn send(&self, request: Request, timeout: Duration) -> Result<Response, Error> {
        let controller = AbortOnDrop(AbortController::new());
        let signal = controller.0.signal();
        with_timeout(timeout, self.exchange(request, signal), web::sleep(timeout)).await
    }

    fn now(&self) -> SystemTime {
        web::now()
    }

    async fn sleep(&self, duration: Duration) {
        web::sleep(duration).await;
    }

    fn random(&self) -> f64 {
        web::random()
    }
}

/// Aborts the request when the future is dropped. This has no effect on a request that has completed.
struct AbortOnDrop(AbortController);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Cancels the body when the future is dropped: Node may garbage-collect the abort signal of a request once the response
/// headers have arrived. This has no effect on a body that is complete.
struct CancelOnDrop(Reader);

impl Drop for CancelOnDrop {
    fn drop(&mut self) {
        // Canceling fails for a stream that has failed, and that error was already reported.
        drop(JsFuture::from(self.0.cancel()));
    }
}

/// The headers that this crate reads. A browser exposes only those that CORS allows.
fn headers_of(response: &FetchResponse) -> Vec<(String, String)> {
    let headers = response.headers();
    let read = |name: &str| headers.get(name).map(|value| (name.to_owned(), value));
    ["date", "retry-after", "x-amzn-requestid", "x-amz-request-id"].into_iter().filter_map(read).collect()
}

async fn body(response: &FetchResponse) -> Result<Vec<u8>, Error> {
    let Some(stream) = response.body() else {
        // There is no body, or this `fetch` does not support streams.
        let buffer = response.array_buffer().map_err(|thrown| network_failure(&reason(&thrown)))?;
        return Ok(Uint8Array::new(&settle(buffer).await?).to_vec());
    };
    let reader = CancelOnDrop(stream.get_reader().map_err(|thrown| network_failure(&reason(&thrown)))?);
    let mut body = Vec::new();
    loop {
        let chunk: Chunk = settle(reader.0.read()).await?.unchecked_into();
        if chunk.done() {
            return Ok(body);
        }
        let bytes = chunk.value();
        let start = body.len();
        let end = start + bytes.length() as usize;
        if end > MAX_BODY {
            return Err(too_large());
        }
        body.resize(end, 0);
        bytes.copy_to(&mut body[start..]);
    }
}

async fn settle(promise: Promise) -> Result<JsValue, Error> {
    JsFuture::from(promise).await.map_err(|thrown| network_failure(&reason(&thrown)))
}

/// The message of a thrown value, with the cause that Node adds, limited to 200 characters.
fn reason(thrown: &JsValue) -> String {
    let message_of = |value: &JsValue| Reflect::get(value, &"message".into()).ok().and_then(|text| text.as_string());
    let cause = Reflect::get(thrown, &"cause".into()).ok().as_ref().and_then(message_of);
    let message = message_of(thrown).unwrap_or_default();
    let whole = [
        message,
        cause.filter(|cause| !cause.is_empty()).map(|cause| [" (", &cause, ")"].concat()).unwrap_or_default(),
    ]
    .concat();
    whole.chars().take(200).collect()
}

/// Whether this is workerd. Source: Cloudflare Workers documentation, "Web standards", on `navigator.userAgent`.
fn in_cloudflare_workers() -> bool {
    let property = |object: &JsValue, name: &str| Reflect::get(object, &name.into()).unwrap_or(JsValue::UNDEFINED);
    let navigator = property(&js_sys::global(), "navigator");
    // `Reflect::get` returns an error for a value that is not an object, and the property is then undefined.
    property(&navigator, "userAgent").as_string().is_some_and(|name| name == "Cloudflare-Workers")
}

fn object(members: &[(&str, &str)]) -> Object {
    let object = Object::new();
    for (name, value) in members {
        set(&object, name, &(*value).into());
    }
    object
}

fn set(object: &Object, name: &str, value: &JsValue) {
    // Setting a property of a plain object cannot fail.
    let _ = Reflect::set(object, &name.into(), value);
}
