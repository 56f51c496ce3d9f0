//! `git par plan`: a plan is checked and shown, and nothing else happens.

use std::{
    io::Write,
    process::{Child, Stdio},
};

use serde_json::{Value, json};

use super::world::{Said, World};

/// A plan with a task of each kind.
fn plan() -> Value {
    json!({
        "version": 1,
        "goal": "a parser\nand more",
        "tasks": [
            { "id": "design", "prompt": "p", "role": "planner" },
            { "id": "parser", "prompt": "p", "needs": ["design"], "writes": ["src/**", { "file": "lib.rs", "symbol": "parse" }] },
            { "id": "lexer", "prompt": "p", "needs": ["design"], "writes": ["a.txt", { "file": "lib.rs", "symbol": "lex" }] },
            { "id": "docs", "prompt": "p", "reads": ["a.txt", "src/new.rs"], "writes": ["docs"] },
            { "id": "clean", "prompt": "p" },
        ],
    })
}

fn wrong() -> Value {
    json!({ "version": 1, "tasks": [
        { "id": "design", "prompt": "p" },
        { "id": "parser", "prompt": "p", "needs": ["desing"], "writes": ["../out"], "role": "bulider", "tineout": "1m" },
    ] })
}

fn world(plan: &Value) -> World {
    let world = World::new();
    world.write("plan.json", &plan.to_string());
    world
}

/// Runs `git-par` with a text on its standard input.
fn fed(world: &World, arguments: &[&str], text: &str) -> Said {
    let mut command = world.par_command(arguments);
    let mut child: Child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    Said::of(child.wait_with_output().unwrap())
}

