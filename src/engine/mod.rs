//! What several verbs share: a run's journal, running a worker, running a gate, auditing a run.

pub mod agent;
pub mod audit;
pub mod command_line;
pub mod gate;
pub mod held_file;
pub mod journal;
pub mod limits;
pub mod place;
pub mod progress;
pub mod runs;
pub mod score;
pub mod site;
pub mod supervisor;
pub mod turn;
pub mod worker;
