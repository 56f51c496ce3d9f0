//! Hooks: the user's own commands, run one after another behind the events that this process wrote.
//!
//! They run on a thread of their own, so that nobody waits for them but the end of the process, and that not for ever.

use std::{
    fs,
    path::PathBuf,
    sync::{
        Mutex, Once, PoisonError,
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;

use super::{
    command_line, limits,
    progress::{Listener, Progress},
};
use crate::{
    model::{
        event::Event,
        fact::{self, EntryHeld, MergeFinished, Payload, queue_fact},
        journal_name::JournalName,
        likeness,
        oid::Oid,
    },
    process::{
        child::{self, Spec, Stdin},
        environment::Environment,
        log::Tail,
        plain,
        stop::Stop,
    },
    repo::{git, open::Repository, settings::Settings},
};

/// The hook of a merge that moved nothing.
const CONFLICT: &str = "merge-conflict";
/// How long a hook may take, unless `par.hookTimeout` says otherwise.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How long a hook that is told to end may take.
const GRACE: Duration = Duration::from_secs(2);
/// How much of a failed hook's output is shown, in bytes.
const TAIL: u64 = 400;

/// The hooks of one run, as they were configured when its journal was opened.
///
/// What is queued when it is dropped is still run, for at most twice the time that one hook may take.
pub struct Hooks<'a> {
    settings: Settings,
    room: Room,
    run: JournalName,
    listener: Listener<'a>,
    queue: Mutex<Option<Queue>>,
}

/// Where and how long hooks run.
#[derive(Clone)]
struct Room {
    home: PathBuf,
    folder: PathBuf,
    timeout: Duration,
}

/// A hook to run.
struct Job {
    name: String,
    command: String,
    seq: u64,
    line: String,
    variables: Vec<(&'static str, String)>,
}

/// The thread that runs hooks, with the ways to it and from it.
struct Queue {
    jobs: Sender<Job>,
    warnings: Receiver<String>,
    stop: Stop,
}

impl<'a> Hooks<'a> {
    /// Reads which hooks the user wants, from git config as the main worktree has it.
    pub fn load(repository: &Repository, run: &JournalName, listener: Listener<'a>) -> Result<Self, git::Error> {
        let settings = repository.shared_settings()?;
        let timeout = settings.get("par.hookTimeout").and_then(limits::parse_duration).unwrap_or(TIMEOUT);
        let folder = repository.scratch_dir().join(run.as_str()).join("hooks");
        let room = Room { home: repository.home_dir(), folder, timeout };
        let hooks = Self { settings, room, run: run.clone(), listener, queue: Mutex::default() };
        hooks.tell_unknown();
        Ok(hooks)
    }

    /// Tells, once a process, of hooks that no event has: nothing would ever run them.
    fn tell_unknown(&self) {
        static TOLD: Once = Once::new();
        let names = names();
        let unknown =
            self.settings.below("par.hook.").into_iter().filter(|name| !names.iter().any(|known| known == name));
        let unknown: Vec<&str> = unknown.collect();
        TOLD.call_once(|| {
            for name in unknown {
                let near = likeness::nearest(name, names.iter().map(String::as_str));
                let near = near.map(|near| format!("; did you mean par.hook.{near}?")).unwrap_or_default();
                self.warn(format!("no event has the hook par.hook.{name}{near}"));
            }
        });
    }

    /// Queues the hook of an event that is in the journal, where there is one; it is given the report, where there is one.
    pub fn after(&self, event: &Event<'_>, (base, report): (Option<Oid>, Option<&Value>)) {
        let name = name(event);
        if let Some(command) = self.settings.get(&format!("par.hook.{name}")) {
            let variables = self.variables(event, (&name, base));
            let line = report.map_or_else(|| format!("{}\n", event.line()), |report| format!("{report}\n"));
            let command = command.to_owned();
            self.queue(Job { name, command, seq: event.seq_id(), line, variables });
        }
    }

    fn variables(&self, event: &Event<'_>, (name, base): (&str, Option<Oid>)) -> Vec<(&'static str, String)> {
        let args = event.args();
        let number = |key| args.get(key).and_then(Value::as_u64).map(|number| number.to_string());
        let variables = [
            ("PAR_RUN", self.run.as_run().map(|run| run.to_string())),
            ("PAR_QUEUE", self.run.queue().map(|queue| queue.to_string())),
            ("PAR_EVENT", Some(name.to_owned())),
            ("PAR_BASE", base.map(|base| base.to_string())),
            ("PAR_WORKER", number("worker")),
            ("PAR_ATTEMPT", number("attempt")),
        ];
        variables.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }

    fn queue(&self, job: Job) {
        let mut queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner);
        if queue.is_none() {
            match Queue::start(self.room.clone()) {
                Ok(started) => *queue = Some(started),
                Err(error) => return self.warn(format!("hooks could not be run: {error}")),
            }
        }
        if let Some(queue) = queue.as_ref() {
            queue.warnings.try_iter().for_each(|text| self.warn(text));
            // The thread takes jobs for as long as there is somebody to send them.
            let _ = queue.jobs.send(job);
        }
    }

    fn warn(&self, text: String) {
        (self.listener)(Progress::Warning(text));
    }
}

/// Names the hook of an event: its kind, and a merge that moved nothing has one of its own.
fn name(event: &Event<'_>) -> String {
    let kind = event.tool_name();
    let is_unmerged = kind == MergeFinished::KIND && event.result().get("commit").is_none_or(Value::is_null);
    let is_held = kind == EntryHeld::KIND && event.result().get("reason").and_then(Value::as_str) == Some("conflict");
    if is_unmerged || is_held {
        return CONFLICT.to_owned();
    }
    kind.replace('_', "-")
}

/// Lists the names of all hooks.
#[must_use]
pub fn names() -> Vec<String> {
    let kinds = fact::KINDS.iter().chain(&queue_fact::KINDS).map(|kind| kind.replace('_', "-"));
    kinds.chain([CONFLICT.to_owned()]).collect()
}

impl Drop for Hooks<'_> {
    fn drop(&mut self) {
        let queue = self.queue.get_mut().unwrap_or_else(PoisonError::into_inner).take();
        let Some(Queue { jobs, warnings, stop }) = queue else { return };
        drop(jobs);
        let until = Instant::now() + self.room.timeout * 2;
        loop {
            match warnings.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(text) => self.warn(text),
                Err(RecvTimeoutError::Disconnected) => return,
                Err(RecvTimeoutError::Timeout) => break,
            }
        }
        stop.set();
        for text in &warnings {
            self.warn(text);
        }
    }
}

