//! `git par spawn`.

use super::world::World;

#[test]
fn each_worker_works_in_its_own_worktree_and_leaves_a_candidate() {
    let world = World::new();
    let said = world.par(&["-q", "spawn", "-n", "2", "--name", "r", "task", "--", "sh", "-c", "pwd > where.txt"]);
    insta::assert_snapshot!(said.snapshot(&world), @r"
    run r
    worker  agent  ending  time  diff  gate  candidate
    w1  command  success  <time>  1 file +1 -0  none  <id>
    w2  command  success  <time>  1 file +1 -0  none  <id>
    nothing was checked: no gate was given
    worktrees: <world>/repo.par/r
    next: git par gate -- CHECK, then git par pick
    exit 0
    ");
    for worker in ["w1", "w2"] {
        let kept = world.git(&["show", &format!("refs/par/r/{worker}:where.txt")]);
        assert_eq!(kept, world.worktree("r", worker).display().to_string());
    }
    assert_eq!(world.git(&["status", "--porcelain"]), "");
}

#[test]
fn the_users_index_refs_and_config_are_as_they_were() {
    let world = World::new();
    world.write("staged.txt", "staged\n");
    world.git(&["add", "staged.txt"]);
    world.write("a.txt", "changed\n");
    let state = |world: &World| {
        let index = std::fs::read(world.here.join(".git/index")).unwrap();
        (
            index,
            world.read(".git/config"),
            world.user_refs(),
            world.git(&["status", "--porcelain"]),
            world.git(&["stash", "list"]),
        )
    };
    let before = state(&world);
    assert_eq!(world.spawn("r", 1, "echo x >> a.txt; rm -f staged.txt").code, 0);
    assert!(state(&world) == before);
    assert_eq!(world.git(&["show", "refs/par/r/w1:a.txt"]), "one\ntwo\nthree\nx");
}

#[test]
fn a_run_that_begins_inside_a_worker_says_so() {
    let world = World::new();
    let inner = format!("'{}' spawn -n 1 --name inner t -- true", env!("CARGO_BIN_EXE_git-par"));
    world.spawn("outer", 1, &format!("echo x > x; {inner}"));
    let said = world.par_ok(&["log", "outer", "--agent"]);
    assert!(said.contains("warning: this run begins inside another: in worker 1 of run outer\n"), "{said}");
    assert!(!world.spawn("plain", 1, "echo x > x").stderr.contains("inside"));
}

#[test]
fn what_is_for_a_plan_is_refused_where_there_is_none() {
    let world = World::new();
    for flags in [&["--recover"][..], &["--on-escape", "record"], &["--blame-budget", "3"]] {
        let said = world.par(&[&["spawn", "-n", "1"], flags, &["t", "--", "true"]].concat());
        said.refuses(2, &format!("{} is for a plan, and there is none", flags[0]));
        assert!(said.stderr.contains("hint: git par spawn --plan FILE"), "{said:?}");
    }
    assert_eq!(world.run_refs(), "");
}

#[test]
fn what_is_wrong_with_a_plan_is_told_to_programs_without_colours() {
    let world = World::new();
    world.write("plan.json", r#"{ "version": 1, "tasks": [] }"#);
    let error = world.par_json(&["spawn", "--plan", "plan.json"])["error"].to_string();
    assert!(error.contains("is not valid\\nerror tasks: "), "{error}");
}
