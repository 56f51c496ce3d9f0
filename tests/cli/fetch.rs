//! `git par fetch`: runs from a real remote, which is not to be trusted.

use std::{fs, os::unix::fs::PermissionsExt};

use super::world::World;

/// Makes a world whose hub has these runs, and a clone that has none.
fn with_clone(runs: &[&str]) -> (World, String) {
    let world = World::new();
    world.hub(&[]);
    for run in runs {
        world.picked(run, "echo x > x");
    }
    world.par_ok(&["push", "origin", "--all"]);
    let clone = world.clone_of_hub("clone");
    (world, clone)
}

/// Runs git in the hub.
fn in_hub(world: &World, arguments: &[&str]) -> String {
    world.git(&[&["-C", "../hub.git"], arguments].concat())
}

#[test]
fn all_runs_come_or_the_ones_that_are_named() {
    let (world, clone) = with_clone(&["one", "other", "two"]);
    world.par(&["-C", &clone, "fetch", "origin", "o"]).refuses(2, "'o' is the beginning of 2 runs: one, other");
    let said = world.par(&["-C", &clone, "fetch", "origin", "three"]);
    said.refuses(128, "no run is named 'three'");
    assert!(said.stderr.contains("hint: git ls-remote origin 'refs/notes/par/*'"), "{said:?}");
    assert!(world.par_ok(&["-C", &clone, "fetch", "origin", "tw"]).starts_with("two: fetched from origin"));
    assert!(!world.run_refs_of(&clone).contains("/one/"));
    let text = world.par_ok(&["-C", &clone, "fetch"]);
    assert_eq!(
        text.lines().map(|line| &line[..line.find(' ').unwrap()]).collect::<Vec<_>>(),
        ["one:", "other:", "two:"]
    );
    assert!(world.par_ok(&["-C", &clone, "verify", "--all"]).contains("run two"));
}

#[test]
fn a_remote_without_runs_has_none() {
    let world = World::new();
    world.hub(&[]);
    assert_eq!(world.par_ok(&["fetch"]), "no runs\n");
    assert_eq!(world.par_json(&["fetch"])["runs"], serde_json::json!([]));
}

#[test]
fn a_garbage_run_is_named_and_skipped_and_hinders_no_other() {
    let (world, clone) = with_clone(&["good", "last"]);
    let blob = in_hub(&world, &["rev-parse", "main:a.txt"]);
    let base = in_hub(&world, &["rev-parse", "main"]);
    let good = in_hub(&world, &["rev-parse", "refs/notes/par/good"]);
    // A journal of text that is no event, as a note on base.
    let tree = format!("100644 blob {blob}\t{base}\n");
    fs::write(world.home().join("tree"), tree).unwrap();
    let tree = world.command("sh", &["-c", "git -C ../hub.git mktree < ../home/tree"]).output().unwrap().stdout;
    let cut = in_hub(&world, &["commit-tree", "-m", "notes", String::from_utf8(tree).unwrap().trim()]);
    for (name, target) in [
        ("refs/notes/par/a-blob", &blob),
        ("refs/par/a-blob/base", &base),
        ("refs/notes/par/b-bare", &good),
        ("refs/par/c-mute/base", &base),
        ("refs/notes/par/d-empty", &base),
        ("refs/par/d-empty/base", &base),
        ("refs/notes/par/e-other", &good),
        ("refs/par/e-other/base", &base),
        ("refs/notes/par/f-cut", &cut),
        ("refs/par/f-cut/base", &base),
        ("refs/par/-x/base", &base),
        ("refs/par/good/too/deep/by/far", &base),
    ] {
        in_hub(&world, &["update-ref", name, target]);
    }
    let said = world.par(&["-C", &clone, "fetch"]);
    assert_eq!(said.code, 1, "{said:?}");
    for (run, part) in [
        ("a-blob", "is not a commit"),
        ("b-bare", "ref 'refs/par/b-bare/base' is on neither side"),
        ("c-mute", "has no journal there"),
        ("d-empty", "hold no journal on its base"),
        ("e-other", "begins another run"),
        ("f-cut", "the journal of run 'f-cut' is broken: line 1: "),
        ("refs/par/-x/base", "no ref of a run has such a name"),
        ("refs/par/good/too/deep/by/far", "no ref of a run has such a name"),
        ("good", "fetched"),
        ("last", "fetched"),
    ] {
        let line = said.stdout.lines().find(|line| line.starts_with(&format!("{run}: ")));
        assert!(line.is_some_and(|line| line.contains(part)), "{run}: {said:?}");
    }
    let here = world.run_refs_of(&clone);
    assert!(here.lines().all(|line| line.contains("par/good") || line.contains("par/last")), "{here}");
    assert!(!here.contains("deep"));
    assert!(world.par_ok(&["-C", &clone, "verify", "good"]).contains("ok-unsigned"));
}

