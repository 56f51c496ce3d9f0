//! Chains: a journal's events, each of which names the hash of the one before it (korg-ledger@v1, sections 4 and 5).

mod broken;
mod lines;
mod tip;

pub use broken::{Broken, Kind};
pub use lines::lines;
pub use tip::Tip;

use super::event::{self, Event};

/// A verifier that is fed line by line and holds no more than the tip.
#[derive(Clone, Debug)]
pub struct Chain {
    tip: Tip,
    form: Form,
}

/// Whose bytes a journal is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Ours: every line is exactly the canonical form of its event.
    Canonical,
    /// Others': a line is an event in any JSON, and its hash is that of its canonical form. Nothing else is let off.
    Foreign,
}

impl Chain {
    /// Starts at the first event of a journal of this form.
    #[must_use]
    pub fn new(form: Form) -> Self {
        Self { tip: Tip::GENESIS, form }
    }

    /// Takes the next line, without its newline, and returns its event.
    ///
    /// After an error the chain stands where it stood; the rest of the journal says nothing any more.
    pub fn push<'a>(&mut self, line: &'a [u8]) -> Result<Event<'a>, Broken> {
        let event = self.parse(line).map_err(|error| self.broken(None, error.into()))?;
        self.link(&event).map_err(|kind| self.broken(Some(event.seq_id()), kind))?;
        self.tip = Tip::from(&event);
        Ok(event)
    }

    fn parse<'a>(&self, line: &'a [u8]) -> Result<Event<'a>, event::Error> {
        match self.form {
            Form::Canonical => Event::parse(line),
            Form::Foreign => Event::parse_foreign(line),
        }
    }

    fn link(&self, event: &Event) -> Result<(), Kind> {
        let expected = self.tip.count + 1;
        if event.seq_id() != expected {
            return Err(Kind::Seq { expected });
        }
        if event.prev_hash() != self.tip.hash {
            return Err(Kind::PrevHash { expected: self.tip.hash });
        }
        let actual = event.digest();
        if event.entry_hash() == actual { Ok(()) } else { Err(Kind::EntryHash { actual }) }
    }

    fn broken(&self, seq_id: Option<u64>, kind: Kind) -> Broken {
        Broken { line: self.tip.count + 1, seq_id, kind }
    }

    /// Returns where the chain stands.
    #[must_use]
    pub fn tip(&self) -> Tip {
        self.tip
    }

    /// Ends the journal: one without any event proves nothing and is refused.
    ///
    /// That no events are missing at the end, only a signature over the tip can tell.
    pub fn finish(self) -> Result<Tip, Broken> {
        if self.tip.count == 0 { Err(self.broken(None, Kind::Empty)) } else { Ok(self.tip) }
    }
}

/// Verifies a whole journal and returns where it ends; holds one event at a time.
pub fn verify(journal: &[u8], form: Form) -> Result<Tip, Broken> {
    let mut chain = Chain::new(form);
    for line in lines(journal) {
        chain.push(line?)?;
    }
    chain.finish()
}

/// Verifies a whole journal and returns its events, borrowed from it where they can be.
pub fn read(journal: &[u8], form: Form) -> Result<Vec<Event<'_>>, Broken> {
    let mut chain = Chain::new(form);
    let events = lines(journal).map(|line| chain.push(line?)).collect::<Result<_, _>>()?;
    chain.finish()?;
    Ok(events)
}
