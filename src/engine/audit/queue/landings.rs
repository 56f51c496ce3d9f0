//! Landings: each commit is what landing its entry makes, is in the queue's style, and is found in the target's history.

use std::collections::HashMap;

use super::Case;
use crate::{
    engine::audit::{
        merges::{Target, different, judge_target, merge_trees},
        tally::{Tally, count, uncomputable, unreadable},
    },
    model::{
        fact::{EntryMerged, QueueFact, entry_held::Reason},
        finding::{Code, Finding},
        oid::Oid,
        queue::{entry::EntryId, style::Style},
    },
    repo::{commits::Commit, merge::Merged},
};

const CODE: Code = Code::Merge;

/// One entry on one commit of the target.
#[derive(Clone, Copy)]
struct Landing {
    entry: EntryId,
    /// The entry's commit at that moment.
    theirs: Oid,
    /// The target's commit.
    onto: Oid,
    style: Style,
    /// Whether the entry's commit is a merge that resolves a conflict with the target.
    is_resolved: bool,
}

/// How entries land, and what each brings, at one moment of the history.
#[derive(Default)]
struct Moment {
    style: Style,
    /// What each entry brings, and whether that is the resolution of a conflict.
    commits: HashMap<EntryId, (Oid, bool)>,
}

pub(super) fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut tally = Tally::new(CODE);
    let (mut moment, mut landed) = (Moment::default(), 0);
    let target = case.ledger.history.started().map(|started| Target::find(case, &started.args.target));
    for told in case.each(&case.ledger.facts) {
        let findings = match &told.fact {
            QueueFact::EntryMerged(fact) => {
                landed += 1;
                moment
                    .landing(fact.args.entry, fact.args.onto)
                    .map(|landing| judge(case, landing, (fact, target.as_ref())))
                    .unwrap_or_default()
            }
            QueueFact::EntryHeld(fact) if fact.result.reason == Reason::Conflict => {
                let landing = moment.landing(fact.args.entry, fact.result.onto);
                landing.and_then(|landing| judge_conflict(case, landing, &fact.result.paths)).into_iter().collect()
            }
            _ => Vec::new(),
        };
        moment.take(&told.fact);
        tally.extend(findings.into_iter().map(|finding| finding.at(told.seq)));
    }
    let open = case.ledger.history.batch().and_then(|batch| batch.landing);
    if let Some(landing) = open {
        tally.remark(format!("entry {} began to land, and nothing has closed that yet", landing.entry));
    }
    tally.done(format!("{}, computed again", count(landed, "landing")))
}

impl Moment {
    fn take(&mut self, fact: &QueueFact) {
        match fact {
            QueueFact::QueueStarted(fact) => self.style = fact.args.terms.style,
            QueueFact::QueueConfigured(fact) => self.style = fact.args.style,
            QueueFact::EntryAdded(fact) => self.bring(fact.args.entry, (fact.args.commit, false)),
            QueueFact::EntryRetried(fact) => {
                self.bring(fact.args.entry, (fact.args.commit, fact.args.resolution.is_some()));
            }
            _ => {}
        }
    }

    fn bring(&mut self, entry: EntryId, what: (Oid, bool)) {
        self.commits.insert(entry, what);
    }

    fn landing(&self, entry: EntryId, onto: Oid) -> Option<Landing> {
        let (theirs, is_resolved) = *self.commits.get(&entry)?;
        Some(Landing { entry, theirs, onto, style: self.style, is_resolved })
    }
}

fn judge(case: &Case<'_>, landing: Landing, (fact, target): (&EntryMerged, Option<&Target<'_>>)) -> Vec<Finding> {
    let id = fact.result.commit;
    let commit = match case.repository.commit(id) {
        Ok(commit) => commit,
        Err(error) => return vec![unreadable(CODE, &error, "landed commit")],
    };
    let mut findings = Vec::new();
    if commit.tree != fact.result.tree {
        let message = format!("landed commit {id} has the tree {}, which is not the recorded one", commit.tree);
        findings.push(Finding::broken(CODE, message).on(id));
    }
    findings.extend(judge_style(case, landing, (id, &commit)));
    findings.extend(judge_tree(case, landing, (id, &commit)));
    findings.extend(target.and_then(|target| judge_target(case, target, ("landed commit", id))));
    findings
}

