//! The steps of a call, for programs that do their own I/O or retries. None of the steps does I/O: time and random numbers
//! are parameters.
//!
//! - [`call`]: one call as a state machine that performs the other steps, retries included. Most programs need only this.
//! - [`validate`]: checks an input against the model.
//! - [`query`]: encodes an input as a form body. [`sign`](crate::sign) signs the request.
//! - [`response`]: parses the response.
//! - [`retry`]: decides whether and when to retry, and corrects the clock.

pub mod call;
pub mod query;
pub mod response;
pub mod retry;
pub mod validate;
