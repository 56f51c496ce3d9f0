//! Chronicles: what a journal comes to, folded from its events one after another.

use super::{
    certificate::{Certificate, Tip},
    event::{self, Event},
    fact::QueueFact,
    history::{History, Illegal, Step},
    journal_name::{JournalName, QueueName},
    oid::Oid,
    person_note,
    queue::{self, history::Queue},
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

/// What a seal of a journal holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certified {
    /// The certificate, in canonical form.
    pub bytes: String,
    /// The commits that the seal keeps.
    pub parents: Vec<Oid>,
    /// The tag's message.
    pub message: String,
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

    /// Returns the run or queue that it is of; none before the first event, or where that names none.
    fn of(&self) -> Option<JournalName>;

    /// Lists the refs that it calls for, and where each of them is.
    fn told(&self, name: &JournalName) -> Refs;

    /// Writes the notes for people: on which object, and the text.
    fn notes(&self) -> Vec<(Oid, String)>;

    /// Derives what a seal of the journal, of this length and head, holds: as this version writes it, then as earlier ones did.
    fn certify(&self, journal: Tip) -> Vec<Certified>;
}

impl Chronicle for History {
    fn take(&mut self, event: &Event<'_>) -> Result<(), Unfit> {
        Ok(self.push(Step::read(event)?)?)
    }

    fn base(&self) -> Option<Oid> {
        self.run().map(|run| run.args.base)
    }

    fn of(&self) -> Option<JournalName> {
        self.run().map(|run| run.args.run.name())
    }

    fn told(&self, name: &JournalName) -> Refs {
        name.as_run().map(|run| transfer::told(&run, self)).unwrap_or_default()
    }

    fn notes(&self) -> Vec<(Oid, String)> {
        person_note::render_all(self)
    }

    fn certify(&self, journal: Tip) -> Vec<Certified> {
        let newest = Certificate::derive(self, journal);
        let oldest = newest.clone().map(Certificate::as_first_written);
        newest.iter().chain(&oldest).map(Certified::from).collect()
    }
}

impl From<&Certificate> for Certified {
    fn from(certificate: &Certificate) -> Self {
        Self { bytes: certificate.bytes(), parents: certificate.parents(), message: certificate.message() }
    }
}

impl From<&queue::certificate::Certificate> for Certified {
    fn from(certificate: &queue::certificate::Certificate) -> Self {
        Self { bytes: certificate.bytes(), parents: certificate.parents(), message: certificate.message() }
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

    fn of(&self) -> Option<JournalName> {
        QueueName::of(&self.started()?.args.target).map(|queue| (*queue).clone())
    }

    fn told(&self, name: &JournalName) -> Refs {
        name.queue().map(|queue| self.refs(&queue)).unwrap_or_default()
    }

    /// Who landed what is told by the commits themselves.
    fn notes(&self) -> Vec<(Oid, String)> {
        Vec::new()
    }

    fn certify(&self, journal: Tip) -> Vec<Certified> {
        queue::certificate::Certificate::derive(self, journal).iter().map(Certified::from).collect()
    }
}
