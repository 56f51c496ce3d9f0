//! Bad input: what cannot be done is said before anything starts, in words that name the thing and the way out.

use std::{fs, os::unix::process::CommandExt, path::Path};

use super::world::{Said, World};

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// Asserts that a spawn was refused with this text, and that nothing of it was left behind.
fn assert_refused(world: &World, said: &Said, code: i32, stderr: &str) {
    let place = world.here.parent().unwrap().display().to_string();
    // Where temporary files are on a file system of their own, git says that it stopped at its edge.
    let edge =
        "parent up to mount point /dev); Stopping at filesystem boundary (GIT_DISCOVERY_ACROSS_FILESYSTEM not set).";
    let told = said.stderr.replace(&place, "<world>").replace(edge, "of the parent directories): .git");
    assert_eq!((told.as_str(), said.code), (stderr, code), "{said:?}");
    assert_eq!(said.stdout, "");
    assert!(!world.beside("repo.par").exists(), "worktrees of {stderr}");
    let refs = world.command("git", &["for-each-ref", "refs/par", "refs/notes"]).output().unwrap();
    assert!(refs.stdout.is_empty(), "refs of {stderr}");
}

#[test]
fn arguments_that_cannot_be_are_refused() {
    let world = World::new();
    fs::write(world.beside("binary"), b"\xff\xfe\x00").unwrap();
    fs::write(world.beside("blank"), " \n\t\n").unwrap();
    fs::File::create(world.beside("huge")).unwrap().set_len(4 * 1024 * 1024 + 1).unwrap();
    let name = "use letters, digits, '.', '_' and '-', at most 100, not '.' or '-' first, no '..', not '.lock' or '.' last, and not 'queue'";
    let rows: [(&[&str], i32, String); 17] = [
        (&["--", "true"][..0], 2, "error: there is no task\nhint: git par spawn \"what is to be done\"\n".to_owned()),
        (&["", "--", "true"], 2, "error: the task is empty\n".to_owned()),
        (&[" \n ", "--", "true"], 2, "error: the task is empty\n".to_owned()),
        (
            &["-F", "../missing", "--", "true"],
            128,
            "error: could not read the task file '../missing': No such file or directory (os error 2)\n".to_owned(),
        ),
        (
            &["-F", ".", "--", "true"],
            128,
            "error: could not read the task file '.': Is a directory (os error 21)\n".to_owned(),
        ),
        (&["-F", "../binary", "--", "true"], 2, "error: the task file '../binary' is not UTF-8\n".to_owned()),
        (&["-F", "../blank", "--", "true"], 2, "error: the task is empty\n".to_owned()),
        (
            &["-F", "../huge", "--", "true"],
            2,
            "error: the task file '../huge' has more than 4194304 bytes\n".to_owned(),
        ),
        (&["-F", "-", "--", "true"], 2, "error: the task is empty\n".to_owned()),
        (&["--base", "nowhere", "t", "--", "true"], 128, "error: base 'nowhere' is not a commit\n".to_owned()),
        (&["--base", "HEAD:a.txt", "t", "--", "true"], 128, "error: base 'HEAD:a.txt' is not a commit\n".to_owned()),
        (&["--base", "", "t", "--", "true"], 128, "error: base '' is not a commit\n".to_owned()),
        (&["--name", "a/b", "t", "--", "true"], 2, format!("error: 'a/b' cannot name a run: {name}\n")),
        (&["--name", "x..y", "t", "--", "true"], 2, format!("error: 'x..y' cannot name a run: {name}\n")),
        (&["--name", "", "t", "--", "true"], 2, format!("error: '' cannot name a run: {name}\n")),
        (&["--name", "queue", "t", "--", "true"], 2, format!("error: 'queue' cannot name a run: {name}\n")),
        (&["--name", "a.lock", "t", "--", "true"], 2, format!("error: 'a.lock' cannot name a run: {name}\n")),
    ];
    for (arguments, code, stderr) in rows {
        let agent: &[&str] = if arguments.is_empty() { &["--agent", "true"] } else { &[] };
        assert_refused(&world, &world.par(&[&["spawn"], agent, arguments].concat()), code, &stderr);
    }
}

#[test]
fn numbers_that_cannot_be_are_refused() {
    let world = World::new();
    for arguments in
        [["-n", "0"], ["-n", "1000"], ["-n", "-1"], ["-n", "x"], ["-j", "0"], ["--timeout", "0"], ["--timeout", "soon"]]
    {
        let said = world.par(&[&["spawn"], &arguments[..], &["t", "--", "true"]].concat());
        assert_eq!((said.code, said.stdout.as_str()), (2, ""), "{arguments:?}: {said:?}");
        assert!(said.stderr.starts_with("error: ") && said.stderr.contains(arguments[1]), "{said:?}");
        assert!(!world.beside("repo.par").exists());
    }
}

