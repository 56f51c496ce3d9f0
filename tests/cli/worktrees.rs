//! Worktrees are what git makes, byte for byte and mode for mode, however fast they were made.

use std::{
    collections::BTreeMap,
    fs,
    os::unix::{ffi::OsStrExt, fs::PermissionsExt},
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use super::{
    endings::start,
    world::{Said, World},
};

/// A tree of everything that a checkout has to get right.
fn odd_tree(world: &World) {
    world.write(".gitattributes", "*.crlf text eol=crlf\n*.auto text=auto\nsub/*.txt text\n");
    world.write("sub/.gitattributes", "special.txt -text\n");
    for name in
        ["one.crlf", "it.id", "an.auto", "wide.u16", "sub/a.txt", "sub/special.txt", "sub/deep/er/b.txt", "x/y/z/w"]
    {
        world.write(name, &format!("{name}\n$Id$\nlast line\n"));
    }
    for name in [" ", "a\"b", "a\nb", "ünï/ cödé", "-dash/-x", ":!magic", "back\\slash", "sub.txt", "sub-file", "a*"]
    {
        world.write(name, "odd\n");
    }
    fs::write(world.here.join(std::ffi::OsStr::from_bytes(b"not\xffutf8")), [0, 255, 13, 10]).unwrap();
    world.write("empty", "");
    world.write("mixed.bin", "a\r\nb\nc\0");
    for number in 0..100 {
        world.write(&format!("many/{}/{number}.txt", number % 7), &format!("line {number}\n").repeat(number * 3));
    }
    world.write("run.sh", "#!/bin/sh\n");
    fs::set_permissions(world.here.join("run.sh"), fs::Permissions::from_mode(0o755)).unwrap();
    for (target, link) in [("a.txt", "link"), ("../nowhere", "sub/dangling"), ("sub", "folder"), ("/etc/passwd", "out")]
    {
        std::os::unix::fs::symlink(target, world.here.join(link)).unwrap();
    }
    world.git(&["add", "--all"]);
    let first = world.git(&["rev-parse", "HEAD"]);
    world.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{first},module/inside")]);
    world.git(&["commit", "--quiet", "-m", "odd"]);
    world.git(&["repack", "-adfq", "--depth=50"]);
}

/// Reads what stands below a folder: mode, and content or target.
fn listing(folder: &Path) -> BTreeMap<Vec<u8>, (u32, Vec<u8>)> {
    let (mut found, mut folders) = (BTreeMap::new(), vec![folder.to_owned()]);
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(folder).unwrap().as_os_str().as_bytes().to_owned();
            let metadata = path.symlink_metadata().unwrap();
            let content = if metadata.is_dir() {
                folders.push(path);
                Vec::new()
            } else if metadata.is_symlink() {
                fs::read_link(path).unwrap().as_os_str().as_bytes().to_owned()
            } else {
                fs::read(path).unwrap()
            };
            found.insert(name, (metadata.permissions().mode(), content));
        }
    }
    found.remove(b".git".as_slice()).unwrap();
    found
}

/// Says how each of three workers, one after the other, finds the folder of the worktrees.
const LOOK: [&str; 13] =
    ["spawn", "-n", "3", "-j", "1", "--name", "r", "look", "--", "sh", "-c", "cd .. && echo w*", "sh"];

fn require_as_git_makes_them(world: &World, case: &str) {
    world.git(&["worktree", "add", "--quiet", "--detach", "../plain"]);
    let expected = listing(&world.beside("plain"));
    for worker in ["w1", "w2", "w3"] {
        let folder = world.worktree("r", worker);
        let found = listing(&folder);
        for (name, entry) in &expected {
            assert_eq!(found.get(name), Some(entry), "{case}: {worker}: {}", String::from_utf8_lossy(name));
        }
        assert_eq!(found.len(), expected.len(), "{case}: {worker}");
        let folder = folder.to_str().unwrap();
        assert_eq!(world.git(&["-C", folder, "diff-files"]), "", "{case}: {worker}");
        assert_eq!(world.git(&["-C", folder, "status", "--porcelain", "--ignored"]), "", "{case}: {worker}");
        assert_eq!(world.git(&["-C", folder, "rev-parse", "HEAD"]), world.git(&["rev-parse", "HEAD"]), "{case}");
    }
}

