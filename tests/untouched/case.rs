//! Cases: a state and commands that a seed draws, and the comparison.

use std::{
    fmt,
    path::Path,
    thread,
    time::{Duration, Instant},
};

use crate::{
    merged::Target,
    random::Random,
    record::Record,
    state::{self, Piece},
    step::{self, By, NEW, Step},
    world::{Said, World},
};

/// How many commands a case has after those that every case has.
const COMMANDS: usize = 6;

/// A state and commands.
pub(crate) struct Case {
    seed: u64,
    state: Vec<Piece>,
    place: &'static str,
    steps: Vec<Step>,
}

impl Case {
    /// Draws the case of a seed.
    pub(crate) fn draw(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let mut state = vec![*random.one(state::STORAGE), state::ALWAYS];
        let mut some = |random: &mut Random, pieces: &[Piece], of: usize| {
            state.extend(pieces.iter().filter(|_| random.below(of) == 0).copied());
        };
        some(&mut random, state::KEPT, 2);
        let under_way = *random.one(state::UNDER_WAY);
        some(&mut random, &[under_way], 1);
        some(&mut random, state::CHANGES, 3);
        some(&mut random, state::SETTINGS, 3);
        some(&mut random, state::HINDRANCES, 8);
        let place = random.one(state::PLACES);
        let run = random.one(step::RUNS);
        let mut steps: Vec<Step> = step::FIRST.iter().map(|line| Step::of(line, run, &mut random)).collect();
        steps.extend((0..COMMANDS).map(|_| Step::draw(run, &mut random)));
        Self { seed, state, place, steps }
    }

    /// Makes the state, runs the commands, and compares after each one.
    pub(crate) fn check(&self) {
        let world = World::new();
        world.make(&self.state);
        let place = Some(world.repo.join(self.place)).filter(|place| place.is_dir()).unwrap_or(world.repo.clone());
        let mut record = Record::first(&world);
        for (at, step) in self.steps.iter().enumerate() {
            let (wrong, said) = apply(&world, &place, step, &mut record);
            assert!(wrong.is_empty(), "{self}command {at} did this:\n{}\n\nand said {said:#?}\n", wrong.join("\n"));
        }
    }
}

/// Does one step, and lists what it did to what is the user's.
fn apply(world: &World, place: &Path, step: &Step, record: &mut Record) -> (Vec<String>, Option<Said>) {
    if step.by == By::User {
        world.sh(&step.argv.join(" "));
        *record = record.again(world);
        return (Vec::new(), None);
    }
    let target = if step.by == By::Merge { Target::of(world, place, step) } else { None };
    let argv: Vec<&str> = step.argv.iter().map(String::as_str).collect();
    let said = world.par(place, &argv);
    if argv.contains(&"--detach") {
        wait_for_the_end(world, place);
    }
    let later = record.again(world);
    let mut wrong = target.map(|target| target.allow(world, record, &later)).unwrap_or_default();
    wrong.extend(record.differences(&later));
    if said.stderr.contains("panicked") {
        wrong.push("it panicked".to_owned());
    }
    *record = later;
    (wrong, Some(said))
}

/// Waits until the run that was begun last is worked on no more, so that the case is the same each time.
fn wait_for_the_end(world: &World, place: &Path) {
    let late = Instant::now() + Duration::from_secs(60);
    let is_busy = || {
        ["\"running\"", "\"queued\""]
            .iter()
            .any(|state| world.par(place, &["list", NEW, "--json"]).stdout.contains(state))
    };
    while is_busy() && Instant::now() < late {
        thread::sleep(Duration::from_millis(50));
    }
}

impl fmt::Display for Case {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "\nto draw it again: PAR_UNTOUCHED_SEED={} PAR_UNTOUCHED_CASES=1 cargo test --test untouched\n",
            self.seed
        )?;
        self.state.iter().try_for_each(|(name, script)| writeln!(f, "state {name}: {script}"))?;
        writeln!(f, "in '{}'", self.place)?;
        self.steps.iter().enumerate().try_for_each(|(at, step)| writeln!(f, "command {at}: {:?}", step.argv))
    }
}
