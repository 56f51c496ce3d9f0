//! Children of this process, its clock and its interrupts.

pub mod clock;
pub mod environment;
pub mod log;
pub mod program;
pub mod suffix;
