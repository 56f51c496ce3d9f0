//! Oversight: what may end the workers of a run before they end themselves, watched while they work.

use std::{
    collections::BTreeSet,
    io,
    path::PathBuf,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
        mpsc::{self, Receiver, RecvTimeoutError, Sender},
    },
    thread,
    time::{Duration, Instant},
};

use super::{agent::Agent, progress::Progress, reading, site::Site, supervisor::Hold};
use crate::{
    model::{
        cut::Cut,
        fact::run_started::Limits,
        history::History,
        request::Request,
        run_end::RunEnd,
        usage::{Spent, Usage},
        worker::Worker,
    },
    process::{
        control::{self, Control},
        stop::Stop,
    },
};

/// How often what agents say that they spent is added up, and the run's own files are looked at.
const TICK: Duration = Duration::from_millis(500);

/// Lists what each worker runs, by now.
pub type Agents<'a> = &'a (dyn Fn() -> Vec<(Worker, Agent)> + Sync);

/// The watch over a run's workers.
pub struct Oversight<'a> {
    site: &'a Site<'a>,
    hold: &'a Hold,
    limits: &'a Limits,
    /// Ends every worker.
    halt: Stop,
    since: Instant,
    state: Mutex<State>,
    /// Whether it was told that the run is being stopped.
    told: AtomicBool,
}

#[derive(Default)]
struct State {
    reasons: BTreeSet<RunEnd>,
    /// Who is at work, each with what ends it alone.
    at_work: Vec<(Worker, Stop)>,
    /// Who was stopped before it began.
    barred: BTreeSet<Worker>,
}

impl<'a> Oversight<'a> {
    /// Begins the watch over a run that is held.
    pub fn new(site: &'a Site<'a>, hold: &'a Hold, limits: &'a Limits) -> io::Result<Self> {
        let halt = site.stop.branch()?;
        Ok(Self {
            site,
            hold,
            limits,
            halt,
            since: Instant::now(),
            state: Mutex::default(),
            told: AtomicBool::new(false),
        })
    }

