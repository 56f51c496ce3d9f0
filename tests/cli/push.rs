//! `git par push`: runs to a real remote, and what a clone of it proves.

use std::path::{Path, PathBuf};

use super::world::World;

impl World {
    /// Makes a bare repository beside this one and names it `origin`.
    pub(crate) fn hub(&self, arguments: &[&str]) -> PathBuf {
        self.git(&[&["init", "--quiet", "--bare"], arguments, &["../hub.git"]].concat());
        self.git(&["remote", "add", "origin", "../hub.git"]);
        self.git(&["push", "--quiet", "origin", "HEAD:refs/heads/main"]);
        self.beside("hub.git")
    }

    /// Makes a clone of the hub by somebody else.
    pub(crate) fn clone_of_hub(&self, name: &str) -> String {
        let clone = self.beside(name).display().to_string();
        self.git(&["clone", "--quiet", "../hub.git", &clone]);
        self.git(&["-C", &clone, "config", "user.name", "Other"]);
        self.git(&["-C", &clone, "config", "user.email", "other@example.com"]);
        clone
    }

    /// Lists every ref of runs in another repository.
    pub(crate) fn run_refs_of(&self, place: impl AsRef<Path>) -> String {
        let place = place.as_ref().display().to_string();
        self.git(&["-C", &place, "for-each-ref", "--format=%(refname) %(objectname)", "refs/par/", "refs/notes/par/"])
    }

    /// Reads a ref of another repository; empty where it is not there.
    pub(crate) fn there(&self, place: impl AsRef<Path>, name: &str) -> String {
        let place = place.as_ref().display().to_string();
        self.git(&["-C", &place, "for-each-ref", "--format=%(objectname)", name])
    }
}

fn state(answer: &serde_json::Value) -> &str {
    answer["runs"][0]["state"].as_str().unwrap()
}

/// Lists refs without the logs, which stay at home.
fn without_logs(refs: &str) -> String {
    refs.lines().filter(|line| !line.contains("/logs ")).collect::<Vec<_>>().join("\n")
}

#[test]
fn a_run_that_was_pushed_verifies_in_a_clone_of_somebody_else() {
    for arguments in [&[][..], &["--object-format=sha256"], &["--ref-format=reftable"]] {
        let world = World::with_init(arguments);
        let hub = world.hub(arguments);
        world.picked("r", "echo x > x");
        world.par_ok(&["merge", "r"]);
        world.par_ok(&["seal", "r"]);
        world.git(&["push", "--quiet", "origin", "main"]);
        let before = world.git(&["config", "--list", "--local"]);
        assert!(world.par_ok(&["push"]).starts_with("r: pushed to origin ("), "{arguments:?}");
        assert_eq!(world.run_refs_of(&hub), without_logs(&world.run_refs()));
        let clone = world.clone_of_hub("clone");
        assert!(world.par_ok(&["-C", &clone, "fetch"]).starts_with("r: fetched from origin ("));
        assert_eq!(world.run_refs_of(&clone), without_logs(&world.run_refs()));
        assert!(world.par_ok(&["-C", &clone, "verify"]).contains("ok-unsigned: run r"));
        assert_eq!(world.par_ok(&["push", "origin", "r"]), "r: up to date\n");
        assert_eq!(world.par_ok(&["-C", &clone, "fetch"]), "r: up to date\n");
        assert_eq!(world.git(&["config", "--list", "--local"]), before);
        assert!(!world.beside("clone/.git/FETCH_HEAD").exists());
        world.git(&["-C", &clone, "fsck", "--strict"]);
    }
}

