//! Merges: each commit is what merging its two sides makes, names its intent, and is found in its target's history.

use super::{
    case::Case,
    ledger::Told,
    scene::Scene,
    tally::{Tally, count, uncomputable, unreadable},
};
use crate::{
    model::{
        candidate,
        fact::{Fact, MergeFinished},
        finding::{Code, Finding, Weight},
        merge_mode::MergeMode,
        oid::Oid,
        ref_name::RefName,
    },
    repo::{commits::Commit, merge::Merged},
};

const CODE: Code = Code::Merge;

pub(super) fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut tally = Tally::new(CODE);
    let mut merges = 0;
    for told in case.each(&case.ledger.facts) {
        let Fact::MergeFinished(fact) = &told.fact else { continue };
        merges += 1;
        let findings = match fact.result.commit {
            Some(commit) => judge_merge(case, told, (fact, commit)),
            None => judge_conflict(case, fact),
        };
        tally.extend(findings.into_iter().map(|finding| finding.at(told.seq)));
    }
    if let Some(placed) = &case.ledger.history.merging {
        tally.remark(format!("event {} began a merge that nothing has closed yet", placed.seq));
    }
    if merges == 0 {
        tally.remark("nothing was merged");
    }
    tally.done(format!("{}, computed again", count(merges, "merge")))
}

fn judge_merge(case: &Case<'_>, told: &Told, (fact, id): (&MergeFinished, Oid)) -> Vec<Finding> {
    let commit = match case.repository.commit(id) {
        Ok(commit) => commit,
        Err(error) => return vec![unreadable(CODE, &error, "merge commit")],
    };
    let mut findings = Vec::new();
    if Some(commit.tree) != fact.result.tree {
        let message = format!("merge commit {id} has the tree {}, which is not the recorded one", commit.tree);
        findings.push(Finding::broken(CODE, message).on(id));
    }
    findings.extend(judge_sides(case, fact, (id, &commit)));
    if fact.args.mode != MergeMode::Ff {
        findings.extend(judge_trailers(case, told, (fact, id)));
    }
    findings.extend(judge_target(case, &Target::find(case, &fact.args.target), ("merge commit", id)));
    findings
}

fn judge_sides(case: &Case<'_>, fact: &MergeFinished, (id, commit): (Oid, &Commit)) -> Option<Finding> {
    let (ours, theirs) = (fact.args.ours, fact.args.candidate);
    let parents: &[Oid] = match fact.args.mode {
        MergeMode::Ff => return judge_fast_forward(case, fact, id),
        MergeMode::NoFf => &[ours, theirs],
        MergeMode::Squash => &[ours],
    };
    if commit.parents != parents {
        let message = format!("merge commit {id} does not have the parents of a {} merge", fact.args.mode);
        return Some(Finding::broken(CODE, message).on(id));
    }
    match merge_trees(case, ours, theirs) {
        Ok(Merged::Clean(tree)) if tree == commit.tree => None,
        Ok(Merged::Clean(tree)) => {
            let message = format!("merging {ours} and {theirs} makes the tree {tree}, not that of merge commit {id}");
            Some(different(case, message).on(id))
        }
        Ok(Merged::Conflict(paths)) => {
            let message = format!("merging {ours} and {theirs} makes no tree, but a conflict in {}", paths.join(", "));
            Some(different(case, message).on(id))
        }
        Err(finding) => Some(finding),
    }
}

/// Merges two commits again, unless their trees are such as nobody works with.
pub(super) fn merge_trees(scene: &Scene<'_>, ours: Oid, theirs: Oid) -> Result<Merged, Finding> {
    require_mergeable(scene, ours, theirs)?;
    scene.repository.merge_trees(ours, theirs).map_err(|error| uncomputable(scene.repository, CODE, &error))
}

/// Fails where git is not to be asked to merge two commits.
pub(super) fn require_mergeable(scene: &Scene<'_>, ours: Oid, theirs: Oid) -> Result<(), Finding> {
    let fork = scene.repository.local().merge_base(ours.0, theirs.0).ok().flatten().map(Oid::from);
    let sides = [Some(ours), Some(theirs), fork].into_iter().flatten();
    let trees = sides.filter_map(|side| scene.repository.commit(side).ok()).map(|commit| commit.tree);
    scene.require_walkable(trees).map_err(|error| uncomputable(scene.repository, CODE, &error))
}

fn judge_fast_forward(case: &Case<'_>, fact: &MergeFinished, id: Oid) -> Option<Finding> {
    let (ours, theirs) = (fact.args.ours, fact.args.candidate);
    if id != theirs {
        return Some(Finding::broken(CODE, format!("commit {id} is not the candidate {theirs}")).on(id));
    }
    match case.repository.is_ancestor(ours, theirs) {
        Ok(true) => None,
        Ok(false) => {
            let message = format!("candidate {theirs} does not descend from {ours}, which it fast-forwarded");
            Some(different(case, message).on(id))
        }
        Err(error) => Some(uncomputable(case.repository, CODE, &error)),
    }
}

