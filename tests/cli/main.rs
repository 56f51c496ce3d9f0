//! The program as a user meets it: state, command, state; one file a command.

#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

mod manners;
mod spawn;
mod stories;
mod world;
