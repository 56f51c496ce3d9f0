//! Merge queues: entries that land on one branch, one after another, each on a commit that its gate let pass.
//!
//! Whoever works on a queue reads its history, asks the [`agenda`] what to do next, and does that one thing. What is written is
//! one event, and only where nobody wrote another one meanwhile; whoever loses reads and asks again. So processors need to
//! agree on nothing else, and one that dies leaves nothing that the next one could not tell.

pub mod agenda;
pub mod batch;
pub mod certificate;
pub mod entry;
pub mod history;
mod odds;
pub mod processor;
mod speculation;
pub mod style;
