//! Serves the page on loopback, with the security headers of `www/_headers`.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use anyhow::{Context, Result};
use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;

use crate::build::site;
use crate::run::{files_in, root};

/// The configuration of the server.
struct Serving {
    /// `127.0.0.1:8787` and `localhost:8787`. Requests for other hosts are rejected, to prevent DNS rebinding.
    hosts: [String; 2],
    headers: Vec<(String, String)>,
    /// The sandbox's origin, added to the Content-Security-Policy.
    sandbox_origin: String,
    sandbox_json: String,
}

/// A running server. It stops when this is dropped.
pub(crate) struct Server {
    /// The address that it listens on.
    pub(crate) address: SocketAddr,
    runtime: tokio::runtime::Runtime,
}

impl Server {
    /// Listens on a port of loopback. Port 0 selects a free one.
    pub(crate) fn listen(port: u16) -> Result<TcpListener> {
        TcpListener::bind(("127.0.0.1", port)).with_context(|| {
            format!("port {port} is not available; stop the program that uses it, or choose another one with --port N")
        })
    }

    /// Serves the page, and `sandbox` as `/sandbox.json`.
    pub(crate) fn start(listener: TcpListener, sandbox: &serde_json::Value) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_io().build()?;
        let address = listener.local_addr()?;
        let headers = headers_for_all(&fs::read_to_string(root().join("www/_headers"))?);
        let serving = Serving {
            hosts: [format!("127.0.0.1:{}", address.port()), format!("localhost:{}", address.port())],
            headers,
            sandbox_origin: sandbox["endpoint"].as_str().unwrap_or_default().to_owned(),
            sandbox_json: without_worker_credentials(sandbox).to_string(),
        };
        let router = Router::new().fallback(respond).with_state(Arc::new(serving));
        listener.set_nonblocking(true)?;
        runtime.spawn(async move { axum::serve(tokio::net::TcpListener::from_std(listener)?, router).await });
        Ok(Self { address, runtime })
    }

    /// Serves until the process ends.
    pub(crate) fn wait(&self) {
        self.runtime.block_on(std::future::pending::<()>());
    }
}

/// Removes the Worker's credentials, which the page must not have.
fn without_worker_credentials(sandbox: &serde_json::Value) -> serde_json::Value {
    let mut rest = sandbox.clone();
    if let Some(members) = rest.as_object_mut() {
        members.remove("worker");
    }
    rest
}

async fn respond(State(serving): State<Arc<Serving>>, request: Request) -> Response {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or_default();
    if !serving.hosts.iter().any(|known| known == host) {
        return plain(StatusCode::MISDIRECTED_REQUEST, "this server only serves 127.0.0.1 and localhost");
    }
    let mut response = match request.uri().path() {
        "/sandbox.json" => typed("application/json", serving.sandbox_json.clone().into()),
        "/" => file("index.html", &serving.sandbox_origin),
        path => file(path.trim_start_matches('/'), &serving.sandbox_origin),
    };
    for (name, value) in &serving.headers {
        let value = HeaderValue::from_str(&with_origin(value, &serving.sandbox_origin));
        if let (Ok(name), Ok(value)) = (header::HeaderName::try_from(name), value) {
            response.headers_mut().insert(name, value);
        }
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// Returns a file of the site. The path is compared with those of existing files, so that it cannot escape the folder.
fn file(path: &str, sandbox_origin: &str) -> Response {
    let folder = site::folder();
    let found = files_in(&folder).unwrap_or_default().into_iter().find(|file| {
        file.strip_prefix(&folder).is_ok_and(|relative| relative.to_str() == Some(path)) && path != "_headers"
    });
    let Some(content) = found.and_then(|file| fs::read(file).ok()) else {
        return plain(StatusCode::NOT_FOUND, "not found");
    };
    match path.rsplit('.').next() {
        Some("html") => {
            let page = with_sandbox_button(&String::from_utf8_lossy(&content));
            typed("text/html; charset=utf-8", with_origin(&page, sandbox_origin).into())
        }
        Some("css") => typed("text/css; charset=utf-8", content),
        Some("js") => typed("text/javascript; charset=utf-8", content),
        Some("wasm") => typed("application/wasm", content),
        Some("svg") => typed("image/svg+xml", content),
        Some("json" | "map") => typed("application/json", content),
        Some("png") => typed("image/png", content),
        _ => typed("application/octet-stream", content),
    }
}

/// Adds the sandbox to the policy, in a header or in the page's HTML.
fn with_origin(text: &str, origin: &str) -> String {
    text.replace("connect-src 'self'", &format!("connect-src 'self' {origin}"))
}

/// Shows the button that fills in the sandbox. It is hidden in the page, because no other host has a sandbox.
fn with_sandbox_button(page: &str) -> String {
    page.replace(r#"id="sandbox" hidden"#, r#"id="sandbox""#)
}

/// Parses the headers for all paths from `_headers`, in Cloudflare's format: a path, followed by indented headers.
fn headers_for_all(text: &str) -> Vec<(String, String)> {
    let section = text.lines().skip_while(|line| line.trim_end() != "/*").skip(1);
    let indented = section.take_while(|line| line.starts_with([' ', '\t']) || line.trim().is_empty());
    indented
        .filter_map(|line| line.split_once(':'))
        .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
        .collect()
}

fn typed(kind: &'static str, content: Vec<u8>) -> Response {
    let mut response = Response::new(Body::from(content));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

fn plain(status: StatusCode, text: &'static str) -> Response {
    let mut response = typed("text/plain; charset=utf-8", text.into());
    *response.status_mut() = status;
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_headers_of_every_path_are_read() {
        let text = "# comment\n/*\n  X-A: b: c\n\tX-D: e\n\n/other\n  X-F: g\n";
        let expected = [("X-A".to_owned(), "b: c".to_owned()), ("X-D".to_owned(), "e".to_owned())];
        assert_eq!(headers_for_all(text), expected);
    }

    #[test]
    fn the_button_of_the_sandbox_is_shown() {
        let page = std::fs::read_to_string(root().join("www/index.html")).expect("index.html");
        let served = with_sandbox_button(&page);
        assert!(served.contains(r#"<p id="sandbox">"#));
        assert_eq!(served.len(), page.len() - " hidden".len());
    }

    #[test]
    fn the_sandbox_is_added_to_the_policy() {
        assert_eq!(
            with_origin("default-src 'none'; connect-src 'self' https://sts.amazonaws.com", "http://127.0.0.1:4566"),
            "default-src 'none'; connect-src 'self' http://127.0.0.1:4566 https://sts.amazonaws.com"
        );
    }
}
