//! Audits: whether a run or a queue is what its journal says, found out from refs and objects alone, trusting nobody.
//!
//! Each file is one check; it looks for itself and says what it found as findings with a stable code.

mod base;
mod candidates;
mod case;
mod gates;
mod journal_file;
mod ledger;
mod links;
mod logs;
mod merges;
mod notes;
mod queue;
mod refs;
mod regate;
mod scene;
mod seal;
mod signature;
mod source;
mod tally;
mod unions;

use std::ops::Deref;

use serde::Serialize;

use super::{progress::Listener, site};
use crate::{
    model::{
        chain::Tip,
        fact::Fact,
        finding::{self, Finding, Outcome, Signature, Weight},
        hash::Hash,
        journal_name::JournalName,
        ref_name::{self, RefName},
    },
    process::stop::Stop,
    repo::{git, journal_notes, open::Repository, refs as repo_refs},
};
use case::Case;
pub use journal_file::{Error as FileError, journal_file};
use ledger::Ledger;
use scene::Scene;

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
    /// The run or the queue; none where a journal names none.
    pub run: Option<JournalName>,
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

    fn of<'a>(subject: &impl Subject<'a>, findings: Vec<Finding>, signature: (Signature, Option<String>)) -> Self {
        let ((signature, signer), tip) = (signature, subject.tip());
        Self {
            run: Some(subject.name.clone()),
            outcome: finding::conclude(&findings, signature),
            findings,
            signer,
            is_stranger: signature == Signature::Untrusted,
            events: tip.count,
            head: tip.hash,
        }
    }
}

/// Something that can be audited as it is seen at one moment.
trait Subject<'a>: Deref<Target = Scene<'a>> + Sized {
    fn load(repository: &'a Repository, name: &'a JournalName, stop: Option<&'a Stop>) -> Result<Self, Error>;

    /// Checks all but the seal and its signature.
    fn facts(&self) -> Vec<Finding>;

    fn seal(&self) -> Vec<Finding>;

    /// Returns where its chain ends.
    fn tip(&self) -> Tip;
}

/// Lists the runs and queues that are here, by their notes or by other refs of theirs, by name.
pub fn names(repository: &Repository) -> Result<Vec<JournalName>, Error> {
    let mut names = repository.noted()?;
    for (name, _) in repository.refs_below(ref_name::RUNS)? {
        names.extend(name.of());
    }
    names.sort();
    names.dedup();
    Ok(names)
}

/// Audits everything of a run or a queue: its facts, its seal, and the signature under it.
pub fn all(repository: &Repository, name: &JournalName, options: &Options<'_>) -> Result<Audit, Error> {
    if name.queue().is_some() {
        return whole::<queue::Case<'_>>(repository, name, options);
    }
    let mut audit = whole::<Case<'_>>(repository, name, options)?;
    if let Some(again) = &options.regate {
        let case = Case::load(repository, name, options.stop.as_ref())?;
        audit.findings.extend(regate::check(&case, again)?);
        case.require_going()?;
        let broken = finding::conclude(&audit.findings, Signature::Absent);
        // A signature can only be outweighed.
        audit.outcome = if broken == Outcome::OkUnsigned { audit.outcome } else { broken };
    }
    Ok(audit)
}

fn whole<'a, S: Subject<'a>>(
    repository: &'a Repository,
    name: &'a JournalName,
    options: &'a Options<'_>,
) -> Result<Audit, Error> {
    steady((repository, name), options.stop.as_ref(), |subject: &S| {
        let mut findings = subject.facts();
        findings.extend(subject.seal());
        let signature = signature::check(subject, options, &mut findings)?;
        Ok(Audit::of(subject, findings, signature))
    })
}

/// Audits what a seal would put its name to: all but the seal and its signature.
pub fn facts(repository: &Repository, name: &JournalName) -> Result<Audit, Error> {
    match name.queue() {
        Some(_) => facts_as::<queue::Case<'_>>(repository, name),
        None => facts_as::<Case<'_>>(repository, name),
    }
}

fn facts_as<'a, S: Subject<'a>>(repository: &'a Repository, name: &'a JournalName) -> Result<Audit, Error> {
    steady((repository, name), None, |subject: &S| Ok(Audit::of(subject, subject.facts(), (Signature::Absent, None))))
}

/// Audits once more where it went on meanwhile: journal and refs are read one after the other.
fn steady<'a, S: Subject<'a>>(
    (repository, name): (&'a Repository, &'a JournalName),
    stop: Option<&'a Stop>,
    audit: impl Fn(&S) -> Result<Audit, Error>,
) -> Result<Audit, Error> {
    // Several refs move with an event, one after the other: the journal may be ahead of them for a moment.
    let look = || {
        Ok::<_, Error>((repository.ref_target(&RefName::notes(name))?, repository.refs_below(&RefName::prefix(name))?))
    };
    let mut tries = 0;
    let mut before = look()?;
    loop {
        let subject = S::load(repository, name, stop)?;
        let audit = audit(&subject)?;
        subject.require_going()?;
        tries += 1;
        let is_sure = !matches!(audit.outcome, Outcome::Broken | Outcome::Incomplete) || tries == TRIES;
        let after = if is_sure { return Ok(audit) } else { look()? };
        if after == before {
            return Ok(audit);
        }
        before = after;
    }
}

impl<'a> Subject<'a> for Case<'a> {
    fn load(repository: &'a Repository, name: &'a JournalName, stop: Option<&'a Stop>) -> Result<Self, Error> {
        Case::load(repository, name, stop)
    }

    fn facts(&self) -> Vec<Finding> {
        let mut findings = self.findings.clone();
        findings.extend(self.base().and_then(|(base, _)| base::check(self, base)));
        findings.extend(refs::check(self));
        // What a broken journal says of commits is nobody's word.
        if self.is_sound() {
            findings.extend(candidates::check(self));
            findings.extend(unions::check(self));
            findings.extend(gates::check(self));
            // Of no merge nothing was computed again: that there is none is all there is to tell.
            let merged = self.ledger.facts.iter().any(|told| matches!(told.fact, Fact::MergeFinished(_)));
            findings.extend(merges::check(self).into_iter().filter(|finding| merged || finding.weight > Weight::Holds));
            findings.extend(logs::check(self));
            findings.extend(notes::check(self, &self.ledger.history));
        }
        findings
    }

    fn seal(&self) -> Vec<Finding> {
        seal::check(self, &self.ledger, Ledger::read)
    }

    fn tip(&self) -> Tip {
        self.ledger.tip
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;
    use crate::model::run_id::RunId;

    #[test]
    fn a_ref_that_came_a_moment_after_its_event_is_looked_for_again() {
        let folder = tempfile::tempdir().unwrap();
        gix::init_bare(folder.path()).unwrap();
        let repository = Repository::open_own(folder.path()).unwrap();
        let blob = repository.write_blob(b"").unwrap().to_string();
        let calls = Cell::new(0);
        let audit = steady((&repository, &"r1".parse::<RunId>().unwrap()), None, |case: &Case<'_>| {
            calls.set(calls.get() + 1);
            repository.git().call(["update-ref", "refs/par/r1/winner", &blob]).bytes()?;
            let weight = if case.refs.is_empty() { Weight::Missing } else { Weight::Remark };
            Ok(Audit::of(case, vec![Finding::new(finding::Code::Refs, weight, "")], (Signature::Absent, None)))
        });
        assert_eq!((audit.unwrap().outcome, calls.get()), (Outcome::OkUnsigned, 2));
    }
}
