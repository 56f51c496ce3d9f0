//! Forgers: everything that somebody with write access could do to a run's record.

use std::collections::BTreeMap;

use git_par::model::{
    canonical,
    chain::{self, Form},
    hash::Hash,
    history::{History, Step},
    person_note,
};
use serde_json::Value;

use crate::world::{RUN, World};

impl World {
    /// Reads the run's journal, a line each.
    pub(crate) fn journal(&self) -> Vec<String> {
        let base = self.git(&["rev-parse", "refs/par/r1/base"]);
        let text = self.git(&["cat-file", "blob", &format!("refs/notes/par/{RUN}:{base}")]);
        text.lines().map(str::to_owned).collect()
    }

    /// Reads the run's notes: object to blob.
    pub(crate) fn notes(&self) -> BTreeMap<String, String> {
        let listing = self.git(&["ls-tree", "refs/notes/par/r1"]);
        let row = |line: &str| {
            let (meta, name) = line.split_once('\t').unwrap();
            (name.to_owned(), meta.rsplit_once(' ').unwrap().1.to_owned())
        };
        listing.lines().map(row).collect()
    }

    /// Replaces the run's notes.
    pub(crate) fn set_notes(&self, notes: &BTreeMap<String, String>) {
        let rows: String = notes.iter().map(|(name, blob)| format!("100644 blob {blob}\t{name}\n")).collect();
        let tree = self.git_on(&["mktree"], rows.as_bytes());
        let commit = self.git(&["commit-tree", "-m", "forged", &tree]);
        self.git(&["update-ref", "refs/notes/par/r1", &commit]);
    }

    pub(crate) fn blob(&self, bytes: &[u8]) -> String {
        self.git_on(&["hash-object", "-w", "--stdin"], bytes)
    }

    /// Replaces the journal's bytes and leaves all other notes as they are.
    pub(crate) fn set_journal(&self, bytes: &[u8]) {
        let base = self.git(&["rev-parse", "refs/par/r1/base"]);
        let mut notes = self.notes();
        notes.insert(base, self.blob(bytes));
        self.set_notes(&notes);
    }

    /// Replaces the journal by lines.
    pub(crate) fn set_lines(&self, lines: &[String]) {
        self.set_journal(whole(lines).as_bytes());
    }

    /// Changes events, chains them all anew and renders all notes again: a forgery without a seam.
    pub(crate) fn rechain(&self, change: impl Fn(&mut Vec<Value>)) {
        let mut events: Vec<Value> = self.journal().iter().map(|line| serde_json::from_str(line).unwrap()).collect();
        change(&mut events);
        let journal = whole(&chained(events));
        let base = self.git(&["rev-parse", "refs/par/r1/base"]);
        let mut notes = BTreeMap::from([(base, self.blob(journal.as_bytes()))]);
        for (object, text) in rendered(&journal) {
            notes.insert(object, self.blob(text.as_bytes()));
        }
        self.set_notes(&notes);
    }

    /// Makes a commit like another one with these files changed, and returns it with its tree.
    pub(crate) fn forged_commit(&self, like: &str, file: &str, text: &str) -> (String, String) {
        let blob = self.blob(text.as_bytes());
        let listing = self.git(&["ls-tree", like]);
        let change = |line: &str| match line.split_once('\t') {
            Some((_, name)) if name == file => format!("100644 blob {blob}\t{name}\n"),
            _ => format!("{line}\n"),
        };
        let tree = self.git_on(&["mktree"], listing.lines().map(change).collect::<String>().as_bytes());
        let message = self.git(&["log", "-1", "--format=%B", like]);
        let parents = self.git(&["log", "-1", "--format=%P", like]);
        let parents = parents.split(' ').filter(|parent| !parent.is_empty()).flat_map(|parent| ["-p", parent]);
        let arguments: Vec<&str> = ["commit-tree", "-m", &message, &tree].into_iter().chain(parents).collect();
        (self.git(&arguments), tree)
    }

    /// Replaces the seal by one with another certificate, tag text or journal; what `edit` gets is the file's text.
    pub(crate) fn reseal(&self, file: &str, edit: impl Fn(String) -> String) {
        let seal = "refs/par/r1/seal";
        let text = self.git(&["cat-file", "blob", &format!("{seal}^{{commit}}:{file}")]) + "\n";
        let (commit, _) = self.forged_commit(&format!("{seal}^{{commit}}"), file, &edit(text));
        let tag = self.git(&["cat-file", "tag", seal]);
        let old = self.git(&["rev-parse", &format!("{seal}^{{commit}}")]);
        self.set_tag(&tag.replace(&old, &commit));
    }

    /// Replaces the seal's tag object.
    pub(crate) fn set_tag(&self, text: &str) {
        let tag = self.git_on(&["hash-object", "-t", "tag", "-w", "--stdin"], format!("{text}\n").as_bytes());
        self.git(&["update-ref", "refs/par/r1/seal", &tag]);
    }
}

/// Finds the first event of a kind about a worker, where it is about one.
pub(crate) fn event<'e>(events: &'e mut [Value], kind: &str, worker: Option<u64>) -> &'e mut Value {
    let is_it = |event: &&mut Value| {
        event["tool_name"] == kind && worker.is_none_or(|worker| event["args"]["worker"] == worker)
    };
    events.iter_mut().find(is_it).unwrap()
}

pub(crate) fn whole(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// Chains events anew: numbers, hashes.
pub(crate) fn chained(events: Vec<Value>) -> Vec<String> {
    let mut last = Hash::GENESIS;
    let mut lines = Vec::new();
    for (number, mut event) in (1..).zip(events) {
        event["seq_id"] = Value::from(number);
        event["prev_hash"] = last.to_string().into();
        event.as_object_mut().unwrap().remove("entry_hash");
        last = Hash::of(&[canonical::to_string(&event).unwrap().as_bytes()]);
        event["entry_hash"] = last.to_string().into();
        lines.push(canonical::to_string(&event).unwrap());
    }
    lines
}

/// Renders the notes for people of a journal, as far as its events are legal.
fn rendered(journal: &str) -> Vec<(String, String)> {
    let mut history = History::default();
    let Ok(events) = chain::read(journal.as_bytes(), Form::Canonical) else { return Vec::new() };
    for event in events {
        if Step::read(&event).map_err(drop).and_then(|step| history.push(step).map_err(drop)).is_err() {
            break;
        }
    }
    person_note::render_all(&history).into_iter().map(|(object, text)| (object.to_string(), text)).collect()
}
