//! Any bytes: nothing that stands in a file ends the program or keeps it for long.

use std::time::{Duration, Instant};

use git_par::model::symbol::{DEEPEST, LARGEST, Language, symbols};
use proptest::prelude::*;

const LANGUAGES: [Language; 6] =
    [Language::Rust, Language::Python, Language::TypeScript, Language::Tsx, Language::JavaScript, Language::Go];

/// Pieces that grammars care about.
const PIECES: [&str; 40] = [
    "fn f",
    "impl A for B",
    "class A",
    "def f(self):",
    "function f",
    "const",
    "a",
    " = ",
    "1",
    ";",
    ",",
    "\n",
    "\n    ",
    "\n        ",
    " ",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    "<",
    ">",
    "// c\n",
    "# c\n",
    "/* c */",
    "/// d\n",
    "#[x]",
    "@x ",
    "export default ",
    "package a\n",
    "type T",
    "'",
    "\"",
    "`${",
    "\"\"\"",
    "\\",
    "é",
    "\r\n",
    "\0",
];

fn survives(source: &[u8]) {
    for language in LANGUAGES {
        if let Some(found) = symbols(language, source) {
            assert!(found.names().all(|name| !name.is_empty()));
            assert!(found.differing(&found).is_empty() && found.has_rest_of(&found));
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_have_symbols_or_none(source in prop::collection::vec(any::<u8>(), 0..200)) {
        survives(&source);
    }

    #[test]
    fn any_pieces_of_sources_have_symbols_or_none(pieces in prop::collection::vec(0..PIECES.len(), 0..60)) {
        survives(pieces.into_iter().map(|piece| PIECES[piece]).collect::<String>().as_bytes());
    }
}

#[test]
fn deep_nesting_has_no_symbols() {
    let deep = |open: &str, inner: &str, close: &str, depth| open.repeat(depth) + inner + &close.repeat(depth);
    let wrap = |depth| format!("const A: u8 = {};", deep("(", "1", ")", depth));
    assert!(symbols(Language::Rust, wrap(100).as_bytes()).is_some());
    assert!(symbols(Language::Rust, wrap(DEEPEST).as_bytes()).is_none());
    for (open, close) in
        [("(", ")"), ("{", "}"), ("[", "]"), ("-", ""), ("!", ""), ("&", ""), ("a.", ""), ("(", ""), ("if a {", "}")]
    {
        survives(format!("const a = {};", deep(open, "1", close, 20_000)).as_bytes());
        survives(format!("fn f() {{ {} }}", deep(open, "1", close, 20_000)).as_bytes());
    }
    let indented = (0..2000).map(|depth| format!("{}if a:\n", " ".repeat(depth))).collect::<String>();
    survives((indented + &" ".repeat(2000) + "a").as_bytes());
    survives(deep("mod a { fn f() {", "", "} }", 240).as_bytes());
}

#[test]
fn a_file_that_is_too_large_has_no_symbols() {
    let line = "fn f() { 1; }\n";
    let fits = line.repeat(LARGEST / line.len());
    let begun = Instant::now();
    assert!(symbols(Language::Rust, fits.as_bytes()).is_some());
    assert!(symbols(Language::Rust, (fits + line).as_bytes()).is_none());
    assert!(begun.elapsed() < Duration::from_secs(120), "{:?}", begun.elapsed());
}

#[test]
fn a_large_file_that_does_not_parse_is_given_up_soon() {
    let begun = Instant::now();
    for piece in ["}) fn ( ] ", "((((", "'\"`", "<a<b>", "\0", "a b c d "] {
        survives(piece.repeat(20_000 / piece.len()).as_bytes());
    }
    assert!(begun.elapsed() < Duration::from_secs(120), "{:?}", begun.elapsed());
}

#[test]
fn names_that_come_to_more_than_the_file_many_times_over_are_given_up() {
    let members = |name: usize, count: usize| {
        format!(
            "mod {} {{\n{}}}\n",
            "a".repeat(name),
            (0..count).map(|at| format!("fn f{at}() {{}}\n")).collect::<String>()
        )
    };
    assert!(symbols(Language::Rust, members(100, 10_000).as_bytes()).is_some());
    assert!(symbols(Language::Rust, members(10_000, 10_000).as_bytes()).is_none());
    let nested =
        "mod aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa {".repeat(300) + &"fn f() {}\n".repeat(30_000) + &"}".repeat(300);
    assert!(symbols(Language::Rust, nested.as_bytes()).is_none());
}
