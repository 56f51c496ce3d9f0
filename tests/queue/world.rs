//! The world around a queue: a target and a journal, both moved by compare-and-swap only, and somebody who sees what is wrong.

use std::{collections::BTreeSet, rc::Rc};

use git_par::model::{
    fact::{
        EntryAdded, QueueFact, QueueStarted, StackGated,
        entry_added::{self, Source},
        entry_held::Reason,
        landing_started::Args as Landing,
        queue_started, stack_gated,
    },
    gate_plan::GatePlan,
    oid::Oid,
    queue::{
        entry::{EntryId, State},
        history::Queue,
        style::Style,
    },
    verdict::Verdict,
};

use super::nature::{self, FOREIGN, Nature};

/// A target, a journal, and what is true.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) nature: Rc<Nature>,
    /// Every commit that the target ever had.
    pub(crate) chain: Vec<Oid>,
    pub(crate) queue: Rc<Queue>,
    /// How many events the journal has.
    pub(crate) count: u64,
    /// What tells this journal from others.
    pub(crate) digest: u64,
    /// Trees that the gate let pass.
    passed: BTreeSet<Oid>,
    retried: BTreeSet<EntryId>,
    /// The first thing that went wrong.
    pub(crate) fault: Option<String>,
}

impl World {
    /// Begins a queue with so many entries.
    pub(crate) fn new(nature: Nature, entries: u32) -> Self {
        let mut world = Self {
            nature: Rc::new(nature),
            chain: vec![nature::commit(None, FOREIGN)],
            queue: Rc::default(),
            count: 0,
            digest: 0,
            passed: BTreeSet::new(),
            retried: BTreeSet::new(),
            fault: None,
        };
        let gate = GatePlan { argv: vec!["check".to_owned()], place: None, timeout_ms: None, protect: Vec::new() };
        let target = "refs/heads/main".to_owned();
        let args = queue_started::Args {
            base: world.target(),
            target,
            terms: queue_started::Terms { style: Style::Merge, gate: Some(gate), jobs: 4 },
        };
        world.append(&QueueFact::QueueStarted(QueueStarted { args, result: queue_started::Outcome {} }));
        (0..entries).for_each(|_| world.add(0));
        world
    }

    /// Adds one more entry.
    pub(crate) fn add(&mut self, priority: i32) {
        let number = u32::try_from(self.queue.entries().len()).unwrap() + 1;
        let commit = nature::commit(None, number);
        let (entry, source) = (EntryId(number), Source::Commit(commit));
        let args = entry_added::Args { entry, source, commit, title: String::new(), priority };
        self.append(&QueueFact::EntryAdded(EntryAdded { args, result: entry_added::Outcome {} }));
    }

    pub(crate) fn target(&self) -> Oid {
        *self.chain.last().unwrap()
    }

    pub(crate) fn blame(&mut self, fault: impl Into<String>) {
        self.fault.get_or_insert(fault.into());
    }

    fn require(&mut self, holds: bool, fault: &str) {
        if !holds {
            self.blame(fault);
        }
    }

    /// Writes an event that was decided on from a journal of so many, where nobody wrote another one since.
    pub(crate) fn write(&mut self, decided_at: u64, fact: &QueueFact) {
        if decided_at == self.count {
            self.append(fact);
        }
    }

    /// Tells whether the law lets an event stand here.
    pub(crate) fn allows(&self, fact: &QueueFact) -> bool {
        let mut queue = (*self.queue).clone();
        queue.push(self.count + 1, &self.queue.grounds(fact), fact).is_ok()
    }

    /// Writes an event, whatever was written before it.
    pub(crate) fn append(&mut self, fact: &QueueFact) {
        let before = Rc::clone(&self.queue);
        self.watch(fact);
        let mut queue = (*before).clone();
        if let Err(illegal) = queue.push(self.count + 1, &before.grounds(fact), fact) {
            return self.blame(format!("{illegal}: {fact:?}"));
        }
        let finals = before.entries().iter().filter(|entry| entry.state.is_final());
        let stays = finals.into_iter().all(|entry| queue.entry(entry.id).is_some_and(|now| now.state == entry.state));
        self.require(stays, "what was merged or dropped changed");
        let tested = queue.entries().iter().filter(|entry| entry.state == State::Testing).map(|entry| entry.id);
        let mut open = queue.batch().map_or(Vec::new(), |batch| batch.open.clone());
        open.sort();
        self.require(tested.eq(open), "what is being tested is not what one processor has");
        self.count += 1;
        self.queue = Rc::new(queue);
        self.digest = nature::digest(&(self.digest, format!("{fact:?}")));
    }

