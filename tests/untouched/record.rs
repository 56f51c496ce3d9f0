//! Records: everything in a world that is the user's, written down to be compared with later.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs::{self, Metadata},
    hash::{DefaultHasher, Hash, Hasher},
    os::unix::{ffi::OsStrExt, fs::MetadataExt},
    path::{Path, PathBuf},
};

use crate::world::World;

/// Where the tool may put what it likes: names below the world's root, each with all that is below it.
const OURS: &[&str] = &[
    "repo.par",
    "lanes",
    "hub.git/refs/par",
    "hub.git/refs/notes",
    "repo/.git/par",
    "repo/.git/refs/par",
    "repo/.git/refs/notes/par",
    "repo/.git/logs/refs/par",
    "repo/.git/logs/refs/notes/par",
];

/// What is the user's, a line for each thing.
#[derive(Clone)]
pub(crate) struct Record {
    lines: BTreeMap<String, String>,
    /// The admin folders of the user's linked worktrees.
    admins: BTreeSet<String>,
}

impl Record {
    /// Writes down all that is the user's before the first command.
    pub(crate) fn first(world: &World) -> Self {
        let admins = fs::read_dir(world.repo.join(".git/worktrees")).into_iter().flatten();
        let admins = admins.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        Self { lines: BTreeMap::new(), admins }.again(world)
    }

    /// Writes down the same things as they are now.
    pub(crate) fn again(&self, world: &World) -> Self {
        let mut record = Self { lines: BTreeMap::new(), admins: self.admins.clone() };
        record.walk(world, Path::new(""));
        record.ask(world);
        record
    }

    /// Returns one thing.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.lines.get(name).map(String::as_str)
    }

    /// Lists what differs between this record and a later one.
    pub(crate) fn differences(&self, later: &Self) -> Vec<String> {
        let names: BTreeSet<&String> = self.lines.keys().chain(later.lines.keys()).collect();
        let differs = |name: &&&String| match (self.get(name), later.get(name)) {
            // Objects may come, and none may go.
            (None, Some(_)) => !name.contains("/objects/"),
            (before, after) => before != after,
        };
        let show = |name: &String| format!("{name}: {:?} -> {:?}", self.get(name), later.get(name));
        names.iter().filter(differs).map(|name| show(name)).collect()
    }

    /// Lists the symbolic refs that lead to a branch.
    pub(crate) fn symbolic(&self, branch: &str) -> Vec<String> {
        let leads =
            |(name, value): &(&String, &String)| name.starts_with("ref ") && value.ends_with(&format!(" {branch}"));
        self.lines.iter().filter(leads).map(|(name, _)| name.clone()).collect()
    }

    /// Takes one thing as it is in a later record.
    pub(crate) fn allow(&mut self, name: &str, later: &Self) {
        match later.get(name) {
            Some(value) => self.lines.insert(name.to_owned(), value.to_owned()),
            None => self.lines.remove(name),
        };
    }

    fn walk(&mut self, world: &World, folder: &Path) {
        let Ok(entries) = fs::read_dir(world.root.join(folder)) else { return };
        for entry in entries {
            let path = folder.join(entry.unwrap().file_name());
            if self.is_ours(&path) {
                continue;
            }
            let full = world.root.join(&path);
            let Ok(metadata) = fs::symlink_metadata(&full) else { continue };
            let is_admin = path.starts_with("repo/.git");
            if !(is_admin && metadata.is_dir())
                && let Some(value) = file(&full, &metadata)
            {
                self.lines.insert(format!("file {}", path.display()), value);
            }
            if metadata.is_dir() {
                self.walk(world, &path);
            }
        }
    }

    fn is_ours(&self, path: &Path) -> bool {
        let below = |folder: &str| path.starts_with(folder);
        let admin = path.strip_prefix("repo/.git/worktrees").ok().and_then(|rest| rest.iter().next());
        let is_users = |name: &std::ffi::OsStr| self.admins.contains(name.to_str().unwrap_or_default());
        // Refs and reflogs in a table are asked of git below.
        let is_table = path.iter().any(|part| part == "reftable");
        OURS.iter().any(|folder| below(folder)) || admin.is_some_and(|name| !is_users(name)) || is_table
    }

    /// Tells whether a line of reflogs, `ref@{n} ...`, is one of the user's: of our worktrees' HEAD it is not.
    fn is_users_log(&self, line: &str) -> bool {
        let admin = line.strip_prefix("worktrees/").and_then(|rest| rest.split('/').next());
        is_users_ref(line) && admin.is_none_or(|name| self.admins.contains(name))
    }

    /// Asks git for refs, reflogs and pseudo refs, which need not be files.
    fn ask(&mut self, world: &World) {
        for folder in checkouts(world) {
            let refs = ["for-each-ref", "--include-root-refs", "--format=%(refname) %(objectname) %(symref)"];
            for (name, value) in world.ask(&folder, &refs).lines().filter_map(|line| line.split_once(' ')) {
                let whose = if name.starts_with("refs/") { String::new() } else { format!(" of {}", folder.display()) };
                if is_users_ref(name) {
                    self.lines.insert(format!("ref {name}{whose}"), value.trim_end().to_owned());
                }
            }
        }
        let log = ["log", "-g", "--all", "--no-show-signature", "--format=%gD %H %gs"];
        for line in world.ask(&world.repo, &log).lines() {
            if !self.is_users_log(line) {
                continue;
            }
            let (name, entry) = line.split_once("@{").unwrap();
            let entry = entry.split_once('}').unwrap().1;
            writeln!(self.lines.entry(format!("reflog {name}")).or_default(), "{entry}").unwrap();
        }
    }
}