#[test]
fn a_push_comes_from_bare_repositories_and_linked_worktrees_too() {
    let mut world = World::new();
    let hub = world.hub(&[]);
    world.git(&["worktree", "add", "--quiet", "-b", "side", "../linked"]);
    world.git(&["clone", "--quiet", "--bare", ".", "../bare.git"]);
    for (place, run) in [("linked", "in-linked"), ("bare.git", "in-bare")] {
        world.here = world.beside(place);
        world.spawn(run, 1, "echo x > x");
        world.par_ok(&["push", "../hub.git", run]);
        assert!(!world.there(&hub, &format!("refs/notes/par/{run}")).is_empty());
    }
    world.here = world.beside("repo");
    std::fs::create_dir(world.here.join("below")).unwrap();
    assert_eq!(world.par_ok(&["-C", "below", "push", "origin", "in-linked"]), "in-linked: up to date\n");
    world.here = world.beside("bare.git");
    world.git(&["remote", "set-url", "origin", "../hub.git"]);
    assert!(world.par_ok(&["fetch", "origin"]).starts_with("in-bare: up to date\nin-linked: fetched"));
}

#[test]
fn what_moves_later_moves_there_and_what_is_gone_goes() {
    let world = World::new();
    let hub = world.hub(&[]);
    world.spawn("r", 2, "echo $PAR_WORKER > x");
    world.par_ok(&["-q", "pick", "r"]);
    world.par_ok(&["seal", "r"]);
    world.par_ok(&["push"]);
    let clone = world.clone_of_hub("clone");
    world.par_ok(&["-C", &clone, "fetch"]);
    world.par_ok(&["-q", "pick", "r", "--worker", "2"]);
    world.par_ok(&["discard", "r", "-w", "1", "-y"]);
    world.par_ok(&["seal", "r"]);
    world.par_ok(&["push"]);
    assert_eq!(world.run_refs_of(&hub), without_logs(&world.run_refs()));
    let answer = world.par_json(&["-C", &clone, "fetch"]);
    assert_eq!((state(&answer), &answer["runs"][0]["events"]), ("fetched", &9.into()));
    assert_eq!(world.run_refs_of(&clone), without_logs(&world.run_refs()));
    let refs: Vec<&str> =
        answer["runs"][0]["refs"].as_array().unwrap().iter().map(|name| name.as_str().unwrap()).collect();
    assert_eq!(
        refs,
        ["refs/notes/par/r", "refs/par/r/discarded/w1", "refs/par/r/seal", "refs/par/r/w1", "refs/par/r/winner"]
    );
}

#[test]
fn a_remote_that_went_on_is_left_alone_and_so_is_one_that_forked() {
    let world = World::new();
    let hub = world.hub(&[]);
    world.picked("r", "echo x > x");
    world.par_ok(&["push"]);
    let clone = world.clone_of_hub("clone");
    world.par_ok(&["-C", &clone, "fetch"]);
    world.par_ok(&["-C", &clone, "-q", "pick", "r", "--by", "files"]);
    world.par_ok(&["-C", &clone, "push"]);
    let refs = world.run_refs_of(&hub);
    assert_eq!(world.par_ok(&["push"]), "r: behind: git par fetch origin r\n");
    world.par_ok(&["-q", "pick", "r", "--by", "duration"]);
    let said = world.par(&["push"]);
    let forked = "r: forked at event 6: origin has another history of it; nothing was changed\n  hint: ";
    assert!(said.code == 4 && said.stdout.starts_with(forked), "{said:?}");
    assert_eq!(world.par_json(&["push"])["runs"][0]["forked_at"], 6);
    assert_eq!(world.run_refs_of(&hub), refs);
    let ours = world.run_refs();
    assert_eq!(world.par(&["fetch"]).code, 4);
    assert_eq!(world.run_refs(), ours);
}

#[test]
fn refs_of_another_run_without_its_journal_are_left_alone() {
    let world = World::new();
    let hub = world.hub(&[]);
    world.picked("r", "echo x > x");
    let other = world.git(&["commit-tree", "-m", "other", "HEAD^{tree}"]);
    world.git(&["push", "--quiet", "origin", &format!("{other}:refs/par/r/w1")]);
    assert_eq!(state(&world.par_json(&["push"])), "forked");
    assert_eq!(world.run_refs_of(&hub), format!("refs/par/r/w1 {other}"));
}

