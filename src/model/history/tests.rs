//! Laws of history: a table of what may follow what, held against every history that a small world can have.

mod facts;
mod table;

use std::collections::HashSet;

use super::*;
use facts::{Twist, step};
use table::{Act, MOST_STATES, World};

fn every_act() -> Vec<Act> {
    let of_a_worker = [
        Act::Start,
        Act::Finish,
        Act::Iterate,
        Act::Stop,
        Act::Retry,
        Act::Discard,
        Act::Gate,
        Act::Score,
        Act::Pick,
        Act::BeginMerge,
        Act::EndMerge,
        Act::FailMerge,
    ];
    let of_the_run = [Act::Begin, Act::Baseline, Act::PickNobody, Act::Resume, Act::End];
    of_a_worker.into_iter().flat_map(|act| [act(0), act(1)]).chain(of_the_run).collect()
}

/// Walks through every state of the small world, and shows each one with what was done there.
fn walk(mut visit: impl FnMut(&World, &History, Act)) {
    let mut seen = HashSet::new();
    let mut open = vec![(World::default(), History::default())];
    while let Some((world, history)) = open.pop() {
        for act in every_act() {
            visit(&world, &history, act);
            let mut next = world.clone();
            if !world.allows(act) || !next.take(act) || !seen.insert(next.shape()) {
                continue;
            }
            let mut after = history.clone();
            after.push(step(&world, act, Twist::None)).unwrap();
            open.push((next, after));
        }
    }
    assert!((1_000..MOST_STATES).contains(&seen.len()), "{} states", seen.len());
}

fn accepts(history: &History, step: Step) -> Result<(), Illegal> {
    history.clone().push(step)
}

#[test]
fn what_may_follow_is_what_the_table_says() {
    walk(|world, history, act| {
        let said = accepts(history, step(world, act, Twist::None));
        assert_eq!(said.is_ok(), world.allows(act), "{act:?} in {world:?}: {said:?}");
    });
}

#[test]
fn an_event_names_each_event_that_it_follows_from_and_needs_no_other() {
    walk(|world, history, act| {
        if !world.allows(act) {
            return;
        }
        let needed = world.needs(act);
        let mut least = step(world, act, Twist::None);
        least.causes.clone_from(&needed);
        accepts(history, least).unwrap_or_else(|error| panic!("{act:?} in {world:?}: {error}"));
        for cause in needed {
            let mut without = step(world, act, Twist::None);
            without.causes.retain(|known| *known != cause);
            assert!(accepts(history, without).is_err(), "{act:?} without {cause} in {world:?}");
        }
    });
}

#[test]
fn an_event_that_tells_of_something_else_is_refused() {
    let attempts = [Twist::LaterAttempt, Twist::EarlierAttempt, Twist::Iteration];
    let merges = [Twist::Candidate, Twist::Tree, Twist::Target, Twist::Mode, Twist::Ours];
    let twists = [&attempts[..], &merges].concat();
    walk(|world, history, act| {
        for twist in twists.iter().copied().filter(|twist| world.allows(act) && world.matters(act, *twist)) {
            let said = accepts(history, step(world, act, twist));
            assert!(said.is_err(), "{act:?} with {twist:?} in {world:?}");
        }
    });
}

#[test]
fn what_the_history_tells_is_what_the_table_tells() {
    walk(|world, history, _| {
        assert_eq!(history.winner().map(Worker::get), world.winner(), "{world:?}");
        assert_eq!(history.ended.is_some(), world.ended, "{world:?}");
        for (worker, lane) in history.lanes() {
            let expected = &world.lanes[usize::from(worker.get()) - 1];
            assert_eq!(lane.is_queued(), expected.is_queued(), "{world:?}");
            assert_eq!(lane.is_running(), expected.is_running(), "{world:?}");
            assert_eq!(lane.attempt(), expected.attempt, "{world:?}");
            assert_eq!(lane.standing_candidate().is_some(), expected.stands(), "{world:?}");
        }
    });
}

