//! What each event is held to, and that it is read as it was written.

use git_par::model::{
    chain::Tip,
    event::Draft,
    fact::{
        EntriesReturned, EntriesStarted, EntryAdded, EntryHeld, Fact, QueueFact, QueueStarted, entries_returned,
        entries_started, entry_added, entry_held, landing_started, queue_started, stack_gated::Conflict,
    },
    oid::Oid,
    queue::{
        agenda::Step,
        entry::{EntryId, State},
        processor::Processor,
    },
};

use super::{
    actor,
    nature::{self, FOREIGN, Nature},
    person::{dropped, retried},
    world::World,
};

fn ids(numbers: &[u32]) -> Vec<EntryId> {
    numbers.iter().copied().map(EntryId).collect()
}

fn me() -> Processor {
    Processor("p0".to_owned())
}

fn started(world: &World, by: &str, entries: &[u32]) -> QueueFact {
    let args =
        entries_started::Args { processor: Processor(by.to_owned()), entries: ids(entries), onto: world.target() };
    QueueFact::EntriesStarted(EntriesStarted { args, result: entries_started::Outcome {} })
}

fn returned(entries: &[u32]) -> QueueFact {
    let result = entries_returned::Outcome { reason: entries_returned::Reason::Stopped };
    QueueFact::EntriesReturned(EntriesReturned { args: entries_returned::Args { entries: ids(entries) }, result })
}

fn held(world: &World, entry: u32, reason: entry_held::Reason) -> QueueFact {
    let result = entry_held::Outcome { reason, onto: world.target(), paths: Vec::new(), log: None, with: Vec::new() };
    QueueFact::EntryHeld(EntryHeld { args: entry_held::Args { entry: EntryId(entry) }, result })
}

fn gated(world: &mut World, entries: &[u32]) -> QueueFact {
    let onto = world.target();
    QueueFact::StackGated(world.gated(onto, &ids(entries)))
}

/// A queue of three entries, of which the third is red, with the first two under test.
fn testing() -> World {
    let mut world = World::new(Nature { red: [3].into(), ..Nature::default() }, 3);
    world.append(&started(&world, "p0", &[1, 2]));
    world
}

/// The same, with the intent to land the first.
fn landing() -> World {
    let mut world = testing();
    let gated = gated(&mut world, &[1]);
    world.append(&gated);
    world.append(&intent(&world));
    world
}

fn landing_of(entry: EntryId, onto: Oid, (commit, tree): (Oid, Oid)) -> landing_started::Args {
    landing_started::Args { entry, onto, commit, tree }
}

fn intent(world: &World) -> QueueFact {
    let outcome = &world.queue.batch().unwrap().known(&ids(&[1])).unwrap().outcome;
    let (commit, tree) = (outcome.commit.unwrap(), outcome.tree.unwrap());
    let entry = EntryId(1);
    actor::fact(&me(), world.target(), Step::Intend(landing_of(entry, world.target(), (commit, tree))))
}

fn merged(world: &World) -> QueueFact {
    actor::fact(&me(), world.target(), Step::Settle(world.queue.batch().unwrap().landing.unwrap()))
}

/// The same, with the first landed and the second returned.
fn landed() -> World {
    let mut world = landing();
    let landing = world.queue.batch().unwrap().landing.unwrap();
    world.land(landing);
    world.append(&merged(&world));
    world.append(&returned(&[2]));
    assert_eq!(world.fault, None);
    world
}

/// Holds that the law does not let an event stand, and says why.
fn refuses(world: &World, fact: &QueueFact, why: &str) {
    let mut queue = (*world.queue).clone();
    let end = queue.push(world.count + 1, &world.queue.grounds(fact), fact);
    assert_eq!(end.unwrap_err().message, why, "{fact:?}");
}