/// Tells an answer of history that is not the recorded one: where history is cut, it proves nothing.
pub(super) fn different(scene: &Scene<'_>, message: String) -> Finding {
    let is_cut = scene.repository.local().is_shallow().unwrap_or(true);
    Finding::new(CODE, if is_cut { Weight::Missing } else { Weight::Broken }, message)
}

fn judge_conflict(case: &Case<'_>, fact: &MergeFinished) -> Vec<Finding> {
    if fact.result.conflicts.is_empty() {
        return Vec::new();
    }
    let ours = fact.args.ours;
    if !case.repository.has(ours) {
        // Nothing came of it, so nothing has kept that commit.
        let message = format!("the conflict with {ours} was not computed again: that commit is not here");
        return vec![Finding::remark(CODE, message).on(ours)];
    }
    let finding = match merge_trees(case, ours, fact.args.candidate) {
        Ok(Merged::Conflict(paths)) if paths == fact.result.conflicts => None,
        Ok(Merged::Conflict(paths)) => {
            let message = format!("the merge conflicts in {}, which the journal does not say", paths.join(", "));
            Some(different(case, message))
        }
        Ok(Merged::Clean(tree)) => {
            let message = format!("the merge makes the tree {tree}, the journal says that it conflicts");
            Some(different(case, message))
        }
        Err(finding) => Some(finding),
    };
    finding.into_iter().collect()
}

/// Holds the commit's trailers against the run; one that is not there was cleaned away by somebody.
fn judge_trailers(case: &Case<'_>, told: &Told, (fact, id): (&MergeFinished, Oid)) -> Option<Finding> {
    let message = case.repository.commit_message(id).ok()?;
    let value = |name: &str| candidate::trailer(&message, name);
    let broken = |name, value: &str| {
        let message = format!("merge commit {id} says {name} {value}, which is not that of this merge");
        Some(Finding::broken(CODE, message).on(id))
    };
    let worker = fact.args.worker.map_or(String::new(), |worker| worker.to_string());
    for (name, expected) in [("Par-Run", case.name.as_str().to_owned()), ("Par-Worker", worker)] {
        match value(name) {
            Some(found) if found != expected => return broken(name, found),
            _ => {}
        }
    }
    // Another event may have come between the intent and the commit, and is what the commit then names.
    let span = told.intent.unwrap_or(0)..told.seq;
    let hashes = case.ledger.facts.iter().filter(|told| span.contains(&told.seq)).map(|told| told.hash.to_string());
    match value("Par-Journal") {
        Some(found) if !hashes.into_iter().any(|hash| hash == found) => broken("Par-Journal", found),
        Some(_) => None,
        None => Some(Finding::remark(CODE, format!("merge commit {id} does not name its journal")).on(id)),
    }
}

/// Where a target is.
pub(super) struct Target<'a> {
    name: &'a str,
    tips: Vec<(RefName, Oid)>,
}

impl<'a> Target<'a> {
    /// Looks where it is, as a branch here and as the remotes' branches.
    pub(super) fn find(scene: &Scene<'_>, name: &'a str) -> Self {
        Self { name, tips: tips(scene, name) }
    }
}

/// Looks for the commit in its target, here or as a remote had it.
pub(super) fn judge_target(
    scene: &Scene<'_>,
    Target { name: target, tips }: &Target<'_>,
    (what, id): (&str, Oid),
) -> Option<Finding> {
    let merged = tips.iter().find(|(_, tip)| scene.repository.is_ancestor(id, *tip).unwrap_or(false));
    match (merged, tips.first()) {
        (Some(_), _) => None,
        (None, Some((name, _))) => {
            let message = format!("{what} {id} is not in the history of {name}: it was rewritten, or never merged");
            Some(Finding::remark(CODE, message).on(id))
        }
        (None, None) => {
            let message = format!("target {target} is not here: that it has {what} {id} was not checked");
            Some(Finding::remark(CODE, message).on(id))
        }
    }
}

fn tips(scene: &Scene<'_>, target: &str) -> Vec<(RefName, Oid)> {
    let Some(branch) = target.strip_prefix("refs/heads/") else { return Vec::new() };
    let own = RefName::full(target);
    let here = scene.repository.ref_target(&own).ok().flatten().map(|tip| (own, tip));
    let remotes = scene.repository.refs_below("refs/remotes/").unwrap_or_default();
    let is_it = |name: &RefName| {
        let short = name.as_str().strip_prefix("refs/remotes/").and_then(|name| name.strip_suffix(branch));
        short.is_some_and(|remote| remote.ends_with('/'))
    };
    here.into_iter().chain(remotes.into_iter().filter(|(name, _)| is_it(name))).collect()
}
