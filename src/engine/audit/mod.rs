//! Audits: whether a run is what its journal says, found out from refs and objects alone, trusting nobody.
//!
//! Each file is one check; it looks for itself and says what it found as findings with a stable code.

mod base;
mod candidates;
mod case;
mod gates;
mod journal_file;
mod ledger;
mod logs;
mod merges;
mod notes;
mod refs;
mod regate;
mod seal;
mod signature;
mod source;
mod tally;
mod unions;

use serde::Serialize;

use super::{progress::Listener, site};
use crate::{
    model::{
        fact::Fact,
        finding::{self, Finding, Outcome, Signature, Weight},
        hash::Hash,
        ref_name::{self, RefName},
        run_id::RunId,
    },
    process::stop::Stop,
    repo::{git, journal_notes, open::Repository, refs as repo_refs},
};
use case::Case;
pub use journal_file::{Error as FileError, journal_file};

/// How often a run that is being worked on meanwhile is looked at anew.
const TRIES: u32 = 5;

/// Why a run could not be audited at all.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The refs.
    #[error(transparent)]
    Refs(#[from] repo_refs::Error),
    /// The notes.
    #[error(transparent)]
    Notes(#[from] journal_notes::Error),
    /// git could not be asked.
    #[error(transparent)]
    Git(#[from] git::Error),
    /// There is no place to gate again.
    #[error(transparent)]
    Site(#[from] site::Error),
    /// The user did not want to wait for the rest.
    #[error("interrupted before all of it was looked at")]
    Interrupted,
}

/// How the recorded gates are run again.
#[derive(Clone)]
pub struct Regate<'a> {
    /// Who is told what happens.
    pub listener: Listener<'a>,
}

/// What an audit looks at, besides the facts.
#[derive(Clone, Default)]
pub struct Options<'a> {
    /// The principals of whom one must have signed; none: anybody whom the verifier trusts.
    pub signers: Vec<String>,
    /// The repository whose settings say whom the verifier trusts; none: the one that is audited.
    pub trust: Option<&'a Repository>,
    /// Whether and how the recorded gates are run again.
    pub regate: Option<Regate<'a>>,
    /// What ends the audit early.
    pub stop: Option<Stop>,
}

/// What an audit came to.
#[derive(Clone, Debug, Serialize)]
pub struct Audit {
    /// The run; none where a journal names none.
    pub run: Option<RunId>,
    /// What it all comes to.
    pub outcome: Outcome,
    /// Every check, in order.
    pub findings: Vec<Finding>,
    /// Who signed, as far as the signature tells: a principal, or a key.
    pub signer: Option<String>,
    /// Whether the verifier has no reason to trust whoever signed.
    #[serde(skip)]
    pub is_stranger: bool,
    /// How many events hold as a chain.
    pub events: u64,
    /// The last one's `entry_hash`.
    pub head: Hash,
}

impl Audit {
    /// Tells the first event that is named by something broken.
    #[must_use]
    pub fn first_bad_event(&self) -> Option<u64> {
        let broken = self.findings.iter().filter(|finding| finding.weight == Weight::Broken);
        broken.filter_map(|finding| finding.event).min()
    }

    fn of(case: &Case<'_>, findings: Vec<Finding>, (signature, signer): (Signature, Option<String>)) -> Self {
        Self {
            run: Some(case.run.clone()),
            outcome: finding::conclude(&findings, signature),
            findings,
            signer,
            is_stranger: signature == Signature::Untrusted,
            events: case.ledger.tip.count,
            head: case.ledger.tip.hash,
        }
    }
}

/// Lists the runs that are here, by their notes or by other refs of theirs, by name.
pub fn runs(repository: &Repository) -> Result<Vec<RunId>, Error> {
    let mut runs = repository.noted_runs()?;
    for (name, _) in repository.refs_below(ref_name::RUNS)? {
        runs.extend(name.run());
    }
    runs.sort();
    runs.dedup();
    Ok(runs)
}

/// Audits everything of a run: its facts, its seal, and the signature under it.
pub fn run(repository: &Repository, run: &RunId, options: &Options<'_>) -> Result<Audit, Error> {
    let mut audit = steady((repository, run), options.stop.as_ref(), |case| {
        let mut findings = facts_of(case);
        findings.extend(seal::check(case));
        let signature = signature::check(case, options, &mut findings)?;
        Ok(Audit::of(case, findings, signature))
    })?;
    if let Some(again) = &options.regate {
        let case = Case::load(repository, run, options.stop.as_ref())?;
        audit.findings.extend(regate::check(&case, again)?);
        case.require_going()?;
        let broken = finding::conclude(&audit.findings, Signature::Absent);
        // A signature can only be outweighed.
        audit.outcome = if broken == Outcome::OkUnsigned { audit.outcome } else { broken };
    }
    Ok(audit)
}

/// Audits what a seal would put its name to: all but the seal and its signature.
pub fn facts(repository: &Repository, run: &RunId) -> Result<Audit, Error> {
    steady((repository, run), None, |case| Ok(Audit::of(case, facts_of(case), (Signature::Absent, None))))
}

/// Audits once more where the run went on meanwhile: journal and refs are read one after the other.
fn steady(
    (repository, run): (&Repository, &RunId),
    stop: Option<&Stop>,
    audit: impl Fn(&Case<'_>) -> Result<Audit, Error>,
) -> Result<Audit, Error> {
    // Several refs move with an event, one after the other: the journal may be ahead of them for a moment.
    let look = || {
        Ok::<_, Error>((repository.ref_target(&RefName::notes(run))?, repository.refs_below(&RefName::prefix(run))?))
    };
    let mut tries = 0;
    let mut before = look()?;
    loop {
        let case = Case::load(repository, run, stop)?;
        let audit = audit(&case)?;
        case.require_going()?;
        tries += 1;
        let is_sure = !matches!(audit.outcome, Outcome::Broken | Outcome::Incomplete) || tries == TRIES;
        let after = if is_sure { return Ok(audit) } else { look()? };
        if after == before {
            return Ok(audit);
        }
        before = after;
    }
}

fn facts_of(case: &Case<'_>) -> Vec<Finding> {
    let mut findings = case.findings.clone();
    findings.extend(base::check(case));
    findings.extend(refs::check(case));
    // What a broken journal says of commits is nobody's word.
    if case.is_sound() {
        findings.extend(candidates::check(case));
        findings.extend(unions::check(case));
        findings.extend(gates::check(case));
        // Of no merge nothing was computed again: that there is none is all there is to tell.
        let merged = case.ledger.facts.iter().any(|told| matches!(told.fact, Fact::MergeFinished(_)));
        findings.extend(merges::check(case).into_iter().filter(|finding| merged || finding.weight > Weight::Holds));
        findings.extend(logs::check(case));
        findings.extend(notes::check(case));
    }
    findings
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[test]
    fn a_ref_that_came_a_moment_after_its_event_is_looked_for_again() {
        let folder = tempfile::tempdir().unwrap();
        gix::init_bare(folder.path()).unwrap();
        let repository = Repository::open_own(folder.path()).unwrap();
        let blob = repository.write_blob(b"").unwrap().to_string();
        let calls = Cell::new(0);
        let audit = steady((&repository, &"r1".parse().unwrap()), None, |case| {
            calls.set(calls.get() + 1);
            repository.git().call(["update-ref", "refs/par/r1/winner", &blob]).bytes()?;
            let weight = if case.refs.is_empty() { Weight::Missing } else { Weight::Remark };
            Ok(Audit::of(case, vec![Finding::new(finding::Code::Refs, weight, "")], (Signature::Absent, None)))
        });
        assert_eq!((audit.unwrap().outcome, calls.get()), (Outcome::OkUnsigned, 2));
    }
}
