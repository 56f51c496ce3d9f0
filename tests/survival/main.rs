//! Runs survive: a supervisor killed at any instant, and many of them at once beside a busy user.
//!
//! By hand, for as long as one likes (the numbers are read from the environment, the seed is printed):
//!
//!     SURVIVAL_KILLS=200 SURVIVAL_SEED=7 nice cargo test --test survival random -- --nocapture
//!
//! It prints one line a kill (the time in milliseconds after which the program was killed, and what it was at), and in
//! the end `kills: 200, resumed: 187, begun anew: 9, over before: 4, lost: 0`. `resumed` counts runs that
//! `git par resume` and `git par run --continue` brought to their seal, `begun anew` those killed before they were in the
//! repository, `over before` those that ended before they were killed. A loss ends the test with what was lost.

#![allow(clippy::unwrap_used, reason = "a test ends where its world cannot be made")]
#![allow(clippy::print_stderr, reason = "whoever runs it by hand reads what was killed, and when")]

mod kills;
mod landings;
mod many;
mod merges;
mod pipeline;
mod plans;
mod queues;
mod refs;
mod second_names;
#[allow(dead_code, reason = "shared with the tests of the command line, which use all of it")]
#[path = "../cli/world.rs"]
mod world;
