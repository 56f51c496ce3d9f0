//! Journals: the history of a run, or of a queue, in its notes, read whole and written one event at a time.
//!
//! Every event is one compare-and-swap of the notes ref, together with the refs that it speaks of: both are there, or
//! neither. A lost race is read again and the event chained anew.

use std::{ops::Deref, sync::Mutex};

use serde_json::Value;

use super::{hooks::Hooks, own_events, progress::Listener};
use crate::{
    failpoint,
    model::{
        chain::{self, Chain, Form, Tip},
        chronicle::{Chronicle, Unfit},
        event::{self, Draft, Event},
        fact::Payload,
        history::{History, Illegal, Lane},
        journal_name::JournalName,
        oid::Oid,
        ref_name::RefName,
        run_id::RunId,
    },
    process::clock::Clock,
    repo::{
        git,
        identity::Identity,
        journal_notes,
        log_store::{self, LogEntry},
        open::Repository,
        refs::{self, Edit},
    },
};

/// How often an event is chained anew before the race is given up.
const TRIES: u32 = 200;

/// Why a journal could not be read or written.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// What it is of is not here.
    #[error("{0} is not in this repository")]
    Unknown(JournalName),
    /// The journal is no chain.
    #[error("the journal of {of} is broken")]
    Broken {
        /// Whose it is.
        of: JournalName,
        /// Where.
        source: chain::Broken,
    },
    /// An event cannot be read or made.
    #[error("an event of {of} cannot stand")]
    Event {
        /// Whose it is.
        of: JournalName,
        /// Why.
        source: event::Error,
    },
    /// An event may not stand where it stands.
    #[error("the history of {of} is not a legal one")]
    Illegal {
        /// Whose it is.
        of: JournalName,
        /// Which, and why.
        source: Illegal,
    },
    /// Somebody else was quicker, and what was to be recorded does not follow any more.
    #[error("{of} was changed by somebody else in this moment")]
    Overtaken {
        /// Whose it is.
        of: JournalName,
        /// Why it does not follow.
        source: Illegal,
    },
    /// The notes.
    #[error(transparent)]
    Notes(#[from] journal_notes::Error),
    /// A log.
    #[error(transparent)]
    Logs(#[from] log_store::Error),
    /// A ref.
    #[error(transparent)]
    Refs(#[from] refs::Error),
    /// git could not be asked.
    #[error(transparent)]
    Git(#[from] git::Error),
}

/// What a journal says at one moment.
#[derive(Clone, Debug, Default)]
pub struct State<H = History> {
    /// The notes commit; none before the first event.
    pub notes: Option<Oid>,
    /// The journal's bytes.
    pub bytes: Vec<u8>,
    /// Where its chain ends.
    pub tip: Option<Tip>,
    /// What it comes to.
    pub history: H,
}

impl State {
    /// Reads a run's journal from this repository's refs.
    pub fn load(repository: &Repository, run: &RunId) -> Result<Self, Error> {
        Self::load_of(repository, run)
    }
}

impl<H: Chronicle> State<H> {
    /// Reads a journal from this repository's refs.
    pub fn load_of(repository: &Repository, of: &JournalName) -> Result<Self, Error> {
        let notes = repository.notes(of)?.ok_or_else(|| Error::Unknown(of.clone()))?;
        let bytes = repository.journal(of, &notes)?;
        Self::read(of, notes.commit, bytes)
    }

    /// Reads the journal that the notes at a commit hold.
    pub fn read(of: &JournalName, notes: Oid, bytes: Vec<u8>) -> Result<Self, Error> {
        let (tip, history) = fold(of, &bytes)?;
        Ok(Self { notes: Some(notes), bytes, tip: Some(tip), history })
    }

    /// Returns the end of the chain.
    #[must_use]
    pub fn tip(&self) -> Tip {
        self.tip.unwrap_or(Tip::GENESIS)
    }
}

fn fold<H: Chronicle>(of: &JournalName, bytes: &[u8]) -> Result<(Tip, H), Error> {
    let broken = |source| Error::Broken { of: of.clone(), source };
    let mut chain = Chain::new(Form::Canonical);
    let mut history = H::default();
    for line in chain::lines(bytes) {
        let event = chain.push(line.map_err(broken)?).map_err(broken)?;
        take(of, &mut history, &event)?;
    }
    Ok((chain.finish().map_err(broken)?, history))
}

/// Tells of an event of our own that may not stand: it was legal by what was known a moment ago.
fn overtaken(error: Error) -> Error {
    match error {
        Error::Illegal { of, source } => Error::Overtaken { of, source },
        other => other,
    }
}

fn take(of: &JournalName, history: &mut impl Chronicle, event: &Event<'_>) -> Result<(), Error> {
    history.take(event).map_err(|unfit| match unfit {
        Unfit::Unreadable(source) => Error::Event { of: of.clone(), source },
        Unfit::Illegal(source) => Error::Illegal { of: of.clone(), source },
    })
}

/// An event to be, with the refs and the log that go with it.
#[derive(Clone, Debug, Default)]
pub struct Deed {
    draft: Draft,
    edits: Vec<Edit>,
    logs: Vec<LogEntry>,
    report: Option<Value>,
}

impl From<Draft> for Deed {
    fn from(draft: Draft) -> Self {
        Self { draft, ..Self::default() }
    }
}

impl Deed {
    /// Makes the event of a fact.
    #[must_use]
    pub fn of<P: Payload>(fact: &P) -> Self {
        let (args, result) = fact.halves();
        let draft = Draft { tool_name: P::KIND.to_owned(), args, result, success: fact.success(), ..Draft::default() };
        Self::from(draft)
    }

    /// Names the earlier events that it follows from.
    #[must_use]
    pub fn causes(mut self, seqs: impl IntoIterator<Item = u64>) -> Self {
        self.draft.causes.extend(seqs);
        self
    }

    /// Says how long it took.
    #[must_use]
    pub fn took(mut self, duration: std::time::Duration) -> Self {
        self.draft.duration_ms = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        self
    }

    /// Moves a ref with it.
    #[must_use]
    pub fn moving(self, name: RefName, expected: Option<Oid>, new: Oid) -> Self {
        self.setting(name, expected, Some(new))
    }

    /// Moves a ref with it, or removes it.
    #[must_use]
    pub fn setting(mut self, name: RefName, expected: Option<Oid>, new: Option<Oid>) -> Self {
        // One that stays is named too: somebody may be about to move it.
        if expected.or(new).is_some() {
            self.edits.push(Edit { name, expected, new });
        }
        self
    }

    /// Has the hook of the event be given a report in its place.
    #[must_use]
    pub fn reporting(mut self, report: Option<Value>) -> Self {
        self.report = report;
        self
    }

    /// Keeps logs with it.
    #[must_use]
    pub fn logging(mut self, logs: impl IntoIterator<Item = LogEntry>) -> Self {
        self.logs.extend(logs);
        self
    }
}

/// Returns the event in which a worker's newest attempt began.
#[must_use]
pub fn started(lane: &Lane) -> Option<u64> {
    lane.started.as_ref().map(|placed| placed.seq)
}

/// A journal, open for writing; shared by the threads of a process.
pub struct Journal<'a, H = History, N = RunId> {
    /// Whose it is.
    pub run: N,
    repository: &'a Repository,
    identity: Identity,
    state: Mutex<State<H>>,
    hooks: Option<Hooks<'a>>,
}

impl<'a> Journal<'a> {
    /// Begins the journal of a new run, without hooks.
    #[must_use]
    pub fn begin(repository: &'a Repository, run: RunId, identity: Identity) -> Self {
        Self::new(repository, run, identity)
    }

    /// Opens the journal of a run that is here, with the user's hooks; the listener is told of those that fail.
    pub fn open(
        repository: &'a Repository,
        run: RunId,
        identity: Identity,
        listener: Listener<'a>,
    ) -> Result<Self, Error> {
        let journal = Self::begin(repository, run, identity);
        journal.refresh()?;
        journal.hooked(listener)
    }
}

impl<'a, H: Chronicle, N: Deref<Target = JournalName>> Journal<'a, H, N> {
    /// Makes a journal that has no event yet, without hooks; one that is here is read by [`Self::refresh`].
    pub fn new(repository: &'a Repository, of: N, identity: Identity) -> Self {
        Self { run: of, repository, identity, state: Mutex::default(), hooks: None }
    }

    /// Has the user's hooks run behind the events that are appended; the listener is told of those that fail.
    pub fn hooked(self, listener: Listener<'a>) -> Result<Self, Error> {
        let hooks = Some(Hooks::load(self.repository, &self.run, listener)?);
        Ok(Self { hooks, ..self })
    }

    /// Returns what the journal says now.
    #[must_use]
    pub fn state(&self) -> State<H> {
        self.lock().clone()
    }

    /// Reads again what others have written meanwhile.
    pub fn refresh(&self) -> Result<(), Error> {
        let mut state = self.lock();
        *state = State::load_of(self.repository, &self.run)?;
        Ok(())
    }

    /// Reads again what others have written meanwhile, where they have.
    pub fn catch_up(&self) -> Result<(), Error> {
        let notes = self.repository.ref_target(&RefName::notes(&self.run))?;
        let mut state = self.lock();
        if notes != state.notes {
            *state = State::load_of(self.repository, &self.run)?;
        }
        Ok(())
    }

    /// Reads something off the history as it was read last.
    pub fn ask<T>(&self, question: impl FnOnce(&H) -> T) -> T {
        question(&self.lock().history)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State<H>> {
        // A thread that panicked wrote nothing: the state is whole.
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    /// Appends the event that the history calls for, and returns its number.
    ///
    /// The deed is asked for again each time that somebody else was quicker, with the history as it is then.
    pub fn append(&self, deed: impl Fn(&H) -> Deed) -> Result<u64, Error> {
        let mut state = self.lock();
        for _ in 0..TRIES {
            let deed = deed(&state.history);
            match self.insist(&state, &deed) {
                Err(Error::Refs(refs::Error::Lost { name, .. })) if self.is_ours(&name) && state.notes.is_some() => {
                    *state = State::load_of(self.repository, &self.run)?;
                }
                Err(error) => return Err(error),
                Ok((next, event)) => {
                    *state = next;
                    let base = state.history.base();
                    self.hooks.iter().for_each(|hooks| hooks.after(&event, (base, deed.report.as_ref())));
                    return Ok(state.tip().count);
                }
            }
        }
        let (name, expected) = (RefName::notes(&self.run), state.notes);
        Err(refs::Error::Lost { name, expected, found: None }.into())
    }

    /// Tells whether a lost race over this ref only means that another event came first.
    fn is_ours(&self, name: &RefName) -> bool {
        let ours = [RefName::notes(&self.run), RefName::logs(&self.run), RefName::winner(&self.run)];
        ours.contains(name) || name.is_of_entry()
    }

    /// Appends, once more where somebody who tidied up took objects that it needs.
    fn insist(&self, state: &State<H>, deed: &Deed) -> Result<(State<H>, Event<'static>), Error> {
        match self.try_append(state, deed) {
            Err(Error::Refs(error @ refs::Error::Lost { .. })) => Err(error.into()),
            Err(_) => self.repository.insist(|| self.try_append(state, deed)),
            done => done,
        }
    }

    fn try_append(&self, state: &State<H>, deed: &Deed) -> Result<(State<H>, Event<'static>), Error> {
        let (next, event) = self.extend(state, deed.draft.clone())?;
        let identity = self.identity.now();
        let base = next.history.base();
        let mut notes: Vec<(Oid, Vec<u8>)> = base.into_iter().map(|base| (base, next.bytes.clone())).collect();
        notes.extend(next.history.notes().into_iter().map(|(id, text)| (id, text.into_bytes())));
        let commit = self.repository.write_notes(state.notes, &notes, &identity)?;
        let mut edits = deed.edits.clone();
        edits.extend(self.log_edit(deed, &identity)?);
        // Last, as refs that are files move one after another: whoever sees the event sees what it speaks of.
        edits.push(Edit { name: RefName::notes(&self.run), expected: state.notes, new: Some(commit) });
        // What cannot be noted is asked about later, where commands would follow from it.
        let _ = own_events::note(&self.repository.scratch_dir().join(self.run.as_str()), [event.line().as_bytes()]);
        failpoint::pass("event written");
        self.repository.write_refs(&edits, &identity)?;
        failpoint::pass("event recorded");
        self.repository.sync_refs(edits.iter().map(|edit| &edit.name));
        Ok((State { notes: Some(commit), ..next }, event))
    }

    fn extend(&self, state: &State<H>, mut draft: Draft) -> Result<(State<H>, Event<'static>), Error> {
        draft.time = Some(Clock::System.now());
        let event = draft.seal(&state.tip()).map_err(|source| Error::Event { of: self.run.clone(), source })?;
        let mut history = state.history.clone();
        take(&self.run, &mut history, &event).map_err(overtaken)?;
        let mut bytes = state.bytes.clone();
        bytes.extend_from_slice(event.line().as_bytes());
        bytes.push(b'\n');
        Ok((State { notes: state.notes, bytes, tip: Some(Tip::from(&event)), history }, event))
    }

    fn log_edit(&self, deed: &Deed, identity: &Identity) -> Result<Option<Edit>, Error> {
        if deed.logs.is_empty() {
            return Ok(None);
        }
        let expected = self.repository.logs(&self.run)?;
        let mut new = expected;
        for log in &deed.logs {
            new = Some(self.repository.write_logs(new, log, identity)?);
        }
        Ok((new != expected).then_some(Edit { name: RefName::logs(&self.run), expected, new }))
    }
}
