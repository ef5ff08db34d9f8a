//! A scripted server, and a transport whose clock, timer and random numbers are under the test's control.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use sts_web::client::Config;
use sts_web::http::{Request, Response};
use sts_web::timestamp::parse_timestamp;
use sts_web::transport::{Reqwest, Transport};
use sts_web::{Client, Credentials, Error};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What the server does with one connection.
#[derive(Debug, Clone)]
pub(crate) enum Behavior {
    /// Responds with a status, headers and a body.
    Respond(u16, Vec<(&'static str, String)>, String),
    /// Closes the connection after reading the request.
    Close,
    /// Announces the length of the body, sends half of it, and closes the connection.
    Truncate(String),
    /// Reads the request and never responds.
    Silence,
    /// Sends the body one byte at a time, without reaching its end.
    Drip,
    /// Sends an endless body.
    Endless,
}

pub(crate) fn ok() -> Behavior {
    Behavior::Respond(200, Vec::new(), IDENTITY.to_owned())
}

pub(crate) fn error(status: u16, code: &str, message: &str) -> Behavior {
    Behavior::Respond(status, Vec::new(), error_document(code, message))
}

pub(crate) fn error_document(code: &str, message: &str) -> String {
    format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>\
         <RequestId>request-1</RequestId></ErrorResponse>"
    )
}

const IDENTITY: &str = "<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::123456789012:user/u</Arn>\
    <UserId>AIDA</UserId><Account>123456789012</Account></GetCallerIdentityResult>\
    <ResponseMetadata><RequestId>request-ok</RequestId></ResponseMetadata></GetCallerIdentityResponse>";

/// A server that records the requests it receives.
pub(crate) struct Server {
    pub(crate) endpoint: String,
    received: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Starts a server with one behavior per connection. The final one is repeated.
    pub(crate) async fn scripted(behaviors: impl Into<VecDeque<Behavior>>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
        let received = Arc::new(Mutex::new(Vec::new()));
        let (mut behaviors, log) = (behaviors.into(), Arc::clone(&received));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let next = if behaviors.len() > 1 { behaviors.pop_front() } else { behaviors.front().cloned() };
                let log = Arc::clone(&log);
                tokio::spawn(async move {
                    let _ = serve(stream, next.expect("a behavior"), &log).await;
                });
            }
        });
        Self { endpoint, received }
    }

    /// Returns the received requests, head and body.
    pub(crate) fn received(&self) -> Vec<String> {
        self.received.lock().expect("no panic").clone()
    }
}

async fn serve(mut stream: TcpStream, behavior: Behavior, log: &Mutex<Vec<String>>) -> std::io::Result<()> {
    let request = read_request(&mut stream).await?;
    log.lock().expect("no panic").push(request);
    match behavior {
        Behavior::Respond(status, headers, body) => {
            let headers: String = headers.iter().flat_map(|(name, value)| [*name, ": ", value, "\r\n"]).collect();
            let head = format!("HTTP/1.1 {status} Behavior\r\nconnection: close\r\n{headers}");
            stream.write_all(format!("{head}content-length: {}\r\n\r\n{body}", body.len()).as_bytes()).await
        }
        Behavior::Close => Ok(()),
        Behavior::Truncate(body) => {
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
            stream.write_all(format!("{head}{}", &body[..body.len() / 2]).as_bytes()).await
        }
        Behavior::Silence => std::future::pending().await,
        Behavior::Drip => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n").await?;
            loop {
                stream.write_all(b" ").await?;
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        }
        Behavior::Endless => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n").await?;
            let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
            loop {
                stream.write_all(chunk.as_bytes()).await?;
            }
        }
    }
}

async fn read_request(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut text = String::new();
    let mut buffer = [0; 4096];
    loop {
        let count = stream.read(&mut buffer).await?;
        text.push_str(&String::from_utf8_lossy(&buffer[..count]));
        let complete = text.split_once("\r\n\r\n").is_some_and(|(head, body)| {
            let length =
                head.to_ascii_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
            body.len() >= length.unwrap_or(0)
        });
        if complete || count == 0 {
            return Ok(text);
        }
    }
}

/// A transport over the real network with a simulated clock: it starts at 19:00 and advances only by sleeping, which takes
/// no real time.
#[derive(Debug, Clone)]
pub(crate) struct World {
    network: Reqwest,
    slept: Arc<Mutex<Vec<Duration>>>,
}

impl World {
    pub(crate) fn new() -> Self {
        Self { network: Reqwest::new().expect("TLS"), slept: Arc::default() }
    }

    pub(crate) fn slept(&self) -> Vec<Duration> {
        self.slept.lock().expect("no panic").clone()
    }
}

impl Transport for World {
    async fn send(&self, request: Request, timeout: Duration) -> Result<Response, Error> {
        self.network.send(request, timeout).await
    }

    fn now(&self) -> SystemTime {
        parse_timestamp("2026-11-23T19:00:00Z").expect("a time") + self.slept().iter().sum::<Duration>()
    }

    async fn sleep(&self, duration: Duration) {
        self.slept.lock().expect("no panic").push(duration);
    }

    fn random(&self) -> f64 {
        1.0
    }
}

/// Creates a client of `server` and its transport. The timeout of an attempt is one second.
pub(crate) fn client(server: &Server) -> (Client<World>, World) {
    client_with(server, |_| {})
}

pub(crate) fn client_with(server: &Server, change: impl FnOnce(&mut Config)) -> (Client<World>, World) {
    let mut config = Config::new("us-east-1");
    config.endpoint.endpoint = Some(server.endpoint.clone());
    config.request_timeout = Duration::from_secs(1);
    change(&mut config);
    let world = World::new();
    let credentials =
        Credentials::new("AKIDEXAMPLE", "the-secret-of-this-test").with_session_token("the-token-of-this-test");
    (Client::with(config, Some(Box::new(credentials)), world.clone()).expect("a client"), world)
}
