//! Processors: who takes entries, has them checked and lands them, one step after another, as the queue's history calls for.

use std::{
    thread::{self, Scope},
    time::Duration,
};

use serde_json::Value;

use super::{
    desk::Desk,
    gates::Gates,
    intake, landing, leavings, memory,
    processed::{Options, Processed},
    report::Report,
    stacks::Stacks,
};
use crate::{
    engine::{
        progress::Progress,
        supervisor::{self, Hold},
    },
    model::{
        fact::{
            EntriesReturned, EntriesStarted, EntryHeld, EntryMerged, LandingStarted, QueueFact,
            entries_returned::{self, Reason as Returned},
            entries_started,
            entry_held::{self, Reason},
            entry_merged, landing_started,
            landing_started::Args as Landing,
        },
        oid::Oid,
        queue::{
            agenda::{self, Sight, Step},
            entry::EntryId,
            processor::Processor as Name,
            style::Style,
        },
        ref_name::RefName,
    },
    process::suffix,
    repo::target,
};

pub use super::fault::Error;

/// How often it is looked whether others changed something.
pub(super) const TICK: Duration = Duration::from_millis(100);
/// How often a target whose worktree another git works on is tried again.
const TRIES: u32 = 100;

/// Processes a queue until nothing is left to do; for ever, where it is to wait for what comes.
pub fn run(desk: &Desk<'_>, options: Options) -> Result<Processed, Error> {
    let hold = take(desk)?;
    thread::scope(|scope| {
        let mut processor = Processor::new(scope, (desk, &hold), options)?;
        let went = processor.work();
        processor.leave(went)
    })
}

/// Settles what a dead processor landed, and gives back what else it had.
pub fn take_over(desk: &Desk<'_>) -> Result<(), Error> {
    let hold = take(desk)?;
    thread::scope(|scope| {
        let mut processor = Processor::new(scope, (desk, &hold), Options::default())?;
        while desk.journal.ask(|queue| queue.batch().is_some()) {
            let step = processor.next()?;
            processor.take(step)?;
        }
        Ok(())
    })
}

/// Takes the queue, and clears what whoever had it last left behind.
fn take(desk: &Desk<'_>) -> Result<Hold, Error> {
    let hold = supervisor::hold(desk.repository, &desk.journal.run)?;
    desk.journal.refresh()?;
    leavings::clear(desk).map_err(Error::Lock)?;
    Ok(hold)
}

/// One that processes a queue.
pub(super) struct Processor<'scope, 'env> {
    scope: &'scope Scope<'scope, 'env>,
    pub(super) desk: &'env Desk<'env>,
    options: Options,
    hold: &'env Hold,
    name: Name,
    /// The event that brought the terms by which it works.
    since: u64,
    pub(super) gates: Option<Gates<'scope, 'env>>,
    pub(super) stacks: Stacks<'env>,
    processed: Processed,
    /// How often in a row something was in the way of moving the target that may pass.
    waited: u32,
    /// Whether it has been told that nothing is left to do.
    is_resting: bool,
}

