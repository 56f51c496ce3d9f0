//! Landings: what the commit of an entry says, and how the target moves to it.

use crate::{
    engine::{progress::Progress, queue::desk::Desk},
    failpoint,
    model::{
        candidate,
        fact::{entry_added::Source, landing_started::Args as Landing},
        queue::{entry::Entry, style::Style},
    },
    repo::{
        objects,
        target::{self, Step},
    },
};

/// Writes the message of the commit by which an entry lands, with trailers that lead to what it came from.
pub(super) fn message(desk: &Desk<'_>, entry: &Entry, style: Style) -> Result<String, objects::Error> {
    let run = entry.source.run().map(|run| ("Par-Run", run.to_string()));
    let queue = [("Par-Queue", desk.journal.run.to_string()), ("Par-Entry", entry.id.to_string())];
    let resolver = entry.resolution.as_ref().and_then(|resolution| resolution.run.as_ref());
    let resolver = resolver.map(|run| ("Par-Resolution", run.to_string()));
    let trailers: Vec<(&str, String)> = run.into_iter().chain(queue).chain(resolver).collect();
    Ok(match (style, &entry.source) {
        (Style::Merge, Source::Branch(branch)) => {
            let branch = branch.strip_prefix("refs/heads/").unwrap_or(branch);
            candidate::with_trailers(&format!("Merge branch '{branch}'\n\n{}", entry.title), &trailers)
        }
        // One commit takes the place of all: what its last one says is not lost.
        (Style::Squash, Source::Branch(_) | Source::Commit(_)) if entry.resolution.is_none() => {
            candidate::with_trailers(&desk.repository.commit_message(entry.commit)?, &trailers)
        }
        _ => candidate::message(&entry.title, &trailers),
    })
}

/// Writes the message of the merge by which an entry's conflict was resolved.
pub fn resolved(desk: &Desk<'_>, entry: &Entry) -> Result<String, objects::Error> {
    message(desk, entry, Style::Merge)
}

/// Moves the target, and the worktree that has it checked out with it, as far as git considers that safe.
pub(super) fn advance(desk: &Desk<'_>, landing: &Landing, leave_files: bool) -> Result<(), target::Error> {
    let _held = desk.repository.hold_branches()?;
    let (target, message) = (desk.target(), format!("par queue: entry {}", landing.entry));
    let step = Step { branch: &target, from: landing.onto, to: landing.commit, message: &message };
    failpoint::pass("landing begun");
    let moved = match desk.repository.advance(&step) {
        Err(error) if leave_files && error.is_about_files() => {
            let told = format!("{error}: its files stay as they are, and what lands looks undone there");
            (desk.listener)(Progress::Warning(told));
            desk.repository.advance_alone(&step)
        }
        moved => moved,
    };
    failpoint::pass("landing done");
    moved
}

/// Brings the files of the target's worktree in order where whoever moved them died over it.
pub(super) fn settle(desk: &Desk<'_>, landing: &Landing, has_landed: bool) -> Result<(), target::Error> {
    let _held = desk.repository.hold_branches()?;
    let target = desk.target();
    let step = Step { branch: &target, from: landing.onto, to: landing.commit, message: "" };
    desk.repository.settle(&step, has_landed)
}