#[test]
fn journals_are_compared_and_not_the_commits_that_hold_them() {
    let world = World::new();
    let hub = world.hub(&[]);
    world.picked("r", "echo x > x");
    world.par_ok(&["push"]);
    let there = world.there(&hub, "refs/notes/par/r");
    let again = world.git(&["commit-tree", "-m", "again", "refs/notes/par/r^{tree}"]);
    world.git(&["update-ref", "refs/notes/par/r", &again]);
    assert_eq!(world.par_ok(&["push"]), "r: up to date\n");
    assert_eq!(world.par_ok(&["fetch"]), "r: up to date\n");
    assert_eq!(world.there(&hub, "refs/notes/par/r"), there);
    world.par_ok(&["-q", "pick", "r", "--by", "files"]);
    assert_eq!(state(&world.par_json(&["push"])), "pushed");
    assert_eq!(world.run_refs_of(&hub), without_logs(&world.run_refs()));
}

#[test]
fn a_push_in_parts_by_plain_git_is_made_whole() {
    let world = World::new();
    let hub = world.hub(&[]);
    world.spawn("r", 2, "echo $PAR_WORKER > x");
    world.par_ok(&["-q", "pick", "r"]);
    world.par_ok(&["push"]);
    world.par_ok(&["-q", "pick", "r", "--worker", "2"]);
    world.git(&["push", "--quiet", "origin", "refs/notes/par/r"]);
    assert_ne!(world.there(&hub, "refs/par/r/winner"), world.git(&["rev-parse", "refs/par/r/winner"]));
    let clone = world.clone_of_hub("clone");
    world.par_ok(&["-C", &clone, "fetch"]);
    let answer = world.par_json(&["push"]);
    assert_eq!((state(&answer), &answer["runs"][0]["refs"]), ("pushed", &serde_json::json!(["refs/par/r/winner"])));
    assert_eq!(world.run_refs_of(&hub), without_logs(&world.run_refs()));
    // The clone knows from the journal that its own is the wrong one.
    world.par_ok(&["-C", &clone, "fetch"]);
    assert!(world.par_ok(&["-C", &clone, "verify"]).contains("ok-unsigned"));
}

#[test]
fn logs_are_sent_where_they_are_asked_for_or_there_already() {
    let world = World::new();
    let hub = world.hub(&[]);
    world.spawn("r", 1, "echo x > x");
    world.par_ok(&["push"]);
    assert_eq!(world.there(&hub, "refs/par/r/logs"), "");
    assert_eq!(world.par_ok(&["push", "--logs"]), "r: pushed to origin (4 events, 1 ref)\n");
    world.par_ok(&["-q", "gate", "r", "--", "true"]);
    world.par_ok(&["push"]);
    assert_eq!(world.run_refs_of(&hub), world.run_refs());
    let clone = world.clone_of_hub("clone");
    world.par_ok(&["-C", &clone, "fetch"]);
    assert_eq!(world.run_refs_of(&clone), world.run_refs());
    assert!(world.par_ok(&["-C", &clone, "verify"]).contains("ok-unsigned"));
}

#[test]
fn of_two_seals_of_one_journal_neither_takes_the_others_place() {
    let world = World::new();
    let hub = world.hub(&[]);
    world.picked("r", "echo x > x");
    world.par_ok(&["push"]);
    let clone = world.clone_of_hub("clone");
    world.par_ok(&["-C", &clone, "fetch"]);
    world.par_ok(&["seal", "r"]);
    world.par_ok(&["push"]);
    world.par_ok(&["-C", &clone, "seal", "r"]);
    let (there, here) = (world.run_refs_of(&hub), world.run_refs_of(&clone));
    let seal = world.there(&hub, "refs/par/r/seal");
    let way = format!("git push --force-with-lease=refs/par/r/seal:{seal} origin refs/par/r/seal");
    for (verb, hint) in [("push", format!("  hint: to replace the seal there: {way}\n")), ("fetch", String::new())] {
        let said = world.par(&["-C", &clone, verb]);
        let expected = format!("r: up to date\n  refs/par/r/seal differs and was left as it is\n{hint}");
        assert_eq!((said.code, said.stdout), (4, expected));
    }
    assert_eq!((world.run_refs_of(&hub), world.run_refs_of(&clone)), (there, here));
    let replace: Vec<&str> = ["-C", &clone].into_iter().chain(way.split(' ').skip(1)).collect();
    world.git(&replace);
    assert_eq!(world.par_ok(&["-C", &clone, "push"]), "r: up to date\n");
}

