//! Processors that look, decide and act in moments of their own, so that others may come in between.

use std::rc::Rc;

use git_par::model::{
    fact::{
        EntriesReturned, EntriesStarted, EntryHeld, EntryMerged, LandingStarted, QueueFact, entries_returned,
        entries_started, entry_held, entry_merged, landing_started,
    },
    oid::Oid,
    queue::{
        agenda::{self, Sight, Step},
        history::Queue,
        processor::Processor,
    },
};

use super::{nature, world::World};

/// What is wrong with a processor.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Flaw {
    /// Nothing.
    #[default]
    None,
    /// It looks at the target before it looks who is alive.
    LooksAtTargetFirst,
    /// It writes though somebody else wrote since.
    WritesBlindly,
    /// It moves the target from wherever that is.
    MovesBlindly,
    /// It takes a living processor for dead.
    TrustsNobody,
}

/// What a processor has in mind.
#[derive(Clone, Debug)]
pub(crate) enum Mind {
    /// Nothing.
    Empty,
    /// The journal, and one of the two things beside it.
    Looking { count: u64, queue: Rc<Queue>, is_holder_alive: Option<bool>, target: Option<(Oid, bool)> },
    /// What it will do.
    Decided { count: u64, onto: Oid, step: Step },
}

/// A processor.
#[derive(Clone, Debug)]
pub(crate) struct Actor {
    pub(crate) name: Processor,
    pub(crate) jobs: usize,
    pub(crate) flaw: Flaw,
    pub(crate) mind: Mind,
    /// What tells this mind from others: what it saw follows from the journal that it saw it with.
    pub(crate) digest: u64,
}

impl Actor {
    pub(crate) fn new(name: usize, jobs: usize, flaw: Flaw) -> Self {
        Self { name: Processor(format!("p{name}")), jobs, flaw, mind: Mind::Empty, digest: 0 }
    }

    /// Tells whether it has nothing in mind, and would change nothing if it looked and nobody came in between.
    pub(crate) fn is_stuck(&self, world: &World, alive: &[Processor]) -> bool {
        if !matches!(self.mind, Mind::Empty) {
            return false;
        }
        let (mut same, mut changed) = (self.clone(), world.clone());
        (0..3).for_each(|_| same.advance(&mut changed, alive));
        (changed.count, changed.chain.len()) == (world.count, world.chain.len())
    }

    /// Does the next small thing; `alive` are all processors that live.
    pub(crate) fn advance(&mut self, world: &mut World, alive: &[Processor]) {
        self.think(world, alive);
        self.digest = match &self.mind {
            Mind::Empty => 0,
            Mind::Looking { count, is_holder_alive, target, .. } => nature::digest(&(count, is_holder_alive, target)),
            Mind::Decided { count, onto, step } => nature::digest(&(count, onto, format!("{step:?}"))),
        };
    }

    fn think(&mut self, world: &mut World, alive: &[Processor]) {
        let holder_lives = |queue: &Queue| queue.batch().is_some_and(|batch| alive.contains(&batch.processor));
        let is_holder_alive = |queue: &Queue| self.flaw != Flaw::TrustsNobody && holder_lives(queue);
        match std::mem::replace(&mut self.mind, Mind::Empty) {
            Mind::Empty => {
                let (count, queue) = (world.count, Rc::clone(&world.queue));
                let looks_wrong = self.flaw == Flaw::LooksAtTargetFirst;
                let alive = (!looks_wrong).then(|| is_holder_alive(&queue));
                let target = looks_wrong.then(|| target(world, &queue));
                self.mind = Mind::Looking { count, queue, is_holder_alive: alive, target };
            }
            Mind::Looking { count, queue, is_holder_alive: alive, target: seen } => {
                let (target, has_landed) = seen.unwrap_or_else(|| target(world, &queue));
                let is_holder_alive = alive.unwrap_or_else(|| is_holder_alive(&queue));
                let sight = Sight { me: self.name.clone(), is_holder_alive, target, has_landed, jobs: self.jobs };
                let step = agenda::next(&queue, &sight);
                if step != Step::Rest {
                    let onto = queue.batch().map_or(target, |batch| batch.tip);
                    self.mind = Mind::Decided { count, onto, step };
                }
            }
            Mind::Decided { count, onto, step } => self.act(world, (count, onto), step),
        }
    }

    fn act(&self, world: &mut World, (count, onto): (u64, Oid), step: Step) {
        match step {
            Step::Move(landing) if self.flaw == Flaw::MovesBlindly => world.move_target(landing),
            Step::Move(landing) => world.land(landing),
            Step::Gate(stacks) if stacks.is_empty() => world.blame("nothing is to be gated"),
            Step::Gate(stacks) => {
                let gated = world.gated(onto, &stacks[0]);
                self.write(world, count, &QueueFact::StackGated(gated));
            }
            step => self.write(world, count, &fact(&self.name, onto, step)),
        }
    }

    fn write(&self, world: &mut World, count: u64, fact: &QueueFact) {
        if self.flaw == Flaw::WritesBlindly {
            world.append(fact);
        } else {
            world.write(count, fact);
        }
    }
}

fn target(world: &World, queue: &Queue) -> (Oid, bool) {
    let landing = queue.batch().and_then(|batch| batch.landing);
    (world.target(), landing.is_some_and(|landing| world.chain.contains(&landing.commit)))
}

/// Returns the event of a step that is nothing else.
pub(crate) fn fact(me: &Processor, onto: Oid, step: Step) -> QueueFact {
    match step {
        Step::Start(entries) => {
            let args = entries_started::Args { processor: me.clone(), entries, onto };
            QueueFact::EntriesStarted(EntriesStarted { args, result: entries_started::Outcome {} })
        }
        Step::Intend(args) => QueueFact::LandingStarted(LandingStarted { args, result: landing_started::Outcome {} }),
        Step::Settle(landing) => {
            let args = entry_merged::Args { entry: landing.entry, onto: landing.onto };
            let result = entry_merged::Outcome { commit: landing.commit, tree: landing.tree };
            QueueFact::EntryMerged(EntryMerged { args, result })
        }
        Step::Hold(entry, result) => QueueFact::EntryHeld(EntryHeld { args: entry_held::Args { entry }, result }),
        Step::Return(entries, reason) => {
            let (args, result) = (entries_returned::Args { entries }, entries_returned::Outcome { reason });
            QueueFact::EntriesReturned(EntriesReturned { args, result })
        }
        Step::Gate(_) | Step::Move(_) | Step::Rest => unreachable!("that is no event"),
    }
}
