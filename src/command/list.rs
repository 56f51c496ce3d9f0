//! `git par list`: the runs of this repository, or the workers of one, from refs alone.

mod entry;
mod landing;
mod run_state;
mod totals;
mod watch;

use serde::Serialize;
use serde_json::Value;

use super::{Answer, Context, Error, Report, report, style};
use crate::{
    engine::{
        journal::{self, State},
        queue::roster::Roster,
        runs,
    },
    model::run_id::RunId,
    repo::open::Repository,
};
pub use entry::{Entry, Overview};
pub use landing::Landing;
pub use run_state::RunState;
pub use totals::Totals;

/// The most runs that people are shown unless they ask for all.
const MOST: usize = 20;

/// List the runs of this repository, newest first, or the workers of one run
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Args {
    /// The run, or a unique beginning of its name
    pub run: Option<String>,
    /// Show every run, not only the newest 20
    #[arg(long, conflicts_with = "run")]
    pub all: bool,
    /// Show it anew whenever it changes, until the run is over or you interrupt it
    #[arg(long)]
    pub watch: bool,
}

/// What a listing answers.
#[derive(Debug, Serialize)]
pub struct Listing {
    /// The runs, newest first.
    pub runs: Vec<Entry>,
    #[serde(skip)]
    is_one: bool,
    /// How many of the runs people are shown.
    #[serde(skip)]
    most: usize,
    /// Whether it was written already.
    #[serde(skip)]
    is_told: bool,
    #[serde(skip)]
    is_interrupted: bool,
}

/// Lists runs.
pub fn run(args: &Args, context: &Context<'_>) -> Result<Listing, Error> {
    let repository = context.open()?;
    if let Some(wanted) = args.run.as_deref() {
        if let (false, Ok(run)) = (args.watch, wanted.parse()) {
            // A full name is taken for one at once: looking for it first takes as long as reading.
            match State::load(&repository, &run) {
                Err(journal::Error::Unknown(_)) => {}
                loaded => {
                    let roster = Roster::load(&repository)?;
                    return Ok(Listing::of_one(Entry::of((&repository, &roster), run, Ok(loaded?))));
                }
            }
        }
        let run = runs::choose(&repository, Some(wanted))?;
        return one_or_watched(&repository, &run, (args.watch, context));
    }
    let most = if args.all { usize::MAX } else { MOST };
    if args.watch {
        watch::watch(context, (&repository, None), || all(&repository, most))
    } else {
        all(&repository, most)
    }
}

/// Lists one run, once or until it is over.
pub(super) fn one_or_watched(
    repository: &Repository,
    run: &RunId,
    (is_watched, context): (bool, &Context<'_>),
) -> Result<Listing, Error> {
    if is_watched {
        return watch::watch(context, (repository, Some(run)), || one(repository, run));
    }
    one(repository, run)
}

fn one(repository: &Repository, run: &RunId) -> Result<Listing, Error> {
    let state = State::load(repository, run)?;
    let roster = Roster::load(repository)?;
    Ok(Listing::of_one(Entry::of((repository, &roster), run.clone(), Ok(state))))
}

fn all(repository: &Repository, most: usize) -> Result<Listing, Error> {
    let all = runs::all(repository)?;
    let roster = Roster::load(repository)?;
    let entry = |(run, state)| Entry::of((repository, &roster), run, state);
    Ok(Listing::of(all.into_iter().map(entry).collect(), most))
}

impl Listing {
    fn of(runs: Vec<Entry>, most: usize) -> Self {
        Self { runs, is_one: false, most, is_told: false, is_interrupted: false }
    }

    fn of_one(entry: Entry) -> Self {
        Self { is_one: true, ..Self::of(vec![entry], 1) }
    }

    fn table(&self) -> String {
        let head = ["run", "state", "workers", "gates", "winner", "merged", "sealed", "age", "task"];
        let more = self.runs.len().saturating_sub(self.most);
        let more = if more == 0 { String::new() } else { format!("and {more} more: git par list --all\n") };
        let rows = self.runs.iter().take(self.most).map(Entry::cells);
        style::table(head.map(str::to_owned).to_vec(), rows) + &more
    }
}

impl Report for Listing {
    fn text(&self) -> String {
        match self.runs.as_slice() {
            [] => "no runs\n".to_owned(),
            [Entry::Standing(overview)] if self.is_one => overview.text(),
            _ => self.table(),
        }
    }

    fn json(&self) -> Value {
        report::object(self)
    }

    fn answer(&self) -> Answer {
        if self.is_interrupted { Answer::Interrupted } else { Answer::Yes }
    }

    fn is_told(&self) -> bool {
        self.is_told
    }
}
