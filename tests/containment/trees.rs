//! Trees: what of the difference of two real trees escapes the footprints of a plan's task.

use git_par::{
    engine::containment::escapes,
    model::{
        escaped::Escaped,
        oid::Oid,
        plan::{Plan, finding::Findings, footprint::Footprint},
        symbol::LARGEST,
    },
    repo::open::Repository,
};
use serde_json::{Value, json};

use crate::world::{Side, World, side};

const SOURCE: &[u8] = b"fn f() {\n    1;\n}\n\nfn g() {}\n";

/// Reads the footprints of a task.
fn footprints(writes: &Value) -> Vec<Footprint> {
    let plan = json!({ "version": 1, "tasks": [{ "id": "a", "prompt": "p", "writes": writes }] });
    Plan::of(&plan, &Findings::default()).unwrap().tasks[0].writes.clone()
}

/// All below `docs/`, and of `lib.rs` and `a.txt` the symbol `f`.
fn declared() -> Value {
    json!(["docs/", { "file": "lib.rs", "symbol": "f" }, { "file": "a.txt", "symbol": "f" }])
}

fn listed(world: &World, trees: (Oid, Oid), writes: &Value) -> Vec<Escaped> {
    let repository = Repository::open_own(&world.path()).unwrap();
    escapes(&repository, trees, &footprints(writes)).unwrap()
}

/// Tells what escapes between two sides, a line each.
fn told(old: &Side, new: &Side, writes: &Value) -> Vec<String> {
    let [told, other] = ["sha1", "sha256"].map(|hash| told_in(&World::new(hash), [old, new], writes));
    assert_eq!(told, other, "what escapes does not depend on how objects are named");
    told
}

fn told_in(world: &World, sides: [&Side; 2], writes: &Value) -> Vec<String> {
    let trees = world.trees(&sides.map(Side::clone));
    let listed = listed(world, (trees[0], trees[1]), writes);
    listed.into_iter().map(|Escaped { path, reason }| format!("{path}: {reason}")).collect()
}

/// Tells what escapes where `lib.rs` says something else.
fn edited(content: &[u8]) -> Vec<String> {
    told(&side(&[("lib.rs", "100644", SOURCE)]), &side(&[("lib.rs", "100644", content)]), &declared())
}

#[test]
fn what_was_deleted_was_declared_or_escapes() {
    let old = side(&[("a", "100644", b"x"), ("docs/a", "100644", b"x"), ("lib.rs", "100644", SOURCE)]);
    let deleted = "lib.rs: it is deleted, and only symbols of it are declared";
    assert_eq!(told(&old, &side(&[]), &declared()), ["a: path is not declared", deleted]);
}

#[test]
fn both_ends_of_a_rename_are_declared_or_escape() {
    let (inside, outside) = (side(&[("docs/a", "100644", SOURCE)]), side(&[("a", "100644", SOURCE)]));
    assert_eq!(told(&inside, &outside, &declared()), ["a: path is not declared"]);
    assert_eq!(told(&outside, &inside, &declared()), ["a: path is not declared"]);
    assert_eq!(told(&inside, &side(&[("docs/b", "100644", SOURCE)]), &declared()), [""; 0]);
    let lib = side(&[("lib.rs", "100644", SOURCE)]);
    assert_eq!(told(&inside, &lib, &declared()), ["lib.rs: symbol 'g' is not declared"]);
    assert_eq!(told(&lib, &inside, &declared()), ["lib.rs: it is deleted, and only symbols of it are declared"]);
}

#[test]
fn a_mode_is_a_change() {
    let both = |mode| side(&[("a", mode, b"x"), ("docs/a", mode, b"x"), ("lib.rs", mode, SOURCE)]);
    let escapes = told(&both("100644"), &both("100755"), &declared());
    assert_eq!(escapes, ["a: path is not declared", "lib.rs: mode changed"]);
}

#[test]
fn a_link_or_a_submodule_in_place_of_a_file_is_a_change() {
    let both = |mode, bytes: &[u8]| side(&[("a", mode, bytes), ("docs/a", mode, bytes), ("lib.rs", mode, bytes)]);
    let expected = ["a: path is not declared", "lib.rs: it is not a file on both sides"];
    let (file, link) = (both("100644", SOURCE), both("120000", b"docs/a"));
    assert_eq!(told(&file, &link, &declared()), expected);
    assert_eq!(told(&link, &file, &declared()), expected);
    // Its commit is in another repository.
    let world = World::new("sha1");
    let submodule = |digit: u8| both("160000", &[digit; 40]);
    assert_eq!(told_in(&world, [&file, &submodule(b'1')], &declared()), expected);
    assert_eq!(told_in(&world, [&submodule(b'1'), &submodule(b'2')], &declared()), expected);
    assert_eq!(told_in(&world, [&submodule(b'1'), &file], &declared()), expected);
}

#[test]
fn a_folder_in_place_of_a_file_is_a_change_of_both() {
    let (file, folder) = (side(&[("a", "100644", b"x"), ("a-b", "100644", b"x")]), side(&[("a/b", "100644", b"x")]));
    let escapes = told(&file, &folder, &json!(["a-b", "docs"]));
    assert_eq!(escapes, ["a: path is not declared", "a/b: path is not declared"]);
    assert_eq!(told(&file, &folder, &json!(["a", "a-b"])), [""; 0]);
}