    /// Watches while `work` goes on, and does what other processes ask.
    pub fn during<T>(&self, agents: Agents<'_>, work: impl FnOnce() -> T) -> T {
        let (sender, wakes) = mpsc::channel();
        let requests = sender.clone();
        let control = Control::listen(&control_file(self.site), move |request| {
            let _ = requests.send(Wake::Asked(request));
        });
        thread::scope(|scope| {
            scope.spawn(move || self.watch(agents, &wakes, &control));
            let _over = Over(sender);
            work()
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Lets a worker begin, and returns what ends it; none where it is not to begin.
    pub fn begin(&self, worker: Worker) -> Option<Stop> {
        // What those who ended have used up lets nobody begin.
        self.used_up(&Vec::new).into_iter().for_each(|reason| self.end(reason));
        let mut state = self.lock();
        if self.halt.is_set() || state.barred.contains(&worker) {
            return None;
        }
        let stop = self.halt.branch().unwrap_or_else(|_| self.halt.clone());
        state.at_work.push((worker, stop.clone()));
        Some(stop)
    }

    /// Returns what is set once no worker is to go on.
    #[must_use]
    pub fn halt(&self) -> Stop {
        self.halt.clone()
    }

    /// Takes note that a worker is at work no more.
    pub fn end_of(&self, worker: Worker) {
        self.lock().at_work.retain(|(known, _)| *known != worker);
    }

    /// Ends every worker, for this reason.
    pub fn end(&self, reason: RunEnd) {
        self.lock().reasons.insert(reason);
        self.halt.set();
    }

    /// Ends one worker, or keeps it from beginning.
    pub fn stop(&self, worker: Worker) {
        self.lock().barred.insert(worker);
        self.at_work(worker, Stop::set);
    }

    fn at_work(&self, worker: Worker, act: impl Fn(&Stop)) {
        self.lock().at_work.iter().filter(|(known, _)| *known == worker).for_each(|(_, stop)| act(stop));
    }

    /// Returns why the run ends: the first reason of those that hold.
    #[must_use]
    pub fn reason(&self) -> RunEnd {
        if self.site.stop.is_set() {
            return RunEnd::Stopped;
        }
        self.lock().reasons.first().copied().unwrap_or(RunEnd::Completed)
    }

    /// Says why whoever is stopped now is stopped, where it is not a person's wish.
    #[must_use]
    pub fn cut(&self) -> Option<Cut> {
        Some(self.reason()).filter(|reason| *reason != RunEnd::Completed).map(Cut::from)
    }

    fn watch(&self, agents: Agents<'_>, wakes: &Receiver<Wake>, control: &Result<Control, control::Error>) {
        if let Err(error) = control {
            (self.site.listener)(Progress::Warning(format!("nobody can stop this run from elsewhere: {error}")));
        }
        loop {
            match wakes.recv_timeout(self.tick()) {
                Ok(Wake::Asked(request)) => self.obey(request),
                Err(RecvTimeoutError::Timeout) => self.look(agents, control.as_ref().ok()),
                Ok(Wake::Over) | Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    fn obey(&self, request: Request) {
        match request {
            Request::Stop(Some(worker)) => self.stop(worker),
            Request::Stop(None) => self.end(RunEnd::Stopped),
            Request::Hurry(Some(worker)) => self.at_work(worker, Stop::hurry),
            Request::Hurry(None) => {
                self.end(RunEnd::Stopped);
                self.halt.hurry();
            }
        }
    }

    /// Tells once that an interrupt was heard, and what another one does.
    fn tell_stopping(&self) {
        if self.site.stop.is_set() && !self.told.swap(true, Ordering::SeqCst) {
            let text = "stopping: what the workers did will be kept; another interrupt kills them at once";
            (self.site.listener)(Progress::Warning(text.to_owned()));
        }
    }

    fn look(&self, agents: Agents<'_>, control: Option<&Control>) {
        self.hold.renew();
        self.tell_stopping();
        // Who deletes our folder while we work takes away a way to ask, no more.
        let _ = control.map(Control::renew);
        for reason in self.used_up(agents) {
            self.end(reason);
        }
    }

    /// Returns how long nothing needs to be looked at.
    fn tick(&self) -> Duration {
        let wall = self.limits.budget_wall_ms.map(Duration::from_millis);
        let left = wall.map(|wall| wall.saturating_sub(self.since.elapsed())).filter(|left| !left.is_zero());
        left.map_or(TICK, |left| left.min(TICK))
    }

    /// Lists the budgets that are used up.
    fn used_up(&self, agents: Agents<'_>) -> Vec<RunEnd> {
        let Limits { budget_wall_ms, budget_tokens, budget_cost_micro_usd, .. } = self.limits;
        let late = budget_wall_ms.is_some_and(|wall| self.since.elapsed() >= Duration::from_millis(wall));
        let mut used_up: Vec<RunEnd> = late.then_some(RunEnd::BudgetWall).into_iter().collect();
        if budget_tokens.is_some() || budget_cost_micro_usd.is_some() {
            let spent = self.spent(agents);
            used_up.extend(budget_tokens.filter(|most| spent.tokens >= *most).map(|_| RunEnd::BudgetTokens));
            used_up
                .extend(budget_cost_micro_usd.filter(|most| spent.cost_micro_usd >= *most).map(|_| RunEnd::BudgetCost));
        }
        used_up
    }

    /// Adds up what the agents said so far: those who ended by their records, the others by what they print.
    fn spent(&self, agents: Agents<'_>) -> Spent {
        let mut spent = self.site.journal.ask(|history| history.spent);
        for (worker, agent) in &agents() {
            let Some(passes) = self.site.journal.ask(|history| running(history, *worker)) else { continue };
            for usage in &passes {
                spent.add(usage.as_ref());
            }
            let file = self.site.scratch_of(Some(*worker)).join("agent.log");
            let said = reading::of_file(agent, &file).unwrap_or_default();
            spent.add(said.usage.as_ref());
        }
        spent
    }
}

fn running(history: &History, worker: Worker) -> Option<Vec<Option<Usage>>> {
    let lane = history.lane(worker).filter(|lane| lane.is_running())?;
    Some(lane.passes.iter().map(|pass| pass.usage.clone()).collect())
}

/// What ends a wait of the watch.
enum Wake {
    /// Another process asked for something.
    Asked(Request),
    /// The work is over.
    Over,
}

/// Ends the watch when the work is over, however it ended.
struct Over(Sender<Wake>);

impl Drop for Over {
    fn drop(&mut self) {
        let _ = self.0.send(Wake::Over);
    }
}

/// Returns the pipe by which other processes ask something of the one that works on the run.
#[must_use]
pub fn control_file(site: &Site<'_>) -> PathBuf {
    site.scratch.join("control")
}
