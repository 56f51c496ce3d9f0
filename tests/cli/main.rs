//! The program as a user meets it: state, command, state; one file a command.

#![allow(clippy::unwrap_used, reason = "what helps a test may fail as a test does")]

mod concurrency;
mod demo;
mod gate;
mod gate_place;
mod list;
mod manners;
mod merge;
mod merge_mode;
mod merge_safety;
mod pick;
mod pick_rule;
mod record;
mod run;
mod seal;
mod spawn;
mod stories;
mod world;
