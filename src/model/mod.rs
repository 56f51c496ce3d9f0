//! Values and decisions only: no repository, file, clock, environment or print.

pub mod agent_choice;
pub mod agent_output;
pub mod diff_stat;
pub mod ending;
pub mod log_digest;
pub mod oid;
pub mod preset;
pub mod run_id;
pub mod usage;
pub mod verdict;
pub mod worker;
