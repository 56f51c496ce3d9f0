//! Long random runs of three processors, with everything that can come between.

use git_par::model::{
    fact::QueueFact,
    queue::{
        entry::{Entry, EntryId, State},
        processor::Processor,
    },
};

use super::{
    actor::{Actor, Flaw},
    nature::{FOREIGN, Nature},
    numbers::Random,
    person::{dropped, retried},
    world::World,
};

const ENTRIES: u32 = 24;
/// How many small things happen while there is trouble.
const TROUBLED: usize = 3000;
/// In how many more all must be over.
const CALM: usize = 20_000;

fn nature(random: &mut Random) -> Nature {
    let mut nature = Nature { forgets: true, ..Nature::default() };
    let share = *random.one(&[2, 5, 20]);
    nature.red = (1..=ENTRIES).filter(|_| random.below(share) == 0).collect();
    nature.red.extend((FOREIGN..FOREIGN + 50).filter(|_| random.below(12) == 0));
    let pairs = (1..ENTRIES).filter(|_| random.below(6) == 0).map(|one| (one, one + 1)).collect();
    let others = (1..ENTRIES - 2).filter(|_| random.below(8) == 0).map(|one| (one, one + 3)).collect();
    (nature.quarrels, nature.clashes) = (pairs, others);
    nature
}

struct Run {
    random: Random,
    world: World,
    actors: Vec<Actor>,
    names: usize,
    pushed: u32,
}

impl Run {
    fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let world = World::new(nature(&mut random), 6);
        let actors = (0..3).map(|name| Actor::new(name, 1 + random.below(5), Flaw::None)).collect();
        Self { random, world, actors, names: 3, pushed: FOREIGN }
    }

    fn work(&mut self) {
        let alive: Vec<Processor> = self.actors.iter().map(|actor| actor.name.clone()).collect();
        let at = self.random.below(self.actors.len());
        self.actors[at].advance(&mut self.world, &alive);
    }

    fn trouble(&mut self) {
        let known = self.world.queue.entries().len();
        let entry = EntryId(u32::try_from(self.random.below(known)).unwrap() + 1);
        match self.random.below(400) {
            0..3 => {
                let at = self.random.below(self.actors.len());
                self.actors[at] = Actor::new(self.names, 1 + self.random.below(5), Flaw::None);
                self.names += 1;
            }
            3..5 if self.pushed < FOREIGN + 49 => {
                self.pushed += 1;
                self.world.push(self.pushed);
            }
            5..11 if known < ENTRIES as usize => self.world.add(i32::from(self.random.below(3) == 0)),
            11 => self.wish(&dropped(entry)),
            12..15 => self.wish(&retried(&self.world, entry)),
            _ => self.work(),
        }
    }

    fn wish(&mut self, fact: &QueueFact) {
        if self.world.allows(fact) {
            self.world.append(fact);
        }
    }

    /// Tells whether nothing that was ever on the target keeps an entry from landing.
    fn must_land(&self, entry: &Entry) -> bool {
        let nature = &self.world.nature;
        let pairs = nature.quarrels.iter().chain(&nature.clashes);
        let is_alone = pairs.into_iter().all(|(one, other)| *one != entry.id.0 && *other != entry.id.0);
        is_alone && !nature.red.contains(&entry.id.0) && nature.red.range(FOREIGN..=self.pushed).next().is_none()
    }
}

#[test]
fn long_random_runs_end_with_everything_in_order() {
    let mut landed = 0;
    for seed in 0..300 {
        let mut run = Run::new(seed);
        (0..TROUBLED).for_each(|_| run.trouble());
        let mut left = CALM;
        while !run.world.is_over() && left > 0 {
            run.work();
            left -= 1;
        }
        assert_eq!(run.world.fault, None, "seed {seed}");
        assert!(run.world.is_over(), "seed {seed}: {:?}", run.world.queue);
        for entry in run.world.queue.entries() {
            let has_landed = matches!(entry.state, State::Merged(_));
            landed += usize::from(has_landed);
            assert!(has_landed || entry.state == State::Dropped || !run.must_land(entry), "seed {seed}: {entry:?}");
        }
    }
    assert!(landed > 1000, "{landed}");
}
