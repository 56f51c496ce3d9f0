//! Desks: what everybody who works on a queue needs to know: repository, journal, folders, and how children are run.

use std::{fs, io, path::PathBuf, time::Duration};

use crate::{
    engine::{
        gate::Gate,
        journal::{self, Deed, Journal, State},
        orders::Orders,
        own_events::{self, OwnEvents},
        progress::{Listener, Progress},
    },
    model::{chain, fact::QueueFact, journal_name::QueueName, oid::Oid, queue::history::Queue, ref_name::RefName},
    process::stop::Stop,
    repo::{open::Repository, refs},
};

/// A queue's journal, open for writing.
pub type QueueJournal<'a> = Journal<'a, Queue, QueueName>;

/// What a queue's journal says at one moment.
pub type QueueState = State<Queue>;

/// What everybody who works on a queue needs to know.
pub struct Desk<'a> {
    /// The repository.
    pub repository: &'a Repository,
    /// The queue's journal.
    pub journal: &'a QueueJournal<'a>,
    /// Who is told what happens.
    pub listener: Listener<'a>,
    /// Whether to stop.
    pub stop: Stop,
    /// The folder for the worktrees that checks run in.
    pub root: PathBuf,
    /// The folder for live logs.
    pub scratch: PathBuf,
    /// The command that prepares a worktree, where there is one.
    pub setup: Option<String>,
    /// The ignored files that each worktree needs.
    pub included: Vec<PathBuf>,
    /// How long a child that is told to end may take.
    pub grace: Duration,
}

impl Desk<'_> {
    /// Returns the branch that entries land on.
    #[must_use]
    pub fn target(&self) -> RefName {
        RefName::full(self.journal.run.target())
    }

    /// Returns the branch's commit now; none where the branch is gone.
    pub fn tip(&self) -> Result<Option<Oid>, refs::Error> {
        self.repository.ref_target(&self.target())
    }

    /// Returns the check that entries pass, as it was given here where it was, else as it is recorded; none where nothing is
    /// checked.
    #[must_use]
    pub fn gate(&self) -> Option<Gate> {
        let plan = self.journal.ask(|queue| queue.terms().and_then(|terms| terms.gate.clone()))?;
        let argv = Orders::load(&self.scratch).gate(&plan.argv, &self.repository.home_dir());
        Some(Gate { plan, argv })
    }

    /// Has what others wrote into the journal so far be like what was written here.
    pub fn trust(&self) -> io::Result<()> {
        fs::create_dir_all(&self.scratch)?;
        own_events::note(&self.scratch, chain::lines(&self.journal.state().bytes).map_while(Result::ok))
    }

    /// Tells whether there is a check that others wrote into the journal.
    #[must_use]
    pub fn has_foreign_gate(&self) -> bool {
        let state = self.journal.state();
        let is_gated = state.history.terms().is_some_and(|terms| terms.gate.is_some());
        is_gated && OwnEvents::load(&self.scratch).others(&state.bytes).contains(&state.history.terms_since())
    }

    /// Writes a fact into the journal; tells whether it still followed from what others wrote meanwhile.
    pub fn say(&self, fact: &QueueFact) -> Result<bool, journal::Error> {
        self.say_with(fact, |deed| deed)
    }

    /// Writes a fact together with what goes with it.
    pub fn say_with(&self, fact: &QueueFact, with: impl Fn(Deed) -> Deed) -> Result<bool, journal::Error> {
        let said = self.journal.append(|queue| {
            let deed = Deed::from(fact.draft().unwrap_or_default());
            with(deed.causes(queue.grounds(fact)))
        });
        match said {
            Ok(_) => Ok(true),
            Err(journal::Error::Overtaken { .. }) => self.journal.refresh().map(|()| false),
            Err(error) => Err(error),
        }
    }

    /// Writes a fact together with a ref that keeps a commit of it; what a write that was cut short left of that name gives way.
    pub fn say_keeping(&self, fact: &QueueFact, name: &RefName, commit: Oid) -> Result<bool, journal::Error> {
        self.say_with(fact, |deed| {
            // One that cannot be read cannot be written either, which says why.
            let left = self.repository.ref_target(name).unwrap_or_default();
            deed.moving(name.clone(), left, commit)
        })
    }

    /// Tells in one line what is being done.
    pub fn tell(&self, text: impl Into<String>) {
        (self.listener)(Progress::Processing(text.into()));
    }
}
