//! Manners: what every verb has in common on the command line.

use std::{
    ffi::OsStr,
    fs,
    os::unix::{ffi::OsStrExt, fs::PermissionsExt},
    path::Path,
    process::Stdio,
};

use super::{
    verbs::VERBS,
    world::{Said, World},
};

const PROGRAM: &str = env!("CARGO_BIN_EXE_git-par");
const PROGRAMS: [(&str, &str); 6] = [
    ("spawn", env!("CARGO_BIN_EXE_git-par-spawn")),
    ("gate", env!("CARGO_BIN_EXE_git-par-gate")),
    ("pick", env!("CARGO_BIN_EXE_git-par-pick")),
    ("merge", env!("CARGO_BIN_EXE_git-par-merge")),
    ("seal", env!("CARGO_BIN_EXE_git-par-seal")),
    ("verify", env!("CARGO_BIN_EXE_git-par-verify")),
];

/// Returns a world in which git finds our programs.
fn world() -> World {
    let mut world = World::new();
    world.add_to_path(Path::new(PROGRAM).parent().unwrap());
    world
}

/// Puts a program of this text on the world's PATH.
fn install(world: &mut World, name: &OsStr, script: &str) {
    let folder = world.beside("programs");
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join(name);
    fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    world.add_to_path(&folder);
}

fn git(world: &World, arguments: &[&str]) -> Said {
    Said::of(world.command("git", arguments).output().unwrap())
}

fn object(text: &str) -> serde_json::Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn without_a_verb_the_help_is_shown_and_the_status_is_2() {
    let said = World::empty().par::<&str>(&[]);
    assert_eq!((said.code, said.stdout.as_str()), (2, ""));
    assert!(said.stderr.contains("Usage: git par"), "{said:?}");
}

#[test]
fn the_version_is_told_by_the_suite_and_by_each_verb() {
    let world = World::empty();
    assert_eq!(world.par_ok(&["--version"]), format!("git-par {}\n", env!("CARGO_PKG_VERSION")));
    for verb in VERBS {
        assert_eq!(world.par_ok(&[verb, "-V"]), format!("git-par-{verb} {}\n", env!("CARGO_PKG_VERSION")));
    }
}

#[test]
fn an_unknown_verb_is_the_program_of_its_name_and_its_status_is_ours() {
    let mut world = World::empty();
    install(&mut world, OsStr::new("git-par-x"), "echo \"$@\"; exit \"${1:-0}\"");
    for status in [0, 1, 2, 3, 42, 128, 255] {
        let said = world.par(&["x", &status.to_string(), "--json", "-C"]);
        assert_eq!((said.code, said.stdout), (status, format!("{status} --json -C\n")));
    }
}

#[test]
fn a_program_that_is_killed_by_a_signal_looks_so_to_the_caller() {
    use std::os::unix::process::ExitStatusExt;
    let mut world = World::empty();
    install(&mut world, OsStr::new("git-par-x"), "kill -TERM $$");
    assert_eq!(world.par_command(&["x"]).status().unwrap().signal(), Some(15));
}

