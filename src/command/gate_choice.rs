//! Gate choices: which check a command runs, from its arguments, the run's plan or the user's settings.

use std::ffi::OsString;

use super::{Error, program};
use crate::{
    engine::{command_line, gate::Gate, limits},
    model::gate_plan::{GatePlan, Place},
    repo::{open::Repository, settings::Settings},
};

/// What the user asked for.
#[derive(Clone, Debug, Default)]
pub(super) struct GateChoice {
    /// The command line.
    pub argv: Vec<OsString>,
    /// Where it runs.
    pub place: Option<Place>,
    /// Its most time.
    pub timeout: Option<std::time::Duration>,
    /// Pathspecs that are taken from base.
    pub protect: Vec<String>,
}

impl GateChoice {
    /// Makes the choice of a text for the shell.
    #[must_use]
    pub(super) fn of_text(text: &str) -> Self {
        Self { argv: command_line::shell(text), ..Self::default() }
    }

    /// Makes the gate, its command looked up so that a missing one is told before anything runs.
    pub(super) fn gate(self, repository: &Repository) -> Result<Gate, Error> {
        program::require_command(&self.argv, "gate")?;
        let timeout_ms = self.timeout.and_then(limits::milliseconds);
        let argv = command_line::recorded(&self.argv, &repository.home_dir());
        let plan = GatePlan { argv, place: self.place, timeout_ms, protect: self.protect };
        Ok(Gate { plan, argv: self.argv })
    }
}

/// Makes the gate that a run planned.
#[must_use]
pub(super) fn planned(plan: &GatePlan) -> Gate {
    Gate { argv: plan.argv.iter().map(OsString::from).collect(), plan: plan.clone() }
}

/// Reads the check that the user configured as `par.gate`.
#[must_use]
pub(super) fn configured(settings: &Settings) -> Option<GateChoice> {
    let timeout = usual_timeout(settings);
    settings.get("par.gate").map(|text| GateChoice { timeout, ..GateChoice::of_text(text) })
}

/// Reads the most time for a check that the user configured as `par.gateTimeout`.
#[must_use]
pub(super) fn usual_timeout(settings: &Settings) -> Option<std::time::Duration> {
    settings.get("par.gateTimeout").and_then(limits::parse_duration)
}

/// Reads a time that a user typed.
pub(super) fn duration(text: &str) -> Result<std::time::Duration, String> {
    limits::parse_duration(text).ok_or_else(|| format!("'{text}' is not a time such as 90s, 10m or 1h30m"))
}
