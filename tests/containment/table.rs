//! Tables: an edit of one file a row, and what of it escapes.

use git_par::model::containment::{Change, File, Footprint, Mode, SymbolOf, escapes};

/// An edit of a file of which only symbols are declared.
pub(crate) struct Row {
    pub(crate) what: &'static str,
    pub(crate) before: &'static str,
    pub(crate) after: &'static str,
    /// The declared symbols, between blanks.
    pub(crate) declared: &'static str,
    /// Why each escape is one.
    pub(crate) escapes: &'static [&'static str],
}

/// Judges an edit of a file of which only some symbols are declared.
pub(crate) fn judged(path: &str, [before, after]: [&[u8]; 2], declared: &str) -> Vec<String> {
    let file = |content| Some(File { mode: Mode::File, content });
    let change = Change { path: path.as_bytes(), from: None, old: file(before), new: file(after) };
    let symbol = |symbol: &str| SymbolOf { file: path.into(), symbol: symbol.to_owned() };
    let symbols: Vec<SymbolOf> = declared.split_whitespace().map(symbol).collect();
    let footprint = Footprint { paths: &|_: &[u8]| false, symbols: &symbols };
    escapes(&[change], &footprint).into_iter().map(|escape| escape.reason.to_string()).collect()
}

/// Judges each row; shows all that are not as they must be.
pub(crate) fn check(path: &str, rows: &[Row]) {
    let mut wrong = Vec::new();
    for row in rows {
        let judged = judged(path, [row.before, row.after].map(str::as_bytes), row.declared);
        if judged != row.escapes {
            wrong.push(format!("{path}: {}:\n  must be {:?}\n  but is  {judged:?}\n", row.what, row.escapes));
        }
        let same = self::judged(path, [row.after; 2].map(str::as_bytes), "no_such_name");
        assert!(same.is_empty(), "{path}: {}: {same:?}", row.what);
    }
    assert!(wrong.is_empty(), "\n{}", wrong.concat());
}