    /// Looks whether what an event says is so.
    fn watch(&mut self, fact: &QueueFact) {
        match fact {
            QueueFact::EntryMerged(fact) => {
                let landed = self.chain.contains(&fact.result.commit);
                self.require(landed, "an entry is merged that has not landed");
                self.require(self.is_in_order(fact.args.entry), "an entry landed before its turn");
            }
            QueueFact::EntryHeld(fact) => {
                let is_just = self.is_just(fact.args.entry, fact.result.reason);
                self.require(is_just, &format!("an entry was held unjustly: {fact:?}"));
            }
            QueueFact::EntryRetried(fact) => drop(self.retried.insert(fact.args.entry)),
            _ => {}
        }
    }

    /// Tells whether no equal that was there before waits still; who was held and tried again lost its place.
    fn is_in_order(&self, id: EntryId) -> bool {
        let priority = self.queue.entry(id).unwrap().priority;
        let before = self.queue.entries().iter().filter(|other| other.id < id && other.priority == priority);
        before.into_iter().all(|other| other.state.is_ended() || self.retried.contains(&other.id))
    }

    fn is_just(&self, id: EntryId, reason: Reason) -> bool {
        let below = nature::content(self.queue.batch().unwrap().tip);
        let with = below.iter().copied().chain([id.0]).collect();
        let (fits, stands, is_green) =
            (self.nature.fits(&below, id.0), self.nature.is_green(&below), self.nature.is_green(&with));
        match reason {
            Reason::Conflict => !fits,
            Reason::Gate => fits && stands && !is_green,
            Reason::Target => fits && !stands && !is_green,
            Reason::Dirty | Reason::Gone => true,
        }
    }

    /// Puts entries on a commit and the gate to what comes of it.
    pub(crate) fn gated(&mut self, onto: Oid, entries: &[EntryId]) -> StackGated {
        let args = stack_gated::Args { onto, entries: entries.to_vec() };
        let mut result = stack_gated::Outcome {
            commit: Some(onto),
            tree: None,
            conflict: None,
            verdict: Verdict::None,
            ending: None,
            log: None,
            cached: false,
        };
        for entry in entries {
            let below = result.commit.unwrap();
            if !self.nature.fits(&nature::content(below), entry.0) {
                result.commit = None;
                result.conflict = Some(stack_gated::Conflict { entry: *entry, paths: vec!["file".to_owned()] });
                return StackGated { args, result };
            }
            result.commit = Some(self.nature.bring(below, entry.0));
        }
        let content = nature::content(result.commit.unwrap());
        let tree = nature::tree(&content);
        result.tree = Some(tree);
        result.verdict = if self.nature.is_green(&content) { Verdict::Pass } else { Verdict::Fail };
        if result.verdict == Verdict::Pass {
            self.passed.insert(tree);
        }
        StackGated { args, result }
    }

    /// Moves the target for an entry, by compare-and-swap.
    pub(crate) fn land(&mut self, landing: Landing) {
        if self.target() == landing.onto {
            self.move_target(landing);
        }
    }

    /// Moves the target for an entry, wherever it is.
    pub(crate) fn move_target(&mut self, landing: Landing) {
        let (before, after) = (nature::content(self.target()), nature::content(landing.commit));
        let intent = self.queue.batch().and_then(|batch| batch.landing);
        self.require(intent == Some(landing), "the target moved though nobody has the intent to move it");
        self.require(self.passed.contains(&nature::tree(&after)), "something landed that was not gated");
        self.require(self.nature.is_green(&after), "something red landed");
        self.require(after.is_superset(&before), "something was lost from the target");
        self.require(!before.contains(&landing.entry.0), "something landed twice");
        self.chain.push(landing.commit);
    }

    /// Somebody pushes to the target past the queue.
    pub(crate) fn push(&mut self, part: u32) {
        let target = nature::commit(Some(self.target()), part);
        self.chain.push(target);
    }

    /// Tells whether nothing is left to do.
    pub(crate) fn is_over(&self) -> bool {
        self.queue.entries().iter().all(|entry| entry.state.is_ended())
    }
}