#[test]
fn a_run_whose_objects_the_remote_lost_hinders_no_other() {
    let (world, clone) = with_clone(&["good", "holed"]);
    let commit = in_hub(&world, &["rev-parse", "refs/par/holed/w1"]);
    // A clone of a folder nearby has links to all the objects there.
    for objects in ["hub.git/objects", "clone/.git/objects"] {
        fs::remove_file(world.beside(objects).join(&commit[..2]).join(&commit[2..])).unwrap();
    }
    let answer = world.par_json(&["-C", &clone, "fetch", "origin", "good", "holed"]);
    assert_eq!(
        (&answer["runs"][0]["state"], &answer["runs"][1]["state"]),
        (&"fetched".into(), &"failed".into()),
        "{answer}"
    );
    assert!(!world.run_refs_of(&clone).contains("par/holed"));
}

#[test]
fn what_is_here_and_goes_on_is_kept() {
    let (world, clone) = with_clone(&["r"]);
    world.par_ok(&["-C", &clone, "fetch"]);
    world.par_ok(&["-C", &clone, "-q", "pick", "r", "--by", "files"]);
    let refs = world.run_refs_of(&clone);
    assert_eq!(world.par_ok(&["-C", &clone, "fetch"]), "r: ahead: git par push origin r\n");
    assert_eq!(world.run_refs_of(&clone), refs);
}

#[test]
fn a_history_that_the_remote_rewrote_is_not_taken_whatever_git_is_configured_to_do() {
    let (world, clone) = with_clone(&["r", "s"]);
    world.par_ok(&["-C", &clone, "fetch"]);
    in_hub(&world, &["tag", "v1", "refs/par/r/w1"]);
    for (key, value) in [
        ("remote.origin.fetch", "+refs/*:refs/*"),
        ("remote.origin.tagOpt", "--tags"),
        ("remote.origin.prune", "true"),
        ("fetch.prune", "true"),
        ("fetch.pruneTags", "true"),
        ("fetch.recurseSubmodules", "true"),
        ("fetch.writeCommitGraph", "true"),
    ] {
        world.git(&["-C", &clone, "config", "--add", key, value]);
    }
    // Another run of the same name takes the place of the one that was there.
    let mut other = World::new();
    other.picked("r", "echo another > x");
    other.here = other.beside("repo");
    let from = other.here.display().to_string();
    in_hub(&world, &["fetch", "--quiet", &from, "+refs/par/r/*:refs/par/r/*", "+refs/notes/par/r:refs/notes/par/r"]);
    in_hub(&world, &["update-ref", "-d", "refs/notes/par/s"]);
    let all = |world: &World| world.git(&["-C", &clone, "for-each-ref"]);
    let before = all(&world);
    let said = world.par(&["-C", &clone, "fetch", "origin", "r"]);
    assert_eq!((said.code, said.stdout.starts_with("r: forked at event 1: ")), (4, true), "{said:?}");
    assert_eq!(all(&world), before);
    assert!(!world.beside("clone/.git/FETCH_HEAD").exists());
    assert!(!world.beside("clone/.git/objects/info/commit-graphs").exists());
}