#[test]
fn a_verb_that_is_nothing_at_all_is_told_with_a_way_out() {
    let world = World::empty();
    let said = world.par(&["spwan"]);
    insta::assert_snapshot!(said.snapshot(&world), @r"
    ! error: 'spwan' is not a git par command
    ! hint: git par spawn
    exit 2
    ");
    let said = world.par(&["frobnicate"]);
    insta::assert_snapshot!(said.snapshot(&world), @r"
    ! error: 'frobnicate' is not a git par command
    ! hint: git par --help
    exit 2
    ");
}

#[test]
fn a_verb_with_a_slash_runs_nothing() {
    let world = World::empty();
    fs::create_dir_all(world.here.join("git-par-x")).unwrap();
    let file = world.here.join("git-par-x/y");
    fs::write(&file, "#!/bin/sh\necho ran\n").unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    let said = world.par(&["x/y"]);
    assert_eq!((said.code, said.stdout.as_str()), (2, ""), "{said:?}");
}

#[test]
fn an_error_is_one_json_object_too() {
    let world = World::empty();
    let wrong: [&[&str]; 9] = [
        &["spawn", "--json", "task", "--", "true"],
        &["gate", "--json"],
        &["pick", "--json", "-w", "999"],
        &["merge", "--json", "--ff", "--squash"],
        &["--json", "seal"],
        &["--json", "nothing"],
        &["--json"],
        &["list", "--json", "--nothing"],
        &["--json", "-C", "nowhere", "list"],
    ];
    for arguments in wrong {
        let said = world.par(arguments);
        let object = object(&said.stdout);
        assert!([2, 128].contains(&said.code), "{arguments:?}: {said:?}");
        assert_eq!(object["version"], 1, "{arguments:?}");
        let message = object["error"].as_str().unwrap();
        assert!(!message.is_empty() && !message.contains('\n') && !message.contains('\u{1b}'), "{message}");
        assert!(object["hints"].is_array());
        assert!(said.stderr.contains("error: ") || said.stderr.contains("Usage: "), "{said:?}");
    }
}

#[test]
fn an_answer_is_one_json_object() {
    let world = World::new();
    assert_eq!(world.par_json(&["list"]), serde_json::json!({ "version": 1, "runs": [] }));
    assert_eq!(world.par_json(&["agents"])["version"], 1);
    assert_eq!(world.par_json(&["spawn", "-n", "1", "--name", "r", "--", "sh", "-c", "echo x > x"])["version"], 1);
    assert_eq!(world.par_json(&["gate", "--", "test", "-e", "x"])["version"], 1);
    assert_eq!(world.par_json(&["pick"])["version"], 1);
    assert_eq!(world.par_json(&["merge"])["version"], 1);
    assert_eq!(world.par_json(&["run", "-n", "1", "--", "sh", "-c", "echo y > y"])["version"], 1);
    // Whatever they answer, an error among it.
    assert_eq!(world.par_json(&["seal", "--no-sign", "r"])["version"], 1);
    assert_eq!(world.par_json(&["verify", "r"])["version"], 1);
}

#[test]
fn the_folder_is_given_before_or_after_the_verb() {
    let world = World::new();
    assert_eq!(world.spawn("r", 1, "echo x > x").code, 0);
    let here = world.here.display().to_string();
    for arguments in
        [&["-C", &here, "list"][..], &["list", "-C", &here], &["-C", "/", "-C", &here, "list"], &["-C", "", "list"]]
    {
        let said = Said::of(world.par_command(arguments).output().unwrap());
        assert!(said.code == 0 && said.stdout.contains("\nr "), "{arguments:?}: {said:?}");
    }
    let parent = world.here.parent().unwrap();
    let said = Said::of(world.par_command(&["-C", "repo", "list"]).current_dir(parent).output().unwrap());
    assert_eq!(said.code, 0, "{said:?}");
    let lines = [
        &["-C", "repo", "-C", "x", "list"][..],
        &["-C", "repo", "list", "-C", "x"],
        &["list", "-C", "repo", "-C", "x"],
    ];
    fs::create_dir(world.here.join("x")).unwrap();
    for arguments in lines {
        let said = Said::of(world.par_command(arguments).current_dir(parent).output().unwrap());
        assert!(said.code == 0 && said.stdout.contains("\nr "), "{arguments:?}: {said:?}");
    }
    let said = world.par(&["-C", "nowhere", "list"]);
    insta::assert_snapshot!(said.snapshot(&world), @r"
    ! error: cannot change to 'nowhere': No such file or directory (os error 2)
    exit 128
    ");
}

#[test]
fn quiet_says_nothing_but_the_answer() {
    let world = World::new();
    let loud = world.par(&["spawn", "-n", "1", "--name", "a", "task", "--", "sh", "-c", "echo x > x"]);
    assert!(loud.code == 0 && loud.stderr.contains("run a"), "{loud:?}");
    for (name, place) in [("b", 0), ("c", 1)] {
        let mut arguments = vec!["spawn", "-n", "1", "--name", name, "task"];
        arguments.insert(place, "-q");
        arguments.extend(["--", "sh", "-c", "echo x > x"]);
        let said = world.par(&arguments);
        assert_eq!((said.code, said.stderr.as_str()), (0, ""));
        assert!(said.stdout.contains("candidate"));
    }
}

/// Runs `git par agents`, whose answer has bold words, with these variables.
fn agents(arguments: &[&str], environment: &[(&str, &str)]) -> bool {
    let world = World::empty();
    let output =
        world.par_command(&[&["agents"], arguments].concat()).envs(environment.iter().copied()).output().unwrap();
    assert!(output.status.success());
    output.stdout.contains(&0x1b)
}

#[test]
fn colours_are_for_terminals_and_for_those_who_ask() {
    assert!(!agents(&[], &[]));
    assert!(!agents(&["--color", "auto"], &[]));
    assert!(!agents(&["--color=never"], &[("CLICOLOR_FORCE", "1")]));
    assert!(agents(&["--color=always"], &[]));
    assert!(agents(&["--color", "always"], &[("NO_COLOR", "1")]));
    assert!(agents(&[], &[("CLICOLOR_FORCE", "1")]));
    assert!(!agents(&[], &[("CLICOLOR_FORCE", "1"), ("NO_COLOR", "1")]));
}

#[test]
fn errors_and_help_are_as_colourful_as_asked_for() {
    let world = World::empty();
    let escapes = |arguments: &[&str]| {
        let said = world.par(arguments);
        format!("{}{}", said.stdout, said.stderr).contains('\u{1b}')
    };
    for arguments in [&["list"][..], &["list", "--nothing"], &["list", "--help"], &["nothing"]] {
        assert!(!escapes(arguments), "{arguments:?}");
        assert!(escapes(&[&["--color", "always"], arguments].concat()), "{arguments:?}");
        assert!(!escapes(&[&["--color=never"], arguments].concat()), "{arguments:?}");
    }
}

#[test]
fn json_has_no_colours_even_where_they_are_asked_for() {
    let said = World::empty().par(&["agents", "--json", "--color=always"]);
    assert!(!said.stdout.contains('\u{1b}'));
}

#[test]
fn a_closed_pipe_ends_quietly() {
    let world = World::new();
    for arguments in [&["agents"][..], &["list"], &["list", "--json"], &["--help"], &["spawn", "-h"], &["--version"]] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = world.par_command(arguments).stdout(writer).stderr(Stdio::piped()).output().unwrap();
        assert_eq!(String::from_utf8_lossy(&output.stderr), "", "{arguments:?}");
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
    }
}

#[test]
fn a_closed_standard_error_changes_nothing() {
    let world = World::new();
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    let output = world.par_command(&["list", "nothing"]).stderr(writer).output().unwrap();
    assert_eq!(output.status.code(), Some(128));
}

#[test]
fn git_runs_it_with_its_own_settings_and_folder() {
    let world = world();
    let spawn = ["spawn", "-n", "1", "--json", "task", "--", "sh", "-c", "echo x > x"];
    let said = git(&world, &[&["-c", "par.jobs=1", "-c", "par.worktreeRoot=../elsewhere", "par"], &spawn[..]].concat());
    assert_eq!(said.code, 0, "{said:?}");
    let run = object(&said.stdout)["run"].as_str().unwrap().to_owned();
    assert!(world.beside("elsewhere").join(&run).is_dir());
    assert!(world.git(&["notes", &format!("--ref=par/{run}"), "show", "HEAD"]).contains("\"jobs\":1,"));
    let here = world.here.display().to_string();
    let output = world.command("git", &["-C", &here, "par", "list"]).current_dir("/").output().unwrap();
    assert!(Said::of(output).stdout.contains(&run));
    let output =
        world.command("git", &["--git-dir", &format!("{here}/.git"), "par", "list"]).current_dir("/").output().unwrap();
    assert!(Said::of(output).stdout.contains(&run));
}

#[test]
fn git_hands_the_help_of_a_verb_on_to_it() {
    let world = world();
    for verb in VERBS {
        let said = git(&world, &["par", verb, "--help"]);
        assert!(said.code == 0 && said.stdout.contains(&format!("Usage: git par {verb}")), "{said:?}");
    }
}

#[test]
fn words_that_are_not_utf_8_do_no_harm() {
    let world = World::new();
    let odd = OsStr::from_bytes(b"\xff\xfe");
    let lines: [&[&OsStr]; 7] = [
        &[odd],
        &["list".as_ref(), odd],
        &["spawn".as_ref(), odd],
        &["-C".as_ref(), odd, "list".as_ref()],
        &["--color".as_ref(), odd, "list".as_ref()],
        &["spawn".as_ref(), "-F".as_ref(), odd, "--".as_ref(), "true".as_ref()],
        &["pages".as_ref(), "/dev/null".as_ref(), odd],
    ];
    for line in lines {
        let said = world.par(line);
        assert!([2, 128].contains(&said.code), "{line:?}: {said:?}");
        assert!(!said.stderr.contains("panicked"), "{line:?}: {said:?}");
    }
}

#[test]
fn mistakes_in_arguments_end_with_2() {
    let world = World::new();
    let wrong: [&[&str]; 9] = [
        &["spawn", "-n", "0", "task", "--", "true"],
        &["spawn", "--name", "a b", "task", "--", "true"],
        &["spawn", "--timeout", "soon", "task", "--", "true"],
        &["spawn", "", "--", "true"],
        &["gate", "--place", "here"],
        &["pick", "--by", "beauty"],
        &["pick", "-w", "none"],
        &["list", "--color", "red"],
        &["list", "--color"],
    ];
    for arguments in wrong {
        let said = world.par(arguments);
        assert_eq!(said.code, 2, "{arguments:?}: {said:?}");
    }
}

#[test]
fn the_help_fits_into_80_columns() {
    let world = World::empty();
    for arguments in std::iter::once(vec!["--help"]).chain(VERBS.map(|verb| vec![verb, "--help"])) {
        let text = world.par_ok(&arguments);
        let widest = text.lines().map(|line| line.chars().count()).max();
        assert!(widest <= Some(80), "{arguments:?}: {widest:?}");
    }
}

#[test]
fn the_verbs_that_are_programs_of_their_own_are_the_same_verbs() {
    let world = World::new();
    for (verb, program) in PROGRAMS {
        let own = Said::of(world.command(program, &["--help"]).output().unwrap());
        assert_eq!(own.stdout, world.par_ok(&[verb, "--help"]), "{verb}");
        assert!(own.stdout.contains(&format!("Usage: git par {verb}")), "{verb}");
        let version = Said::of(world.command(program, &["--version"]).output().unwrap());
        assert_eq!(version.stdout, format!("git-par-{verb} {}\n", env!("CARGO_PKG_VERSION")));
        let own = Said::of(world.command(program, &["--nothing"]).output().unwrap());
        let ours = world.par(&[verb, "--nothing"]);
        assert_eq!((own.code, own.stderr), (ours.code, ours.stderr), "{verb}");
        assert_eq!(ours.code, 2);
    }
    let spawned =
        world.command(PROGRAMS[0].1, &["-q", "-n", "1", "--name", "r", "--", "sh", "-c", "echo x > x"]).output();
    assert_eq!(spawned.unwrap().status.code(), Some(0));
    assert!(world.par_ok(&["list"]).contains("\nr "));
}

#[test]
fn an_interrupt_is_told_by_the_signal_that_it_was() {
    for (signal, status) in [("INT", 130), ("TERM", 143)] {
        let world = World::new();
        let ready = world.beside("ready");
        assert!(world.command("mkfifo", &[&ready]).status().unwrap().success());
        let script = format!("echo x > x; echo > '{}'; exec sleep 60", ready.display());
        let arguments = ["spawn", "-n", "1", "--name", "r", "task", "--", "sh", "-c", &script];
        let child = world.par_command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // Opening waits for the worker.
        fs::read(&ready).unwrap();
        assert!(world.command("kill", &["-s", signal, &child.id().to_string()]).status().unwrap().success());
        let said = Said::of(child.wait_with_output().unwrap());
        assert_eq!(said.code, status, "{said:?}");
        assert_eq!(world.git(&["show", "refs/par/r/w1:x"]), "x");
    }
}

#[test]
fn a_door_hands_over_to_the_suite_beside_it_else_on_the_path_else_says_what_is_missing() {
    let mut world = world();
    let alone = world.beside("alone");
    fs::create_dir(&alone).unwrap();
    let door = alone.join("git-par-list-of-one");
    fs::copy(PROGRAMS[1].1, &door).unwrap();
    let version = |world: &World| Said::of(world.command(&door, &["--version"]).output().unwrap());
    assert!(version(&world).stdout.starts_with("git-par-gate"), "{:?}", version(&world));
    fs::write(alone.join("git-par"), "#!/bin/sh\necho beside \"$@\"\n").unwrap();
    fs::set_permissions(alone.join("git-par"), fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(version(&world).stdout, "beside gate --version\n");
    fs::remove_file(alone.join("git-par")).unwrap();
    install(&mut world, OsStr::new("git"), "true");
    let bare = world.beside("programs");
    let said = Said::of(world.command(&door, &["--version"]).env("PATH", &bare).output().unwrap());
    assert_eq!(said.code, 128);
    assert!(said.stderr.contains("hint: install it"), "{said:?}");
}
