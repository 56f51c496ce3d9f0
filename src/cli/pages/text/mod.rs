//! Texts: the manual of each verb, one file each.

mod agents;
mod attach;
mod conflicts;
mod demo;
mod diff;
mod discard;
mod fetch;
mod gate;
mod list;
mod log;
mod merge;
mod pick;
mod plan;
mod prune;
mod push;
mod queue;
mod resume;
mod retry;
mod run;
mod seal;
mod spawn;
mod status;
mod stop;
mod suite;
mod verify;

use super::manual::Manual;

/// Every manual, the suite's first, then in the order of the job.
pub(super) const ALL: &[&Manual] = &[
    &suite::MANUAL,
    &spawn::MANUAL,
    &gate::MANUAL,
    &pick::MANUAL,
    &merge::MANUAL,
    &seal::MANUAL,
    &verify::MANUAL,
    &push::MANUAL,
    &fetch::MANUAL,
    &run::MANUAL,
    &stop::MANUAL,
    &resume::MANUAL,
    &retry::MANUAL,
    &list::MANUAL,
    &log::MANUAL,
    &diff::MANUAL,
    &conflicts::MANUAL,
    &attach::MANUAL,
    &status::MANUAL,
    &discard::MANUAL,
    &prune::MANUAL,
    &plan::MANUAL,
    &queue::MANUAL,
    &agents::MANUAL,
    &demo::MANUAL,
];
