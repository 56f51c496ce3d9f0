//! `git par prune`: only what is ours, over, and kept elsewhere goes; and only with `--apply`.

use std::{fs, os::unix::fs::symlink, path::Path, process::Stdio};

use serde_json::Value;

use super::{discard, untouched, world::World};

const ALL: [&str; 3] = ["prune", "--older-than", "0"];

/// Lists what goes or stays as `kind name`, names without the world's folder.
fn listed(world: &World, answer: &Value, key: &str) -> Vec<String> {
    let base = world.here.parent().unwrap().display().to_string() + "/";
    let items = answer[key].as_array().unwrap().iter();
    items
        .map(|item| format!("{} {}", item["kind"].as_str().unwrap(), item["name"].as_str().unwrap().replace(&base, "")))
        .collect()
}

fn goes(world: &World) -> Vec<String> {
    listed(world, &world.par_json(&ALL), "goes")
}

/// Asserts that only this stays and nothing goes, dry or applied, and returns the reason.
#[track_caller]
fn stays(world: &World, name: &str) -> String {
    for arguments in [&ALL[..], &[&ALL[..], &["--apply"]].concat()] {
        let answer = world.par_json(arguments);
        assert_eq!(listed(world, &answer, "goes"), [] as [&str; 0], "{answer}");
        assert_eq!(listed(world, &answer, "stays"), [name], "{answer}");
    }
    world.par_json(&ALL)["stays"][0].to_string()
}

fn apply(world: &World) -> Value {
    let answer = world.par_json(&[&ALL[..], &["--apply"]].concat());
    assert_eq!(answer["errors"], serde_json::json!([]), "{answer}");
    answer
}

#[test]
fn a_worktree_of_the_users_stays_whatever_it_is_called() {
    let world = World::new();
    for folder in ["../mine/r/w1", "../mine/r/w2", "../mine/r/w1.old", "../repo.par/r/w9"] {
        world.git(&["worktree", "add", "--quiet", "--detach", folder]);
    }
    world.spawn("r", 2, "echo x > x");
    world.par_ok(&["discard", "r", "-w", "2", "--yes"]);
    apply(&world);
    for folder in ["mine/r/w1", "mine/r/w2", "mine/r/w1.old", "repo.par/r/w9"] {
        assert!(world.beside(folder).join("a.txt").exists(), "{folder}");
    }
}

#[test]
fn worktrees_of_runs_that_are_over_go_and_only_when_applied() {
    for arguments in [&["--ref-format=files"][..], &["--ref-format=reftable"]] {
        let world = World::with_init(arguments);
        world.spawn("r", 2, "echo x > x");
        let (before, refs) = (untouched::of(&world), world.run_refs());
        let dry = world.par_json(&ALL);
        assert_eq!(listed(&world, &dry, "goes"), ["worktree repo.par/r/w1", "worktree repo.par/r/w2"]);
        assert!(dry["applied"] == false && world.worktree("r", "w1").exists());
        let shown = world.par_ok(&ALL);
        assert!(shown.contains("  ../repo.par/r/w1  run r ended"), "{shown}");
        let done = apply(&world);
        assert_eq!(done["goes"], dry["goes"], "what was told is what was done");
        assert!(!world.beside("repo.par/r").exists());
        assert!(!world.worktrees().contains("repo.par"));
        assert_eq!(goes(&world), [] as [&str; 0]);
        assert_eq!((untouched::of(&world), world.run_refs()), (before, refs));
        world.par_ok(&["verify", "r"]);
        world.fsck();
    }
}

#[test]
fn a_bare_repository_is_pruned_too() {
    let mut world = World::new();
    world.git(&["clone", "--quiet", "--bare", ".", "../bare.git"]);
    world.here = world.beside("bare.git");
    world.spawn("r", 1, "echo x > x");
    assert_eq!(goes(&world), ["worktree bare.par/r/w1"]);
    apply(&world);
    assert!(!world.beside("bare.par/r").exists());
}

#[test]
fn sizes_are_those_of_du() {
    let world = World::new();
    world.spawn("r", 1, "head -c 300000 /dev/zero > large; ln large twice");
    let item = &world.par_json(&ALL)["goes"][0];
    let admin = world.git(&["-C", item["name"].as_str().unwrap(), "rev-parse", "--git-dir"]);
    let du = |path: &str| -> u64 {
        let output = world.command("du", &["-s", "-B1", path]).output().unwrap();
        String::from_utf8(output.stdout).unwrap().split_whitespace().next().unwrap().parse().unwrap()
    };
    assert_eq!(item["bytes"], du(item["name"].as_str().unwrap()) + du(&admin));
    assert!(world.par_ok(&ALL).contains("K  "));
}

