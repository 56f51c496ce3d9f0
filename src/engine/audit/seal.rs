//! Seals: the tag is of this run or queue, its journal is the one here so far, and its certificate follows from that journal.

use std::borrow::Cow;

use gix::bstr::ByteSlice as _;

use super::{ledger::Ledger, scene::Scene, tally::Tally};
use crate::{
    model::{
        certificate,
        chronicle::{Certified, Chronicle},
        finding::{Code, Finding},
    },
    process::stop::Stop,
    repo::seal::{CERTIFICATE, JOURNAL, Sealed},
};

/// How a journal of this kind is read.
type Reader<H, F> = fn(&[u8], Option<&Stop>) -> Ledger<H, F>;

/// Judges the seal of what this is the ledger of.
pub(super) fn check<H: Chronicle, F: Clone>(
    scene: &Scene<'_>,
    known: &Ledger<H, F>,
    read: Reader<H, F>,
) -> Vec<Finding> {
    let Some(sealed) = &scene.source.sealed else {
        // One that is there and cannot be read was told already.
        let absent = || Finding::remark(Code::Seal, format!("the {} is not sealed", scene.kind()));
        return scene.source.tag.is_none().then(absent).into_iter().collect();
    };
    let mut tally = Tally::new(Code::Seal);
    judge_names(scene, sealed, &mut tally);
    judge_journal(scene, sealed, &mut tally);
    // It is read, unless it is the one that was read already.
    let is_known = scene.source.journal.as_ref() == Some(&sealed.journal);
    let ledger = if is_known { Cow::Borrowed(known) } else { Cow::Owned(read(&sealed.journal, scene.stop)) };
    if !ledger.is_sound {
        tally.add(Finding::broken(Code::Seal, "the sealed journal is not a sound one").on(sealed.commit));
        return tally.done(String::new());
    }
    if let Some(other) = ledger.history.of().filter(|other| other != scene.name) {
        let message = format!("the sealed journal is that of {other}");
        tally.add(Finding::broken(Code::Seal, message).on(sealed.commit));
    }
    let mut findings = judge_certificate(&ledger, sealed, &mut tally);
    findings.extend(tally.done(format!("the seal holds {} events of this {}", ledger.tip.count, scene.kind())));
    findings
}

fn judge_names(scene: &Scene<'_>, sealed: &Sealed, tally: &mut Tally) {
    let name = certificate::tag_name(scene.name);
    if sealed.name != name {
        let message = format!("the tag is named '{}', not '{name}': it is another's", sealed.name);
        tally.add(Finding::broken(Code::Seal, message).on(sealed.commit));
    }
    if sealed.files != [CERTIFICATE, JOURNAL] {
        let message = format!("the seal holds {} instead of {CERTIFICATE} and {JOURNAL}", sealed.files.join(", "));
        tally.add(Finding::broken(Code::Seal, message).on(sealed.commit));
    }
}

fn judge_journal(scene: &Scene<'_>, sealed: &Sealed, tally: &mut Tally) {
    let Some(journal) = scene.source.journal.as_deref().filter(|_| !scene.source.is_from_seal) else { return };
    let common = journal.iter().zip(&sealed.journal).take_while(|(one, other)| one == other).count();
    let same = &journal[..common];
    let line = (same.lines().count() as u64 + u64::from(same.ends_with(b"\n"))).max(1);
    if common == sealed.journal.len() {
        if let Some(later) = later_events(scene) {
            tally.remark(format!("{later} events came after the seal and are not under it"));
        }
        return;
    }
    let what = if common == journal.len() { "is shorter than" } else { "is not" };
    let message = format!("the journal in the notes {what} the sealed one, from event {line} on");
    tally.add(Finding::broken(Code::Seal, message).at(line).on(sealed.commit));
}

/// Counts the events that follow on the sealed ones; none where the seal holds all.
pub(super) fn later_events(scene: &Scene<'_>) -> Option<usize> {
    let (journal, sealed) = (scene.source.journal.as_ref()?, scene.source.sealed.as_ref()?);
    let later = journal.strip_prefix(&sealed.journal[..])?.lines().count();
    (later > 0).then_some(later)
}

fn judge_certificate<H: Chronicle, F>(ledger: &Ledger<H, F>, sealed: &Sealed, tally: &mut Tally) -> Vec<Finding> {
    let journal = certificate::Tip { events: ledger.tip.count, head: ledger.tip.hash.to_string() };
    let derived = ledger.history.certify(journal);
    let is_same = |derived: &&Certified| sealed.certificate == derived.bytes.as_bytes();
    let found = derived.iter().find(is_same);
    let Some(certified) = found.or(derived.first()) else { return Vec::new() };
    if sealed.parents != certified.parents {
        let message = "the seal does not keep as its parents what its certificate names";
        tally.add(Finding::broken(Code::Seal, message).on(sealed.commit));
    }
    if sealed.message != certified.message {
        let message = "the tag's message does not name this certificate and this journal";
        tally.add(Finding::broken(Code::Seal, message).on(sealed.commit));
    }
    let holds = || Finding::holds(Code::Certificate, "the certificate follows from the sealed journal byte for byte");
    let broken = || Finding::broken(Code::Certificate, "the certificate is not what the sealed journal makes of it");
    vec![if found.is_some() { holds() } else { broken().on(sealed.commit) }]
}
