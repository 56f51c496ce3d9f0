//! Files: a journal by itself, somebody else's journal, and bundles.

use std::{fs, process::Stdio};

use git_par::{
    engine::audit::journal_file,
    model::{chain::Form, finding::Outcome},
};

use crate::{
    forge::{chained, whole},
    world::World,
};

#[test]
fn a_journal_by_itself_is_checked_as_chain_and_history() {
    let world = World::with_run();
    let journal = whole(&world.journal());
    fs::write(world.here.join("j.jsonl"), &journal).unwrap();
    fs::write(world.here.join("named-otherwise"), &journal).unwrap();
    for name in ["j.jsonl", "./j.jsonl", "named-otherwise"] {
        let verified = world.verify(&[name]);
        verified.is("ok-unsigned", 0);
        assert_eq!(
            (&verified.answer["runs"][0]["run"], &verified.answer["runs"][0]["events"]),
            (&"r1".into(), &14.into())
        );
    }
    fs::write(world.here.join("j.jsonl"), journal.replace("the task", "a task")).unwrap();
    world.verify(&["j.jsonl"]).is_broken_in(&["chain"]);
    world.verify(&["j.jsonl", "--foreign"]).is_broken_in(&["chain"]);
    assert_eq!(world.par(&["verify", "j.jsonl", "--regate"]).status.code(), Some(2));
    assert_eq!(world.par(&["verify", "j.jsonl", "--require-signature"]).status.code(), Some(1));
}

#[test]
fn a_journal_is_read_from_standard_input_and_outside_of_any_repository() {
    let world = World::with_run();
    let file = world.beside("journal");
    fs::write(&file, whole(&world.journal())).unwrap();
    let mut command = world.command(env!("CARGO_BIN_EXE_git-par"), &["verify", "-"]);
    command.current_dir(world.beside("home")).stdin(Stdio::from(fs::File::open(file).unwrap()));
    let output = command.output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn a_journal_of_another_program_needs_to_be_called_so() {
    let world = World::empty();
    let event = |number: u64| {
        serde_json::json!({"schema_version": "1.0", "source_agent": "x", "tool_name": "y", "args": {}, "result": {},
            "success": true, "duration_ms": number})
    };
    let lines = chained((0..3).map(event).collect());
    let spaced: Vec<String> = lines.iter().map(|line| line.replacen(':', ": ", 1)).collect();
    fs::write(world.here.join("j.jsonl"), whole(&spaced)).unwrap();
    world.verify(&["j.jsonl"]).is_broken_in(&["canonical"]);
    let verified = world.verify(&["j.jsonl", "--foreign"]);
    verified.is("ok-unsigned", 0);
    assert_eq!(verified.answer["runs"][0]["run"], serde_json::Value::Null);
    fs::write(world.here.join("j.jsonl"), whole(&lines)).unwrap();
    world.verify(&["j.jsonl"]).is_broken_in(&["history"]);
}

#[test]
fn a_gibibyte_of_nothing_is_refused_in_little_memory() {
    let world = World::empty();
    let file = fs::File::create(world.here.join("zeros.jsonl")).unwrap();
    file.set_len(1 << 30).unwrap();
    let script = format!("ulimit -v 600000; exec '{}' verify --json zeros.jsonl", env!("CARGO_BIN_EXE_git-par"));
    let output = world.command("sh", &["-c", &script]).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(text.contains("longer than"), "{text}");
}

#[test]
fn a_bundle_is_verified_with_every_run_in_it() {
    let world = World::with_run();
    world.do_run("r2");
    let refs = ["--glob=refs/par/*", "--glob=refs/notes/par/*"];
    world.git(&[&["bundle", "create", "--quiet", "runs.bundle"], &refs[..]].concat());
    let elsewhere = World::empty();
    fs::copy(world.here.join("runs.bundle"), elsewhere.here.join("runs.bundle")).unwrap();
    let verified = elsewhere.verify(&["runs.bundle"]);
    verified.is("ok-unsigned", 0);
    assert_eq!(verified.answer["runs"].as_array().unwrap().len(), 2);
    world.git(&["update-ref", "refs/par/r2/w1", "refs/par/r2/w2"]);
    world.git(&[&["bundle", "create", "--quiet", "runs.bundle"], &refs[..]].concat());
    let verified = world.verify(&["runs.bundle"]);
    assert_eq!((verified.code, verified.broken.contains("refs")), (1, true));
    fs::write(elsewhere.here.join("x.bundle"), "garbage").unwrap();
    assert_eq!(elsewhere.par(&["verify", "x.bundle"]).status.code(), Some(2));
}

/// A small generator of numbers, so that the same ones come every time.
fn next(state: &mut u64) -> usize {
    *state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*state >> 33).unwrap()
}

#[test]
fn whatever_is_done_to_a_journal_it_is_judged_and_never_ok() {
    let world = World::with_run();
    let lines = world.journal();
    let journal = whole(&lines).into_bytes();
    let mut state = 1;
    for _ in 0..3000 {
        let mut forged = journal.clone();
        let at = next(&mut state) % forged.len();
        match next(&mut state) % 3 {
            0 => forged[at] ^= 1 << (next(&mut state) % 8),
            1 => drop(forged.remove(at)),
            _ => forged.insert(at, u8::try_from(next(&mut state) % 256).unwrap()),
        }
        let audit = journal_file(&*forged, Form::Canonical).unwrap();
        assert!(forged == journal || audit.outcome == Outcome::Broken);
        journal_file(&*forged, Form::Foreign).unwrap();
    }
}

#[test]
fn every_value_of_an_event_may_be_anything_and_nothing_panics() {
    let world = World::with_run();
    let events: Vec<serde_json::Value> =
        world.journal().iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    let odd = serde_json::json!([null, 0, -1, 9_007_199_254_740_991_u64, "", "w999", [], {}, true, "\u{1b}[31m\0"]);
    for (number, event) in events.iter().enumerate() {
        for half in ["args", "result"] {
            for key in event[half].as_object().unwrap().keys() {
                for value in odd.as_array().unwrap() {
                    let mut forged = events.clone();
                    forged[number][half][key] = value.clone();
                    journal_file(whole(&chained(forged)).as_bytes(), Form::Canonical).unwrap();
                }
            }
        }
    }
}
