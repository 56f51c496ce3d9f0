//! Outputs: where what a worker's children printed is: live in the scratch folder, kept in the run's logs.

use std::{
    fs::{self, File},
    io,
    path::PathBuf,
    time::{Duration, SystemTime},
};

use super::{journal::State, supervisor, turn};
use crate::{
    model::{
        chain,
        event::Event,
        fact::Fact,
        history::{History, Lane},
        oid::Oid,
        run_id::RunId,
        worker::Worker,
    },
    process::clock,
    repo::{log_store, objects, open::Repository},
};

/// How much older than an event a file may seem that was written after it: file systems count in ticks.
const TICK: Duration = Duration::from_millis(20);

/// Why an output could not be found.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The supervisor's lock.
    #[error(transparent)]
    Supervisor(#[from] supervisor::Error),
    /// The gate's lock.
    #[error(transparent)]
    Turn(#[from] turn::Error),
    /// The logs.
    #[error(transparent)]
    Logs(#[from] log_store::Error),
    /// An object.
    #[error(transparent)]
    Objects(#[from] objects::Error),
    /// The live log.
    #[error("could not read the log '{}'", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The log was recorded, and is not in this repository.
    #[error("{whose} output is not in this repository: {blob} is missing")]
    Missing {
        /// Whose, and which.
        whose: String,
        /// The blob.
        blob: Oid,
    },
}

/// Which child's output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Which {
    /// The agent's.
    Agent,
    /// The gate's.
    Gate,
    /// That of the setup command.
    Setup,
    /// What the worker handed over to those after it.
    Product,
    /// What the goal's gate said of the union of a plan, which is no worker's.
    Union,
}

impl std::fmt::Display for Which {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            Self::Agent => "agent",
            Self::Gate => "gate",
            Self::Setup => "setup",
            Self::Product => "product",
            Self::Union => "union",
        })
    }
}

/// Where an output is.
#[derive(Debug)]
pub enum Place {
    /// It is a blob, whole.
    Kept(Oid),
    /// It is a file, which may still grow, and be cut at the start of another attempt.
    Live(File),
    /// There is none, for this reason.
    None(String),
}

/// One worker's output at one moment.
#[derive(Clone, Copy)]
pub struct Output<'a> {
    /// The repository.
    pub repository: &'a Repository,
    /// The run.
    pub run: &'a RunId,
    /// The worker; none where it is the union's.
    pub worker: Option<Worker>,
    /// Which of its outputs.
    pub which: Which,
    /// Of which of its attempts; none: of the newest.
    pub attempt: Option<u32>,
}

/// Tells whether any process works on a run now: on its workers, or on a gate of theirs.
pub fn is_under_way(repository: &Repository, run: &RunId, state: &State) -> Result<bool, Error> {
    if supervisor::is_held(repository, run)? {
        return Ok(true);
    }
    for (worker, _) in state.history.lanes() {
        if turn::is_taken(repository, run, worker)? {
            return Ok(true);
        }
    }
    Ok(false)
}

