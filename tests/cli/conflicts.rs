//! `git par conflicts`: which candidates get on with each other and with the branch, told without touching anything.

use serde_json::json;

use super::{untouched, world::World};

/// Each worker on its own way; the first two on the same line.
const WAYS: &str = "case $PAR_WORKER in
1) echo one > a.txt ;;
2) echo two > a.txt; echo x > d ;;
3) echo three > c.txt ;;
4) mkdir d; echo x > d/e ;;
esac";

fn spawned() -> World {
    let world = World::new();
    world.spawn("r", 4, WAYS);
    world
}

fn pairs(answer: &serde_json::Value) -> Vec<(String, String, String)> {
    let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
    let paths =
        |conflict: &serde_json::Value| conflict["paths"].as_array().unwrap().iter().map(text).collect::<Vec<_>>();
    let pair =
        |conflict: &serde_json::Value| (text(&conflict["ours"]), text(&conflict["theirs"]), paths(conflict).join(" "));
    answer["conflicts"].as_array().unwrap().iter().map(pair).collect()
}

/// Asks git itself about one pair.
fn conflicts(world: &World, ours: &str, theirs: &str) -> bool {
    let merge = world.command("git", &["merge-tree", "--write-tree", ours, theirs]).output().unwrap();
    merge.status.code() == Some(1)
}

#[test]
fn each_pair_is_told_as_git_would_merge_it_and_nothing_is_touched() {
    let world = spawned();
    world.write("a.txt", "mine\n");
    world.git(&["commit", "-qam", "a person's own"]);
    let before = untouched::of(&world);
    let said = world.par(&["conflicts", "r"]);
    assert_eq!(said.code, 1);
    // git names the file that stands where the other side has a folder by the commit that it is of.
    let second = world.git(&["rev-parse", "refs/par/r/w2"]);
    insta::assert_snapshot!(said.snapshot(&world).replace(&second, "<id>"), @"
    main  w1  w2  w3
    w1  conflict
    w2  conflict  conflict
    w3  -  -  -
    w4  -  -  conflict  -
    main and w1: a.txt
    main and w2: a.txt
    w1 and w2: a.txt
    w2 and w4: d~<id>
    4 of 10 pairs conflict
    exit 1
    ");
    let told = |code| if code { "conflict" } else { "-" };
    let names = ["main", "refs/par/r/w1", "refs/par/r/w2", "refs/par/r/w3", "refs/par/r/w4"];
    for (row, line) in said.stdout.lines().skip(1).take(4).enumerate() {
        let expected: Vec<&str> =
            names[..=row].iter().map(|ours| told(conflicts(&world, ours, names[row + 1]))).collect();
        assert_eq!(line.split_whitespace().skip(1).collect::<Vec<_>>(), expected, "{line}");
    }
    assert_eq!(untouched::of(&world), before);
    let answer = world.par_json(&["conflicts"]);
    assert_eq!((&answer["pairs"], &answer["sides"][0]["name"]), (&json!(10), &json!("main")));
    assert_eq!(pairs(&answer).len(), 4);
    assert_eq!(pairs(&answer)[2], ("w1".to_owned(), "w2".to_owned(), "a.txt".to_owned()));
}

#[test]
fn of_some_workers_and_another_branch_only_these_are_merged() {
    let world = spawned();
    world.git(&["branch", "quiet"]);
    world.write("a.txt", "mine\n");
    world.git(&["commit", "-qam", "a person's own"]);
    let some = ["conflicts", "r", "--into", "quiet", "-w", "1", "-w", "3"];
    let said = world.par(&some);
    assert_eq!((said.code, said.stdout.lines().last()), (0, Some("0 of 3 pairs conflict")));
    world.par_ok(&["discard", "r", "-w", "1", "-y"]);
    assert_eq!(world.par_json(&some)["sides"].as_array().unwrap().len(), 2);
}

#[test]
fn of_several_runs_it_is_the_winners_where_there_are_such() {
    let world = spawned();
    world.spawn("s", 1, "echo other > a.txt");
    world.par_ok(&["pick", "r"]);
    let answer = world.par_json(&["conflicts", "r", "s"]);
    let names: Vec<_> = answer["sides"].as_array().unwrap().iter().map(|side| side["name"].clone()).collect();
    assert_eq!(names, ["main", "r/w3", "s/w1"]);
    assert_eq!(pairs(&answer), []);
    world.par_ok(&["pick", "r", "-w", "1"]);
    let answer = world.par_json(&["conflicts", "r", "s"]);
    assert_eq!(pairs(&answer), [("r/w1".to_owned(), "s/w1".to_owned(), "a.txt".to_owned())]);
    world.par(&["conflicts", "r", "s", "-w", "1"]).refuses(2, "-w is for one run");
    world.par(&["conflicts", "--into", "nowhere"]).refuses(2, "'nowhere' is not a commit");
}
