//! Surroundings: what an agent is told, where it stands, and what of the caller's own environment confuses nobody.

use std::{fs, path::Path};

use super::{
    lanes::{Lanes, changes},
    untouched,
    world::{Said, World},
};

const TELL: &str = "for n in PAR_RUN PAR_WORKER PAR_ATTEMPT PAR_BASE GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_PREFIX GIT_CONFIG_COUNT PAR_LEFT; do eval \"echo $n=\\${$n-unset}\"; done > told; pwd -P > where; echo \"$PWD\" >> where; cat > stdin; cat \"$PAR_TASK_FILE\" > task";

#[test]
fn an_agent_is_told_its_run_worker_attempt_base_and_task() {
    let world = World::new();
    let task = "-dash first\nsecond line: é 'quoted' $HOME `x`\n";
    fs::write(world.beside("task.md"), task).unwrap();
    let file = world.beside("task.md").display().to_string();
    world.par_ok(&["spawn", "-n", "2", "--name", "argv", "-F", &file, "--", "sh", "-c", TELL]);
    world.par_ok(&["spawn", "-n", "1", "--name", "shell", "-F", &file, "--agent", TELL]);
    let base = world.git(&["rev-parse", "HEAD"]);
    let show = |path: &str| world.git(&["cat-file", "-p", path]);
    insta::assert_snapshot!(show("refs/par/argv/w2:told").replace(&base, "<base>"), @"
    PAR_RUN=argv
    PAR_WORKER=2
    PAR_ATTEMPT=1
    PAR_BASE=<base>
    GIT_DIR=unset
    GIT_WORK_TREE=unset
    GIT_INDEX_FILE=unset
    GIT_PREFIX=unset
    GIT_CONFIG_COUNT=unset
    PAR_LEFT=unset
    ");
    assert_eq!(show("refs/par/argv/w1:stdin"), "", "a command line of its own has nothing to read");
    assert_eq!(show("refs/par/shell/w1:stdin"), task.trim_end());
    for path in ["refs/par/argv/w1:task", "refs/par/shell/w1:task"] {
        assert_eq!(show(path), task.trim_end());
    }
    let here = world.worktree("argv", "w1").display().to_string();
    assert_eq!(show("refs/par/argv/w1:where"), format!("{here}\n{here}"));
}

#[test]
fn variables_that_point_at_a_repository_lead_to_it_and_go_no_further() {
    let world = World::new();
    let other = World::new();
    let dir = world.here.join(".git");
    let index = other.beside("other-index");
    fs::copy(dir.join("index"), &index).unwrap();
    let (before, before_other) = (untouched::of(&world), untouched::of(&other));
    let mut command = other.par_command(&["-q", "spawn", "-n", "1", "--name", "r", "t", "--", "sh", "-c", TELL]);
    command.env("GIT_DIR", &dir).env("GIT_WORK_TREE", &world.here).env("GIT_INDEX_FILE", &index);
    command.env("GIT_PREFIX", "x/").env("GIT_CONFIG_COUNT", "1").env("GIT_CONFIG_KEY_0", "par.setup");
    command.env("GIT_CONFIG_VALUE_0", "echo set > up").env("PAR_LEFT", "over").env("GIT_NAMESPACE", "elsewhere");
    let bytes = fs::read(&index).unwrap();
    let said = Said::of(command.output().unwrap());
    assert_eq!(said.code, 0, "{said:?}");
    let told = world.git(&["show", "refs/par/r/w1:told"]);
    let set: Vec<&str> = told.lines().skip(4).filter(|line| !line.ends_with("=unset")).collect();
    assert!(set.is_empty(), "{told}");
    assert_eq!(world.git(&["show", "refs/par/r/w1:up"]), "set", "settings in the environment are settings");
    let here = world.worktree("r", "w1").display().to_string();
    assert_eq!(world.git(&["show", "refs/par/r/w1:where"]), format!("{here}\n{here}"));
    assert_eq!((untouched::of(&world), untouched::of(&other)), (before, before_other));
    assert_eq!(fs::read(&index).unwrap(), bytes);
    assert!(world.par_ok(&["-q", "list"]).lines().any(|line| line.starts_with("r ")));
}

#[test]
fn a_worker_stands_in_its_worktree_wherever_the_command_was_given() {
    let world = World::new();
    world.write("deep/er/x.txt", "x\n");
    world.git(&["add", "."]);
    world.git(&["commit", "--quiet", "-m", "deep"]);
    world.git(&["worktree", "add", "--quiet", "--detach", "../linked"]);
    let before = untouched::of(&world);
    let places: [(&str, &Path, &[&str]); 4] = [
        ("sub", &world.here.join("deep/er"), &[]),
        ("linked", &world.beside("linked/deep"), &[]),
        ("c", &world.beside("home"), &["-C", "../repo/deep"]),
        ("git", &world.here.join(".git"), &[]),
    ];
    for (run, place, arguments) in places {
        let arguments =
            [arguments, &["-q", "spawn", "-n", "1", "--name", run, "t", "--", "sh", "-c", "pwd -P > where"]].concat();
        let said = Said::of(world.par_command(&arguments).current_dir(place).output().unwrap());
        assert_eq!(said.code, 0, "{run}: {said:?}");
        assert_eq!(
            world.git(&["show", &format!("refs/par/{run}/w1:where")]),
            world.worktree(run, "w1").display().to_string(),
            "{run}"
        );
    }
    assert_eq!(untouched::of(&world), before);
}

#[test]
fn locale_umask_and_time_zone_change_nothing() {
    let world = World::new();
    let script = "umask 077; exec \"$@\"";
    let mut command = world.command("sh", &["-c", script, "sh", env!("CARGO_BIN_EXE_git-par")]);
    command.args([
        "-q",
        "spawn",
        "-n",
        "1",
        "--name",
        "r",
        "t",
        "--",
        "sh",
        "-c",
        "echo x > x; chmod 755 a.txt; ls -l b.sh > mode",
    ]);
    world.write("b.sh", "#!/bin/sh\n");
    world.git(&["add", "--chmod=+x", "b.sh"]);
    world.git(&["commit", "--quiet", "-m", "b"]);
    command.env("LC_ALL", "de_DE.UTF-8").env("LANG", "tr_TR.UTF-8").env("LANGUAGE", "de").env("TZ", "Asia/Kathmandu");
    let said = Said::of(command.output().unwrap());
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(changes(&world, "refs/par/r/base", "refs/par/r/w1"), "M 100755 a.txt, A 100644 mode, A 100644 x");
    assert!(world.git(&["show", "refs/par/r/w1:mode"]).starts_with("-rwx------"));
    assert!(
        world
            .git(&["show", &format!("refs/notes/par/r:{}", world.git(&["rev-parse", "refs/par/r/base"]))])
            .contains("Z\"")
    );
}

#[test]
fn a_commit_is_utf_8_and_unsigned_whatever_the_user_configured() {
    let world = World::new();
    for (key, value) in [
        ("i18n.commitEncoding", "ISO-8859-1"),
        ("commit.gpgSign", "true"),
        ("gpg.program", "false"),
        ("commit.template", "/nowhere"),
        ("core.commentChar", "t"),
    ] {
        world.git(&["config", key, value]);
    }
    let said = world.par(&["-q", "spawn", "-n", "1", "--name", "r", "täsk", "--", "sh", "-c", "echo x > x"]);
    assert_eq!(said.code, 0, "{said:?}");
    let commit = world.git(&["cat-file", "commit", "refs/par/r/w1"]);
    assert!(!commit.contains("encoding") && !commit.contains("gpgsig") && commit.contains("\n\ntäsk\n"), "{commit}");
}

#[test]
fn an_odd_task_becomes_a_commit_all_the_same() {
    let world = World::new();
    for (run, task) in [
        ("nul", "a\0b"),
        ("hash", "# not a comment"),
        ("control", "\u{1b}[31mred\u{7}\r"),
        ("trailer", "x\n\nPar-Run: forged\n"),
    ] {
        fs::write(world.beside("task"), task).unwrap();
        let lanes = Lanes::spawn_with(&world, run, &[("w", "echo x > x")], &["-F", "../task"]);
        assert_eq!(lanes.changes("w"), "A 100644 x", "{task:?}: {:?}", lanes.said);
        let trailers = world.git(&[
            "log",
            "-1",
            "--format=%(trailers:key=Par-Run,valueonly,separator=%x2C)",
            &lanes.candidate("w"),
        ]);
        assert_eq!(trailers, run);
    }
}

#[test]
fn folders_to_stop_at_that_are_elsewhere_hide_no_repository() {
    let world = World::new();
    let elsewhere = world.home();
    let said = Said::of(world.par_command(&["list"]).env("GIT_CEILING_DIRECTORIES", elsewhere).output().unwrap());
    assert_eq!(said.code, 0, "{said:?}");
}
