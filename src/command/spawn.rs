//! `git par spawn`: N workers, N worktrees, N candidates.

use std::{ffi::OsString, fs, io::Read, path::PathBuf, time::Duration};

use serde::Serialize;
use serde_json::Value;

use super::{
    Answer, Context, Error, Kind, Report, agent_setup, bounds, configured, detached, exclusive,
    gate_choice::{self, GateChoice, duration},
    report,
    standing::Standing,
};
use crate::{
    engine::{
        agent::Agent,
        command_line,
        crew::{self, Crew, Failed},
        gate::Gate,
        journal::{self, Deed, Journal},
        limits,
        orders::Orders,
        progress::Progress,
        site::Site,
        supervisor,
    },
    failpoint,
    model::{
        fact::{
            RunStarted,
            run_started::{self, Lane, Limits},
        },
        oid::Oid,
        ref_name::RefName,
        rule::{Field, Rule},
        run_id::RunId,
        worker::{MOST, Worker},
    },
    process::{clock::Clock, environment, suffix},
    repo::{git, open::Repository, refs, settings::Settings},
};

/// The longest task, in bytes.
const LONGEST_TASK: u64 = 4 * 1024 * 1024;

/// Run N attempts at a task, each in its own worktree
///
/// What each one left is kept as a commit, its candidate.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct Args {
    /// The task, in words
    pub task: Option<String>,
    /// Read the task from a file; '-' is standard input
    #[arg(short = 'F', long = "file", value_name = "FILE", conflicts_with = "task")]
    pub file: Option<PathBuf>,
    /// How many workers [default: one for each --agent, else par.workers, else 3]
    #[arg(short = 'n', long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=i64::from(MOST)))]
    pub workers: Option<u16>,
    /// How many workers at once [default: par.jobs, else the number of cores]
    #[arg(short = 'j', long, value_name = "JOBS", env = "GIT_PAR_JOBS", value_parser = clap::value_parser!(u16).range(1..))]
    pub jobs: Option<u16>,
    /// A well-known agent (see 'git par agents') or a command for the shell; NAME:K is K workers
    ///
    /// A command has the task on its standard input. May be given several times.
    #[arg(short = 'a', long = "agent", value_name = "NAME|CMD", env = "GIT_PAR_AGENT")]
    pub agents: Vec<String>,
    /// The commit to start from
    #[arg(long, value_name = "REV", default_value = "HEAD")]
    pub base: String,
    /// The check to run on each candidate as soon as there is one, as a command for the shell [default: par.gate]
    #[arg(long, value_name = "CMD", env = "GIT_PAR_GATE")]
    pub gate: Option<String>,
    /// Take these paths from base when gating, whatever a candidate made of them
    #[arg(long, value_name = "PATHSPEC")]
    pub protect: Vec<String>,
    /// What may end it early.
    #[command(flatten)]
    pub bounds: bounds::Args,
    /// The run's name [default: made of the time and the task]
    #[arg(long, value_name = "RUN")]
    pub name: Option<String>,
    /// Wait until no other run is at work in this repository, for up to T [default: 1h]
    #[arg(long, value_name = "T", num_args = 0..=1, require_equals = true, default_missing_value = "1h", value_parser = duration)]
    pub exclusive: Option<Duration>,
    /// Leave the terminal: the run goes on by itself; 'git par list', 'log' and 'stop' work on it
    #[arg(long)]
    pub detach: bool,
    /// The agent's command line, run as it stands with the task in the file `$PAR_TASK_FILE`
    #[arg(last = true, value_name = "ARGV")]
    pub argv: Vec<OsString>,
}

