//! Resolutions: each was one of a conflict that there is, touches no file but those in conflict, and leaves no conflict mark.

use std::collections::HashMap;

use super::Case;
use crate::{
    engine::{
        audit::{
            merges::{different, require_mergeable},
            tally::{Tally, count, uncomputable, unreadable},
        },
        resolution::Conflict,
    },
    model::{
        fact::{QueueFact, entry_retried},
        finding::{Code, Finding},
        oid::Oid,
        queue::entry::EntryId,
        resolution::Resolution,
    },
};

const CODE: Code = Code::Resolution;

pub(super) fn check(case: &Case<'_>) -> Vec<Finding> {
    let mut tally = Tally::new(CODE);
    let (mut brought, mut resolved) = (HashMap::<EntryId, Vec<Oid>>::new(), 0);
    for told in case.each(&case.ledger.facts) {
        match &told.fact {
            QueueFact::EntryAdded(fact) => brought.entry(fact.args.entry).or_default().push(fact.args.commit),
            QueueFact::EntryRetried(fact) => {
                let commits = brought.entry(fact.args.entry).or_default();
                if let Some(resolution) = &fact.args.resolution {
                    resolved += 1;
                    let found = judge(case, &fact.args, (resolution, commits));
                    tally.extend(found.map(|finding| finding.at(told.seq).on(fact.args.commit)));
                }
                commits.push(fact.args.commit);
            }
            _ => {}
        }
    }
    // Where there was none, there is nothing to tell.
    if resolved == 0 { Vec::new() } else { tally.done(format!("{}, judged again", count(resolved, "resolution"))) }
}

fn judge(case: &Case<'_>, args: &entry_retried::Args, (resolution, brought): (&Resolution, &[Oid])) -> Option<Finding> {
    let Resolution { onto, theirs, .. } = resolution;
    let commit = match case.repository.commit(args.commit) {
        Ok(commit) => commit,
        Err(error) => return Some(unreadable(CODE, &error, "resolution")),
    };
    // Whoever resolves by hand may have merged either way round.
    let merges = commit.parents == [*onto, *theirs] || commit.parents == [*theirs, *onto];
    if !merges || !brought.contains(theirs) {
        let message = format!("commit {} is no merge of {onto} with what entry {} brought", args.commit, args.entry);
        return Some(Finding::broken(CODE, message));
    }
    judge_tree(case, args, (resolution, commit.tree))
}

fn judge_tree(case: &Case<'_>, args: &entry_retried::Args, (resolution, tree): (&Resolution, Oid)) -> Option<Finding> {
    let Resolution { onto, theirs, .. } = resolution;
    let walkable = require_mergeable(case, *onto, *theirs).err();
    let walkable =
        walkable.or_else(|| Some(uncomputable(case.repository, CODE, &case.require_walkable([tree]).err()?)));
    if let Some(finding) = walkable {
        return Some(finding.coded(CODE));
    }
    let conflict = match Conflict::find(case.repository, *onto, *theirs) {
        Ok(Some(conflict)) => conflict,
        Ok(None) => {
            let message = format!("entry {} does not conflict with {onto}: there was nothing to resolve", args.entry);
            return Some(different(case, message).coded(CODE));
        }
        Err(error) => return Some(uncomputable(case.repository, CODE, &error)),
    };
    match conflict.judge(case.repository, tree) {
        Ok(Ok(())) => None,
        Ok(Err(rejected)) => {
            Some(different(case, format!("the resolution of entry {}: {rejected}", args.entry)).coded(CODE))
        }
        Err(error) => Some(uncomputable(case.repository, CODE, &error)),
    }
}