/// Plays acts, each of which but the last is legal, and returns what is said of the last.
fn play(acts: &[Act]) -> String {
    let (mut world, mut history) = (World::default(), History::default());
    let (last, first) = acts.split_last().expect("a play has acts");
    for act in first {
        history.push(step(&world, *act, Twist::None)).unwrap();
        world.take(*act);
    }
    history.push(step(&world, *last, Twist::None)).map_or_else(|illegal| illegal.message, |()| "legal".to_owned())
}

#[test]
fn each_law_has_a_history_that_breaks_it_and_says_so() {
    use Act::{
        Begin, BeginMerge, Discard, End, EndMerge, FailMerge, Finish, Gate, Iterate, Pick, PickNobody, Resume, Retry,
        Start, Stop,
    };
    let picked = [Begin, Start(0), Finish(0), Pick(0)];
    let cases: [(&[Act], &[Act], &str); 20] = [
        (&[], &[Start(0)], "the run has not started"),
        (&[], &[PickNobody], "the run has not started"),
        (&[Begin], &[Begin], "a run starts once, in its first event"),
        (&[Begin, Start(0)], &[Start(0)], "w1 has begun already"),
        (&[Begin, Stop(0)], &[Start(0)], "w1 was stopped"),
        (&[Begin, Stop(0)], &[Stop(0)], "w1 was stopped already"),
        (&[Begin], &[Finish(0)], "w1 is not running"),
        (&[Begin, Start(0), Finish(0)], &[Iterate(0)], "w1 is not running"),
        (&[Begin, Start(0), Finish(0)], &[Stop(0)], "w1 has ended already"),
        (&[Begin, Start(0)], &[Retry(0)], "w1 has not ended"),
        (&[Begin, Start(0)], &[Gate(0)], "w1 has not finished"),
        (&[Begin, Start(0), Finish(0), Discard(0)], &[Discard(0)], "w1 is discarded already"),
        (&[Begin, Start(0), Finish(0), Discard(0)], &[Pick(0)], "w1 has no candidate"),
        (&[Begin, Start(0), Finish(0)], &[BeginMerge(0)], "no winner was picked"),
        (&picked, &[BeginMerge(1)], "only the picked winner may be merged"),
        (&picked, &[Discard(0), BeginMerge(0)], "w1 was retried or discarded since it was picked"),
        (&picked, &[Retry(0), BeginMerge(0)], "w1 was retried or discarded since it was picked"),
        (&picked, &[Retry(0), Start(0), Finish(0), FailMerge(0)], "w1 was retried or discarded since it was picked"),
        (&picked, &[EndMerge(0)], "no merge was begun"),
        (&[Begin, End], &[End], "the run has ended already"),
    ];
    for (before, then, message) in cases {
        assert_eq!(play(&[before, then].concat()), message, "{then:?}");
    }
    assert_eq!(play(&[&picked[..], &[Retry(0), Start(0), Finish(0), Pick(0), BeginMerge(0)]].concat()), "legal");
    assert_eq!(play(&[&picked[..], &[BeginMerge(0), Retry(0), EndMerge(0)]].concat()), "legal");
    assert_eq!(play(&[Begin, End, Resume, End]), "legal");
}

#[test]
fn a_run_has_workers_in_order_and_an_end_that_tells_of_them() {
    let world = World::default();
    let begun = |twist: Twist| accepts(&History::default(), step(&world, Act::Begin, twist)).unwrap_err().message;
    for twist in [Twist::NoWorkers, Twist::Backwards] {
        assert_eq!(begun(twist), "a run's workers are numbered upwards, and there is at least one");
    }
    let (mut world, mut history) = (World::default(), History::default());
    for act in [Act::Begin, Act::Start(0)] {
        history.push(step(&world, act, Twist::None)).unwrap();
        world.take(act);
    }
    let end = |queued| accepts(&history, step(&world, Act::End, Twist::Queued(queued)));
    assert!(end(2).is_ok());
    for queued in [1, 3] {
        assert_eq!(
            end(queued).unwrap_err().message,
            "a worker that is told as queued has begun, or is none of the run"
        );
    }
}
