//! Merges: the few things of the user's that a merge onto a branch may change, and how.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use crate::{record::Record, step::Step, world::World};

/// What is the user's in the checkout of a merge's target, looked at before the merge.
pub(crate) struct Target {
    branch: String,
    tip: String,
    holder: Option<Holder>,
}

/// The checkout that has the target checked out.
struct Holder {
    folder: PathBuf,
    git_dir: PathBuf,
    index: String,
    reflog: Vec<u8>,
}

impl Target {
    /// Looks at the branch that a step is about to move; none where it may move none.
    pub(crate) fn of(world: &World, place: &Path, step: &Step) -> Option<Self> {
        let named = match step.into() {
            Some(name) => format!("refs/heads/{name}"),
            None => "HEAD".to_owned(),
        };
        let real = world.ask(place, &["symbolic-ref", "--quiet", &named]);
        let branch = if real.is_empty() { named } else { real };
        let tip = world.ask(&world.repo, &["rev-parse", "--verify", "--quiet", &branch]);
        let holder = (branch.starts_with("refs/heads/")).then(|| Holder::of(world, &branch))?;
        Some(Self { branch, tip, holder })
    }

    /// Takes into the record what the merge was allowed to change; says what it changed beyond that.
    pub(crate) fn allow(&self, world: &World, record: &mut Record, later: &Record) -> Vec<String> {
        let tip = world.ask(&world.repo, &["rev-parse", "--verify", "--quiet", &self.branch]);
        if tip == self.tip {
            return Vec::new();
        }
        let mut wrong = Vec::new();
        let merges = world.ask(&world.repo, &["for-each-ref", "--format=%(objectname)", "refs/par/*/merge"]);
        if !merges.lines().any(|merge| merge == tip) {
            wrong.push(format!("{} is at {tip}, which no run says it merged as", self.branch));
        }
        let log = format!("file repo/.git/logs/{}", self.branch);
        for name in [format!("ref {}", self.branch), format!("file repo/.git/{}", self.branch), log] {
            record.allow(&name, later);
        }
        wrong.extend(allow_reflog(record, later, &format!("reflog {}", self.branch)));
        for other in record.symbolic(&self.branch) {
            record.allow(&other, later);
            wrong.extend(allow_reflog(record, later, &other.replacen("ref ", "reflog ", 1)));
        }
        let brought =
            world.ask(&world.repo, &["diff", "--no-ext-diff", "--no-renames", "--name-only", "-z", &self.tip, &tip]);
        let brought: BTreeSet<&str> = brought.split('\0').filter(|path| !path.is_empty()).collect();
        if let Some(holder) = &self.holder {
            wrong.extend(holder.allow(world, (record, later), &brought));
        }
        wrong
    }
}

impl Holder {
    fn of(world: &World, branch: &str) -> Option<Self> {
        let listed = world.ask(&world.repo, &["worktree", "list", "--porcelain"]);
        let block = listed.split("\n\n").find(|block| block.lines().any(|line| line == format!("branch {branch}")))?;
        let folder = PathBuf::from(block.lines().next()?.strip_prefix("worktree ")?);
        if !folder.is_dir() {
            return None;
        }
        let git_dir = PathBuf::from(world.ask(&folder, &["rev-parse", "--absolute-git-dir"]));
        let reflog = fs::read(git_dir.join("logs/HEAD")).unwrap_or_default();
        Some(Self { index: entries(world, &folder), folder, git_dir, reflog })
    }

    /// Takes what the merge brought; lists what it did beyond that.
    fn allow(&self, world: &World, (record, later): (&mut Record, &Record), brought: &BTreeSet<&str>) -> Vec<String> {
        let mut wrong = Vec::new();
        let below = |path: &Path| path.strip_prefix(&world.root).unwrap_or(path).display().to_string();
        let admin = below(&self.git_dir);
        for path in brought {
            for part in Path::new(path).ancestors().filter(|part| !part.as_os_str().is_empty()) {
                record.allow(&format!("file {}", below(&self.folder.join(part))), later);
            }
        }
        record.allow(&format!("file {admin}/index"), later);
        let kept = |text: &str| -> Vec<String> {
            text.split('\0')
                .filter(|entry| !brought.contains(entry.rsplit('\t').next().unwrap()))
                .map(str::to_owned)
                .collect()
        };
        let (before, after) = (kept(&self.index), kept(&entries(world, &self.folder)));
        if before != after {
            wrong.push(format!("entries of the index: {before:?} -> {after:?}"));
        }
        let reflog = fs::read(self.git_dir.join("logs/HEAD")).unwrap_or_default();
        if !reflog.starts_with(&self.reflog) {
            wrong.push(format!("the reflog of HEAD in {admin} lost entries"));
        }
        record.allow(&format!("file {admin}/logs/HEAD"), later);
        record.allow(&format!("ref HEAD of {}", self.folder.display()), later);
        let linked = format!("reflog worktrees/{}/HEAD", admin.rsplit('/').next().unwrap());
        wrong.extend([linked.as_str(), "reflog HEAD"].iter().filter_map(|name| allow_reflog(record, later, name)));
        wrong
    }
}

/// Lists the entries of an index with their flags.
fn entries(world: &World, folder: &Path) -> String {
    world.ask(folder, &["ls-files", "--stage", "-z"])
        + &world.ask(folder, &["ls-files", "-t", "-v", "-z"]).replace(' ', "\t")
}

/// Takes a reflog as it is later; says so where that is more than a newer entry on top.
fn allow_reflog(record: &mut Record, later: &Record, name: &str) -> Option<String> {
    let (before, after) = (record.get(name).unwrap_or_default(), later.get(name).unwrap_or_default());
    let lost = (!after.ends_with(before)).then(|| format!("{name} lost entries: {before} -> {after}"));
    record.allow(name, later);
    lost
}
