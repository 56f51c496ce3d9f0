//! Where a queue lands: a branch that others move, that is checked out here, elsewhere or nowhere, with changes in the way.

use std::fs;

use super::{
    merge::race,
    queue_world::until,
    world::{Said, World},
};

#[test]
fn what_was_tested_on_a_target_that_a_person_moved_is_tested_again_on_top() {
    let world = World::new();
    world.set_waiting_gate();
    world.queued(&["one", "two"]);
    let child = world.processing(&["-j", "2"]);
    world.write("mine", "mine\n");
    world.git(&["add", "mine"]);
    world.git(&["commit", "--quiet", "-m", "mine"]);
    let mine = world.git(&["rev-parse", "main"]);
    world.let_go();
    let said = Said::of(child.wait_with_output().unwrap());
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(world.git(&["rev-parse", "main^1^1"]), mine);
    assert_eq!(world.landed("main"), "1 2");
    assert_eq!(world.git(&["status", "--porcelain"]), "");
    let returned = world.event("queue/main", "entries_returned");
    assert_eq!(returned["result"]["reason"], "target_moved");
    world.assert_no_checks();
}

#[test]
fn the_worktree_of_a_check_goes_while_nobody_lists_them() {
    let world = World::new();
    world.set_waiting_gate();
    world.queued(&["one"]);
    let child = world.processing(&[]);
    let lock = world.lock_worktrees();
    world.let_go();
    until("the check ended", || world.par_ok(&["queue", "log"]).contains(": pass"));
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert_eq!(fs::read_dir(world.here.join(".git/worktrees")).unwrap().count(), 1);
    drop(lock);
    assert_eq!(Said::of(child.wait_with_output().unwrap()).code, 0);
    world.assert_no_checks();
}

