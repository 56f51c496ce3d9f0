//! Line edits: which lines one text loses and another gains.

use gix::bstr::ByteSlice as _;
use gix::diff::blob::{Algorithm, Diff, InternedInput, sources::byte_lines};

/// A line on one side only, with its line end where it has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edit<'a> {
    /// Only the old text has it.
    Removed(&'a [u8]),
    /// Only the new text has it.
    Added(&'a [u8]),
}

/// Tells `each` edit that turns `old` into `new`, from top to bottom, removed lines before the added ones in their place.
///
/// Lines end at `\n`, which is part of them: a last line without it differs from the same line with it. The edits are
/// those of Myers' algorithm ("An O(ND) Difference Algorithm and its Variations", 1986) with the cut-offs that git and GNU
/// diff use on texts that have little in common, so they are not always the fewest.
///
/// Where a text only gained lines in one place, or only lost them, no more memory is taken than the two texts have.
pub fn between<'a>(old: &'a [u8], new: &'a [u8], mut each: impl FnMut(Edit<'a>)) {
    let (gone, come) = trimmed(old, new);
    if gone.is_empty() || come.is_empty() {
        let edits = gone.lines_with_terminator().map(Edit::Removed);
        for edit in edits.chain(come.lines_with_terminator().map(Edit::Added)) {
            each(edit);
        }
        return;
    }
    // Whole, since how often a line occurs in the whole texts decides where the search is cut off.
    let input = InternedInput::new(byte_lines(old), byte_lines(new));
    searched(&input, each);
}

fn searched<'a>(input: &InternedInput<&'a [u8]>, mut each: impl FnMut(Edit<'a>)) {
    let diff = Diff::compute(Algorithm::Myers, input);
    for hunk in diff.hunks() {
        let (removed, added) = (hunk.before.start as usize..hunk.before.end as usize, hunk.after);
        input.before[removed].iter().for_each(|token| each(Edit::Removed(input.interner[*token])));
        let added = added.start as usize..added.end as usize;
        input.after[added].iter().for_each(|token| each(Edit::Added(input.interner[*token])));
    }
}

/// Returns what is left of two texts without the lines that both begin with, and then those that both end with.
fn trimmed<'a>(old: &'a [u8], new: &'a [u8]) -> (&'a [u8], &'a [u8]) {
    let pairs = old.lines_with_terminator().zip(new.lines_with_terminator());
    let head: usize = pairs.take_while(|(one, two)| one == two).map(|(line, _)| line.len()).sum();
    let (mut old, mut new) = (&old[head..], &new[head..]);
    while !old.is_empty() && last_line(old) == last_line(new) {
        let length = last_line(old).len();
        (old, new) = (&old[..old.len() - length], &new[..new.len() - length]);
    }
    (old, new)
}

fn last_line(text: &[u8]) -> &[u8] {
    let body = text.strip_suffix(b"\n").unwrap_or(text);
    &text[body.rfind_byte(b'\n').map_or(0, |newline| newline + 1)..]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edits<'a>(old: &'a str, new: &'a str) -> Vec<Edit<'a>> {
        let mut edits = Vec::new();
        between(old.as_bytes(), new.as_bytes(), |edit| edits.push(edit));
        edits
    }

    #[test]
    fn equal_texts_have_no_edits() {
        assert_eq!(edits("a\nb", "a\nb"), []);
        assert_eq!(edits("", ""), []);
    }

    #[test]
    fn a_line_end_is_part_of_its_line() {
        assert_eq!(edits("a\nb", "a\nb\n"), [Edit::Removed(b"b"), Edit::Added(b"b\n")]);
        assert_eq!(edits("a\r\n", "a\n"), [Edit::Removed(b"a\r\n"), Edit::Added(b"a\n")]);
    }

    #[test]
    fn edits_come_from_top_to_bottom() {
        let expected = [Edit::Removed(b"a\n"), Edit::Added(b"x\n"), Edit::Added(b"y\n"), Edit::Removed(b"c\n")];
        assert_eq!(edits("a\nb\nc\n", "x\ny\nb\n"), expected);
    }

    /// Returns all texts of up to four lines of two kinds, the last of which may have no end.
    fn small_texts() -> Vec<String> {
        let grow = |texts: &[String]| -> Vec<String> {
            texts.iter().flat_map(|text| ["a\n", "b\n"].map(|line| format!("{text}{line}"))).collect()
        };
        let lengths = std::iter::successors(Some(vec![String::new()]), |texts| Some(grow(texts))).take(5);
        let whole: Vec<String> = lengths.flatten().collect();
        let cut = whole.iter().filter_map(|text| text.strip_suffix('\n')).map(str::to_owned);
        whole.iter().cloned().chain(cut).collect()
    }

    #[test]
    fn the_same_lines_are_told_as_the_search_finds() {
        for old in &small_texts() {
            for new in &small_texts() {
                let input = InternedInput::new(byte_lines(old.as_bytes()), byte_lines(new.as_bytes()));
                let mut searched = Vec::new();
                super::searched(&input, |edit| searched.push(edit));
                assert_eq!(edits(old, new), searched, "{old:?} {new:?}");
            }
        }
    }
}