#[test]
fn settings_that_cannot_be_are_refused_as_flags_are() {
    let world = World::new();
    for (key, value) in [
        ("par.timeout", "soon"),
        ("par.jobs", "0"),
        ("par.jobs", "many"),
        ("par.workers", "none"),
        ("par.workers", "0"),
        ("par.workers", "1000"),
        ("par.grace", "x"),
        ("par.rule", "luck"),
    ] {
        let setting = format!("{key}={value}");
        let said = Said::of(
            world
                .command("git", &["-c", &setting, "par", "spawn", "t", "--", "true"])
                .env("PATH", path_with_par(&world))
                .output()
                .unwrap(),
        );
        assert_eq!(said.code, if key == "par.rule" { 2 } else { 128 }, "{setting}: {said:?}");
        assert!(said.stderr.contains(value), "{said:?}");
        assert!(!world.beside("repo.par").exists(), "{setting}");
    }
}

#[test]
fn no_time_at_all_is_refused_wherever_a_time_is_told() {
    let world = World::new();
    world.spawn("r", 1, "echo x > x");
    let flags = ["--timeout=0", "--idle-timeout=0s", "--budget-wall=0", "--exclusive=0"];
    for flag in flags {
        world.par(&["spawn", flag, "t", "--", "true"]).refuses(2, "is not a time such as");
    }
    world.par(&["gate", "--timeout=0", "--", "true"]).refuses(2, "is not a time such as");
    world.par(&["resume", "--budget-wall=0"]).refuses(2, "is not a time such as");
    for key in ["par.gateTimeout", "par.grace", "par.hookTimeout", "par.timeout"] {
        world.git(&["config", key, "0"]);
        for verb in [&["spawn", "t", "--", "true"][..], &["gate", "--", "true"], &["retry", "-w", "1"], &["resume"]] {
            world.par(verb).refuses(128, &format!("the setting {key} is '0', which is not a time"));
        }
        world.git(&["config", "--unset", key]);
    }
}

fn path_with_par(world: &World) -> std::ffi::OsString {
    let known = world.command("true", &[""; 0]);
    let path = known.get_envs().find(|(name, _)| *name == "PATH").and_then(|(_, value)| value).unwrap().to_owned();
    let mut all = Path::new(env!("CARGO_BIN_EXE_git-par")).parent().unwrap().as_os_str().to_owned();
    all.push(":");
    all.push(path);
    all
}

#[test]
fn a_name_that_is_taken_is_refused_and_the_run_of_that_name_is_as_it_was() {
    let world = World::new();
    assert_eq!(world.spawn("r", 1, "echo x > x").code, 0);
    let before = world.git(&["for-each-ref"]);
    let said = world.spawn("r", 2, "echo y > y");
    assert_eq!(
        (said.stderr.as_str(), said.code),
        ("error: a run named 'r' is here already\nhint: git par list r\n", 2)
    );
    assert_eq!(world.git(&["for-each-ref"]), before);
    assert!(!world.worktree("r", "w2").exists());
}

#[test]
fn a_name_that_is_being_worked_on_is_busy() {
    let world = World::new();
    let script = format!(
        "'{}' spawn -n 1 --name r other -- true > ../said 2>&1; echo $? >> ../said",
        env!("CARGO_BIN_EXE_git-par")
    );
    assert_eq!(world.spawn("r", 1, &script).code, 1);
    let said = fs::read_to_string(world.beside("repo.par/r/said")).unwrap();
    assert_eq!(said, "error: run 'r' is being worked on by another process\n3\n");
}

#[test]
fn without_a_repository_or_a_commit_there_is_a_way_out() {
    let world = World::empty();
    let said = world.par(&["spawn", "t", "--", "true"]);
    assert_refused(
        &world,
        &said,
        128,
        "error: not a git repository (or any of the parent directories): .git\nhint: git init\n",
    );
    world.git(&["init", "--quiet"]);
    let said = world.par(&["spawn", "t", "--", "true"]);
    assert_refused(
        &world,
        &said,
        128,
        "error: there is no commit to start from\nhint: git commit --allow-empty -m 'first commit'\n",
    );
    let said = world.par(&["-C", "nowhere", "spawn", "t", "--", "true"]);
    assert_refused(&world, &said, 128, "error: cannot change to 'nowhere': No such file or directory (os error 2)\n");
}

#[test]
fn without_an_identity_nothing_starts() {
    let world = World::new();
    world.git(&["config", "user.useConfigOnly", "true"]);
    fs::remove_file(world.home().join(".gitconfig")).unwrap();
    let said = world.par(&["spawn", "t", "--", "sh", "-c", "echo x > ../ran"]);
    assert_eq!(said.code, 128, "{said:?}");
    assert!(said.stderr.starts_with("error: no identity to commit with: "), "{said:?}");
    assert!(
        said.stderr.ends_with(
            "hint: git config --global user.name 'Your Name' && git config --global user.email you@example.com\n"
        ),
        "{said:?}"
    );
    assert!(!world.beside("repo.par").exists() && world.git(&["for-each-ref", "refs/par", "refs/notes"]).is_empty());
}

