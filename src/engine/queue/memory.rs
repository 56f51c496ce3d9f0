//! Memories: how a conflict was resolved that comes back, read off the resolutions that landed from the queues that are here.
//!
//! A conflict is the same where the lines of both sides are, whatever stands around them and whichever side is ours. What was made
//! of it then is merged into what stands there now, as git-rerere(1) does it.

use super::{
    desk::{Desk, QueueState},
    landing,
};
use crate::{
    engine::resolution::{self, Conflict},
    model::{
        conflict_text::{self, Labels},
        oid::Oid,
        queue::entry::{Entry, State},
        resolution::Resolution,
    },
    repo::{edited_tree::TreeFile, git, journal_notes, objects, protect},
};

/// How many resolutions are looked at, the newest of this queue first.
const MOST: usize = 50;
/// The largest file that is remembered, in bytes.
const LARGEST: u64 = 16 << 20;

/// Why nothing could be remembered.
#[derive(Debug, thiserror::Error)]
pub(super) enum Error {
    /// The conflict.
    #[error(transparent)]
    Resolution(#[from] resolution::Error),
    /// The queues that are here.
    #[error(transparent)]
    Notes(#[from] journal_notes::Error),
    /// An object.
    #[error(transparent)]
    Objects(#[from] objects::Error),
    /// git could not be asked.
    #[error(transparent)]
    Git(#[from] git::Error),
    /// The tree that comes of it.
    #[error(transparent)]
    Tree(#[from] protect::Error),
}

/// One file in conflict.
struct Clash {
    /// What identifies it.
    key: String,
    /// Its text with the marks of nobody.
    text: Vec<u8>,
    /// Its mode; none where there is no file of that name.
    mode: Option<String>,
}

/// A resolution that landed, with the conflict that it resolved.
struct Past {
    conflict: Conflict,
    resolution: Resolution,
    /// The tree that landed.
    tree: Oid,
}

/// Makes the commit that resolves an entry's conflict as it was resolved before; none where some of it is new.
pub(super) fn recall(desk: &Desk<'_>, entry: &Entry, onto: Oid) -> Result<Option<(Oid, Resolution)>, Error> {
    let repository = desk.repository;
    let Some(conflict) = Conflict::find(repository, onto, entry.commit)? else { return Ok(None) };
    let mut pasts = pasts(desk, &conflict)?;
    // Folders can be in conflict of which no file is.
    if pasts.is_empty() || conflict.conflicted.versions.is_empty() {
        return Ok(None);
    }
    let mut files: Vec<(&[u8], Option<TreeFile>)> = Vec::new();
    for path in conflict.conflicted.paths() {
        let now = clash(desk, &conflict, path)?;
        let Some((at, file)) = find(desk, &pasts, (path, &now))? else { return Ok(None) };
        pasts.swap(0, at);
        files.push((path, file));
    }
    let tree = repository.tree_with(conflict.conflicted.tree, &files)?;
    if was_tried(desk, entry, tree)? || conflict.judge(repository, tree)?.is_err() {
        return Ok(None);
    }
    let run = pasts[0].resolution.run.clone();
    let resolution = Resolution { run, onto, theirs: entry.commit, remembered: true };
    let resolved = Entry { resolution: Some(resolution.clone()), ..entry.clone() };
    let message = landing::resolved(desk, &resolved)?;
    Ok(Some((conflict.merge(repository, tree, &message)?, resolution)))
}

/// Tells whether an entry brought this tree before, and did not land with it.
fn was_tried(desk: &Desk<'_>, entry: &Entry, tree: Oid) -> Result<bool, Error> {
    let trees = entry.superseded.iter().map(|commit| Ok(desk.repository.commit(*commit)?.tree));
    Ok(trees.collect::<Result<Vec<_>, objects::Error>>()?.contains(&tree))
}

/// Lists the resolutions that landed by any queue here, of files that are in conflict now, the newest of each first.
fn pasts(desk: &Desk<'_>, now: &Conflict) -> Result<Vec<Past>, Error> {
    let landed = |entry: &&Entry| matches!(entry.state, State::Merged(_)) && entry.resolution.is_some();
    let mut entries: Vec<Entry> =
        desk.journal.ask(|queue| queue.entries().iter().rev().filter(landed).cloned().collect());
    for other in
        desk.repository.noted()?.iter().filter(|name| name.queue().is_some_and(|queue| queue != desk.journal.run))
    {
        // One that cannot be read remembers nothing.
        let Ok(state) = QueueState::load_of(desk.repository, other) else { continue };
        entries.extend(state.history.entries().iter().rev().filter(landed).cloned());
    }
    // What was fetched without its objects is no help.
    let is_about =
        |entry: &Entry| entry.resolution.as_ref().is_some_and(|past| may_share(desk, past, now).unwrap_or(false));
    let past = |entry: Entry| {
        let resolution = entry.resolution?;
        let tree = desk.repository.commit(entry.commit).ok()?.tree;
        let conflict = Conflict::find(desk.repository, resolution.onto, resolution.theirs).ok()??;
        Some(Past { conflict, resolution, tree })
    };
    Ok(entries.into_iter().filter(is_about).take(MOST).filter_map(past).collect())
}

/// Tells whether a file that is in conflict now may have been so then: to look is quicker than to merge.
fn may_share(desk: &Desk<'_>, past: &Resolution, now: &Conflict) -> Result<bool, objects::Error> {
    let (onto, theirs) = (desk.repository.commit(past.onto)?.tree, desk.repository.commit(past.theirs)?.tree);
    for path in now.conflicted.paths() {
        if desk.repository.path_in(onto, path)? != desk.repository.path_in(theirs, path)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Finds what was made of a file with the same conflict; nothing where it was removed then.
fn find(
    desk: &Desk<'_>,
    pasts: &[Past],
    (path, now): (&[u8], &Clash),
) -> Result<Option<(usize, Option<TreeFile>)>, Error> {
    for (at, past) in pasts.iter().enumerate() {
        if !past.conflict.conflicted.has(path) {
            continue;
        }
        let then = clash(desk, &past.conflict, path)?;
        if then.key != now.key {
            continue;
        }
        match desk.repository.path_in(past.tree, path)? {
            // What came to stand around the conflict was removed by nobody.
            None if then.text == now.text => return Ok(Some((at, None))),
            None => {}
            Some(resolved) => {
                if let Some(file) = carry(desk, (&then, now), resolved)? {
                    return Ok(Some((at, Some(file))));
                }
            }
        }
    }
    Ok(None)
}

/// Merges what was made of a file then into what it is now; none where that conflicts, too.
fn carry(desk: &Desk<'_>, (then, now): (&Clash, &Clash), mut resolved: TreeFile) -> Result<Option<TreeFile>, Error> {
    if let Some(mode) = now.mode.as_ref().filter(|_| then.mode.as_ref() == Some(&resolved.mode)) {
        resolved.mode.clone_from(mode);
    }
    if then.text == now.text {
        return Ok(Some(resolved));
    }
    if !resolved.mode.starts_with("10") {
        return Ok(None);
    }
    let [now, then] = [&now.text, &then.text].map(|text| desk.repository.write_blob(text));
    let (now, then, made) = (now?.to_string(), then?.to_string(), resolved.id.to_string());
    let call = desk.repository.git().call(["merge-file", "--object-id", "--stdout", "-q", &now, &then, &made]);
    let output = call.output()?;
    if !output.status.success() {
        return Ok(None);
    }
    Ok(Some(TreeFile { id: desk.repository.write_blob(&output.stdout)?, ..resolved }))
}

/// Reads one file in conflict: what has marks is known by the lines between them, all else by its versions.
fn clash(desk: &Desk<'_>, conflict: &Conflict, path: &[u8]) -> Result<Clash, Error> {
    let file = desk.repository.path_in(conflict.conflicted.tree, path)?;
    let text = match file.as_ref().filter(|file| file.mode.starts_with("10")) {
        Some(file) => match desk.repository.blob(file.id, LARGEST) {
            Err(objects::Error::TooLarge { .. }) => Vec::new(),
            text => text?,
        },
        None => Vec::new(),
    };
    let mode = file.map(|file| file.mode);
    let (ours, theirs) = (conflict.onto.to_string(), conflict.theirs.to_string());
    let labels = Labels { ours: &ours, theirs: &theirs };
    if let Some(key) = conflict_text::identity(&conflict_text::hunks(&text, labels)) {
        return Ok(Clash { key, text: conflict_text::normal(&text, labels), mode });
    }
    let version = |stage| {
        let version = conflict.conflicted.version(path, stage);
        version.map_or("-".to_owned(), |version| format!("{} {}", version.mode, version.id))
    };
    let mut sides = [version(2), version(3)];
    sides.sort();
    Ok(Clash { key: format!("{} {}", version(1), sides.join(" ")), text: Vec::new(), mode })
}
