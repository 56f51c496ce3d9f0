//! `git par pick`: who wins, who decided, and what is written down.

use super::{
    endings::{start, wait_for},
    world::World,
};

/// Each worker writes as many lines as its number says; the third changes nothing.
const LINES: &str = "[ $PAR_WORKER = 3 ] || seq $PAR_WORKER > lines.txt";

#[test]
fn the_default_rule_takes_the_smallest_change_that_passes() {
    let world = World::new();
    world.spawn("r", 4, LINES);
    world.par(&["-q", "gate", "--", "sh", "-c", "test $(wc -l < lines.txt) -gt 1"]);
    let said = world.par(&["-q", "pick", "r"]);
    insta::assert_snapshot!(said.snapshot(&world), @r"
    worker  verdict  diff  lines  candidate  
    w2  pass  yes  2  <id>  winner
    w4  pass  yes  4  <id>
    w1  fail  yes  1  <id>  may not win
    w3  fail  empty  0  <id>  may not win
    rule: verdict,diff,lines,worker
    winner w2: w2 is ahead of w4 by lines: 2 against 4
    exit 0
    ");
    assert_eq!(world.git(&["rev-parse", "refs/par/r/winner"]), world.git(&["rev-parse", "refs/par/r/w2"]));
    let event = world.event("r", "winner_selected");
    assert_eq!(
        event["args"],
        serde_json::json!({"allow_failing": false, "by": "rule", "rule": "verdict,diff,lines,worker", "worker": null})
    );
    let order: Vec<_> =
        event["result"]["ranking"].as_array().unwrap().iter().map(|rank| rank["worker"].as_u64().unwrap()).collect();
    assert_eq!(order, [2, 4, 1, 3]);
}

#[test]
fn without_a_gate_it_is_said_that_nothing_was_checked() {
    let world = World::new();
    world.spawn("r", 2, LINES);
    let said = world.par(&["-q", "pick"]);
    assert!(said.stdout.contains("nothing was checked: no gate ran\nwinner w1: "), "{said:?}");
    assert_eq!(world.par_json(&["pick"])["gated"], false);
}

#[test]
fn where_nothing_passes_nobody_wins_and_that_is_recorded() {
    let world = World::new();
    world.spawn("r", 3, LINES);
    world.par(&["gate", "--", "false"]);
    let said = world.par(&["-q", "pick"]);
    assert_eq!(said.code, 1);
    assert!(said.stdout.ends_with("no winner: no candidate with a change passed the gate\n"), "{said:?}");
    assert!(world.event("r", "winner_selected")["result"]["winner"].is_null());
    assert!(!world.run_refs().contains("refs/par/r/winner"));
    world.par(&["merge"]).refuses(128, "run 'r' has no winner");
    let failing = world.par_json(&["pick", "--allow-failing"]);
    assert_eq!(failing["winner"], 1);
    assert_eq!(world.event("r", "winner_selected")["args"]["allow_failing"], true);
}

#[test]
fn a_pick_without_a_winner_takes_the_ref_of_the_one_before_away() {
    for format in ["--ref-format=files", "--ref-format=reftable"] {
        let world = World::with_init(&[format]);
        world.spawn("r", 1, LINES);
        world.par_ok(&["pick"]);
        assert!(world.run_refs().contains("refs/par/r/winner"));
        world.par(&["gate", "--", "false"]);
        assert_eq!(world.par(&["pick"]).code, 1);
        assert!(!world.run_refs().contains("refs/par/r/winner"), "{format}");
        world.par_ok(&["verify"]);
        world.par_ok(&["gate", "--", "true"]);
        world.par_ok(&["pick"]);
        assert!(world.run_refs().contains("refs/par/r/winner"));
    }
}

#[test]
fn a_person_may_choose_but_not_an_empty_candidate() {
    let world = World::new();
    world.spawn("r", 3, LINES);
    world.par(&["gate", "--", "false"]);
    let said = world.par_json(&["pick", "-w", "2"]);
    assert_eq!(
        (&said["winner"], &said["by"], &said["reason"]),
        (&2.into(), &"person".into(), &"a person picked w2 (verdict: fail)".into())
    );
    assert_eq!(world.event("r", "winner_selected")["args"]["by"], "person");
    let count = world.events("r").len();
    world.par(&["pick", "-w", "3"]).refuses(128, "w3's candidate is empty: an empty candidate never wins");
    world.par(&["pick", "-w", "9"]).refuses(128, "w9 has no candidate in this run");
    assert_eq!(world.events("r").len(), count, "a choice that cannot stand is not recorded");
}

#[test]
fn picking_again_appends_and_the_same_facts_have_the_same_winner() {
    let world = World::new();
    world.spawn("r", 4, LINES);
    let answers: Vec<_> = (0..3).map(|_| world.par_json(&["pick", "r"])).collect();
    assert!(answers.windows(2).all(|pair| pair[0] == pair[1]));
    let events = world.events_of("r", "winner_selected");
    assert_eq!(events.len(), 3);
    assert!(events.iter().all(|event| event["result"] == events[0]["result"]));
}

#[test]
fn a_run_that_still_works_is_refused_between_its_workers_too() {
    let world = World::new();
    let (go, there) = (world.home().join("go"), world.home().join("there"));
    let script =
        format!("touch '{}'; while [ ! -e '{}' ]; do sleep 0.02; done; echo x > x", there.display(), go.display());
    // The gate holds it: every worker that was started has finished.
    let arguments =
        ["spawn", "-n", "2", "-j", "1", "--name", "r", "--gate", &script, "t", "--", "sh", "-c", "echo x > y"];
    let mut spawn = world
        .par_command(&arguments)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    while !there.exists() {
        assert!(spawn.try_wait().unwrap().is_none());
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    world.par(&["pick", "r"]).refuses(3, "run 'r' is still being worked on");
    world.par(&["seal", "r"]).refuses(3, "run 'r' is still being worked on");
    std::fs::write(&go, "").unwrap();
    assert!(spawn.wait().unwrap().success());
    world.par_ok(&["pick", "r"]);
}

#[test]
fn what_a_dead_run_recorded_is_all_that_there_is() {
    let world = World::new();
    let there = world.home().join("there");
    let script = format!("[ $PAR_WORKER = 1 ] && {{ echo x > x; exit; }}; touch '{}'; sleep 60", there.display());
    let arguments = ["spawn", "-n", "2", "-j", "1", "--name", "r", "t", "--", "sh", "-c", &script];
    let mut spawn = world
        .par_command(&arguments)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    while !there.exists() {
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    spawn.kill().unwrap();
    spawn.wait().unwrap();
    let said = world.par(&["pick", "r"]);
    said.refuses(0, "run 'r' was cut short: not every worker came to its end");
    assert!(said.stdout.contains("winner w1"), "{said:?}");
    world.par_ok(&["merge"]);
    world.par_ok(&["seal", "--no-sign"]);
}

#[test]
fn that_nobody_wins_is_not_said_of_a_run_that_was_cut_short() {
    let world = World::new();
    let script = "touch ../began; while [ ! -e ../end ]; do sleep 0.02; done; echo x > x";
    let mut spawn =
        start(world.par_command(&["spawn", "-n", "2", "-j", "1", "--name", "r", "t", "--", "sh", "-c", script]));
    wait_for(&world.worktree("r", "began"));
    spawn.kill().unwrap();
    spawn.wait().unwrap();
    let count = world.events("r").len();
    for arguments in [&["pick", "r"][..], &["gate", "r", "--", "true"]] {
        let said = world.par(arguments);
        assert!((said.code, said.stderr.contains("hint: git par resume r\n")) == (128, true), "{said:?}");
    }
    assert_eq!(world.events("r").len(), count, "nothing is recorded");
    std::fs::write(world.worktree("r", "end"), "").unwrap();
    world.par_ok(&["resume", "r"]);
    world.par_ok(&["pick", "r"]);
}

#[test]
fn the_recorded_winner_is_what_anyone_computes_from_the_events_before_it() {
    use git_par::model::{
        chain::{self, Chain, Form},
        fact::Fact,
        history::{History, Step},
        selection,
    };
    let world = World::new();
    world.spawn("r", 4, LINES);
    world.par(&["gate", "-w", "2", "-w", "4", "--", "true"]);
    for arguments in [
        &["pick"][..],
        &["pick", "--by", "-lines,consensus"],
        &["pick", "-w", "1"],
        &["pick", "--allow-failing", "--by", "duration"],
    ] {
        world.par_ok(arguments);
    }
    let (journal, mut chain, mut history, mut picks) =
        (world.journal("r"), Chain::new(Form::Canonical), History::default(), 0);
    for line in chain::lines(journal.as_bytes()) {
        let step = Step::read(&chain.push(line.unwrap()).unwrap()).unwrap();
        if let Fact::WinnerSelected(pick) = &step.fact {
            assert_eq!(selection::decide(&history, &pick.args).unwrap(), pick.result);
            picks += 1;
        }
        history.push(step).unwrap();
    }
    assert_eq!(picks, 4);
}