#[test]
fn a_clone_of_nobody_and_one_that_has_notes_alone_fetch_too() {
    let (world, clone) = with_clone(&["r"]);
    world.git(&["-C", &clone, "fetch", "--quiet", "origin", "refs/notes/par/*:refs/notes/par/*"]);
    let nobody = ["user.name=", "user.email="].map(|setting| setting.split_once('=').unwrap().0);
    for key in nobody {
        world.git(&["-C", &clone, "config", "--unset", key]);
    }
    fs::write(world.home().join(".gitconfig"), "[user]\n\tuseConfigOnly = true\n").unwrap();
    world.git(&["-C", &clone, "config", "core.logAllRefUpdates", "always"]);
    assert!(world.par_ok(&["-C", &clone, "fetch"]).starts_with("r: fetched"));
    assert!(world.par_ok(&["-C", &clone, "verify"]).contains("ok-unsigned"));
    let log = fs::read_to_string(world.beside("clone/.git/logs/refs/par/r/base")).unwrap();
    assert!(log.contains("git par <>"), "{log}");
}

#[test]
fn a_partial_clone_gets_whole_journals() {
    let (world, _) = with_clone(&["r"]);
    in_hub(&world, &["config", "uploadpack.allowFilter", "true"]);
    let partial = world.beside("partial").display().to_string();
    let url = format!("file://{}", world.beside("hub.git").display()).replace(' ', "%20");
    world.git(&["clone", "--quiet", "--filter=blob:none", "--no-checkout", &url, &partial]);
    assert!(world.par_ok(&["-C", &partial, "fetch"]).starts_with("r: fetched"));
    assert!(world.par_ok(&["-C", &partial, "list", "r"]).contains("run r"));
}

#[test]
fn a_run_that_moves_here_meanwhile_is_not_overwritten() {
    let (world, clone) = with_clone(&["r"]);
    world.par_ok(&["-C", &clone, "fetch"]);
    world.par_ok(&["-q", "pick", "r", "--by", "files"]);
    world.par_ok(&["push"]);
    // Each time that the remote is talked to, somebody here moves the notes on.
    let script = world.home().join("upload");
    let git = format!("env -u GIT_DIR -u GIT_WORK_TREE git -C '{clone}'");
    let new = format!("{git} commit-tree -m \"$$\" -p refs/notes/par/r refs/notes/par/r^{{tree}}");
    fs::write(&script, format!("#!/bin/sh\n{git} update-ref refs/notes/par/r $({new})\nexec git-upload-pack \"$@\"\n"))
        .unwrap();
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).unwrap();
    world.git(&["-C", &clone, "config", "remote.origin.uploadpack", &format!("'{}'", script.display())]);
    let before = world.there(&clone, "refs/par/r/winner");
    let said = world.par(&["-C", &clone, "fetch"]);
    assert_eq!(said.code, 3, "{said:?}");
    assert!(said.stdout.contains("ref 'refs/notes/par/r' moved meanwhile"), "{said:?}");
    assert_eq!(world.there(&clone, "refs/par/r/winner"), before);
    world.git(&["-C", &clone, "config", "--unset", "remote.origin.uploadpack"]);
    world.par_ok(&["-C", &clone, "fetch"]);
}

#[test]
fn only_what_the_journal_calls_for_is_taken_and_goes_on() {
    let (world, clone) = with_clone(&["r"]);
    let other = in_hub(&world, &["commit-tree", "-m", "other", "main^{tree}"]);
    let add = |name: &str| drop(in_hub(&world, &["update-ref", &format!("refs/par/r/{name}"), &other]));
    world.par_ok(&["-C", &clone, "fetch"]);
    let refs = world.run_refs_of(&clone);
    for name in ["w9", "attempt/w1.1", "discarded/w3", "merge", "seal", "later", "leftover/w1.1"] {
        add(name);
    }
    let text = world.par_ok(&["-C", &clone, "fetch", "origin", "r"]);
    assert_eq!(
        text,
        "r: up to date\n  refs/par/r/attempt/w1.1, refs/par/r/discarded/w3, refs/par/r/later and 4 more are not what \
         the journal calls for and were left where they are\n"
    );
    assert_eq!(world.run_refs_of(&clone), refs);
    assert!(world.par_ok(&["-C", &clone, "verify"]).contains("ok-unsigned"));
    // A history that goes on takes nothing else along either, and gives nothing else.
    world.par_ok(&["-q", "pick", "r", "--by", "files"]);
    world.git(&["update-ref", "refs/par/r/w7", "HEAD"]);
    world.par_ok(&["push"]);
    assert_eq!(world.there(world.beside("hub.git"), "refs/par/r/w7"), "");
    assert!(world.par_ok(&["-C", &clone, "fetch", "origin", "r"]).starts_with("r: fetched"));
    assert_eq!(world.run_refs_of(&clone).lines().count(), refs.lines().count());
    let fresh = world.clone_of_hub("fresh");
    world.par_ok(&["-C", &fresh, "fetch", "origin", "r"]);
    assert_eq!(world.run_refs_of(&fresh), world.run_refs_of(&clone));
}

