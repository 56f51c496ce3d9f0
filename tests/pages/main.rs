//! Man pages and completions: committed as they are generated, complete, correct, and read by the programs they are for.

#![allow(clippy::unwrap_used, reason = "a test ends where it cannot go on")]

mod completion;
mod manual;
mod verbs;
mod world;

use std::{collections::BTreeSet, fs, path::PathBuf, process::Command};

use git_par::cli::pages;
use world::{PROGRAM, package, text};

#[test]
fn committed_pages_are_the_generated_ones() {
    for page in pages::all() {
        let committed = fs::read_to_string(package().join(&page.path)).unwrap_or_default();
        assert!(committed == page.text, "{} is stale; renew it with: cargo run -- pages .", page.path);
    }
}

#[test]
fn no_other_page_is_committed() {
    let generated: BTreeSet<PathBuf> = pages::all().into_iter().map(|page| package().join(page.path)).collect();
    let entries = ["man", "completions"].map(|folder| fs::read_dir(package().join(folder)).unwrap());
    let committed: BTreeSet<PathBuf> = entries.into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    assert_eq!(committed, generated);
}

#[test]
fn the_hidden_verb_writes_the_same_pages() {
    let folder = tempfile::tempdir().unwrap();
    let done = Command::new(PROGRAM).arg("pages").arg(folder.path()).output().unwrap();
    assert!(done.status.success(), "{}", text(&done));
    for page in pages::all() {
        assert_eq!(fs::read_to_string(folder.path().join(&page.path)).unwrap(), page.text);
    }
}
