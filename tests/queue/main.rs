//! The merge queue: every small world, long random ones, what each event is held to, and what speculation pays.

#![allow(clippy::unwrap_used, reason = "a test stops where something is not as it must be")]

mod actor;
mod every;
mod laws;
mod nature;
#[path = "../untouched/random.rs"]
mod numbers;
mod pays;
mod person;
mod random;
mod tally;
mod world;
