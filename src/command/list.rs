//! `git par list`: the runs of this repository, or the workers of one, from refs alone.

use serde::Serialize;
use serde_json::Value;

use super::{
    Context, Error, Report, report,
    standing::{Row, Standing},
    style,
};
use crate::{
    engine::{
        journal::{self, State},
        runs, supervisor,
    },
    model::{ref_name::RefName, run_id::RunId, verdict::Verdict},
    repo::open::Repository,
};

/// List the runs of this repository, newest first, or the workers of one run
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Args {
    /// The run, or a unique beginning of its name
    pub run: Option<String>,
}

/// What a listing answers.
#[derive(Debug, Serialize)]
pub struct Listing {
    /// The runs, newest first.
    pub runs: Vec<Entry>,
    #[serde(skip)]
    one: bool,
}

/// One run in a listing.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Entry {
    /// A run that reads well.
    Standing {
        /// How it stands.
        #[serde(flatten)]
        standing: Box<Standing>,
        /// Whether it is sealed.
        sealed: bool,
    },
    /// A run that does not.
    Broken {
        /// The run.
        run: RunId,
        /// Why.
        error: String,
    },
}

/// Lists runs.
pub fn run(args: &Args, context: &Context<'_>) -> Result<Listing, Error> {
    let repository = context.open()?;
    let Some(wanted) = args.run.as_deref() else {
        let all = runs::all(&repository)?;
        let runs = all.into_iter().map(|(run, state)| entry(&repository, run, state)).collect();
        return Ok(Listing { runs, one: false });
    };
    let (run, state) = load(&repository, wanted)?;
    Ok(Listing { runs: vec![entry(&repository, run, Ok(state))], one: true })
}

/// Reads the run that is named; a full name is taken for one at once, as looking for it first takes as long as reading.
fn load(repository: &Repository, wanted: &str) -> Result<(RunId, State), Error> {
    if let Ok(run) = wanted.parse() {
        match State::load(repository, &run) {
            Err(journal::Error::Unknown(_)) => {}
            loaded => return Ok((run, loaded?)),
        }
    }
    let run = runs::choose(repository, Some(wanted))?;
    let state = State::load(repository, &run)?;
    Ok((run, state))
}

fn entry(repository: &Repository, run: RunId, state: Result<State, journal::Error>) -> Entry {
    let sealed = repository.ref_target(&RefName::seal(&run)).ok().flatten().is_some();
    match state.map(|state| Standing::of(&state.history)) {
        Ok(Some(standing)) => Entry::Standing { standing: Box::new(with_truth(repository, standing)), sealed },
        Ok(None) => Entry::Broken { run, error: "it has not started".to_owned() },
        Err(error) => Entry::Broken { run, error: Error::from(error).messages.join(": ") },
    }
}

/// Tells of workers that nobody works on any more that they were cut short: the journal alone cannot know.
fn with_truth(repository: &Repository, mut standing: Standing) -> Standing {
    let running = |row: &&mut Row| row.state == "running";
    if standing.workers.iter().any(|row| row.state == "running")
        && matches!(supervisor::is_held(repository, &standing.run), Ok(false))
    {
        standing.workers.iter_mut().filter(running).for_each(|row| row.state = "interrupted");
    }
    standing
}

impl Report for Listing {
    fn text(&self) -> String {
        match self.runs.as_slice() {
            [] => "no runs\n".to_owned(),
            [Entry::Standing { standing, sealed }] if self.one => {
                let sealed = if *sealed { "sealed\n" } else { "" };
                let merged = standing.merge.map(|merge| format!("merged as {}\n", merge.short())).unwrap_or_default();
                format!(
                    "run {}\ntask: {}\n{}{merged}{sealed}",
                    standing.run,
                    first_line(&standing.task),
                    standing.table()
                )
            }
            runs => {
                let head =
                    ["run", "workers", "passed", "winner", "merged", "sealed", "task"].map(str::to_owned).to_vec();
                style::table(head, runs.iter().map(Entry::cells))
            }
        }
    }

    fn json(&self) -> Value {
        report::object(self)
    }
}

fn first_line(task: &str) -> String {
    task.lines().next().unwrap_or_default().chars().take(60).collect()
}

impl Entry {
    fn cells(&self) -> Vec<String> {
        match self {
            Self::Broken { run, error } => vec![run.to_string(), style::Style::Bad.paint(error)],
            Self::Standing { standing, sealed } => {
                let finished = standing.workers.iter().filter(|row| row.candidate.is_some()).count();
                let gated = standing.workers.iter().filter(|row| row.verdict != Verdict::None).count();
                let passed = standing.workers.iter().filter(|row| row.verdict == Verdict::Pass).count();
                vec![
                    standing.run.to_string(),
                    format!("{finished}/{}", standing.workers.len()),
                    if gated == 0 { "-".to_owned() } else { format!("{passed}/{gated}") },
                    standing.winner.map_or("-".to_owned(), |winner| winner.to_string()),
                    standing.merge.map_or("-".to_owned(), |merge| merge.short()),
                    if *sealed { "yes" } else { "-" }.to_owned(),
                    first_line(&standing.task),
                ]
            }
        }
    }
}
