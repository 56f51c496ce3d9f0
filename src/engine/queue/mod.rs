//! Queues: many entries landed on one branch, each only once the check passed on exactly what lands.
//!
//! What is to be done next is decided by [`crate::model::queue`]; here it is done.

mod check;
pub mod desk;
mod fault;
mod gates;
pub mod intake;
pub mod landing;
mod leavings;
mod memory;
pub mod processed;
pub mod processor;
pub mod report;
pub mod roster;
mod stacks;

pub(super) use check::log_place;
mod testing;
