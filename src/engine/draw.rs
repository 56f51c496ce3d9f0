//! Drawing: ready tasks are taken from a stream one by one, each into a slot that is free, and worked on there.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::{Condvar, Mutex, PoisonError},
    thread,
};

use serde_json::{Map, Value};

use super::{
    agent::Agent,
    journal::{self, Deed},
    progress::Progress,
    site::{self, Site},
    source::{self, Offer, Source},
};
use crate::model::{
    agent_choice::Choice,
    fact::{
        StreamFinished, TaskDrawn,
        run_started::Lane,
        stream_finished::{self, LeftOut},
        task_drawn,
    },
    history::History,
    plan::task::TaskId,
    worker::Worker,
};

/// Why no more tasks could be drawn.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The journal.
    #[error(transparent)]
    Journal(#[from] journal::Error),
    /// The command that lists tasks, or the one that claims them.
    #[error(transparent)]
    Site(#[from] site::Error),
}

/// Tasks as they come, and who works on them.
pub struct Stream<'a> {
    /// Where.
    pub site: &'a Site<'a>,
    /// Where they come from; none where that cannot be asked any more.
    pub source: Option<Source>,
    /// The agent of whatever names none.
    pub agent: Option<Agent>,
    /// The command that claims a task, where there is one.
    pub claim: Option<String>,
    /// Keeps what a worker is to run, as it was ordered.
    pub order: &'a (dyn Fn(&[Agent]) + Sync),
    /// Brings a worker to its end.
    pub work: &'a (dyn Fn(Worker) + Sync),
}

/// What is taken and not yet begun, and how many are at work.
struct Table<'a> {
    stream: Stream<'a>,
    /// What was taken or refused, by name or text.
    known: BTreeSet<String>,
    /// What was taken before this process began, and has not come again.
    earlier: BTreeSet<String>,
    ready: VecDeque<Worker>,
    at_work: usize,
    is_over: bool,
    left_out: Vec<LeftOut>,
    failed: Option<Error>,
}

/// A task that can be taken: what it is, its name, its agent, its workers.
type Admitted = (Value, String, Agent, Vec<Lane>);

/// How much of a line is shown where it is left out, in characters.
const SHOWN: usize = 80;

/// Works off a stream, so many at once, until nothing comes any more and nobody is at work.
pub fn draw(stream: Stream<'_>, (waiting, jobs): (&[Worker], u16)) -> Result<(), Error> {
    let (site, work) = (stream.site, stream.work);
    let known = site.journal.ask(taken);
    let ready = waiting.iter().copied().collect();
    let is_over = stream.source.is_none();
    let earlier = known.clone();
    let table =
        Mutex::new(Table { stream, known, earlier, ready, at_work: 0, is_over, left_out: Vec::new(), failed: None });
    let changed = Condvar::new();
    thread::scope(|scope| {
        for _ in 0..jobs.max(1) {
            scope.spawn(|| {
                while let Some(worker) = next(&table, &changed) {
                    work(worker);
                    lock(&table).at_work -= 1;
                    changed.notify_all();
                }
            });
        }
    });
    let table = table.into_inner().unwrap_or_else(PoisonError::into_inner);
    match table.failed {
        Some(error) => Err(error),
        None if site.stop.is_set() => Ok(()),
        None => finish(site, &table.left_out),
    }
}

