//! Calls over a real connection, to a server that answers as told.
#![cfg(all(feature = "reqwest", not(target_family = "wasm")))]

mod faults;
mod oracles;
mod providers;
mod server;
