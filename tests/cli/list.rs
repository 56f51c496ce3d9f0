//! `git par list` and `git par agents`: what is here, from refs alone.

use std::fs;

use super::world::World;

fn names(answer: &serde_json::Value) -> Vec<&str> {
    answer["runs"].as_array().unwrap().iter().map(|run| run["run"].as_str().unwrap()).collect()
}

#[test]
fn runs_are_listed_newest_first_and_one_in_full() {
    let world = World::new();
    for run in ["zeta", "alpha", "mid"] {
        world.picked(run, "echo x > x");
    }
    world.par_ok(&["merge", "alpha"]);
    world.par_ok(&["seal", "alpha"]);
    assert_eq!(names(&world.par_json(&["list"])), ["mid", "alpha", "zeta"]);
    insta::assert_snapshot!(world.par(&["list"]).snapshot(&world), @r"
    run  state  workers  gates  winner  merged  sealed  age  task
    mid  picked  1 picked  -  w1  -  -  <time>  the task
    alpha  sealed  1 merged  -  w1  <id>  yes  <time>  the task
    zeta  picked  1 picked  -  w1  -  -  <time>  the task
    exit 0
    ");
    insta::assert_snapshot!(world.par(&["list", "al"]).snapshot(&world), @r"
    run alpha
    task: the task
    state: sealed
    workers: 1 merged
    worker  state  attempt  agent  time  diff  gate  tokens  cost  candidate
    w1 *  merged  1  command  <time>  1 file +1 -0  none  -  -  <id>
    total  <time>  -  -
    merged as <id>
    sealed
    exit 0
    ");
    world.par(&["gate", "--", "true"]).refuses(0, "run mid (the newest)");
}

#[test]
fn a_name_that_is_none_or_several_is_refused_with_what_there_is() {
    let world = World::new();
    for run in ["one-a", "one-b", "one"] {
        world.spawn(run, 1, "echo x > x");
    }
    assert_eq!(names(&world.par_json(&["list", "one"])), ["one"]);
    world.par(&["list", "one-"]).refuses(2, "'one-' is the beginning of 2 runs: one-a, one-b");
    let unknown = world.par(&["pick", "two"]);
    unknown.refuses(128, "no run is named 'two', or begins so");
    assert!(unknown.stderr.contains("hint: git par list"));
    world.par(&["merge", ""]).refuses(2, "3 runs");
}

#[test]
fn an_empty_repository_has_no_runs() {
    let world = World::empty();
    world.par(&["list"]).refuses(128, "not a git repository");
    world.git(&["init", "-q"]);
    assert_eq!(world.par_ok(&["list"]), "no runs\n");
    assert_eq!(world.par_json(&["list"])["runs"], serde_json::json!([]));
    let said = world.par(&["pick"]);
    said.refuses(128, "there is no run in this repository");
    assert!(said.stderr.contains("hint: git par spawn \"what is to be done\"\n"), "there is nowhere to fetch from");
    world.git(&["remote", "add", "origin", "nowhere"]);
    assert!(world.par(&["pick"]).stderr.contains("hint: git par fetch\n"));
}

#[test]
fn a_clone_lists_what_it_fetched_and_says_what_it_did_not() {
    let world = World::new();
    world.picked("r", "echo x > x");
    let clone = world.clone_with_runs("clone", &[]).display().to_string();
    assert_eq!(world.par_ok(&["-C", &clone, "list", "r"]), world.par_ok(&["list", "r"]));
    let partly = world.beside("partly").display().to_string();
    world.git(&["clone", "--quiet", ".", &partly]);
    world.git(&["-C", &partly, "fetch", "--quiet", "origin", "refs/notes/par/*:refs/notes/par/*"]);
    assert!(world.par_ok(&["-C", &partly, "list"]).contains("ref 'refs/par/r/base' is not here"));
    let said = world.par(&["-C", &partly, "pick"]);
    said.refuses(128, "ref 'refs/par/r/base' is not here");
    assert!(said.stderr.contains("hint: git par fetch"), "{said:?}");
}

/// Puts these bytes where a run's journal is.
fn forge(world: &World, run: &str, journal: &[u8]) {
    fs::write(world.home().join("forged"), journal).unwrap();
    let blob = world.git(&["hash-object", "-w", "--no-filters", world.home().join("forged").to_str().unwrap()]);
    world.git(&["update-ref", &format!("refs/par/{run}/base"), "HEAD"]);
    world.git(&["notes", &format!("--ref=par/{run}"), "add", "-f", "-C", &blob, "HEAD"]);
}

#[test]
fn a_broken_journal_is_shown_and_hinders_no_other_run() {
    let world = World::new();
    world.picked("good", "echo x > x");
    let good = world.journal("good");
    let first = good.lines().next().unwrap();
    let cases: [(&str, Vec<u8>, &str); 7] = [
        ("b-text", b"not json\n".to_vec(), "is broken"),
        ("b-bytes", vec![0xff, 0, 0xfe, b'\n'], "is broken"),
        ("b-cut", first.as_bytes().to_vec(), "the journal ends within the line"),
        ("b-edited", good.replace("the task", "The task").into_bytes(), "is broken"),
        ("b-lost", good.split_inclusive('\n').skip(1).collect::<String>().into_bytes(), "is broken"),
        ("b-deep", format!("{}\n", "[".repeat(100_000)).into_bytes(), "is broken"),
        ("b-twice", good.clone().into_bytes().repeat(2), "is broken"),
    ];
    for (run, journal, _) in &cases {
        forge(&world, run, journal);
    }
    let listed = world.par_ok(&["list"]);
    assert!(listed.lines().nth(1).unwrap().starts_with("good "), "{listed}");
    assert_eq!(names(&world.par_json(&["list"])).len(), 8);
    for (run, _, part) in &cases {
        for verb in ["list", "gate", "pick", "merge", "seal"] {
            world.par(&[verb, run]).refuses(128, part);
        }
        assert_eq!(world.git(&["rev-list", "--count", &format!("refs/notes/par/{run}")]), "1", "nothing was written");
    }
    assert_eq!(world.par(&["gate", "--", "true"]).stderr.lines().next(), Some("run good (the newest)"));
}

#[test]
fn a_journal_too_large_to_read_is_told_as_that() {
    let world = World::new();
    // The header of a loose object is believed before its content is read (gitformat-loose(5)): 600 MB in a few bytes.
    let blob = world.git(&["hash-object", "-w", "--no-filters", "a.txt"]);
    forge(&world, "r", b"one\ntwo\nthree\n");
    let object = world.here.join(".git/objects").join(&blob[..2]).join(&blob[2..]);
    fs::remove_file(&object).unwrap();
    fs::write(&object, zlib_stored(b"blob 600000000\0huge")).unwrap();
    let said = world.par(&["pick", "r"]);
    said.refuses(128, "has 600000000 bytes, more than the 536870912 that are read");
}

/// Wraps bytes as zlib does without compressing them (RFC 1950, RFC 1951).
fn zlib_stored(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap();
    let (low, high) = bytes.iter().fold((1u32, 0u32), |(low, high), byte| {
        let low = (low + u32::from(*byte)) % 65_521;
        (low, (high + low) % 65_521)
    });
    [
        &[0x78, 0x01, 0x01][..],
        &length.to_le_bytes(),
        &(!length).to_le_bytes(),
        bytes,
        &((high << 16) | low).to_be_bytes(),
    ]
    .concat()
}

#[test]
fn the_well_known_agents_are_listed_with_what_is_installed() {
    let mut world = World::new();
    let bin = world.home().join("bin");
    fs::create_dir(&bin).unwrap();
    fs::write(bin.join("codex"), "#!/bin/sh\n").unwrap();
    fs::set_permissions(bin.join("codex"), std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    let installed = |world: &World| {
        let answer = world.par_json(&["agents"]);
        let agents = answer["agents"].as_array().unwrap().clone();
        assert!(agents.iter().all(|agent| agent["argv"][0] == agent["program"]));
        agents.iter().find(|agent| agent["name"] == "codex").unwrap()["installed"].clone()
    };
    assert_eq!(installed(&world), false);
    world.add_to_path(&bin);
    assert_eq!(installed(&world), true);
    assert!(world.par_ok(&["agents"]).lines().any(|line| line.starts_with("codex ") && line.contains("yes")));
}