#[test]
fn young_runs_and_the_newest_are_left_alone() {
    let world = World::new();
    world.spawn("old", 1, "echo x > x");
    world.spawn("new", 1, "echo x > x");
    let young = world.par_ok(&["prune"]);
    assert!(young.contains("run old ended only") && young.ends_with("nothing to prune\n"), "{young}");
    let kept = world.par_json(&[&ALL[..], &["--keep", "1"]].concat());
    assert_eq!(listed(&world, &kept, "goes"), ["worktree repo.par/old/w1"]);
    assert_eq!(listed(&world, &kept, "stays"), ["worktree repo.par/new/w1"]);
    world.par(&["prune", "--older-than", "soon"]).refuses(2, "'soon' is not an age");
}

#[test]
fn work_that_is_nowhere_else_stays() {
    let world = World::new();
    world.spawn("r", 1, "echo x > x");
    let worktree = world.worktree("r", "w1");
    let at = worktree.to_str().unwrap();
    fs::write(worktree.join("later"), "later\n").unwrap();
    let reason = stays(&world, "worktree repo.par/r/w1");
    assert!(reason.contains("in no commit that is kept") && reason.contains("git par discard r -w 1"), "{reason}");
    fs::remove_file(worktree.join("later")).unwrap();
    world.git(&["-C", at, "update-index", "--assume-unchanged", "a.txt"]);
    fs::write(worktree.join("a.txt"), "hidden from the worktree's own index\n").unwrap();
    stays(&world, "worktree repo.par/r/w1");
    fs::write(worktree.join("a.txt"), "one\ntwo\nthree\n").unwrap();
    world.git(&["-C", at, "commit", "--quiet", "--allow-empty", "-m", "mine"]);
    assert!(stays(&world, "worktree repo.par/r/w1").contains("no ref leads to its HEAD"));
    world.git(&["-C", at, "branch", "mine"]);
    assert_eq!(goes(&world), ["worktree repo.par/r/w1"]);
}

#[test]
fn the_work_of_an_interrupted_worker_stays() {
    let world = World::new();
    discard::interrupted(&world);
    let reason = stays(&world, "worktree repo.par/r/w1");
    assert!(reason.contains("w1 of run r was interrupted") && reason.contains("git par resume r"), "{reason}");
}

#[test]
fn what_is_locked_or_in_use_stays() {
    let world = World::new();
    world.spawn("r", 1, "echo x > x");
    let worktree = world.worktree("r", "w1");
    world.git(&["worktree", "lock", worktree.to_str().unwrap()]);
    assert!(stays(&world, "worktree repo.par/r/w1").contains("git worktree unlock"));
    world.git(&["worktree", "unlock", worktree.to_str().unwrap()]);
    if cfg!(target_os = "linux") {
        let mut command = world.command("cat", &[] as &[&str]);
        fs::create_dir(worktree.join("deep")).unwrap();
        let mut user = command.current_dir(worktree.join("deep")).stdin(Stdio::piped()).spawn().unwrap();
        assert!(stays(&world, "worktree repo.par/r/w1").contains(&format!("process {} is in", user.id())));
        drop(user.stdin.take());
        user.wait().unwrap();
    }
    assert_eq!(goes(&world), ["worktree repo.par/r/w1"]);
}

#[test]
fn worktrees_of_the_user_stay_unnamed() {
    let world = World::new();
    world.spawn("r", 1, "echo x > x");
    for (path, branch) in [("r/mine", "one"), ("other/w1", "two"), ("w1", "three")] {
        world.git(&["worktree", "add", "--quiet", "-b", branch, &format!("../repo.par/{path}")]);
    }
    world.git(&["worktree", "add", "--quiet", "--detach", "../elsewhere/gone/w1"]);
    world.git(&["worktree", "add", "--quiet", "--detach", "../gone"]);
    fs::remove_dir_all(world.beside("gone")).unwrap();
    let answer = apply(&world);
    assert_eq!(listed(&world, &answer, "goes"), ["worktree repo.par/r/w1"]);
    assert_eq!(answer["stays"], serde_json::json!([]));
    for path in ["repo.par/r/mine", "repo.par/other/w1", "repo.par/w1", "elsewhere/gone/w1"] {
        assert!(world.beside(path).join("a.txt").exists(), "{path}");
    }
    assert!(world.worktrees().contains("/gone\n"), "no bare 'git worktree prune'");
}

