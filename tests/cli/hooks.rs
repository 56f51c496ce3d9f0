//! Hooks: the user's own commands behind events, which hear the truth and change nothing.

use std::{fs, path::PathBuf};

use git_par::model::event::Event;

use super::world::{Said, World};

fn hook(world: &World, event: &str, command: &str) {
    world.git(&["config", &format!("par.hook.{event}"), command]);
}

/// Returns a file in the world's home, where hooks of a test write.
fn told(world: &World) -> PathBuf {
    world.home().join("told")
}

fn lines(world: &World) -> Vec<String> {
    fs::read_to_string(told(world)).unwrap_or_default().lines().map(str::to_owned).collect()
}

const KINDS: [&str; 10] = [
    "run-started",
    "worker-started",
    "worker-finished",
    "gate-finished",
    "winner-selected",
    "merge-started",
    "merge-finished",
    "merge-conflict",
    "run-finished",
    "worker-discarded",
];

#[test]
fn each_event_of_every_verb_has_its_hook_in_order_with_the_line_of_the_journal() {
    let world = World::new();
    for kind in KINDS {
        hook(&world, kind, r#"cat >>"$HOME/told"; echo "$PAR_EVENT" >>"$HOME/names""#);
    }
    world.spawn("r", 2, "echo $PAR_WORKER > x");
    for arguments in [&["gate", "r", "--", "true"][..], &["pick", "r"], &["merge", "r"]] {
        world.par_ok(arguments);
    }
    let journal = world.journal("r");
    assert_eq!(lines(&world), journal.lines().collect::<Vec<_>>());
    let events: Vec<Event> = journal.lines().map(|line| Event::parse(line.as_bytes()).unwrap()).collect();
    assert!(events.windows(2).all(|pair| pair[1].prev_hash() == pair[0].entry_hash()));
    let names = fs::read_to_string(world.home().join("names")).unwrap();
    let kinds: Vec<String> = events.iter().map(|event| event.tool_name().replace('_', "-")).collect();
    assert_eq!(names.lines().collect::<Vec<_>>(), kinds);
    assert!(kinds.len() >= 10, "{kinds:?}");
}

#[test]
fn a_hook_runs_in_the_main_folder_and_knows_the_event_and_nothing_of_git() {
    let world = World::new();
    let set = r"pwd; env | grep -E '^(PAR_|GIT_)' | grep -v '^PAR_CHILD=' | sort";
    hook(&world, "worker-finished", &format!("{{ {set}; }} >\"$HOME/told\""));
    let mut spawn = world.par_command(&["spawn", "-n", "1", "--name", "r", "t", "--", "sh", "-c", "echo x > x"]);
    spawn.env("GIT_DIR", world.here.join(".git")).env("PAR_RUN", "outer").env("PAR_SECRET", "outer");
    assert_eq!(Said::of(spawn.output().unwrap()).code, 0);
    let base = world.git(&["rev-parse", "HEAD"]);
    let expected = [
        world.here.display().to_string(),
        "GIT_TERMINAL_PROMPT=0".to_owned(),
        "PAR_ATTEMPT=1".to_owned(),
        format!("PAR_BASE={base}"),
        "PAR_EVENT=worker-finished".to_owned(),
        "PAR_RUN=r".to_owned(),
        "PAR_WORKER=1".to_owned(),
    ];
    let found: Vec<String> =
        lines(&world).into_iter().filter(|line| !line.starts_with("GIT_CONFIG_NOSYSTEM")).collect();
    assert_eq!(found, expected);
}

#[test]
fn an_event_is_there_for_others_before_its_hook_runs() {
    let world = World::new();
    let par = env!("CARGO_BIN_EXE_git-par");
    hook(&world, "worker-finished", &format!("'{par}' list \"$PAR_RUN\" --json >\"$HOME/told\""));
    assert_eq!(world.spawn("r", 1, "echo x > x").code, 0);
    let seen: serde_json::Value = serde_json::from_str(&lines(&world).concat()).unwrap();
    let candidate = world.git(&["rev-parse", "refs/par/r/w1"]);
    assert_eq!(seen["runs"][0]["workers"][0]["candidate"], candidate);
}

#[test]
fn a_hook_that_fails_is_told_with_what_it_said_and_changes_nothing() {
    let world = World::new();
    hook(&world, "worker-finished", "echo first; echo the server is away >&2; exit 3");
    hook(&world, "run-started", "/no/such/program");
    let said = world.spawn("r", 1, "echo x > x");
    assert_eq!(said.code, 0, "{said:?}");
    let part =
        "warning: hook worker-finished of event 3 ended with failure(3): first / the server is away; all of it: ";
    let line = said.stderr.lines().find(|line| line.starts_with(part)).unwrap_or_else(|| panic!("{said:?}"));
    assert_eq!(fs::read_to_string(&line[part.len()..]).unwrap(), "first\nthe server is away\n");
    assert!(said.stderr.contains("hook run-started of event 1 ended with failure(127)"), "{said:?}");
    let quiet = world.par(&["-q", "pick", "r"]);
    assert_eq!((quiet.code, quiet.stderr.as_str()), (0, ""));
    world.par_ok(&["verify", "r"]);
}

#[test]
fn a_hook_that_hangs_is_ended_with_all_that_it_started_and_holds_up_no_worker() {
    let world = World::new();
    world.git(&["config", "par.hookTimeout", "1s"]);
    hook(&world, "run-started", r#"sleep 600 & echo $! >"$HOME/sleeper"; wait"#);
    hook(&world, "worker-finished", r#"echo after >>"$HOME/told""#);
    // The worker ends while the first hook still runs: it is seen by its own hook's absence.
    let said = world.spawn("r", 1, r#"test ! -e "$HOME/told" && echo x > x"#);
    assert_eq!(said.code, 0, "{said:?}");
    assert!(said.stderr.contains("hook run-started of event 1 ended with timeout"), "{said:?}");
    assert_eq!(lines(&world), ["after"]);
    let sleeper = fs::read_to_string(world.home().join("sleeper")).unwrap();
    // One that ended and that nobody asked after has no command line any more (proc_pid_cmdline(5)).
    let alive = fs::read(format!("/proc/{}/cmdline", sleeper.trim())).unwrap_or_default();
    assert!(alive.is_empty(), "it was ended too");
}

#[test]
fn the_end_waits_for_hooks_but_not_for_ever_and_names_those_that_were_left() {
    let world = World::new();
    world.git(&["config", "par.hookTimeout", "1s"]);
    for kind in ["run-started", "worker-started", "worker-finished"] {
        hook(&world, kind, "exec sleep 600");
    }
    let said = world.spawn("r", 2, "echo x > x");
    assert_eq!(said.code, 0);
    let left = said.stderr.lines().filter(|line| line.ends_with("was not run: those before it took too long")).count();
    let ended = said.stderr.lines().filter(|line| line.contains(" ended with ")).count();
    assert!(left >= 2 && left + ended == 5, "{said:?}");
}

#[test]
fn hooks_of_one_process_never_run_beside_each_other() {
    let world = World::new();
    let alone = r#"mkdir "$HOME/busy" || exit 1; sleep 0.02; rmdir "$HOME/busy""#;
    for kind in ["run-started", "worker-started", "worker-finished"] {
        hook(&world, kind, alone);
    }
    let said = world.spawn("r", 4, "echo x > x");
    assert!(said.code == 0 && !said.stderr.contains("warning: hook"), "{said:?}");
}

#[test]
fn a_merge_that_moved_nothing_has_a_hook_of_its_own() {
    let world = World::new();
    world.picked("r", "echo theirs > a.txt");
    world.write("a.txt", "ours\n");
    world.git(&["commit", "--quiet", "-am", "ours"]);
    hook(&world, "merge-conflict", r#"cat >"$HOME/told""#);
    hook(&world, "merge-finished", r#"echo finished >>"$HOME/told""#);
    assert_eq!(world.par(&["merge", "r"]).code, 4);
    let report: serde_json::Value = serde_json::from_str(&lines(&world)[0]).unwrap();
    assert_eq!(report["paths"], serde_json::json!(["a.txt"]));
    assert_eq!((report["theirs"]["run"].as_str(), report["ours"][0]["title"].as_str()), (Some("r"), Some("ours")));
    let hunk = &report["conflicts"][0]["hunks"][0];
    assert_eq!((hunk["ours"].as_str(), hunk["theirs"].as_str()), (Some("ours\n"), Some("theirs\n")));
}

#[test]
fn only_the_users_own_config_has_hooks() {
    let world = World::new();
    let writes =
        "echo '[par \"hook\"]\n\tworker-finished = touch $HOME/told' | tee .gitconfig .git-config config >/dev/null";
    let late = r#"git config par.hook.worker-finished 'touch "$HOME/told"'"#;
    assert_eq!(world.spawn("r", 1, &format!("{writes}; {late}")).code, 0);
    assert!(!told(&world).exists(), "what an agent writes while it runs is no hook of its run");
    world.git(&["config", "--unset", "par.hook.worker-finished"]);
    world.git(&["config", "extensions.worktreeConfig", "true"]);
    let worktree = world.worktree("r", "w1").display().to_string();
    world.git(&["-C", &worktree, "config", "--worktree", "par.hook.winner-selected", r#"touch "$HOME/told""#]);
    world.par_ok(&["-C", &worktree, "pick", "r"]);
    assert!(!told(&world).exists(), "what a worktree has for itself is none either");
    world.git(&["config", "--global", "par.hook.winner-selected", r#"touch "$HOME/told""#]);
    world.par_ok(&["pick", "r"]);
    assert!(told(&world).exists());
}

#[test]
fn a_hook_that_no_event_has_is_told_of_once_with_the_one_that_was_meant() {
    let world = World::new();
    hook(&world, "run-finishd", "true");
    hook(&world, "zzz", "true");
    hook(&world, "winner-selected", "true");
    let said = world.par(&["run", "-n", "1", "t", "--", "sh", "-c", "echo x > x"]);
    let warnings: Vec<&str> = said.stderr.lines().filter(|line| line.starts_with("warning: ")).collect();
    let meant = "warning: no event has the hook par.hook.run-finishd; did you mean par.hook.run-finished?";
    assert_eq!(warnings, [meant, "warning: no event has the hook par.hook.zzz"], "{said:?}");
}

#[test]
fn a_hook_may_use_the_program_on_the_same_run() {
    let world = World::new();
    let par = env!("CARGO_BIN_EXE_git-par");
    hook(&world, "winner-selected", &format!("'{par}' -q merge \"$PAR_RUN\""));
    hook(&world, "merge-finished", &format!("'{par}' -q seal --no-sign \"$PAR_RUN\""));
    world.spawn("r", 1, "echo x > x");
    let said = world.par(&["pick", "r"]);
    assert!(said.code == 0 && said.stderr.lines().all(|line| !line.starts_with("warning")), "{said:?}");
    assert_eq!(world.read("x"), "x\n");
    assert!(!world.git(&["rev-parse", "refs/par/r/seal"]).is_empty());
}
