//! `git par spawn --tasks`: a stream of ready tasks, each begun when a slot is free, and claimed once.

use std::{io::Write as _, process::Stdio};

use serde_json::Value;

use crate::world::{Said, World};

/// Appends what it is told, the last word of its task, to a file of that name.
const AGENT: &str = "word=$(tail -n 1); echo x > \"${word##* }\"";

fn spawn(world: &World, arguments: &[&str]) -> Said {
    world.par(&[&["spawn", "--name", "r", "--agent", AGENT, "--gate", "true"], arguments].concat())
}

fn tasks(world: &World) -> Vec<(String, String)> {
    let shown = world.par(&["list", "r", "--json"]);
    let shown: Value = serde_json::from_str(&shown.stdout).unwrap();
    let run = shown.get("runs").map_or(&shown, |runs| &runs[0]);
    let pieces = run["plan"]["tasks"].as_array().unwrap();
    let text = |piece: &Value, key: &str| piece[key].as_str().unwrap_or_default().to_owned();
    pieces.iter().map(|piece| (text(piece, "id"), text(piece, "end"))).collect()
}

fn names(world: &World) -> Vec<String> {
    tasks(world).into_iter().map(|(id, end)| format!("{id} {end}")).collect()
}

#[test]
fn words_and_objects_of_a_file_are_worked_off_and_land_together() {
    let world = World::new();
    let lines =
        "make one\n\n{\"id\":\"two\",\"prompt\":\"make two\",\"attempts\":2,\"writes\":[\"two\"]}\nmake three\n";
    std::fs::write(world.beside("tasks"), lines).unwrap();
    let said = spawn(&world, &["--tasks", "../tasks", "-j", "2"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(names(&world), ["t1 accepted", "two accepted", "t3 accepted"]);
    assert!(said.stdout.contains("delivered (parallel)"), "{said:?}");
    assert_eq!(world.par(&["merge", "r"]).code, 0);
    for file in ["one", "two", "three"] {
        assert_eq!(world.read(file), "x\n");
    }
    let log = world.par(&["log", "r"]).stdout;
    assert!(log.contains("3 were drawn") && !log.contains(&*world.here.to_string_lossy()), "{log}");
}

#[test]
fn what_is_no_task_is_recorded_and_keeps_the_rest_from_being_delivered() {
    let world = World::new();
    let long = format!("{{\"id\":\"{}\",\"prompt\":\"p\"}}", "n".repeat(300));
    let lines = format!(
        "{{\"id\":\n{{\"id\":\"a b\",\"prompt\":\"p\"}}\n{{\"prompt\":\"p\",\"colour\":1}}\n{long}\n\
         {{\"id\":\"t5\",\"prompt\":\"make five\"}}\n{{\"id\":\"t5\",\"prompt\":\"make it again\"}}\n"
    );
    std::fs::write(world.beside("tasks"), lines).unwrap();
    let said = spawn(&world, &["--tasks", "../tasks"]);
    assert_eq!(said.code, 1, "{said:?}");
    assert_eq!(names(&world), ["t5 accepted"]);
    let left_out = world.event("r", "stream_finished")["result"]["left_out"].clone();
    let reasons: Vec<&str> = left_out.as_array().unwrap().iter().map(|left| left["reason"].as_str().unwrap()).collect();
    let parts = ["no JSON object", "no name that a task may have", "no key 'colour'", "no name", "is called 't5'"];
    assert_eq!(reasons.len(), parts.len(), "{reasons:?}");
    for (part, reason) in parts.iter().zip(&reasons) {
        assert!(reason.contains(part), "{part}: {reason}");
        assert!(said.stderr.contains(reason), "{said:?}");
    }
    assert!(
        said.stdout.contains("not delivered (single_session): 5 of the lines were no tasks, the first:"),
        "{said:?}"
    );
    world.par_ok(&["verify", "r"]);
}

#[test]
fn standard_input_is_drawn_from_as_it_comes() {
    let world = World::new();
    let arguments = ["spawn", "--name", "r", "--agent", AGENT, "--gate", "true", "--tasks", "-", "-j", "1"];
    let mut child = world.par_command(&arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    writeln!(input, "make one").unwrap();
    // The second task is written only once the first one's work is recorded.
    let started = std::time::Instant::now();
    while !world.par(&["log", "r"]).stdout.contains("gated") {
        assert!(started.elapsed().as_secs() < 60, "nothing was worked on");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    writeln!(input, "make two").unwrap();
    drop(input);
    let said = Said::of(child.wait_with_output().unwrap());
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(names(&world), ["t1 accepted", "t2 accepted"]);
}

#[test]
fn a_command_is_asked_again_when_a_slot_is_free_and_no_task_is_taken_twice() {
    let world = World::new();
    let done = world.beside("done");
    std::fs::create_dir(&done).unwrap();
    // A tracker that lists what is ready: the second level only when all of the first is done.
    let tracker = format!(
        "cd '{}'; n=$(ls | wc -l); [ $n -ge 2 ] || printf 'make a\\nmake b\\n'; [ $n -lt 2 ] || [ $n -ge 4 ] || printf 'make a\\nmake c\\nmake d\\n'",
        done.display()
    );
    let agent = format!("word=$(tail -n 1); word=${{word##* }}; echo x > $word; touch '{}'/$word", done.display());
    let source = format!("!{tracker}");
    let said = world.par(&["spawn", "--name", "r", "--agent", &agent, "--tasks", &source, "-j", "2"]);
    assert_eq!(tasks(&world).len(), 4, "{said:?}");
    assert_eq!(world.par(&["merge", "r"]).code, 0, "{said:?}");
    for file in ["a", "b", "c", "d"] {
        assert_eq!(world.read(file), "x\n");
    }
}

#[test]
fn a_task_that_cannot_be_claimed_is_somebody_elses() {
    let world = World::new();
    let claims = world.beside("claims");
    let claim = format!("cat >>'{0}'; echo \" $PAR_TASK_ID\" >>'{0}'; [ $PAR_TASK_ID != theirs ]", claims.display());
    world.git(&["config", "par.claim", &claim]);
    let lines = "{\"id\":\"ours\",\"prompt\":\"make ours\"}\n{\"id\":\"theirs\",\"prompt\":\"make theirs\"}\n";
    std::fs::write(world.beside("tasks"), lines).unwrap();
    let said = spawn(&world, &["--tasks", "../tasks"]);
    assert_eq!(said.code, 0, "{said:?}");
    assert_eq!(names(&world), ["ours accepted"]);
    let claims = std::fs::read_to_string(claims).unwrap();
    assert!(claims.contains("\"prompt\":\"make ours\"") && claims.contains(" theirs"), "{claims}");
}

#[test]
fn a_stream_that_was_cut_short_goes_on_without_what_was_taken() {
    let json = |word: &str| format!("{{\"id\":\"{word}\",\"prompt\":\"make {word}\"}}\n");
    let json = ["one", "two", "three"].map(json).concat();
    for (lines, ids) in [("make one\nmake two\nmake three\n", ["t1", "t2", "t3"]), (&json, ["one", "two", "three"])] {
        let world = World::new();
        std::fs::write(world.beside("tasks"), lines).unwrap();
        // The second worker kills its supervisor, as the system would.
        let agent = "word=$(tail -n 1); echo x > \"${word##* }\"; [ $PAR_WORKER.$PAR_ATTEMPT != 2.1 ] || kill -9 $PPID; sleep 0.1";
        let arguments = ["spawn", "--name", "r", "--agent", agent, "--gate", "true", "--tasks", "../tasks", "-j", "1"];
        assert_eq!(world.par(&arguments).code, -1, "it was killed");
        let said = world.par(&["resume", "r"]);
        assert_eq!(said.code, 0, "{said:?}");
        assert_eq!(names(&world), ids.map(|id| format!("{id} accepted")));
        assert_eq!(world.par(&["merge", "r"]).code, 0, "{said:?}");
        assert_eq!(world.read("three"), "x\n");
    }
}

#[test]
fn a_line_is_one_task_however_it_begins_and_however_long_it_is() {
    let world = World::new();
    let task = "\u{feff}{\"id\":\"read\",\"prompt\":\"p\",\"role\":\"reviewer\",\"agent\":\"echo seen\"}\n";
    let long = "a".repeat(9 << 20);
    let agent = "echo x > x";
    let mut command = world.par_command(&["spawn", "--name", "r", "--agent", agent, "--gate", "true", "--tasks", "-"]);
    std::fs::write(world.beside("tasks"), [task, &long, "\nmake x\n"].concat()).unwrap();
    command.stdin(std::fs::File::open(world.beside("tasks")).unwrap());
    let said = crate::world::Said::of(command.output().unwrap());
    assert!(said.stderr.contains("a line of more than 4194304 bytes': it is no JSON object"), "{}", said.stderr);
    assert_eq!(names(&world), ["read accepted", "t2 accepted"]);
}

#[test]
fn a_stream_without_a_task_delivers_nothing() {
    let world = World::new();
    let said = spawn(&world, &["--tasks", "!true"]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.stdout.contains("not delivered (parallel): no task changed anything"), "{said:?}");
    let said = world.par(&["spawn", "--name", "f", "--agent", AGENT, "--tasks", "!echo oops >&2; exit 3"]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.stderr.contains("the command that lists tasks ended with failure(3): oops"), "{said:?}");
    std::fs::write(world.beside("tasks"), "make one\n").unwrap();
    let said = world.par(&["spawn", "--name", "n", "--tasks", "../tasks"]);
    assert_eq!(said.code, 1, "{said:?}");
    assert!(said.stdout.contains("nothing says which agent runs it: --agent or par.agent would"), "{said:?}");
    let said = world.par(&["spawn", "--tasks", "nowhere"]);
    assert_eq!(said.code, 2);
    assert!(said.stderr.contains("there is no file 'nowhere'"), "{said:?}");
}

#[test]
fn a_line_that_is_no_text_ends_no_stream() {
    let bytes = b"make one\nmake t\xffo\nmake three\n";
    for source in ["../tasks", "!cat ../tasks", "-"] {
        let world = World::new();
        std::fs::write(world.beside("tasks"), bytes).unwrap();
        let mut command = world.par_command(&["spawn", "--name", "r", "--agent", AGENT, "--gate", "true"]);
        let input = std::fs::File::open(world.beside("tasks")).unwrap();
        let said = Said::of(command.args(["--tasks", source]).stdin(input).output().unwrap());
        assert_eq!(said.code, 0, "{source}: {said:?}");
        assert_eq!(names(&world), ["t1 accepted", "t2 accepted", "t3 accepted"], "{source}");
    }
}

#[test]
fn a_list_that_is_too_long_to_be_read_is_refused_and_not_cut() {
    let world = World::new();
    std::fs::write(world.beside("tasks"), "make one\n".repeat(500_000)).unwrap();
    spawn(&world, &["--tasks", "../tasks"]).refuses(2, "it has more than 4194304 bytes");
}
