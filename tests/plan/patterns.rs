//! Patterns: what they match, whether two of them meet, and that this is decided as trying every path would.

use git_par::model::plan::{
    finding::Findings,
    footprint::Footprint,
    pattern::{Pattern, steps::Steps, tree::Tree},
};
use proptest::prelude::*;
use serde_json::{Value, json};

fn pattern(text: &str) -> Pattern {
    Pattern::read(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn matches(text: &str, path: &str) -> bool {
    let is_covered = pattern(text).covers(path.as_bytes());
    assert_eq!(is_covered, Tree::of(vec![path.to_owned()]).has(&pattern(text), &mut Steps::new()), "{text} and {path}");
    is_covered
}

fn meet(a: &str, b: &str) -> bool {
    let (there, back) =
        (pattern(a).meets(&pattern(b), &mut Steps::new()), pattern(b).meets(&pattern(a), &mut Steps::new()));
    assert_eq!(there, back, "{a} and {b}");
    there
}

#[test]
fn a_pattern_matches_whole_paths() {
    let cases = [
        ("src/lex.rs", &["src/lex.rs"][..], &["src/lex.rsx", "lex.rs", "a/src/lex.rs"][..]),
        ("src", &["src", "src/a", "src/a/b"], &["srcs", "a/src"]),
        ("src/", &["src/a", "src/a/b"], &["src", "srcs/a"]),
        ("src/*", &["src/a", "src/.a"], &["src", "src/a/b"]),
        ("src/**", &["src/a", "src/a/b"], &["src"]),
        ("**", &["a", "a/b/c"], &[]),
        ("**/a", &["a", "x/a", "x/y/a", "x/a/b"], &["xa", "x"]),
        ("x/*/src", &["x/y/src", "x/y/src/a"], &["x/src", "x/y/srcs"]),
        ("**/*a", &["a", "x/ya"], &["a/x"]),
        ("a/**/b", &["a/b", "a/x/b", "a/x/y/b"], &["ab", "a/xb"]),
        ("a**b", &["ab", "axb"], &["a/b"]),
        ("*.rs", &["a.rs", ".rs"], &["a/b.rs", "a.rsx"]),
        ("a?c", &["abc", "aéc"], &["ac", "a/c", "abbc"]),
        ("[a-c]x", &["ax", "cx"], &["dx", "x"]),
        ("[!a-c]x", &["dx", "éx"], &["ax", "/x"]),
        ("[]a]", &["]", "a"], &["b"]),
        ("[a-]", &["-", "a"], &["b"]),
        ("{a,b}/c", &["a/c", "b/c"], &["c", "a,b/c"]),
        ("a{,.x}", &["a", "a.x"], &["a.", "a.xx"]),
        ("{src/{a,b},c/**}", &["src/a", "src/b", "c/d"], &["src/c", "c"]),
        ("a,b", &["a,b"], &["a", "b"]),
        (r"\[id].ts", &["[id].ts"], &["i.ts"]),
        (r"\*", &["*"], &["a"]),
    ];
    for (text, yes, no) in cases {
        for path in yes {
            assert!(matches(text, path), "{text} has {path}");
        }
        for path in no {
            assert!(!matches(text, path), "{text} has not {path}");
        }
    }
}

#[test]
fn a_byte_that_is_no_character_is_one_that_only_wildcards_have() {
    for (text, path) in
        [("?", &b"\xff"[..]), ("*", b"\xff\xfe"), ("a/", b"a/\xc3"), ("[!a]b", b"\xffb"), ("\u{e9}?", b"\xc3\xa9\xa9")]
    {
        assert!(pattern(text).covers(path), "{text} has {path:?}");
    }
    for (text, path) in
        [("?", &b"\xff\xfe"[..]), ("\u{fffd}", b"\xff"), ("*\u{fffd}", b"\xff"), ("[a-z]", b"\xff"), ("a*", b"\xffa")]
    {
        assert!(!pattern(text).covers(path), "{text} has not {path:?}");
    }
}

#[test]
fn what_no_repository_can_have_is_covered_by_nothing() {
    for path in ["", "/", "a/", "/a", "a//b", ".", "..", "a/../b", "./a"] {
        assert!(!pattern("**").covers(path.as_bytes()), "{path}");
    }
    assert!(pattern("**").covers(&b"a/".repeat(2048)[..4095]) && !pattern("**").covers(&b"a/".repeat(2049)[..4097]));
}

#[test]
fn a_pattern_of_many_stars_is_decided_soon() {
    let begun = std::time::Instant::now();
    let stars = pattern(&("*a".repeat(250) + "/**/*b" + &"/**/*b".repeat(80)));
    assert!(!stars.covers(&["a".repeat(2000), "b".repeat(2000)].concat().into_bytes()));
    assert!(!stars.covers(&b"a/".repeat(2048)[..4095]));
    assert!(begun.elapsed() < std::time::Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[test]
fn patterns_meet_where_some_path_is_in_both() {
    for (a, b) in [
        ("src/**", "src/a.rs"),
        ("src/**", "**/b"),
        ("src", "src/new/file"),
        ("a*", "*b"),
        ("a*c*", "*b*c"),
        ("[a-m]*", "{m,z}"),
        ("**/x/**", "a/**/y"),
        ("**/**/a", "a"),
        (".*", "*."),
        ("?", "[!b]"),
        ("docs/", "docs"),
    ] {
        assert!(meet(a, b), "{a} and {b}");
    }
    for (a, b) in [
        ("src/*", "src/a/b"),
        ("*.rs", "*.py"),
        ("a*", "b*"),
        ("src", "srcs"),
        ("src/", "src.rs"),
        ("a/**", "b/**"),
        ("?", "??"),
        ("[a-c]", "[d-f]"),
        ("[!a]", "a"),
        // Only '.' and '..' are of both forms, and no file is called so.
        ("[.x]", "[.y]"),
        ("[.x][.x]", "[.y][.y]"),
        ("a/[.b]*/c", "a/?/[!c]"),
    ] {
        assert!(!meet(a, b), "{a} and {b}");
    }
}

#[test]
fn what_names_no_path_of_the_repository_is_refused() {
    for text in [
        "",
        "/",
        "/a",
        "a//b",
        "./a",
        ".",
        "..",
        "../a",
        "a/..",
        "a/../b",
        ".git",
        ".git/config",
        "a/.GIT/x",
        "{a,..}/b",
        "{,a}/b",
        "a\nb",
        "a\0",
        "{.,src}/x",
        "[.]",
        "[.][.]",
        "[",
        "[a",
        "[z-a]",
        "{a",
        "a}",
        "\\",
        "a\\/b",
        "[/]",
    ] {
        assert!(Pattern::read(text).is_err(), "{text:?}");
    }
    assert!(Pattern::read(&"a".repeat(1025)).is_err());
    assert!(Pattern::read(&"{a,b}".repeat(7)).is_err(), "128 alternatives are too many");
    assert!(Pattern::read(&"{".repeat(100_000)).is_err());
    for text in ["a..b", "...", ".gitignore", "a/.github/x", "a b", "é"] {
        assert!(Pattern::read(text).is_ok(), "{text:?}");
    }
}

fn footprint(value: Value) -> Footprint {
    let plan = json!({ "version": 1, "tasks": [{ "id": "a", "prompt": "p", "writes": [value] }] });
    let findings = Findings::default();
    let plan = git_par::model::plan::Plan::of(&plan, &findings);
    plan.unwrap_or_else(|| panic!("{findings:?}")).tasks[0].writes[0].clone()
}

#[test]
fn symbols_overlap_where_one_is_within_the_other_or_their_file_is_in_the_other() {
    let symbol = |file: &str, symbol: &str| json!({ "file": file, "symbol": symbol });
    let cases = [
        (symbol("a.rs", "f"), json!("a.rs"), true),
        (symbol("src/a.rs", "f"), json!("src/**"), true),
        (symbol("a.rs", "f"), json!("*.py"), false),
        (symbol("a.rs", "f"), symbol("a.rs", "f"), true),
        (symbol("a.rs", "f"), symbol("a.rs", "g"), false),
        (symbol("a.rs", "T"), symbol("a.rs", "T.new"), true),
        (symbol("a.rs", "T"), symbol("a.rs", "Tree.new"), false),
        (symbol("a.rs", "f"), symbol("b.rs", "f"), false),
        (symbol("[id].ts", "f"), json!(r"\[id].ts"), true),
        (symbol("[id].ts", "f"), json!("i.ts"), false),
        // Where a symbol ends is not known here: it may be the whole file.
        (symbol("a.txt", "f"), symbol("a.txt", "g"), true),
    ];
    for (a, b, expected) in cases {
        let (one, other) = (footprint(a.clone()), footprint(b.clone()));
        assert_eq!(one.overlaps(&other, &mut Steps::new()), expected, "{a} {b}");
        assert_eq!(other.overlaps(&one, &mut Steps::new()), expected, "{b} {a}");
    }
    for file in ["a.rs", "a.py", "a.pyi", "a.ts", "a.tsx", "a.js", "a.mjs", "a.go"] {
        assert!(footprint(symbol(file, "f")).is_known(), "{file}");
    }
    for file in ["a.c", "rs", "A.RS", "a.rs/b", "Makefile"] {
        assert!(!footprint(symbol(file, "f")).is_known(), "{file}");
    }
}

/// Lists every path of up to three names of up to two letters.
fn paths() -> Vec<String> {
    let letters = ["a", "b", "."];
    let two = letters.iter().flat_map(|x| letters.iter().map(move |y| format!("{x}{y}")));
    let names: Vec<String> =
        letters.iter().map(|x| (*x).to_owned()).chain(two).filter(|name| name != "." && name != "..").collect();
    let deeper = |paths: &[String]| -> Vec<String> {
        paths.iter().flat_map(|path| names.iter().map(move |name| format!("{path}/{name}"))).collect()
    };
    let second = deeper(&names);
    let third = deeper(&second);
    [names.clone(), second, third].concat()
}

/// Patterns so short that, where two of them meet, they meet in a short path.
fn short_pattern() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec!["a", "b", ".", "*", "?", "[ab]", "[!a]", "[.a]", "{a,b}", "{,b}", ""]);
    let name = prop_oneof![
        4 => (piece.clone(), piece).prop_map(|(one, other)| format!("{one}{other}")),
        1 => Just("**".to_owned()),
    ];
    prop::collection::vec(name, 1..=3).prop_map(|names| names.join("/"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, ..ProptestConfig::default() })]

    #[test]
    fn patterns_meet_exactly_where_some_path_is_in_both(a in short_pattern(), b in short_pattern()) {
        let (Ok(one), Ok(other)) = (Pattern::read(&a), Pattern::read(&b)) else { return Ok(()) };
        let tree = |path: &String| Tree::of(vec![path.clone()]);
        let both = |path: &String| tree(path).has(&one, &mut Steps::new()) && tree(path).has(&other, &mut Steps::new());
        let found = paths().iter().any(both);
        for path in paths() {
            let bytes = path.as_bytes();
            prop_assert_eq!(one.covers(bytes), tree(&path).has(&one, &mut Steps::new()), "{} and {}", &a, &path);
        }
        if found {
            prop_assert!(meet(&a, &b), "{} and {}", a, b);
        // Longer paths and names are of both forms only where these go on as they like, or to have more than dots.
        } else if ![&a, &b].iter().any(|text| text.contains("**") || text.contains("*.") || text.contains(".*")) {
            prop_assert!(!meet(&a, &b), "{} and {}", a, b);
        }
    }
}
