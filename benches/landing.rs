//! Lands entries of which some are bad on a real branch, one by one and by a queue, and prints how many land a check and a minute.
//!
//! It runs the `git-par` of its own profile, which is built before: `cargo build --release --bins`. The check takes 200 ms.

#![allow(clippy::unwrap_used, dead_code, reason = "its numbers are made of a part of a test")]

use std::{
    error::Error,
    fmt::Write as _,
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
    process::{Command, Output},
    time::Instant,
};

#[path = "../tests/untouched/random.rs"]
mod numbers;

use numbers::Random;

/// How many entries there are.
const ENTRIES: usize = 40;
/// The check: what is bad brings a file of that name.
const CHECK: &str = "sleep 0.2; ! ls bad-* >/dev/null 2>&1";

type Answer<T> = Result<T, Box<dyn Error>>;

/// What it took.
struct Taken {
    landed: u64,
    checks: u64,
    minutes: f64,
}

/// A repository with entries to land.
struct World {
    root: tempfile::TempDir,
    program: PathBuf,
}

impl World {
    fn new(bad: &[usize]) -> Answer<Self> {
        let program = std::env::current_exe()?.ancestors().nth(2).ok_or("no folder of programs")?.join("git-par");
        let world = Self { root: tempfile::tempdir()?, program };
        world.run("git", &["init", "--quiet", "--initial-branch=main", "."])?;
        for (key, value) in [("user.name", "A"), ("user.email", "a@example.com"), ("par.gate", CHECK)] {
            world.run("git", &["config", key, value])?;
        }
        world.run("git", &["commit", "--quiet", "--allow-empty", "-m", "base"])?;
        let mut stream = String::new();
        for entry in 0..ENTRIES {
            let file = if bad.contains(&entry) { "bad" } else { "good" };
            let head = format!("commit refs/heads/b{entry}\ncommitter A <a@example.com> 1700000000 +0000\ndata 1\nx");
            writeln!(stream, "{head}\nfrom refs/heads/main^0\nM 100644 inline {file}-{entry}\ndata 1\nx")?;
        }
        let path = world.root.path().join("stream");
        fs::write(&path, stream)?;
        world.command(Path::new("git"), &["fast-import", "--quiet"]).stdin(File::open(path)?).status()?;
        Ok(world)
    }

    fn command(&self, program: &Path, arguments: &[&str]) -> Command {
        let here = self.root.path().join("here");
        // Where it is there already nothing is to be done, and where it cannot be made the command says so.
        let _ = fs::create_dir(&here);
        let mut command = Command::new(program);
        command.args(arguments).current_dir(here).env("HOME", self.root.path()).env("GIT_CONFIG_NOSYSTEM", "1");
        command
    }

    fn run(&self, program: impl AsRef<Path>, arguments: &[&str]) -> Answer<Output> {
        let output = self.command(program.as_ref(), arguments).output()?;
        let said = || format!("{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        // A queue in which something was held is at its end too.
        if matches!(output.status.code(), Some(0 | 1)) { Ok(output) } else { Err(said().into()) }
    }

    fn one_by_one(&self) -> Answer<Taken> {
        let (mut landed, begun) = (0, Instant::now());
        for entry in 0..ENTRIES {
            self.run("git", &["merge", "--quiet", "--no-ff", "--no-edit", &format!("b{entry}")])?;
            if self.run("sh", &["-c", CHECK])?.status.success() {
                landed += 1;
            } else {
                self.run("git", &["reset", "--quiet", "--hard", "HEAD~"])?;
            }
        }
        Ok(Taken { landed, checks: ENTRIES as u64, minutes: begun.elapsed().as_secs_f64() / 60.0 })
    }

    fn queue(&self, jobs: &str) -> Answer<Taken> {
        let names: Vec<String> = (0..ENTRIES).map(|entry| format!("b{entry}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        self.run(&self.program, &[&["queue", "add"][..], &names].concat())?;
        let begun = Instant::now();
        let output = self.run(&self.program, &["--json", "queue", "process", "-j", jobs])?;
        let minutes = begun.elapsed().as_secs_f64() / 60.0;
        let answer: serde_json::Value = serde_json::from_slice(&output.stdout)?;
        let landed = answer["landed"].as_array().map_or(0, Vec::len) as u64;
        Ok(Taken { landed, checks: answer["checks"].as_u64().unwrap_or_default(), minutes })
    }
}

/// Chooses so many of a hundred entries, the same ones each time.
fn bad(percent: usize) -> Vec<usize> {
    let (mut entries, mut random): (Vec<usize>, _) = ((0..ENTRIES).collect(), Random::new(1));
    std::iter::repeat_with(|| entries.swap_remove(random.below(entries.len()))).take(ENTRIES * percent / 100).collect()
}

fn main() -> Answer<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "bad %  how         landed  checks  landed/check  landed/minute  times one by one")?;
    for percent in [0, 10, 40] {
        let bad = bad(percent);
        let alone = World::new(&bad)?.one_by_one()?;
        #[allow(clippy::cast_precision_loss, reason = "they are few")]
        let per_minute = |taken: &Taken| taken.landed as f64 / taken.minutes;
        let mut row = |how: &str, taken: &Taken| {
            #[allow(clippy::cast_precision_loss, reason = "they are few")]
            let per_check = taken.landed as f64 / taken.checks as f64;
            let (speed, times) = (per_minute(taken), per_minute(taken) / per_minute(&alone));
            let (landed, checks) = (taken.landed, taken.checks);
            writeln!(
                out,
                "{percent:>5}  {how:<10}  {landed:>6}  {checks:>6}  {per_check:>12.2}  {speed:>13.0}  {times:>16.2}"
            )
        };
        row("one by one", &alone)?;
        for jobs in ["1", "4", "8"] {
            row(&format!("-j {jobs}"), &World::new(&bad)?.queue(jobs)?)?;
        }
    }
    Ok(())
}
