//! Findings: what is wrong with a plan as people and programs read it.

use serde::Serialize;

use super::sketch::Sketch;
use crate::{
    command::style::Style,
    model::{
        oid::Oid,
        plan::finding::{Finding, Severity},
    },
};

/// What was found in a plan.
#[derive(Debug, Serialize)]
pub(in crate::command) struct Found {
    /// Whether the plan is valid.
    pub(in crate::command) valid: bool,
    /// What was found; an error among it is why the plan is not valid.
    findings: Vec<Finding>,
    /// How many more there are.
    omitted: usize,
    /// The commit whose files the paths were compared with; null where there was none.
    compared_with: Option<Oid>,
    #[serde(skip)]
    note: Option<String>,
}

impl Found {
    /// Takes what was found in a plan.
    pub(in crate::command) fn of(sketch: &Sketch) -> Self {
        Self {
            valid: sketch.plan.is_some(),
            findings: sketch.findings.clone(),
            omitted: sketch.omitted,
            compared_with: sketch.commit,
            note: sketch.note.clone(),
        }
    }

    /// Writes each finding on a line.
    pub(in crate::command) fn lines(&self) -> String {
        let line = |finding: &Finding| {
            let severity = match finding.severity {
                Severity::Error => Style::Bad.paint("error"),
                Severity::Warning => Style::Warning.paint("warning"),
            };
            format!("{severity} {}: {}\n", finding.place, finding.message)
        };
        let more = if self.omitted > 0 { format!("and {} more\n", self.omitted) } else { String::new() };
        let note = self.note.iter().map(|note| format!("note: {note}\n"));
        self.findings.iter().map(line).chain([more]).chain(note).collect()
    }

    /// Writes how many there are of each kind.
    pub(in crate::command) fn count(&self) -> String {
        let of = |severity| self.findings.iter().filter(|finding| finding.severity == severity).count();
        let (errors, warnings) = (of(Severity::Error), of(Severity::Warning));
        let parts = [(errors, "error"), (warnings, "warning")].into_iter().filter(|(count, _)| *count > 0);
        parts.map(|(count, noun)| some(count, noun)).collect::<Vec<_>>().join(", ")
    }
}

/// Writes a number of things.
pub(in crate::command) fn some(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}
