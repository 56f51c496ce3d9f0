//! Paths: what globs contain, and what becomes of files that are declared by symbols only.

#![allow(clippy::unnecessary_wraps, reason = "what is at a path may be nothing")]

use git_par::model::containment::{Change, File, Footprint, Mode, SymbolOf, escapes};

const SOURCE: &[u8] = b"fn f() {}\n";

fn file(content: &[u8]) -> Option<File<'_>> {
    Some(File { mode: Mode::File, content })
}

fn mode(mode: Mode, content: &[u8]) -> Option<File<'_>> {
    Some(File { mode, content })
}

fn change<'a>(path: &'a str, old: Option<File<'a>>, new: Option<File<'a>>) -> Change<'a> {
    Change { path: path.as_bytes(), from: None, old, new }
}

fn renamed<'a>(from: &'a str, path: &'a str) -> Change<'a> {
    Change { from: Some(from.as_bytes()), ..change(path, file(SOURCE), file(SOURCE)) }
}

/// Judges changes where all below `docs/` is declared, and of `lib.rs`, `a.go` and `a.txt` the symbol `f`.
fn judged(changes: &[Change<'_>]) -> Vec<String> {
    let symbols = ["lib.rs", "a.go", "a.txt"].map(|path| SymbolOf { file: path.into(), symbol: "f".to_owned() });
    let footprint = Footprint { paths: &|path: &[u8]| path.starts_with(b"docs/"), symbols: &symbols };
    escapes(changes, &footprint).iter().map(ToString::to_string).collect()
}

#[test]
fn a_glob_contains_any_change() {
    let changes = [
        change("docs/a.rs", file(SOURCE), file(b"fn (")),
        change("docs/b", None, file(b"\0\xff")),
        change("docs/c", file(b"x"), None),
        change("docs/d", file(b"x"), mode(Mode::Executable, b"x")),
        change("docs/e", file(b"x"), mode(Mode::Link, b"/etc/passwd")),
        change("docs/f", file(b"x"), mode(Mode::Submodule, b"")),
        renamed("docs/g", "docs/h"),
    ];
    assert_eq!(judged(&changes), [""; 0]);
}

#[test]
fn a_path_that_is_not_declared_is_an_escape() {
    let changes = [
        change("src/a.rs", file(SOURCE), file(b"")),
        change("docs", file(b"x"), mode(Mode::Link, b"src")),
        change("b\u{e9}", None, file(b"")),
        change("c", file(b"x"), None),
    ];
    let path = |path: &str| format!("{path}: path is not declared");
    assert_eq!(judged(&changes), [path(r#""b\303\251""#), path("c"), path("docs"), path("src/a.rs")]);
}

#[test]
fn both_ends_of_a_rename_must_be_covered() {
    assert_eq!(judged(&[renamed("docs/a", "a")]), ["a: path is not declared"]);
    assert_eq!(judged(&[renamed("a", "docs/a")]), ["a: path is not declared"]);
    assert_eq!(judged(&[renamed("a", "b")]), ["a: path is not declared", "b: path is not declared"]);
    let renames = [renamed("lib.rs", "docs/lib.rs"), renamed("docs/a.go", "a.go")];
    let words = "it is renamed, and only symbols of it are declared";
    assert_eq!(judged(&renames), [format!("a.go: {words}"), format!("lib.rs: {words}")]);
}

#[test]
fn a_file_declared_by_symbols_stays_what_it_is() {
    let deleted = "lib.rs: it is deleted, and only symbols of it are declared";
    assert_eq!(judged(&[change("lib.rs", file(SOURCE), None)]), [deleted]);
    let run = mode(Mode::Executable, SOURCE);
    assert_eq!(judged(&[change("lib.rs", file(SOURCE), run)]), ["lib.rs: mode changed"]);
    assert_eq!(judged(&[change("lib.rs", None, run)]), ["lib.rs: mode changed"]);
    let link = "lib.rs: it is not a file on both sides";
    assert_eq!(judged(&[change("lib.rs", file(SOURCE), mode(Mode::Link, SOURCE))]), [link]);
    assert_eq!(judged(&[change("lib.rs", mode(Mode::Link, b"a"), file(SOURCE))]), [link]);
    assert_eq!(judged(&[change("lib.rs", None, mode(Mode::Link, b"f"))]), [link]);
    assert_eq!(judged(&[change("lib.rs", file(SOURCE), mode(Mode::Submodule, b""))]), [link]);
}

#[test]
fn mode_and_content_are_told_together() {
    let run = mode(Mode::Executable, b"fn f() {}\nfn g() {}\n");
    let told = ["lib.rs: symbol 'g' is not declared", "lib.rs: mode changed"];
    assert_eq!(judged(&[change("lib.rs", file(SOURCE), run)]), told);
}

#[test]
fn a_new_file_holds_the_declared_symbols_and_nothing_else() {
    let new = |path, content| judged(&[change(path, None, file(content))]);
    assert_eq!(new("lib.rs", b"/// Why.\nfn f() {}\n"), [""; 0]);
    assert_eq!(new("lib.rs", b""), [""; 0]);
    assert_eq!(new("a.go", b"package a\n\nfunc f() {}\n"), [""; 0]);
    assert_eq!(new("a.go", b"package a\nimport \"b\"\nfunc f() {}\n"), ["a.go: the rest of the file changed"]);
    assert_eq!(new("lib.rs", b"use a;\nfn f() {}\n"), ["lib.rs: the rest of the file changed"]);
    assert_eq!(new("lib.rs", b"// Why.\n"), ["lib.rs: the rest of the file changed"]);
    assert_eq!(new("lib.rs", b"fn f() {}\nfn g() {}\n"), ["lib.rs: symbol 'g' is not declared"]);
}

#[test]
fn what_cannot_be_told_is_an_escape() {
    let syntax = "lib.rs: does not parse, so its symbols cannot be told";
    assert_eq!(judged(&[change("lib.rs", file(SOURCE), file(b"\x7fELF\x00\x01"))]), [syntax]);
    assert_eq!(judged(&[change("lib.rs", file(SOURCE), file(b"fn f() {} // \xff"))]), [syntax]);
    let words = "a.txt: its language is not known, so its symbols cannot be told";
    assert_eq!(judged(&[change("a.txt", file(b"f"), file(b"g"))]), [words]);
    assert_eq!(judged(&[change("a.txt", file(b"f"), file(b"f"))]), [""; 0]);
}

#[test]
fn a_symbol_of_one_file_is_none_of_another() {
    let other = change("src/lib.rs", file(SOURCE), file(b"fn f() { 1; }\n"));
    assert_eq!(judged(&[other]), ["src/lib.rs: path is not declared"]);
}