#[test]
fn a_partial_clone_fetches_the_files_that_a_check_needs() {
    let mut world = World::new();
    world.branch("b", &[("one", "one")]);
    world.git(&["config", "uploadpack.allowFilter", "true"]);
    let from = format!("file://{}", world.here.display());
    world.git(&["clone", "--quiet", "--filter=blob:none", &from, "../partial"]);
    world.here = world.beside("partial");
    world.set_gate("grep one one");
    for (key, value) in [("user.name", "A"), ("user.email", "a@example.com")] {
        world.git(&["config", key, value]);
    }
    world.par_ok(&["queue", "add", "origin/b"]);
    let said = world.process(&[]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(world.read("one"), "one");
}

#[test]
fn whoever_checks_the_branch_out_as_it_moves_has_what_landed() {
    let mut world = World::with_gate();
    world.queued(&["one"]);
    world.git(&["checkout", "--quiet", "-b", "other"]);
    race(&mut world, "update-ref -m par queue", "git checkout -q main");
    assert_eq!(world.process(&["--into", "main"]).code, 0);
    assert_eq!((world.read("one"), world.git(&["status", "--porcelain"])), ("one".to_owned(), String::new()));
}

#[test]
fn the_index_that_a_dead_processor_had_taken_is_free_wherever_the_branch_is_by_now() {
    let world = World::with_gate();
    world.queued(&["one"]);
    let mut process = world.par_command(&["queue", "process"]);
    assert_eq!(Said::of(process.env("GIT_PAR_DIE_AT", "index taken").output().unwrap()).code, -1);
    assert!(world.here.join(".git/index.lock").exists());
    world.git(&["branch", "--quiet", "-m", "main", "trunk"]);
    world.git(&["branch", "main"]);
    assert_eq!(world.process(&["--into", "main"]).code, 0);
    assert!(!world.here.join(".git/index.lock").exists());
}

#[test]
fn a_branch_that_more_than_one_worktree_has_or_one_that_is_away_stays_where_it_is() {
    for (soil, place) in [
        ("git worktree add -q -f ../second main", "checked out in another worktree too"),
        (
            "git checkout -q --detach; git worktree add -q ../w main; git worktree lock ../w; mv ../w ../away",
            "it is locked",
        ),
    ] {
        let world = World::with_gate();
        world.queued(&["one"]);
        assert!(world.command("sh", &["-c", soil]).status().unwrap().success());
        let said = world.process(&["--into", "main"]);
        assert!(said.code == 1 && said.stderr.contains(place), "{said:?}");
        assert_eq!(world.entries(&["--into", "main"]), ["needs_review: dirty"]);
        assert_eq!(world.landed("main"), "");
    }
}

#[test]
fn what_has_changes_in_its_way_is_held_with_the_path_and_lands_when_they_are_gone() {
    for (path, soil) in [
        ("a.txt", "echo mine > a.txt"),
        ("a.txt", "echo mine > a.txt; git add a.txt"),
        ("new", "echo mine > new"),
        ("new", "echo mine > new; git add new"),
    ] {
        let world = World::with_gate();
        world.branch("b", &[("a.txt", "theirs\n"), ("new", "theirs\n")]);
        world.par_ok(&["queue", "add", "b"]);
        world.queued(&["two"]);
        assert!(world.command("sh", &["-c", soil]).status().unwrap().success());
        let status = world.git(&["status", "--porcelain"]);
        let said = world.process(&[]);
        assert_eq!(said.code, 1, "{said:?}");
        assert_eq!(world.entries(&[]), ["needs_review: dirty", "merged"]);
        assert_eq!(world.par_json(&["queue", "list"])["entries"][0]["held"]["paths"], serde_json::json!([path]));
        assert!(said.stdout.contains(&format!("  {path}\n")), "{said:?}");
        assert_eq!((world.git(&["status", "--porcelain"]), world.read(path)), (status, "mine\n".to_owned()));
        world.git(&["stash", "--quiet", "--include-untracked"]);
        world.par_ok(&["queue", "retry"]);
        assert_eq!(world.process(&[]).code, 0);
        assert_eq!(world.read(path), "theirs\n");
        assert_eq!(world.landed("main"), "2 1");
    }
}

#[test]
fn who_asks_for_it_has_the_branch_move_and_the_files_stay() {
    let world = World::with_gate();
    world.branch("b", &[("a.txt", "theirs\n")]);
    world.par_ok(&["queue", "add", "b"]);
    world.write("a.txt", "mine\n");
    let said = world.process(&["--leave-files"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(world.git(&["show", "main:a.txt"]), "theirs");
    assert_eq!(world.read("a.txt"), "mine\n");
}

#[test]
fn something_begun_in_the_checkout_is_not_trodden_on() {
    let world = World::with_gate();
    world.queued(&["one"]);
    fs::write(world.here.join(".git/MERGE_HEAD"), world.git(&["rev-parse", "main"]) + "\n").unwrap();
    assert_eq!(world.process(&[]).code, 1);
    assert_eq!(world.entries(&[]), ["needs_review: dirty"]);
    fs::remove_file(world.here.join(".git/MERGE_HEAD")).unwrap();
    world.par_ok(&["queue", "retry"]);
    assert_eq!(world.process(&[]).code, 0);
}

#[test]
fn a_lock_that_another_git_holds_for_a_moment_is_waited_for() {
    let world = World::with_gate();
    world.queued(&["one"]);
    let lock = world.here.join(".git/index.lock");
    fs::write(&lock, "").unwrap();
    let child = super::endings::start(world.par_command(&["queue", "process"]));
    super::queue_world::until("it is landing", || world.journal("queue/main").contains("landing_started"));
    fs::remove_file(&lock).unwrap();
    let said = Said::of(child.wait_with_output().unwrap());
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(world.git(&["status", "--porcelain"]), "");
}

#[test]
fn a_target_that_is_checked_out_nowhere_or_in_a_linked_worktree_moves() {
    let world = World::with_gate();
    world.queued(&["one"]);
    world.git(&["checkout", "--quiet", "-b", "elsewhere"]);
    assert_eq!(world.process(&["--into", "main"]).code, 0);
    assert_eq!(world.landed("main"), "1");
    assert!(!world.here.join("one").exists());
    world.git(&["worktree", "add", "--quiet", "../linked wörk", "main"]);
    world.commit_on("main", "refs/heads/two", &[("two", "two")]);
    world.par_ok(&["queue", "add", "two", "--into", "main"]);
    assert_eq!(world.process(&["--into", "main"]).code, 0);
    assert_eq!(fs::read_to_string(world.beside("linked wörk/two")).unwrap(), "two");
    assert_eq!(world.git(&["-C", "../linked wörk", "status", "--porcelain"]), "");
}

#[test]
fn a_bare_repository_has_queues_too() {
    let mut world = World::new();
    world.git(&["clone", "--quiet", "--bare", ".", "../bare.git"]);
    world.here = world.beside("bare.git");
    world.set_gate("echo $PAR_ENTRIES >> notes/seen; test ! -e bad");
    for (key, value) in [("user.name", "A"), ("user.email", "a@example.com"), ("par.shared", "notes/")] {
        world.git(&["config", key, value]);
    }
    world.queued(&["one", "bad", "two"]);
    assert_eq!(world.process(&["-j", "3"]).code, 1);
    assert_eq!(world.entries(&[]), ["merged", "needs_review: gate", "merged"]);
    assert_eq!(world.landed("main"), "1 3");
    assert!(world.beside("bare.par/shared/notes/seen").exists(), "beside the folders of runs");
    world.assert_no_checks();
}

#[test]
fn sha_256_and_reftable_repositories_have_queues() {
    for arguments in [
        &["--object-format=sha256"][..],
        &["--ref-format=reftable"],
        &["--object-format=sha256", "--ref-format=reftable"],
    ] {
        let world = World::with_init(arguments);
        world.set_gate("test ! -e bad");
        world.queued(&["one", "bad", "two"]);
        let said = world.process(&["-j", "3"]);
        assert_eq!(said.code, 1, "{arguments:?}: {said:?}");
        assert_eq!(world.entries(&[]), ["merged", "needs_review: gate", "merged"], "{arguments:?}");
        assert_eq!(world.git(&["status", "--porcelain"]), "");
        world.fsck();
    }
}

#[test]
fn names_may_have_slashes_and_any_letters() {
    let world = World::with_gate();
    let target = "tëam/50%2F/rel";
    world.git(&["branch", target]);
    world.branch("fix/ünï", &[("x", "x")]);
    world.par_ok(&["queue", "add", "fix/ünï", "--into", target]);
    let said = world.process(&["--into", target]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(world.landed(target), "1");
    assert!(world.git(&["log", "-1", "--format=%s", target]).contains("fix/ünï"));
    assert_eq!(world.par_json(&["queue", "list", "--into", target])["target"], format!("refs/heads/{target}"));
}

#[test]
fn queues_of_branches_of_which_one_names_goes_through_the_others_stand_beside_each_other() {
    let world = World::with_gate();
    world.queued(&["one"]);
    for target in ["a", "a/b"] {
        world.git(&["branch", target]);
        world.par_ok(&["queue", "add", "one-branch", "--into", target]);
        assert_eq!(world.process(&["--into", target]).code, 0);
        assert_eq!(world.landed(target), "1");
        // git itself has no room for both branches at once.
        world.git(&["branch", "--quiet", "-D", target]);
    }
    let refs = world.git(&["for-each-ref", "--format=%(refname)", "refs/notes/par/queue"]);
    assert_eq!(refs, "refs/notes/par/queue/a\nrefs/notes/par/queue/a%2Fb\nrefs/notes/par/queue/main");
}

#[test]
fn a_target_that_is_gone_is_told_and_nothing_is_lost() {
    let world = World::new();
    world.set_waiting_gate();
    world.git(&["branch", "rel"]);
    world.branch("b", &[("x", "x")]);
    world.par_ok(&["queue", "add", "b", "--into", "rel"]);
    let child = world.processing(&["--into", "rel"]);
    world.git(&["branch", "--quiet", "-D", "rel"]);
    let said = Said::of(child.wait_with_output().unwrap());
    said.refuses(128, "branch 'refs/heads/rel' does not exist");
    world.assert_no_checks();
    world.let_go();
    world.git(&["branch", "rel", "main"]);
    assert_eq!(world.entries(&["--into", "rel"]), ["queued"]);
    assert_eq!(world.process(&["--into", "rel"]).code, 0);
}
