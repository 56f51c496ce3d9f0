//! Auto-merges: what a run wins is added to the queue of a branch as soon as the run is over.

use super::{
    Context, Error, Kind, foreign,
    merge::offer,
    pick,
    queue::{
        self,
        add::{self, Queued},
        terms::TermsArgs,
    },
};
use crate::{
    engine::{
        gate::Gate,
        journal::Journal,
        queue::{desk::QueueState, intake::Wanted},
    },
    model::{
        agenda,
        fact::entry_added::Source,
        history::History,
        journal_name::QueueName,
        queue::entry::{Entry, State},
        ref_name::RefName,
    },
    repo::{open::Repository, settings::Settings},
};

/// Stands for the branch that is checked out.
const HERE: &str = "HEAD";

/// The flags of a run whose winner is to land by itself.
// The group of the arguments that these are flattened into has this one's usual name.
#[derive(Clone, Debug, Default, clap::Args)]
#[group(skip)]
pub struct Args {
    /// Add the winner to the queue of the branch that is checked out, or of another, when the run ends [default: par.autoMerge]
    #[arg(long, value_name = "BRANCH", num_args = 0..=1, require_equals = true, default_missing_value = HERE)]
    pub auto_merge: Option<String>,
    /// Add nothing, whatever par.autoMerge says
    #[arg(long, conflicts_with = "auto_merge")]
    pub no_auto_merge: bool,
}

impl Args {
    /// Wants nothing of the kind, whatever the settings say.
    #[must_use]
    pub(super) fn none() -> Self {
        Self { auto_merge: None, no_auto_merge: true }
    }

    /// Returns the queue that the winner is to be added to, where the user wants that; one that is not here yet can begin, with
    /// the run's check where nothing else says how.
    pub(super) fn wish(
        &self,
        (repository, settings): (&Repository, &Settings),
        lent: Option<&Gate>,
    ) -> Result<Option<QueueName>, Error> {
        let Some(branch) = self.branch(settings) else { return Ok(None) };
        let queue = queue_of(repository, branch)?;
        if repository.ref_target(&RefName::notes(&queue))?.is_none() {
            TermsArgs::default().choose(repository, lent.cloned()).map_err(|error| in_own_words(error, &queue))?;
        }
        Ok(Some(queue))
    }

    fn branch<'s>(&'s self, settings: &'s Settings) -> Option<&'s str> {
        if self.no_auto_merge {
            return None;
        }
        let configured = || match settings.get("par.autoMerge")? {
            text if ["", "false", "no", "off", "0"].contains(&&*text.to_ascii_lowercase()) => None,
            text if ["true", "yes", "on", "1"].contains(&&*text.to_ascii_lowercase()) => Some(HERE),
            branch => Some(branch),
        };
        self.auto_merge.as_deref().or_else(configured)
    }
}

/// Names the queue of a branch that is there.
fn queue_of(repository: &Repository, branch: &str) -> Result<QueueName, Error> {
    let here = || {
        repository.current_branch()?.ok_or_else(|| {
            Error::usage("HEAD is detached: there is no branch for the winner to land on")
                .hint("git par spawn --auto-merge=BRANCH ...")
        })
    };
    let queue =
        if branch == HERE { queue::name(repository, here()?.as_str()) } else { queue::name(repository, branch) }?;
    match repository.ref_target(&RefName::full(queue.target()))? {
        Some(_) => Ok(queue),
        None => Err(Error::usage(format!("branch '{queue}' does not exist")).hint("git branch --list")),
    }
}

/// Tells why a queue cannot begin, with the ways out of whoever starts a run.
fn in_own_words(error: Error, queue: &QueueName) -> Error {
    let messages = [vec![format!("the queue into '{queue}' cannot begin")], error.messages].concat();
    let hints = [
        "git config par.gate 'make test'",
        "git par spawn --gate 'make test' ...",
        "git par spawn --no-auto-merge ...",
    ];
    Error { messages, hints: hints.map(str::to_owned).to_vec(), ..error }
}

/// A run that may be over, whose winner somebody wants to land.
pub(super) struct Ending<'a> {
    pub(super) repository: &'a Repository,
    pub(super) settings: &'a Settings,
    pub(super) journal: &'a Journal<'a>,
    /// Whether the user trusts what others wrote.
    pub(super) trust: bool,
}

