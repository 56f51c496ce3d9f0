//! `git par merge`: what is done once, what is recorded, and what a cut leaves.

use super::{
    endings::start,
    world::{Said, World},
};

fn world() -> World {
    let world = World::new();
    world.picked("r", "echo x > x.txt");
    world
}

fn id(world: &World, revision: &str) -> String {
    world.git(&["rev-parse", revision])
}

#[test]
fn a_second_merge_says_that_there_is_nothing_to_do() {
    let world = world();
    world.par_ok(&["merge"]);
    let (main, journal) = (id(&world, "main"), world.journal("r"));
    let said = world.par_ok(&["merge"]);
    assert_eq!(said, format!("main already has w1 of run r ({}): nothing to do\n", &main[..10]));
    assert_eq!((id(&world, "main"), world.journal("r")), (main, journal));
}

#[test]
fn after_the_user_took_the_branch_back_it_merges_again() {
    for mode in ["--no-ff", "--squash", "--ff"] {
        let world = world();
        world.par_ok(&["merge", mode]);
        world.git(&["reset", "-q", "--hard", &id(&world, "refs/par/r/base")]);
        assert!(world.par_ok(&["merge", mode]).starts_with("merged"), "{mode}");
        assert_eq!(world.read("x.txt"), "x\n");
        assert_eq!(world.events_of("r", "merge_finished").len(), 2);
        assert_eq!(id(&world, "refs/par/r/merge"), id(&world, "main"));
    }
}

#[test]
fn what_the_branch_has_by_other_ways_is_not_merged() {
    let world = world();
    world.git(&["merge", "-q", "--no-ff", "-m", "by hand", "refs/par/r/w1"]);
    assert!(world.par_ok(&["merge"]).contains("nothing to do"));
    let world = self::world();
    world.write("x.txt", "x\n");
    world.git(&["add", "."]);
    world.git(&["commit", "-qm", "the same"]);
    assert!(world.par_ok(&["merge"]).contains("nothing to do"));
    assert_eq!(world.events_of("r", "merge_finished").len(), 0);
}

#[test]
fn a_merge_cut_short_after_the_branch_moved_is_recorded_by_the_next() {
    for mode in ["--no-ff", "--squash", "--ff"] {
        let world = world();
        world.par_ok(&["merge", mode]);
        let main = id(&world, "main");
        // The last event, and the ref that came with it, never made it.
        world.git(&["update-ref", "refs/notes/par/r", "refs/notes/par/r^"]);
        world.git(&["update-ref", "-d", "refs/par/r/merge"]);
        assert_eq!(world.events_of("r", "merge_finished").len(), 0);
        world.write("later.txt", "later\n");
        world.git(&["add", "."]);
        world.git(&["commit", "-qm", "later"]);
        let refs = (world.run_refs(), world.user_refs());
        assert!(world.par_ok(&["merge", "--dry-run"]).contains("nothing to do"), "{mode}");
        assert_eq!((world.run_refs(), world.user_refs()), refs, "{mode}");
        assert!(world.par_ok(&["merge"]).contains("nothing to do"), "{mode}");
        let event = world.event("r", "merge_finished");
        assert_eq!((&event["result"]["commit"], &event["success"]), (&main.clone().into(), &true.into()), "{mode}");
        assert_eq!(id(&world, "refs/par/r/merge"), main);
        assert_eq!(world.user_refs(), refs.1);
    }
}

#[test]
fn a_cut_merge_into_another_branch_is_recorded_too() {
    let world = world();
    world.git(&["branch", "other"]);
    world.par_ok(&["merge", "--into", "other"]);
    world.git(&["update-ref", "refs/notes/par/r", "refs/notes/par/r^"]);
    world.git(&["update-ref", "-d", "refs/par/r/merge"]);
    world.par_ok(&["merge"]);
    let targets: Vec<_> =
        world.events_of("r", "merge_finished").iter().map(|event| event["args"]["target"].clone()).collect();
    assert_eq!(targets, ["refs/heads/other", "refs/heads/main"]);
}

#[test]
fn a_merge_cut_short_before_the_branch_moved_is_done_by_the_next() {
    let world = world();
    let base = id(&world, "main");
    world.par_ok(&["merge"]);
    world.git(&["update-ref", "refs/notes/par/r", "refs/notes/par/r^"]);
    world.git(&["update-ref", "-d", "refs/par/r/merge"]);
    world.git(&["reset", "-q", "--hard", &base]);
    assert!(world.par_ok(&["merge"]).starts_with("merged"));
    assert_eq!(world.events_of("r", "merge_started").len(), 2);
    assert_eq!(world.events_of("r", "merge_finished").len(), 1);
}