impl Queue {
    fn start(room: Room) -> std::io::Result<Self> {
        let stop = Stop::new()?;
        let (jobs, queued) = mpsc::channel();
        let (teller, warnings) = mpsc::channel();
        let wish = stop.clone();
        let work = move || queued.iter().filter_map(|job| room.run(&job, &wish)).all(|text| teller.send(text).is_ok());
        thread::Builder::new().name("hooks".to_owned()).spawn(work)?;
        Ok(Self { jobs, warnings, stop })
    }
}

impl Room {
    /// Runs one hook; returns what a person should know of it.
    fn run(&self, job: &Job, stop: &Stop) -> Option<String> {
        let whose = format!("hook {} of event {}", job.name, job.seq);
        if stop.is_set() {
            return Some(format!("{whose} was not run: those before it took too long"));
        }
        let file = |ending| self.folder.join(format!("{}-{}.{ending}", job.seq, job.name));
        let (input, log) = (file("json"), file("log"));
        let written = plain::make_room(&input).and_then(|()| fs::write(&input, &job.line));
        if let Err(error) = written {
            return Some(format!("{whose} was not run: could not write '{}': {error}", input.display()));
        }
        let spec = Spec {
            output: None,
            argv: command_line::shell(&job.command),
            cwd: self.home.clone(),
            environment: job.variables.iter().fold(Environment::inherit(), |all, (name, value)| all.with(*name, value)),
            stdin: Stdin::File(input),
            log: log.clone(),
            timeout: Some(self.timeout),
            idle: None,
            record: None,
            grace: GRACE,
        };
        match child::run(&spec, stop) {
            Ok(exit) if exit.ending.is_success() => None,
            Ok(exit) => Some(format!("{whose} ended with {}{}; all of it: {}", exit.ending, said(&log), log.display())),
            Err(error) => Some(format!("{whose} could not be run: {error}")),
        }
    }
}

/// Quotes the end of what a hook printed.
fn said(log: &std::path::Path) -> String {
    let text = Tail::load(log, TAIL).map(|tail| tail.text).unwrap_or_default();
    let text = text.trim().lines().collect::<Vec<_>>().join(" / ");
    if text.is_empty() { text } else { format!(": {text}") }
}