impl Ending<'_> {
    /// Adds what the run won to the queue that it was begun for, picked by its rule where nobody did; where that is not to be,
    /// the reason is told, and nothing else changes. For whoever holds the run.
    pub(super) fn carry_out(&self, context: &Context<'_>) -> Option<Queued> {
        let queue = self.journal.ask(wished)?;
        let added = self.require_over().and_then(|()| self.pick(context)).and_then(|()| self.add(context, &queue));
        added.map_err(|error| told(context, &queue, &error)).ok()
    }

    fn require_over(&self) -> Result<(), Error> {
        if self.journal.ask(agenda::is_over) {
            return Ok(());
        }
        let run = &self.journal.run;
        let error = Error::new(Kind::Cannot, format!("run '{run}' was cut short"));
        Err(if self.journal.ask(|history| agenda::open(history).is_empty()) {
            error.hint(format!("git par pick {run} && git par queue add {run}"))
        } else {
            error.hint(format!("git par resume {run}"))
        })
    }

    fn require_trust(&self) -> Result<(), Error> {
        foreign::require_trust(self.repository, &self.journal.state(), self.trust)
    }

    fn pick(&self, context: &Context<'_>) -> Result<(), Error> {
        if !self.journal.ask(is_unpicked) {
            return Ok(());
        }
        self.require_trust()?;
        let args = pick::Args::default();
        let picked = pick::pick(&args, self.journal, (self.repository, self.settings), context)?;
        match picked.winner {
            Some(_) => Ok(()),
            None => {
                Err(Error::new(Kind::Cannot, format!("run '{}' has no winner: {}", self.journal.run, picked.reason)))
            }
        }
    }

    /// Adds what the run offers, once: what a person made of it since is left alone.
    fn add(&self, context: &Context<'_>, queue: &QueueName) -> Result<Queued, Error> {
        let run = &self.journal.run;
        let wanted = add::of_run(self.repository, run.clone(), 0)?;
        if self.journal.ask(|history| has_landed(history, (&wanted, queue))) {
            return Err(Error::new(Kind::Cannot, format!("run '{run}' is merged into '{queue}' already")));
        }
        if let Some(entry) = entry_of(self.repository, queue, &wanted.source) {
            return again(queue, &entry, &wanted);
        }
        self.require_trust()?;
        add::add(context, self.repository, queue.clone(), (&[wanted], &TermsArgs::default()))
    }
}

/// Adds what was picked of a run that is here to the queue that it was begun for.
pub(super) fn after_pick(context: &Context<'_>, run: Option<&str>) -> Result<Option<Queued>, Error> {
    let repository = context.open()?;
    let settings = repository.settings()?;
    let run = context.choose(&repository, run)?;
    let journal = Journal::open(&repository, run, repository.require_identity()?, context.listener)?;
    let ending = Ending { repository: &repository, settings: &settings, journal: &journal, trust: false };
    let Some(queue) = journal.ask(wished) else { return Ok(None) };
    Ok(ending.add(context, &queue).map_err(|error| told(context, &queue, &error)).ok())
}

/// Tells of the entry that a run has in the queue; one that a person dropped, or that brings something else, is a person's matter.
fn again(queue: &QueueName, entry: &Entry, wanted: &Wanted) -> Result<Queued, Error> {
    let Source::Run(run) = &wanted.source else { return Ok(Queued::again(queue, entry)) };
    let id = entry.id;
    let add = format!("git par queue add {run} --into {queue}");
    let refused = |message| Err(Error::new(Kind::Cannot, message));
    match entry.state {
        State::Dropped => refused(format!("entry {id} brought it, and was dropped")).map_err(|error| error.hint(add)),
        _ if entry.commit == wanted.commit => Ok(Queued::again(queue, entry)),
        State::Merged(_) => {
            refused(format!("entry {id} landed what run '{run}' won before")).map_err(|error| error.hint(add))
        }
        _ => refused(format!("entry {id} brings what run '{run}' won before"))
            .map_err(|error| error.hint(format!("git par queue drop {id} --into {queue} && {add}"))),
    }
}

/// Tells why nothing was added.
fn told(context: &Context<'_>, queue: &QueueName, error: &Error) {
    context.warn(format!("nothing was added to the queue into '{queue}': {}", error.in_line()));
}

/// Returns the queue that a run's winner is to be added to.
fn wished(history: &History) -> Option<QueueName> {
    QueueName::of(history.run()?.args.auto_merge.as_ref()?)
}

/// Tells whether nobody picked since the run's workers and gates said what they say now.
fn is_unpicked(history: &History) -> bool {
    let knows_all = |seq: u64| history.grounds().iter().all(|ground| *ground < seq);
    let found_nobody =
        history.selected.as_ref().is_some_and(|placed| placed.fact.result.winner.is_none() && knows_all(placed.seq));
    history.pursuit().is_none() && offer::find(history).is_none() && !found_nobody
}

fn has_landed(history: &History, (wanted, queue): (&Wanted, &QueueName)) -> bool {
    let target = queue.target();
    history.merged.iter().any(|placed| placed.fact.args.candidate == wanted.commit && placed.fact.args.target == target)
}

/// Finds the newest entry that a run brought, whatever became of it.
fn entry_of(repository: &Repository, queue: &QueueName, source: &Source) -> Option<Entry> {
    let state = QueueState::load_of(repository, queue).ok()?;
    let mut entries = state.history.entries().iter().rev().filter(|entry| entry.source == *source);
    entries.clone().find(|entry| entry.state != State::Dropped).or(entries.next()).cloned()
}
