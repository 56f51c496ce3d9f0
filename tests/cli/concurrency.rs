//! Several processes at one run: no event is lost, and nobody hears of a lock.

use std::process::{Child, Stdio};

use git_par::model::chain::{self, Form};

use super::world::{Said, World};

fn begin(world: &World, arguments: &[&str]) -> Child {
    world.par_command(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

#[test]
fn eight_processes_at_one_run_lose_no_event() {
    for format in ["--ref-format=files", "--ref-format=reftable"] {
        let world = World::with_init(&[format]);
        world.spawn("r", 2, "echo $PAR_WORKER > x");
        let commands: [&[&str]; 4] = [
            &["gate", "r", "--", "sh", "-c", "echo one $PAR_WORKER"],
            &["pick", "r"],
            &["gate", "r", "--place", "worktree", "--", "sh", "-c", "echo two $PAR_WORKER; cat x"],
            &["pick", "r", "-w", "2"],
        ];
        let children: Vec<_> = commands.iter().chain(&commands).map(|arguments| begin(&world, arguments)).collect();
        for child in children {
            let said = Said::of(child.wait_with_output().unwrap());
            assert!([0, 1].contains(&said.code) && !said.stderr.contains("lock"), "{format}: {said:?}");
        }
        assert_eq!(world.events_of("r", "gate_finished").len(), 8, "{format}");
        assert_eq!(world.events_of("r", "winner_selected").len(), 4, "{format}");
        assert!(
            world.events_of("r", "gate_finished").iter().all(|event| event["result"]["verdict"] == "pass"),
            "{format}"
        );
        let journal = world.journal("r");
        let tip = chain::verify(journal.as_bytes(), Form::Canonical).unwrap();
        assert_eq!(tip.count, 1 + 4 + 1 + 8 + 4);
        each_log_is_the_one_recorded(&world);
        world.fsck();
    }
}

fn each_log_is_the_one_recorded(world: &World) {
    for event in world.events_of("r", "gate_finished") {
        let log = &event["result"]["log"];
        let text = world.git(&["cat-file", "blob", log["blob"].as_str().unwrap()]);
        assert_eq!(log["bytes"].as_u64().unwrap(), text.len() as u64 + 1, "{log}");
        let mark = event["args"]["argv"][2].as_str().unwrap().split(' ').nth(1).unwrap().to_owned();
        assert!(text.starts_with(&format!("{mark} {}", event["args"]["worker"])), "{text}");
    }
}

#[test]
fn picks_of_different_winners_at_once_all_stand_one_after_another() {
    for format in ["--ref-format=files", "--ref-format=reftable"] {
        let world = World::with_init(&[format]);
        world.spawn("r", 2, "echo $PAR_WORKER > x");
        let children: Vec<_> = (0..8).map(|at| begin(&world, &["pick", "r", "-w", ["1", "2"][at % 2]])).collect();
        for child in children {
            let said = Said::of(child.wait_with_output().unwrap());
            assert_eq!(said.code, 0, "{format}: {said:?}");
        }
        let events = world.events_of("r", "winner_selected");
        assert_eq!(events.len(), 8, "{format}");
        assert_eq!(events[7]["result"]["candidate"], world.git(&["rev-parse", "refs/par/r/winner"]), "{format}");
    }
}
