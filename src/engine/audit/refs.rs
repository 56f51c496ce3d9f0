//! Refs: each is where the journal says, and none is there of which the journal knows nothing.

use super::{case::Case, scene::Scene, tally::Tally};
use crate::model::{
    chronicle::Chronicle as _,
    finding::{Code, Finding, Weight},
    oid::Oid,
    ref_name::RefName,
    worker::Worker,
};

pub(super) fn check(case: &Case<'_>) -> Vec<Finding> {
    let Some((base, _)) = case.base() else { return Vec::new() };
    let mut tally = Tally::new(Code::Refs);
    if !case.is_sound() {
        // Of a broken journal only its first event is known to be meant.
        tally.extend(judge(case, &RefName::base(case.name), base));
        return tally.done("the base is where the journal's first event says");
    }
    let expected = case.ledger.history.told(case.name);
    for (name, target) in &expected {
        tally.extend(judge(case, name, *target));
    }
    for (name, target) in case.each(&case.refs) {
        if !expected.contains_key(name) {
            tally.extend(judge_other(case, name, *target));
        }
    }
    tally.done("each ref is where the journal says")
}

pub(super) fn judge(scene: &Scene<'_>, name: &RefName, target: Oid) -> Option<Finding> {
    match scene.ref_target(name) {
        Some(found) if found == target => None,
        Some(found) => {
            let message = format!("ref {name} is at {found}, the journal says {target}");
            Some(Finding::broken(Code::Refs, message).on(found))
        }
        None if name.is_spare() => Some(Finding::remark(Code::Refs, format!("ref {name} was pruned")).on(target)),
        None if scene.is_sealed_in(target) => {
            Some(Finding::remark(Code::Refs, format!("ref {name} is not here; the seal keeps its commit")).on(target))
        }
        None => {
            let message = format!("ref {name}, which should be at {target}, is not here");
            Some(Finding::new(Code::Refs, Weight::Missing, message).on(target))
        }
    }
}

/// Judges a ref that the journal does not call for.
fn judge_other(case: &Case<'_>, name: &RefName, target: Oid) -> Option<Finding> {
    let short = name.as_str().strip_prefix(&RefName::prefix(case.name)).unwrap_or_default();
    let is_known = match short.split_once('/') {
        None if matches!(short, "logs" | "seal") => return None,
        None if matches!(short, "winner" | "merge") || worker(short).is_some() => false,
        // Refs move before the event that tells of it, so that a process may have died in between.
        Some(("attempt", rest)) => is_attempt(case, rest, target),
        Some(("discarded", rest)) => is_candidate_of(case, rest, target),
        Some(("union", _)) => false,
        Some(("leftover", _)) => {
            let message = format!("ref {name} keeps what was in a worktree beside its candidate");
            return Some(Finding::remark(Code::Refs, message).on(target));
        }
        _ => return Some(Finding::remark(Code::Refs, format!("ref {name} is none that a run has")).on(target)),
    };
    let message = || format!("ref {name} is at {target}, of which the journal knows nothing");
    (!is_known).then(|| Finding::broken(Code::Refs, message()).on(target))
}

fn worker(text: &str) -> Option<Worker> {
    text.starts_with('w').then(|| text.parse().ok()).flatten()
}

fn is_attempt(case: &Case<'_>, name: &str, target: Oid) -> bool {
    let Some((lane, attempt)) = name.split_once('.') else { return false };
    let (Some(lane), Ok(attempt)) = (worker(lane), attempt.parse::<u32>()) else { return false };
    case.finished()
        .any(|(_, fact)| (fact.args.worker, fact.args.attempt, fact.result.candidate) == (lane, attempt, target))
}

fn is_candidate_of(case: &Case<'_>, name: &str, target: Oid) -> bool {
    case.finished().any(|(_, fact)| Some(fact.args.worker) == worker(name) && fact.result.candidate == target)
}
