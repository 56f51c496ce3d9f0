//! Containment: whether what a candidate changed lies within what its task declared.
//!
//! A path that a glob covers may change in any way. One of which only symbols are declared must stay a file of its mode
//! where it is, with nothing changed but those symbols; they may be added, removed and changed. An import is in no
//! symbol: who needs a new one declares the file. The same holds for the head of a class around a declared method. A
//! new file may be declared by its symbols when it holds nothing else. Everything that cannot be told is an escape.

mod change;
mod escape;
mod footprint;

pub use self::{
    change::{Change, File, Mode},
    escape::{Escape, Reason},
    footprint::{Footprint, Paths, SymbolOf},
};
use super::symbol::{Language, Symbols, symbols};

/// Lists what of the changes lies outside the footprint, by path and reason; nothing where all of it is contained.
#[must_use]
pub fn escapes<P: Paths>(changes: &[Change<'_>], footprint: &Footprint<'_, P>) -> Vec<Escape> {
    let mut escapes: Vec<Escape> = changes.iter().flat_map(|change| of_change(change, footprint)).collect();
    escapes.sort();
    escapes.dedup();
    escapes
}

fn of_change<P: Paths>(change: &Change<'_>, footprint: &Footprint<'_, P>) -> Vec<Escape> {
    let escape = |path: &[u8], reason| Escape { path: path.to_owned(), reason };
    let uncovered = |path: &&[u8]| !footprint.paths.covers(path);
    let ends = change.from.into_iter().chain([change.path]).filter(uncovered);
    ends.flat_map(|path| {
        let reasons = match (footprint.asks_for(path), change.from) {
            (false, _) => vec![Reason::Path],
            (true, Some(_)) => vec![Reason::Renamed],
            (true, None) => of_symbols(change, footprint),
        };
        reasons.into_iter().map(move |reason| escape(path, reason))
    })
    .collect()
}

/// Judges a change of a file that is declared by symbols only.
fn of_symbols<P: Paths>(change: &Change<'_>, footprint: &Footprint<'_, P>) -> Vec<Reason> {
    let Some(new) = change.new else { return vec![Reason::Deleted] };
    let old = change.old.unwrap_or(File { mode: Mode::File, content: b"" });
    if !(old.mode.is_file() && new.mode.is_file()) {
        return vec![Reason::Type];
    }
    let mut reasons = Vec::new();
    if old.mode != new.mode {
        reasons.push(Reason::Mode);
    }
    if old.content == new.content && change.old.is_some() {
        return reasons;
    }
    let Some(language) = Language::of(change.path) else { return [reasons, vec![Reason::Language]].concat() };
    match (symbols(language, old.content), symbols(language, new.content)) {
        (Some(old), Some(new)) => {
            let undeclared = |name: &&str| !footprint.declares(change.path, name);
            let names = old.differing(&new).into_iter().filter(undeclared);
            reasons.extend(names.map(|name| Reason::Symbol(name.to_owned())));
            reasons.extend((!rest_is_kept(change, &old, &new)).then_some(Reason::Rest));
        }
        _ => reasons.push(Reason::Syntax),
    }
    reasons
}

fn rest_is_kept(change: &Change<'_>, old: &Symbols, new: &Symbols) -> bool {
    if change.old.is_none() { new.is_bare() } else { old.has_rest_of(new) }
}
