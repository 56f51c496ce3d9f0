//! `git par push` where it cannot be: by remote, by hook, by race, by what is here.

use std::{
    fs::{self, File},
    os::unix::fs::PermissionsExt,
    path::Path,
};

use super::world::World;

/// Writes a hook into a repository.
fn hook(git_dir: &Path, name: &str, script: &str) {
    let file = git_dir.join("hooks").join(name);
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
}

fn picked_with_hub() -> (World, std::path::PathBuf) {
    let world = World::new();
    let hub = world.hub(&[]);
    world.picked("r", "echo x > x");
    (world, hub)
}

#[test]
fn without_a_remote_or_a_way_there_it_says_so_in_gits_words() {
    let world = World::new();
    world.par(&["push"]).refuses(128, "there is no run in this repository");
    world.picked("r", "echo x > x");
    let said = world.par(&["push"]);
    said.refuses(128, "no remote was named, and git has no default one here");
    assert!(said.stderr.contains("hint: git remote add origin <URL>"), "{said:?}");
    world.par(&["fetch"]).refuses(128, "no remote was named");
    for verb in ["push", "fetch"] {
        world.par(&[verb, "../nothing.git"]).refuses(128, "'../nothing.git' does not appear to be a git repository");
    }
    let said = world.par(&["push", "r"]);
    said.refuses(128, "could not read from remote 'r'");
    assert!(said.stderr.contains("hint: git par push <remote> r"), "{said:?}");
    world.par(&["push", "--", "--upload-pack=false"]).refuses(128, "--upload-pack=false");
    world.par(&["push", "origin", "r", "--all"]).refuses(2, "--all");
}

#[test]
fn a_remote_without_atomic_pushes_gets_nothing() {
    let (world, hub) = picked_with_hub();
    world.git(&["-C", "../hub.git", "config", "receive.advertiseAtomic", "false"]);
    world.par(&["push"]).refuses(128, "does not support atomic pushes");
    assert_eq!(world.run_refs_of(&hub), "");
}

#[test]
fn what_a_remote_refuses_is_told_in_its_words() {
    let (world, hub) = picked_with_hub();
    hook(&hub, "pre-receive", "echo 'no runs on fridays' >&2; exit 1");
    let said = world.par(&["push"]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.stdout.contains("pre-receive hook declined; no runs on fridays"), "{said:?}");
    assert_eq!(world.run_refs_of(&hub), "");
    fs::remove_file(hub.join("hooks/pre-receive")).unwrap();
    hook(&hub, "update", "test \"$1\" != refs/par/r/winner");
    assert!(world.par(&["push"]).stdout.contains("refs/par/r/winner: hook declined"));
    assert_eq!(world.run_refs_of(&hub), "", "all or none");
    fs::remove_file(hub.join("hooks/update")).unwrap();
    world.git(&["-C", "../hub.git", "config", "receive.hideRefs", "refs/par"]);
    let said = world.par(&["push"]);
    assert_eq!((said.code, said.stdout.as_str()), (1, "r: refused: refs/par/r/base: deny updating a hidden ref\n"));
}

#[test]
fn the_users_own_hook_runs_and_may_say_no() {
    let (world, hub) = picked_with_hub();
    hook(&world.here.join(".git"), "pre-push", "cat > \"$HOME/pushed\"; echo \"not to $1\" >&2; exit 1");
    let said = world.par(&["push"]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.stdout.contains("r: refused: not to origin"), "{said:?}");
    assert!(fs::read_to_string(world.home().join("pushed")).unwrap().contains("refs/notes/par/r"));
    assert_eq!(world.run_refs_of(&hub), "");
}

#[test]
fn a_remote_that_moves_between_the_look_and_the_push_wins_the_race() {
    let (world, hub) = picked_with_hub();
    world.par_ok(&["push"]);
    world.par_ok(&["-q", "pick", "r", "--by", "files"]);
    let before = world.there(&hub, "refs/notes/par/r");
    let git = format!("env -u GIT_DIR -u GIT_WORK_TREE git -C '{}'", hub.display());
    let new = "commit-tree -m other refs/notes/par/r^{tree}";
    let user = "-c user.name=O -c user.email=o@example.com";
    hook(
        &world.here.join(".git"),
        "pre-push",
        &format!("exec >/dev/null; {git} update-ref refs/notes/par/r $({git} {user} {new})"),
    );
    let said = world.par(&["push"]);
    assert_eq!((said.code, said.stdout.as_str()), (3, "r: run 'r' was moved there meanwhile by somebody else\n"));
    assert_ne!(world.there(&hub, "refs/notes/par/r"), before, "somebody else's");
    fs::remove_file(world.here.join(".git/hooks/pre-push")).unwrap();
    world.par_ok(&["push"]);
}

#[test]
fn a_run_that_is_worked_on_or_does_not_read_well_stays_here_and_the_others_go() {
    let (world, hub) = picked_with_hub();
    world.spawn("held", 1, "echo y > y");
    let lock = File::create(world.here.join(".git/par/held/lock")).unwrap();
    lock.lock().unwrap();
    let said = world.par(&["push", "origin", "--all"]);
    assert_eq!(said.code, 3, "{said:?}");
    assert!(said.stdout.starts_with("held: run 'held' is being worked on by another process\nr: pushed"), "{said:?}");
    drop(lock);
    world.git(&["update-ref", "refs/notes/par/broken", "refs/notes/par/r"]);
    world.git(&["update-ref", "refs/par/broken/base", "refs/par/r/base"]);
    let answer = world.par_json(&["push", "origin", "--all"]);
    let states: Vec<_> = answer["runs"].as_array().unwrap().iter().map(|run| run["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["failed", "pushed", "up_to_date"]);
    assert!(answer["runs"][0]["error"].as_str().unwrap().contains("begins another run"), "{answer}");
    assert_eq!(world.there(&hub, "refs/notes/par/broken"), "");
    assert_eq!(world.par(&["push", "origin", "--all"]).code, 1);
}

#[test]
fn a_remote_that_is_several_places_is_refused() {
    let (world, hub) = picked_with_hub();
    for url in ["../hub.git", "../other.git"] {
        world.git(&["config", "--add", "remote.origin.pushurl", url]);
    }
    let said = world.par(&["push"]);
    said.refuses(2, "remote 'origin' has 2 push URLs: name one of them");
    assert!(said.stderr.contains("hint: git par push ../hub.git"), "{said:?}");
    assert_eq!(world.run_refs_of(&hub), "");
}
