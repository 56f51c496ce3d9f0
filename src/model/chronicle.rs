//! Chronicles: what a journal comes to, folded from its events one after another.

use super::{
    event::{self, Event},
    fact::QueueFact,
    history::{History, Illegal, Step},
    journal_name::JournalName,
    oid::Oid,
    person_note,
    queue::history::Queue,
    transfer::{self, Refs},
};

/// Why an event cannot be taken in.
#[derive(Debug, thiserror::Error)]
pub enum Unfit {
    /// It cannot be read.
    #[error(transparent)]
    Unreadable(#[from] event::Error),
    /// It may not stand where it stands.
    #[error(transparent)]
    Illegal(#[from] Illegal),
}

/// What a journal comes to.
pub trait Chronicle: Clone + Default {
    /// Takes the next event in. What it is after an error is not told: whoever wants to go on keeps a copy.
    ///
    /// # Errors
    ///
    /// Refuses an event that cannot be read, and one that may not stand there.
    fn take(&mut self, event: &Event<'_>) -> Result<(), Unfit>;

    /// Returns the commit that the journal is noted on; none before the first event.
    fn base(&self) -> Option<Oid>;

    /// Tells whether it is that of this run or queue.
    fn is_of(&self, name: &JournalName) -> bool;

    /// Lists the refs that it calls for, and where each of them is.
    fn told(&self, name: &JournalName) -> Refs;

    /// Writes the notes for people: on which object, and the text.
    fn notes(&self) -> Vec<(Oid, String)>;
}

impl Chronicle for History {
    fn take(&mut self, event: &Event<'_>) -> Result<(), Unfit> {
        Ok(self.push(Step::read(event)?)?)
    }

    fn base(&self) -> Option<Oid> {
        self.run().map(|run| run.args.base)
    }

    fn is_of(&self, name: &JournalName) -> bool {
        self.run().is_some_and(|run| *run.args.run == *name)
    }

    fn told(&self, name: &JournalName) -> Refs {
        name.as_run().map(|run| transfer::told(&run, self)).unwrap_or_default()
    }

    fn notes(&self) -> Vec<(Oid, String)> {
        person_note::render_all(self)
    }
}

impl Chronicle for Queue {
    fn take(&mut self, event: &Event<'_>) -> Result<(), Unfit> {
        let fact = QueueFact::read(event)?;
        Ok(self.push(event.seq_id(), event.causes(), &fact)?)
    }

    fn base(&self) -> Option<Oid> {
        self.started().map(|started| started.args.base)
    }

    fn is_of(&self, name: &JournalName) -> bool {
        let target = self.started().map(|started| started.args.target.clone());
        target.is_some() && name.queue().map(|queue| queue.target()) == target
    }

    fn told(&self, name: &JournalName) -> Refs {
        name.queue().map(|queue| self.refs(&queue)).unwrap_or_default()
    }

    /// Who landed what is told by the commits themselves.
    fn notes(&self) -> Vec<(Oid, String)> {
        Vec::new()
    }
}