#[test]
fn two_repositories_below_one_root_do_not_see_each_other() {
    let mut world = World::new();
    let shared = world.beside("shared").display().to_string();
    fs::write(
        world.home().join(".gitconfig"),
        format!("[user]\n\tname = A\n\temail = a@b\n[par]\n\tworktreeRoot = {shared}\n"),
    )
    .unwrap();
    world.git(&["clone", "--quiet", ".", "../second"]);
    let first = world.here.clone();
    world.spawn("one", 1, "echo x > x");
    world.here = world.beside("second");
    world.spawn("two", 1, "echo x > x");
    let name = Path::new(&shared).join("two/.w1.pruned-00000000-abcdef");
    fs::create_dir(&name).unwrap();
    // The second one forgets its run: the folder is still none of the first one's.
    world.here = first;
    let answer = apply(&world);
    assert_eq!(listed(&world, &answer, "goes"), ["worktree shared/one/w1"]);
    assert_eq!(answer["stays"], serde_json::json!([]));
    assert!(world.beside("shared/two/w1/x").exists() && name.exists());
    world.here = world.beside("second");
    assert_eq!(goes(&world), ["worktree shared/two/w1"]);
}

#[test]
fn a_link_in_place_of_a_worktree_is_not_followed() {
    let world = World::new();
    world.spawn("r", 1, "echo x > x");
    let worktree = world.worktree("r", "w1");
    fs::rename(&worktree, world.beside("precious")).unwrap();
    symlink(world.beside("precious"), &worktree).unwrap();
    assert!(stays(&world, "worktree repo.par/r/w1").contains("behind a link"));
    fs::remove_file(&worktree).unwrap();
    fs::create_dir(world.beside("precious/w1")).unwrap();
    fs::remove_dir(world.beside("repo.par/r")).unwrap();
    symlink(world.beside("precious"), world.beside("repo.par/r")).unwrap();
    assert!(stays(&world, "worktree repo.par/r/w1").contains("behind a link"));
    assert!(world.beside("precious/x").exists());
}

#[test]
fn links_and_repositories_inside_lead_to_nothing_outside() {
    let world = World::new();
    fs::create_dir(world.beside("outside")).unwrap();
    fs::write(world.beside("outside/keep"), "keep\n").unwrap();
    world.spawn(
        "r",
        1,
        "ln -s ../../../outside out; mkdir -p deep; ln -s ../../../../outside deep/out; git init -q sub; echo x > sub/x",
    );
    apply(&world);
    assert!(!world.worktree("r", "w1").exists());
    assert_eq!(fs::read_to_string(world.beside("outside/keep")).unwrap(), "keep\n");
}

#[test]
fn a_worktree_whose_git_file_was_rewritten_goes_as_any_other() {
    let world = World::new();
    world.spawn("r", 2, "if [ $PAR_WORKER = 1 ]; then echo 'gitdir: /nowhere' > .git; else rm .git; fi; echo x > x");
    apply(&world);
    assert!(!world.beside("repo.par/r").exists() && !world.worktrees().contains("repo.par"));
}

/// Forgets all refs of a run, as a person may.
fn forget(world: &World, run: &str) {
    for line in world.run_refs().lines().filter(|line| line.contains(&format!("par/{run}"))) {
        world.git(&["update-ref", "-d", line.split(' ').next().unwrap()]);
    }
}

#[test]
fn what_a_run_that_is_gone_left_goes_where_its_work_is_kept() {
    let world = World::new();
    world.spawn("clean", 1, "true");
    world.spawn("dirty", 1, "echo x > x");
    world.spawn("merged", 1, "echo y > y");
    world.par_ok(&["pick", "merged"]);
    world.par_ok(&["merge", "merged"]);
    for run in ["clean", "dirty", "merged"] {
        forget(&world, run);
    }
    let answer = apply(&world);
    let gone = ["worktree repo.par/clean/w1", "scratch repo/.git/par/clean", "scratch repo/.git/par/dirty"];
    let gone = [&gone[..], &["worktree repo.par/merged/w1", "scratch repo/.git/par/merged"]].concat();
    assert_eq!(listed(&world, &answer, "goes"), gone);
    assert_eq!(listed(&world, &answer, "stays"), ["worktree repo.par/dirty/w1"]);
    assert!(answer["stays"][0]["hint"].as_str().unwrap().starts_with("git worktree remove --force"), "{answer}");
    assert!(world.worktree("dirty", "w1").exists());
    assert!(!world.here.join(".git/par/clean").exists());
    assert!(!world.here.join(".git/par/dirty").exists(), "live files are nobody's work");
}