#[test]
fn a_valid_plan_is_said_to_be_one_with_what_to_look_at() {
    let world = world(&plan());
    insta::assert_snapshot!(world.par(&["plan", "check", "plan.json"]).snapshot(&world), @"
    warning tasks[1].writes[0]: no file of the commit checked out is in 'src/**'
    the plan is valid: 5 tasks in 4 waves, 1 warning
    exit 0
    ");
    let found = world.par_json(&["plan", "check", "plan.json"]);
    assert_eq!((&found["version"], &found["valid"], &found["omitted"]), (&json!(1), &json!(true), &json!(0)));
    assert_eq!((&found["tasks"], &found["waves"]), (&json!(5), &json!(4)));
    assert_eq!(found["compared_with"], world.git(&["rev-parse", "HEAD"]));
    let first = &found["findings"][0];
    assert_eq!((&first["code"], &first["severity"]), (&json!("matches-nothing"), &json!("warning")));
}

#[test]
fn everything_that_is_wrong_is_named_with_its_place_and_the_answer_is_no() {
    let world = world(&wrong());
    insta::assert_snapshot!(world.par(&["plan", "check", "plan.json"]).snapshot(&world), @"
    error tasks[1].tineout: there is no key 'tineout' (did you mean 'timeout'?)
    error tasks[1].writes[0]: '../out' is no path of the repository: it has a '..', which leads out of where it stands
    error tasks[1].needs[0]: no task is called 'desing' (did you mean 'design'?)
    warning tasks[1].role: there is no role 'bulider' (did you mean 'builder'?), so that the task may only read
    the plan is not valid: 3 errors, 1 warning
    exit 1
    ");
    assert_eq!(world.par(&["plan", "show", "plan.json"]).stdout, world.par(&["plan", "check", "plan.json"]).stdout);
    for verb in ["check", "show"] {
        let said = world.par(&["plan", verb, "--json", "plan.json"]);
        let found: Value = serde_json::from_str(&said.stdout).unwrap();
        assert_eq!((said.code, &found["valid"]), (1, &json!(false)));
        let expected = json!({
            "code": "unknown-need", "severity": "error", "place": "tasks[1].needs[0]",
            "message": "no task is called 'desing' (did you mean 'design'?)",
        });
        assert!(found["findings"].as_array().unwrap().contains(&expected), "{found}");
    }
}

#[test]
fn the_order_is_shown_with_its_reasons() {
    let world = world(&plan());
    insta::assert_snapshot!(world.par(&["plan", "show", "plan.json"]).snapshot(&world), @"
    goal: a parser
    wave 1
    design (planner, read)
    wave 2: 2 tasks side by side
    parser (builder, write)
    after design: needs
    lexer (builder, write)
    after design: needs
    wave 3
    docs (builder, write)
    after parser: reads 'src/new.rs' (in 'src/**') that parser writes
    after lexer: reads 'a.txt' that lexer writes
    wave 4
    clean (builder, write, alone)
    after docs: it runs alone, since it is not known what it writes
    warning tasks[1].writes[0]: no file of the commit checked out is in 'src/**'
    exit 0
    ");
    let shown = world.par_json(&["plan", "show", "plan.json"]);
    assert_eq!(shown["waves"], json!([["design"], ["parser", "lexer"], ["docs"], ["clean"]]));
    let docs = &shown["tasks"][3];
    assert_eq!((&docs["id"], &docs["wave"], &docs["alone"]), (&json!("docs"), &json!(3), &json!(false)));
    assert_eq!((&docs["after"][0]["task"], &docs["after"][0]["reason"]), (&json!("parser"), &json!("reads")));
    assert_eq!(shown["tasks"][4]["alone"], true);
}

#[test]
fn the_order_is_drawn_in_two_languages_whatever_the_names_are() {
    let odd = json!({
        "version": 1,
        "tasks": [
            { "id": "end", "prompt": "p", "writes": ["say \"hi\"; #1 <b>"] },
            { "id": "graph", "prompt": "p", "reads": ["say \"hi\"; #1 <b>"], "writes": [r"a\\b"], "role": "\"]\n" },
        ],
        "roles": { "\"]\n": { "permission": "write" } },
    });
    let world = world(&odd);
    insta::assert_snapshot!(world.par(&["plan", "show", "--graph", "dot", "plan.json"]).stdout, @r#"
    digraph plan {
      rankdir=LR
      node [shape=box]
      subgraph cluster_1 {
        label="wave 1"
        t0 [label="end (builder)"]
      }
      subgraph cluster_2 {
        label="wave 2"
        t1 [label="graph (\"] )"]
      }
      t0 -> t1 [label="reads 'say \"hi\"; #1 <b>' that end writes"]
    }
    "#);
    insta::assert_snapshot!(world.par(&["plan", "show", "--graph", "mermaid", "plan.json"]).stdout, @r#"
    flowchart LR
      subgraph wave1["wave 1"]
        t0["end (builder)"]
      end
      subgraph wave2["wave 2"]
        t1["graph (#34;#93; )"]
      end
      t0 -->|"reads #39;say #34;hi#34;#59; #35;1 #60;b#62;#39; that end writes"| t1
    "#);
    let drawn = world.par_json(&["plan", "show", "--graph", "mermaid", "plan.json"]);
    assert!(drawn["graph"].as_str().unwrap().starts_with("flowchart"));
    assert_eq!(world.par(&["plan", "show", "--graph", "svg", "plan.json"]).code, 2);
}

#[test]
fn a_plan_comes_from_a_file_of_either_kind_or_from_standard_input() {
    let world = world(&plan());
    let expected = world.par_ok(&["plan", "show", "plan.json"]);
    assert_eq!(fed(&world, &["plan", "show", "-"], &plan().to_string()).stdout, expected);
    world.write("sub/plan.TOML", "version = 1\n[[tasks]]\nid = 'a'\nprompt = 'p'\nwrites = ['x']\n");
    assert_eq!(world.par_ok(&["plan", "check", "-C", "sub", "plan.TOML"]), "the plan is valid: 1 task in 1 wave\n");
    assert_eq!(world.par_ok(&["-C", "sub", "plan", "check", "plan.TOML"]), "the plan is valid: 1 task in 1 wave\n");
    assert_eq!(fed(&world, &["plan", "check", "-"], "version = 1").code, 1, "standard input is JSON");
}

#[test]
fn a_file_that_cannot_be_read_is_no_answer() {
    let world = World::new();
    for name in ["nowhere.json", "."] {
        let said = world.par(&["plan", "check", name]);
        assert_eq!((said.code, said.stdout.as_str()), (128, ""), "{said:?}");
        assert!(said.stderr.starts_with(&format!("error: could not read '{name}'")), "{said:?}");
    }
    world.write("odd.json", "{\"version\": 1, \"tasks\": [}");
    let said = world.par(&["plan", "check", "odd.json"]);
    assert_eq!(said.code, 1, "what was read is no plan");
    assert!(said.stdout.starts_with("error plan: it is not JSON: "), "{said:?}");
}

#[test]
fn outside_of_a_repository_and_before_the_first_commit_paths_are_compared_with_nothing_and_that_is_said() {
    let world = World::empty();
    world.write("plan.json", &plan().to_string());
    for _ in 0..2 {
        let said = world.par(&["plan", "check", "plan.json"]);
        assert_eq!(said.code, 0, "{said:?}");
        assert!(said.stdout.starts_with("note: paths were not compared with any files: "), "{said:?}");
        assert!(said.stdout.ends_with("the plan is valid: 5 tasks in 4 waves\n"), "{said:?}");
        assert_eq!(world.par_json(&["plan", "show", "plan.json"])["compared_with"], Value::Null);
        world.git(&["init", "--quiet"]);
    }
}

#[test]
fn the_schema_that_is_shipped_is_printed() {
    let world = World::empty();
    let shipped = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/schema/plan.schema.json")).unwrap();
    assert_eq!(world.par_ok(&["plan", "schema"]), shipped);
    let told = world.par_json(&["plan", "schema"]);
    assert_eq!(told["version"], 1);
    assert_eq!(told["schema"], serde_json::from_str::<Value>(&shipped).unwrap());
}

#[test]
fn nothing_is_written_and_hostile_texts_steer_no_terminal() {
    let world = world(&plan());
    let state = || format!("{}{}", world.git(&["status", "--porcelain"]), world.git(&["for-each-ref"]));
    let before = state();
    world.par_ok(&["plan", "show", "plan.json"]);
    assert_eq!(state(), before);
    assert!(!world.here.join(".git/par").exists());
    let escape = "\u{1b}]0;x\u{7}";
    let hostile = json!({
        "version": 1, "goal": escape, escape: 1,
        "tasks": [{ "id": escape, "prompt": "p", "role": escape, "reads": [escape], "needs": [escape] }],
    });
    for verb in ["check", "show"] {
        let said = fed(&world, &["plan", verb, "-"], &hostile.to_string());
        assert_eq!(said.code, 1);
        assert!(!said.stdout.contains(['\u{1b}', '\u{7}']), "{said:?}");
    }
}

#[test]
fn roles_of_the_settings_are_known_and_what_the_plan_says_goes_before_them() {
    let world = world(&json!({
        "version": 1,
        "tasks": [
            { "id": "a", "prompt": "p", "role": "Auditor", "writes": ["a"] },
            { "id": "b", "prompt": "p", "role": "scout" },
        ],
        "roles": { "scout": { "permission": "read" } },
    }));
    world.git(&["config", "par.role.Auditor.permission", "write"]);
    world.git(&["config", "par.role.scout.permission", "write"]);
    world.git(&["config", "par.role.unused.permission", "no"]);
    let shown = world.par_json(&["plan", "show", "plan.json"]);
    assert_eq!(shown["findings"], json!([]), "{shown}");
    let rights: Vec<&str> =
        shown["tasks"].as_array().unwrap().iter().map(|task| task["permission"].as_str().unwrap()).collect();
    assert_eq!(rights, ["write", "read"]);
    world.git(&["config", "par.role.Auditor.permission", "no"]);
    let said = world.par(&["plan", "check", "plan.json"]);
    assert!(said.stdout.contains("roles.Auditor.permission: 'no' is neither 'read' nor 'write'"), "{said:?}");
}

#[test]
fn a_verb_that_is_not_said_or_not_known_is_a_usage_error() {
    let world = World::empty();
    for arguments in [&["plan"][..], &["plan", "chekc"], &["plan", "check"], &["plan", "schema", "x"]] {
        let said = world.par(arguments);
        assert_eq!((said.code, said.stdout.as_str()), (2, ""), "{said:?}");
    }
    assert!(world.par(&["plan", "chekc"]).stderr.contains("'check'"));
}