impl Output<'_> {
    /// Tells whether nothing more is to come; ask before reading, so that what is read then is all.
    pub fn is_over(&self, state: &State) -> Result<bool, Error> {
        let held = supervisor::is_held(self.repository, self.run)?;
        let Some(worker) = self.worker else { return Ok(!held) };
        let lane = state.history.lane(worker);
        let finished = lane.is_some_and(|lane| lane.finished.is_some());
        if self.which != Which::Gate {
            return Ok(finished || !held);
        }
        let gated = lane.is_some_and(|lane| lane.gate.is_some());
        let planned = state.history.run().is_some_and(|run| run.args.gate.is_some());
        let to_come = held && !gated && planned;
        Ok(!to_come && !turn::is_taken(self.repository, self.run, worker)?)
    }

    /// Names whose output it is, and which.
    #[must_use]
    pub fn whose(&self) -> String {
        self.worker.map_or("the union's gate".to_owned(), |worker| format!("{worker}'s {}", self.which))
    }

    /// Finds it.
    pub fn find(&self, state: &State) -> Result<Place, Error> {
        let Some(worker) = self.worker else { return self.union(&state.history) };
        let lane = state.history.lane(worker).cloned().unwrap_or_default();
        if let Some(attempt) = self.attempt.filter(|attempt| lane.started.is_none() || *attempt != lane.attempt()) {
            return self.superseded(state, attempt);
        }
        if lane.started.is_none() {
            return Ok(Place::None("it has not started".to_owned()));
        }
        match self.which {
            Which::Agent => self.agent(&lane),
            Which::Gate => self.gate((worker, &lane)),
            Which::Setup => self.setup(&lane),
            Which::Product => match lane.outcome().map(|outcome| &outcome.product) {
                Some(Some(product)) => self.kept(product.blob),
                Some(None) => Ok(Place::None("it handed nothing over".to_owned())),
                None => Ok(Place::None("it has not ended".to_owned())),
            },
            Which::Union => self.union(&state.history),
        }
    }

    /// Finds what the goal's gate printed of the union of a plan.
    fn union(&self, history: &History) -> Result<Place, Error> {
        let none = |reason: &str| Ok(Place::None(reason.to_owned()));
        let Some(pursuit) = history.pursuit() else { return none("the run carries out no plan") };
        let has_gate = history.run().is_some_and(|run| run.args.gate.is_some());
        match pursuit.gate.as_ref().map(|placed| &placed.fact.result.log) {
            Some(Some(log)) => self.kept(log.blob),
            Some(None) => none("the gate could not be run"),
            None if !has_gate => none("the goal has no gate"),
            None if pursuit.end.is_some() => none("no task changed anything that could be gated"),
            None => none("it has not been gated"),
        }
    }

    /// Finds what an attempt before the newest printed: its events name it, and the history of the logs has it.
    fn superseded(&self, state: &State, attempt: u32) -> Result<Place, Error> {
        let facts = chain::lines(&state.bytes).filter_map(|line| Fact::read(&Event::parse(line.ok()?).ok()?).ok());
        let mut found = None;
        for fact in facts {
            match fact {
                Fact::WorkerFinished(fact) if (Some(fact.args.worker), fact.args.attempt) == (self.worker, attempt) => {
                    found = Some(match self.which {
                        Which::Agent => fact.result.log,
                        Which::Product => fact.result.product,
                        Which::Gate | Which::Setup | Which::Union => None,
                    });
                }
                Fact::GateFinished(fact)
                    if (fact.args.worker, fact.args.attempt) == (self.worker, Some(attempt))
                        && self.which == Which::Gate =>
                {
                    found = Some(fact.result.log);
                }
                _ => {}
            }
        }
        match found {
            Some(Some(log)) => self.kept(log.blob),
            Some(None) => Ok(Place::None(format!("nothing of that was kept of attempt {attempt}"))),
            None => Ok(Place::None(format!("it has no attempt {attempt} that ended"))),
        }
    }

    fn agent(&self, lane: &Lane) -> Result<Place, Error> {
        let Some(outcome) = lane.outcome() else {
            return self.live(started(lane), "its agent has not printed anything yet");
        };
        match (&outcome.log, &outcome.failed_in) {
            (Some(log), _) => self.kept(log.blob),
            (None, Some(step)) => Ok(Place::None(format!("its agent never ran: {step} failed"))),
            (None, None) => Ok(Place::None("nothing that its agent printed was kept".to_owned())),
        }
    }

    fn gate(&self, (worker, lane): (Worker, &Lane)) -> Result<Place, Error> {
        let last = lane.gate.as_ref().and_then(|placed| time(placed.time.as_deref()));
        if turn::is_taken(self.repository, self.run, worker)? {
            return self.live(last.or(started(lane)), "its gate has not printed anything yet");
        }
        match lane.gate.as_ref().map(|placed| &placed.fact.result.log) {
            Some(Some(log)) => self.kept(log.blob),
            Some(None) => Ok(Place::None("its gate could not be run".to_owned())),
            None => Ok(Place::None("it has not been gated".to_owned())),
        }
    }

    /// Finds what the setup command printed, which is kept where it failed.
    fn setup(&self, lane: &Lane) -> Result<Place, Error> {
        let failed = lane.outcome().is_some_and(|outcome| outcome.failed_in.as_deref() == Some("setup"));
        match self.in_logs()?.filter(|_| failed) {
            Some(blob) => self.kept(blob),
            None => self.live(started(lane), "what its setup printed is kept only where it failed"),
        }
    }

    fn in_logs(&self) -> Result<Option<Oid>, Error> {
        let Some(logs) = self.repository.logs(self.run)? else { return Ok(None) };
        let root = self.repository.commit(logs)?.tree;
        let find = |tree: Oid, name: String| -> Result<Option<Oid>, Error> {
            let entries = self.repository.tree_entries(tree)?;
            Ok(entries.into_iter().find(|entry| entry.name == name).map(|entry| entry.id))
        };
        let Some(folder) = find(root, self.folder())? else { return Ok(None) };
        find(folder, format!("{}.log", self.which))
    }

    fn kept(&self, blob: Oid) -> Result<Place, Error> {
        if self.repository.has(blob) {
            Ok(Place::Kept(blob))
        } else {
            Err(Error::Missing { whose: self.whose(), blob })
        }
    }

    /// Names the folder of its logs.
    fn folder(&self) -> String {
        self.worker.map_or("base".to_owned(), |worker| worker.to_string())
    }

    /// Opens the live file, unless what it holds is older than this.
    fn live(&self, since: Option<SystemTime>, nothing: &str) -> Result<Place, Error> {
        let folder = self.repository.scratch_dir().join(self.run.as_str()).join(self.folder());
        let path = folder.join(format!("{}.log", self.which));
        let read = || -> io::Result<Option<File>> {
            // A link in its place would show a file of somebody else's.
            if !fs::symlink_metadata(&path)?.is_file() {
                return Ok(None);
            }
            let file = File::open(&path)?;
            let written = file.metadata()?.modified()? + TICK;
            Ok((since.is_none_or(|since| written >= since)).then_some(file))
        };
        match read() {
            Ok(Some(file)) => Ok(Place::Live(file)),
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(Error::File { path, source: error }),
            _ => Ok(Place::None(nothing.to_owned())),
        }
    }
}

fn started(lane: &Lane) -> Option<SystemTime> {
    time(lane.started.as_ref()?.time.as_deref())
}

fn time(text: Option<&str>) -> Option<SystemTime> {
    clock::read(text?)
}
