//! `git par queue add`: what is to land when its turn comes.

use serde::Serialize;
use serde_json::Value;

use super::{
    opened,
    terms::{self, TermsArgs},
};
use crate::{
    command::{Context, Error, Kind, Report, merge::offer, report, style::Style},
    engine::{
        journal::{Journal, State},
        queue::{
            desk::{Desk, QueueJournal},
            intake::{self, Added, Wanted},
        },
        runs,
    },
    model::{
        candidate,
        fact::entry_added::Source,
        journal_name::QueueName,
        oid::Oid,
        queue::entry::{Entry, EntryId},
        ref_name::RefName,
        run_id::RunId,
        told_of_queues,
    },
    repo::open::Repository,
};

/// Add what runs won, branches or commits to the queue of a branch
///
/// The first entry begins the queue, with the style and the check that it has from then on; both can be given anew later.
/// What is in the queue already is not added twice.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Args {
    /// The runs, branches or commits, in the order in which they are to land [default: the newest run]
    #[arg(value_name = "RUN|BRANCH|COMMIT")]
    pub what: Vec<String>,
    /// The branch to land on [default: the one that is checked out here]
    #[arg(long, value_name = "BRANCH")]
    pub into: Option<String>,
    /// What is higher goes first; equals go in the order in which they were added
    #[arg(long, value_name = "N", default_value_t = 0, allow_negative_numbers = true)]
    pub priority: i32,
    /// How entries land, and by what check.
    #[command(flatten)]
    pub terms: TermsArgs,
}

/// What an adding answers.
#[derive(Debug, Serialize)]
pub struct Queued {
    /// The branch.
    pub target: String,
    /// What was added, in order.
    pub entries: Vec<Row>,
}

/// One entry that was added, or was there.
#[derive(Debug, Serialize)]
pub struct Row {
    /// Its number.
    pub entry: EntryId,
    /// Where it came from.
    pub source: Source,
    /// The commit that is to land.
    pub commit: Oid,
    /// Whether it was in the queue before.
    pub already: bool,
}

/// Adds entries.
pub fn run(args: &Args, context: &Context<'_>) -> Result<Queued, Error> {
    let repository = context.open()?;
    let wanted = args.wanted(context, &repository)?;
    let queue = match &args.into {
        Some(branch) => opened::name(&repository, branch)?,
        None => opened::choose(context, &repository, None)?,
    };
    add(context, &repository, queue, (&wanted, &args.terms))
}

/// Adds entries to a queue, which begins where it is not there yet.
pub(in crate::command) fn add(
    context: &Context<'_>,
    repository: &Repository,
    queue: QueueName,
    (wanted, terms): (&[Wanted], &TermsArgs),
) -> Result<Queued, Error> {
    let journal: QueueJournal<'_> =
        Journal::new(repository, queue, repository.require_identity()?).hooked(context.listener)?;
    let desk = opened::desk(context, repository, &journal)?;
    require_related(&desk, wanted.iter().map(|wanted| wanted.commit))?;
    if intake::is_here(&desk)? {
        terms.apply(&desk)?;
    } else {
        let run = wanted.iter().find_map(|wanted| wanted.source.run());
        let terms = terms.begin(&desk, run.and_then(|run| terms::lent(repository, run)))?;
        intake::begin(&desk, terms)?;
    }
    let row = |wanted: &Wanted| match intake::add(&desk, wanted)? {
        Added::New(entry) => Ok(Row { entry, source: wanted.source.clone(), commit: wanted.commit, already: false }),
        Added::Already(entry) => Ok(Row { entry, source: wanted.source.clone(), commit: wanted.commit, already: true }),
    };
    let entries = new(context, &desk, wanted)?.into_iter().map(row).collect::<Result<_, Error>>()?;
    Ok(Queued { target: desk.target().to_string(), entries })
}

/// Leaves out what the branch has already, other than by an entry of the queue, and says so.
fn new<'w>(context: &Context<'_>, desk: &Desk<'_>, wanted: &'w [Wanted]) -> Result<Vec<&'w Wanted>, Error> {
    let Some(tip) = desk.tip()? else { return Ok(wanted.iter().collect()) };
    let mut new = Vec::new();
    for wanted in wanted {
        let is_entry = desk.journal.ask(|queue| queue.entries().iter().any(|entry| entry.commit == wanted.commit));
        if !is_entry && desk.repository.is_ancestor(wanted.commit, tip)? {
            let (source, queue) = (told_of_queues::source(&wanted.source), &desk.journal.run);
            context.warn(format!("{source} ({}) is in {queue} already: nothing is added", wanted.commit.short()));
        } else {
            new.push(wanted);
        }
    }
    Ok(new)
}