#[test]
fn an_address_may_hold_whatever_a_folder_may() {
    let world = World::new();
    for hub in ["../a=b.git", "../c d=.git"] {
        world.git(&["init", "--quiet", "--bare", hub]);
        if world.run_refs().is_empty() {
            world.picked("r", "echo x > x");
        }
        assert!(world.par_ok(&["push", hub]).starts_with("r: pushed"));
        world.git(&["init", "--quiet", "../clone"]);
        let said = world.par_ok(&["-C", "../clone", "fetch", hub]);
        assert!(said.starts_with("r: "), "{said}");
    }
    assert_eq!(world.run_refs_of(world.beside("clone")), without_logs(&world.run_refs()));
}

#[test]
fn a_seal_that_is_no_tag_is_listed_as_none() {
    let world = World::new();
    world.picked("r", "echo x > x");
    for (target, sealed) in [("HEAD:a.txt", false), ("HEAD", false), ("", true)] {
        if sealed {
            world.git(&["update-ref", "-d", "refs/par/r/seal"]);
            world.par_ok(&["seal", "r"]);
        } else {
            world.git(&["update-ref", "refs/par/r/seal", target]);
        }
        assert_eq!(world.par_json(&["list", "r"])["runs"][0]["sealed"], sealed, "{target}");
    }
}

#[test]
fn only_runs_are_sent_whatever_git_is_configured_to_send_with_them() {
    let world = World::new();
    let hub = world.hub(&[]);
    world.spawn("r", 1, "echo x > x");
    world.spawn("s", 1, "echo y > y");
    world.git(&["tag", "-a", "-m", "tag", "v1", "refs/par/r/w1"]);
    world.git(&["branch", "other"]);
    let settings = [
        ("remote.origin.mirror", "true"),
        ("remote.origin.push", "+refs/heads/*:refs/heads/*"),
        ("push.followTags", "true"),
        ("push.recurseSubmodules", "only"),
        ("push.default", "nothing"),
        ("push.useForceIfIncludes", "true"),
        ("submodule.recurse", "true"),
    ];
    for (key, value) in settings {
        world.git(&["config", key, value]);
    }
    let heads = world.git(&["-C", "../hub.git", "for-each-ref", "refs/heads", "refs/tags"]);
    assert_eq!(world.par_ok(&["push", "origin", "--all"]).lines().count(), 2);
    assert_eq!(world.run_refs_of(&hub), without_logs(&world.run_refs()));
    assert_eq!(world.git(&["-C", "../hub.git", "for-each-ref", "refs/heads", "refs/tags"]), heads);
}

#[test]
fn runs_go_where_git_would_push_to() {
    let world = World::new();
    world.spawn("one", 1, "echo x > x");
    world.hub(&[]);
    for name in ["mine", "ours"] {
        world.git(&["init", "--quiet", "--bare", &format!("../{name}.git")]);
        world.git(&["remote", "add", name, &format!("../{name}.git")]);
    }
    let remote = || world.par_json(&["push"])["remote"].as_str().unwrap().to_owned();
    assert_eq!(remote(), "origin");
    world.git(&["config", "remote.pushDefault", "mine"]);
    assert_eq!(remote(), "mine");
    world.git(&["config", "branch.main.pushRemote", "ours"]);
    assert_eq!(remote(), "ours");
    assert_eq!(world.par_json(&["fetch"])["remote"], "origin");
    // What is pushed to is what is looked at, where that is another place than the one to fetch from.
    world.git(&["init", "--quiet", "--bare", "../other.git"]);
    world.git(&["config", "remote.origin.pushurl", "../other.git"]);
    assert_eq!(state(&world.par_json(&["push", "origin", "on"])), "pushed");
    assert_eq!(state(&world.par_json(&["push", "origin", "on"])), "up_to_date");
    assert!(!world.there(world.beside("other.git"), "refs/notes/par/one").is_empty());
}
