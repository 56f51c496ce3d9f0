//! One room a verb: its arguments, its report, and the run that joins decisions to deeds.

mod agent_setup;
pub mod agents;
pub mod attach;
pub mod bounds;
mod configured;
mod context;
pub mod demo;
mod detached;
pub mod diff;
mod error;
mod exclusive;
pub mod gate;
mod gate_choice;
mod lanes;
pub mod list;
pub mod log;
pub mod merge;
pub mod pick;
mod program;
pub mod report;
pub mod resume;
pub mod retry;
pub mod run;
pub mod seal;
mod sink;
pub mod spawn;
pub mod standing;
pub mod stop;
pub mod style;
pub mod verify;

pub use context::Context;
pub use error::{Error, Kind};
pub use report::{Answer, Report};
pub use sink::Sink;