impl<'scope, 'env> Processor<'scope, 'env> {
    fn new(
        scope: &'scope Scope<'scope, 'env>,
        (desk, hold): (&'env Desk<'env>, &'env Hold),
        options: Options,
    ) -> Result<Self, Error> {
        let name = Name(suffix::random(16).map_err(Error::Start)?);
        let (stacks, processed) = (Stacks::new(desk, Style::default()), Processed::default());
        Ok(Self {
            scope,
            desk,
            options,
            hold,
            name,
            since: 0,
            gates: None,
            stacks,
            processed,
            waited: 0,
            is_resting: false,
        })
    }

    /// Takes in the terms that the queue has by now; they stay while something is tested.
    fn agree(&mut self) -> Result<(), Error> {
        let (since, style) =
            self.desk.journal.ask(|queue| (queue.terms_since(), queue.terms().map(|terms| terms.style)));
        if since == self.since {
            return Ok(());
        }
        if self.desk.has_foreign_gate() {
            return Err(Error::Foreign(self.desk.journal.run.clone()));
        }
        self.end_checks();
        self.gates = self.desk.gate().map(|gate| Gates::new(self.scope, self.desk, gate));
        self.stacks = Stacks::new(self.desk, style.unwrap_or_default());
        self.since = since;
        Ok(())
    }

    fn end_checks(&mut self) {
        if let Some(mut gates) = self.gates.take() {
            gates.end();
            self.processed.checks += gates.started;
        }
    }

    fn work(&mut self) -> Result<(), Error> {
        let mut failed = 0;
        while !self.desk.stop.is_set() {
            self.hold.renew();
            match self.turn() {
                Ok(true) => failed = 0,
                Ok(false) => return Ok(()),
                Err(error) => {
                    failed += 1;
                    if !error.may_pass() || !self.desk.repository.is_worth_another(failed) {
                        return Err(error);
                    }
                }
            }
        }
        self.processed.interrupted = true;
        Ok(())
    }

    /// Takes the next step; tells whether there is anything left to do.
    fn turn(&mut self) -> Result<bool, Error> {
        self.desk.journal.catch_up()?;
        self.agree()?;
        match self.next()? {
            Step::Rest if !self.options.watch || self.is_wanted() => return Ok(false),
            Step::Rest => self.rest(),
            step => {
                self.is_resting = false;
                self.take(step)?;
            }
        }
        Ok(true)
    }

    /// Tells whether somebody waits for conflicts, and there is one.
    fn is_wanted(&self) -> bool {
        self.options.yields && self.processed.held.iter().any(|(_, why)| why.reason == Reason::Conflict)
    }

    /// Ends what runs, and gives back what was not settled.
    fn leave(mut self, went: Result<(), Error>) -> Result<Processed, Error> {
        self.end_checks();
        let closed = self.close();
        self.desk.repository.settle_objects();
        went.and(closed).map(|()| self.processed)
    }

    /// Gives back what is open, once it is settled whether what was landing has landed.
    fn close(&mut self) -> Result<(), Error> {
        loop {
            self.desk.journal.catch_up()?;
            let batch = self.desk.journal.ask(|queue| queue.batch().cloned());
            let Some(batch) = batch.filter(|batch| batch.processor == self.name) else { return Ok(()) };
            match batch.landing {
                Some(landing) if self.has_landed(&landing, self.desk.tip()?)? => self.settle(&landing)?,
                _ => self.give_back(batch.open, Returned::Stopped)?,
            }
        }
    }

    fn has_landed(&self, landing: &Landing, tip: Option<Oid>) -> Result<bool, Error> {
        let Some(tip) = tip else { return Ok(false) };
        Ok(self.desk.repository.is_ancestor(landing.commit, tip)?)
    }

    /// Returns the target's commit, which must be there.
    fn tip(&self) -> Result<Oid, Error> {
        self.desk.tip()?.ok_or_else(|| Error::NoTarget(self.desk.target()))
    }

    fn next(&self) -> Result<Step, Error> {
        let landing = self.desk.journal.ask(|queue| queue.batch().and_then(|batch| batch.landing));
        let tip = self.tip()?;
        let has_landed = landing.map_or(Ok(false), |landing| self.has_landed(&landing, Some(tip)))?;
        // Whoever else began something is dead: the hold on the queue is ours.
        let sight =
            Sight { me: self.name.clone(), is_holder_alive: false, target: tip, has_landed, jobs: self.options.jobs };
        if let Some(landing) = landing.filter(|_| !self.is_mine()) {
            landing::settle(self.desk, &landing, has_landed)?;
        }
        Ok(self.desk.journal.ask(|queue| agenda::next(queue, &sight)))
    }

    fn is_mine(&self) -> bool {
        self.desk.journal.ask(|queue| queue.batch().is_some_and(|batch| batch.processor == self.name))
    }

    /// Waits for what comes.
    fn rest(&mut self) {
        if !self.is_resting {
            self.desk.repository.settle_objects();
            self.desk.tell("waiting for what is added");
            self.is_resting = true;
        }
        drop(self.desk.stop.wait(Some(TICK)));
    }

    fn take(&mut self, step: Step) -> Result<(), Error> {
        match step {
            Step::Rest => Ok(()),
            Step::Start(entries) => self.start(entries),
            Step::Gate(stacks) => self.test(&stacks),
            Step::Intend(landing) => self.intend(landing),
            Step::Move(landing) => self.advance(&landing),
            Step::Settle(landing) => self.settle(&landing),
            Step::Hold(entry, outcome) => self.hold_back(entry, outcome),
            Step::Return(entries, reason) => self.give_back(entries, reason),
        }
    }

    pub(super) fn say(&self, fact: &QueueFact) -> Result<(), Error> {
        // Where it does not follow any more, what is to be done is decided anew.
        self.desk.say(fact)?;
        Ok(())
    }

    fn start(&self, entries: Vec<EntryId>) -> Result<(), Error> {
        let open = self.desk.journal.ask(|queue| queue.batch().map(|batch| batch.tip));
        let tip = open.map_or_else(|| self.tip(), Ok)?;
        let args = entries_started::Args { processor: self.name.clone(), entries, onto: tip };
        self.say(&QueueFact::EntriesStarted(EntriesStarted { args, result: entries_started::Outcome {} }))
    }

    fn give_back(&self, entries: Vec<EntryId>, reason: Returned) -> Result<(), Error> {
        if reason != Returned::Stopped {
            let names: Vec<String> = entries.iter().map(ToString::to_string).collect();
            self.desk.tell(format!("{reason}: entries {} are tested again", names.join(", ")));
        }
        let (args, result) = (entries_returned::Args { entries }, entries_returned::Outcome { reason });
        self.say(&QueueFact::EntriesReturned(EntriesReturned { args, result }))
    }

    fn intend(&self, landing: Landing) -> Result<(), Error> {
        let fact = LandingStarted { args: landing, result: landing_started::Outcome {} };
        self.say(&QueueFact::LandingStarted(fact))
    }

    fn advance(&mut self, landing: &Landing) -> Result<(), Error> {
        let Err(error) = landing::advance(self.desk, landing, self.options.leave_files) else {
            self.waited = 0;
            return Ok(());
        };
        self.waited += 1;
        match error {
            target::Error::Lost(_) | target::Error::Switched(_) => {
                self.waited = 0;
                Ok(())
            }
            target::Error::Locked(_) if self.waited <= TRIES => {
                drop(self.desk.stop.wait(Some(TICK)));
                Ok(())
            }
            // git may have missed an object that comes back.
            target::Error::Refused { .. } if self.desk.repository.is_worth_another(self.waited) => Ok(()),
            target::Error::Changed { file, .. } | target::Error::Untracked { file, .. } => {
                self.hold_for(landing.entry, Reason::Dirty, vec![file])
            }
            error @ (target::Error::Refused { .. } | target::Error::Unfinished { .. }) => {
                (self.desk.listener)(Progress::Warning(error.to_string()));
                self.hold_for(landing.entry, Reason::Dirty, Vec::new())
            }
            error => Err(error.into()),
        }
    }

    fn settle(&mut self, landing: &Landing) -> Result<(), Error> {
        let args = entry_merged::Args { entry: landing.entry, onto: landing.onto };
        let result = entry_merged::Outcome { commit: landing.commit, tree: landing.tree };
        let fact = QueueFact::EntryMerged(EntryMerged { args, result });
        let name = RefName::landed(&self.desk.journal.run, landing.entry);
        if self.desk.say_keeping(&fact, &name, landing.commit)? {
            self.desk.tell(format!("entry {}: landed as {}", landing.entry, landing.commit.short()));
            self.processed.landed.push((landing.entry, landing.commit));
        }
        Ok(())
    }

    pub(super) fn hold_for(&mut self, entry: EntryId, reason: Reason, paths: Vec<String>) -> Result<(), Error> {
        self.waited = 0;
        let Some(onto) = self.desk.journal.ask(|queue| queue.batch().map(|batch| batch.tip)) else { return Ok(()) };
        self.hold_back(entry, entry_held::Outcome { reason, onto, paths, log: None, with: Vec::new() })
    }

    /// Writes what a hook is given; where that cannot be had it is given the event.
    fn report(&self, entry: EntryId, why: &entry_held::Outcome) -> Option<Value> {
        let entry =
            self.desk.journal.ask(|queue| queue.entry(entry).cloned()).filter(|_| why.reason == Reason::Conflict)?;
        let report = Report::of_entry(self.desk.repository, &self.desk.journal.run, (&entry, why)).ok()?;
        serde_json::to_value(report).ok()
    }

    /// Has an entry tested again with its conflict resolved as it was before; tells whether it was.
    fn remember(&self, id: EntryId, onto: Oid) -> Result<bool, Error> {
        let Some(entry) = self.desk.journal.ask(|queue| queue.entry(id).cloned()) else { return Ok(false) };
        let recalled = match memory::recall(self.desk, &entry, onto) {
            Ok(recalled) => recalled,
            Err(error) => {
                (self.desk.listener)(Progress::Warning(format!("entry {id}: nothing could be remembered: {error}")));
                None
            }
        };
        let Some((commit, resolution)) = recalled else { return Ok(false) };
        self.desk.tell(format!("entry {id}: resolved as the same conflict was before"));
        Ok(intake::retry(self.desk, &entry, (commit, Some(resolution)))?)
    }

    fn hold_back(&mut self, entry: EntryId, result: entry_held::Outcome) -> Result<(), Error> {
        let fact = EntryHeld { args: entry_held::Args { entry }, result: result.clone() };
        let report = self.report(entry, &result);
        if self.desk.say_with(&QueueFact::EntryHeld(fact), |deed| deed.reporting(report.clone()))? {
            self.desk.tell(format!("entry {entry}: needs review: {}", result.reason));
            // Where histories or folders conflict, there is no file to remember.
            let is_of_files = result.reason == Reason::Conflict && !result.paths.is_empty();
            if is_of_files && self.remember(entry, result.onto)? {
                return Ok(());
            }
            self.processed.held.push((entry, result));
        }
        Ok(())
    }
}
