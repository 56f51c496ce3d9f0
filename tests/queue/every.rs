//! Every way in which two processors, people and death can come between each other, in small worlds.

use std::collections::HashSet;

use git_par::model::{
    fact::QueueFact,
    queue::{entry::EntryId, processor::Processor},
};

use super::{
    actor::{Actor, Flaw},
    nature::{FOREIGN, Nature, digest},
    person::{dropped, retried},
    world::World,
};

/// The most events that any of these small worlds may take.
const MOST_EVENTS: u64 = 60;

/// What somebody pushes past the queue.
const PUSHED: u32 = FOREIGN + 1;

/// What may still happen besides the processors' own work.
#[derive(Clone, Debug, Default, Hash)]
struct Troubles {
    deaths: u32,
    pushes: Vec<u32>,
    drops: Vec<EntryId>,
    retries: Vec<EntryId>,
}

#[derive(Clone)]
struct Moment {
    world: World,
    actors: Vec<Actor>,
    troubles: Troubles,
    /// How many processors there have been.
    names: usize,
}

impl Moment {
    fn new(nature: Nature, entries: u32, troubles: Troubles, flaw: Flaw) -> Self {
        let actors = (0..2).map(|name| Actor::new(name, 2, flaw)).collect();
        Self { world: World::new(nature, entries), actors, troubles, names: 2 }
    }

    fn alive(&self) -> Vec<Processor> {
        self.actors.iter().map(|actor| actor.name.clone()).collect()
    }

    fn key(&self) -> u64 {
        let actors: Vec<_> = self.actors.iter().map(|actor| (&actor.name, actor.digest)).collect();
        digest(&(self.world.digest, &self.world.chain, actors, &self.troubles))
    }

    /// Tells whether nothing would ever change any more.
    fn is_stuck(&self) -> bool {
        let alive = self.alive();
        self.actors.iter().all(|actor| actor.is_stuck(&self.world, &alive))
    }

    /// Lists all moments that may come next.
    fn next(&self) -> Vec<Self> {
        let (mut next, alive) = (Vec::new(), self.alive());
        for at in 0..self.actors.len() {
            let mut moment = self.clone();
            moment.actors[at].advance(&mut moment.world, &alive);
            next.push(moment);
        }
        next.extend(self.deaths());
        next.extend(self.troubles.pushes.iter().enumerate().map(|(at, part)| {
            let mut moment = self.clone();
            moment.troubles.pushes.remove(at);
            moment.world.push(*part);
            moment
        }));
        next.extend(self.wishes());
        next
    }

    /// A processor dies, and another one begins in its place.
    fn deaths(&self) -> Vec<Self> {
        let dies = |at: usize| {
            let mut moment = self.clone();
            moment.troubles.deaths -= 1;
            moment.actors[at] = Actor::new(self.names, self.actors[at].jobs, self.actors[at].flaw);
            moment.names += 1;
            moment
        };
        (0..self.actors.len()).filter(|_| self.troubles.deaths > 0).map(dies).collect()
    }

    /// A person drops an entry, or has it tried again.
    fn wishes(&self) -> Vec<Self> {
        let drops = self.troubles.drops.iter().map(|entry| dropped(*entry));
        let retries = self.troubles.retries.iter().map(|entry| retried(&self.world, *entry));
        let allowed = drops.chain(retries).filter(|fact| self.world.allows(fact));
        let granted = allowed.map(|fact| {
            let mut moment = self.clone();
            match &fact {
                QueueFact::EntryDropped(fact) => moment.troubles.drops.retain(|entry| *entry != fact.args.entry),
                QueueFact::EntryRetried(fact) => moment.troubles.retries.retain(|entry| *entry != fact.args.entry),
                _ => {}
            }
            moment.world.append(&fact);
            moment
        });
        granted.collect()
    }
}

