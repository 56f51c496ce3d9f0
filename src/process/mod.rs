//! Children of this process, its clock and its interrupts.
