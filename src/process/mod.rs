//! Children of this process, its clock and its interrupts.

mod cgroup;
pub mod child;
mod clearance;
pub mod clock;
pub mod control;
pub mod detach;
pub mod environment;
mod family;
pub mod foreground;
mod idle;
pub mod interrupt;
mod latch;
mod leader;
pub mod log;
mod mark;
pub mod node;
pub mod orphan;
pub mod plain;
pub mod presence;
pub mod program;
pub mod record;
mod roll;
mod stat;
pub mod stop;
mod stray;
pub mod suffix;
pub mod watched;