/// What a spawn answers.
#[derive(Debug, Serialize)]
pub struct Spawned {
    /// How the run stands.
    #[serde(flatten)]
    pub standing: Standing,
    /// What kept a worker from being recorded; its work is in its worktree.
    pub errors: Vec<String>,
    /// The folder of the worktrees, as this machine knows it; what is not UTF-8 is replaced.
    pub worktrees: String,
    /// Whether the run goes on without this terminal.
    pub detached: bool,
    /// Whether the next step was done at once, so that nobody need be told which it is.
    #[serde(skip)]
    pub(super) is_followed: bool,
    #[serde(skip)]
    interrupted: bool,
}

/// Runs the workers.
pub fn run(args: &Args, context: &Context<'_>) -> Result<Spawned, Error> {
    let repository = context.open()?;
    let settings = repository.settings()?;
    let identity = repository.require_identity()?;
    let plan = Plan::make(args, &repository, &settings)?;
    plan.warn_uncounted(context);
    let alone = args.exclusive.map(|patience| exclusive::wait(&repository, context, patience)).transpose()?;
    let journal = Journal::begin(&repository, plan.run.clone(), identity).hooked(context.listener)?;
    let hold = supervisor::hold(&repository, &plan.run)?;
    plan.begin(&journal, &repository)?;
    (context.listener)(Progress::Begun(plan.run.clone()));
    if let Some((run, worker)) = environment::surroundings() {
        context.warn(format!("this run begins inside another: in worker {worker} of run {run}"));
    }
    let mut site = Site::new(&journal, &repository, &settings)?;
    site.listener = context.listener;
    site.stop = context.stop.clone();
    let failed = if args.detach {
        detached::go_on(&site, (hold, alone))?;
        Vec::new()
    } else {
        Crew::gather(&site, &hold).work(None, None).map_err(|error| cut_short(error, &journal.run))?
    };
    let standing = journal.ask(Standing::of).ok_or_else(|| Error::new(Kind::Cannot, "the run was not begun"))?;
    let errors = failed.into_iter().map(told).collect();
    let worktrees = site.root.display().to_string();
    let interrupted = context.stop.is_set();
    Ok(Spawned { standing, errors, worktrees, detached: args.detach, is_followed: false, interrupted })
}

/// Tells what kept a run from its end, and how to go on.
pub(super) fn cut_short(error: crew::Error, run: &RunId) -> Error {
    Error::from(error).hint(format!("git par resume {run}"))
}

/// Says of a worker that could not be recorded why.
pub(super) fn told((worker, error): Failed) -> String {
    format!("{worker}: {}", Error::from(error).in_line())
}

/// Returns how many children run at once: the flag, else the setting, else the number of cores.
pub(super) fn jobs(flag: Option<u16>, settings: &Settings) -> u16 {
    let configured = settings.get("par.jobs").and_then(|text| text.parse().ok()).filter(|jobs| *jobs > 0);
    flag.or(configured).unwrap_or_else(limits::cores)
}

/// A run that is about to begin: everything that could be wrong with it was looked at.
struct Plan {
    run: RunId,
    task: String,
    base: Oid,
    agents: Vec<Agent>,
    gate: Option<Gate>,
    limits: Limits,
    rule: Rule,
}

impl Plan {
    fn make(args: &Args, repository: &Repository, settings: &Settings) -> Result<Self, Error> {
        configured::require_sound(settings)?;
        let hint = "git config --show-origin --get-all par.shared";
        repository.require_shareable().map_err(|error| Error::from(error).hint(hint))?;
        let wanted = agent_setup::Wanted { agents: &args.agents, argv: &args.argv, workers: args.workers };
        let task = task(args)?;
        let agents = agent_setup::choose(wanted, settings)?;
        let gate = chosen_gate(args, settings, repository)?;
        args.bounds.require_gate(gate.is_some())?;
        Ok(Self {
            run: run_id(args.name.as_deref(), &task)?,
            task,
            base: require_base(repository, &args.base)?,
            agents,
            gate,
            limits: args.bounds.limits(jobs(args.jobs, settings), settings),
            rule: rule(args.bounds.first, settings)?,
        })
    }

