//! The journal's chain against the reference implementation, the published vectors and random hands.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "clippy lets only #[test] functions do so by itself")]

mod breaks;
mod canonical;
mod events;
mod holes;
mod laws;
mod random;
mod vectors;
mod world;