#[test]
fn a_queue_starts_once_and_its_entries_are_counted() {
    let world = testing();
    let QueueStarted { args, .. } = world.queue.started().unwrap().clone();
    let again = QueueFact::QueueStarted(QueueStarted { args, result: queue_started::Outcome {} });
    refuses(&world, &again, "a queue starts once, in its first event");
    let add = |entry, commit| {
        let source = entry_added::Source::Branch("refs/heads/x".to_owned());
        let args = entry_added::Args { entry: EntryId(entry), source, commit, title: String::new(), priority: 0 };
        QueueFact::EntryAdded(EntryAdded { args, result: entry_added::Outcome {} })
    };
    refuses(&world, &add(5, nature::commit(None, 5)), "the queue's next entry is 4");
    refuses(&world, &add(4, nature::commit(None, 3)), "entry 3 has that commit");
    assert!(world.allows(&add(4, nature::commit(None, 4))));
    let mut world = landed();
    refuses(&world, &add(4, nature::commit(None, 1)), "entry 1 has that commit");
    world.append(&dropped(EntryId(2)));
    assert!(world.allows(&add(4, nature::commit(None, 2))), "what was dropped may come again, as another entry");
}

#[test]
fn entries_are_taken_in_their_order_by_one_processor() {
    let mut world = testing();
    refuses(&world, &started(&world, "p0", &[2]), "those are not the entries whose turn it is");
    refuses(&world, &started(&world, "p0", &[]), "those are not the entries whose turn it is");
    refuses(&world, &started(&world, "p1", &[3]), "another processor is at it");
    assert!(world.allows(&started(&world, "p0", &[3])));
    world.add(1);
    refuses(&world, &started(&world, "p0", &[3]), "those are not the entries whose turn it is");
    assert!(world.allows(&started(&world, "p0", &[4, 3])), "what is higher goes first");
    world.push(FOREIGN + 1);
    refuses(&world, &started(&world, "p0", &[4]), "that is not what is being tested on");
    refuses(&landing(), &started(&landing(), "p0", &[3]), "that is not what is being tested on");
}

#[test]
fn only_stacks_under_test_are_gated_and_each_once() {
    let mut world = testing();
    for stack in [&[3_u32][..], &[2, 1]] {
        let gated = gated(&mut world, stack);
        refuses(&world, &gated, "that is no stack of what is being tested");
    }
    let both = gated(&mut world, &[1, 2]);
    world.append(&both.clone());
    refuses(&world, &both, "that stack was gated already");
    let QueueFact::StackGated(mut one) = gated(&mut world, &[1]) else { unreachable!() };
    one.result.conflict = Some(Conflict { entry: EntryId(1), paths: Vec::new() });
    refuses(&world, &QueueFact::StackGated(one), "a stack is made, or one of its entries conflicts");
    world.push(FOREIGN + 1);
    let moved = gated(&mut world, &[1]);
    refuses(&world, &moved, "that is not what is being tested on");
    let mut idle = landed();
    let nothing = gated(&mut idle, &[3]);
    refuses(&idle, &nothing, "nothing is being tested");
}

#[test]
fn only_what_was_gated_lands_and_only_in_its_turn() {
    let mut world = testing();
    let (first, second) = (gated(&mut world, &[1]), gated(&mut world, &[2]));
    world.append(&second);
    let QueueFact::StackGated(outcome) = &first else { unreachable!() };
    let passed = (outcome.result.commit.unwrap(), outcome.result.tree.unwrap());
    let intent = |entry, passed| landing_of(EntryId(entry), world.target(), passed);
    let written = |landing| actor::fact(&me(), world.target(), Step::Intend(landing));
    refuses(&world, &written(intent(1, passed)), "that is not what the gate let pass");
    refuses(&world, &written(intent(2, passed)), "it is not the turn of entry 2");
    let mut gated = world.clone();
    gated.append(&first);
    assert!(gated.allows(&written(intent(1, passed))));
    refuses(&gated, &written(intent(1, (passed.1, passed.1))), "that is not what the gate let pass");
    let settle = |landing| actor::fact(&me(), world.target(), Step::Settle(landing));
    refuses(&gated, &settle(intent(1, passed)), "that is not the landing that was begun");
    refuses(&landing(), &settle(intent(1, (passed.0, passed.0))), "that is not the landing that was begun");
    refuses(&landing(), &written(intent(1, passed)), "another landing is open");
}

