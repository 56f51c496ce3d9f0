//! The program as a user meets it: state, command, state; one file a command.

#![allow(clippy::unwrap_used, reason = "a test stops where something is not as it must be")]

mod spawn;
mod stories;
mod world;
