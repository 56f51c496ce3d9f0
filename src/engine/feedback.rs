//! Feedback: what a worker's newest attempt changed and what its gate printed, read for the agent of the next one.

use super::{command_line, site::Site};
use crate::{
    model::{
        fact::GateFinished,
        feedback::{self, CheckWords},
        history::History,
        log_digest::LogDigest,
        worker::Worker,
    },
    repo::git,
};

/// The longest log of a gate that is looked into, in bytes.
const LONGEST: u64 = 64 * 1024 * 1024;

/// Writes what the next attempt of a worker is told; none where there is nothing to tell.
pub fn of(site: &Site<'_>, worker: Worker) -> Result<Option<String>, git::Error> {
    let lane = site.journal.ask(|history: &History| history.lane(worker).cloned()).unwrap_or_default();
    let mut parts = Vec::new();
    let base = lane.base().unwrap_or(site.base);
    if let Some(candidate) = lane.candidate().filter(|candidate| *candidate != base) {
        let diff = site.repository.patch((base, candidate), &[])?;
        parts.push(feedback::of_diff(&String::from_utf8_lossy(&diff)));
    }
    parts.extend(lane.gate.map(|gate| said(site, &gate.fact)));
    Ok((!parts.is_empty()).then(|| parts.join("\n")))
}

/// Writes what a gate said; a log that cannot be read says nothing.
pub(super) fn said(site: &Site<'_>, gate: &GateFinished) -> String {
    let read = |log: &LogDigest| site.repository.blob_start(log.blob, log.bytes.min(LONGEST)).ok();
    let output = gate.result.log.as_ref().and_then(read).unwrap_or_default();
    let words = CheckWords {
        command: command_line::shown(&gate.args.argv),
        verdict: gate.result.verdict,
        output: String::from_utf8_lossy(&output).into_owned(),
    };
    words.text()
}
