//! Second names: objects that a run just wrote have one more name, from which they come back.
//!
//! What no ref leads to when it begins is taken by `git gc --prune=now` (git-gc(1)), though a ref leads there by the time
//! that it is taken. Our own objects come back: they are linked into the scratch folder, at no cost of space.

use std::{
    cell::LazyCell,
    fs, io,
    path::{Path, PathBuf},
    sync::atomic::Ordering,
    thread,
    time::{Duration, Instant},
};

use gix::objs::Exists as _;

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
/// The time after which what tidied up is no reason any more to try again.
const RECENT: Duration = Duration::from_secs(2);
/// How long it is waited between.
const STEP: Duration = Duration::from_millis(50);

impl Repository {
    fn second_names(&self) -> PathBuf {
        // No run has such a name.
        self.scratch_dir().join(".objects")
    }

    /// Gives a loose object its second name; tells whether it has one now.
    pub(super) fn keep_object(&self, hex: &str, path: &Path) -> bool {
        self.has_kept.store(true, Ordering::Relaxed);
        let second = self.second_names().join(hex);
        // Where there are no links, or the object is packed already, it is as safe as any of git's own.
        let link = || fs::hard_link(path, &second);
        let linked = link().or_else(|error| match error.kind() {
            io::ErrorKind::NotFound if path.exists() => fs::create_dir_all(self.second_names()).and_then(|()| link()),
            _ => Err(error),
        });
        linked.is_ok() || second.exists()
    }

    /// Lists all that leads to a commit from others; an error where something of it is gone already.
    pub fn objects_beyond(&self, bases: &[Oid], tip: Oid) -> Result<Vec<Oid>, git::Error> {
        let bases = bases.iter().map(|base| format!("^{base}"));
        // What a partial clone was promised is not here, and not lost.
        let fixed = ["rev-list", "--objects", "--no-object-names", "--exclude-promisor-objects"];
        let listed = self.git().call(fixed).args([tip.to_string()]).args(bases).text()?;
        Ok(listed.lines().filter_map(|line| line.parse().ok()).collect())
    }

    /// Brings back the objects that are gone; tells whether there were any.
    pub fn bring_back(&self) -> bool {
        let objects = self.common_dir().join("objects");
        let names = fs::read_dir(self.second_names()).into_iter().flatten().flatten();
        // Packs that are gone are still open elsewhere in this process.
        let packs = LazyCell::new(|| gix::odb::at(&objects, self.local().object_hash()).ok());
        let is_packed = |id: Oid| packs.as_ref().is_some_and(|packs| packs.exists(&id.0));
        let mut any = false;
        for name in names {
            let Some(hex) = name.file_name().to_str().filter(|hex| hex.len() > 2).map(str::to_owned) else { continue };
            let path = objects.join(&hex[..2]).join(&hex[2..]);
            if path.exists() || hex.parse().is_ok_and(is_packed) {
                continue;
            }
            let _ = fs::create_dir_all(objects.join(&hex[..2]));
            any |= fs::hard_link(name.path(), path).is_ok();
        }
        any
    }

    /// Tries something again for as long as objects vanish beside it, or their folders.
    pub fn insist<T, E>(&self, act: impl Fn() -> Result<T, E>) -> Result<T, E> {
        let mut tried = 0;
        loop {
            let answer = act();
            tried += 1;
            if answer.is_ok() || !self.is_worth_another(tried) {
                return answer;
            }
        }
    }

    /// Tells whether what failed this often is worth another try, since objects may have vanished beside it, after a moment.
    pub fn is_worth_another(&self, tried: u32) -> bool {
        let is_worth = tried < TRIES && (self.bring_back() || self.is_tidied_lately() || tried < FEWEST);
        if is_worth {
            thread::sleep(STEP);
        }
        is_worth
    }

    /// Tells whether somebody tidies up, as git itself tells it: by the file that the one holds who does.
    fn is_tidied(&self) -> bool {
        self.common_dir().join("gc.pid").exists()
    }

    /// Tells whether somebody tidies up, or did a moment ago: packs came or went then.
    fn is_tidied_lately(&self) -> bool {
        let folder = self.common_dir().join("objects/pack");
        let changed = fs::metadata(folder).and_then(|found| found.modified());
        self.is_tidied() || changed.is_ok_and(|time| time.elapsed().unwrap_or_default() < RECENT)
    }

    /// Brings back what is gone, where somebody tidies up or just did: elsewhere it is not looked for.
    pub(super) fn bring_back_taken(&self) {
        if self.is_tidied_lately() {
            self.bring_back();
        }
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