    /// Tells of a budget that cannot count what an agent spends.
    fn warn_uncounted(&self, context: &Context<'_>) {
        let counts = self.limits.budget_tokens.is_some() || self.limits.budget_cost_micro_usd.is_some();
        let silent = self.agents.iter().filter(|agent| !matches!(agent, Agent::Preset(_))).count();
        if counts && silent > 0 {
            context.warn(format!("{silent} of the agents do not say what they spend: the budget counts only well-known ones (git par agents)"));
        }
    }

    fn begin(&self, journal: &Journal<'_>, repository: &Repository) -> Result<(), Error> {
        self.require_free(repository)?;
        let gate = self.gate.as_ref().map(|gate| gate.argv.as_slice());
        let scratch = repository.scratch_dir().join(self.run.as_str());
        let orders = Orders::new(&self.agents, gate).save(&scratch);
        orders.map_err(|error| {
            Error::new(Kind::Cannot, format!("could not write in '{}': {error}", scratch.display()))
        })?;
        failpoint::pass("orders saved");
        let fact = RunStarted { args: self.args(repository)?, result: outcome()? };
        let begun = journal.append(|_| Deed::of(&fact).moving(RefName::base(&self.run), None, self.base));
        match begun {
            Err(journal::Error::Refs(refs::Error::Lost { .. })) => Err(self.taken()),
            other => Ok(other.map(drop)?),
        }
    }

    fn taken(&self) -> Error {
        Error::usage(format!("a run named '{}' is here already", self.run)).hint(format!("git par list {}", self.run))
    }

    /// Refuses a name of which refs are left, though its notes are gone.
    fn require_free(&self, repository: &Repository) -> Result<(), Error> {
        if repository.ref_target(&RefName::notes(&self.run))?.is_some() {
            return Err(self.taken());
        }
        let root = repository.worktree_root(repository.path_setting("par.worktreeRoot")?.as_deref(), &self.run);
        if let Some(stranger) = repository.stranger_in(&root) {
            let message = format!("'{}' is a worktree of another repository", stranger.display());
            return Err(Error::usage(message).hint(format!("git par spawn --name {}-2 ...", self.run)));
        }
        let prefix = RefName::prefix(&self.run);
        match repository.refs_below(&prefix)?.first() {
            Some((name, _)) => Err(Error::usage(format!("ref '{name}' is left of another run of that name"))
                .hint(format!("git for-each-ref {prefix}"))),
            None => Ok(()),
        }
    }

    fn args(&self, repository: &Repository) -> Result<run_started::Args, Error> {
        let home = repository.home_dir();
        let lane = |(worker, agent): (Worker, &Agent)| Lane {
            worker,
            agent: agent.name().to_owned(),
            argv: agent.recorded_argv(&home),
            task_on_stdin: agent.reads_task(),
        };
        let count = u16::try_from(self.agents.len()).unwrap_or(MOST);
        Ok(run_started::Args {
            run: self.run.clone(),
            task: self.task.clone(),
            base: self.base,
            base_tree: repository.commit(self.base)?.tree,
            workers: Worker::first(count).zip(&self.agents).map(lane).collect(),
            gate: self.gate.as_ref().map(|gate| gate.plan.clone()),
            rule: self.rule.clone(),
            limits: self.limits.clone(),
        })
    }
}

/// Reads the configured rule; where the first that passes is enough, that is what counts first.
fn rule(first: bool, settings: &Settings) -> Result<Rule, Error> {
    let configured: Rule = settings.get("par.rule").map(str::parse).transpose()?.unwrap_or_default();
    Ok(if first { configured.led_by(Field::First) } else { configured })
}

