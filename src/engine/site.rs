//! Sites: what every child of a run needs to know: repository, run, folders, environment, limits.

use std::{
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use super::{
    command_line,
    held_file::HeldFile,
    journal::Journal,
    prepared::Prepared,
    progress::{Listener, Progress},
};
use crate::{
    failpoint,
    model::{
        cut::Cut,
        ending::Ending,
        history::{History, Lane},
        log_digest::LogDigest,
        oid::Oid,
        worker::Worker,
    },
    process::{
        child::{self, Exit, Spec, Stdin},
        environment::Environment,
        log, plain,
        stop::Stop,
    },
    repo::{
        git, include,
        log_store::{self, LogEntry},
        objects,
        open::Repository,
        settings::Settings,
        shared,
    },
};

/// How long a child that is told to end may take, unless `par.grace` says otherwise.
const GRACE: Duration = Duration::from_secs(10);

/// Why a site could not serve.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A folder or file of ours.
    #[error("could not write '{}'", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// git could not be asked.
    #[error(transparent)]
    Git(#[from] git::Error),
    /// The files that worktrees need.
    #[error(transparent)]
    Include(#[from] include::Error),
    /// A path that worktrees share.
    #[error(transparent)]
    Shared(#[from] shared::Error),
    /// A child could not be run.
    #[error(transparent)]
    Child(#[from] child::Error),
    /// A log could not be read.
    #[error(transparent)]
    Log(#[from] log::Error),
    /// A log could not be kept.
    #[error(transparent)]
    Store(#[from] log_store::Error),
    /// What a worker starts from.
    #[error(transparent)]
    Objects(#[from] objects::Error),
}

/// What every child of a run needs to know.
#[derive(Clone)]
pub struct Site<'a> {
    /// The repository.
    pub repository: &'a Repository,
    /// The run's journal.
    pub journal: &'a Journal<'a>,
    /// Who is told what happens.
    pub listener: Listener<'a>,
    /// Whether to stop.
    pub stop: Stop,
    /// The folder of the run's worktrees.
    pub root: PathBuf,
    /// The worktrees of the workers that are next.
    pub prepared: Arc<Prepared>,
    /// The folder of the run's live logs and task files.
    pub scratch: PathBuf,
    /// The commit that a worker starts from: the run's base, or what was integrated by then.
    pub base: Oid,
    /// That commit's tree.
    pub base_tree: Oid,
    /// The tree of the commit that the run starts from, which protected paths are taken from.
    pub origin_tree: Oid,
    /// The command that prepares a worktree, where there is one.
    pub setup: Option<String>,
    /// The ignored files that each worktree needs.
    pub included: Vec<PathBuf>,
    /// How long a child that is told to end may take.
    pub grace: Duration,
    /// Why children are stopped, where it is not a person's wish.
    pub reason: Option<&'a (dyn Fn() -> Option<Cut> + Sync)>,
}

/// A child to run at a site.
#[derive(Clone, Debug)]
pub struct Errand<'e> {
    /// The command line.
    pub argv: Vec<OsString>,
    /// The folder to run in.
    pub cwd: &'e Path,
    /// The worker, or none for base.
    pub worker: Option<Worker>,
    /// Which execution of the worker.
    pub attempt: u32,
    /// The log's name, such as `agent.log`.
    pub log: &'e str,
    /// Whether its output is kept apart from its errors, in [`Site::printed_file`], and put behind them in the log.
    pub is_heard: bool,
    /// The file on its standard input.
    pub stdin: Option<PathBuf>,
    /// The most time for it.
    pub timeout: Option<Duration>,
    /// The most time in which it may print nothing.
    pub idle: Option<Duration>,
}

/// What a child came to.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// How and when it ended.
    pub exit: Exit,
    /// What identifies its output.
    pub digest: LogDigest,
    /// The entry of its output among the run's logs.
    pub entry: LogEntry,
    /// The file with its output.
    pub file: PathBuf,
}

impl<'a> Site<'a> {
    /// Makes the site of a run from the user's settings.
    pub fn new(journal: &'a Journal<'a>, repository: &'a Repository, settings: &Settings) -> Result<Self, Error> {
        let root = repository.worktree_root(repository.path_setting("par.worktreeRoot")?.as_deref(), &journal.run);
        let scratch = repository.scratch_dir().join(journal.run.as_str());
        let (base, base_tree) =
            journal.ask(|history| history.run().map_or((empty(), empty()), |run| (run.args.base, run.args.base_tree)));
        Ok(Self {
            repository,
            journal,
            listener: &|_| (),
            stop: Stop::new().map_err(|source| Error::File { path: scratch.clone(), source })?,
            root,
            prepared: Arc::new(Prepared::new(repository)),
            scratch,
            base,
            base_tree,
            origin_tree: base_tree,
            setup: settings.get("par.setup").map(str::to_owned),
            included: repository.included_files()?,
            grace: grace(settings),
            reason: None,
        })
    }

    /// Returns the site as it is for one worker, who may start from another commit than the run.
    pub fn of_worker(&self, worker: Worker) -> Result<Self, objects::Error> {
        let began = |history: &History| history.lane(worker).and_then(Lane::base).or_else(|| history.start_of(worker));
        match self.journal.ask(began).filter(|base| *base != self.base) {
            Some(base) => Ok(Self { base, base_tree: self.repository.commit(base)?.tree, ..self.clone() }),
            None => Ok(self.clone()),
        }
    }

    /// Tells whether the user ordered a step of a worker's task, or of the whole goal, to fail, to see what becomes of it.
    #[must_use]
    pub fn is_faulty(&self, step: &str, worker: Option<Worker>) -> bool {
        self.journal.ask(|history| history.pursuit().is_some_and(|pursuit| pursuit.goal.is_faulty(step, worker)))
    }

    /// Returns the file in which a worker puts what it hands over.
    #[must_use]
    pub fn output_file(&self, worker: Option<Worker>) -> PathBuf {
        self.scratch_of(worker).join("output.md")
    }

    /// Returns the file with what a child printed, where that is kept apart from its errors.
    #[must_use]
    pub fn printed_file(&self, worker: Option<Worker>) -> PathBuf {
        self.scratch_of(worker).join("printed")
    }

    /// Tells of a worker what went wrong, with what lies behind it.
    pub fn warn(&self, worker: Worker, error: &dyn std::error::Error) {
        let mut text = format!("{worker}: {error}");
        let mut cause = error.source();
        while let Some(error) = cause {
            text = format!("{text}: {error}");
            cause = error.source();
        }
        (self.listener)(Progress::Warning(text));
    }

    /// Says why a child was ended: where it was stopped, why that was.
    #[must_use]
    pub fn cut(&self, cut: Cut) -> Cut {
        let reason = || self.reason.and_then(|reason| reason());
        if cut == Cut::Stop { reason().unwrap_or(cut) } else { cut }
    }

    /// Returns the folder of a worker's worktree.
    #[must_use]
    pub fn folder(&self, worker: Worker) -> PathBuf {
        self.root.join(worker.to_string())
    }

    /// Returns the folder of one worker's live files; base has one too.
    #[must_use]
    pub fn scratch_of(&self, worker: Option<Worker>) -> PathBuf {
        self.scratch.join(folder(worker))
    }

    /// Writes a file below the run's scratch folder.
    pub fn write_scratch(&self, path: &Path, text: &str) -> Result<(), Error> {
        let write = || {
            plain::make_room(path)?;
            fs::write(path, text)
        };
        write().map_err(|source| Error::File { path: path.to_owned(), source })
    }

    /// Runs a child and keeps what it printed.
    pub fn run(&self, errand: &Errand<'_>, environment: &[(&str, &str)]) -> Result<Outcome, Error> {
        let file = self.scratch_of(errand.worker).join(errand.log);
        let failed = |source| Error::File { path: file.clone(), source };
        let held = HeldFile::open(&file).map_err(failed)?;
        let spec = Spec {
            argv: errand.argv.clone(),
            cwd: errand.cwd.to_owned(),
            environment: self.environment(errand, environment),
            stdin: errand.stdin.clone().map_or(Stdin::Null, Stdin::File),
            log: file.clone(),
            output: errand.is_heard.then(|| self.printed_file(errand.worker)),
            timeout: errand.timeout,
            idle: errand.idle,
            grace: self.grace,
            record: Some(file.with_extension("process")),
        };
        let exit = child::run(&spec, &self.stop)?;
        held.put_back().map_err(failed)?;
        if errand.is_heard {
            self.add_printed(errand.worker, &file).map_err(failed)?;
        }
        self.outcome(exit, (errand.worker, errand.log), file)
    }

    fn outcome(&self, exit: Exit, (worker, name): (Option<Worker>, &str), file: PathBuf) -> Result<Outcome, Error> {
        let (digest, entry) = self.store((worker, name), &file)?;
        Ok(Outcome { exit, digest, entry, file })
    }

    /// Keeps a file among the run's logs.
    pub fn store(&self, (worker, name): (Option<Worker>, &str), file: &Path) -> Result<(LogDigest, LogEntry), Error> {
        store(self.repository, (folder(worker), name.to_owned()), file)
    }

    /// Puts what a child printed behind what it complained of; one that removed that has printed nothing.
    fn add_printed(&self, worker: Option<Worker>, log: &Path) -> io::Result<()> {
        let mut printed = match plain::open(&self.printed_file(worker)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            printed => printed?,
        };
        io::copy(&mut printed, &mut fs::File::options().append(true).open(log)?)?;
        Ok(())
    }

    /// Keeps what a child of a supervisor that died had printed; how long it ran nobody knows.
    pub fn outcome_of(&self, worker: Worker, log: &str) -> Result<Outcome, Error> {
        let exit = Exit { ending: Ending::Interrupted, cut: None, elapsed: Duration::ZERO };
        self.outcome(exit, (Some(worker), log), self.scratch_of(Some(worker)).join(log))
    }

    /// Builds the environment of a child; of `wanted`, what the user set himself goes first.
    #[must_use]
    pub fn environment(&self, errand: &Errand<'_>, wanted: &[(&str, &str)]) -> Environment {
        let mut environment = Environment::inherit();
        for (name, value) in wanted {
            // What the user set himself goes first.
            if environment.get(name).is_none() {
                environment = environment.with(*name, *value);
            }
        }
        let worker = errand.worker.map_or("base".to_owned(), |worker| worker.get().to_string());
        environment
            .with("PAR_RUN", self.journal.run.as_str())
            .with("PAR_WORKER", worker)
            .with("PAR_ATTEMPT", errand.attempt.to_string())
            .with("PAR_BASE", self.base.to_string())
            .with("PAR_TASK_FILE", self.task_file(errand.worker))
            .with("PAR_OUTPUT", self.output_file(errand.worker))
            .with("GIT_CEILING_DIRECTORIES", errand.cwd.parent().unwrap_or(errand.cwd))
    }

    /// Returns the file with the task's text for one worker.
    #[must_use]
    pub fn task_file(&self, worker: Option<Worker>) -> PathBuf {
        self.scratch_of(worker).join("task.md")
    }

    /// Writes the task's text for a check where nothing was spawned here: of base, or in a clone.
    pub fn require_task_file(&self, worker: Option<Worker>) -> Result<(), Error> {
        let file = self.task_file(worker);
        let task = self.journal.ask(|history| history.run().map(|run| run.args.task.clone()));
        match task {
            Some(task) if !file.exists() => self.write_scratch(&file, &task),
            _ => Ok(()),
        }
    }

    /// Puts into a fresh worktree what is not in its tree: the included files, and the links to what worktrees share.
    pub fn furnish(&self, folder: &Path) -> Result<(), Error> {
        furnish(self.repository, (&self.included, self.root.parent().unwrap_or(&self.root)), folder)
    }

    /// Makes a fresh worktree ready for work: the included files, then the setup command; returns how that went if it failed.
    pub fn prepare(&self, folder: &Path, worker: Option<Worker>) -> Result<Option<Outcome>, Error> {
        self.furnish(folder)?;
        let Some(setup) = &self.setup else { return Ok(None) };
        let errand = Errand {
            argv: command_line::shell(setup),
            cwd: folder,
            worker,
            attempt: 1,
            log: "setup.log",
            is_heard: false,
            stdin: None,
            timeout: None,
            idle: None,
        };
        Ok(Some(self.run(&errand, &[])?).filter(|outcome| !outcome.exit.ending.is_success()))
    }
}

/// Keeps a file as an entry among logs, by its folder and its name there.
pub(super) fn store(
    repository: &Repository,
    (folder, name): (String, String),
    file: &Path,
) -> Result<(LogDigest, LogEntry), Error> {
    let digest = log::digest(file)?;
    let blob = repository.store_log(file, digest.bytes)?;
    failpoint::pass("log stored");
    Ok((LogDigest { blob, sha256: digest.sha256, bytes: digest.bytes }, LogEntry { folder, name, blob }))
}

/// Puts into a fresh worktree what is not in its tree: the included files, and the links to what worktrees share, which is kept
/// beside them.
pub(super) fn furnish(
    repository: &Repository,
    (included, beside): (&[PathBuf], &Path),
    folder: &Path,
) -> Result<(), Error> {
    repository.copy_included(included, folder)?;
    Ok(repository.share(folder, beside)?)
}

/// Reads how long a child that is told to end may take.
#[must_use]
pub fn grace(settings: &Settings) -> Duration {
    settings.get("par.grace").and_then(super::limits::parse_duration).unwrap_or(GRACE)
}

fn folder(worker: Option<Worker>) -> String {
    worker.map_or("base".to_owned(), |worker| worker.to_string())
}

fn empty() -> Oid {
    Oid(gix::ObjectId::empty_tree(gix::hash::Kind::Sha1))
}
