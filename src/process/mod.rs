//! Children of this process, its clock and its interrupts.

pub mod child;
pub mod clock;
pub mod environment;
mod family;
mod idle;
pub mod interrupt;
mod latch;
mod leader;
pub mod log;
pub mod program;
mod stat;
pub mod stop;
pub mod suffix;
