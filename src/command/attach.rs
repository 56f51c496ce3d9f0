//! `git par attach`: a shell, or any command, in a worker's worktree with the terminal handed over.

use std::{ffi::OsString, fs, path::Path};

use serde::Serialize;
use serde_json::Value;

use super::{Answer, Context, Error, Kind, Report, lanes, report};
use crate::{
    engine::{
        journal::Journal,
        keep, place,
        progress::Progress,
        site::{Errand, Site},
        supervisor,
    },
    model::{history::Lane, run_id::RunId, worker::Worker},
    process::{foreground, suffix},
    repo::{identity::Identity, snapshot, worktree::Worktree},
};

/// Open a shell in a worker's worktree, or run a command there
///
/// A worktree that is gone is made again from the candidate.
#[derive(Clone, Debug, clap::Args)]
pub struct Args {
    /// The run, or a unique beginning of its name [default: the newest]
    pub run: Option<String>,
    /// The worker
    #[arg(short = 'w', long = "worker", value_name = "N")]
    pub worker: Worker,
    /// The command [default: the shell of $SHELL, else sh]
    #[arg(last = true, value_name = "CMD")]
    pub argv: Vec<OsString>,
}

/// How an attachment ended.
#[derive(Debug, Serialize)]
pub struct Attached {
    /// The run.
    pub run: RunId,
    /// The worker.
    pub worker: Worker,
    /// The folder of the worktree.
    pub worktree: String,
    /// The exit status of the command: 128 and the number of the signal where one ended it.
    pub status: u8,
    /// Whether the worktree holds something else than the candidate now; null where there is no candidate.
    pub changed: Option<bool>,
    #[serde(skip)]
    is_told: bool,
}

/// Runs the shell or the command.
pub fn run(args: &Args, context: &Context<'_>) -> Result<Attached, Error> {
    let repository = context.open()?;
    let run = context.choose(&repository, args.run.as_deref())?;
    // Nothing is written with it: it only tells whose children these are.
    let journal = Journal::open(&repository, run, Identity::nobody(), context.listener)?;
    let run = &journal.run;
    journal.ask(|history| lanes::named(history, run, &[args.worker]))?;
    let lane = journal.ask(|history| history.lane(args.worker).cloned()).unwrap_or_default();
    if lane.is_queued() {
        return Err(
            Error::usage(format!("{} of run '{run}' has not begun", args.worker)).hint(format!("git par list {run}"))
        );
    }
    let mut site = Site::new(&journal, &repository, &repository.settings()?)?;
    site.listener = context.listener;
    let worktree = worktree(&site, &lane, args.worker)?;
    if lane.candidate().is_none() && supervisor::is_held(&repository, run)? {
        warn(&site, &format!("{} is still running: what you change becomes part of what it leaves", args.worker));
    }
    let status = foreground::run(&spec(&site, &lane, (args, context), &worktree)?)?;
    let changed = changed(&site, args, (&lane, &worktree))?;
    Ok(Attached {
        run: run.clone(),
        worker: args.worker,
        worktree: worktree.path.display().to_string(),
        status,
        changed,
        is_told: !context.json,
    })
}

fn spec(
    site: &Site<'_>,
    lane: &Lane,
    (args, context): (&Args, &Context<'_>),
    worktree: &Worktree,
) -> Result<foreground::Spec, Error> {
    let shell = || vec![std::env::var_os("SHELL").filter(|shell| !shell.is_empty()).unwrap_or_else(|| "sh".into())];
    let argv = if args.argv.is_empty() { shell() } else { args.argv.clone() };
    site.require_task_file(Some(args.worker))?;
    let errand = Errand {
        is_heard: false,
        argv: argv.clone(),
        cwd: &worktree.path,
        worker: Some(args.worker),
        attempt: lane.attempt(),
        log: "",
        stdin: None,
        timeout: None,
        idle: None,
    };
    // There is somebody to ask.
    let prompt = std::env::var_os("GIT_TERMINAL_PROMPT").unwrap_or_else(|| "1".into());
    let environment = site.environment(&errand, &[]).with("GIT_TERMINAL_PROMPT", prompt);
    let cwd = worktree.path.clone();
    Ok(foreground::Spec { argv, cwd, environment: Some(environment), keeps_stdout: context.json })
}

/// Finds the worker's worktree, or makes it again from its candidate.
fn worktree(site: &Site<'_>, lane: &Lane, worker: Worker) -> Result<Worktree, Error> {
    let registered = site.repository.run_worktree(&site.journal.run, &worker.to_string());
    match registered {
        // A link in its place would lead elsewhere.
        Some(found) if found.path.symlink_metadata().is_ok_and(|folder| folder.is_dir()) => return Ok(found),
        Some(gone) if lane.candidate().is_some() => site.repository.remove_worktree(&gone)?,
        _ => {}
    }
    let none = || {
        let kind = if lane.started.is_some() { "no candidate, and its worktree is gone" } else { "not started" };
        Error::new(Kind::Cannot, format!("{worker} of run '{}' has {kind}", site.journal.run))
    };
    let candidate = lane.candidate().ok_or_else(none)?;
    site.repository.commit(candidate).map_err(|error| lanes::absent(&format!("{worker}'s candidate"), error))?;
    let made = site.repository.add_worktree(&site.root.join(worker.to_string()), candidate)?;
    warn(site, &format!("{worker}'s worktree was gone: it is made again from its candidate {}", candidate.short()));
    site.furnish(&made.path)?;
    Ok(made)
}

/// Tells whether the worktree of a finished worker holds something else than its candidate, and how to keep that.
fn changed(site: &Site<'_>, args: &Args, (lane, worktree): (&Lane, &Worktree)) -> Result<Option<bool>, Error> {
    // It may have finished meanwhile: then what it left is for its record to tell.
    let Some(candidate) = lane.candidate() else { return Ok(None) };
    let (worker, run) = (args.worker, &site.journal.run);
    let tree = site.repository.commit(candidate)?.tree;
    let scratch = site.scratch_of(Some(worker));
    let index = scratch.join(format!("attach-{}", suffix::random(6)?));
    let own_index = worktree.own_index();
    let known = keep::index_file(site, worker);
    let held = place::held(site.repository, worktree.source(&own_index, &index, tree), &known);
    let _ = fs::remove_file(&index);
    let changed = match held {
        Err(snapshot::Error::Gone(_)) => return Ok(None),
        held => held? != tree,
    };
    if changed {
        warn(site, &keeping(run, worker, &worktree.path));
    }
    Ok(Some(changed))
}

/// Says how to keep what was changed, with the exact command.
fn keeping(run: &RunId, worker: Worker, folder: &Path) -> String {
    let folder = shell_words::quote(&folder.to_string_lossy()).into_owned();
    let git = format!("git -C {folder}");
    let keep = format!("{git} switch -c {run}-{worker} && {git} add -A && {git} commit");
    format!("{worker}'s worktree no longer holds its candidate, and no record has the changes\nhint: {keep}")
}

fn warn(site: &Site<'_>, text: &str) {
    (site.listener)(Progress::Warning(text.to_owned()));
}

impl Report for Attached {
    fn text(&self) -> String {
        String::new()
    }

    fn json(&self) -> Value {
        report::object(self)
    }

    fn answer(&self) -> Answer {
        Answer::Status(self.status)
    }

    fn is_told(&self) -> bool {
        self.is_told
    }
}
