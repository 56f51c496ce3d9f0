//! Queues in the test world, and those who forge them.

use std::{fs, sync::OnceLock};

use serde_json::Value;

use crate::{
    forge::{chained, whole},
    world::{Verified, World},
};

/// The queue that is in every world with one.
pub(crate) const QUEUE: &str = "queue/main";
/// Lets everything pass but a file that is called `bad`.
const GATE: &str = "echo looked; test ! -e bad";

impl World {
    /// Makes a world with a queue that was processed: entries 1, 2 and 4 landed, 3 fails the check, 5 conflicts with 4.
    pub(crate) fn with_queue() -> Self {
        static TEMPLATE: OnceLock<World> = OnceLock::new();
        TEMPLATE.get_or_init(|| Self::with_queue_of("merge")).copied()
    }

    /// Makes the same with another style.
    pub(crate) fn with_queue_of(style: &str) -> Self {
        let world = Self::with_commit(&[]);
        for (branch, file) in [("b1", "one"), ("b2", "two"), ("b3", "bad"), ("b4", "a.txt"), ("b5", "a.txt")] {
            world.branch(branch, file);
        }
        world.par_ok(&["queue", "add", "--style", style, "--gate", GATE, "b1", "b2", "b3", "b4", "b5"]);
        assert_eq!(world.par(&["queue", "process", "-j", "1"]).status.code(), Some(4));
        world
    }

    /// Makes a branch that writes its name into a file, in two commits.
    pub(crate) fn branch(&self, branch: &str, file: &str) {
        self.git(&["checkout", "--quiet", "-b", branch, "main"]);
        for line in ["first", "second"] {
            fs::write(self.here.join(file), format!("{branch} {line}\n")).unwrap();
            self.git(&["add", "."]);
            self.git(&["commit", "--quiet", "-m", &format!("{branch} {line}")]);
        }
        self.git(&["checkout", "--quiet", "main"]);
    }

    /// Resolves a ref of the queue.
    pub(crate) fn of_queue(&self, short: &str) -> String {
        self.git(&["rev-parse", &format!("refs/par/{QUEUE}/{short}")])
    }

    /// Reads the events of the queue's journal.
    pub(crate) fn queue_events(&self) -> Vec<Value> {
        let text = self.git(&["cat-file", "blob", &format!("refs/notes/par/{QUEUE}:{}", self.of_queue("base"))]);
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Changes events and chains them all anew: a forgery without a seam.
    pub(crate) fn forge_queue(&self, change: impl Fn(&mut Vec<Value>)) {
        let mut events = self.queue_events();
        change(&mut events);
        self.set_queue_journal(whole(&chained(events)).as_bytes());
    }

    pub(crate) fn set_queue_journal(&self, bytes: &[u8]) {
        let row = format!("100644 blob {}\t{}\n", self.blob(bytes), self.of_queue("base"));
        let tree = self.git_on(&["mktree"], row.as_bytes());
        let commit = self.git(&["commit-tree", "-m", "forged", &tree]);
        self.git(&["update-ref", &format!("refs/notes/par/{QUEUE}"), &commit]);
    }

    /// Puts one text for another wherever the journal says it.
    pub(crate) fn replace_in_queue(&self, pairs: &[(&str, &str)]) {
        self.forge_queue(|events| {
            let mut text = serde_json::to_string(events).unwrap();
            for (old, new) in pairs {
                text = text.replace(old, new);
            }
            *events = serde_json::from_str(&text).unwrap();
        });
    }

    pub(crate) fn verify_queue(&self) -> Verified {
        self.verify(&[QUEUE])
    }
}

/// Verifies a queue whose events somebody changed.
pub(crate) fn with_events(change: impl Fn(&mut Vec<Value>)) -> Verified {
    let world = World::with_queue();
    world.forge_queue(change);
    world.verify_queue()
}

/// Finds the first event of a kind in which an entry is the uppermost.
pub(crate) fn of_entry<'e>(events: &'e mut [Value], kind: &str, entry: u64) -> &'e mut Value {
    let at = place(events, kind, entry);
    &mut events[at]
}

/// Tells where that event is.
pub(crate) fn place(events: &[Value], kind: &str, entry: u64) -> usize {
    let uppermost = |event: &Value| match event["args"]["entries"].as_array() {
        Some(entries) => entries.last().cloned(),
        None => Some(event["args"]["entry"].clone()),
    };
    let is_it = |event: &Value| event["tool_name"] == kind && uppermost(event) == Some(entry.into());
    events.iter().position(is_it).unwrap()
}

/// Has the events stand in another order, each with those of its causes that come before it: `order` lists the old numbers.
pub(crate) fn reordered(events: &mut Vec<Value>, order: &[u64]) {
    let new = |old: &Value| order.iter().position(|kept| Some(*kept) == old.as_u64()).map(|at| at as u64 + 1);
    let moved = |(number, old): (u64, &u64)| {
        let mut event = events[usize::try_from(*old).unwrap() - 1].clone();
        let mut causes: Vec<u64> = event["causes"].as_array().into_iter().flatten().filter_map(new).collect();
        causes.retain(|cause| *cause < number);
        causes.sort_unstable();
        let object = event.as_object_mut().unwrap();
        object.remove("triggered_by");
        object.remove("causes");
        if let Some(last) = causes.last() {
            object.insert("triggered_by".to_owned(), (*last).into());
            object.insert("causes".to_owned(), causes.into());
        }
        event
    };
    *events = (1..).zip(order).map(moved).collect();
}
