//! `git par log`: what happened in a run, and what its workers printed, live and afterwards.

use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    process::{Child, ChildStdout, Stdio},
    time::{Duration, Instant},
};

use rustix::process::{Pid, Signal, kill_process};

use super::world::{Said, World};

/// A command that is read from while it runs.
pub(super) struct Reading {
    child: Child,
    /// None once nobody reads it any more.
    stdout: Option<BufReader<ChildStdout>>,
}

impl Reading {
    pub(super) fn start(world: &World, arguments: &[&str]) -> Self {
        let mut child = world.par_command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let stdout = child.stdout.take().map(BufReader::new);
        Self { child, stdout }
    }

    pub(super) fn line(&mut self) -> String {
        let mut line = String::new();
        self.stdout.as_mut().unwrap().read_line(&mut line).unwrap();
        line
    }

    /// Reads the rest, and returns it with the status; a command that does not end is told as that.
    pub(super) fn rest(mut self) -> (String, i32) {
        let mut rest = String::new();
        self.stdout.as_mut().unwrap().read_to_string(&mut rest).unwrap();
        (rest, self.end())
    }

    pub(super) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    pub(super) fn end(&mut self) -> i32 {
        let until = Instant::now() + Duration::from_secs(20);
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code().unwrap_or(-1);
            }
            if Instant::now() > until {
                self.child.kill().unwrap();
                panic!("it does not end");
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

/// Starts a run of one worker that prints a line, waits for the file `go` beside the repository, and prints another.
pub(super) fn waiting(world: &World, run: &str, before: &str) -> Child {
    let script = format!("echo x > x; {before}; until test -e ../../../go; do sleep 0.02; done; echo last");
    let child = world
        .par_command(&["spawn", "-n", "1", "--name", run, "the task", "--", "sh", "-c", &script])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let log = world.here.join(".git/par").join(run).join("w1/agent.log");
    let until = Instant::now() + Duration::from_secs(20);
    while fs::read(&log).unwrap_or_default().is_empty() {
        assert!(Instant::now() < until, "{} never came", log.display());
        std::thread::sleep(Duration::from_millis(10));
    }
    child
}

pub(super) fn go(world: &World, mut child: Child) {
    fs::write(world.beside("go"), "").unwrap();
    assert!(child.wait().unwrap().success());
}

#[test]
fn events_are_told_a_line_each_and_for_programs_as_they_stand_in_the_journal() {
    let world = World::new();
    assert_eq!(world.spawn("r", 2, "echo $PAR_WORKER > n; test $PAR_WORKER = 1").code, 0);
    world.par(&["gate", "-j", "1", "--", "test", "-e", "none"]);
    world.par(&["pick"]);
    let text = world.par_ok(&["log", "r"]);
    let rows: Vec<&str> = text.lines().collect();
    assert!(rows[0].starts_with("event  time") && rows[1].ends_with(": the task"), "{text}");
    for part in [
        "-       run started  2 workers from ",
        "w2      finished     failure(1), 1 file +1 -0, candidate ",
        "w1      gated        fail, exit 1",
        "-       picked       no winner: ",
    ] {
        assert!(text.contains(part), "'{part}' is not in {text}");
    }
    assert_eq!(rows.len() - 1, world.events("r").len());
    assert_eq!(world.par_ok(&["log", "--json", "r"]), world.journal("r"));
    let own = world.par_ok(&["log", "-w", "w2", "--events"]);
    assert_eq!(own.lines().count(), 4, "{own}");
    assert_eq!(own, world.par_ok(&["log", "-w", "2"]));
    world.par(&["log"]).refuses(0, "run r (the newest)");
    world.par(&["log", "-w", "3"]).refuses(2, "run 'r' has no worker w3: it has w1, w2");
    world.par(&["log", "-w", "x"]).refuses(2, "'x' is not a worker");
}

#[test]
fn what_was_printed_is_shown_byte_by_byte_wherever_the_refs_are() {
    for arguments in [&[][..], &["--object-format=sha256", "--ref-format=reftable"]] {
        let world = World::with_init(arguments);
        world.spawn("r", 2, r"printf 'a\033[2J\r\377\000b'; echo $PAR_WORKER; printf end");
        world.par(&["gate", "--", "sh", "-c", "echo checked $PAR_WORKER"]);
        let clone = world.clone_with_runs("clone", &[]).display().to_string();
        fs::remove_dir_all(world.here.join(".git/par")).unwrap();
        for place in [".", &clone] {
            let raw = |options: &[&str]| {
                world.par_command(&[&["-C", place, "log", "-w", "1"], options].concat()).output().unwrap().stdout
            };
            assert_eq!(raw(&["--agent"]), b"a\x1b[2J\r\xff\0b1\nend");
            assert_eq!(raw(&["--agent", "-f"]), b"a\x1b[2J\r\xff\0b1\nend");
            assert_eq!(raw(&["--gate"]), b"checked 1\n");
            assert_eq!(world.par_ok(&["-C", place, "log", "--gate"]), "w1 | checked 1\nw2 | checked 2\n");
            let json = world.par_ok(&["-C", place, "log", "--json", "--agent", "-w", "2"]);
            assert_eq!(json.lines().last(), Some(r#"{"text":"end","version":1,"worker":2}"#), "{json}");
        }
    }
}

#[test]
fn what_an_earlier_attempt_printed_is_shown_wherever_the_refs_are() {
    let world = World::new();
    let script = "echo said $PAR_ATTEMPT; echo $PAR_ATTEMPT > n";
    world.par_ok(&["spawn", "-n", "1", "--name", "r", "--gate", "cat n", "t", "--", "sh", "-c", script]);
    world.par_ok(&["retry", "r", "-w", "1"]);
    let clone = world.clone_with_runs("clone", &[]).display().to_string();
    fs::remove_dir_all(world.here.join(".git/par")).unwrap();
    for place in [".", &clone] {
        for (attempt, number) in [(&["--attempt", "1"][..], "1"), (&["--attempt", "2"], "2"), (&[], "2")] {
            let shown = |which| world.par_ok(&[&["-C", place, "log", "r", which], attempt].concat());
            assert_eq!((shown("--agent"), shown("--gate")), (format!("said {number}\n"), format!("{number}\n")));
        }
    }
    world.par(&["log", "r", "--agent", "--attempt", "3"]).refuses(128, "it has no attempt 3 that ended");
    world.par(&["log", "r", "--attempt", "1"]).refuses(2, "--agent");
    world.par(&["log", "r", "--setup", "--attempt", "1"]).refuses(2, "--attempt");
}

#[test]
fn an_output_that_is_not_there_is_told_with_the_reason() {
    let world = World::new();
    world.git(&["config", "par.setup", "echo set up; false"]);
    world.spawn("r", 1, "true");
    assert_eq!(world.par_ok(&["log", "--setup"]), "set up\n");
    world.par(&["log", "--agent"]).refuses(128, "its agent never ran: setup failed");
    world.par(&["log", "--gate", "-f"]).refuses(128, "it has not been gated");
    let partly = world.beside("partly").display().to_string();
    world.git(&["config", "--unset", "par.setup"]);
    world.spawn("s", 1, "echo printed");
    world.git(&["clone", "--quiet", "--no-local", ".", &partly]);
    world.git(&[
        "-C",
        &partly,
        "fetch",
        "--quiet",
        "origin",
        "refs/notes/par/*:refs/notes/par/*",
        "refs/par/*/base:refs/par/*/base",
    ]);
    let said = world.par(&["-C", &partly, "log", "s", "--agent"]);
    said.refuses(128, "w1's agent output is not in this repository");
    let way = "hint: where the run was sent from: git par push --logs origin s; then here: git par fetch";
    assert!(said.stderr.contains(way), "{said:?}");
    assert!(world.par_ok(&["-C", &partly, "log", "s"]).contains("finished"));
}

#[test]
fn what_a_worker_prints_is_followed_from_elsewhere_until_it_has_finished() {
    let world = World::new();
    let run = waiting(&world, "r", "echo first; echo error >&2");
    assert_eq!(world.par_ok(&["log", "--agent"]), "first\nerror\n", "what is there now");
    let mut log = Reading::start(&world, &["log", "r", "--agent", "-f"]);
    let mut events = Reading::start(&world, &["log", "--json", "--follow"]);
    assert_eq!(log.line(), "first\n");
    assert!(events.line().contains("run_started"));
    go(&world, run);
    assert_eq!(log.rest(), ("error\nlast\n".to_owned(), 0));
    let (rest, code) = events.rest();
    assert!(code == 0 && rest.lines().last().unwrap().contains("run_finished"), "{code}: {rest}");
}

#[test]
fn a_log_that_is_cut_at_the_start_of_an_attempt_is_followed_from_there() {
    let world = World::new();
    let run = waiting(&world, "r", "echo a line that is quite long; until test -e ../../../cut; do sleep 0.02; done");
    let mut log = Reading::start(&world, &["log", "--agent", "-f"]);
    assert_eq!(log.line(), "a line that is quite long\n");
    let file = fs::File::options().append(true).open(world.here.join(".git/par/r/w1/agent.log")).unwrap();
    file.set_len(0).unwrap();
    (&file).write_all(b"anew\n").unwrap();
    assert_eq!(log.line(), "anew\n");
    fs::write(world.beside("cut"), "").unwrap();
    go(&world, run);
    assert_eq!(log.rest(), ("last\n".to_owned(), 0));
}

#[test]
fn a_gate_is_followed_while_it_checks() {
    let world = World::new();
    world.spawn("r", 1, "echo x > x");
    world.par(&["gate", "--", "echo", "an earlier check"]);
    let script = "echo checking; until test -e ../../../go; do sleep 0.02; done; echo done";
    let gate = world.par_command(&["-q", "gate", "--", "sh", "-c", script]).stdout(Stdio::null()).spawn().unwrap();
    let log = world.here.join(".git/par/r/w1/gate.log");
    while fs::read_to_string(&log).unwrap_or_default() != "checking\n" {
        std::thread::sleep(Duration::from_millis(10));
    }
    let mut log = Reading::start(&world, &["log", "--gate", "-f"]);
    assert_eq!(log.line(), "checking\n");
    go(&world, gate);
    assert_eq!(log.rest(), ("done\n".to_owned(), 0));
}

#[test]
fn following_ends_quietly_when_nobody_reads_and_when_it_is_interrupted() {
    let world = World::new();
    let run = waiting(&world, "r", "echo first");
    let mut log = Reading::start(&world, &["log", "--agent", "-f"]);
    assert_eq!(log.line(), "first\n");
    log.stdout = None;
    assert_eq!(log.end(), 0);
    let mut stderr = String::new();
    log.child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
    assert_eq!(stderr, "run r (the newest)\n");
    for what in ["--agent", "--events"] {
        let mut log = Reading::start(&world, &["-q", "log", what, "-f"]);
        log.line();
        log.signal(Signal::INT);
        assert_eq!(log.end(), 130);
    }
    go(&world, run);
}

#[test]
fn a_worker_that_was_cut_short_is_followed_to_what_it_printed() {
    let world = World::new();
    let mut run = waiting(&world, "r", "echo first");
    run.kill().unwrap();
    run.wait().unwrap();
    let (text, code) = Reading::start(&world, &["log", "--agent", "-f"]).rest();
    assert_eq!((text.as_str(), code), ("first\n", 0));
    fs::write(world.beside("go"), "").unwrap();
}

#[test]
fn a_terminal_gets_nothing_that_steers_it() {
    let world = World::new();
    world.spawn("r", 1, r"printf '\033]0;title\007\033[2Jhidden\rshown \033[31mred\033[0m\n'");
    let command = format!("'{}' -q log --agent", env!("CARGO_BIN_EXE_git-par"));
    // Not every system has it.
    let mut script = world.command("script", &["-qec", &command, "/dev/null"]);
    script.env("TERM", "xterm");
    let Ok(output) = script.output() else { return };
    let said = Said::of(output);
    assert_eq!(said.stdout, "hidden\r\nshown \u{1b}[31mred\u{1b}[0m\r\n", "{said:?}");
}

#[test]
fn sixty_megabytes_are_shown_in_bounded_memory() {
    let world = World::new();
    world.spawn("r", 1, "yes 'a line that says nothing at all' | head -c 60000000");
    world.git(&["repack", "-adq"]);
    for options in [&["--agent"][..], &["--json", "--agent"]] {
        let par = world.par_command(&[&["-q", "log"], options].concat());
        let mut timed = world.command("sh", &["-c", "\"$@\" > shown & pid=$!; while kill -0 $pid 2>/dev/null; do grep VmHWM /proc/$pid/status >> peaks 2>/dev/null; sleep 0.05; done; wait $pid", "sh"]);
        timed.arg(par.get_program()).args(par.get_args());
        assert_eq!(Said::of(timed.output().unwrap()).code, 0);
        let peak =
            world.read("peaks").lines().filter_map(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok()).max();
        assert!(peak.unwrap() < 40_000, "{peak:?} kB");
    }
    assert!(world.read("shown").ends_with("\"version\":1,\"worker\":1}\n"));
}