fn lock<'t, 'a>(table: &'t Mutex<Table<'a>>) -> std::sync::MutexGuard<'t, Table<'a>> {
    table.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits for somebody to work on; none where there is nobody any more.
fn next(table: &Mutex<Table<'_>>, changed: &Condvar) -> Option<Worker> {
    let mut guard = lock(table);
    loop {
        if guard.stream.site.stop.is_set() || guard.failed.is_some() {
            return None;
        }
        if let Some(worker) = guard.ready.pop_front() {
            guard.at_work += 1;
            return Some(worker);
        }
        if guard.is_over || (!guard.take() && guard.at_work == 0) {
            changed.notify_all();
            return None;
        }
        if guard.ready.is_empty() && !guard.is_over {
            guard = changed.wait(guard).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Table<'_> {
    /// Takes the next task, where there is one; tells whether there was.
    fn take(&mut self) -> bool {
        match self.try_take() {
            Ok(taken) => taken,
            Err(error) => {
                self.failed = Some(error);
                false
            }
        }
    }

    fn try_take(&mut self) -> Result<bool, Error> {
        loop {
            let site = self.stream.site;
            let Some(source) = &mut self.stream.source else { return Ok(false) };
            let (lines, may_list_more) = match source.next(site)? {
                Offer::Over => {
                    self.is_over = true;
                    return Ok(false);
                }
                Offer::Later => return Ok(false),
                Offer::Lines(lines) => (lines, matches!(source, Source::Command(_))),
            };
            for line in lines {
                if self.known.insert(line.clone()) && self.enter(&line)? {
                    return Ok(true);
                }
            }
            if may_list_more {
                return Ok(false);
            }
        }
    }

    /// Enters a task into the journal, unless it is taken already; what is no task is told and left out.
    fn enter(&mut self, line: &str) -> Result<bool, Error> {
        let site = self.stream.site;
        let (task, id, agent, lanes) = match self.admit(line) {
            Ok(Some(admitted)) => admitted,
            Ok(None) => return Ok(false),
            Err(reason) => {
                let line: String = line.trim().chars().take(SHOWN).collect();
                (site.listener)(Progress::Warning(format!("a task is left out: '{line}': {reason}")));
                self.left_out.push(LeftOut { line, reason });
                return Ok(false);
            }
        };
        if let Some(command) = self.stream.claim.as_deref()
            && !source::claim(site, command, (&id, &task.to_string()))?
        {
            return Ok(false);
        }
        (self.stream.order)(&vec![agent; lanes.len()]);
        let workers: Vec<Worker> = lanes.iter().map(|lane| lane.worker).collect();
        let fact = TaskDrawn { args: task_drawn::Args { task, workers: lanes }, result: task_drawn::Outcome {} };
        site.journal.append(|_| Deed::of(&fact).causes([1]))?;
        (site.listener)(Progress::Drawn { task: id, workers: workers.clone() });
        self.ready.extend(workers);
        Ok(true)
    }

    /// Reads a line as a task that can be taken, with who is to try it; none where it was taken before.
    fn admit(&mut self, line: &str) -> Result<Option<Admitted>, String> {
        let site = self.stream.site;
        let number = site.journal.ask(|history| history.pursuit().map_or(0, |pursuit| pursuit.tasks.len())) + 1;
        let task = task(line, number).ok_or("it is no JSON object")?;
        let id = task.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        // A plain line has no name of its own: what it says is what it is known by.
        let name = format!("id {id}");
        if line.trim_start().starts_with('{') && !self.known.insert(name.clone()) {
            // A list that is made anew each time names a task again, and so does one that is read again from its start;
            // elsewhere it is another one.
            let is_listed = matches!(self.stream.source, Some(Source::Command(_))) || self.earlier.remove(&name);
            return if is_listed { Ok(None) } else { Err(format!("another task is called '{id}'")) };
        }
        let task = Value::Object(task);
        let agent = self.agent_of(&task)?;
        let no_lanes = "it has no name that a task may have, or the run has no room for it";
        let lanes = lanes(site, &task, (&agent, &id)).ok_or(no_lanes)?;
        let checked = site.journal.ask(|history| history.pursuit().map(|plan| plan.goal.read_task(&task, &lanes)));
        checked.transpose()?;
        Ok(Some((task, id, agent, lanes)))
    }

    fn agent_of(&self, task: &Value) -> Result<Agent, String> {
        match (task.get("agent").and_then(Value::as_str), &self.stream.agent) {
            (Some(text), _) => Choice::parse(text).map(|choice| Agent::from(&choice.agent)).map_err(|e| e.to_string()),
            (None, Some(agent)) => Ok(agent.clone()),
            (None, None) => Err("nothing says which agent runs it: --agent or par.agent would".to_owned()),
        }
    }
}

/// Reads a line as a task of a plan; a text without a name is named by its number.
fn task(line: &str, number: usize) -> Option<Map<String, Value>> {
    let mut task: Map<String, Value> = if line.trim_start().starts_with('{') {
        serde_json::from_str(line).ok()?
    } else {
        [("prompt".to_owned(), Value::from(line.trim()))].into_iter().collect()
    };
    task.entry("id").or_insert_with(|| format!("t{number}").into());
    Some(task)
}

/// Lists the workers of a task, behind those that are there.
fn lanes(site: &Site<'_>, task: &Value, (agent, id): (&Agent, &str)) -> Option<Vec<Lane>> {
    let id: TaskId = id.parse().ok()?;
    let attempts = task.get("attempts").and_then(Value::as_u64).unwrap_or(1);
    let last = site.journal.ask(|history| history.lanes().last().map_or(0, |(worker, _)| worker.get()));
    let home = site.repository.home_dir();
    let worker = |at: u64| Worker::new(u16::try_from(u64::from(last) + at).ok()?);
    let lane = |at: u64| Some(agent.lane(&home, (worker(at)?, Some(id.clone()))));
    (1..=attempts).map(lane).collect()
}

/// Lists what was taken before, by name and, of what has none, by text.
fn taken(history: &History) -> BTreeSet<String> {
    let tasks = history.pursuit().into_iter().flat_map(|pursuit| &pursuit.goal.plan.tasks);
    tasks.flat_map(|task| [format!("id {}", task.id), task.prompt.clone()]).collect()
}

fn finish(site: &Site<'_>, left_out: &[LeftOut]) -> Result<(), Error> {
    site.journal.append(|history| {
        let drawn = history.pursuit().map_or(0, |pursuit| pursuit.tasks.len()) as u64;
        let result = stream_finished::Outcome { drawn, left_out: left_out.to_vec() };
        let fact = StreamFinished { args: stream_finished::Args {}, result };
        Deed::of(&fact).causes([1])
    })?;
    Ok(())
}