/// Refuses what could never be merged.
pub(super) fn require_related(desk: &Desk<'_>, commits: impl IntoIterator<Item = Oid>) -> Result<(), Error> {
    let Some(tip) = desk.tip()? else { return Ok(()) };
    for commit in commits {
        if !desk.repository.is_related(tip, commit)? {
            let (commit, target) = (commit.short(), desk.target());
            let message = format!("commit {commit} has no history in common with '{target}'");
            return Err(Error::new(Kind::Cannot, message).hint(format!("git rebase --root --onto {target} {commit}")));
        }
    }
    Ok(())
}

impl Args {
    fn wanted(&self, context: &Context<'_>, repository: &Repository) -> Result<Vec<Wanted>, Error> {
        if self.what.is_empty() {
            return Ok(vec![of_run(repository, context.choose(repository, None)?, self.priority)?]);
        }
        self.what.iter().map(|text| self.find(context, repository, text)).collect()
    }

    /// Finds what a text names: a run by its id, a branch, a run by the beginning of its id, a commit.
    fn find(&self, context: &Context<'_>, repository: &Repository, text: &str) -> Result<Wanted, Error> {
        let branch = repository.real_branch(RefName::branch(text))?;
        let is_run = || text.parse::<RunId>().is_ok_and(|run| State::load(repository, &run).is_ok());
        // What cannot be a branch's name may be a commit's.
        let branch_tip = repository.ref_target(&branch).unwrap_or_default();
        let branch_tip = branch_tip.filter(|_| branch.as_str().starts_with("refs/heads/"));
        let is_begun = || runs::choose(repository, Some(text));
        if is_run() {
            return of_run(repository, context.choose(repository, Some(text))?, self.priority);
        }
        if let Some(commit) = branch_tip {
            return self.of_commit(repository, Source::Branch(branch.to_string()), commit);
        }
        match is_begun() {
            Ok(run) => of_run(repository, run, self.priority),
            Err(error @ runs::Error::Ambiguous { .. }) => Err(error.into()),
            Err(_) => {
                let commit = repository.resolve_commit(text)?.ok_or_else(|| {
                    Error::usage(format!("'{text}' is neither a run nor a branch nor a commit")).hint("git par list")
                })?;
                self.of_commit(repository, Source::Commit(commit), commit)
            }
        }
    }

    fn of_commit(&self, repository: &Repository, source: Source, commit: Oid) -> Result<Wanted, Error> {
        let title = repository.commit_message(commit)?.lines().next().unwrap_or_default().to_owned();
        Ok(Wanted { source, commit, title, priority: self.priority })
    }
}

/// Finds what a run offers.
pub(in crate::command) fn of_run(repository: &Repository, run: RunId, priority: i32) -> Result<Wanted, Error> {
    let history = State::load(repository, &run)?.history;
    let (_, commit) = offer::find(&history)
        .ok_or_else(|| Error::new(Kind::Cannot, offer::none(&history, &run)).hint(offer::way_out(&history, &run)))?;
    let task = history.run().map(|run| run.args.task.clone()).unwrap_or_default();
    let title = candidate::title(&task).to_owned();
    Ok(Wanted { source: Source::Run(run), commit, title, priority })
}

impl Queued {
    /// Tells of an entry that was in the queue before.
    pub(in crate::command) fn again(queue: &QueueName, entry: &Entry) -> Self {
        let Entry { id, source, commit, .. } = entry.clone();
        Self { target: queue.target(), entries: vec![Row { entry: id, source, commit, already: true }] }
    }
}

impl Report for Queued {
    fn text(&self) -> String {
        let branch = self.target.trim_start_matches("refs/heads/");
        let line = |row: &Row| {
            let word = if row.already { "is in the queue already" } else { "added" };
            let source = told_of_queues::source(&row.source);
            format!(
                "{} {source} ({}): {word}\n",
                Style::Head.paint(&format!("entry {}", row.entry)),
                row.commit.short()
            )
        };
        let lines: String = self.entries.iter().map(line).collect();
        if self.entries.is_empty() {
            return "nothing was added\n".to_owned();
        }
        format!("{lines}to land on {branch}: git par queue process --into {branch}\n")
    }

    fn json(&self) -> Value {
        report::object(self)
    }
}
