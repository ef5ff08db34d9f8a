//! The steps of a call, for programs with their own I/O, retries or HTTP library. None of them does I/O: time and random
//! numbers are parameters.
//!
//! - [`call`]: one call as a state machine that performs the other steps, retries included. Most programs need only this.
//! - [`validate`]: checks an input against the model.
//! - [`query`]: encodes it as a form body, to be signed with [`sign`](crate::sign).
//! - [`response`]: parses the response.
//! - [`retry`]: decides whether and when to retry, and corrects the clock.

pub mod call;
pub mod query;
pub mod response;
pub mod retry;
pub mod validate;