/// Lists the folders of the user's checkouts that are there.
pub(crate) fn checkouts(world: &World) -> Vec<PathBuf> {
    let all = ["repo", "mine/w1", "other/one/w1", "same/two/w2", "freed", "rebasing"];
    all.iter().map(|name| world.root.join(name)).filter(|folder| folder.join(".git").exists()).collect()
}

fn is_users_ref(name: &str) -> bool {
    !name.starts_with("refs/par/") && !name.starts_with("refs/notes/par/")
}

/// Writes down a file: kind and mode, time, number, and what is in it; none where nothing in it is the user's.
fn file(path: &Path, metadata: &Metadata) -> Option<String> {
    let mode = format!("{:o}", metadata.mode());
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if metadata.is_dir() {
        return Some(mode);
    }
    if path.components().any(|part| part.as_os_str() == "objects") {
        // One that is being written has a name that is nobody's.
        let is_whole = !name.starts_with(".tmp") && !name.starts_with("tmp_");
        return is_whole.then(|| format!("{mode} {}", metadata.size()));
    }
    if name == "packed-refs" {
        return Some(packed(&fs::read_to_string(path).unwrap())).filter(|entries| !entries.is_empty());
    }
    let link = metadata.is_symlink().then(|| fs::read_link(path).unwrap().as_os_str().as_bytes().to_owned());
    let bytes = link.unwrap_or_else(|| fs::read(path).unwrap());
    // Whoever reads a split index makes its shared half look new, so that nobody throws that away.
    let time = if name.starts_with("sharedindex.") { (0, 0) } else { (metadata.mtime(), metadata.mtime_nsec()) };
    Some(format!("{mode} {}.{:09} #{} {}", time.0, time.1, metadata.ino(), sum(&bytes)))
}

/// Keeps the entries of packed refs that are the user's; one that peels the line before goes with it.
fn packed(text: &str) -> String {
    let mut keeps = true;
    let users = |line: &&str| {
        keeps = if line.starts_with('^') { keeps } else { line.split(' ').nth(1).is_none_or(is_users_ref) };
        keeps
    };
    text.lines().filter(|line| !line.starts_with('#')).filter(users).collect::<Vec<_>>().join("\n")
}

fn sum(bytes: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    format!("{:x}", hasher.finish())
}
