//! Readings: what the output of a worker's agent says of its spending and of its provider.

use std::path::Path;

use super::{
    agent::Agent,
    site::{Outcome, Site},
    worker::Assignment,
};
use crate::{
    model::agent_output::{self, Reading},
    process::log::{self, Tail},
};

/// Reads the output of an agent that has ended; one that is not known says nothing.
#[must_use]
pub fn read(site: &Site<'_>, assignment: &Assignment, outcome: Option<&Outcome>) -> Reading {
    let Some(outcome) = outcome else { return Reading::default() };
    of_file(&assignment.agent, &outcome.file).unwrap_or_else(|error| {
        site.warn(assignment.worker, &error);
        Reading::default()
    })
}

/// Reads a file of output.
pub fn of_file(agent: &Agent, file: &Path) -> Result<Reading, log::Error> {
    let Agent::Preset(preset) = agent else { return Ok(Reading::default()) };
    let tail = Tail::load(file, agent_output::TAIL as u64)?;
    let read = if tail.is_cut { agent_output::read_tail } else { agent_output::read };
    Ok(read(preset.dialect, &tail.text))
}
