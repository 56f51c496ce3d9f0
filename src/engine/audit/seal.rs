//! Seals: the tag is of this run, its journal is the run's so far, and its certificate follows from that journal.

use std::borrow::Cow;

use gix::bstr::ByteSlice as _;

use super::{case::Case, ledger::Ledger, tally::Tally};
use crate::{
    model::{
        certificate::{self, Certificate},
        finding::{Code, Finding},
    },
    repo::seal::{CERTIFICATE, JOURNAL, Sealed},
};

pub(super) fn check(case: &Case<'_>) -> Vec<Finding> {
    let Some(sealed) = &case.source.sealed else {
        // One that is there and cannot be read was told already.
        let absent = case.source.tag.is_none().then(|| Finding::remark(Code::Seal, "the run is not sealed"));
        return absent.into_iter().collect();
    };
    let mut tally = Tally::new(Code::Seal);
    judge_names(case, sealed, &mut tally);
    judge_journal(case, sealed, &mut tally);
    let ledger = ledger(case, sealed);
    if !ledger.is_sound {
        tally.add(Finding::broken(Code::Seal, "the sealed journal is not a sound one").on(sealed.commit));
        return tally.done(String::new());
    }
    if let Some(other) = ledger.run().filter(|other| *other != case.run) {
        let message = format!("the sealed journal is that of run '{other}'");
        tally.add(Finding::broken(Code::Seal, message).on(sealed.commit));
    }
    let mut findings = judge_certificate(&ledger, sealed, &mut tally);
    findings.extend(tally.done(format!("the seal holds {} events of this run", ledger.tip.count)));
    findings
}

fn judge_names(case: &Case<'_>, sealed: &Sealed, tally: &mut Tally) {
    let name = Certificate::tag_name(case.run);
    if sealed.name != name {
        let message = format!("the tag is named '{}', not '{name}': it is another run's", sealed.name);
        tally.add(Finding::broken(Code::Seal, message).on(sealed.commit));
    }
    if sealed.files != [CERTIFICATE, JOURNAL] {
        let message = format!("the seal holds {} instead of {CERTIFICATE} and {JOURNAL}", sealed.files.join(", "));
        tally.add(Finding::broken(Code::Seal, message).on(sealed.commit));
    }
}

fn judge_journal(case: &Case<'_>, sealed: &Sealed, tally: &mut Tally) {
    let Some(journal) = case.source.journal.as_deref().filter(|_| !case.source.is_from_seal) else { return };
    let common = journal.iter().zip(&sealed.journal).take_while(|(one, other)| one == other).count();
    let same = &journal[..common];
    let line = (same.lines().count() as u64 + u64::from(same.ends_with(b"\n"))).max(1);
    if common == sealed.journal.len() {
        if let Some(later) = later_events(case) {
            tally.remark(format!("{later} events came after the seal and are not under it"));
        }
        return;
    }
    let what = if common == journal.len() { "is shorter than" } else { "is not" };
    let message = format!("the journal in the notes {what} the sealed one, from event {line} on");
    tally.add(Finding::broken(Code::Seal, message).at(line).on(sealed.commit));
}

/// Counts the events that follow on the sealed ones; none where the seal holds all.
pub(super) fn later_events(case: &Case<'_>) -> Option<usize> {
    let (journal, sealed) = (case.source.journal.as_ref()?, case.source.sealed.as_ref()?);
    let later = journal.strip_prefix(&sealed.journal[..])?.lines().count();
    (later > 0).then_some(later)
}

/// Reads the sealed journal, unless it is the one that was read already.
fn ledger<'c>(case: &'c Case<'_>, sealed: &Sealed) -> Cow<'c, Ledger> {
    if case.source.journal.as_ref() == Some(&sealed.journal) {
        Cow::Borrowed(&case.ledger)
    } else {
        Cow::Owned(Ledger::read(&sealed.journal, case.stop))
    }
}

fn judge_certificate(ledger: &Ledger, sealed: &Sealed, tally: &mut Tally) -> Vec<Finding> {
    let journal = certificate::Tip { events: ledger.tip.count, head: ledger.tip.hash.to_string() };
    let Some(derived) = Certificate::derive(&ledger.history, journal) else { return Vec::new() };
    let is_same = |derived: &Certificate| sealed.certificate == derived.bytes().as_bytes();
    let derived = Some(derived.clone().as_first_written()).filter(is_same).unwrap_or(derived);
    if sealed.parents != derived.parents() {
        let message = "the seal does not keep base, candidates, unions and merges as its parents";
        tally.add(Finding::broken(Code::Seal, message).on(sealed.commit));
    }
    if sealed.message != derived.message() {
        let message = "the tag's message does not name this certificate and this journal";
        tally.add(Finding::broken(Code::Seal, message).on(sealed.commit));
    }
    let holds = || Finding::holds(Code::Certificate, "the certificate follows from the sealed journal byte for byte");
    let broken = || Finding::broken(Code::Certificate, "the certificate is not what the sealed journal makes of it");
    vec![if is_same(&derived) { holds() } else { broken().on(sealed.commit) }]
}
