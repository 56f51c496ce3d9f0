//! What several verbs share: a run's journal, running a worker, running a gate, auditing a run.

pub mod agent;
pub mod aside;
pub mod audit;
pub mod command_line;
pub mod crew;
pub mod exchange;
pub mod feedback;
pub mod finish;
pub mod gate;
pub mod held_file;
pub mod journal;
pub mod keep;
pub mod limits;
pub mod orders;
pub mod output;
pub mod oversight;
pub mod place;
pub mod progress;
pub mod reading;
pub mod runs;
pub mod salvage;
pub mod score;
pub mod site;
pub mod supervisor;
pub mod turn;
pub mod worker;