#[test]
fn while_an_entry_lands_nothing_else_is_done_with_it() {
    let world = landing();
    refuses(&world, &dropped(EntryId(1)), "entry 1 is landing");
    refuses(&world, &returned(&[2]), "an entry below is landing");
    refuses(&world, &held(&world, 2, entry_held::Reason::Gone), "another entry is landing");
    assert!(world.allows(&held(&world, 1, entry_held::Reason::Dirty)), "the target may turn out to be in use");
    assert!(world.allows(&returned(&[1, 2])));
    assert!(world.allows(&dropped(EntryId(2))));
}

#[test]
fn entries_are_held_for_what_was_found_of_them() {
    let mut world = World::new(Nature { red: [1].into(), ..Nature::default() }, 2);
    world.append(&started(&world, "p0", &[1, 2]));
    refuses(&world, &held(&world, 1, entry_held::Reason::Gate), "entry 1 was not found so");
    let red = gated(&mut world, &[1]);
    world.append(&red);
    refuses(&world, &held(&world, 1, entry_held::Reason::Gate), "entry 1 was not found so");
    let target = gated(&mut world, &[]);
    world.append(&target);
    refuses(&world, &held(&world, 1, entry_held::Reason::Target), "entry 1 was not found so");
    refuses(&world, &held(&world, 1, entry_held::Reason::Conflict), "entry 1 was not found so");
    refuses(&world, &retried(&world, EntryId(1)), "entry 1 waits for nobody");
    world.append(&held(&world, 1, entry_held::Reason::Gate));
    refuses(&world, &held(&world, 1, entry_held::Reason::Gone), "entry 1 is not being tested");
    world.append(&retried(&world, EntryId(1)));
    assert_eq!(world.queue.entry(EntryId(1)).unwrap().state, State::Queued);
    world.append(&started(&world, "p0", &[1]));
    assert!(world.queue.batch().unwrap().known(&ids(&[1])).is_none(), "what is tried again is tested again");
}

#[test]
fn what_is_over_stays_so() {
    let mut world = landed();
    world.append(&dropped(EntryId(2)));
    for entry in [1, 2] {
        let is_final = format!("entry {entry} is merged or dropped already");
        refuses(&world, &dropped(EntryId(entry)), &is_final);
        refuses(&world, &retried(&world, EntryId(entry)), &format!("entry {entry} waits for nobody"));
        refuses(&world, &started(&world, "p0", &[entry]), "those are not the entries whose turn it is");
    }
    refuses(&world, &dropped(EntryId(9)), "the queue has no entry 9");
    refuses(&world, &returned(&[1]), "nothing is being tested");
}

#[test]
fn an_event_names_what_it_follows_from() {
    let world = landing();
    let fact = merged(&world);
    let grounds = world.queue.grounds(&fact);
    assert_eq!(grounds, [1, 7]);
    let end = (*world.queue).clone().push(world.count + 1, &grounds[..1], &fact);
    assert_eq!(end.unwrap_err().to_string(), "event 8: it does not name event 7 among its causes");
}

#[test]
fn facts_are_read_as_they_were_written_and_by_queues_only() {
    let mut world = landing();
    let facts = [
        started(&world, "p0", &[1, 2]),
        returned(&[1]),
        held(&world, 1, entry_held::Reason::Dirty),
        gated(&mut world, &[1]),
        intent(&world),
        merged(&world),
        dropped(EntryId(1)),
        retried(&world, EntryId(1)),
        QueueFact::QueueStarted(world.queue.started().unwrap().clone()),
    ];
    for fact in facts {
        let event = fact.draft().unwrap().seal(&Tip::GENESIS).unwrap();
        assert_eq!(QueueFact::read(&event).unwrap(), fact);
        assert_eq!(Fact::read(&event).unwrap(), Fact::Unknown, "no run's journal has it");
    }
    let other = Draft { tool_name: "run_started".to_owned(), ..Draft::default() }.seal(&Tip::GENESIS).unwrap();
    assert_eq!(QueueFact::read(&other).unwrap(), QueueFact::Unknown);
    assert_eq!(QueueFact::Unknown.draft(), None);
}
