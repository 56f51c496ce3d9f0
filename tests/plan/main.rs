//! Plans: what is read and what is refused, what overlaps, and which order follows.

#![allow(clippy::unwrap_used, reason = "a test ends where its world cannot be made")]
#![allow(clippy::needless_pass_by_value, reason = "documents are made where they are given")]

mod bounds;
mod change;
mod fuzz;
mod order;
mod patterns;
mod random;
mod reading;
mod schema;
mod world;