#[test]
fn entries_and_folders_that_git_lost_the_other_half_of_go() {
    let world = World::new();
    world.spawn("r", 3, "echo x > x");
    fs::remove_dir_all(world.worktree("r", "w1")).unwrap();
    let admin = world.git(&["-C", world.worktree("r", "w2").to_str().unwrap(), "rev-parse", "--git-dir"]);
    fs::remove_dir_all(admin).unwrap();
    let admin = world.git(&["-C", world.worktree("r", "w3").to_str().unwrap(), "rev-parse", "--git-dir"]);
    fs::remove_dir_all(admin).unwrap();
    fs::write(world.worktree("r", "w3").join("later"), "later\n").unwrap();
    let answer = apply(&world);
    assert_eq!(listed(&world, &answer, "goes"), ["entry repo.par/r/w1", "worktree repo.par/r/w2"]);
    assert_eq!(listed(&world, &answer, "stays"), ["worktree repo.par/r/w3"]);
    assert!(!world.worktrees().contains("/r/w1") && world.worktree("r", "w3").exists());
}

#[test]
fn a_removal_that_crashed_is_ended_by_the_next() {
    let world = World::new();
    world.spawn("r", 1, "echo x > x");
    let root = world.beside("repo.par/r");
    // As the removal names it: the key is this repository's own.
    let gone = world.par_json(&[&ALL[..], &["--apply"]].concat());
    assert_eq!(gone["goes"].as_array().unwrap().len(), 1);
    let key = {
        use sha2::Digest;
        let dir = world.git(&["rev-parse", "--path-format=absolute", "--git-common-dir"]);
        hex::encode(&sha2::Sha256::digest(dir.as_bytes())[..4])
    };
    fs::create_dir_all(root.join(format!(".w1.pruned-{key}-abcdef/half"))).unwrap();
    fs::create_dir_all(root.join(".w1.pruned-00000000-abcdef/other")).unwrap();
    fs::create_dir_all(world.here.join(format!(".git/par/.r.pruned-{key}-abcdef"))).unwrap();
    let answer = apply(&world);
    assert!(answer["goes"].as_array().unwrap().iter().all(|item| item["kind"] == "remains"), "{answer}");
    assert_eq!(answer["goes"].as_array().unwrap().len(), 2);
    let left: Vec<_> = fs::read_dir(&root).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, [".w1.pruned-00000000-abcdef"]);
}

#[test]
fn the_worktree_of_a_check_that_crashed_goes() {
    let world = World::new();
    world.spawn("r", 1, "echo x > x");
    let left = world.beside("repo.par/r/gate-w1-abcdef").display().to_string();
    world.git(&["worktree", "add", "--quiet", "--detach", &left, "refs/par/r/w1"]);
    fs::write(world.here.join(".git/worktrees/gate-w1-abcdef/par"), "").unwrap();
    let young = world.par_json(&["prune"]);
    assert!(!young.to_string().contains("gate-w1"), "it may only just have been made: {young}");
    assert_eq!(goes(&world), ["place repo.par/r/gate-w1-abcdef", "worktree repo.par/r/w1"]);
    apply(&world);
    assert!(!world.beside("repo.par/r").exists());
}

#[test]
fn a_run_whose_candidate_is_being_checked_is_left_alone() {
    let world = World::new();
    world.spawn("r", 1, "echo x > x");
    let script = "cd /; touch \"$PAR_TASK_FILE.began\"; while [ ! -e \"$PAR_TASK_FILE.end\" ]; do sleep 0.02; done";
    let mut gate = world
        .par_command(&["gate", "r", "--", "sh", "-c", script])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let live = world.here.join(".git/par/r/w1");
    while !live.join("task.md.began").exists() {
        assert!(gate.try_wait().unwrap().is_none(), "the check ended");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let answer = apply(&world);
    let discarded = world.par(&["discard", "r", "-y"]);
    fs::write(live.join("task.md.end"), "").unwrap();
    assert!(gate.wait().unwrap().success());
    assert_eq!(answer["goes"], serde_json::json!([]), "{answer}");
    discarded.refuses(3, "the candidate of w1 is being checked");
    assert!(world.worktree("r", "w1").exists());
}

#[test]
fn a_worktree_in_another_root_than_today_is_found_by_its_run() {
    let world = World::new();
    world.spawn("r", 1, "echo x > x");
    world.git(&["config", "par.worktreeRoot", "../moved"]);
    assert_eq!(goes(&world), ["worktree repo.par/r/w1"]);
}

#[test]
fn what_gave_way_to_a_later_attempt_goes_where_its_work_is_kept() {
    let world = World::new();
    world.spawn("r", 1, "echo x > x");
    fs::write(world.worktree("r", "w1").join("later"), "later\n").unwrap();
    world.par_ok(&["retry", "r", "-w", "1"]);
    let stays = world.par_json(&ALL);
    assert_eq!(listed(&world, &stays, "goes"), ["worktree repo.par/r/w1"]);
    let aside = stays["stays"][0]["name"].as_str().unwrap().to_owned();
    assert!(aside.contains("/r/w1."), "{stays}");
    fs::remove_file(Path::new(&aside).join("later")).unwrap();
    apply(&world);
    assert!(!world.beside("repo.par/r").exists());
}