/// Holds a landed commit to what the queue's style leaves in the history.
fn judge_style(case: &Case<'_>, landing: Landing, (id, commit): (Oid, &Commit)) -> Option<Finding> {
    let Landing { entry, theirs, onto, style, is_resolved } = landing;
    if id == onto {
        return if style == Style::Merge { judge_nothing(case, landing) } else { None };
    }
    let fits = match style {
        // A resolution of a conflict with this very commit is the merge already; whether it is one is judged where those are.
        Style::Merge if is_resolved && id == theirs => commit.parents.first() == Some(&onto),
        Style::Merge => commit.parents == [onto, theirs],
        Style::Squash => commit.parents == [onto],
        Style::Rebase => is_line(case, id, onto),
    };
    let message = || format!("landed commit {id} is not entry {entry} on {onto} in the style '{style}'");
    (!fits).then(|| {
        if style == Style::Rebase { different(case, message()) } else { Finding::broken(CODE, message()) }.on(id)
    })
}

/// Judges an entry whose landing left the target as it was; by a merge it does only where all of it is there already.
fn judge_nothing(case: &Case<'_>, landing: Landing) -> Option<Finding> {
    let Landing { entry, theirs, onto, .. } = landing;
    match case.repository.is_ancestor(theirs, onto) {
        Ok(true) => None,
        Ok(false) => {
            Some(different(case, format!("entry {entry} landed as {onto}, which does not contain it")).on(onto))
        }
        Err(error) => Some(uncomputable(case.repository, CODE, &error)),
    }
}

/// Tells whether commits of one parent each lead down from a commit to another.
fn is_line(case: &Case<'_>, tip: Oid, onto: Oid) -> bool {
    let line = case
        .each(case.repository.first_parents(tip))
        .take_while(|step| step.as_ref().is_ok_and(|(id, commit)| *id != onto && commit.parents.len() == 1));
    let last = line.last().and_then(Result::ok);
    last.is_some_and(|(_, commit)| commit.parents == [onto])
}

/// Lands an entry again and compares the trees.
fn judge_tree(case: &Case<'_>, landing: Landing, (id, commit): (Oid, &Commit)) -> Option<Finding> {
    let Landing { entry, theirs, onto, .. } = landing;
    match merge_trees(case, onto, theirs) {
        Ok(Merged::Clean(tree)) if tree == commit.tree => None,
        Ok(Merged::Clean(tree)) => {
            let message = format!("entry {entry} on {onto} makes the tree {tree}, not that of landed commit {id}");
            Some(different(case, message).on(id))
        }
        Ok(Merged::Conflict(paths)) => {
            let message = format!("entry {entry} on {onto} makes no tree, but a conflict in {}", paths.join(", "));
            Some(different(case, message).on(id))
        }
        Err(finding) => Some(finding),
    }
}

/// Merges an entry again that is said to conflict with the target; how the single commits of a rebase do is not gone into.
fn judge_conflict(case: &Case<'_>, landing: Landing, paths: &[String]) -> Option<Finding> {
    let Landing { entry, theirs, onto, style, .. } = landing;
    if !case.repository.has(onto) {
        // Nothing came of it, so nothing has kept that commit.
        let message = format!("the conflict with {onto} was not computed again: that commit is not here");
        return Some(Finding::remark(CODE, message).on(onto));
    }
    if paths.is_empty() && case.repository.is_related(onto, theirs).is_ok_and(|is_related| !is_related) {
        return None;
    }
    match merge_trees(case, onto, theirs) {
        Ok(Merged::Conflict(found)) if found == paths => None,
        Ok(Merged::Conflict(found)) => {
            let message = format!("entry {entry} conflicts in {}, which the journal does not say", found.join(", "));
            Some(different(case, message))
        }
        Ok(Merged::Clean(_)) if style == Style::Rebase => None,
        Ok(Merged::Clean(tree)) => {
            let message = format!("entry {entry} makes the tree {tree}, the journal says that it conflicts");
            Some(different(case, message))
        }
        Err(finding) => Some(finding),
    }
}
