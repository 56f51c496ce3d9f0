//! `git par demo`: the whole job, far from what is the user's.

use std::fs;

use super::world::{Said, World};

/// The steps that the demonstration shows, up to the one that it fails in while there is no verifying.
const STEPS: [&str; 7] = ["spawn", "gate", "pick", "merge", "seal", "clone", "fetch"];

fn shown(world: &World, arguments: &[&str]) -> Said {
    Said::of(world.par_command(&[&["demo"], arguments].concat()).output().unwrap())
}

#[test]
fn the_demonstration_ends_well_only_when_its_record_verifies() {
    let world = World::new();
    let answer = world.par_json(&["demo", "--dir", "shown"]);
    let commands: Vec<_> =
        answer["steps"].as_array().unwrap().iter().map(|step| step["command"].as_str().unwrap().to_owned()).collect();
    assert!(STEPS.iter().zip(&commands).all(|(step, command)| command.contains(step)), "{commands:?}");
    assert!(commands.iter().any(|command| command.ends_with("verify demo")), "{commands:?}");
    assert!(answer["steps"].as_array().unwrap().iter().all(|step| step["status"] == 0));
}

#[test]
fn it_needs_nothing_of_the_users_and_leaves_all_of_it_alone() {
    let world = World::new();
    // An empty home, no identity, a repository in the environment, and settings that would spoil everything.
    fs::remove_file(world.home().join(".gitconfig")).unwrap();
    let before = world.own();
    for (name, config) in [
        ("plain", ""),
        ("spoilt", "[par]\n\tgate = false\n\tsetup = exit 1\n[commit]\n\tgpgSign = true\n[core]\n\tautocrlf = true\n"),
    ] {
        let config_file = world.home().join("config");
        fs::write(&config_file, config).unwrap();
        let mut command = world.par_command(&["demo", "--dir", name]);
        command
            .env("GIT_DIR", world.here.join(".git"))
            .env("GIT_WORK_TREE", &world.here)
            .env("GIT_CONFIG_GLOBAL", &config_file);
        let said = Said::of(command.env("GIT_PAR_GATE", "false").output().unwrap());
        assert!(said.code == 0 || said.stderr.contains("verify demo' ended with"), "{said:?}");
        let repository = format!("{name}/repo");
        assert_eq!(world.git(&["-C", &repository, "log", "-1", "--format=%an", "main"]), "Demo");
        assert!(world.git(&["-C", &repository, "show", "main:range.sh"]).contains("last - first + 1"));
        assert_eq!(
            world.git(&["-C", &repository, "rev-parse", "refs/par/demo/winner"]),
            world.git(&["-C", &repository, "rev-parse", "refs/par/demo/w2"])
        );
        assert_eq!(fs::read_to_string(&config_file).unwrap(), config);
        fs::remove_dir_all(world.here.join(name)).unwrap();
    }
    assert_eq!(world.own(), before);
    assert_eq!(fs::read_dir(world.home()).unwrap().count(), 1, "nothing was left in the home folder");
}

#[test]
fn the_folder_must_not_exist_yet() {
    let world = World::new();
    fs::create_dir(world.here.join("there")).unwrap();
    let said = shown(&world, &["--dir", "there"]);
    said.refuses(128, "could not make the folder of the demonstration");
    assert_eq!(fs::read_dir(world.here.join("there")).unwrap().count(), 0);
}