/// Goes through every moment that can come; returns how many there are, or the first thing that goes wrong.
fn explore(start: Moment) -> Result<usize, String> {
    let (mut seen, mut open) = (HashSet::from([start.key()]), vec![start]);
    while let Some(moment) = open.pop() {
        if !moment.world.is_over() && moment.is_stuck() {
            return Err(format!("nobody goes on: {:?}", moment.world.queue));
        }
        for next in moment.next() {
            if let Some(fault) = &next.world.fault {
                return Err(fault.clone());
            }
            if next.world.count > MOST_EVENTS {
                return Err("it does not come to an end".to_owned());
            }
            if seen.insert(next.key()) {
                open.push(next);
            }
        }
    }
    Ok(seen.len())
}

fn all_goes_well(nature: &Nature, entries: u32, troubles: &Troubles) {
    let start = Moment::new(nature.clone(), entries, troubles.clone(), Flaw::None);
    let end = explore(start);
    assert!(end.is_ok(), "{end:?}, {nature:?}, {troubles:?}");
}

fn red(parts: &[u32]) -> Nature {
    Nature { red: parts.iter().copied().collect(), forgets: true, ..Nature::default() }
}

fn quarrel(one: u32, other: u32) -> Nature {
    Nature { quarrels: vec![(one, other)], ..red(&[]) }
}

fn clash(one: u32, other: u32) -> Nature {
    Nature { clashes: vec![(one, other)], ..red(&[]) }
}

fn mend(mender: u32, part: u32) -> Nature {
    Nature { mends: [(mender, part)].into(), ..red(&[part]) }
}

#[test]
fn two_processors_get_along_with_death_and_with_pushes() {
    let troubles = Troubles { deaths: 1, pushes: vec![PUSHED], ..Troubles::default() };
    for nature in [red(&[]), red(&[1]), quarrel(1, 2)] {
        all_goes_well(&nature, 2, &troubles);
    }
}

#[test]
fn what_is_pushed_may_be_red_or_in_the_way_and_the_target_may_be_red_at_first() {
    let troubles = Troubles { pushes: vec![PUSHED], ..Troubles::default() };
    for nature in [red(&[PUSHED]), quarrel(1, PUSHED), clash(2, PUSHED), red(&[FOREIGN]), mend(1, FOREIGN), mend(2, 1)]
    {
        all_goes_well(&nature, 2, &troubles);
    }
}

#[test]
fn two_processors_get_along_with_two_deaths() {
    for nature in [red(&[]), clash(1, 2)] {
        all_goes_well(&nature, 2, &Troubles { deaths: 2, ..Troubles::default() });
    }
}

#[test]
fn two_processors_get_along_with_more_entries_than_jobs() {
    for nature in [red(&[]), red(&[1]), red(&[2]), quarrel(1, 3), clash(2, 3), mend(3, 1)] {
        all_goes_well(&nature, 3, &Troubles { deaths: 1, ..Troubles::default() });
    }
}

#[test]
fn two_processors_get_along_with_what_people_want() {
    let wishes = Troubles { drops: vec![EntryId(1)], retries: vec![EntryId(1), EntryId(2)], ..Troubles::default() };
    for nature in [red(&[]), red(&[1]), red(&[2]), mend(2, 1)] {
        all_goes_well(&nature, 2, &wishes);
    }
    for nature in [red(&[]), quarrel(1, 2), clash(1, 2)] {
        all_goes_well(&nature, 2, &Troubles { deaths: 1, ..wishes.clone() });
    }
}

#[test]
fn somebody_may_merge_an_entry_by_hand() {
    for nature in [red(&[]), red(&[2]), quarrel(1, 2), clash(1, 2)] {
        let nature = Nature { forgets: false, ..nature };
        all_goes_well(&nature, 2, &Troubles { pushes: vec![2], ..Troubles::default() });
    }
}

/// A search that finds nothing says nothing unless it finds what is there.
#[test]
fn every_flaw_is_found() {
    let troubles = Troubles { deaths: 1, pushes: vec![PUSHED], ..Troubles::default() };
    for flaw in [Flaw::LooksAtTargetFirst, Flaw::WritesBlindly, Flaw::MovesBlindly, Flaw::TrustsNobody] {
        let end = explore(Moment::new(red(&[]), 2, troubles.clone(), flaw));
        assert!(end.is_err(), "{flaw:?}");
    }
}
