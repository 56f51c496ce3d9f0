//! Values and decisions only: no repository, file, clock, environment or print.

pub mod agent_choice;
pub mod agent_output;
pub mod canonical;
pub mod chain;
pub mod diff_stat;
pub mod ending;
pub mod event;
pub mod hash;
pub mod line_edit;
pub mod log_digest;
pub mod oid;
pub mod patch_id;
pub mod preset;
pub mod quote;
pub mod run_id;
pub mod usage;
pub mod verdict;
pub mod worker;
