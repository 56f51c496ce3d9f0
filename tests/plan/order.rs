//! Order: which tasks come after which, and which run side by side.

use git_par::model::plan::{finding::Findings, order::Order};
use insta::assert_snapshot;
use serde_json::{Value, json};

use super::world::{ordered, plan, read};

/// Makes a task that reads and writes these.
fn task(id: &str, reads: Value, writes: Value) -> Value {
    json!({ "id": id, "prompt": "p", "reads": reads, "writes": writes })
}

fn needing(id: &str, needs: Value, writes: Value) -> Value {
    json!({ "id": id, "prompt": "p", "needs": needs, "writes": writes })
}

#[test]
fn tasks_without_anything_in_common_run_side_by_side() {
    let plan = plan(json!([task("a", json!([]), json!(["a/"])), task("b", json!(["c"]), json!(["b/"]))]));
    assert_snapshot!(ordered(&plan), @"a b");
}

#[test]
fn what_is_needed_comes_first() {
    let plan = plan(json!([
        needing("c", json!(["a", "b", "a"]), json!(["c"])),
        needing("b", json!(["a"]), json!(["b"])),
        needing("a", json!([]), json!(["a"])),
    ]));
    assert_snapshot!(ordered(&plan), @"
    a | b | c
    c <- b: needs
    c <- a: needs
    b <- a: needs
    ");
}

#[test]
fn a_reader_comes_after_the_writer_wherever_it_stands() {
    let plan = plan(json!([
        task("user", json!(["src/parser/lex.rs"]), json!(["src/main.rs"])),
        task("maker", json!([]), json!(["docs", "src/parser/**"])),
    ]));
    assert_snapshot!(ordered(&plan), @"
    maker | user
    user <- maker: reads 'src/parser/lex.rs' (in 'src/parser/**') that maker writes
    ");
}

#[test]
fn two_that_write_the_same_are_in_the_plans_order() {
    let both = |id: &str| task(id, json!(["src/lib.rs"]), json!(["src/lib.rs"]));
    assert_snapshot!(ordered(&plan(json!([both("b"), both("a"), both("c")]))), @"
    b | a | c
    a <- b: writes 'src/lib.rs' as b does
    c <- a: writes 'src/lib.rs' as a does
    ");
}

#[test]
fn an_order_that_would_close_a_circle_is_turned_round_and_told() {
    let circle = plan(json!([task("a", json!(["y"]), json!(["x"])), task("b", json!(["x"]), json!(["y"]))]));
    assert_snapshot!(ordered(&circle), @"
    a | b
    b <- a: reads 'x' that a writes
    warning turned-order tasks[0].reads[0]: a reads 'y', which b writes, but b comes after it: the order is turned round
    ");
    let needed = plan(json!([
        json!({ "id": "late", "prompt": "p", "needs": ["early"], "writes": ["x"] }),
        task("early", json!(["x"]), json!(["x/y"])),
    ]));
    assert_snapshot!(ordered(&needed), @"
    early | late
    late <- early: needs
    warning turned-order tasks[1].writes[0]: early writes 'x/y', which late writes too, but late comes after it: the order is turned round
    ");
}

#[test]
fn a_task_of_which_it_is_not_known_what_it_writes_runs_alone_at_its_place() {
    let read_only = |id: &str| json!({ "id": id, "prompt": "p", "role": "researcher" });
    let plan = plan(json!([
        read_only("r1"),
        task("w1", json!([]), json!(["a"])),
        json!({ "id": "any", "prompt": "p" }),
        read_only("r2"),
        json!({ "id": "c", "prompt": "p", "writes": [{ "file": "a.c", "symbol": "main" }] }),
        task("w2", json!([]), json!(["b"])),
    ]));
    assert_snapshot!(ordered(&plan), @"
    r1 w1 | any | r2 | c | w2
    any <- w1: it runs alone, since it is not known what it writes
    r2 <- any: any runs alone, since it is not known what that writes
    c <- r2: it runs alone, since it is not known what it writes
    w2 <- c: c runs alone, since it is not known what that writes
    any <- r1: it runs alone, since it is not known what it writes
    ");
}

#[test]
fn a_task_that_runs_alone_still_waits_for_what_it_needs() {
    let plan = plan(json!([
        json!({ "id": "any", "prompt": "p", "needs": ["late"] }),
        task("a", json!([]), json!(["a"])),
        task("late", json!([]), json!(["b"])),
    ]));
    assert_snapshot!(ordered(&plan), @"
    late | any | a
    any <- late: needs
    a <- any: any runs alone, since it is not known what that writes
    ");
}

#[test]
fn a_plan_whose_paths_take_too_long_to_compare_is_told() {
    let wild = |c: char| format!("{}{c}", "*a".repeat(500));
    let tasks: Vec<Value> =
        (0..200).map(|at| task(&format!("t{at}"), json!([]), json!([wild(char::from(b'b' + at % 2))]))).collect();
    let (plan, _) = read(&plan(json!(tasks)));
    let findings = Findings::default();
    assert_eq!(Order::of(&plan.unwrap(), &findings), None);
    assert!(findings.has_errors());
}
