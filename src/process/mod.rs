//! Children of this process, its clock and its interrupts.

pub mod child;
pub mod clock;
pub mod environment;
mod family;
pub mod interrupt;
mod leader;
pub mod log;
pub mod program;
mod stat;
pub mod stop;
pub mod suffix;
