//! What speculation pays: more gates, fewer waits.

use git_par::model::queue::{agenda::Step, entry::EntryId};

use super::{
    actor::{Actor, Flaw, Mind},
    nature::Nature,
    person::retried,
    tally::{ENTRIES, Tally, tally},
    world::World,
};

#[test]
fn one_by_one_every_entry_takes_one_gate_and_one_wait() {
    for bad in [0, 10, 40] {
        let Tally { landed, gates, waits } = tally(bad, 1);
        // The first commit was pushed by somebody, so that it may be gated itself, once.
        assert!(landed <= gates && gates <= ENTRIES + 1 && waits == gates, "{bad}: {landed}, {gates}, {waits}");
    }
}

#[test]
fn nothing_is_gated_in_vain_where_all_is_good() {
    let good = ENTRIES;
    assert_eq!(tally(0, 4), Tally { landed: good, gates: good, waits: good / 4 });
}

#[test]
fn four_at_once_land_entries_in_less_than_half_the_waits() {
    for bad in [0, 10, 40] {
        let (one, four) = (tally(bad, 1), tally(bad, 4));
        assert_eq!(one.landed, four.landed);
        assert!(four.waits * 2 < one.waits, "{bad}: {one:?}, {four:?}");
        assert!(four.gates <= one.gates * 2, "{bad}: {one:?}, {four:?}");
    }
}

#[test]
fn where_many_fail_what_comes_next_is_gated_without_them_too() {
    let wanted = |held: u32| {
        let mut world = World::new(Nature { red: (1..=held).collect(), ..Nature::default() }, held + 4);
        let mut actor = Actor::new(0, 4, Flaw::None);
        let me = [actor.name.clone()];
        loop {
            actor.advance(&mut world, &me);
            let batch = world.queue.batch().filter(|batch| batch.open.first() == Some(&EntryId(held + 1)));
            if let (Mind::Decided { step: Step::Gate(stacks), .. }, Some(_)) = (&actor.mind, batch) {
                let below = |stack: &Vec<EntryId>| stack.iter().map(|entry| entry.0 - held).collect::<Vec<u32>>();
                return stacks.iter().map(below).collect::<Vec<_>>();
            }
        }
    };
    assert_eq!(wanted(0), [vec![1], vec![1, 2], vec![1, 2, 3], vec![1, 2, 3, 4]]);
    assert_eq!(wanted(4), [vec![1], vec![1, 2], vec![1, 2, 3], vec![2]]);
    assert_eq!(wanted(12), [vec![1], vec![2], vec![1, 2], vec![3]]);
}

#[test]
fn what_failed_before_is_begun_first_and_what_comes_after_it_is_gated_without_it_too() {
    let mut world = World::new(Nature { red: [1].into(), ..Nature::default() }, 1);
    let mut actor = Actor::new(0, 3, Flaw::None);
    let me = [actor.name.clone()];
    while !world.is_over() {
        actor.advance(&mut world, &me);
    }
    world.append(&retried(&world, EntryId(1)));
    world.add(1);
    loop {
        actor.advance(&mut world, &me);
        if let (Mind::Decided { step: Step::Gate(stacks), .. }, Some(_)) = (&actor.mind, world.queue.batch()) {
            let first = [[2, 1].map(EntryId).to_vec(), vec![EntryId(1)], vec![EntryId(2)]];
            let known: Vec<_> = first.into_iter().filter(|stack| stacks.contains(stack)).collect();
            assert_eq!((stacks, stacks.len()), (&known, 3), "the one that failed stands on top first");
            return;
        }
    }
}

#[test]
fn whoever_may_run_no_gate_runs_one() {
    assert_eq!(tally(0, 0), tally(0, 1));
}
