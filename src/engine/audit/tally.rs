//! Tallies: the findings of one check, gathered until it is known whether it holds.

use crate::{
    model::{
        finding::{Code, Finding, Weight},
        oid::Oid,
    },
    repo::{measure, objects, open::Repository},
};

/// How many findings one check tells; whatever made them is told by the first ones.
const MOST: usize = 20;

/// The findings of one check.
pub(super) struct Tally {
    code: Code,
    findings: Vec<Finding>,
}

impl Tally {
    pub(super) fn new(code: Code) -> Self {
        Self { code, findings: Vec::new() }
    }

    pub(super) fn add(&mut self, finding: Finding) {
        self.findings.push(finding);
    }

    pub(super) fn extend(&mut self, findings: impl IntoIterator<Item = Finding>) {
        self.findings.extend(findings);
    }

    /// Notes a failure about one event, unless this holds.
    pub(super) fn require(&mut self, holds: bool, event: u64, message: impl FnOnce() -> String) {
        if !holds {
            self.add(Finding::broken(self.code, message()).at(event));
        }
    }

    pub(super) fn remark(&mut self, message: impl Into<String>) {
        self.add(Finding::remark(self.code, message));
    }

    /// Ends the check: the weightiest findings first, or that it holds.
    pub(super) fn done(mut self, holds: impl Into<String>) -> Vec<Finding> {
        self.findings.sort_by_key(|finding| std::cmp::Reverse(finding.weight));
        let left = self.findings.len().saturating_sub(MOST);
        self.findings.truncate(MOST);
        if left > 0 {
            self.remark(format!("and {left} more"));
        }
        if self.findings.first().is_none_or(|finding| finding.weight <= Weight::Remark) {
            self.findings.insert(0, Finding::holds(self.code, holds));
        }
        self.findings
    }
}

/// Writes a number with its noun.
pub(super) fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// Tells an object that could not be read: one that is not here is missing, any other is not what it was said to be.
pub(super) fn unreadable(code: Code, error: &objects::Error, what: &str) -> Finding {
    match error {
        objects::Error::Missing(id) => Finding::missing(code, *id, what),
        objects::Error::Kind { id, .. } | objects::Error::TooLarge { id, .. } | objects::Error::Read { id, .. } => {
            Finding::broken(code, format!("{what}: {error}")).on(*id)
        }
        objects::Error::Write(_) => Finding::new(code, Weight::Missing, format!("{what}: {error}")),
    }
}

/// Tells trees that could not be measured.
pub(super) fn unmeasurable(error: &measure::Error, what: &str) -> Finding {
    match error {
        measure::Error::Missing(id) => Finding::missing(Code::Diff, *id, &format!("{what}: object")),
        error => Finding::broken(Code::Diff, format!("{what}: {error}")),
    }
}

/// Tells what git could not compute: by the first object that it names and that is not here, where it names one.
///
/// That git failed proves nothing against a run, so it never counts as broken.
pub(super) fn uncomputable(repository: &Repository, code: Code, error: &dyn std::error::Error) -> Finding {
    let text = error.to_string();
    let words = text.split(|letter: char| !letter.is_ascii_hexdigit());
    let absent = words.filter_map(|word| word.parse::<Oid>().ok()).find(|id| !repository.has(*id));
    let finding = Finding::new(code, Weight::Missing, format!("could not be computed again: {text}"));
    absent.map_or(finding.clone(), |id| finding.on(id))
}