#[test]
fn worktrees_are_what_git_makes_whether_they_are_made_together_or_not() {
    let (together, alone) = ("w1 w2 w3", "w1");
    let rows: [(&str, &[&str], &[&str], &str); 11] = [
        ("plain", &[], &[], together),
        ("sha256", &["--object-format=sha256"], &[], together),
        ("autocrlf", &[], &["core.autocrlf=true"], together),
        ("eol", &[], &["core.eol=crlf"], together),
        ("no links", &[], &["core.symlinks=false"], together),
        ("no modes", &[], &["core.fileMode=false"], together),
        ("a filter that no file uses", &[], &["filter.up.smudge=tr a-z A-Z", "filter.up.clean=tr A-Z a-z"], together),
        ("1.txt filter=x", &[], &["filter.x.smudge=tr a-z A-Z", "filter.x.clean=tr A-Z a-z"], alone),
        ("*.id ident", &[], &[], alone),
        ("*.u16 working-tree-encoding=UTF-16LE", &[], &[], alone),
        ("reftable", &["--ref-format=reftable"], &[], alone),
    ];
    for (case, init, settings, seen) in rows {
        let world = World::with_init(init);
        odd_tree(&world);
        if case.starts_with(['*', '1']) {
            fs::write(world.here.join(".git/info/attributes"), format!("{case}\n")).unwrap();
        }
        for (name, value) in settings.iter().map(|setting| setting.split_once('=').unwrap()) {
            world.git(&["config", name, value]);
        }
        let said = world.par(&LOOK);
        assert_eq!(world.git(&["show", "refs/par/r/logs:w1/agent.log"]), seen, "{case}: {said:?}");
        require_as_git_makes_them(&world, case);
    }
}

