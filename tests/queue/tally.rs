//! Tallies: what it takes to land entries, of which some are bad.

use git_par::model::{
    fact::{QueueFact, StackGated},
    queue::{
        agenda::{self, Sight, Step},
        entry::State,
        processor::Processor,
    },
};

use super::{actor, nature::Nature, numbers::Random, world::World};

/// How many entries one tally lands.
pub(crate) const ENTRIES: u32 = 300;

/// What it took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tally {
    /// The entries that landed.
    pub(crate) landed: u32,
    /// The gates that ran; a verdict on a tree that had one is no run.
    pub(crate) gates: u32,
    /// How often one waited for gates: those that run at once are one wait.
    pub(crate) waits: u32,
}

/// Lands entries of which about so many in a hundred fail wherever they are, with so many gates at once.
pub(crate) fn tally(bad: usize, jobs: usize) -> Tally {
    let mut random = Random::new(bad as u64);
    let red = (1..=ENTRIES).filter(|_| random.below(100) < bad).collect();
    let mut world = World::new(Nature { red, ..Nature::default() }, ENTRIES);
    let me = Processor("p0".to_owned());
    let mut tally = Tally { landed: 0, gates: 0, waits: 0 };
    loop {
        let batch = world.queue.batch();
        let has_landed = batch.and_then(|batch| batch.landing).is_some_and(|landing| landing.commit == world.target());
        let onto = batch.map_or(world.target(), |batch| batch.tip);
        let sight = Sight { me: me.clone(), is_holder_alive: true, target: world.target(), has_landed, jobs };
        match agenda::next(&world.queue, &sight) {
            Step::Rest => break,
            Step::Move(landing) => world.land(landing),
            Step::Gate(stacks) => {
                tally.gates += u32::try_from(stacks.len()).unwrap();
                tally.waits += 1;
                let gated: Vec<StackGated> = stacks.iter().map(|stack| world.gated(onto, stack)).collect();
                for gated in gated {
                    world.append(&QueueFact::StackGated(gated));
                }
            }
            step => world.append(&actor::fact(&me, onto, step)),
        }
        assert_eq!(world.fault, None);
    }
    let landed = world.queue.entries().iter().filter(|entry| matches!(entry.state, State::Merged(_)));
    tally.landed = u32::try_from(landed.count()).unwrap();
    tally
}
