//! Needs: why a run is still of use to a queue.

use crate::{
    engine::queue::roster::{Listed, Roster},
    model::{oid::Oid, prune::Stay, queue::entry::State, run_id::RunId},
};

/// Says why a run stays as long as a queue may land what it won; none where none may.
pub(super) fn of(run: &RunId, roster: &Roster) -> Option<Stay> {
    let unreadable = roster.unreadable.first().map(|queue| {
        Stay::because(format!("the journal of the queue into {queue} cannot be read"))
            .hint(format!("git par verify queue/{queue}"))
    });
    let open = roster.of(run).iter().find(|listed| !listed.entry.state.is_final());
    open.map(|listed| waits(run, listed)).or(unreadable)
}

fn waits(run: &RunId, listed: &Listed) -> Stay {
    let Listed { queue, entry } = listed;
    let why = format!("entry {} of the queue into {queue} brings what run {run} won", entry.id);
    match entry.state {
        State::NeedsReview(_) => Stay::because(format!("{why}, and needs review"))
            .hint(format!("git par queue log {} --into {queue}", entry.id)),
        _ => Stay::because(format!("{why}, and waits")).hint(format!("git par queue process --into {queue}")),
    }
}

/// Lists the commits as which queues landed what a run won, by whatever style.
pub(super) fn landed(run: &RunId, won: Oid, roster: &Roster) -> Vec<Oid> {
    let landed = roster.of(run).iter().filter(|listed| listed.entry.commit == won);
    let landed = landed.filter_map(|listed| match listed.entry.state {
        State::Merged(commit) => Some(commit),
        _ => None,
    });
    landed.collect()
}
