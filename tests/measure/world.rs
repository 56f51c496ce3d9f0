//! A sealed world: repositories that no configuration reaches, filled and counted by git itself.

use std::{fs, path::PathBuf, process::Command};

use git_par::{
    model::{diff_stat::DiffStat, oid::Oid, quote},
    repo::measure::measure,
};
use tempfile::TempDir;

/// A repository of one hash, in a folder of its own, that no configuration reaches.
pub(crate) struct World {
    folder: TempDir,
}

/// What a tree has at a path: a mode and bytes, or for `160000` a commit's id.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Entry {
    pub(crate) mode: &'static str,
    pub(crate) bytes: Vec<u8>,
}

/// What a tree has, in all.
pub(crate) type Side = Vec<(Vec<u8>, Entry)>;

impl World {
    pub(crate) fn new(hash: &str) -> Self {
        let world = Self { folder: tempfile::tempdir().unwrap() };
        world.git(&["init", "-q", "--bare", &format!("--object-format={hash}"), "repo.git"], b"");
        world
    }

    /// Runs git on `input` and returns what it says.
    pub(crate) fn git(&self, args: &[&str], input: &[u8]) -> Vec<u8> {
        let home = self.folder.path();
        fs::write(home.join("input"), input).unwrap();
        let mut command = Command::new("git");
        command.env_clear().env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", home);
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", "/dev/null").env("LC_ALL", "C");
        let dir = if args[0] == "init" { home.to_owned() } else { home.join("repo.git") };
        let input = fs::File::open(home.join("input")).unwrap();
        let output = command.current_dir(dir).args(args).stdin(input).output().unwrap();
        assert!(output.status.success(), "git {args:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    pub(crate) fn open(&self) -> gix::Repository {
        gix::open_opts(self.path(), gix::open::Options::isolated()).unwrap()
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("repo.git")
    }

    /// Makes a tree of each side, in one process.
    pub(crate) fn trees(&self, sides: &[Side]) -> Vec<Oid> {
        let mut input = Vec::new();
        for (number, side) in sides.iter().enumerate() {
            input.extend(format!("commit refs/t/{number}\ncommitter t <t@t> 0 +0000\ndata 0\n").bytes());
            for (path, entry) in side {
                tell(&mut input, path, entry);
            }
        }
        self.git(&["fast-import", "--quiet", "--force"], &input);
        let names: Vec<_> = (0..sides.len()).map(|number| format!("refs/t/{number}^{{tree}}\n")).collect();
        let ids = self.git(&["cat-file", "--batch-check=%(objectname)"], names.concat().as_bytes());
        String::from_utf8(ids).unwrap().lines().map(|id| id.parse().unwrap()).collect()
    }

    /// Counts as we do and as git does, for sides that are old and new by turns.
    pub(crate) fn both(&self, sides: &[Side]) -> (Vec<DiffStat>, Vec<DiffStat>) {
        let pairs: Vec<_> = self.trees(sides).chunks(2).map(|pair| (pair[0], pair[1])).collect();
        let repo = self.open();
        let ours = pairs.iter().map(|(old, new)| measure(&repo, *old, *new).unwrap());
        let ours = ours.map(|stat| DiffStat { patch_id: String::new(), ..stat }).collect();
        (ours, self.numstats(&pairs))
    }

    /// Measures what two sides differ in.
    pub(crate) fn measure(&self, old: &Side, new: &Side) -> DiffStat {
        let trees = self.trees(&[old.clone(), new.clone()]);
        measure(&self.open(), trees[0], trees[1]).unwrap()
    }

    /// Removes a loose object.
    pub(crate) fn lose(&self, id: Oid) {
        fs::remove_file(self.loose(id)).unwrap();
    }

    pub(crate) fn loose(&self, id: Oid) -> PathBuf {
        let hex = id.to_string();
        self.path().join("objects").join(&hex[..2]).join(&hex[2..])
    }

    pub(crate) fn id(&self, name: &str) -> Oid {
        String::from_utf8(self.git(&["rev-parse", name], b"")).unwrap().trim().parse().unwrap()
    }

    /// Counts as git does, for each pair of trees.
    fn numstats(&self, pairs: &[(Oid, Oid)]) -> Vec<DiffStat> {
        let input: Vec<_> = pairs.iter().map(|(old, new)| format!("{old} {new}\n")).collect();
        let said = self.git(&["diff-tree", "--stdin", "-r", "--numstat", "--no-renames"], input.concat().as_bytes());
        let said = String::from_utf8(said).unwrap();
        let mut lines = said.lines().peekable();
        let mut stats = Vec::new();
        for (old, new) in pairs {
            assert_eq!(lines.next(), Some(&*format!("{old} {new}")));
            let mut stat = DiffStat::default();
            while let Some(line) = lines.next_if(|line| line.contains('\t')) {
                count(&mut stat, line);
            }
            stats.push(stat);
        }
        stats
    }
}

fn tell(input: &mut Vec<u8>, path: &[u8], entry: &Entry) {
    let (mode, path) = (entry.mode, quote::path(path));
    if mode == "160000" {
        let id = String::from_utf8(entry.bytes.clone()).unwrap();
        return input.extend(format!("M {mode} {id} {path}\n").bytes());
    }
    input.extend(format!("M {mode} inline {path}\ndata {}\n", entry.bytes.len()).bytes());
    input.extend_from_slice(&entry.bytes);
    input.push(b'\n');
}

fn count(stat: &mut DiffStat, line: &str) {
    let mut columns = line.splitn(3, '\t');
    let [added, removed, path] = [(); 3].map(|()| columns.next().unwrap());
    stat.files += 1;
    if added == "-" {
        stat.binary_files.push(path.to_owned());
    } else {
        stat.insertions += added.parse::<u64>().unwrap();
        stat.deletions += removed.parse::<u64>().unwrap();
    }
}

/// Makes a side of paths, modes and bytes.
pub(crate) fn side(entries: &[(&str, &'static str, &[u8])]) -> Side {
    let entry = |mode, bytes: &[u8]| Entry { mode, bytes: bytes.to_vec() };
    entries.iter().map(|(path, mode, bytes)| (path.as_bytes().to_vec(), entry(mode, bytes))).collect()
}
