//! What people write into a queue's journal.

use git_par::model::{
    fact::{EntryDropped, EntryRetried, QueueFact, entry_dropped, entry_retried},
    queue::entry::EntryId,
};

use super::world::World;

pub(crate) fn dropped(entry: EntryId) -> QueueFact {
    let args = entry_dropped::Args { entry };
    QueueFact::EntryDropped(EntryDropped { args, result: entry_dropped::Outcome {} })
}

pub(crate) fn retried(world: &World, entry: EntryId) -> QueueFact {
    let commit = world.queue.entry(entry).unwrap().commit;
    let args = entry_retried::Args { entry, commit, instead_of: None, resolution: None };
    QueueFact::EntryRetried(EntryRetried { args, result: entry_retried::Outcome {} })
}
