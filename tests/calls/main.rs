//! Calls over a real connection to a scripted server.
#![cfg(all(feature = "reqwest", not(target_family = "wasm")))]

mod cached_credentials;
mod faults;
mod oracles;
mod providers;
mod server;
mod transports;
