//! The whole pipeline in a world with a user's own changes, killed somewhere and brought to its end.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use super::world::{Said, World};

/// Each commits something or leaves it, changes, adds and removes a file; who finds its supervisor dead stays for ever.
const AGENT: &str = r#"
echo "by $PAR_WORKER" >> a.txt; rm gone.txt; mkdir dir; echo "$PAR_WORKER" > dir/new.txt
[ "$PAR_WORKER" = 1 ] && git add . && git commit -qm mine
echo "$PAR_WORKER" > left.txt
sleep 0.05
read _ _ _ parent _ < /proc/$$/stat; read name < /proc/$parent/comm
[ "$name" = git-par ] || exec sleep 1000
"#;

/// What is the user's: changed, staged and untracked, beside what the run changes.
const STATUS: &str = " M own.txt\nA  staged.txt\n?? untracked.txt";

/// One pipeline.
pub(crate) struct Pipeline {
    pub(crate) world: World,
    base: String,
    /// The files of each worker as they stood when its supervisor was dead.
    left: Vec<(String, PathBuf, Vec<u8>)>,
}

/// How the pipeline was brought to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Recovery {
    /// Resumed.
    Resumed,
    /// It was not in the repository yet.
    Anew,
}

impl Pipeline {
    pub(crate) fn new() -> Self {
        let world = World::new();
        world.write("gone.txt", "gone\n");
        world.write("own.txt", "one\n");
        world.git(&["add", "."]);
        world.git(&["commit", "--quiet", "-m", "second"]);
        world.git(&["config", "par.grace", "100ms"]);
        world.write("own.txt", "one\ntwo\n");
        world.write("staged.txt", "staged\n");
        world.git(&["add", "staged.txt"]);
        world.write("untracked.txt", "untracked\n");
        let base = world.git(&["rev-parse", "HEAD"]);
        Self { world, base, left: Vec::new() }
    }

    /// Prepares the command that does all of it.
    pub(crate) fn command(&self, run: &str, jobs: &str) -> Command {
        let gate = "grep -q by a.txt && test ! -e gone.txt && test -e dir/new.txt";
        let options = ["run", "-n", "2", "-j", jobs, "--name", run, "--gate", gate, "--merge", "--seal", "t", "--"];
        self.world.par_command(&[&options[..], &["sh", "-c", AGENT]].concat())
    }

    /// Waits until whoever the dead supervisor left is at its end or stays, and writes down what is in the worktrees.
    pub(crate) fn look(&mut self) {
        let until = Instant::now() + Duration::from_secs(20);
        while working_in(&self.world).iter().any(|(_, line)| line != "sleep 1000 ") {
            assert!(Instant::now() < until, "{:?}", working_in(&self.world));
            thread::sleep(Duration::from_millis(10));
        }
        for worker in ["w1", "w2"] {
            let folder = self.world.worktree("r", worker);
            let files = ["a.txt", "dir/new.txt", "left.txt"].map(PathBuf::from);
            let read = |file: PathBuf| Some((worker.to_owned(), file.clone(), fs::read(folder.join(file)).ok()?));
            // Half a checkout is nobody's work.
            let is_work = |(_, file, text): &(String, PathBuf, Vec<u8>)| {
                file != Path::new("a.txt") || text.windows(3).any(|part| part == b"by ")
            };
            self.left.extend(files.into_iter().filter_map(read).filter(is_work));
        }
    }

    /// Does what a person would: resumes, and goes on to the end.
    pub(crate) fn recover(&self) -> Recovery {
        let is_begun =
            self.world.command("git", &["rev-parse", "-q", "--verify", "refs/notes/par/r"]).output().unwrap();
        if !is_begun.status.success() {
            assert!(self.left.is_empty(), "a worker of no run: {:?}", self.left);
            let said = Said::of(self.command("anew", "2").output().unwrap());
            assert_eq!(said.code, 0, "{said:?}");
            return Recovery::Anew;
        }
        let said = self.world.par(&["resume", "r"]);
        assert!([0, 1].contains(&said.code), "{said:?}");
        let go_on = || self.world.par(&["run", "--continue", "r", "--merge", "--seal"]);
        let mut said = go_on();
        if said.stdout.contains("no winner") {
            // Both were cut short before they had done anything that passes.
            self.world.par(&["retry", "r", "--failed"]);
            said = go_on();
        }
        assert_eq!(said.code, 0, "{said:?}");
        Recovery::Resumed
    }

    /// Holds that nothing is lost, nothing is left, and nothing of the user's was touched.
    pub(crate) fn assert_whole(&self, run: &str) {
        let world = &self.world;
        for (worker, file, text) in &self.left {
            let at = |name: &str| {
                let name = format!("refs/par/{run}/{name}:{}", file.display());
                world.command("git", &["cat-file", "blob", &name]).output().unwrap().stdout
            };
            let kept = [at(&format!("attempt/{worker}.1")), at(worker)];
            assert!(kept.contains(text), "{worker}, {}: {kept:?}", file.display());
        }
        assert_eq!(working_in(&self.world), [], "who was left");
        let said = world.par(&["verify", run]);
        assert!(said.code == 0 && said.stdout.contains("\nok-unsigned: "), "{said:?}");
        let fsck = Said::of(world.command("git", &["fsck", "--no-dangling", "--no-progress"]).output().unwrap());
        assert_eq!((fsck.code, fsck.stderr.as_str(), fsck.stdout.as_str()), (0, "", ""));
        assert_eq!(locks(&world.here.join(".git"), run), Vec::<PathBuf>::new());
        self.assert_untouched(run);
    }

    fn assert_untouched(&self, run: &str) {
        let world = &self.world;
        let merge = world.git(&["rev-parse", &format!("refs/par/{run}/merge")]);
        assert_eq!(world.user_refs(), format!("refs/heads/main {merge}\n"));
        assert_eq!(world.git(&["rev-parse", "main^1"]), self.base);
        let status = Said::of(world.command("git", &["status", "--porcelain"]).output().unwrap());
        assert_eq!(status.stdout.trim_end(), STATUS, "the user's own changes");
        assert_eq!(world.read("own.txt"), "one\ntwo\n");
        let winner = world.git(&["show", &format!("refs/par/{run}/winner:dir/new.txt")]);
        assert_eq!(world.read("dir/new.txt").trim_end(), winner);
    }
}

/// Lists who works in a world, by number, with their command lines.
pub(crate) fn working_in(world: &World) -> Vec<(String, String)> {
    let root = world.beside("");
    let entries = fs::read_dir("/proc").unwrap().flatten();
    let here = entries.filter(|entry| fs::read_link(entry.path().join("cwd")).is_ok_and(|cwd| cwd.starts_with(&root)));
    here.map(|entry| {
        let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        (entry.file_name().into_string().unwrap(), String::from_utf8_lossy(&line).replace('\0', " "))
    })
    .collect()
}

/// Lists what could stand in the way of a later command: locks of git, but for those of a run that never was.
fn locks(folder: &Path, run: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        let is_ours = path.ends_with(".git/par") || (run != "r" && path.ends_with("refs/par/r"));
        if path.is_dir() && !is_ours {
            found.extend(locks(&path, run));
        } else if path.extension().is_some_and(|end| end == "lock") && (run == "r" || !path.ends_with("par/r.lock")) {
            found.push(path);
        }
    }
    found
}
