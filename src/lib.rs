//! `git par`: parallel attempts in git worktrees, gated, picked by rule, merged, sealed and verifiable from any clone.
//!
//! The house, from the ground up; imports point down only:
//!
//! - [`model`] (floor 0): values and decisions: names, events, chain, rule, certificate. Touches nothing.
//! - [`repo`] (floor 1): git: refs, notes, objects, worktrees, snapshots, measures, merges, the one door to git(1).
//! - [`process`] (floor 1): children: group, deadline, log; clock and interrupt.
//! - [`engine`] (floor 2): what several verbs share: a run's journal, a worker, a gate, an audit.
//! - [`command`] (floor 3): one room a verb: its arguments, its report, its run.
//! - [`cli`] (floor 4): argv in, text and a number out: shared flags, screen, exit codes, pages.
//!
//! Beside them, for every floor: [`failpoint`], where tests have the program die.

pub mod cli;
pub mod command;
pub mod engine;
pub mod failpoint;
pub mod model;
pub mod process;
pub mod repo;