#[test]
fn an_unknown_extension_or_format_is_refused_as_git_refuses_it() {
    let rows: [(&[(&str, &str)], &str); 3] = [
        (&[("core.repositoryFormatVersion", "1"), ("extensions.fromTheFuture", "yes")], "fromthefuture"),
        (&[("core.repositoryFormatVersion", "99")], "99"),
        (&[("extensions.objectFormat", "sha256")], "objectformat"),
    ];
    for (settings, named) in rows {
        let world = World::new();
        for (key, value) in settings {
            world.git(&["config", "-f", ".git/config", key, value]);
        }
        assert!(
            !world.command("git", &["status"]).output().unwrap().status.success(),
            "git itself refuses {settings:?}"
        );
        let said = world.par(&["spawn", "t", "--", "true"]);
        assert_eq!((said.code, said.stdout.as_str()), (128, ""), "{said:?}");
        assert!(said.stderr.to_lowercase().contains(named), "{said:?}");
        assert!(!world.beside("repo.par").exists());
    }
}

#[test]
fn somebody_elses_repository_is_refused_until_git_is_told_that_it_is_safe() {
    if !is_root() {
        return;
    }
    for whose in [&[".git", "."][..], &["."], &[".git"]] {
        let world = World::new();
        for path in whose {
            std::os::unix::fs::chown(world.here.join(path), Some(65534), Some(65534)).unwrap();
        }
        let said = world.par(&["spawn", "-n", "1", "--name", "r", "t", "--", "true"]);
        assert!(!world.command("git", &["status"]).output().unwrap().status.success(), "git itself refuses {whose:?}");
        assert_eq!(said.code, 128, "{whose:?}: {said:?}");
        assert!(
            said.stderr.contains("dubious ownership in repository at")
                && said.stderr.contains("\nhint: git config --global --add safe.directory "),
            "{said:?}"
        );
        assert!(!world.beside("repo.par").exists());
        let hint = said.stderr.lines().find_map(|line| line.strip_prefix("hint: ")).unwrap().to_owned();
        assert!(world.command("sh", &["-c", &hint]).status().unwrap().success(), "{hint}");
        let said = world.spawn("r", 1, "echo x > x");
        assert_eq!(said.code, 0, "{whose:?}: {said:?}");
    }
}

#[test]
fn a_disk_that_is_full_is_told_and_the_work_stays_where_it_is() {
    let world = World::new();
    let (here, objects) = (world.here.display().to_string(), world.here.join(".git/objects"));
    let script = "mount -t tmpfs -o size=512k tmpfs .git/objects && cp -r ../objects/. .git/objects && \"$@\"; code=$?; test -e '../repo.par/r/w1/large' && echo kept; exit $code";
    let copied = world
        .command("cp", &["-r", &objects.display().to_string(), &world.beside("objects").display().to_string()])
        .status()
        .unwrap();
    assert!(copied.success());
    let par = [
        env!("CARGO_BIN_EXE_git-par"),
        "spawn",
        "-n",
        "1",
        "--name",
        "r",
        "t",
        "--",
        "sh",
        "-c",
        "head -c 3000000 /dev/urandom > large",
    ];
    // In a mount namespace of its own: nothing else sees the small disk.
    let arguments = [&["-m", "sh", "-c", script, "sh"], &par[..]].concat();
    if !is_root()
        || !world
            .command("unshare", &["-m", "mount", "-t", "tmpfs", "tmpfs", &here])
            .status()
            .is_ok_and(|status| status.success())
    {
        return;
    }
    let said = Said::of(world.command("unshare", &arguments).output().unwrap());
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.stderr.contains("No space left on device"), "{said:?}");
    assert!(said.stdout.ends_with("kept\n"), "{said:?}");
}

#[test]
fn a_repository_that_cannot_be_written_is_told_before_anything_starts() {
    let world = World::new();
    if !is_root() {
        return;
    }
    let mut command = world.par_command(&["spawn", "-n", "1", "--name", "r", "t", "--", "true"]);
    fs::set_permissions(world.beside(""), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    fs::set_permissions(world.home(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    fs::write(world.home().join(".gitconfig"), "[user]\n\tname = A\n\temail = a@b\n[safe]\n\tdirectory = *\n").unwrap();
    let said = Said::of(command.uid(65534).gid(65534).output().unwrap());
    assert_refused(
        &world,
        &said,
        128,
        "error: could not lock '<world>/repo/.git/par/r/lock': Permission denied (os error 13)\n",
    );
}
