//! Facts of a queue: what a queue's journal says, kinds of which a run's journal knows none.

use super::{
    EntriesReturned, EntriesStarted, EntryAdded, EntryDropped, EntryHeld, EntryMerged, EntryRetried, LandingStarted,
    Payload, QueueConfigured, QueueStarted, StackGated, join,
};
use crate::model::{
    event::{self, Draft, Event},
    queue::entry::EntryId,
};

/// A fact of any kind that a queue's journal has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueueFact {
    /// The queue began.
    QueueStarted(QueueStarted),
    /// The queue has other terms.
    QueueConfigured(QueueConfigured),
    /// An entry waits from now on.
    EntryAdded(EntryAdded),
    /// Entries are tested from now on.
    EntriesStarted(EntriesStarted),
    /// A stack was gated, or could not be made.
    StackGated(StackGated),
    /// The target is about to move.
    LandingStarted(LandingStarted),
    /// An entry has landed.
    EntryMerged(EntryMerged),
    /// An entry waits for a person.
    EntryHeld(EntryHeld),
    /// Entries wait again.
    EntriesReturned(EntriesReturned),
    /// An entry is out for good.
    EntryDropped(EntryDropped),
    /// A held entry waits again.
    EntryRetried(EntryRetried),
    /// A kind that this version does not know.
    Unknown,
}

/// The kinds of facts of a queue, in the order of its life.
pub const KINDS: [&str; 11] = [
    QueueStarted::KIND,
    QueueConfigured::KIND,
    EntryAdded::KIND,
    EntriesStarted::KIND,
    StackGated::KIND,
    LandingStarted::KIND,
    EntryMerged::KIND,
    EntryHeld::KIND,
    EntriesReturned::KIND,
    EntryDropped::KIND,
    EntryRetried::KIND,
];

impl QueueFact {
    /// Reads the fact of an event; a kind that is not known is told as such.
    pub fn read(event: &Event<'_>) -> Result<Self, event::Error> {
        Ok(match &*event.tool_name() {
            QueueStarted::KIND => Self::QueueStarted(join(event)?),
            QueueConfigured::KIND => Self::QueueConfigured(join(event)?),
            EntryAdded::KIND => Self::EntryAdded(join(event)?),
            EntriesStarted::KIND => Self::EntriesStarted(join(event)?),
            StackGated::KIND => Self::StackGated(join(event)?),
            LandingStarted::KIND => Self::LandingStarted(join(event)?),
            EntryMerged::KIND => Self::EntryMerged(join(event)?),
            EntryHeld::KIND => Self::EntryHeld(join(event)?),
            EntriesReturned::KIND => Self::EntriesReturned(join(event)?),
            EntryDropped::KIND => Self::EntryDropped(join(event)?),
            EntryRetried::KIND => Self::EntryRetried(join(event)?),
            _ => Self::Unknown,
        })
    }

    /// Lists the entries that it names.
    #[must_use]
    pub fn entries(&self) -> Vec<EntryId> {
        match self {
            Self::QueueStarted(_) | Self::QueueConfigured(_) | Self::Unknown => Vec::new(),
            Self::EntryAdded(fact) => vec![fact.args.entry],
            Self::EntriesStarted(fact) => fact.args.entries.clone(),
            Self::StackGated(fact) => fact.args.entries.clone(),
            Self::EntriesReturned(fact) => fact.args.entries.clone(),
            Self::LandingStarted(fact) => vec![fact.args.entry],
            Self::EntryMerged(fact) => vec![fact.args.entry],
            Self::EntryHeld(fact) => vec![fact.args.entry],
            Self::EntryDropped(fact) => vec![fact.args.entry],
            Self::EntryRetried(fact) => vec![fact.args.entry],
        }
    }

    /// Drafts the event that says it; none of a kind that is not known.
    #[must_use]
    pub fn draft(&self) -> Option<Draft> {
        Some(match self {
            Self::QueueStarted(fact) => draft(fact),
            Self::QueueConfigured(fact) => draft(fact),
            Self::EntryAdded(fact) => draft(fact),
            Self::EntriesStarted(fact) => draft(fact),
            Self::StackGated(fact) => draft(fact),
            Self::LandingStarted(fact) => draft(fact),
            Self::EntryMerged(fact) => draft(fact),
            Self::EntryHeld(fact) => draft(fact),
            Self::EntriesReturned(fact) => draft(fact),
            Self::EntryDropped(fact) => draft(fact),
            Self::EntryRetried(fact) => draft(fact),
            Self::Unknown => return None,
        })
    }
}

fn draft<P: Payload>(fact: &P) -> Draft {
    let (args, result) = fact.halves();
    Draft { tool_name: P::KIND.to_owned(), args, result, success: fact.success(), ..Draft::default() }
}
