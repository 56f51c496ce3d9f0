//! Watching: a listing that is looked at again whenever something may have changed.

use std::{
    thread,
    time::{Duration, Instant},
};

use super::{Entry, Listing};
use crate::{
    command::{Context, Error, Report},
    engine::supervisor,
    model::{
        oid::Oid,
        ref_name::{self, RefName},
        run_id::RunId,
    },
    repo::{
        open::{RefStorage, Repository},
        refs,
    },
};

/// How often times are shown anew.
const SECOND: Duration = Duration::from_secs(1);

/// What moves when a run does: its refs, and whether it is held.
type Mark = (Vec<(RefName, Oid)>, bool);

/// Shows a listing again and again, until its one run is over or the user wants no more; returns the last.
pub(super) fn watch(
    context: &Context<'_>,
    (repository, run): (&Repository, Option<&RunId>),
    look: impl Fn() -> Result<Listing, Error>,
) -> Result<Listing, Error> {
    let mut shown = None;
    loop {
        let mark = mark(repository, run)?;
        let listing = look()?;
        let told = listing.without_times();
        let is_new = shown.as_ref() != Some(&told);
        let is_kept = (context.show)(&listing, is_new);
        let is_over = run.is_some() && !listing.runs.iter().any(Entry::is_running);
        if is_over || context.stop.is_set() {
            return Ok(Listing { is_told: is_kept, is_interrupted: !is_over, ..listing });
        }
        shown = Some(told);
        wait(context, (repository, run), &mark)?;
    }
}

/// Waits for a second, or until a ref of the run moves.
fn wait(context: &Context<'_>, (repository, run): (&Repository, Option<&RunId>), before: &Mark) -> Result<(), Error> {
    let until = Instant::now() + SECOND;
    // Through git's plumbing each look is a process.
    let step = Duration::from_millis(if repository.ref_storage == RefStorage::Files { 50 } else { 500 });
    while Instant::now() < until && !context.stop.is_set() && mark(repository, run)? == *before {
        thread::sleep(step);
    }
    Ok(())
}

fn mark(repository: &Repository, run: Option<&RunId>) -> Result<Mark, Error> {
    let Some(run) = run else { return Ok((repository.refs_below(ref_name::NOTES)?, false)) };
    let mut refs: Vec<(RefName, Oid)> = target(repository, RefName::notes(run))?.into_iter().collect();
    refs.extend(target(repository, RefName::seal(run))?);
    Ok((refs, supervisor::is_held(repository, run)?))
}

fn target(repository: &Repository, name: RefName) -> Result<Option<(RefName, Oid)>, refs::Error> {
    Ok(repository.ref_target(&name)?.map(|id| (name, id)))
}

impl Listing {
    /// Writes it for programs, without what only the clock moves.
    fn without_times(&self) -> serde_json::Value {
        let mut told = self.json();
        let runs = told["runs"].as_array_mut().into_iter().flatten();
        for run in runs.filter_map(serde_json::Value::as_object_mut) {
            run.retain(|key, _| key != "age_ms" && key != "totals");
            let rows = run.get_mut("workers").and_then(serde_json::Value::as_array_mut).into_iter().flatten();
            rows.filter_map(serde_json::Value::as_object_mut).for_each(|row| row.retain(|key, _| key != "elapsed_ms"));
        }
        told
    }
}
