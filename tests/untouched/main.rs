//! What is the user's stays the user's: random repositories, random commands, and everything compared byte for byte.
//!
//! | compared before and after each command | how |
//! |---|---|
//! | files of the main checkout, of the other worktrees, the submodule, the home and the remote | kind, mode, time, inode, content or target |
//! | index and split index of each checkout | bytes, time, inode; after a merge onto it: every entry that the merge did not bring |
//! | refs outside `refs/par` and `refs/notes/par`, HEAD and pseudo refs of every checkout | value; also when they are in a table |
//! | stashes and reflogs | every entry; a merge may add one on top |
//! | packed refs | every entry that is not ours |
//! | config files, hooks, `info/*`, `rr-cache`, `modules`, lock files, admin folders of the user's worktrees | as files |
//! | objects, reachable or not | none goes |
//! | hooks (but `pre-push`, which a push runs), monitors, aliases, editors | none ran: each would leave a line in a file |
//! | the temporary folder | nothing is left in it |
//!
//! What may appear: `refs/par`, `refs/notes/par`, objects, `<git dir>/par`, admin folders of worktrees that the tool made,
//! and the folder of its worktrees. What a merge may change: the branch, its reflog, HEAD's reflog, and the files and index
//! entries that it brings.
//!
//! `PAR_UNTOUCHED_CASES` says how many cases are drawn (12), `PAR_UNTOUCHED_SEED` the seed of the first (1): a case that fails
//! prints the two that draw it again. Where the first is not given, no case begins after 25 seconds.

#![allow(clippy::unwrap_used, reason = "a test ends where its world cannot be made")]

mod case;
mod merged;
mod random;
mod record;
mod state;
mod step;
mod touches;
mod world;

use std::{
    sync::atomic::{AtomicBool, AtomicU64, Ordering},
    thread,
    time::{Duration, Instant},
};

use case::Case;

/// How long cases are begun where nobody asked for a number of them.
const TIME: Duration = Duration::from_secs(25);

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is no number: '{text}'")))
}

/// Has the other thread begin no more cases where this one met a case that failed.
struct Bell<'b>(&'b AtomicBool);

impl Drop for Bell<'_> {
    fn drop(&mut self) {
        self.0.fetch_or(thread::panicking(), Ordering::Relaxed);
    }
}

#[test]
fn no_command_touches_what_is_the_users() {
    let (asked, first) = (number("PAR_UNTOUCHED_CASES"), number("PAR_UNTOUCHED_SEED").unwrap_or(1));
    let end = first + asked.unwrap_or(12);
    let (seed, failed, begin) = (AtomicU64::new(first), AtomicBool::new(false), Instant::now());
    let work = || {
        let _bell = Bell(&failed);
        while !failed.load(Ordering::Relaxed) && (asked.is_some() || begin.elapsed() < TIME) {
            let seed = seed.fetch_add(1, Ordering::Relaxed);
            if seed >= end {
                break;
            }
            Case::draw(seed).check();
        }
    };
    thread::scope(|scope| {
        let workers = [scope.spawn(work), scope.spawn(work)];
        let failed: Vec<_> = workers.into_iter().filter_map(|worker| worker.join().err()).collect();
        assert!(failed.is_empty(), "{} of the two threads met a case that failed", failed.len());
    });
}
