//! The program as a user meets it: state, command, state; one file a command.

#![allow(clippy::unwrap_used, reason = "a test ends where its world cannot be made")]

mod agent_choice;
mod agents_unruly;
mod attach;
mod bad_input;
mod concurrency;
mod demo;
mod diff;
mod discard;
mod endings;
mod fetch;
mod gate;
mod gate_place;
mod hooks;
mod include;
mod lanes;
mod leftovers;
mod limits;
mod list;
mod log;
mod manners;
mod merge;
mod merge_mode;
mod merge_safety;
mod pick;
mod pick_rule;
mod prune;
mod prune_refs;
mod push;
mod push_refused;
mod record;
mod repositories;
mod resume;
mod retry;
mod run;
mod seal;
mod spawn;
mod status;
mod stop;
mod stories;
mod surroundings;
mod survival;
mod untouched;
mod worktrees;
mod world;
