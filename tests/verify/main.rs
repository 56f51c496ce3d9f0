//! What `git par verify` finds, and what it does not take for broken: real runs, then forged ones.
#![allow(clippy::unwrap_used, reason = "a test world that cannot be made is a failed test")]

mod claims;
mod doubts;
mod files;
mod forge;
mod goals_forged;
mod heals;
mod hostile;
mod places;
mod plans;
mod plans_forged;
mod queue_world;
mod queues;
mod queues_forged;
mod regate;
mod searches_forged;
mod signatures;
mod stops;
mod tamper;
mod tamper_objects;
mod world;