#[test]
fn of_a_file_declared_by_a_symbol_nothing_else_changes() {
    assert_eq!(edited(b"fn f() {\n    2;\n}\n\nfn g() {}\n"), [""; 0]);
    assert_eq!(edited(b"\n\nfn f() {\n    1;\n}\n\n\n\nfn g() {}\n"), [""; 0], "lines that only shift");
    assert_eq!(edited(b"fn f() {\n    1;\n}\n\nfn g() { 2; }\n"), ["lib.rs: symbol 'g' is not declared"]);
    assert_eq!(edited(b"use a;\nfn f() {\n    1;\n}\n\nfn g() {}\n"), ["lib.rs: the rest of the file changed"]);
    assert_eq!(edited(b"fn f("), ["lib.rs: does not parse, so its symbols cannot be told"]);
    let text = |content| side(&[("a.txt", "100644", content)]);
    let language = "a.txt: its language is not known, so its symbols cannot be told";
    assert_eq!(told(&text(b"f"), &text(b"g"), &declared()), [language]);
}

#[test]
fn a_file_declared_as_a_whole_is_not_read() {
    let (old, new) = (side(&[("lib.rs", "100644", b"1")]), side(&[("lib.rs", "100644", b"2")]));
    let world = World::new("sha1");
    let trees = world.trees(&[old, new]);
    world.lose(world.id("refs/t/1:lib.rs"));
    let symbol = json!({ "file": "lib.rs", "symbol": "f" });
    assert_eq!(listed(&world, (trees[0], trees[1]), &json!([symbol, "*.rs"])), []);
    let repository = Repository::open_own(&world.path()).unwrap();
    let error = escapes(&repository, (trees[0], trees[1]), &footprints(&json!([symbol]))).unwrap_err();
    assert_eq!(error.to_string(), format!("object {} is not in this repository", world.id("refs/t/1:lib.rs")));
}

#[test]
fn a_file_that_is_too_large_escapes_where_its_content_decides() {
    let large = [SOURCE, &b"\n".repeat(LARGEST)].concat();
    let fits = &large[..LARGEST];
    assert_eq!(edited(fits), [""; 0]);
    let size = ["lib.rs: is too large, so its symbols cannot be told"];
    assert_eq!(edited(&large), size);
    let [old, new] = [&large[..], SOURCE].map(|content| side(&[("lib.rs", "100644", content)]));
    assert_eq!(told(&old, &new, &declared()), size);
    assert_eq!(told(&old, &side(&[("lib.rs", "100755", &large)]), &declared()), ["lib.rs: mode changed"]);
    let deleted = told(&old, &side(&[]), &declared());
    assert_eq!(deleted, ["lib.rs: it is deleted, and only symbols of it are declared"]);
}

#[test]
fn paths_that_are_not_utf_8_are_judged_and_quoted() {
    let entry = side(&[("", "100644", b"x")])[0].1.clone();
    let new: Side = [&b"docs/\xff"[..], b"\xff\n", b"\xc3\xa9"].map(|path| (path.to_vec(), entry.clone())).into();
    let escapes = told(&side(&[]), &new, &declared());
    assert_eq!(escapes, [r#""\303\251": path is not declared"#, r#""\377\n": path is not declared"#]);
    assert_eq!(told(&side(&[]), &new, &json!(["docs/?", "[!a]?", "\u{e9}"])), [""; 0]);
}

#[test]
fn no_more_than_a_thousand_are_listed_and_the_rest_is_counted() {
    let paths: Vec<String> = (0..1003).map(|number| format!("{number:04}")).collect();
    let of = |count: usize| -> Side {
        side(&paths[..count].iter().map(|path| (&**path, "100644", &b"x"[..])).collect::<Vec<_>>())
    };
    let all = told(&side(&[]), &of(1000), &declared());
    assert_eq!((all.len(), &*all[999]), (1000, "0999: path is not declared"));
    let cut = told(&side(&[]), &of(1003), &declared());
    assert_eq!((cut.len(), &*cut[999], &*cut[1000]), (1001, "0999: path is not declared", ": and 3 more"));
}

#[test]
fn where_nothing_was_declared_nothing_escapes() {
    assert_eq!(told(&side(&[]), &side(&[("a", "100644", b"x")]), &json!([])), [""; 0]);
}

#[test]
fn replacements_hide_nothing() {
    let world = World::new("sha1");
    let one = |content| side(&[("lib.rs", "100644", content)]);
    let trees = world.trees(&[one(SOURCE), one(b"fn f() {\n    1;\n}\n\nfn g() { 2; }\n")]);
    for name in [":lib.rs", "^{tree}"] {
        let [old, new] = [0, 1].map(|side| world.id(&format!("refs/t/{side}{name}")).to_string());
        world.git(&["replace", &new, &old], b"");
    }
    let listed = listed(&world, (trees[0], trees[1]), &declared());
    assert_eq!(listed, [Escaped { path: "lib.rs".to_owned(), reason: "symbol 'g' is not declared".to_owned() }]);
}

#[test]
fn what_escaped_is_written_as_two_texts() {
    let escaped = Escaped { path: "a".to_owned(), reason: "b".to_owned() };
    let value = serde_json::to_value(&escaped).unwrap();
    assert_eq!(value, json!({ "path": "a", "reason": "b" }));
    assert_eq!(serde_json::from_value::<Escaped>(value).unwrap(), escaped);
}