#[test]
fn what_is_a_ref_here_and_a_folder_there_is_left_there() {
    let (world, clone) = with_clone(&["r"]);
    for name in ["merge/x", "seal/x", "winner/x", "attempt", "discarded", "leftover"] {
        let name = format!("refs/par/r/{name}");
        in_hub(&world, &["update-ref", "-d", "refs/par/r/winner"]);
        in_hub(&world, &["update-ref", &name, "main"]);
        let said = world.par(&["-C", &clone, "fetch"]);
        assert!(said.stdout.contains(&format!("{name}: no ref of a run has such a name")), "{said:?}");
        in_hub(&world, &["update-ref", "-d", &name]);
    }
    assert!(world.run_refs_of(&clone).lines().all(|line| !line.contains("/x ")));
}

#[test]
fn a_seal_of_another_run_and_logs_that_are_no_commit_are_left_there() {
    let (world, clone) = with_clone(&["other", "r"]);
    world.par_ok(&["seal", "other"]);
    world.par_ok(&["push", "origin", "other"]);
    in_hub(&world, &["update-ref", "refs/par/r/seal", "refs/par/other/seal"]);
    in_hub(&world, &["update-ref", "refs/par/r/logs", "main^{tree}"]);
    let text = world.par_ok(&["-C", &clone, "fetch", "origin", "r"]);
    assert!(text.contains("  refs/par/r/logs, refs/par/r/seal are not what the journal calls for"), "{text}");
    let refs = world.run_refs_of(&clone);
    assert!(!refs.contains("r/seal") && !refs.contains("r/logs"), "{refs}");
    world.par_ok(&["seal", "r"]);
    world.git(&["push", "--quiet", "origin", "+refs/par/r/seal"]);
    assert!(world.par_ok(&["-C", &clone, "fetch", "origin", "r"]).contains("fetched"));
    assert!(world.run_refs_of(&clone).contains("r/seal"));
}

#[test]
fn a_run_that_is_worked_on_here_gets_no_other_history() {
    let (world, clone) = with_clone(&["r"]);
    world.par_ok(&["-C", &clone, "fetch"]);
    world.par_ok(&["-C", &clone, "-q", "pick", "r", "--by", "files"]);
    world.par_ok(&["-C", &clone, "push"]);
    let lock = fs::File::create(world.here.join(".git/par/r/lock")).unwrap();
    lock.lock().unwrap();
    let refs = world.run_refs();
    let said = world.par(&["fetch"]);
    assert_eq!(said.code, 3, "{said:?}");
    assert!(said.stdout.starts_with("r: run 'r' is being worked on here\n  hint: "), "{said:?}");
    assert_eq!(world.run_refs(), refs);
    drop(lock);
    assert!(world.par_ok(&["fetch"]).starts_with("r: fetched"));
}

#[test]
fn what_is_in_the_way_here_is_named_and_nothing_moves() {
    let (world, clone) = with_clone(&["r"]);
    world.git(&["-C", &clone, "update-ref", "refs/par/r/winner/x", "origin/main"]);
    let refs = world.run_refs_of(&clone);
    let said = world.par(&["-C", &clone, "fetch"]);
    let words = "r: ref 'refs/par/r/winner' cannot be made: 'refs/par/r/winner/x' is in the way\n  \
                 hint: where nobody needs it: git update-ref -d refs/par/r/winner/x\n";
    assert_eq!((said.code, said.stdout.as_str()), (1, words));
    assert_eq!(world.run_refs_of(&clone), refs);
    world.git(&["-C", &clone, "update-ref", "-d", "refs/par/r/winner/x"]);
    assert!(world.par_ok(&["-C", &clone, "fetch"]).starts_with("r: fetched"));
}
