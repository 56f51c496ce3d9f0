//! Measures of trees are those of git.
#![allow(clippy::unwrap_used, reason = "a test world that cannot be made is a failed test")]

mod agreement;
mod facts;
mod world;
