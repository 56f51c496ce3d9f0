//! The world of these tests: a folder of its own for each child, and looks at what is left of it.

use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
    thread,
    time::{Duration, Instant},
};

use git_par::{
    model::ending::Ending,
    process::{
        child::{self, Exit, Spec, Stdin},
        environment::Environment,
        program,
        stop::Stop,
    },
};
use rustix::process::Pid;

/// Longer than any test may take, shorter than a person's patience.
pub(super) const LONG: Duration = Duration::from_secs(60);
/// A timeout that a test waits for.
pub(super) const SHORT: Duration = Duration::from_millis(300);

/// A folder for one child, with its log beside the folder.
pub(super) struct World {
    pub(super) root: tempfile::TempDir,
}

impl World {
    pub(super) fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("work")).unwrap();
        Self { root }
    }

    pub(super) fn cwd(&self) -> PathBuf {
        self.root.path().join("work")
    }

    pub(super) fn log(&self) -> PathBuf {
        self.root.path().join("child.log")
    }

    pub(super) fn output(&self) -> String {
        fs::read_to_string(self.log()).unwrap()
    }

    pub(super) fn spec(&self, argv: &[&str]) -> Spec {
        let path = [(OsString::from("PATH"), std::env::var_os("PATH").unwrap())];
        Spec {
            output: None,
            argv: argv.iter().map(OsString::from).collect(),
            cwd: self.cwd(),
            environment: Environment::build(path, []),
            stdin: Stdin::Null,
            log: self.log(),
            timeout: Some(LONG),
            idle: None,
            grace: LONG,
            record: None,
        }
    }

    pub(super) fn shell(&self, script: &str) -> Spec {
        self.spec(&["sh", "-c", script])
    }

    pub(super) fn run(&self, script: &str) -> Exit {
        run(&self.shell(script))
    }

    /// Runs a child and stops it once it has made the file `ready` in its folder.
    pub(super) fn run_until_ready(&self, script: &str, grace: Duration) -> Exit {
        let stop = Stop::new().unwrap();
        let spec = Spec { timeout: None, grace, ..self.shell(script) };
        let waiting = thread::spawn({
            let stop = stop.clone();
            move || child::run(&spec, &stop).unwrap()
        });
        await_until(|| self.cwd().join("ready").exists());
        stop.set();
        let exit = waiting.join().unwrap();
        assert_eq!(exit.ending, Ending::Stopped);
        exit
    }

    /// Returns the process whose number the child wrote into a file of its folder.
    pub(super) fn pid(&self, file: &str) -> Pid {
        pid(&self.cwd().join(file))
    }
}

/// Returns the process whose number is in a file, once it is there.
pub(super) fn pid(path: &Path) -> Pid {
    await_until(|| fs::read_to_string(path).is_ok_and(|text| text.ends_with('\n')));
    Pid::from_raw(fs::read_to_string(path).unwrap().trim().parse().unwrap()).unwrap()
}

/// Makes a script that starts stubborn relatives, writes the number of each into a file of that name, says that it is `ready` and
/// ends on no friendly word.
///
/// They are: `group` in the child's group; `session` in one of its own; `bare` without an environment; `home` the same
/// and without a parent; `log` the same, elsewhere; `hidden` the same, and without the log.
pub(super) fn family(names: &[&str]) -> String {
    let begin = |name: &&str| {
        let file = format!("F=\"$home/{name}\"");
        let bare = format!("setsid env -i \"$P\" {file} sh -c \"$loop\"");
        let start = match *name {
            "group" => format!("{file} sh -c \"$loop\" &"),
            "session" => format!("(cd /; {file} setsid sh -c \"$loop\" &)"),
            "bare" => format!("cd /; {bare} & cd \"$home\""),
            "home" => format!("({bare} > /dev/null 2>&1 &)"),
            "log" => format!("(cd /; {bare} &)"),
            "hidden" => format!("(cd /; {bare} > /dev/null 2>&1 &)"),
            other => panic!("{other} is no relative"),
        };
        format!("{start}\nuntil test -s {name}; do sleep 0.01; done\n")
    };
    let relatives: String = names.iter().map(begin).collect();
    let words = "trap \"\" TERM; echo $$ > \"$F\"; while :; do sleep 0.05; done";
    format!("home=$PWD; P=PATH=$PATH; trap '' TERM; loop='{words}'\n{relatives}: > ready; while :; do sleep 0.05; done")
}

pub(super) fn run(spec: &Spec) -> Exit {
    child::run(spec, &Stop::new().unwrap()).unwrap()
}

pub(super) fn await_until(mut is_so: impl FnMut() -> bool) {
    let until = Instant::now() + LONG;
    while !is_so() {
        assert!(Instant::now() < until, "waited in vain");
        thread::sleep(Duration::from_millis(2));
    }
}

/// Tells whether a process runs; one that nobody reaps does not.
pub(super) fn is_alive(pid: Pid) -> bool {
    let state = Command::new("ps").args(["-o", "stat=", "-p", &pid.to_string()]).output();
    let from_ps = || state.is_ok_and(|out| !out.stdout.is_empty() && !out.stdout.starts_with(b"Z"));
    match fs::read_to_string(format!("/proc/{pid}/stat")) {
        Ok(line) => !line.rsplit_once(") ").unwrap().1.starts_with('Z'),
        Err(_) => !Path::new("/proc/self/stat").exists() && from_ps(),
    }
}

/// Tells whether a process is in a control group of a child's.
pub(super) fn has_cgroup(pid: Pid) -> bool {
    fs::read_to_string(format!("/proc/{pid}/cgroup")).is_ok_and(|groups| groups.contains("/git-par-"))
}

pub(super) fn has_setsid() -> bool {
    cfg!(target_os = "linux") && program::find("setsid").is_some()
}

/// Makes the command that runs one ignored test of this program in a process of its own.
pub(super) fn helper(name: &str, world: &World) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", name, "--ignored", "--nocapture"]).env("TEST_WORLD", world.root.path());
    command.stdout(std::process::Stdio::null());
    command
}

pub(super) fn helper_spec(script: &str, grace: Duration) -> Spec {
    let root = PathBuf::from(std::env::var_os("TEST_WORLD").expect("started by the test it is half of"));
    let mut spec = World::new().shell(script);
    (spec.cwd, spec.log, spec.timeout, spec.grace) = (root.join("work"), root.join("child.log"), None, grace);
    spec
}