fn task(args: &Args) -> Result<String, Error> {
    let text = match (&args.task, &args.file) {
        (Some(task), _) => task.clone(),
        (None, Some(file)) => read_task(file)?,
        (None, None) if !args.argv.is_empty() => {
            let argv: Vec<String> = args.argv.iter().map(|argument| argument.to_string_lossy().into_owned()).collect();
            command_line::shown(&argv)
        }
        (None, None) => {
            return Err(Error::usage("there is no task").hint("git par spawn \"what is to be done\""));
        }
    };
    if text.trim().is_empty() { Err(Error::usage("the task is empty")) } else { Ok(text) }
}

fn read_task(file: &PathBuf) -> Result<String, Error> {
    let mut bytes = Vec::new();
    let read = if file.as_os_str() == "-" {
        std::io::stdin().take(LONGEST_TASK + 1).read_to_end(&mut bytes)
    } else {
        fs::File::open(file).and_then(|file| file.take(LONGEST_TASK + 1).read_to_end(&mut bytes))
    };
    read.map_err(|error| {
        Error::new(Kind::Cannot, format!("could not read the task file '{}': {error}", file.display()))
    })?;
    if bytes.len() as u64 > LONGEST_TASK {
        return Err(Error::usage(format!("the task file '{}' has more than {LONGEST_TASK} bytes", file.display())));
    }
    String::from_utf8(bytes).map_err(|_| Error::usage(format!("the task file '{}' is not UTF-8", file.display())))
}

fn run_id(name: Option<&str>, task: &str) -> Result<RunId, Error> {
    match name {
        Some(name) => Ok(name.parse()?),
        None => Ok(RunId::generate(&Clock::System.stamp(), task, &suffix::random(4)?)),
    }
}

fn require_base(repository: &Repository, revision: &str) -> Result<Oid, Error> {
    if let Some(base) = repository.resolve_commit(revision)? {
        return Ok(base);
    }
    if revision == "HEAD" {
        return Err(Error::new(Kind::Cannot, "there is no commit to start from")
            .hint("git commit --allow-empty -m 'first commit'"));
    }
    Err(Error::new(Kind::Cannot, format!("base '{revision}' is not a commit")))
}

fn chosen_gate(args: &Args, settings: &Settings, repository: &Repository) -> Result<Option<Gate>, Error> {
    let choice = args.gate.as_deref().map(GateChoice::of_text).or_else(|| gate_choice::configured(settings));
    let timeout = gate_choice::usual_timeout(settings);
    choice.map(|choice| GateChoice { protect: args.protect.clone(), timeout, ..choice }.gate(repository)).transpose()
}

fn outcome() -> Result<run_started::Outcome, git::Error> {
    Ok(run_started::Outcome { tool_version: env!("CARGO_PKG_VERSION").to_owned(), git_version: git::version()? })
}

impl Report for Spawned {
    fn text(&self) -> String {
        let run = &self.standing.run;
        if self.detached {
            return format!(
                "run {run} goes on by itself\nnext: git par log -f {run}, git par list {run}, git par stop {run}\n"
            );
        }
        let is_whole = self.errors.is_empty() && self.standing.workers.iter().all(|row| row.state != "queued");
        let next = match (is_whole, self.standing.gate.is_some()) {
            (false, _) => format!("git par resume {run}"),
            (true, true) => "git par pick".to_owned(),
            (true, false) => "git par gate -- CHECK, then git par pick".to_owned(),
        };
        let has_next = !is_whole || (self.standing.has_hope() && !self.is_followed);
        let hint = if has_next { format!("next: {next}\n") } else { String::new() };
        format!(
            "run {run}\n{}{}worktrees: {}\n{hint}",
            self.standing.table(),
            self.standing.gate_line(),
            self.worktrees
        )
    }

    fn json(&self) -> Value {
        report::object(self)
    }

    fn answer(&self) -> Answer {
        if self.detached {
            return Answer::Yes;
        }
        match (self.interrupted, self.errors.is_empty() && self.standing.has_hope()) {
            (true, _) => Answer::Interrupted,
            (false, true) => Answer::Yes,
            (false, false) => Answer::No,
        }
    }
}
