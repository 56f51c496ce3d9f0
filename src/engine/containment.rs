//! Containment: what of the difference of two trees lies outside of what a task declared.

use crate::{
    model::{
        containment::{self, Change, Escape, File, Paths, Reason, SymbolOf},
        escaped::{self, Escaped},
        oid::Oid,
        plan::footprint::Footprint,
        symbol,
    },
    repo::{
        measure::{self, Changes, Entry},
        objects,
        open::Repository,
    },
};

/// Why it could not be told.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The trees could not be compared.
    #[error(transparent)]
    Compare(#[from] measure::Error),
    /// A file could not be read.
    #[error(transparent)]
    Read(#[from] objects::Error),
}

/// Lists what of the difference of two trees lies outside of the footprints, in path order.
///
/// Where there is no footprint nothing was declared, and nothing can escape. A rename is the end of one path and the
/// beginning of another. Objects are taken at their word: replacements (git-replace(1)) are not followed. Contents are read
/// only where a file is declared by its symbols; one of more than [`symbol::LARGEST`] bytes cannot be told, and so escapes.
/// After [`escaped::MOST`] a last entry without a path says how many more there are.
pub fn escapes(repository: &Repository, (old, new): (Oid, Oid), writes: &[Footprint]) -> Result<Vec<Escaped>, Error> {
    if writes.is_empty() {
        return Ok(Vec::new());
    }
    let paths = |path: &[u8]| writes.iter().any(|write| matches!(write, Footprint::Paths(paths) if paths.covers(path)));
    let symbols: Vec<SymbolOf> = writes.iter().filter_map(symbol_of).collect();
    let footprint = containment::Footprint { paths: &paths, symbols: &symbols };
    let (mut listed, mut more) = (Vec::new(), 0);
    for change in Changes::between(&repository.local(), old, new)? {
        for escape in of_change(repository, &change?, &footprint)? {
            if listed.len() < escaped::MOST {
                listed.push(Escaped::from(escape));
            } else {
                more += 1;
            }
        }
    }
    listed.extend((more > 0).then(|| Escaped::more(more)));
    Ok(listed)
}

fn symbol_of(write: &Footprint) -> Option<SymbolOf> {
    match write {
        Footprint::Symbol { file, symbol } => Some(SymbolOf { file: file.as_str().into(), symbol: symbol.clone() }),
        Footprint::Paths(_) => None,
    }
}

fn of_change<P: Paths>(
    repository: &Repository,
    change: &measure::Change,
    footprint: &containment::Footprint<'_, P>,
) -> Result<Vec<Escape>, Error> {
    let measure::Change { path, old, new } = change;
    let is_read = footprint.asks_for(path) && is_of_files(*old, *new);
    let read =
        |entry: &Option<Entry>| entry.filter(|_| is_read).map_or(Ok(Some(Vec::new())), |it| load(repository, it));
    let (Some(old_content), Some(new_content)) = (read(old)?, read(new)?) else {
        return Ok(vec![Escape { path: path.clone(), reason: Reason::Size }]);
    };
    let file = |entry: &Option<Entry>, content| entry.map(|entry| File { mode: entry.mode(), content });
    let (old, new) = (file(old, &old_content), file(new, &new_content));
    Ok(containment::escapes(&[Change { path, from: None, old, new }], footprint))
}

/// Tells whether contents can decide: a file was added, or says something else.
fn is_of_files(old: Option<Entry>, new: Option<Entry>) -> bool {
    let is_file = |entry: Entry| entry.mode().is_file();
    new.is_some_and(|new| is_file(new) && old.is_none_or(|old| is_file(old) && old.id != new.id))
}

/// Loads a file; none where it is too large.
fn load(repository: &Repository, entry: Entry) -> Result<Option<Vec<u8>>, Error> {
    match repository.blob(entry.id.into(), symbol::LARGEST as u64) {
        Err(objects::Error::TooLarge { .. }) => Ok(None),
        content => Ok(Some(content?)),
    }
}