#[test]
fn a_name_that_may_not_be_written_is_left_to_git() {
    let world = World::new();
    let blob = world.git(&["hash-object", "-w", "a.txt"]);
    let mut tree =
        world.command("sh", &["-c", &format!("printf '100644 blob {blob}\\t.git\\n' | git mktree --missing")]);
    let tree = Said::of(tree.output().unwrap()).stdout;
    let commit = world.git(&["commit-tree", "-m", "bad", tree.trim()]);
    let said = world.par(&["spawn", "-n", "2", "--name", "r", "--base", &commit, "--", "true"]);
    assert!(said.stderr.contains("could not make the worktree"), "{said:?}");
    let journal = world.git(&["notes", "--ref=refs/notes/par/r", "show", &commit]);
    assert_eq!(journal.matches(r#""failed_in":"worktree""#).count(), 2, "{journal}");
}

#[test]
fn what_stands_at_a_workers_place_keeps_nobody_from_running_and_is_not_lost() {
    let world = World::new();
    let place = |worker| world.worktree("r", worker);
    fs::create_dir_all(place("w1")).unwrap();
    fs::write(place("w1").join("mine"), "not git's").unwrap();
    for worker in ["w2", "w3", "w4", "w5"] {
        world.git(&["worktree", "add", "--quiet", "--detach", place(worker).to_str().unwrap()]);
        // As the tool marks what it made.
        fs::write(world.here.join(".git/worktrees").join(worker).join("par"), "").unwrap();
    }
    fs::write(place("w2").join("mine"), "of a worktree").unwrap();
    fs::write(world.here.join(".git/worktrees/w3/locked"), "initializing\n").unwrap();
    fs::remove_file(world.here.join(".git/worktrees/w3/index")).unwrap();
    fs::remove_dir_all(place("w5")).unwrap();
    let said = world.spawn("r", 5, "ls; echo 1 > n");
    assert_eq!(said.code, 0, "{said:?}");
    for worker in ["w1", "w2", "w3", "w4", "w5"] {
        assert_eq!(world.git(&["show", &format!("refs/par/r/logs:{worker}/agent.log")]), "a.txt", "{worker}");
    }
    let aside = |worker: &str| {
        let names = fs::read_dir(world.beside("repo.par/r")).unwrap().map(|entry| entry.unwrap().path());
        names.into_iter().find(|path| path.to_str().unwrap().contains(&format!("/{worker}."))).unwrap()
    };
    assert_eq!(fs::read_to_string(aside("w1").join("mine")).unwrap(), "not git's");
    assert_eq!(fs::read_to_string(aside("w2").join("mine")).unwrap(), "of a worktree");
    assert_eq!(world.git(&["-C", aside("w2").to_str().unwrap(), "status", "--porcelain"]), "?? mine");
    assert_eq!(fs::read_dir(world.beside("repo.par/r")).unwrap().count(), 7);
}

#[test]
fn worktrees_that_nobody_took_are_gone_when_a_run_is_stopped() {
    let world = World::new();
    let script = "kill -INT $PPID; exec sleep 1000";
    let mut command: Command =
        world.par_command(&["spawn", "-n", "3", "-j", "1", "--name", "r", "--", "sh", "-c", script]);
    let said = Said::of(command.output().unwrap());
    assert_eq!(said.code, 130, "{said:?}");
    assert!(world.worktree("r", "w1").join("a.txt").exists());
    for worker in ["w2", "w3"] {
        assert!(!world.worktree("r", worker).exists(), "{worker}");
        assert!(!world.here.join(".git/worktrees").join(worker).exists(), "{worker}");
    }
}

#[test]
fn git_need_not_read_again_what_was_written_for_it_and_sees_what_is_changed_at_once() {
    let world = World::new();
    // Written within the second: of the same length, and so known by its time alone.
    let said = world.spawn("r", 2, "printf '%014d' 7 > a.txt");
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(world.read("a.txt").len(), 14);
    for worker in ["w1", "w2"] {
        assert_eq!(world.git(&["show", &format!("refs/par/r/{worker}:a.txt")]), "00000000000007");
    }
    let slow = ["spawn", "-n", "2", "--name", "s", "t", "--", "sh", "-c", "git ls-files --debug a.txt; date +%s"];
    world.par(&slow);
    let log = world.git(&["show", "refs/par/s/logs:w1/agent.log"]);
    let seconds = |line: &str| line.split([':', ' ']).find_map(|word| word.parse::<u64>().ok()).unwrap();
    let modified = seconds(log.lines().find(|line| line.contains("mtime")).unwrap());
    assert!(modified < seconds(log.lines().last().unwrap()), "{log}");
}

/// Makes the `.git` of a folder a pipe, which nobody ever writes into.
fn put_pipe(world: &World, folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    let dot_git = folder.join(".git");
    let _ = fs::remove_file(&dot_git);
    assert!(world.command("mkfifo", &[&dot_git]).status().unwrap().success());
}

/// Runs `git-par`, which must not wait for anything.
fn par_soon(world: &World, arguments: &[&str]) -> Said {
    let (mut child, until) = (start(world.par_command(arguments)), Instant::now() + Duration::from_secs(20));
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > until {
            child.kill().unwrap();
            panic!("{arguments:?} hangs");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    Said::of(child.wait_with_output().unwrap())
}

#[test]
fn a_pipe_in_place_of_a_dot_git_file_is_not_waited_for() {
    let world = World::new();
    put_pipe(&world, &world.worktree("r", "w1"));
    let spawn = ["spawn", "-n", "1", "--name", "r", "t", "--", "sh", "-c", "echo 1 > n"];
    let said = par_soon(&world, &spawn);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(world.git(&["show", "refs/par/r/w1:n"]), "1");
    // Elsewhere than below our own folder, a worktree has to name its repository.
    let world = World::new();
    world.git(&["config", "par.worktreeRoot", "../lanes"]);
    world.par_ok(&spawn);
    let lane = world.beside("lanes/r/w1");
    put_pipe(&world, &lane);
    for verb in [&["discard", "r", "-y"][..], &["prune", "--apply", "--older-than", "0"]] {
        let said = par_soon(&world, verb);
        assert_eq!(said.code, 0, "{said:?}");
    }
    assert!(world.event("r", "worker_discarded")["result"]["candidate"].is_string());
    assert!(lane.join("n").exists());
}
