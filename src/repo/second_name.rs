//! Second names: objects that a run just wrote have one more name, from which they come back.
//!
//! What no ref leads to when it begins is taken by `git gc --prune=now` (git-gc(1)), though a ref leads there by the time
//! that it is taken. Our own objects come back: they are linked into the scratch folder, at no cost of space.

use std::{
    fs, io,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use super::{git, open::Repository};
use crate::model::oid::Oid;

/// The age from which a second name is of no use: whatever tidied up when the object was written is over.
const OLD: Duration = Duration::from_secs(60 * 60);
/// How long somebody who tidies up is waited for at the end of a run.
const PATIENCE: Duration = Duration::from_secs(10);
/// How often something is tried beside somebody who tidies up.
const TRIES: u32 = 20;
/// How often it is tried where nothing tells of anybody who does.
const FEWEST: u32 = 3;
/// How long it is waited between.
const STEP: Duration = Duration::from_millis(50);

impl Repository {
    fn second_names(&self) -> PathBuf {
        // No run has such a name.
        self.scratch_dir().join(".objects")
    }

    /// Gives a loose object its second name; tells whether it has one now.
    pub(super) fn keep_object(&self, hex: &str, path: &Path) -> bool {
        let second = self.second_names().join(hex);
        // Where there are no links, or the object is packed already, it is as safe as any of git's own.
        let link = || fs::hard_link(path, &second);
        let linked = link().or_else(|error| match error.kind() {
            io::ErrorKind::NotFound if path.exists() => fs::create_dir_all(self.second_names()).and_then(|()| link()),
            _ => Err(error),
        });
        linked.is_ok() || second.exists()
    }

    /// Lists all that leads from one commit to another; an error where something of it is gone already.
    pub fn objects_between(&self, base: Oid, tip: Oid) -> Result<Vec<Oid>, git::Error> {
        let (tip, not_base) = (tip.to_string(), format!("^{base}"));
        // What a partial clone was promised is not here, and not lost.
        let fixed = ["rev-list", "--objects", "--no-object-names", "--exclude-promisor-objects"];
        let listed = self.git().call(fixed).args([&tip, &not_base]).text()?;
        Ok(listed.lines().filter_map(|line| line.parse().ok()).collect())
    }

    /// Brings back the objects that are gone; tells whether there were any.
    pub fn bring_back(&self) -> bool {
        let objects = self.common_dir().join("objects");
        let names = fs::read_dir(self.second_names()).into_iter().flatten().flatten();
        let mut any = false;
        for name in names {
            let Some(hex) = name.file_name().to_str().filter(|hex| hex.len() > 2).map(str::to_owned) else { continue };
            let path = objects.join(&hex[..2]).join(&hex[2..]);
            if path.exists() || hex.parse().is_ok_and(|id| self.has(id)) {
                continue;
            }
            let _ = fs::create_dir_all(objects.join(&hex[..2]));
            any |= fs::hard_link(name.path(), path).is_ok();
        }
        any
    }

    /// Tries something again for as long as objects vanish beside it, or their folders.
    pub fn insist<T, E>(&self, act: impl Fn() -> Result<T, E>) -> Result<T, E> {
        for tried in 1..TRIES {
            match act() {
                Err(_) if self.bring_back() || self.is_tidied() || tried < FEWEST => thread::sleep(STEP),
                answer => return answer,
            }
        }
        act()
    }

    /// Tells whether somebody tidies up, as git itself tells it: by the file that the one holds who does.
    fn is_tidied(&self) -> bool {
        self.common_dir().join("gc.pid").exists()
    }

    /// Waits until nobody tidies up any more, brings back what was taken, and forgets old second names.
    pub fn settle_objects(&self) {
        let until = Instant::now() + PATIENCE;
        while self.is_tidied() && Instant::now() < until {
            thread::sleep(STEP);
        }
        self.bring_back();
        for name in fs::read_dir(self.second_names()).into_iter().flatten().flatten() {
            let age = name.metadata().and_then(|found| found.modified()).map(|time| time.elapsed().unwrap_or_default());
            if age.is_ok_and(|age| age >= OLD) {
                let _ = fs::remove_file(name.path());
            }
        }
    }
}
