//! Likeness: the name that was probably meant.

/// How much alike a typed name and a real one must be, from 0 to 1, for the one to be taken for the other.
const ENOUGH: f64 = 0.75;

/// Finds the name that is most like a typed one, measured as clap measures options; none where none is like it.
pub fn nearest<'a>(typed: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let near = names.into_iter().map(|name| (strsim::jaro(typed, name), name));
    let near = near.filter(|(likeness, _)| *likeness > ENOUGH);
    near.max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, name)| name)
}