#[test]
fn a_conflict_is_listed_and_recorded_and_changes_nothing() {
    let world = World::new();
    let odd = "tab\there é.txt";
    world.write(odd, "base\n");
    world.git(&["add", "."]);
    world.git(&["commit", "-qm", "odd"]);
    world.picked("r", &format!("echo theirs > a.txt; echo theirs > '{odd}'; echo fine > fine.txt"));
    world.write("a.txt", "ours\n");
    world.write(odd, "ours\n");
    world.git(&["commit", "-qam", "ours"]);
    let before = world.own();
    let dry = world.par(&["-q", "merge", "--dry-run"]);
    assert_eq!((dry.code, world.events_of("r", "merge_finished").len()), (4, 0));
    let said = world.par(&["-q", "merge"]);
    insta::assert_snapshot!(said.snapshot(&world), @r#"
    conflict: w1 of run r and main both changed:
    a.txt
    "tab\there \303\251.txt"
    nothing was merged
    hint: git merge refs/par/r/winner
    hint: git par pick r -w N
    exit 4
    "#);
    assert_eq!(world.own(), before);
    let event = world.event("r", "merge_finished");
    assert_eq!(event["result"]["conflicts"], serde_json::json!(["a.txt", "\"tab\\there \\303\\251.txt\""]));
    assert!(event["result"]["commit"].is_null() && event["success"] == false);
    world.git(&["checkout", "-q", "HEAD^", "--", "."]);
    world.git(&["commit", "-qam", "given way"]);
    assert_eq!(world.par(&["merge"]).code, 0);
    assert_eq!(world.read("fine.txt"), "fine\n");
    world.fsck();
}

#[test]
fn a_rehearsal_changes_nothing_at_all() {
    let world = world();
    // Newer than the index knows: a refresh would rewrite it.
    world.write("a.txt", "one\ntwo\nthree\n");
    let state =
        |world: &World| (world.own(), world.run_refs(), std::fs::read_dir(world.here.join(".git")).unwrap().count());
    let before = state(&world);
    let said = world.par(&["-q", "merge", "--dry-run"]);
    assert_eq!(said.stdout, "would merge w1 of run r into main (no-ff)\n");
    assert_eq!(state(&world), before);
    assert!(!world.here.join("x.txt").exists());
    world.write("x.txt", "mine\n");
    world.par(&["merge", "--dry-run"]).refuses(4, "untracked file x.txt would be overwritten");
}

#[test]
fn a_rehearsal_in_a_clone_writes_no_file() {
    let world = world();
    let clone = world.clone_with_runs("clone", &[]).display().to_string();
    assert!(world.par_ok(&["-C", &clone, "merge", "--dry-run"]).starts_with("would merge w1 "));
    assert!(!world.beside("clone/.git/par").exists());
}

/// Puts a git on PATH that runs this script once, before the call whose arguments hold these words.
pub(crate) fn race(world: &mut World, words: &str, script: &str) {
    let bin = world.home().join("bin");
    std::fs::create_dir(&bin).unwrap();
    let (git, ran) = (which::which("git").unwrap(), bin.join("ran").display().to_string());
    let here = world.here.display();
    let once = format!(
        "[ -e '{ran}' ] || {{ touch '{ran}'; (unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE; cd '{here}'; PATH=${{PATH#*:}}; {script}) >&2; }}"
    );
    let text = format!("#!/bin/sh\ncase \"$*\" in *'{words}'*) {once};; esac\nexec '{}' \"$@\"\n", git.display());
    std::fs::write(bin.join("git"), text).unwrap();
    std::fs::set_permissions(bin.join("git"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    world.add_to_path(&bin);
}

#[test]
fn a_branch_that_moves_meanwhile_is_a_race_that_is_lost_with_all_files_taken_back() {
    let raced = "git update-ref refs/heads/main $(git commit-tree -p main -m raced 'main^{tree}')";
    for words in ["update-ref -m par merge", "read-tree -m -u --no-recurse-submodules --dry-run"] {
        let mut world = world();
        race(&mut world, words, raced);
        let before = std::fs::read(world.here.join(".git/index")).unwrap();
        world.par(&["merge"]).refuses(3, "branch 'refs/heads/main' moved meanwhile");
        assert_eq!(std::fs::read(world.here.join(".git/index")).unwrap(), before, "{words}");
        assert_eq!(world.git(&["log", "-1", "--format=%s"]), "raced", "{words}");
        assert_eq!(world.git(&["status", "--porcelain"]), "", "{words}");
        assert!(!world.here.join("x.txt").exists(), "{words}");
        assert_eq!(world.event("r", "merge_finished")["result"]["reason"], "the branch could not be moved safely");
        world.par_ok(&["merge"]);
        assert_eq!(world.read("x.txt"), "x\n");
        world.fsck();
    }
}

#[test]
fn whoever_leaves_the_branch_as_it_moves_finds_nothing_of_it_elsewhere() {
    for raced in ["git checkout -q -b other", "git switch -q --detach", "git symbolic-ref HEAD refs/heads/none"] {
        for words in ["--dry-run", "update-index -q --refresh"] {
            let mut world = world();
            race(&mut world, words, raced);
            world.par_ok(&["merge"]);
            assert_eq!(world.git(&["diff-index", "--cached", "--name-only", "main~"]), "", "{raced}");
            assert_eq!(world.git(&["ls-files", "--others"]), "", "{raced}");
            assert_eq!(world.git(&["show", "main:x.txt"]), "x", "{raced}");
        }
    }
}

#[test]
fn what_a_user_begins_as_the_branch_moves_is_not_joined() {
    let mut world = world();
    world.git(&["branch", "side", &world.git(&["commit-tree", "-p", "main", "-m", "side", "main^{tree}"])]);
    race(&mut world, "--dry-run", "git merge -q --no-ff --no-commit side");
    world.par(&["merge"]).refuses(4, "a merge is in progress");
    assert_eq!(world.git(&["status", "--porcelain"]), "");
}

#[test]
fn a_commit_of_the_users_comes_before_or_after_but_not_amid() {
    let mut world = self::world();
    race(&mut world, "--dry-run", "echo mine > y.txt; git add y.txt; git commit -q -m raced");
    world.par(&["merge"]).refuses(3, "moved meanwhile");
    assert_eq!((world.read("y.txt"), world.git(&["status", "--porcelain"])), ("mine\n".into(), String::new()));
    let mut world = self::world();
    race(&mut world, "update-ref -m par merge", "git commit -q --allow-empty -m raced && exit 9");
    world.par_ok(&["merge"]);
    assert_ne!(world.git(&["log", "-1", "--format=%s"]), "raced", "it met our lock");
    assert_eq!((world.read("x.txt"), world.git(&["status", "--porcelain"])), ("x\n".into(), String::new()));
}

#[test]
fn a_worktree_that_vanishes_as_git_lists_them_is_no_reason_to_give_up() {
    let mut world = self::world();
    // As git ends where it read half of one.
    race(&mut world, "worktree list", "kill $$");
    world.par_ok(&["merge"]);
    assert_eq!(world.read("x.txt"), "x\n");
}

#[test]
fn worktrees_are_listed_while_none_of_ours_comes_or_goes() {
    let world = self::world();
    let lock = world.lock_worktrees();
    let half = world.here.join(".git/worktrees/half");
    std::fs::create_dir_all(&half).unwrap();
    for (file, text) in [("gitdir", "/gone/.git\n"), ("HEAD", "ref: refs/heads/gone\n"), ("commondir", "../gone/..\n")]
    {
        std::fs::write(half.join(file), text).unwrap();
    }
    assert!(!world.command("git", &["worktree", "list"]).output().unwrap().status.success(), "git gives up");
    let merge = start(world.par_command(&["merge"]));
    std::thread::sleep(std::time::Duration::from_millis(500));
    std::fs::remove_dir_all(half).unwrap();
    drop(lock);
    let said = Said::of(merge.wait_with_output().unwrap());
    assert_eq!(said.code, 0, "{said:?}");
}

#[test]
fn merges_at_once_make_one_merge() {
    let world = world();
    let commands: Vec<_> =
        (0..4).map(|_| world.par_command(&["merge"]).stdout(std::process::Stdio::null()).spawn().unwrap()).collect();
    let codes: Vec<_> = commands.into_iter().map(|mut child| child.wait().unwrap().code()).collect();
    assert_eq!(codes, [Some(0); 4]);
    assert_eq!(world.events_of("r", "merge_finished").len(), 1);
    assert_eq!((world.read("x.txt"), world.git(&["status", "--porcelain"])), ("x\n".into(), String::new()));
}
